"""The vote itself: open, turnout and close, count, certify, publish."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from voting import permissions
from voting.admin.core.pages import StepPage
from voting.admin.core.verbs import REFUSED
from voting.admin.vote.ceremony import WordsPage
from voting.admin.vote.count_report import count_report
from voting.domain.core.refusals import Refused
from voting.domain.core.sentences import in_a_row
from voting.domain.vote.attendance import Attendance
from voting.domain.vote.counts import certify_tally, count_round
from voting.domain.vote.notices import publish_notice
from voting.domain.vote.proofs import certify_with_file, certify_with_slips, take_urn
from voting.domain.vote.rolls import not_known_to_have_voted
from voting.domain.vote.rounds import close_round, open_round
from voting.domain.vote.running_order import StepKey
from voting.domain.vote.urn_files import import_count, recount_file
from voting.forms.core.steps import SecondCountForm, StepForm, TakeUrnForm
from voting.forms.core.verbs import Verb
from voting.forms.vote.close import CloseForm
from voting.forms.vote.count import ImportCountForm
from voting.forms.vote.witnessed import OpenVoteForm
from voting.models import FirstCount, Round
from voting.printing.files import staff_file
from voting.states import COUNT_STATUSES
from voting.text import upload_limits

COUNT_FILE_MOST = upload_limits.COUNT


def report_for(user: Any, round_: Round | None) -> dict[str, Any]:
    """Return the count report for those who may see it before it is published; nothing before it exists."""
    tally = getattr(round_, "tally", None)
    if round_ is None or tally is None or not permissions.can_see_tally(user, round_.cycle):
        return {}
    return {
        "report": count_report(round_),
        "may_see_patterns": permissions.can_see_patterns(user, round_.cycle),
    }


class OpenPage(StepPage):
    key = StepKey.OPEN
    button = gettext_lazy("Open the vote")
    success = gettext_lazy("The vote is open: ballots can be cast now.")
    warning = gettext_lazy(
        "From now on ballots are cast. Rules, candidate projects, roll and key cannot be changed any more."
    )

    def form(self, data: Any = None) -> StepForm:
        return OpenVoteForm(data, request=self.request, by_letter=self.cycle.by_letter)

    def act(self, form: Any) -> HttpResponse | None:
        fields = {name: form.cleaned_data[name] for name in ("mark", "minutes")}
        open_round(round_=self.round, second=form.second, **fields, **self.acting)
        return None


class ClosePage(StepPage):
    """Turnout while the vote is open: numbers only. And the close."""

    key = StepKey.CLOSE
    button = gettext_lazy("Close the vote and seal the urn")
    success = gettext_lazy("The vote is closed and the urn is sealed.")

    def verbs(self) -> dict[str, Verb]:
        return {"": Verb(self.form, self.act, self.success, ends=True, final=self.closes)}

    def closes(self) -> str:
        """What closing means, with the numbers of now: they add up to those present."""
        counts = self.order.attendance
        sentence = _("The executive chairperson has closed the vote, and it cannot be opened again.")
        if counts is None:
            return sentence
        if self.cycle.by_letter:
            return in_a_row([sentence, _letters_used(counts)])
        figures = (
            _("Present: %(present)d; ballots cast online: %(voted)d")
            if counts.paper == 0
            else _(
                "Present: %(present)d; ballots cast online: %(voted)d; paper ballots handed out: %(paper)d"
            )
        )
        numbers = {"present": counts.present, "voted": counts.voted, "paper": counts.paper}
        if not counts.pending:
            nobody = _("; nobody is still to vote.")
            return in_a_row([sentence, f"{figures % numbers}{nobody}"])
        pending = ngettext(
            "; %(count)d present delegate has not voted and cannot any more.",
            "; %(count)d present delegates have not voted and cannot any more.",
            counts.pending,
        )
        return in_a_row([sentence, f"{figures % numbers}{pending % {'count': counts.pending}}"])

    def form(self, data: Any = None) -> CloseForm:
        pending = not_known_to_have_voted(self.order.round) if self.order.round else 0
        return CloseForm(data, request=self.request, pending=pending, by_letter=self.cycle.by_letter)

    def act(self, form: Any) -> HttpResponse | None:
        close_round(round_=self.round, second=form.second, **self.acting)
        return None


def _letters_used(counts: Attendance) -> str:
    """Say how many letters were voted with, where residents vote."""
    return _(
        "Of %(letters)d letters %(voted)d were used to vote online and %(paper)d for a paper ballot; with the other "
        "%(pending)d nobody can vote any more."
    ) % {
        "letters": counts.present,
        "voted": counts.voted,
        "paper": counts.paper,
        "pending": counts.pending,
    }


class CountPage(WordsPage):
    key = StepKey.COUNT
    main = "count"
    button = gettext_lazy("Count the ballots")
    success = gettext_lazy("The ballots are counted. Another person, a scrutineer, certifies the count now.")
    sampled = gettext_lazy(
        "The first readings are fixed and counted. Dice draw now which paper ballots are read again."
    )
    warning = gettext_lazy(
        "The scrutineers are here. The count is recorded as it comes out and cannot be changed."
    )

    def verbs(self) -> dict[str, Verb]:
        return {
            "count": Verb(
                self.form,
                lambda form: count_round(round_=self.round, slips=form.slips, **self.acting),
                self.counted,
                ends=True,
                final=self.warning,
            ),
            "import": Verb(
                self.with_files(partial(ImportCountForm, request=self.request, auto_id="i_%s")),
                self._import,
                self.counted,
                ends=True,
                final=self.warning,
            ),
            "urn": urn_verb(self),
        }

    def counted(self, count: object) -> str:
        """Say what comes now: a certification, or the sample that decides whether the first readings stand."""
        return str(self.sampled if isinstance(count, FirstCount) else self.success)

    def _import(self, form: Any) -> object:
        """Take the count that was made offline."""
        return import_count(round_=self.round, text=count_text(form), second=form.second, **self.acting)

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Show the page, or hand out after the count the scrutineers' file to recount."""
        asked, round_ = request.GET.get("file", ""), self.order.round
        try:
            if asked == "recount" and round_ and round_.status in COUNT_STATUSES:
                if not permissions.can_see_patterns(self.user, self.cycle):
                    raise PermissionDenied
                return staff_file(f"{self.cycle.slug}-recount.json", recount_file(round_))
        except Refused as refusal:
            return self.refused(refusal, status=REFUSED)
        return super().get(request, **kwargs)

    def context(self) -> dict[str, Any]:
        return super().context() | report_for(self.user, self.order.round)


