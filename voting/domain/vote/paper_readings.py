"""The returned paper ballots: read twice by two people, settled where the readings differ, agreed.

What stands on paper is read only after the close, by two people who do not see each other's reading; a difference is
settled by the chief scrutineer (总监票人) with a reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from voting.count.choices import Choice
from voting.domain.core.journal import record
from voting.domain.core.refusals import ReasonMissing, Refused, StepNotAllowed
from voting.domain.vote.drawn_sheets import first_readings_stand, require_drawn
from voting.domain.vote.scanned_pictures import put_away
from voting.models import PaperBox, PaperReading, PaperSettlement, Round
from voting.states import Act, RoundStatus

#: So many paper ballots are read in one go.
BATCH = 20


class BoxNotCounted(Refused):
    def __str__(self) -> str:
        return _("Count the returned paper ballots first.")


class ReadAlready(Refused):
    """The same batch again, or a colleague was faster; ``mine`` says which."""

    def __init__(self, place: int, *, reader: str, mine: bool) -> None:
        super().__init__(place, reader, mine)
        self.place, self.reader, self.mine = place, reader, mine

    def __str__(self) -> str:
        named = {"place": self.place, "reader": self.reader}
        if self.mine:
            return (
                _(
                    "You have entered this reading from ballot %(place)d on already; nothing was entered twice."
                )
                % named
            )
        return (
            _(
                "%(reader)s has entered this reading from ballot %(place)d on already; nothing was entered twice."
            )
            % named
        )


class SameReader(Refused):
    """Whoever read a ballot once, or ran the scanner that did, does not read it the other time."""

    def __init__(self, place: int, *, scanned: bool = False) -> None:
        super().__init__(place, scanned)
        self.place, self.scanned = place, scanned

    def __str__(self) -> str:
        if self.scanned:
            return _(
                "You ran the scanner that read ballot %(place)d; another person reads it the second time."
            ) % {"place": self.place}
        return _("You have read ballot %(place)d once; another person reads it the other time.") % {
            "place": self.place
        }


class ChiefReads(Refused):
    """Whoever settled a difference must not have read the ballot; a vote has one chief scrutineer as a rule."""

    def __str__(self) -> str:
        return _(
            "The chief scrutineer settles the differences, and so reads none of the ballots. "
            "Let two other people read them."
        )


class NoSuchPlace(Refused):
    def __init__(self, place: int, returned: int) -> None:
        super().__init__(place, returned)
        self.place, self.returned = place, returned

    def __str__(self) -> str:
        return _("There is no ballot %(place)d: %(returned)d paper ballots were returned.") % {
            "place": self.place,
            "returned": self.returned,
        }


class NothingToSettle(Refused):
    def __str__(self) -> str:
        return _("The two readings of this ballot agree, or one is still missing, or it is settled already.")


class NotTheChief(Refused):
    def __str__(self) -> str:
        return _("A difference is settled by the chief scrutineer, who read neither of the two.")


class PaperNotReady(Refused):
    """The paper ballots cannot be counted yet; the sentence says what is missing."""

    def __init__(self, *, counted: bool, unread: int, differing: int) -> None:
        super().__init__(counted, unread, differing)
        self.counted, self.unread, self.differing = counted, unread, differing

    def __str__(self) -> str:
        if not self.counted:
            return _("The returned paper ballots are not counted yet.")
        if self.unread:
            return _("%(unread)d readings of paper ballots are still missing.") % {"unread": self.unread}
        return _("%(differing)d differences between the two readings are not settled yet.") % {
            "differing": self.differing
        }


def record_paper(round_: Round, act: Act, data: dict[str, Any], *, by: User, at: datetime) -> None:
    """Journal an act on the paper ballots of a round."""
    record(cycle=round_.cycle, act=act, by=by, at=at, data={"round": round_.number, **data})


def read_batch(
    *, round_: Round, reading: int, first: int, ballots: Sequence[Sequence[int]], by: User, at: datetime
) -> None:
    """Record what one person read on consecutive ballots from place ``first`` on; marks as the count takes them.

    All or none: raises StepNotAllowed, BoxNotCounted, NoSuchPlace, ReadAlready, SameReader or ChiefReads.
    """
    marks = dict(enumerate(ballots, start=first))
    read_sheets(round_=round_, reading=reading, ballots=marks, by=by, at=at)


@transaction.atomic
def read_sheets(
    *, round_: Round, reading: int, ballots: Mapping[int, Sequence[int]], by: User, at: datetime
) -> None:
    """Record what one person read on the ballots at some places; marks as the count takes them.

    All or none: raises StepNotAllowed, BoxNotCounted, NoSuchPlace, ReadAlready, SameReader, ChiefReads, or where a
    draw names those read again NotDrawnYet or NotDrawn.
    """
    locked = closed_with_paper(round_)
    places = sorted(ballots)
    require_places(locked, places)
    require_may_read(locked, reading, places, by)
    require_drawn(locked, reading, places)
    PaperReading.objects.bulk_create(
        [
            PaperReading(
                round=locked, place=place, reading=reading, marks=text_of_marks(ballots[place]), read_by=by
            )
            for place in places
        ]
    )
    data: dict[str, Any] = {"reading": reading, "first": places[0], "last": places[-1]}
    if len(places) <= places[-1] - places[0]:
        data = {"reading": reading, "places": places}
    record_paper(locked, Act.PAPER_ENTERED, data, by=by, at=at)
    put_away_if_agreed(locked)


def require_places(round_: Round, places: Sequence[int]) -> None:
    """Require the places to be in the box, which is counted. Raises BoxNotCounted or NoSuchPlace."""
    box = PaperBox.objects.filter(round=round_).first()
    if box is None:
        raise BoxNotCounted
    if not places or places[0] < 1 or places[-1] > box.returned:
        raise NoSuchPlace(places[-1] if places else 0, box.returned)


def require_may_read(round_: Round, reading: int, places: Sequence[int], by: User) -> None:
    """Require that person to be free to read these ballots. Raises ReadAlready, SameReader or ChiefReads."""
    there = PaperReading.objects.filter(round=round_, place__in=places).select_related("read_by")
    for other in there.order_by("place"):
        if other.reading == reading:
            machine, mine = other.by_machine, other.read_by_id == by.pk and not other.by_machine
            raise ReadAlready(
                other.place, reader=_("The scanner") if machine else str(other.read_by), mine=mine
            )
        if other.read_by_id == by.pk:
            raise SameReader(other.place, scanned=other.by_machine)
    if by.role == Role.CHIEF:
        raise ChiefReads


@transaction.atomic
def settle(
    *, round_: Round, place: int, marks: Sequence[int], reason: str, by: User, at: datetime
) -> PaperSettlement:
    """Settle a ballot whose two readings differ; the paper itself is looked at again.

    Raises StepNotAllowed, NotTheChief, NothingToSettle or ReasonMissing.
    """
    locked = closed_with_paper(round_)
    if by.role != Role.CHIEF:
        raise NotTheChief
    sheet = next((s for s in sheets(locked) if s.place == place), None)
    if sheet is None or not sheet.differs or sheet.settlement is not None:
        raise NothingToSettle
    if by.pk in sheet.readers:
        raise NotTheChief
    if not reason.strip():
        raise ReasonMissing
    settlement = PaperSettlement.objects.create(
        round=locked, place=place, marks=text_of_marks(marks), reason=reason.strip(), settled_by=by
    )
    record_paper(locked, Act.PAPER_SETTLED, {"place": place, "reason": settlement.reason}, by=by, at=at)
    put_away_if_agreed(locked)
    return settlement


def closed_with_paper(round_: Round) -> Round:
    """Lock a closed round that has ballots on paper. Raises StepNotAllowed."""
    locked = (
        Round.objects.select_for_update(of=("self",))
        .select_related("cycle__congress", "rules")
        .get(pk=round_.pk)
    )
    if locked.status != RoundStatus.CLOSED or not locked.paper_issued:
        raise StepNotAllowed
    return locked


@dataclass(frozen=True)
class ReadSheet:
    """One paper ballot: its place in the stack, its two readings and how a difference was settled."""

    place: int
    first: PaperReading | None
    second: PaperReading | None
    settlement: PaperSettlement | None
    in_group: bool

    @property
    def by_machine(self) -> bool:
        """The scanner was the first reader."""
        return self.first is not None and self.first.by_machine

    @property
    def missing(self) -> int:
        return (self.first is None) + (self.second is None)

    @property
    def differs(self) -> bool:
        return self.first is not None and self.second is not None and self.first.marks != self.second.marks

    @property
    def open(self) -> bool:
        return self.differs and self.settlement is None

    @property
    def readers(self) -> set[int]:
        return {reading.read_by_id for reading in (self.first, self.second) if reading}

    @property
    def agreed(self) -> tuple[int, ...] | None:
        """The marks that count; None while they are not agreed."""
        if self.settlement:
            return marks_of_text(self.settlement.marks)
        return (
            marks_of_text(self.first.marks) if self.first and not self.missing and not self.differs else None
        )


def sheets(round_: Round) -> list[ReadSheet]:
    """Return every returned paper ballot in the stack's order, in three queries; none before the box is counted."""
    box = PaperBox.objects.filter(round=round_).first()
    if box is None:
        return []
    readings: dict[tuple[int, int], PaperReading] = {
        (r.place, r.reading): r for r in PaperReading.objects.filter(round=round_).select_related("read_by")
    }
    settled = {s.place: s for s in PaperSettlement.objects.filter(round=round_).select_related("settled_by")}
    return [
        ReadSheet(
            place=place,
            first=readings.get((place, 1)),
            second=readings.get((place, 2)),
            settlement=settled.get(place),
            in_group=place <= box.returned_group,
        )
        for place in range(1, box.returned + 1)
    ]


