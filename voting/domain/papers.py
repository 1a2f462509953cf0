"""Paper ballots beside the online ones: handed out, switched to, counted as objects, read twice, settled, agreed.

One delegate, one ballot, one channel (PROCEDURE.md §3.4 (9)). What stands on paper is read only after the close, by two
people who do not see each other's reading; a difference is settled by the chief scrutineer (总监票人) with a reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts import codes
from accounts.models import User
from accounts.roles import Role
from voting.domain.choices import Choice
from voting.domain.journal import record
from voting.domain.refusals import Refused, StepNotAllowed
from voting.domain.rolls import CheckInClosed, HasVoted, NotOnRoll, attendance
from voting.models import PaperBox, PaperReading, PaperSettlement, RollEntry, Round
from voting.states import CHECK_IN_STATUSES, Act, Presence, RoundStatus

#: So many paper ballots are read in one go.
BATCH = 20


class NotInTheHall(Refused):
    """A paper ballot is handed to a delegate who is present."""

    def __init__(self, number: str) -> None:
        super().__init__(number)
        self.number = number

    def __str__(self) -> str:
        return _("Delegate %(number)s is not checked in as present.") % {"number": self.number}


class VotedOnline(HasVoted):
    """Whose ballot is in the urn gets no paper."""

    def __str__(self) -> str:
        return _(
            "The ballot of delegate %(number)s is in the urn already: give no paper ballot, or set it aside unused."
        ) % {"number": self.number}


class HasNoPaper(Refused):
    def __init__(self, number: str) -> None:
        super().__init__(number)
        self.number = number

    def __str__(self) -> str:
        return _("Delegate %(number)s has no paper ballot.") % {"number": self.number}


class ReasonMissing(Refused):
    def __str__(self) -> str:
        return _("Say why: the reason stands in the journal.")


class BoxCounted(Refused):
    def __str__(self) -> str:
        return _("The returned paper ballots have been counted already; the number stands in the journal.")


class BoxNotCounted(Refused):
    def __str__(self) -> str:
        return _("Count the returned paper ballots first.")


class GroupTooMany(Refused):
    def __str__(self) -> str:
        return _("The sub-group cannot have returned more ballots than there are.")


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
    def __init__(self, place: int) -> None:
        super().__init__(place)
        self.place = place

    def __str__(self) -> str:
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
            return _("%(unread)d readings of paper ballots are still missing: each ballot is read twice.") % {
                "unread": self.unread
            }
        return _("%(differing)d differences between the two readings are not settled yet.") % {
            "differing": self.differing
        }


# ------------------------------------------------------------------------------------------ while the vote is open


@transaction.atomic
def hand_out(*, round_: Round, numbers: Iterable[str], by: User, at: datetime) -> int:
    """Record that these delegates were handed a paper ballot; from now on they cannot vote online. Return how many.

    All or none: raises NotOnRoll, NotInTheHall, VotedOnline or CheckInClosed and then nothing has changed. Who has
    one already is passed over.
    """
    locked = _before_the_close(round_)
    entries = _named(locked, numbers)
    for entry in entries:
        _require_may_have_paper(entry)
    return _mark(locked, [e.number for e in entries if not e.paper], by=by, at=at)


@transaction.atomic
def hand_out_to_rest(*, round_: Round, by: User, at: datetime) -> int:
    """Record that everyone present who has neither voted online nor a paper ballot was handed one. Return how many."""
    locked = _before_the_close(round_)
    rest = _entries(locked).filter(presence=Presence.PRESENT, voted=False, paper=False)
    return _mark(locked, list(rest.values_list("number", flat=True)), by=by, at=at)


@transaction.atomic
def take_back(*, round_: Round, numbers: Iterable[str], by: User, at: datetime) -> int:
    """Record that unused paper ballots came back; return how many. Their delegates may vote online again, unless the
    round goes on with paper alone.

    All or none: raises NotOnRoll, HasNoPaper or CheckInClosed and then nothing has changed.
    """
    locked = _before_the_close(round_)
    entries = _named(locked, numbers)
    for entry in entries:
        if not entry.paper:
            raise HasNoPaper(entry.number)
    back = [entry.number for entry in entries]
    locked.roll.filter(number__in=back).update(paper=False)
    _record(locked, Act.PAPER_TAKEN_BACK, {"delegates": back}, by=by, at=at)
    return len(back)


@transaction.atomic
def switch_to_paper(*, round_: Round, reason: str, by: User, at: datetime) -> None:
    """Let the round go on with paper alone. The ballots in the urn stay and count; it cannot be taken back.

    Waits for every ballot that is just being cast, as the close does. Raises ReasonMissing, CheckInClosed or
    StepNotAllowed where it is switched already.
    """
    if not reason.strip():
        raise ReasonMissing
    locked = _before_the_close(round_)
    if locked.paper_only:
        raise StepNotAllowed
    Round.objects.filter(pk=locked.pk).update(paper_only=True)
    data = {"reason": reason.strip(), "online": attendance(locked).voted}
    _record(locked, Act.SWITCHED_TO_PAPER, data, by=by, at=at)


def _before_the_close(round_: Round) -> Round:
    locked = Round.objects.select_for_update(of=("self",)).select_related("cycle", "rules").get(pk=round_.pk)
    if locked.status not in CHECK_IN_STATUSES:
        raise CheckInClosed
    return locked


def _entries(round_: Round) -> QuerySet[RollEntry]:
    return RollEntry.objects.select_for_update().filter(round=round_, excluded=False).order_by("number")


def _named(round_: Round, numbers: Iterable[str]) -> list[RollEntry]:
    """Return the entries with these numbers, locked. Raises NotOnRoll."""
    wanted = {codes.normalise(number).upper() for number in numbers}
    entries = list(_entries(round_).filter(number__in=wanted))
    if missing := wanted - {entry.number for entry in entries}:
        raise NotOnRoll(min(missing))
    return entries


def _require_may_have_paper(entry: RollEntry) -> None:
    if entry.voted:
        raise VotedOnline(entry.number)
    if entry.presence != Presence.PRESENT:
        raise NotInTheHall(entry.number)


def _mark(round_: Round, numbers: list[str], *, by: User, at: datetime) -> int:
    if numbers:
        round_.roll.filter(number__in=numbers).update(paper=True)
        _record(round_, Act.PAPER_HANDED_OUT, {"delegates": sorted(numbers)}, by=by, at=at)
    return len(numbers)


def _record(round_: Round, act: Act, data: dict[str, Any], *, by: User, at: datetime) -> None:
    record(cycle=round_.cycle, act=act, by=by, at=at, data={"round": round_.number, **data})


# ------------------------------------------------------------------------------------------------- after the close


@transaction.atomic
def record_box(*, round_: Round, returned: int, returned_group: int = 0, by: User, at: datetime) -> PaperBox:
    """Record how many paper ballots were in the box, counted as objects before any is read.

    More than were issued is recorded as it is: the vote will be void (PROCEDURE.md §3.2). The first
    ``returned_group`` of the stack are the sub-group's. Raises StepNotAllowed, BoxCounted or GroupTooMany.
    """
    locked = _closed(round_)
    if PaperBox.objects.filter(round=locked).exists():
        raise BoxCounted
    if returned_group > returned:
        raise GroupTooMany
    box = PaperBox.objects.create(
        round=locked, returned=returned, returned_group=returned_group, recorded_by=by, recorded_at=at
    )
    data = {"issued": locked.paper_issued, "returned": returned, "returned_group": returned_group}
    _record(locked, Act.PAPER_RETURNED, data, by=by, at=at)
    return box


@transaction.atomic
def read_batch(
    *, round_: Round, reading: int, first: int, ballots: Sequence[Sequence[int]], by: User, at: datetime
) -> None:
    """Record what one person read on consecutive ballots from place ``first`` on; marks as the count takes them.

    All or none: raises StepNotAllowed, BoxNotCounted, NoSuchPlace, ReadAlready, SameReader or ChiefReads.
    """
    locked = _closed(round_)
    box = PaperBox.objects.filter(round=locked).first()
    if box is None:
        raise BoxNotCounted
    places = range(first, first + len(ballots))
    if not ballots or first < 1 or places[-1] > box.returned:
        raise NoSuchPlace(places[-1] if ballots else first, box.returned)
    _require_may_read(locked, reading, places, by)
    PaperReading.objects.bulk_create(
        [
            PaperReading(round=locked, place=place, reading=reading, marks=_text(marks), read_by=by)
            for place, marks in zip(places, ballots, strict=True)
        ]
    )
    data = {"reading": reading, "first": first, "last": places[-1]}
    _record(locked, Act.PAPER_ENTERED, data, by=by, at=at)


def _require_may_read(round_: Round, reading: int, places: range, by: User) -> None:
    there = PaperReading.objects.filter(round=round_, place__in=places).select_related("read_by")
    for other in there.order_by("place"):
        if other.reading == reading:
            raise ReadAlready(other.place, reader=str(other.read_by), mine=other.read_by_id == by.pk)
        if other.read_by_id == by.pk:
            raise SameReader(other.place)
    if by.role == Role.CHIEF:
        raise ChiefReads


@transaction.atomic
def settle(
    *, round_: Round, place: int, marks: Sequence[int], reason: str, by: User, at: datetime
) -> PaperSettlement:
    """Settle a ballot whose two readings differ; the paper itself is looked at again.

    Raises StepNotAllowed, NotTheChief, NothingToSettle or ReasonMissing.
    """
    locked = _closed(round_)
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
        round=locked, place=place, marks=_text(marks), reason=reason.strip(), settled_by=by
    )
    _record(locked, Act.PAPER_SETTLED, {"place": place, "reason": settlement.reason}, by=by, at=at)
    return settlement


def _closed(round_: Round) -> Round:
    locked = Round.objects.select_for_update(of=("self",)).select_related("cycle").get(pk=round_.pk)
    if locked.status != RoundStatus.CLOSED or not locked.paper_issued:
        raise StepNotAllowed
    return locked


# ------------------------------------------------------------------------------------------------------ read models


@dataclass(frozen=True)
class Sheet:
    """One paper ballot: its place in the stack, its two readings and how a difference was settled."""

    place: int
    first: PaperReading | None
    second: PaperReading | None
    settlement: PaperSettlement | None
    in_group: bool

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


def sheets(round_: Round) -> list[Sheet]:
    """Return every returned paper ballot in the stack's order, in three queries; none before the box is counted."""
    box = PaperBox.objects.filter(round=round_).first()
    if box is None:
        return []
    readings: dict[tuple[int, int], PaperReading] = {
        (r.place, r.reading): r for r in PaperReading.objects.filter(round=round_).select_related("read_by")
    }
    settled = {s.place: s for s in PaperSettlement.objects.filter(round=round_).select_related("settled_by")}
    return [
        Sheet(
            place=place,
            first=readings.get((place, 1)),
            second=readings.get((place, 2)),
            settlement=settled.get(place),
            in_group=place <= box.returned_group,
        )
        for place in range(1, box.returned + 1)
    ]


def agreed(round_: Round) -> list[Choice]:
    """Return every returned paper ballot as agreed, sorted so that the stack's order is gone (F13); none where none was
    handed out.

    Raises PaperNotReady.
    """
    if round_.paper_issued == 0:
        return []
    if not PaperBox.objects.filter(round=round_).exists():
        raise PaperNotReady(counted=False, unread=0, differing=0)
    read = sheets(round_)
    unread, differing = sum(s.missing for s in read), sum(s.open for s in read)
    ballots = [Choice(marks, s.in_group) for s in read if (marks := s.agreed) is not None]
    if unread or differing or len(ballots) != len(read):
        raise PaperNotReady(counted=True, unread=unread, differing=differing)
    return sorted(ballots)


def _text(marks: Sequence[int]) -> str:
    return ",".join(str(mark) for mark in marks)


def marks_of_text(text: str) -> tuple[int, ...]:
    """Return the marks of a stored reading; none for a ballot that cannot be read."""
    return tuple(int(mark) for mark in text.split(",")) if text else ()
