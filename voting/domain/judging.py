"""Whether one ballot is valid, blank or void. Pure: no Django, no database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from voting.domain.measures import BallotType, BlankBallot, Mark, Rule


class Validity(StrEnum):
    """BLANK is valid too: it abstains on every item."""

    VALID = "valid"
    BLANK = "blank"
    VOID = "void"


class VoidReason(StrEnum):
    """Why a ballot is void (废票)."""

    OVER_VOTE = "over_vote"
    BLANK = "blank"
    MALFORMED = "malformed"


@dataclass(frozen=True)
class Verdict:
    """What ``judge`` says of one ballot; ``reason`` is set where, and only where, the ballot is void."""

    validity: Validity
    reason: VoidReason | None = None


_VALID = Verdict(Validity.VALID)
_BLANK = Verdict(Validity.BLANK)
_VOID = {reason: Verdict(Validity.VOID, reason) for reason in VoidReason}
_MARKS = {
    BallotType.UP_TO: frozenset({Mark.NONE, Mark.FOR}),
    BallotType.PER_ITEM: frozenset(Mark),
}

#: Stands for a returned ballot that cannot be read at all: judged void, ``malformed``, and so never lost.
UNREADABLE: tuple[int, ...] = ()


def judge(marks: Sequence[int], rule: Rule, *, items: int) -> Verdict:
    """Return whether a ballot over that many items is valid, blank or void (PROCEDURE.md §3.2, §3.4 (4)).

    Void, in this order: ``malformed`` unless there is one known mark per item (an up-to-N ballot knows NONE
    and FOR only); ``over_vote`` where an up-to-N ballot has more than N marks; ``blank`` where the rule says
    so. Fewer than N marks are valid. Blank is a ballot on which nothing at all is marked or pressed; one that
    says "abstain" on every item is a choice, and not blank.
    """
    if len(marks) != items or not _MARKS[rule.ballot_type].issuperset(marks):
        return _VOID[VoidReason.MALFORMED]
    if rule.ballot_type is BallotType.UP_TO and marks.count(Mark.FOR) > rule.seats:
        return _VOID[VoidReason.OVER_VOTE]
    if any(marks):
        return _VALID
    return _BLANK if rule.blank is BlankBallot.VALID else _VOID[VoidReason.BLANK]
