"""The count of the 票决: judge each ballot, add up, decide. Pure: integers only, no Django, no database.

``count`` is the whole of it, in steps that also stand alone: ``judge`` says whether one ballot is valid,
``add_up`` streams the ballots into totals, ``decide`` holds the totals against the rule. What the voting
measures settle is in ``Rule``. No decision depends on the order of the ballots or of the items, or on an
item's number.

Answers where the measures are commonly silent:

* Nothing is chosen without a vote for it: with no floor, or a floor of nothing, an item needs one vote.
* No ballots, or no valid ones: nothing passes, and every seat is missing (a shortfall).
* As many items as seats (等额): there is no cut to cross, so no tie; what passes the floor is chosen.
* An assessment grades every item by itself: there is no cut, no tie and no shortfall.
* More ballots returned than issued: the whole vote is void; the totals stand, and decide nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from voting.count.budget import FundedLine, Why
from voting.count.funding import DECIDED_BY_MONEY, share_in_fen, shared_out
from voting.count.grading import Grade, GradeRule, grade_of
from voting.count.judging import UNREADABLE, Validity, Verdict, VoidReason, judge
from voting.count.measures import (
    BallotType,
    Base,
    BlankBallot,
    Comparator,
    DoubleMark,
    Floor,
    ImpossibleCount,
    ImpossibleRule,
    Mark,
    Rule,
    Scoring,
    ShortfallRule,
    TieRule,
    UnderVote,
    plain_values,
)
from voting.count.outcomes import CountOutcome, GroupThreshold, ItemDecision, ItemResult, Reason, Status
from voting.count.singles import approvals, require_singles
from voting.count.totals import Adder, CountMismatch, ItemTotals, Totals, add_up, check_items
from voting.count.turnout import ImpossibleAttendance, Turnout

__all__ = [
    "UNREADABLE",
    "Adder",
    "BallotType",
    "Base",
    "BlankBallot",
    "Comparator",
    "CountMismatch",
    "CountOutcome",
    "DoubleMark",
    "Floor",
    "ImpossibleAttendance",
    "ImpossibleCount",
    "ImpossibleRule",
    "ItemDecision",
    "ItemResult",
    "ItemTotals",
    "Mark",
    "Reason",
    "Rule",
    "Scoring",
    "ShortfallRule",
    "Status",
    "TieRule",
    "Totals",
    "Turnout",
    "UnderVote",
    "Validity",
    "Verdict",
    "VoidReason",
    "add_up",
    "count",
    "decide",
    "judge",
    "patterns",
    "plain_values",
]


def decide(
    rule: Rule,
    totals: Totals,
    attendance: Turnout,
    *,
    group: tuple[Totals, Turnout] | None = None,
    paper_returned: int = 0,
    singles: Mapping[tuple[int, ...], int] | None = None,
) -> CountOutcome:
    """Hold the totals against the rule (PROCEDURE.md §3.4 (5)-(8); 地方组织法 art. 25, art. 29 by analogy).

    Of the items that pass the floor, and the sub-group's where there is one, the N with the highest score are chosen.
    Where equal scores stand on both sides of the cut, those strictly above are chosen and all the equal ones are tied
    for the seats left, or all admitted if the rule says so; equal scores that do not cross the cut need nothing.
    Fewer than N that pass are all chosen. More ballots returned than issued, in all or on paper, void the vote.

    Where the rule shares out a sum of money, those that pass are funded by score as far as it reaches
    (``count.budget``). Equal scores for which it does not reach are tied, and so is what stands below them and might
    still be paid for: it waits. No seat is missing then, for the money may end before the seats do. Equal shares are
    counted from the ``singles``: what the valid ballots approve that mark anything, with their numbers.

    ``group`` are the sub-group's part of the totals, and its own attendance. Raises ImpossibleRule ``no_items``,
    ``repeated_item``, ``more_seats_than_items``, ``report_seats``, or ``group`` where the rule has a second threshold
    and no group is given, or the reverse, and ``singles`` likewise; CountMismatch where a part exceeds the whole, the
    single ballots are not those of the totals, or an item was marked twice under a rule that voids the ballot for it.
    """
    check_items(rule, [item.number for item in totals.items])
    _require_known(rule, totals)
    require_singles(rule, totals, singles)
    bases = _bases(totals, attendance)
    size, least = _floor_of(rule, bases)
    threshold, members = _threshold(rule, totals, group)
    void = totals.returned > attendance.issued or paper_returned > attendance.paper_issued
    measured = _measured(totals, rule, bases, least=least, threshold=threshold, members=members, void=void)
    scores = Counter(item.score for item in measured)
    passing = Counter(item.score for item in measured if item.passes)
    numbers = [item.totals.number for item in measured]
    passed = {item.totals.number: item.score for item in measured if item.passes}
    funding = shared_out(rule, numbers, passed, singles)
    lines = {line.project: line for line in funding.lines} if funding else {}
    results = tuple(
        _result(item, rule, scores, passing, void=void, line=lines.get(item.totals.number))
        for item in measured
    )
    chosen = sum(result.decision is ItemDecision.CHOSEN for result in results)
    tie = any(result.decision is ItemDecision.TIED for result in results)
    graded = rule.ballot_type is BallotType.GRADES
    missing = 0 if void or graded or rule.money else max(0, rule.seats - passing.total())
    left = rule.seats - chosen if tie or void else 0
    if tie and rule.money:  # as many as are tied may be chosen, as far as the money reaches
        left = min(left, sum(result.decision is ItemDecision.TIED for result in results))
    return CountOutcome(
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
        seats_left=left,
        missing=missing,
        status=_status(void=void, tie=tie, missing=missing),
        raised=funding.raised if funding and rule.by_ballot else None,
    )


def _require_known(rule: Rule, totals: Totals) -> None:
    for item in totals.items:
        if item.double_marked and not rule.voids_items:
            raise CountMismatch(item.number, expected=0, actual=item.double_marked)


def _bases(totals: Totals, attendance: Turnout) -> dict[Base, int]:
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
    rule: Rule, totals: Totals, group: tuple[Totals, Turnout] | None
) -> tuple[GroupThreshold | None, dict[int, int]]:
    """Return the second threshold and the sub-group's votes for each item."""
    if (rule.group_floor is None) != (group is None):
        raise ImpossibleRule("group", "a second threshold and the figures of its sub-group belong together")
    if rule.group_floor is None or group is None:
        return None, {}
    members, attendance = group
    _require_part(totals, members)
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


