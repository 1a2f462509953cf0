"""The count of the 票决: judge each ballot, add up, decide. Pure: integers only, no Django, no database.

``count`` is the whole of it, in steps that also stand alone: ``judge`` says whether one ballot is valid,
``add_up`` streams the ballots into totals, ``decide`` holds the totals against the rule. What the voting
measures settle is in ``Rule``. No decision depends on the order of the ballots or of the items, or on an
item's number.

Answers where the measures are commonly silent:

* Nothing is chosen without a vote for it: with no floor, or a floor of nothing, an item needs one vote.
* No ballots, or no valid ones: nothing passes, and every seat is missing (a shortfall).
* As many items as seats (等额): there is no cut to cross, so no tie; what passes the floor is chosen.
* More ballots returned than issued: the whole vote is void; the totals stand, and decide nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from voting.domain.judging import UNREADABLE, Validity, Verdict, VoidReason, judge
from voting.domain.measures import (
    Attendance,
    BallotType,
    Base,
    BlankBallot,
    Comparator,
    Floor,
    ImpossibleAttendance,
    ImpossibleCount,
    ImpossibleRule,
    Mark,
    Rule,
    ShortfallRule,
    TieRule,
    plain,
)

__all__ = [
    "UNREADABLE",
    "Attendance",
    "BallotType",
    "Base",
    "BlankBallot",
    "Comparator",
    "CountMismatch",
    "Decision",
    "Floor",
    "ImpossibleAttendance",
    "ImpossibleCount",
    "ImpossibleRule",
    "ItemResult",
    "ItemTotals",
    "Mark",
    "Outcome",
    "Reason",
    "Rule",
    "ShortfallRule",
    "Status",
    "TieRule",
    "Totals",
    "Validity",
    "Verdict",
    "VoidReason",
    "add_up",
    "count",
    "decide",
    "judge",
    "patterns",
]


class Decision(StrEnum):
    """What the count says of an item."""

    CHOSEN = "chosen"
    TIED = "tied"
    NOT_CHOSEN = "not_chosen"


class Reason(StrEnum):
    """Why an item is in or out. Without a floor, BELOW_FLOOR means: not one vote for it."""

    ABOVE_CUT = "above_cut"
    BELOW_FLOOR = "below_floor"
    BELOW_CUT = "below_cut"
    TIED_AT_CUT = "tied_at_cut"
    ADMITTED_WITH_TIE = "admitted_with_tie"
    VOTE_VOID = "vote_void"


class Status(StrEnum):
    """How the vote as a whole came out. A tie and a shortfall exclude each other."""

    DECIDED = "decided"
    TIE = "tie"
    SHORTFALL = "shortfall"
    VOID = "void"


class CountMismatch(ArithmeticError):
    """The sums do not hold (PROCEDURE.md §3.4 (5)), so nothing may be decided or published.

    ``number`` is the official number of the item, None for the ballots as a whole.
    """

    def __init__(self, number: int | None, *, expected: int, found: int) -> None:
        where = "the ballots" if number is None else f"item {number}"
        super().__init__(f"{where}: the parts sum to {found}, not to {expected}")
        self.number, self.expected, self.found = number, expected, found


@dataclass(frozen=True)
class ItemTotals:
    """The votes of one item over all valid ballots: 赞成, 反对, 弃权, 未按."""

    number: int
    for_: int
    against: int
    abstain: int
    not_pressed: int

    @property
    def ballots(self) -> int:
        """Every valid ballot says exactly one thing of an item, so this is the number of valid ballots."""
        return self.for_ + self.against + self.abstain + self.not_pressed


@dataclass(frozen=True)
class Totals:
    """The ballots of a round, added up; ``valid`` includes the ``blank`` ones that the rule lets stand.

    Raises CountMismatch where a sum does not hold (PROCEDURE.md §3.4 (5)).
    """

    returned: int
    valid: int
    blank: int
    void_reasons: Mapping[VoidReason, int] = field(hash=False)
    items: tuple[ItemTotals, ...]

    def __post_init__(self) -> None:
        if self.valid + self.void != self.returned:
            raise CountMismatch(None, expected=self.returned, found=self.valid + self.void)
        for item in self.items:
            if item.ballots != self.valid:
                raise CountMismatch(item.number, expected=self.valid, found=item.ballots)

    @property
    def void(self) -> int:
        return sum(self.void_reasons.values())


def add_up(rule: Rule, items: Sequence[int], ballots: Iterable[tuple[int, ...]]) -> Totals:
    """Return the totals of the ballots, taken one by one: the memory does not grow with their number.

    ``items`` are the official numbers in ballot order. An item without a mark is an abstention on an up-to-N
    ballot and not pressed on a per-item one; a blank ballot that is valid abstains on every item.

    Raises ImpossibleRule ``no_items``, ``repeated_item`` or ``more_seats_than_items``; CountMismatch.
    """
    _check_items(rule, items)
    width = len(items)
    rows = [[0] * len(Mark) for _ in items]
    void = dict.fromkeys(VoidReason, 0)
    returned = marked = blank = 0
    for marks in ballots:
        returned += 1
        verdict = judge(marks, rule, items=width)
        if verdict.reason is not None:
            void[verdict.reason] += 1
        elif verdict.validity is Validity.BLANK:
            blank += 1
        else:
            marked += 1
            for row, mark in zip(rows, marks, strict=False):
                row[mark] += 1
    return Totals(
        returned=returned,
        valid=marked + blank,
        blank=blank,
        void_reasons=void,
        items=tuple(_item_totals(rule, number, row, blank) for number, row in zip(items, rows, strict=True)),
    )


def _check_items(rule: Rule, items: Sequence[int]) -> None:
    if not items:
        raise ImpossibleRule("no_items", "there is nothing to vote on")
    if len(set(items)) != len(items):
        raise ImpossibleRule("repeated_item", "an official number stands twice on the ballot")
    if rule.seats > len(items):
        raise ImpossibleRule("more_seats_than_items", "more seats than items to choose from")


def _item_totals(rule: Rule, number: int, row: Sequence[int], blank: int) -> ItemTotals:
    unmarked = row[Mark.NONE]
    abstains = rule.ballot_type is BallotType.UP_TO
    return ItemTotals(
        number=number,
        for_=row[Mark.FOR],
        against=row[Mark.AGAINST],
        abstain=row[Mark.ABSTAIN] + blank + (unmarked if abstains else 0),
        not_pressed=0 if abstains else unmarked,
    )


@dataclass(frozen=True)
class ItemResult(ItemTotals):
    """One item's votes and what became of it.

    ``place`` is 1 + the number of items with more votes for: equal votes share a place.
    """

    place: int
    passes_floor: bool
    decision: Decision
    reason: Reason


@dataclass(frozen=True)
class Outcome(Totals):
    """The count with its working: enough to show why each item is in or out. Its sums hold, as in ``Totals``.

    ``floor_least`` is the number of votes an item needs; without a floor it is one, ``floor_size`` is None.
    ``tied`` compete for ``seats_left``; ``missing`` seats have no item that passes. A void vote leaves all
    its seats. Items and item numbers are in ballot order.
    """

    items: tuple[ItemResult, ...]
    rule: Rule
    attendance: Attendance
    bases: Mapping[Base, int] = field(hash=False)
    floor_size: int | None
    floor_least: int
    seats_left: int
    missing: int
    status: Status

    @property
    def floor_base(self) -> Base | None:
        return self.rule.floor.base if self.rule.floor else None

    @property
    def voided(self) -> bool:
        """More ballots were returned than issued (PROCEDURE.md §3.2)."""
        return self.status is Status.VOID

    @property
    def chosen(self) -> tuple[int, ...]:
        return self._numbers(Decision.CHOSEN)

    @property
    def tied(self) -> tuple[int, ...]:
        return self._numbers(Decision.TIED)

    def _numbers(self, decision: Decision) -> tuple[int, ...]:
        return tuple(item.number for item in self.items if item.decision is decision)

    def to_dict(self) -> dict[str, Any]:
        """Return the working as plain JSON values, always the same keys in the same order."""
        return {
            "rule": self.rule.to_dict(),
            "roll": self.attendance.roll,
            "present": self.attendance.present,
            "issued": self.attendance.issued,
            "returned": self.returned,
            "valid": self.valid,
            "blank": self.blank,
            "void": self.void,
            "void_reasons": {reason.value: self.void_reasons[reason] for reason in VoidReason},
            "voided": self.voided,
            "bases": {base.value: self.bases[base] for base in Base},
            "floor": {
                "base": self.floor_base and self.floor_base.value,
                "size": self.floor_size,
                "least": self.floor_least,
            },
            "items": [asdict(item, dict_factory=plain) for item in self.items],
            "chosen": list(self.chosen),
            "tied": list(self.tied),
            "seats_left": self.seats_left,
            "missing": self.missing,
            "status": self.status.value,
        }


def decide(rule: Rule, totals: Totals, attendance: Attendance) -> Outcome:
    """Hold the totals against the rule (PROCEDURE.md §3.4 (5)-(8); 地方组织法 art. 25, art. 29 by analogy).

    Of the items that pass the floor, the N with the most votes for are chosen. Where equal votes stand on
    both sides of the cut, those strictly above are chosen and all the equal ones are tied for the seats left,
    or all admitted if the rule says so; equal votes that do not cross the cut need nothing. Fewer than N that
    pass are all chosen.

    Raises ImpossibleRule ``no_items``, ``repeated_item`` or ``more_seats_than_items``.
    """
    _check_items(rule, [item.number for item in totals.items])
    bases = {
        Base.ALL: attendance.roll,
        Base.PRESENT: attendance.present,
        Base.RETURNED: totals.returned,
        Base.VALID: totals.valid,
    }
    size, least = _floor_of(rule, bases)
    void = totals.returned > attendance.issued
    votes = Counter(item.for_ for item in totals.items)
    results = tuple(_result(item, votes, rule, least=least, void=void) for item in totals.items)
    chosen = sum(result.decision is Decision.CHOSEN for result in results)
    tie = any(result.decision is Decision.TIED for result in results)
    missing = 0 if void else max(0, rule.seats - sum(result.passes_floor for result in results))
    return Outcome(
        returned=totals.returned,
        valid=totals.valid,
        blank=totals.blank,
        void_reasons=totals.void_reasons,
        items=results,
        rule=rule,
        attendance=attendance,
        bases=bases,
        floor_size=size,
        floor_least=least,
        seats_left=rule.seats - chosen if tie or void else 0,
        missing=missing,
        status=_status(void=void, tie=tie, missing=missing),
    )


def _floor_of(rule: Rule, bases: Mapping[Base, int]) -> tuple[int | None, int]:
    if rule.floor is None:
        return None, 1
    size = bases[rule.floor.base]
    return size, rule.floor.least(size)


def _result(item: ItemTotals, votes: Mapping[int, int], rule: Rule, *, least: int, void: bool) -> ItemResult:
    above = sum(n for more, n in votes.items() if more > item.for_)
    passes = item.for_ >= least and not void
    if void:
        decision, reason = Decision.NOT_CHOSEN, Reason.VOTE_VOID
    elif not passes:
        decision, reason = Decision.NOT_CHOSEN, Reason.BELOW_FLOOR
    elif above >= rule.seats:
        decision, reason = Decision.NOT_CHOSEN, Reason.BELOW_CUT
    elif above + votes[item.for_] <= rule.seats:
        decision, reason = Decision.CHOSEN, Reason.ABOVE_CUT
    elif rule.tie_rule is TieRule.ADMIT_ALL:
        decision, reason = Decision.CHOSEN, Reason.ADMITTED_WITH_TIE
    else:
        decision, reason = Decision.TIED, Reason.TIED_AT_CUT
    return ItemResult(**vars(item), place=above + 1, passes_floor=passes, decision=decision, reason=reason)


def _status(*, void: bool, tie: bool, missing: int) -> Status:
    if void:
        return Status.VOID
    if tie:
        return Status.TIE
    return Status.SHORTFALL if missing else Status.DECIDED


def count(
    rule: Rule, items: Sequence[int], ballots: Iterable[tuple[int, ...]], attendance: Attendance
) -> Outcome:
    """Judge and add up the ballots one by one, then decide; in any order they give an equal outcome.

    ``items`` are the official numbers in ballot order; a ballot has one mark for each, or is UNREADABLE.
    Raises what ``add_up`` and ``decide`` raise.
    """
    return decide(rule, add_up(rule, items, ballots), attendance)


def patterns(ballots: Iterable[tuple[int, ...]]) -> list[tuple[tuple[int, ...], int]]:
    """Return the distinct ballots with their numbers, sorted: for the scrutineers only (TRUST.md §2, F26).

    Unlike the count, this keeps every distinct ballot in memory.
    """
    return sorted(Counter(ballots).items())
