"""The box of paper ballots: opened in public, its sheets counted as objects before any of them is read."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from voting.domain.core.refusals import ReasonMissing, Refused
from voting.domain.core.second_person import second_person
from voting.domain.vote.paper_readings import BoxNotCounted, closed_with_paper, record_paper
from voting.models import PaperBox, PaperReading, Round, ScanBatch
from voting.states import Act


class BoxCounted(Refused):
    def __str__(self) -> str:
        return _("The returned paper ballots have been counted already; the number stands in the journal.")


class GroupTooMany(Refused):
    def __str__(self) -> str:
        return _("The sub-group cannot have returned more ballots than there are.")


@transaction.atomic
def record_box(
    *, round_: Round, returned: int, returned_group: int = 0, by: User, at: datetime, more: bool = False
) -> PaperBox:
    """Record how many paper ballots were in the box, counted as objects before any is read.

    More than were issued make the vote void (PROCEDURE.md §3.2): ``more`` says that this is known and right. The first
    ``returned_group`` of the stack are the sub-group's. Raises StepNotAllowed, BoxCounted, GroupTooMany or
    MoreReturned.
    """
    locked = closed_with_paper(round_)
    if PaperBox.objects.filter(round=locked).exists():
        raise BoxCounted
    _require_possible_box(locked, returned, returned_group, more=more)
    box = PaperBox.objects.create(
        round=locked, returned=returned, returned_group=returned_group, recorded_by=by, recorded_at=at
    )
    data = {"issued": locked.paper_issued, "returned": returned, "returned_group": returned_group}
    record_paper(locked, Act.PAPER_RETURNED, data, by=by, at=at)
    return box


class SheetRead(Refused):
    """Once a sheet is read or scanned, the number of sheets stays."""

    def __str__(self) -> str:
        return _("A paper ballot has been read already; the number of sheets cannot be corrected any more.")


class MoreReturned(Refused):
    """More sheets than were handed out make the whole vote void: that is said before it is recorded."""

    def __init__(self, returned: int, issued: int) -> None:
        super().__init__(returned, issued)
        self.returned, self.issued = returned, issued

    def __str__(self) -> str:
        return _(
            "%(issued)d paper ballots were handed out and %(returned)d would be returned: more than were handed out, "
            "so the whole vote is void by the rules and is repeated. Count the sheets once more. If the number is "
            "right, tick that it is; nothing is recorded yet."
        ) % {"issued": self.issued, "returned": self.returned}


@transaction.atomic
def correct_box(
    *,
    round_: Round,
    returned: int,
    returned_group: int = 0,
    reason: str,
    by: User,
    at: datetime,
    second: User | None = None,
    more: bool = False,
) -> PaperBox:
    """Correct how many sheets were in the box, until the first is read or scanned; two people have counted again.

    Raises StepNotAllowed, BoxNotCounted, SheetRead, GroupTooMany, MoreReturned, ReasonMissing, SecondPersonNeeded or
    SamePersonTwice.
    """
    locked = closed_with_paper(round_)
    box = PaperBox.objects.filter(round=locked).first()
    if box is None:
        raise BoxNotCounted
    if _is_read(locked):
        raise SheetRead
    _require_possible_box(locked, returned, returned_group, more=more)
    beside = second_person(second, by=by, congress=locked.cycle.congress)
    if not reason.strip():
        raise ReasonMissing
    data = {
        "issued": locked.paper_issued, "returned": returned, "returned_group": returned_group,
        "was": box.returned, "reason": reason.strip(), **beside,
    }  # fmt: skip
    box.returned, box.returned_group, box.recorded_by, box.recorded_at = returned, returned_group, by, at
    box.save()
    record_paper(locked, Act.PAPER_CORRECTED, data, by=by, at=at)
    return box


def _is_read(round_: Round) -> bool:
    """Tell whether a sheet was read, be it by a scanner that left it to people."""
    return any(table.objects.filter(round=round_).exists() for table in (PaperReading, ScanBatch))


def _require_possible_box(round_: Round, returned: int, returned_group: int, *, more: bool) -> None:
    if returned_group > returned:
        raise GroupTooMany
    if returned > (round_.paper_issued or 0) and not more:
        raise MoreReturned(returned, round_.paper_issued or 0)
