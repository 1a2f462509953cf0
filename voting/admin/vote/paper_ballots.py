"""Paper ballots at the desk: handed out, taken back, printed."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from voting import permissions
from voting.admin.core.pages import NotYours, StepPage, cycle_for
from voting.domain.core.refusals import Refused
from voting.domain.vote import paper_ballots
from voting.domain.vote.running_order import StepKey
from voting.forms.core.steps import NumbersForm
from voting.forms.core.verbs import Verb
from voting.forms.vote.paper_ballots import PaperBackForm, RestForm, SwitchForm
from voting.models import RollEntry, Round
from voting.printing.files import staff_file
from voting.printing.sheets import sheet_pdf
from voting.read_models.vote.ballot_sheet import ballot_sheet
from voting.read_models.vote.sheet_layouts import has_layout, printed_sheet
from voting.scan.layout import NoLayout
from voting.text.numbers import small_whole

MOST_PLACE = 999_999  # of a ballot in the stack
MOST_COPIES = 500


class PaperDesk(StepPage):
    """Hand paper ballots out, take them back, switch the round to paper. It stands beside the check-in."""

    key = StepKey.CHECK_IN
    template = "admin/vote/paper_desk.html"
    repeatable = True
    main = "hand"
    warning = gettext_lazy(
        "The vote goes on with paper alone. Ballots that are in the urn stay there and count; nobody can vote online "
        "any more. This cannot be taken back."
    )

    @property
    def may_switch(self) -> bool:
        return permissions.can_switch(self.user, self.cycle)

    def bar(self) -> Refused | None:
        """The check-in is the clerk's; the executive chairperson may switch to paper besides."""
        mine = self.may_switch if self.doing == "switch" else self.step.mine
        return None if mine else NotYours()

    def verbs(self) -> dict[str, Verb]:
        return {
            "hand": Verb(
                partial(self.of_voters, NumbersForm),
                lambda form: paper_ballots.hand_out(numbers=form.cleaned_data["numbers"], **self.acting_on),
                handed_out,
                undo="back",
            ),
            "rest": Verb(
                RestForm,
                lambda _form: paper_ballots.hand_out_to_rest(**self.acting_on),
                handed_out,
                final=self.everybody,
            ),
            "back": Verb(
                partial(self.of_voters, PaperBackForm),
                lambda form: paper_ballots.take_back(numbers=form.cleaned_data["numbers"], **self.acting_on),
                taken_back,
                undo="hand",
            ),
            "switch": Verb(
                SwitchForm,
                lambda form: paper_ballots.switch_to_paper(
                    reason=form.cleaned_data["reason"], **self.acting_on
                ),
                _("The vote goes on with paper. Hand a paper ballot to everybody who has not voted."),
                final=self.warning,
            ),
        }

    def of_voters(self, form: type[NumbersForm], data: Any = None) -> NumbersForm:
        """Return the form for the numbers of those who vote: delegates, or residents' letters."""
        made = form(data)
        if self.cycle.by_letter:
            made.ask_for_letters()
        return made

    @property
    def acting_on(self) -> dict[str, Any]:
        return {"round_": self.round, **self.acting}

    def everybody(self) -> str:
        """What handing out to all the rest means, with the number as it is now."""
        pending = self.order.attendance.pending if self.order.attendance else 0
        if self.cycle.by_letter:
            text = ngettext(
                "For %(count)d letter without a ballot a paper ballot was handed out; with it nobody can vote online.",
                "For %(count)d letters without a ballot paper ballots were handed out; with them nobody can vote "
                "online.",
                pending,
            )
            return text % {"count": pending}
        text = ngettext(
            "%(count)d delegate who is present and has neither was handed a paper ballot and cannot vote online.",
            "%(count)d delegates who are present and have neither were handed a paper ballot and cannot vote online.",
            pending,
        )
        return text % {"count": pending}

    def context(self) -> dict[str, Any]:
        round_, possible = self.order.round, self.step.possible
        holders = round_.roll.filter(paper=True).order_by("number") if round_ else RollEntry.objects.none()
        return {
            "may_switch": self.may_switch and possible and round_ is not None and not round_.paper_only,
            "holders": holders.select_related("delegate__delegation"),
            "title": _("Paper ballots"),
        }


def handed_out(number: int) -> str:
    """Return what is said of paper ballots that were handed out."""
    if not number:
        return _("Nothing changed: that was recorded already.")
    text = ngettext(
        "%(count)d paper ballot is recorded as handed out.",
        "%(count)d paper ballots are recorded as handed out.",
        number,
    )
    return text % {"count": number}


def taken_back(number: int) -> str:
    """Return what is said of paper ballots that came back unused."""
    text = ngettext(
        "%(count)d unused paper ballot is taken back.",
        "%(count)d unused paper ballots are taken back.",
        number,
    )
    return text % {"count": number}


def ballot_sheet_pdf(request: HttpRequest, slug: str) -> HttpResponse:
    """Return the paper ballot of the newest round to the millimetre, as a scanner reads it; every copy is the same."""
    cycle = cycle_for(request.user, slug)
    round_ = Round.objects.select_related("rules").filter(cycle=cycle).order_by("-number").first()
    try:
        sheet = printed_sheet(cycle, round_, in_group=bool(request.GET.get("group")))
    except NoLayout:
        raise Http404 from None
    return staff_file(f"{cycle.slug}-ballot-{sheet.layout.digest[:8]}.pdf", sheet_pdf(sheet))


def ballot_sheets(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the paper ballots of the newest round to be printed, one a page; members of a sub-group have their own."""
    cycle = cycle_for(request.user, slug)
    round_ = Round.objects.select_related("rules").filter(cycle=cycle).order_by("-number").first()
    copies = small_whole(request.GET.get("copies", "1"), most=MOST_PLACE)
    sheet = ballot_sheet(cycle, round_)
    context = {
        "cycle": cycle,
        "sheet": sheet,
        "has_layout": has_layout(sheet),
        "copies": range(min(max(copies or 1, 1), MOST_COPIES)),
        "voter_group": sheet.group if request.GET.get("group") else "",
    }
    return render(request, "admin/vote/ballot_sheets.html", context)
