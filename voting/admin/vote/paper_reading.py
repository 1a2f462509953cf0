"""The reading of the paper ballots after the close: the box is counted, each is read twice, differences are settled."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial
from typing import Any

from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from accounts.roles import Role
from voting import permissions
from voting.admin.core.pages import StepPage
from voting.admin.core.verbs import REFUSED
from voting.count import paper_marks
from voting.count.counting import BallotType
from voting.count.definition import Definition
from voting.domain.core.refusals import StepNotAllowed
from voting.domain.vote import paper_ballots
from voting.domain.vote.decks import ScannerNotAdopted, is_scanned
from voting.domain.vote.definitions import definition_of
from voting.domain.vote.drawn_sheets import readable_again
from voting.domain.vote.paper_ballots import ReadSheet
from voting.domain.vote.running_order import StepKey
from voting.domain.vote.scanned_pictures import places_with_pictures
from voting.forms.core.verbs import Verb
from voting.forms.vote.ballot import mark_labels
from voting.forms.vote.paper_ballots import BatchForm, BoxCorrectionForm, BoxForm, SettleForm, column_labels
from voting.models import PaperBox
from voting.text.numbers import small_whole

MOST_PLACE = 999_999  # of a ballot in the stack
#: So many pictures stand on one page.
AT_ONCE = 5


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

    @cached_property
    def box(self) -> PaperBox | None:
        return PaperBox.objects.filter(round=self.order.round).first() if self.order.round else None

    @cached_property
    def stack(self) -> list[ReadSheet]:
        return paper_ballots.sheets(self.order.round) if self.order.round and self.box else []

    @cached_property
    def pictures(self) -> set[int]:
        """The places whose picture is at hand, for whoever may read them."""
        usable = bool(self.stack) and permissions.can_read_paper(self.user, self.cycle)
        return places_with_pictures(self.round) if usable else set()

    @property
    def asked(self) -> QueryDict:
        return self.request.POST if self.request.method == "POST" else self.request.GET

    @property
    def on_paper(self) -> bool:
        """The person has the paper in hand and needs no pictures."""
        return bool(self.asked.get("paper"))

    @property
    def doubtful(self) -> bool:
        """The sheets that the scanner left to people are asked for."""
        return bool(self.asked.get("doubtful"))

    def batch(self) -> tuple[int, list[int]]:
        """Return the reading and the places that the address or the form asks for."""
        reading = {"1": 1, "2": 2}.get(self.asked.get("reading", ""), 0)
        if not reading:
            return 0, []
        if self.request.method == "POST" and "places" in self.asked:
            places = [small_whole(each, most=MOST_PLACE) for each in self.asked.get("places", "").split(",")]
            whole = sorted({place for place in places if place})
            return (reading, whole) if len(whole) <= paper_ballots.BATCH else (0, [])
        first = small_whole(self.asked.get("first", ""), most=MOST_PLACE)
        if not first:
            return (1, self.in_doubt[:AT_ONCE]) if self.doubtful and self.in_doubt else (0, [])
        part = [sheet for sheet in self.stack if first <= sheet.place < first + paper_ballots.BATCH]
        if self.request.method == "POST":
            return reading, [sheet.place for sheet in part]
        free = [sheet.place for sheet in part if self.is_mine(sheet, reading)] or [s.place for s in part]
        if not self.on_paper and self.pictures.intersection(free):
            free = free[:AT_ONCE]
        return reading, free

    @property
    def in_doubt(self) -> list[int]:
        """The places that the scanner left to people and that this person may read the first time."""
        return [s.place for s in self.stack if s.place in self.pictures and self.is_mine(s, 1)]

    @cached_property
    def again(self) -> set[int] | None:
        """The places that may be read a second time where a draw names them; None where all of them are."""
        return readable_again(self.round) if self.stack else None

    def is_mine(self, sheet: ReadSheet, reading: int) -> bool:
        """Tell whether the person may enter this reading of the ballot now."""
        own, other = (sheet.first, sheet.second)[:: 1 if reading == 1 else -1]
        return (
            own is None
            and (reading == 1 or self.again is None or sheet.place in self.again)
            and (other is None or other.read_by_id != self.user.pk)
            and self.user.role != Role.CHIEF
        )

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
            paper_ballots.read_sheets(
                round_=self.round,
                reading=reading,
                ballots=dict(zip(places, form.ballots, strict=True)),
                **self.acting,
            )
        except paper_ballots.ReadAlready as refusal:
            if refusal.mine or not self.is_free(other := 3 - reading, places):
                raise
            return self.offer(form, other, refusal)
        numbers = {"first": places[0], "last": places[-1], "places": _listed(places)}
        in_a_row = len(places) == places[-1] - places[0] + 1
        entered = (
            _("Ballots %(first)d to %(last)d are entered.")
            if in_a_row
            else _("Ballots %(places)s are entered.")
        )
        return self.stay(entered % numbers, query=self.following(reading, places[-1]))

    def following(self, reading: int, last: int) -> str:
        """Return the way to what the person reads next."""
        self.renew()
        if self.doubtful:
            return "?reading=1&doubtful=1" if self.in_doubt else ""
        batches = (b for b in self.batches() if b["last"] >= last and b["readings"][reading - 1]["mine"])
        first = next((b["first"] for b in batches), None)
        paper = "&paper=1" if self.on_paper else ""
        return f"?reading={reading}&first={first}{paper}" if first else ""

    def is_free(self, reading: int, places: list[int]) -> bool:
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
        box, sheets = self.box, self.stack
        reading, places = self.batch()
        scanner = self.order.round is not None and is_scanned(self.order.round)
        again = self.again
        entering = self.doing == "read" if self.request.method == "POST" else bool(places)
        return super().page(
            sent,
            status=status,
            batch=forms.get("read"),
            box=box,
            reading=self.reading or reading,
            places=",".join(map(str, places)),
            listed=_listed(places),
            first=places[0] if places else 0,
            last=places[-1] if places else 0,
            lines=self.lines(forms["read"]) if entering and "read" in forms else [],
            doubtful=self.doubtful,
            on_paper=self.on_paper,
            in_doubt=len(self.in_doubt),
            scanner=scanner,
            barred="" if scanner else str(ScannerNotAdopted()),
            scanned=any(sheet.by_machine for sheet in sheets) or bool(self.pictures),
            entering=entering and "read" in forms,
            batches=self.batches(),
            differences=[self.difference(s, forms) for s in sheets if s.differs],
            unread=sum(s.missing for s in sheets) if again is None else missing_of(sheets, again),
            sampled=again is not None,
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

    def lines(self, form: BatchForm) -> list[dict[str, Any]]:
        """Return the ballots of a batch, each with its field and, where it is at hand and wanted, its picture."""
        shown = set() if self.on_paper else self.pictures
        return [
            {**line, "picture": self.picture(place) if (place := int(line["place"])) in shown else ""}
            for line in form.lines
        ]

    def picture(self, place: int) -> str:
        return reverse("admin:paper_picture", args=[self.cycle.slug, place])

    def batches(self) -> list[dict[str, Any]]:
        """Return the batches of the stack: who has read them, and who may read them now."""
        batches = []
        for start in range(0, len(self.stack), paper_ballots.BATCH):
            part = self.stack[start : start + paper_ballots.BATCH]
            readings = []
            for number in (1, 2):
                read = [r for s in part if (r := s.first if number == 1 else s.second)]
                people = sorted({str(r.read_by) for r in read if not r.by_machine})
                machine = [_("the scanner")] if any(r.by_machine for r in read) else []
                readings.append(
                    {
                        "number": number,
                        "by": ", ".join([*machine, *people]),
                        "missing": len(part) - len(read),
                        "mine": any(self.is_mine(sheet, number) for sheet in part),
                        "drawn": number == 2 and self.again is not None,  # noqa: PLR2004 the second reading
                    }
                )
            batches.append({"first": part[0].place, "last": part[-1].place, "readings": readings})
        return batches

    def difference(self, sheet: paper_ballots.ReadSheet, forms: dict[str, Any]) -> dict[str, Any]:
        """Return one ballot on which the two readings differ, both in words, with the form that settles it."""
        asked = self.settled_place == str(sheet.place)
        return {
            "sheet": sheet,
            "picture": self.picture(sheet.place) if sheet.place in self.pictures else "",
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


def _listed(places: list[int]) -> str:
    return pgettext("list", ", ").join(map(str, places))


def missing_of(sheets: Sequence[ReadSheet], again: Collection[int]) -> int:
    """Return how many readings are missing where only these places are read a second time."""
    return sum((s.first is None) + (s.second is None and s.place in again) for s in sheets)
