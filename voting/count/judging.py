"""Whether one ballot is valid, blank or void. Pure: no Django, no database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from voting.count.measures import BallotType, BlankBallot, Mark, Rule, UnderVote


class Validity(StrEnum):
    """BLANK is valid too: it abstains on every item."""

    VALID = "valid"
    BLANK = "blank"
    VOID = "void"


class VoidReason(StrEnum):
    """Why a ballot is void (废票)."""

    OVER_VOTE = "over_vote"
    UNDER_VOTE = "under_vote"
    REPEATED_PLACE = "repeated_place"
    MISSING_PLACE = "missing_place"
    BLANK = "blank"
    MALFORMED = "malformed"
    OVER_SUM = "over_sum"


def void_reasons_of(rule: Rule) -> list[VoidReason]:
    """Return why ballots under this rule can be void; a record names no reason that its rule cannot give."""
    limited = rule.most_cost is not None
    return [reason for reason in VoidReason if limited or reason is not VoidReason.OVER_SUM]


@dataclass(frozen=True)
class Verdict:
    """What ``judge`` says of one ballot; ``reason`` is set where, and only where, the ballot is void."""

    validity: Validity
    reason: VoidReason | None = None


_VALID = Verdict(Validity.VALID)
_BLANK = Verdict(Validity.BLANK)
_VOID = {reason: Verdict(Validity.VOID, reason) for reason in VoidReason}
_PRESSED = frozenset({Mark.NONE, Mark.FOR, Mark.AGAINST, Mark.ABSTAIN})
_MARKS = {
    BallotType.UP_TO: frozenset({Mark.NONE, Mark.FOR}),
    BallotType.EXACTLY: frozenset({Mark.NONE, Mark.FOR}),
    BallotType.CHOOSE_ONE: frozenset({Mark.NONE, Mark.FOR}),
    BallotType.PER_ITEM: _PRESSED,
    BallotType.PER_ITEM_UP_TO: _PRESSED,
    BallotType.WHOLE_REPORT: _PRESSED,
    BallotType.GRADES: _PRESSED | {Mark.BASICALLY},
}

#: Stands for a returned ballot that cannot be read at all: judged void, ``malformed``, and so never lost.
UNREADABLE: tuple[int, ...] = ()


def judge(marks: Sequence[int], rule: Rule, *, items: int, on_paper: bool = False) -> Verdict:
    """Return whether a ballot over that many items is valid, blank or void (PROCEDURE.md §3.2, §3.4 (4)).

    Void, in this order: ``malformed`` unless there is one known mark per item (a whole-report ballot says the same of
    every item); ``over_vote`` with more than N marks for, places beyond the N-th, more points than there are, or more
    for one item than it may get; ``repeated_place`` and ``missing_place`` where a ranking's places are not 1, 2, 3 …
    without repetition or gap; ``over_sum`` where the items voted for cost more than they may; ``blank`` where the rule
    says so; ``under_vote`` where the rule says so: marks, places or points left over. Blank is a ballot on which
    nothing at all is marked or pressed; one that says "abstain" on every item is a choice, and not blank. Two marks in
    one row (``Mark.BOTH``) are known on paper alone, and where the rule voids the item for them: there the item is
    marked, and is no vote for it.
    """
    reason = _misshapen(marks, rule, items, on_paper=on_paper) or _overfull(marks, rule)
    if reason is not None:
        return _VOID[reason]
    if not any(marks):
        return _BLANK if rule.blank is BlankBallot.VALID else _VOID[VoidReason.BLANK]
    if rule.under is UnderVote.VOID and _is_under(marks, rule):
        return _VOID[VoidReason.UNDER_VOTE]
    return _VALID


def _misshapen(marks: Sequence[int], rule: Rule, items: int, *, on_paper: bool) -> VoidReason | None:
    if len(marks) != items:
        return VoidReason.MALFORMED
    if rule.ballot_type.numbered:
        return VoidReason.MALFORMED if any(number < 0 for number in marks) else None
    known = known_marks(rule, on_paper=on_paper).issuperset(marks)
    torn = rule.ballot_type is BallotType.WHOLE_REPORT and len(set(marks)) > 1
    return VoidReason.MALFORMED if torn or not known else None


def known_marks(rule: Rule, *, on_paper: bool = False) -> frozenset[int]:
    """Return the marks, places or points that a ballot under this rule can say of an item; on paper two at once."""
    if rule.ballot_type.numbered:
        return frozenset(range(rule.numbers + 1))
    return frozenset(_MARKS[rule.ballot_type] | ({Mark.BOTH} if on_paper and rule.voids_items else set()))


def _overfull(marks: Sequence[int], rule: Rule) -> VoidReason | None:
    if rule.ballot_type is BallotType.RANKING:
        return _misplaced(marks, rule)
    if rule.points and (sum(marks) > rule.points.whole or max(marks) > rule.points.most):
        return VoidReason.OVER_VOTE
    if rule.ballot_type.limited and marks.count(Mark.FOR) > rule.most:
        return VoidReason.OVER_VOTE
    if rule.most_cost is not None and rule.cost_of(marks) > rule.most_cost:
        return VoidReason.OVER_SUM
    return None


def _misplaced(marks: Sequence[int], rule: Rule) -> VoidReason | None:
    places = [place for place in marks if place]
    if len(places) > rule.seats or any(place > rule.seats for place in places):
        return VoidReason.OVER_VOTE
    if len(set(places)) < len(places):
        return VoidReason.REPEATED_PLACE
    return VoidReason.MISSING_PLACE if places and max(places) > len(places) else None


def _is_under(marks: Sequence[int], rule: Rule) -> bool:
    """Tell whether something is left open: a mark or place up to N, points, or an item of a per-item ballot."""
    if rule.ballot_type.per_item:
        return Mark.NONE in marks
    if rule.points:
        return sum(marks) < rule.points.due(len(marks))
    return sum(1 for mark in marks if mark) < rule.seats