def _require_part(totals: Totals, members: Totals) -> None:
    """Hold the sub-group's figures against those of all. Raises CountMismatch where a part exceeds the whole."""
    figures: list[tuple[int | None, int, int]] = [
        (None, totals.returned, members.returned),
        (None, totals.valid, members.valid),
    ]
    for whole, part in zip(totals.items, members.items, strict=True):
        if whole.number != part.number:
            raise ValueError("these totals are not over the same items")
        figures.append((whole.number, whole.for_, part.for_))
    for number, whole_figure, part_figure in figures:
        if part_figure > whole_figure:
            raise CountMismatch(number, expected=whole_figure, actual=part_figure)


@dataclass(frozen=True)
class _Measured:
    """An item held against the thresholds, before it is compared with the others."""

    totals: ItemTotals
    score: tuple[int, ...]
    points: int | None
    passes_floor: bool
    group_for: int | None
    passes_group: bool
    grade: Grade | None

    @property
    def passes(self) -> bool:
        return self.passes_floor and self.passes_group


def _measured(
    totals: Totals,
    rule: Rule,
    bases: Mapping[Base, int],
    *,
    least: int,
    threshold: GroupThreshold | None,
    members: Mapping[int, int],
    void: bool,
) -> list[_Measured]:
    """Hold every item against the thresholds; in a void vote none passes any."""
    return [
        _measure(
            item, rule, bases, least=least, threshold=threshold, member=members.get(item.number), void=void
        )
        for item in totals.items
    ]


