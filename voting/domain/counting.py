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
    Scoring,
    ShortfallRule,
    TieRule,
    UnderVote,
    plain,
)

__all__ = [
    "UNREADABLE",
    "Adder",
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
    "Scoring",
    "ShortfallRule",
    "Status",
    "TieRule",
    "Totals",
    "UnderVote",
    "Validity",
    "Verdict",
    "VoidReason",
    "add_up",
    "count",
    "decide",
    "judge",
    "patterns",
    "plain",
]


class Decision(StrEnum):
    """What the count says of an item."""

    CHOSEN = "chosen"
    TIED = "tied"
    NOT_CHOSEN = "not_chosen"


class Reason(StrEnum):
    """Why an item is in or out. Without a floor, BELOW_FLOOR means: not one vote for it.

    BELOW_GROUP_FLOOR: it has votes enough, but too few of the sub-group's.
    """

    ABOVE_CUT = "above_cut"
    BELOW_FLOOR = "below_floor"
    BELOW_GROUP_FLOOR = "below_group_floor"
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
    """The votes of one item over all valid ballots: 赞成, 反对, 弃权, 未按.

    On a ranking ``for_`` are the ballots that rank it, and ``places`` how many of them give it place 1 to N.
    """

    number: int
    for_: int
    against: int
    abstain: int
    not_pressed: int
    places: tuple[int, ...] = ()

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

    def __add__(self, other: Totals) -> Totals:
        """Return the totals of both sets of ballots. Raises ValueError where they are not over the same items."""
        return Totals(
            returned=self.returned + other.returned,
            valid=self.valid + other.valid,
            blank=self.blank + other.blank,
            void_reasons={r: self.void_reasons[r] + other.void_reasons[r] for r in VoidReason},
            items=tuple(_sum(mine, its) for mine, its in zip(self.items, other.items, strict=True)),
        )


def _sum(one: ItemTotals, other: ItemTotals) -> ItemTotals:
    if one.number != other.number:
        raise ValueError("these totals are not over the same items")
    return ItemTotals(
        number=one.number,
        for_=one.for_ + other.for_,
        against=one.against + other.against,
        abstain=one.abstain + other.abstain,
        not_pressed=one.not_pressed + other.not_pressed,
        places=tuple(a + b for a, b in zip(one.places, other.places, strict=True)),
    )


class Adder:
    """Adds up ballots one by one; the memory does not grow with their number.

    ``items`` are the official numbers in ballot order. An item without a mark is not pressed on a per-item ballot or
    a report, and abstains on the others; a blank ballot that is valid abstains on every item.

    Raises ImpossibleRule ``no_items``, ``repeated_item``, ``more_seats_than_items`` or ``report_seats``.
    """

    def __init__(self, rule: Rule, items: Sequence[int]) -> None:
        _check_items(rule, items)
        self._rule, self._items = rule, tuple(items)
        marks = rule.seats + 1 if rule.ballot_type is BallotType.RANKING else len(Mark)
        self._rows = [[0] * marks for _ in items]
        self._void = dict.fromkeys(VoidReason, 0)
        self._returned = self._marked = self._blank = 0

    def add(self, marks: tuple[int, ...]) -> None:
        """Judge a ballot and add it."""
        self._returned += 1
        verdict = judge(marks, self._rule, items=len(self._items))
        if verdict.reason is not None:
            self._void[verdict.reason] += 1
        elif verdict.validity is Validity.BLANK:
            self._blank += 1
        else:
            self._marked += 1
            for row, mark in zip(self._rows, marks, strict=False):
                row[mark] += 1

    def totals(self) -> Totals:
        """Return what was added so far. Raises CountMismatch."""
        lines = zip(self._items, self._rows, strict=True)
        return Totals(
            returned=self._returned,
            valid=self._marked + self._blank,
            blank=self._blank,
            void_reasons=dict(self._void),
            items=tuple(_item_totals(self._rule, number, row, self._blank) for number, row in lines),
        )


def add_up(rule: Rule, items: Sequence[int], ballots: Iterable[tuple[int, ...]]) -> Totals:
    """Return the totals of the ballots. Raises what ``Adder`` raises."""
    adder = Adder(rule, items)
    for marks in ballots:
        adder.add(marks)
    return adder.totals()


