"""Paper ballots beside the online ones: handed out, switched to, counted as objects, read twice, settled, agreed.

One delegate, one ballot, one channel (PROCEDURE.md §3.4 (9)). What stands on paper is read only after the close, by two
people who do not see each other's reading; a difference is settled by the chief scrutineer (总监票人) with a reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from voting.domain.core.refusals import ReasonMissing, Refused, StepNotAllowed
from voting.domain.vote.attendance import attendance
from voting.domain.vote.paper_boxes import (
    BoxCounted,
    GroupTooMany,
    MoreReturned,
    SheetRead,
    correct_box,
    record_box,
)
from voting.domain.vote.paper_readings import (
    BATCH,
    BoxNotCounted,
    ChiefReads,
    NoSuchPlace,
    NothingToSettle,
    NotTheChief,
    PaperNotReady,
    ReadAlready,
    ReadSheet,
    SameReader,
    agreed,
    marks_of_text,
    read_batch,
    read_sheets,
    record_paper,
    settle,
    sheets,
)
from voting.domain.vote.roll_numbers import on_roll
from voting.domain.vote.rolls import CheckInClosed
from voting.models import RollEntry, Round
from voting.states import CHECK_IN_STATUSES, Act, Presence

__all__ = [
    "BATCH",
    "BoxCounted",
    "BoxNotCounted",
    "ChiefReads",
    "GroupTooMany",
    "HasNoPaper",
    "MoreReturned",
    "NoSuchPlace",
    "NotInTheHall",
    "NotTheChief",
    "NothingToSettle",
    "PaperNotReady",
    "ReadAlready",
    "ReadSheet",
    "SameReader",
    "SheetRead",
    "VotedOnline",
    "agreed",
    "correct_box",
    "hand_out",
    "hand_out_to_rest",
    "marks_of_text",
    "read_batch",
    "read_sheets",
    "record_box",
    "settle",
    "sheets",
    "switch_to_paper",
    "take_back",
]


class NotInTheHall(Refused):
    """A paper ballot is handed to a delegate who is present."""

    def __init__(self, number: str) -> None:
        super().__init__(number)
        self.number = number

    def __str__(self) -> str:
        return _("Number %(number)s is not checked in as present.") % {"number": self.number}


class VotedOnline(Refused):
    """Whose ballot is in the urn gets no paper.

    Of several none is named: whoever asked for all at once would read who has voted.
    """

    def __init__(self, *numbers: str) -> None:
        super().__init__(*numbers)
        self.number = numbers[0] if len(numbers) == 1 else ""

    def __str__(self) -> str:
        if not self.number:
            return _("The ballot of one of these numbers is in the urn; enter them one by one.")
        return _(
            "The ballot of number %(number)s is in the urn already: give no paper ballot, or set it aside unused."
        ) % {"number": self.number}


class HasNoPaper(Refused):
    def __init__(self, number: str) -> None:
        super().__init__(number)
        self.number = number

    def __str__(self) -> str:
        return _("Number %(number)s has no paper ballot.") % {"number": self.number}


# ------------------------------------------------------------------------------------------ while the vote is open


def hand_out(*, round_: Round, numbers: Iterable[str], by: User, at: datetime) -> int:
    """Record that these delegates were handed a paper ballot; from now on they cannot vote online. Return how many.

    All or none: raises NotOnRoll, NotInTheHall, VotedOnline or CheckInClosed and then nothing has changed. Who has
    one already is passed over. VotedOnline tells whoever asks that a ballot is in the urn, so the journal keeps who
    asked, and for whom.
    """
    numbers = list(numbers)
    try:
        with transaction.atomic():
            locked = _before_the_close(round_)
            entries = _named(locked, numbers)
            _require_may_have_paper(entries)
            return _mark(locked, [e.number for e in entries if not e.paper], by=by, at=at)
    except VotedOnline:
        asked = sorted(on_roll(round_, numbers))
        with transaction.atomic():
            record_paper(round_, Act.PAPER_REFUSED, {"delegates": asked}, by=by, at=at)
        raise


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
    record_paper(locked, Act.PAPER_TAKEN_BACK, {"delegates": back}, by=by, at=at)
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
    record_paper(locked, Act.SWITCHED_TO_PAPER, data, by=by, at=at)


def _before_the_close(round_: Round) -> Round:
    locked = (
        Round.objects.select_for_update(of=("self",))
        .select_related("cycle__congress", "rules")
        .get(pk=round_.pk)
    )
    if locked.status not in CHECK_IN_STATUSES:
        raise CheckInClosed
    return locked


def _entries(round_: Round) -> QuerySet[RollEntry]:
    return RollEntry.objects.select_for_update().filter(round=round_, excluded=False).order_by("number")


def _named(round_: Round, numbers: Iterable[str]) -> list[RollEntry]:
    """Return the entries with these numbers, locked. Raises NotOnRoll or SeveralFit."""
    return list(_entries(round_).filter(number__in=on_roll(round_, numbers)))


def _require_may_have_paper(entries: Sequence[RollEntry]) -> None:
    """Raise NotInTheHall; after that VotedOnline, which names nobody of several."""
    for entry in entries:
        if entry.presence != Presence.PRESENT:
            raise NotInTheHall(entry.number)
    if any(entry.voted for entry in entries):
        raise VotedOnline(*(entry.number for entry in entries))


def _mark(round_: Round, numbers: list[str], *, by: User, at: datetime) -> int:
    if numbers:
        round_.roll.filter(number__in=numbers).update(paper=True)
        record_paper(round_, Act.PAPER_HANDED_OUT, {"delegates": sorted(numbers)}, by=by, at=at)
    return len(numbers)
