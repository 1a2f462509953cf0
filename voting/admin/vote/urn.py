"""The vote itself: open, turnout and close, count, certify, publish."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy

from voting import permissions
from voting.admin.core.pages import StepPage
from voting.admin.core.verbs import REFUSED
from voting.admin.vote.ceremony import WordsPage
from voting.admin.vote.count_report import count_report
from voting.domain.core.refusals import Refused
from voting.domain.vote.counts import certify_tally, count_round
from voting.domain.vote.notices import publish_notice
from voting.domain.vote.rounds import close_round, open_round
from voting.domain.vote.running_order import StepKey
from voting.domain.vote.urn_files import import_count, recount_file, urn_file
from voting.forms.core.steps import CountFileForm, StepForm
from voting.forms.core.verbs import Verb
from voting.forms.vote.desk import MinutesField
from voting.models import Round
from voting.printing.files import staff_file
from voting.states import COUNT_STATUSES, SEALED_STATUSES

COUNT_FILE_MOST = 64 * 1024 * 1024  # bytes


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
    success = gettext_lazy("The vote is open: the delegates present can cast their ballots now.")
    warning = gettext_lazy(
        "From now on ballots are cast. Rules, candidate projects, roll and key cannot be changed any more."
    )

    def form(self, data: Any = None) -> StepForm:
        form = super().form(data)
        form.fields["minutes"] = MinutesField()
        form.order_fields(["minutes", "confirm"])
        return form

    def act(self, form: Any) -> HttpResponse | None:
        open_round(round_=self.round, minutes=form.cleaned_data["minutes"], **self.acting)
        return None


class ClosePage(StepPage):
    """Turnout while the vote is open: numbers only. And the close."""

    key = StepKey.CLOSE
    button = gettext_lazy("Close the vote and seal the urn")
    success = gettext_lazy("The vote is closed and the urn is sealed.")
    warning = gettext_lazy(
        "The executive chairperson has closed the vote. It cannot be opened again: whoever has not cast a ballot "
        "by now cannot cast one."
    )

    def act(self, form: Any) -> HttpResponse | None:
        close_round(round_=self.round, **self.acting)
        return None


class CountPage(WordsPage):
    key = StepKey.COUNT
    main = "count"
    button = gettext_lazy("Count the ballots")
    success = gettext_lazy("The ballots are counted. Another person, a scrutineer, certifies the count now.")
    warning = gettext_lazy(
        "The scrutineers are here. The count is recorded as it comes out and cannot be changed."
    )

    def verbs(self) -> dict[str, Verb]:
        return {
            "count": Verb(
                self.form,
                lambda form: count_round(round_=self.round, slips=form.slips, **self.acting),
                self.success,
                ends=True,
            ),
            "import": Verb(
                self.with_files(CountFileForm),
                self._import,
                self.success,
                ends=True,
            ),
        }

    def _import(self, form: Any) -> None:
        """Take the count that was made offline."""
        raw = form.cleaned_data["count_file"].read(COUNT_FILE_MOST)
        import_count(round_=self.round, text=raw.decode("utf-8", "replace"), **self.acting)

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Show the page, or hand out the urn, or after the count the scrutineers' file to recount."""
        asked, round_ = request.GET.get("file", ""), self.order.round
        try:
            if asked == "urn" and round_ and may_have_urn(self.user, round_):
                return staff_file(f"{self.cycle.slug}-urn.json", urn_file(round_))
            if asked == "recount" and round_ and round_.status in COUNT_STATUSES:
                if not permissions.can_see_patterns(self.user, self.cycle):
                    raise PermissionDenied
                return staff_file(f"{self.cycle.slug}-recount.json", recount_file(round_))
        except Refused as refusal:
            return self.refused(refusal, status=REFUSED)
        return super().get(request, **kwargs)

    def context(self) -> dict[str, Any]:
        return super().context() | report_for(self.user, self.order.round)


def may_have_urn(user: Any, round_: Round) -> bool:
    """Tell whether this person may take the sealed urn: whoever counts, and until the end whoever certifies."""
    may = permissions.can_count(user, round_.cycle) or permissions.can_certify(user, round_.cycle)
    return may and round_.status in SEALED_STATUSES


class CertifyPage(StepPage):
    key = StepKey.CERTIFY
    button = gettext_lazy("Certify the count")
    success = gettext_lazy("The count is certified and may be published.")
    warning = gettext_lazy(
        "I have compared the count report with what was announced, and vouch for it. This cannot be taken back."
    )

    def act(self, form: Any) -> HttpResponse | None:
        certify_tally(round_=self.round, **self.acting)
        return None

    def context(self) -> dict[str, Any]:
        return report_for(self.user, self.order.round)


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