def _check_items(rule: Rule, items: Sequence[int]) -> None:
    if not items:
        raise ImpossibleRule("no_items", "there is nothing to vote on")
    if len(set(items)) != len(items):
        raise ImpossibleRule("repeated_item", "an official number stands twice on the ballot")
    if rule.seats > len(items):
        raise ImpossibleRule("more_seats_than_items", "more seats than items to choose from")
    if rule.ballot_type is BallotType.WHOLE_REPORT and rule.seats != len(items):
        raise ImpossibleRule("report_seats", "a whole report chooses all of its items or none")


def _item_totals(rule: Rule, number: int, row: Sequence[int], blank: int) -> ItemTotals:
    unmarked, ranking = row[Mark.NONE], rule.ballot_type is BallotType.RANKING
    pressed = rule.ballot_type.per_item
    return ItemTotals(
        number=number,
        for_=sum(row[1:]) if ranking else row[Mark.FOR],
        against=0 if ranking else row[Mark.AGAINST],
        abstain=blank + (row[Mark.ABSTAIN] if pressed else unmarked),
        not_pressed=unmarked if pressed else 0,
        places=tuple(row[1:]) if ranking else (),
    )


@dataclass(frozen=True, kw_only=True)
class ItemResult(ItemTotals):
    """One item's votes and what became of it.

    ``score`` is what the items are ordered by: the votes for, the points, or the first places, second places and so
    on. ``place`` is 1 + the number of items with a higher score: equal scores share a place. ``points`` only where a
    ranking is read by points, ``group_for`` only where a sub-group has its own threshold.
    """

    score: tuple[int, ...]
    points: int | None
    place: int
    passes_floor: bool
    group_for: int | None
    passes_group: bool
    decision: Decision
    reason: Reason


@dataclass(frozen=True)
class GroupThreshold:
    """The second threshold over the sub-group's own figures: ``least`` votes of ``size``."""

    base: Base
    size: int
    least: int
    roll: int
    present: int
    returned: int
    valid: int


@dataclass(frozen=True)
class Outcome(Totals):
    """The count with its working: enough to show why each item is in or out. Its sums hold, as in ``Totals``.

    ``floor_least`` is the number of votes an item needs; without a floor it is one, ``floor_size`` is None. ``group``
    is the second threshold with its working, None where there is none.
    ``tied`` compete for ``seats_left``; ``missing`` seats have no item that passes. A void vote leaves all
    its seats. Items and item numbers are in ballot order.
    """

    items: tuple[ItemResult, ...]
    rule: Rule
    attendance: Attendance
    bases: Mapping[Base, int] = field(hash=False)
    floor_size: int | None
    floor_least: int
    group: GroupThreshold | None
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
            "group": asdict(self.group, dict_factory=plain) if self.group else None,
            "items": [asdict(item, dict_factory=plain) for item in self.items],
            "chosen": list(self.chosen),
            "tied": list(self.tied),
            "seats_left": self.seats_left,
            "missing": self.missing,
            "status": self.status.value,
        }


def decide(
    rule: Rule,
    totals: Totals,
    attendance: Attendance,
    *,
    group: tuple[Totals, Attendance] | None = None,
    paper_returned: int = 0,
) -> Outcome:
    """Hold the totals against the rule (PROCEDURE.md §3.4 (5)-(8); 地方组织法 art. 25, art. 29 by analogy).

    Of the items that pass the floor, and the sub-group's where there is one, the N with the highest score are chosen.
    Where equal scores stand on both sides of the cut, those strictly above are chosen and all the equal ones are tied
    for the seats left, or all admitted if the rule says so; equal scores that do not cross the cut need nothing.
    Fewer than N that pass are all chosen. More ballots returned than issued, in all or on paper, void the vote.

    ``group`` are the sub-group's part of the totals, and its own attendance. Raises ImpossibleRule ``no_items``,
    ``repeated_item``, ``more_seats_than_items``, ``report_seats``, or ``group`` where the rule has a second threshold
    and no group is given, or the reverse; CountMismatch where a part exceeds the whole.
    """
    _check_items(rule, [item.number for item in totals.items])
    bases = _bases(totals, attendance)
    size, least = _floor_of(rule, bases)
    threshold, members = _threshold(rule, totals, group)
    void = totals.returned > attendance.issued or paper_returned > attendance.paper_issued
    measured = [
        _measure(item, rule, least=least, threshold=threshold, member=members.get(item.number), void=void)
        for item in totals.items
    ]
    scores = Counter(item.score for item in measured)
    passing = Counter(item.score for item in measured if item.passes)
    results = tuple(_result(item, rule, scores, passing, void=void) for item in measured)
    chosen = sum(result.decision is Decision.CHOSEN for result in results)
    tie = any(result.decision is Decision.TIED for result in results)
    missing = 0 if void else max(0, rule.seats - passing.total())
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
        group=threshold,
        seats_left=rule.seats - chosen if tie or void else 0,
        missing=missing,
        status=_status(void=void, tie=tie, missing=missing),
    )