def put_away_if_agreed(round_: Round) -> None:
    """Put the working pictures away once every ballot is agreed."""
    if all(sheet.agreed is not None for sheet in sheets(round_)):
        put_away(round_)


def agreed(round_: Round) -> list[Choice]:
    """Return every returned paper ballot as agreed, sorted so that the stack's order is gone (F13); none where none was
    handed out. Where a sample is read again and nothing of it differs, what was read first.

    Raises PaperNotReady.
    """
    if round_.paper_issued == 0:
        return []
    if not PaperBox.objects.filter(round=round_).exists():
        raise PaperNotReady(counted=False, unread=0, differing=0)
    if first_readings_stand(round_):
        return read_first(round_)
    read = sheets(round_)
    unread, differing = sum(s.missing for s in read), sum(s.open for s in read)
    ballots = [Choice(marks, s.in_group) for s in read if (marks := s.agreed) is not None]
    if unread or differing or len(ballots) != len(read):
        raise PaperNotReady(counted=True, unread=unread, differing=differing)
    return sorted(ballots)


def read_first(round_: Round) -> list[Choice]:
    """Return every returned paper ballot as it was read first, sorted. Raises PaperNotReady."""
    read = sheets(round_)
    ballots = [Choice(marks_of_text(s.first.marks), s.in_group) for s in read if s.first]
    if unread := len(read) - len(ballots):
        raise PaperNotReady(counted=True, unread=unread, differing=0)
    return sorted(ballots)


def text_of_marks(marks: Sequence[int]) -> str:
    """Return marks as a reading keeps them."""
    return ",".join(str(mark) for mark in marks)


def marks_of_text(text: str) -> tuple[int, ...]:
    """Return the marks of a stored reading; none for a ballot that cannot be read."""
    return tuple(int(mark) for mark in text.split(",")) if text else ()
