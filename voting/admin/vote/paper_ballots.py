"""Paper ballots at the desk, and their reading after the close."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.roles import Role
from voting import permissions
from voting.admin.core.pages import REFUSED, StepPage, cycle_for
from voting.count import paper_marks
from voting.count.counting import BallotType
from voting.count.definition import Definition
from voting.domain.core.refusals import StepNotAllowed
from voting.domain.vote import paper_ballots
from voting.domain.vote.definitions import definition_of
from voting.domain.vote.running_order import Step, StepKey
from voting.forms.core.steps import NumbersForm, StepForm
from voting.forms.vote.ballot import mark_labels
from voting.forms.vote.paper_ballots import (
    BatchForm,
    BoxForm,
    PaperBackForm,
    RestForm,
    SettleForm,
    SwitchForm,
    column_labels,
)
from voting.models import PaperBox, Round
from voting.read_models.vote.ballot_sheet import ballot_sheet

_DIGITS = 6  # of a place in the stack, at most
MOST_COPIES = 500


class PaperDesk(StepPage):
    """Hand paper ballots out, take them back, switch the round to paper. It stands beside the check-in."""

    key = StepKey.CHECK_IN
    template = "admin/vote/paper_desk.html"
    repeatable = True
    warning = gettext_lazy(
        "The vote goes on with paper alone. Ballots that are in the urn stay there and count; nobody can vote online "
        "any more. This cannot be taken back."
    )

    @property
    def doing(self) -> str:
        return self.request.POST.get("do", "")

    @property
    def may_switch(self) -> bool:
        return permissions.can_switch(self.user, self.cycle)

    @property
    def step(self) -> Step:
        """The check-in is the clerk's; the presiding officer may switch to paper besides."""
        step = super().step
        return replace(step, mine=self.may_switch) if self.doing == "switch" else step

    def form(self, data: Any = None) -> StepForm:
        if self.doing == "switch":
            return SwitchForm(data, sentence=self.warning)
        if self.doing == "back":
            return PaperBackForm(data)
        return RestForm(data, sentence=self.everybody) if self.doing == "rest" else NumbersForm(data)

    def act(self, form: Any) -> HttpResponse | None:
        if self.doing == "switch":
            paper_ballots.switch_to_paper(
                round_=self.round, reason=form.cleaned_data["reason"], **self.acting
            )
            return self.back(
                _("The vote goes on with paper. Hand a paper ballot to everybody who has not voted.")
            )
        if self.doing == "rest":
            return self.back(self.said(paper_ballots.hand_out_to_rest(round_=self.round, **self.acting)))
        given = {"round_": self.round, "numbers": form.cleaned_data["numbers"], **self.acting}
        if self.doing != "back":
            return self.back(self.said(paper_ballots.hand_out(**given)))
        text = ngettext(
            "%(count)d unused paper ballot is taken back.",
            "%(count)d unused paper ballots are taken back.",
            count := paper_ballots.take_back(**given),
        )
        return self.back(text % {"count": count})

    @staticmethod
    def said(handed: int) -> str:
        if not handed:
            return _("Nothing changed: that was recorded already.")
        text = ngettext(
            "%(count)d paper ballot is recorded as handed out.",
            "%(count)d paper ballots are recorded as handed out.",
            handed,
        )
        return text % {"count": handed}

    def back(self, message: str) -> HttpResponse:
        messages.success(self.request, message)
        return HttpResponseRedirect(reverse("admin:paper_desk", args=[self.cycle.slug]))

    @property
    def everybody(self) -> str:
        """What handing out to all the rest means, with the number as it is now."""
        pending = self.order.attendance.pending if self.order.attendance else 0
        text = ngettext(
            "%(count)d delegate who is present and has neither was handed a paper ballot and cannot vote online.",
            "%(count)d delegates who are present and have neither were handed a paper ballot and cannot vote online.",
            pending,
        )
        return text % {"count": pending}

    def page(self, form: StepForm, *, status: int = 200, **more: Any) -> HttpResponse:
        forms: dict[str, StepForm] = {
            "form": NumbersForm(),
            "rest": RestForm(sentence=self.everybody),
            "back": PaperBackForm(),
            "switch": SwitchForm(sentence=self.warning),
        }
        name = {SwitchForm: "switch", PaperBackForm: "back", RestForm: "rest"}.get(type(form), "form")
        forms[name] = form
        round_, possible = self.order.round, super().step.possible
        return super().page(
            forms.pop("form"),
            status=status,
            usable=self.order.step(self.key).mine and possible,
            may_switch=self.may_switch and possible and round_ is not None and not round_.paper_only,
            refusal=form.non_field_errors(),
            holders=round_.roll.filter(paper=True).order_by("number") if round_ else [],
            title=_("Paper ballots"),
            **forms,
            **more,
        )


