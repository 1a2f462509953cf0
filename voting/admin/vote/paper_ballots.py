"""Paper ballots at the desk, and their reading after the close."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.roles import Role
from voting import permissions
from voting.admin.core.pages import NotYours, StepPage, cycle_for
from voting.admin.core.verbs import REFUSED
from voting.count import paper_marks
from voting.count.counting import BallotType
from voting.count.definition import Definition
from voting.domain.core.refusals import Refused, StepNotAllowed
from voting.domain.vote import paper_ballots
from voting.domain.vote.definitions import definition_of
from voting.domain.vote.running_order import StepKey
from voting.forms.core.steps import NumbersForm
from voting.forms.core.verbs import Verb
from voting.forms.vote.ballot import mark_labels
from voting.forms.vote.paper_ballots import (
    BatchForm,
    BoxCorrectionForm,
    BoxForm,
    PaperBackForm,
    RestForm,
    SettleForm,
    SwitchForm,
    column_labels,
)
from voting.models import PaperBox, RollEntry, Round
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
                NumbersForm,
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
                PaperBackForm,
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

    @property
    def acting_on(self) -> dict[str, Any]:
        return {"round_": self.round, **self.acting}

    def everybody(self) -> str:
        """What handing out to all the rest means, with the number as it is now."""
        pending = self.order.attendance.pending if self.order.attendance else 0
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


class PaperPage(StepPage):
    """Count the box, read every ballot twice, settle what differs. Never a total (F14)."""

    key = StepKey.PAPER
    repeatable = True
    main = "box"
    #: The reading that is offered instead of the one asked for.
    reading = 0
    warning = gettext_lazy(
        "The box was opened in public and the sheets were counted. The number can be corrected by two people until the "
        "first sheet is read, and not after."
    )

    @property
    def definition(self) -> Definition:
        return definition_of(self.round)

    @property
    def box(self) -> PaperBox | None:
        return PaperBox.objects.filter(round=self.order.round).first() if self.order.round else None

    def batch(self) -> tuple[int, range]:
        """Return the reading and the places that the address or the form asks for."""
        data = self.request.POST if self.request.method == "POST" else self.request.GET
        reading = {"1": 1, "2": 2}.get(data.get("reading", ""), 0)
        first = small_whole(data.get("first", ""), most=MOST_PLACE)
        if not reading or first is None:
            return 0, range(0)
        box = self.box
        last = min(first + paper_ballots.BATCH - 1, box.returned if box else 0)
        return reading, range(first, last + 1)

    def verbs(self) -> dict[str, Verb]:
        if self.order.round is None:
            return {}
        group, issued = self.order.round.rules.group_name, self.order.round.paper_issued or 0
        return {
            "box": Verb(
                lambda data: BoxForm(data, group=group, issued=issued),
                lambda form: paper_ballots.record_box(round_=self.round, **form.figures, **self.acting),
                _("The returned paper ballots are recorded. Now two people read each of them."),
                final=self.warning,
            ),
            "correct": Verb(
                partial(BoxCorrectionForm, group=group, issued=issued, request=self.request, auto_id="c_%s"),
                lambda form: paper_ballots.correct_box(
                    round_=self.round,
                    reason=form.cleaned_data["reason"],
                    second=form.second,
                    **form.figures,
                    **self.acting,
                ),
                _("The number of sheets is corrected; the journal keeps both."),
                undo="correct",
            ),
            "read": Verb(
                lambda data: BatchForm(data, definition=self.definition, places=self.batch()[1]),
                self._read,
                undo="settle",
            ),
            "settle": self.settles(self.settled_place),
        }

    def settles(self, place: str) -> Verb:
        """Return the verb that settles the ballot at this place."""
        return Verb(
            lambda data: self.settling(place, data),
            self._settle,
            _("The difference is settled."),
            final=_(
                "The ballot was looked at again, and counts as it is entered here. This cannot be changed."
            ),
        )

    @property
    def settled_place(self) -> str:
        return self.request.POST.get("place", "") if self.doing == "settle" else ""

    def _settle(self, form: Any) -> None:
        paper_ballots.settle(
            round_=self.round,
            place=small_whole(self.settled_place, most=MOST_PLACE) or 0,
            marks=form.cleaned_data["marks"],
            reason=form.cleaned_data["reason"],
            **self.acting,
        )

    def _read(self, form: BatchForm) -> HttpResponse:
        """Enter one batch and show the next one that this person may read in the same reading."""
        reading, places = self.batch()
        if not places:
            raise StepNotAllowed
        try:
            paper_ballots.read_batch(
                round_=self.round, reading=reading, first=places[0], ballots=form.ballots, **self.acting
            )
        except paper_ballots.ReadAlready as refusal:
            if refusal.mine or not self.is_free(other := 3 - reading, places):
                raise
            return self.offer(form, other, refusal)
        entered = _("Ballots %(first)d to %(last)d are entered.") % {"first": places[0], "last": places[-1]}
        following = (b for b in self.batches(paper_ballots.sheets(self.round)) if b["first"] > places[-1])
        free = next((b["first"] for b in following if b["readings"][reading - 1]["mine"]), None)
        return self.stay(entered, query=f"?reading={reading}&first={free}#batch" if free else "")

    def is_free(self, reading: int, places: range) -> bool:
        part = [s for s in paper_ballots.sheets(self.round) if s.place in places]
        return not any((s.first, s.second)[reading - 1] for s in part)

    def offer(self, form: BatchForm, reading: int, refusal: paper_ballots.ReadAlready) -> HttpResponse:
        """A colleague was faster: what was typed can be the other reading, if the person says so."""
        form.refuse(refusal)
        form.add_error(
            None, _("What you typed is kept. Press the button once more to enter it as the other reading.")
        )
        self.reading = reading
        return self.undone(form, status=REFUSED)

    def page(self, sent: Any = None, *, status: int = 200, **more: Any) -> HttpResponse:
        forms = self.forms(sent)
        box = self.box
        sheets = paper_ballots.sheets(self.order.round) if self.order.round and box else []
        reading, places = self.batch()
        entering = self.doing == "read" if self.request.method == "POST" else bool(places)
        return super().page(
            sent,
            status=status,
            batch=forms.get("read"),
            box=box,
            reading=self.reading or reading,
            places=places,
            last=places.stop - 1,
            entering=entering and "read" in forms,
            batches=self.batches(sheets),
            differences=[self.difference(s, forms) for s in sheets if s.differs],
            unread=sum(s.missing for s in sheets),
            unsettled=sum(s.open for s in sheets),
            may_correct=bool(box) and not any(s.first or s.second for s in sheets),
            may_settle=permissions.can_settle_paper(self.user, self.cycle),
            columns=column_labels(self.definition.ballot_type) if self.order.round else [],
            ranking=self.is_of(BallotType.RANKING),
            whole=self.is_of(BallotType.WHOLE_REPORT),
            **more,
        )

    def is_of(self, ballot_type: BallotType) -> bool:
        return self.order.round is not None and self.definition.ballot_type is ballot_type

    def batches(self, sheets: list[paper_ballots.ReadSheet]) -> list[dict[str, Any]]:
        """Return the batches of the stack: who has read them, and who may read them now."""
        batches = []
        for start in range(0, len(sheets), paper_ballots.BATCH):
            part = sheets[start : start + paper_ballots.BATCH]
            readings = []
            for number in (1, 2):
                read = [s.first if number == 1 else s.second for s in part]
                others = {r.read_by_id for s in part for r in (s.second if number == 1 else s.first,) if r}
                readings.append(
                    {
                        "number": number,
                        "by": ", ".join(sorted({str(r.read_by) for r in read if r})),
                        "mine": None in read and self.user.pk not in others and self.user.role != Role.CHIEF,
                    }
                )
            batches.append({"first": part[0].place, "last": part[-1].place, "readings": readings})
        return batches

    def difference(self, sheet: paper_ballots.ReadSheet, forms: dict[str, Any]) -> dict[str, Any]:
        """Return one ballot on which the two readings differ, both in words, with the form that settles it."""
        asked = self.settled_place == str(sheet.place)
        return {
            "sheet": sheet,
            "first": self.words(sheet.first.marks) if sheet.first else "",
            "second": self.words(sheet.second.marks) if sheet.second else "",
            "settled": self.words(sheet.settlement.marks) if sheet.settlement else "",
            "form": forms["settle"] if asked else self.made(self.settles(str(sheet.place)), None),
        }

    def settling(self, place: str, data: Any = None) -> SettleForm:
        """Return the form of one ballot; its fields' names in the page are its own."""
        return SettleForm(data, definition=self.definition, auto_id=f"b{slugify(place)}_%s")

    def words(self, text: str) -> str:
        """Return what a stored reading says, for a person to compare."""
        marks, definition = paper_ballots.marks_of_text(text), self.definition
        if not marks:
            return _("cannot be read")
        if not any(marks):
            return _("nothing marked")
        if definition.ballot_type is BallotType.WHOLE_REPORT:
            return str([_("Not pressed"), _("For"), _("Against"), _("Abstain")][marks[0]])
        typed = paper_marks.write(marks, ballot_type=definition.ballot_type, numbers=definition.numbers)
        if len(typed) == 1:
            return typed[0]
        names = mark_labels(definition.ballot_type).values()
        return "; ".join(f"{name} {numbers}" for name, numbers in zip(names, typed, strict=True) if numbers)


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