def _bases(totals: Totals, attendance: Attendance) -> dict[Base, int]:
    return {
        Base.ALL: attendance.roll,
        Base.PRESENT: attendance.present,
        Base.RETURNED: totals.returned,
        Base.VALID: totals.valid,
    }


def _floor_of(rule: Rule, bases: Mapping[Base, int]) -> tuple[int | None, int]:
    if rule.floor is None:
        return None, 1
    size = bases[rule.floor.base]
    return size, rule.floor.least(size)


def _threshold(
    rule: Rule, totals: Totals, group: tuple[Totals, Attendance] | None
) -> tuple[GroupThreshold | None, dict[int, int]]:
    """Return the second threshold and the sub-group's votes for each item."""
    if (rule.group_floor is None) != (group is None):
        raise ImpossibleRule("group", "a second threshold and the figures of its sub-group belong together")
    if rule.group_floor is None or group is None:
        return None, {}
    members, attendance = group
    for whole, part in zip(totals.items, members.items, strict=True):
        if part.for_ > whole.for_:
            raise CountMismatch(whole.number, expected=whole.for_, found=part.for_)
    size = _bases(members, attendance)[rule.group_floor.base]
    threshold = GroupThreshold(
        base=rule.group_floor.base,
        size=size,
        least=rule.group_floor.least(size),
        roll=attendance.roll,
        present=attendance.present,
        returned=members.returned,
        valid=members.valid,
    )
    return threshold, {item.number: item.for_ for item in members.items}


@dataclass(frozen=True)
class _Measured:
    """An item held against the thresholds, before it is compared with the others."""

    totals: ItemTotals
    score: tuple[int, ...]
    points: int | None
    passes_floor: bool
    group_for: int | None
    passes_group: bool
    void: bool

    @property
    def passes(self) -> bool:
        return self.passes_floor and self.passes_group and not self.void


def _measure(
    item: ItemTotals,
    rule: Rule,
    *,
    least: int,
    threshold: GroupThreshold | None,
    member: int | None,
    void: bool,
) -> _Measured:
    points = None
    score: tuple[int, ...] = (item.for_,)
    if rule.scoring is Scoring.POINTS:
        points = sum(ballots * (rule.seats - place) for place, ballots in enumerate(item.places))
        score = (points,)
    elif rule.scoring is Scoring.FIRST_PREFERENCES:
        score = item.places
    return _Measured(
        totals=item,
        score=score,
        points=points,
        passes_floor=item.for_ >= least and not void,
        group_for=member,
        passes_group=(threshold is None or (member or 0) >= threshold.least) and not void,
        void=void,
    )


def _result(
    item: _Measured,
    rule: Rule,
    scores: Mapping[tuple[int, ...], int],
    passing: Mapping[tuple[int, ...], int],
    *,
    void: bool,
) -> ItemResult:
    """Return what became of the item. The cut is drawn among the items that pass; places are counted among all."""
    above = sum(n for higher, n in passing.items() if higher > item.score)
    if void:
        decision, reason = Decision.NOT_CHOSEN, Reason.VOTE_VOID
    elif not item.passes_floor:
        decision, reason = Decision.NOT_CHOSEN, Reason.BELOW_FLOOR
    elif not item.passes_group:
        decision, reason = Decision.NOT_CHOSEN, Reason.BELOW_GROUP_FLOOR
    elif above >= rule.seats:
        decision, reason = Decision.NOT_CHOSEN, Reason.BELOW_CUT
    elif above + passing[item.score] <= rule.seats:
        decision, reason = Decision.CHOSEN, Reason.ABOVE_CUT
    elif rule.tie_rule is TieRule.ADMIT_ALL:
        decision, reason = Decision.CHOSEN, Reason.ADMITTED_WITH_TIE
    else:
        decision, reason = Decision.TIED, Reason.TIED_AT_CUT
    return ItemResult(
        **vars(item.totals),
        score=item.score,
        points=item.points,
        place=1 + sum(n for higher, n in scores.items() if higher > item.score),
        passes_floor=item.passes_floor,
        group_for=item.group_for,
        passes_group=item.passes_group,
        decision=decision,
        reason=reason,
    )


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