class PaperPage(StepPage):
    """Count the box, read every ballot twice, settle what differs. Never a total (F14)."""

    key = StepKey.PAPER
    repeatable = True
    #: The reading that is offered instead of the one asked for.
    reading = 0
    warning = gettext_lazy(
        "The box was opened in public and the sheets were counted. The number cannot be changed."
    )

    @property
    def doing(self) -> str:
        return self.request.POST.get("do", "")

    @property
    def definition(self) -> Definition:
        return definition_of(self.round)

    @property
    def box(self) -> PaperBox | None:
        return PaperBox.objects.filter(round=self.order.round).first() if self.order.round else None

    def batch(self) -> tuple[int, range]:
        """Return the reading and the places that the address or the form asks for."""
        data = self.request.POST if self.request.method == "POST" else self.request.GET
        reading, first = data.get("reading", ""), data.get("first", "")
        if reading not in {"1", "2"} or not first.isascii() or not first.isdigit() or len(first) > _DIGITS:
            return 0, range(0)
        box = self.box
        last = min(int(first) + paper_ballots.BATCH - 1, box.returned if box else 0)
        return int(reading), range(int(first), last + 1)

    def form(self, data: Any = None) -> StepForm:
        if self.order.round is None:
            return StepForm(data)
        if self.doing == "read" or (data is None and self.batch()[1]):
            return BatchForm(data, definition=self.definition, places=self.batch()[1])
        if self.doing == "settle":
            return self.settling(self.request.POST.get("place", ""), data)
        return BoxForm(data, sentence=self.warning, group=self.order.round.rules.group_name)

    def act(self, form: Any) -> HttpResponse | None:
        if self.doing == "read":
            return self.read(form)
        if self.doing == "settle":
            place = self.request.POST.get("place", "")
            paper_ballots.settle(
                round_=self.round,
                place=int(place) if place.isascii() and place.isdigit() else 0,
                marks=form.cleaned_data["marks"],
                reason=form.cleaned_data["reason"],
                **self.acting,
            )
            return self.stay(_("The difference is settled."))
        paper_ballots.record_box(
            round_=self.round,
            returned=form.cleaned_data["returned"],
            returned_group=form.cleaned_data.get("returned_group", 0),
            **self.acting,
        )
        return self.stay(_("The returned paper ballots are recorded. Now two people read each of them."))

    def read(self, form: BatchForm) -> HttpResponse:
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
        said = _("Ballots %(first)d to %(last)d are entered.") % {"first": places[0], "last": places[-1]}
        following = (b for b in self.batches(paper_ballots.sheets(self.round)) if b["first"] > places[-1])
        free = next((b["first"] for b in following if b["readings"][reading - 1]["mine"]), None)
        return self.stay(said, query=f"?reading={reading}&first={free}#batch" if free else "")

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
        return self.page(form, status=REFUSED)

    def page(self, form: StepForm, *, status: int = 200, **more: Any) -> HttpResponse:
        box = self.box
        sheets = paper_ballots.sheets(self.order.round) if self.order.round and box else []
        reading, places = self.batch()
        reading = self.reading or reading
        settling = self.request.POST.get("place", "") if self.doing == "settle" else ""
        return super().page(
            form,
            status=status,
            box=box,
            reading=reading,
            places=places,
            last=places.stop - 1,
            entering=isinstance(form, BatchForm),
            batches=self.batches(sheets),
            differences=[self.difference(s, form, settling) for s in sheets if s.differs],
            unread=sum(s.missing for s in sheets),
            unsettled=sum(s.open for s in sheets),
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
        found = []
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
            found.append({"first": part[0].place, "last": part[-1].place, "readings": readings})
        return found

    def difference(self, sheet: paper_ballots.ReadSheet, form: StepForm, settling: str) -> dict[str, Any]:
        """Return one ballot on which the two readings differ, both in words, with the form that settles it."""
        asked = isinstance(form, SettleForm) and settling == str(sheet.place)
        return {
            "sheet": sheet,
            "first": self.words(sheet.first.marks) if sheet.first else "",
            "second": self.words(sheet.second.marks) if sheet.second else "",
            "settled": self.words(sheet.settlement.marks) if sheet.settlement else "",
            "form": form if asked else self.settling(str(sheet.place)),
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


def ballot_sheets(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the paper ballots of the newest round to be printed, one a page; members of a sub-group have their own."""
    cycle = cycle_for(request.user, slug)
    round_ = Round.objects.select_related("rules").filter(cycle=cycle).order_by("-number").first()
    asked = request.GET.get("copies", "1")
    copies = int(asked) if asked.isascii() and asked.isdigit() and len(asked) <= _DIGITS else 1
    sheet = ballot_sheet(cycle, round_)
    context = {
        "cycle": cycle,
        "sheet": sheet,
        "copies": range(min(max(copies, 1), MOST_COPIES)),
        "voter_group": sheet.group if request.GET.get("group") else "",
    }
    return render(request, "admin/vote/ballot_sheets.html", context)