#: Said wherever somebody takes the urn (TRUST.md §5).
URN_LEAVES = gettext_lazy(
    "The offline count is chosen, and the journal says that I took the urn. Whoever has this file, enough key slips "
    "and a delegate's receipt can tell how that delegate voted: I give it to nobody but the scrutineers, and delete it "
    "after the count."
)


def urn_verb(page: StepPage) -> Verb:
    """Record that the person takes the urn, and hand it out."""

    def hand_out(_form: Any) -> HttpResponse:
        return staff_file(f"{page.cycle.slug}-urn.json", take_urn(round_=page.round, **page.acting))

    return Verb(partial(TakeUrnForm, auto_id="u_%s"), hand_out, final=URN_LEAVES)


def count_text(form: Any) -> str:
    raw: bytes = form.cleaned_data["count_file"].read(COUNT_FILE_MOST)
    return raw.decode("utf-8", "replace")


class CertifyPage(WordsPage):
    """The last look at a count. An imported one is held against the urn first, with slips here or a second count."""

    key = StepKey.CERTIFY
    button = gettext_lazy("Certify the count")
    success = gettext_lazy("The count is certified and may be published.")
    warning = gettext_lazy(
        "I have compared the count report with what was announced, and vouch for it. This cannot be taken back."
    )

    own = gettext_lazy(
        "I made this second count myself, with the scrutineers' key slips, from the urn that I took on this page. I "
        "vouch for the count. This cannot be taken back."
    )

    @property
    def imported(self) -> bool:
        tally = getattr(self.order.round, "tally", None)
        return bool(tally and tally.imported)

    def verbs(self) -> dict[str, Verb]:
        verbs = {"": Verb(self.form, self.act, self.success, ends=True, final=self.warning)}
        if self.imported:
            verbs["second"] = Verb(
                self.with_files(partial(SecondCountForm, auto_id="s_%s")),
                lambda form: certify_with_file(round_=self.round, text=count_text(form), **self.acting),
                self.success,
                ends=True,
                final=self.own,
            )
            verbs["urn"] = urn_verb(self)
        return verbs

    def form(self, data: Any = None) -> StepForm:
        return super().form(data) if self.imported else StepForm(data)

    def act(self, form: Any) -> HttpResponse | None:
        if self.imported:
            certify_with_slips(round_=self.round, slips=form.slips, **self.acting)
        else:
            certify_tally(round_=self.round, **self.acting)
        return None

    def context(self) -> dict[str, Any]:
        shown = report_for(self.user, self.order.round) | {"imported": self.imported}
        return super().context() | shown if self.imported else shown


class PublishPage(StepPage):
    key = StepKey.PUBLISH
    button = gettext_lazy("Publish the result")
    success = gettext_lazy("The result is published.")
    warning = gettext_lazy(
        "The result becomes public at once, frozen as it stands above. It cannot be changed or withdrawn."
    )

    def act(self, form: Any) -> HttpResponse | None:
        publish_notice(round_=self.round, **self.acting)
        return None

    def context(self) -> dict[str, Any]:
        return report_for(self.user, self.order.round) | {
            "result_url": reverse("voting:result", args=[self.cycle.slug])
        }