def _measure(
    item: ItemTotals,
    rule: Rule,
    bases: Mapping[Base, int],
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
    elif rule.points:
        points = sum(ballots * worth for worth, ballots in enumerate(item.places, start=1))
        score = (points,)
    elif rule.scoring is Scoring.FIRST_PREFERENCES:
        score = item.places
    return _Measured(
        totals=item,
        score=score,
        points=points,
        passes_floor=item.for_ + item.basically >= least and not void,
        group_for=member,
        passes_group=(threshold is None or (member or 0) >= threshold.least) and not void,
        grade=None if void else _grade(item, rule, bases),
    )


def _grade(item: ItemTotals, rule: Rule, bases: Mapping[Base, int]) -> Grade | None:
    if rule.floor is None or rule.satisfied_floor is None:
        return None
    return grade_of(item.for_, item.basically, bases, GradeRule(rule.satisfied_floor, rule.floor)).grade


def _result(
    item: _Measured,
    rule: Rule,
    scores: Mapping[tuple[int, ...], int],
    passing: Mapping[tuple[int, ...], int],
    *,
    void: bool,
    line: FundedLine[int] | None,
) -> ItemResult:
    """Return what became of the item. The cut is drawn among the items that pass; places are counted among all."""
    above = sum(n for higher, n in passing.items() if higher > item.score)
    if void:
        decision, reason = ItemDecision.NOT_CHOSEN, Reason.VOTE_VOID
    elif not item.passes_floor:
        decision, reason = ItemDecision.NOT_CHOSEN, Reason.BELOW_FLOOR
    elif not item.passes_group:
        decision, reason = ItemDecision.NOT_CHOSEN, Reason.BELOW_GROUP_FLOOR
    elif line is not None:
        decision, reason = DECIDED_BY_MONEY[line.why]
    elif above >= rule.seats:
        decision, reason = ItemDecision.NOT_CHOSEN, Reason.BELOW_CUT
    elif above + passing[item.score] <= rule.seats:
        decision, reason = ItemDecision.CHOSEN, Reason.ABOVE_CUT
    elif rule.tie_rule is TieRule.ADMIT_ALL:
        decision, reason = ItemDecision.CHOSEN, Reason.ADMITTED_WITH_TIE
    else:
        decision, reason = ItemDecision.TIED, Reason.TIED_AT_CUT
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
        grade=item.grade,
        cost=dict(rule.money.costs)[item.totals.number] if rule.money else None,
        money_left=line.left if line else None,
        paid=share_in_fen(line.share) if line and line.why is Why.SUPPORTERS_PAID else None,
    )


def _status(*, void: bool, tie: bool, missing: int) -> Status:
    if void:
        return Status.VOID
    if tie:
        return Status.TIE
    return Status.SHORTFALL if missing else Status.DECIDED


def count(
    rule: Rule,
    items: Sequence[int],
    ballots: Iterable[tuple[int, ...]],
    attendance: Turnout,
    *,
    on_paper: bool = False,
) -> CountOutcome:
    """Judge and add up the ballots one by one, then decide; in any order they give an equal outcome.

    ``items`` are the official numbers in ballot order; a ballot has one mark for each, or is UNREADABLE.
    Raises what ``add_up`` and ``decide`` raise.
    """
    if not rule.by_ballot:
        return decide(rule, add_up(rule, items, ballots, on_paper=on_paper), attendance)
    seen = Counter(ballots)
    totals = add_up(rule, items, seen.elements(), on_paper=on_paper)
    singles = approvals(rule, items, ((marks, times, on_paper) for marks, times in seen.items()))
    return decide(rule, totals, attendance, singles=singles)


def patterns(ballots: Iterable[tuple[int, ...]]) -> list[tuple[tuple[int, ...], int]]:
    """Return the distinct ballots with their numbers, sorted: for the scrutineers only (TRUST.md §2, F26).

    Unlike the count, this keeps every distinct ballot in memory.
    """
    return sorted(Counter(ballots).items())
