"""The voting measures (票决办法) as the count needs them, and the attendance they are held against. Pure.

Whatever the law does not fix is a field of ``Rule`` (PROCEDURE.md §3.4). Whole numbers and fractions of whole
numbers only; no Django, no database.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from voting.count.kinds import (
    BallotType,
    Base,
    BlankBallot,
    Comparator,
    DoubleMark,
    FirstReading,
    Mark,
    Scoring,
    SecondReading,
    ShortfallRule,
    TieRule,
    UnderVote,
)
from voting.count.money import SHARES_CONTRADICTIONS, Money
from voting.count.points import Points

__all__ = [
    "BallotType",
    "Base",
    "BlankBallot",
    "Comparator",
    "DoubleMark",
    "FirstReading",
    "Floor",
    "ImpossibleCount",
    "ImpossibleRule",
    "Mark",
    "Rule",
    "Scoring",
    "SecondReading",
    "ShortfallRule",
    "TieRule",
    "UnderVote",
    "plain_values",
]


class ImpossibleCount(ValueError):
    """Figures that no vote can have; ``code`` is stable, the message is English and not for the page."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class ImpossibleRule(ImpossibleCount):
    """A rule that no vote can be held under.

    Codes: ``wrong_kind``, ``no_seats``, ``fraction``, ``unreachable``; for settings that contradict
    each other ``up_to_under_void``, ``exactly_under_valid``, ``ranking_unscored``, ``scoring_without_ranking``,
    ``report_without_floor``, ``report_under_void``, ``grades_without_floors``, ``satisfied_without_grades``,
    ``item_without_rows``, ``no_money``, ``money_for_a_list``, ``money_tie``, ``shares_ballot``, ``shares_group``,
    ``one_under_void``, ``points_unset``, ``points_elsewhere``, ``points_range``, ``cost_elsewhere``, ``no_cost``; with
    the items of a round also ``no_items``, ``repeated_item``, ``more_seats_than_items``, ``report_seats``, ``group``,
    ``uncosted``, ``singles``.
    """


def plain_values(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A dict factory for ``asdict``: enums become their values, tuples lists, ``for_`` becomes ``for``."""
    return {name.rstrip("_"): _plain(value) for name, value in pairs}


def _plain(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return value.value
    return list(value) if isinstance(value, tuple) else value


def _require_kind(value: object, kind: type) -> None:
    if type(value) is not kind:  # 1.0, True and "up_to" compare equal to what is meant, and are not it
        raise ImpossibleRule("wrong_kind", f"{value!r} is not of the kind {kind.__name__}")


@dataclass(frozen=True)
class Floor:
    """A fraction of a base that must be exceeded or reached: a majority, or a quorum.

    地方组织法 (2022) art. 25, more than half of all delegates: ``Floor(Base.ALL, 1, 2, MORE_THAN)``. Art. 14,
    a quorum of at least two thirds: ``Floor(Base.ALL, 2, 3, AT_LEAST)``, which those present must pass.

    Raises ImpossibleRule ``wrong_kind`` for a value of the wrong kind, ``fraction`` unless
    0 ≤ numerator ≤ denominator and denominator ≥ 1, ``unreachable`` for more than the whole.
    """

    base: Base
    numerator: int
    denominator: int
    comparator: Comparator

    def __post_init__(self) -> None:
        _require_kind(self.base, Base)
        _require_kind(self.comparator, Comparator)
        _require_kind(self.numerator, int)
        _require_kind(self.denominator, int)
        if self.denominator < 1 or not 0 <= self.numerator <= self.denominator:
            raise ImpossibleRule("fraction", "a floor is a fraction between 0 and 1")
        if self.numerator == self.denominator and self.comparator is Comparator.MORE_THAN:
            raise ImpossibleRule("unreachable", "nothing is more than the whole")

    def least(self, size: int) -> int:
        """Return the smallest number of votes that passes in a base of that size; never less than one.

        More than 1/2 of 298 is 150, of 383 is 192, of 327 is 164; at least 1/2 of 298 is 149.
        """
        share = size * self.numerator
        if self.comparator is Comparator.MORE_THAN:
            return share // self.denominator + 1
        return max(1, -(-share // self.denominator))

    def passes(self, votes: int, size: int) -> bool:
        """Return whether that many votes pass in a base of that size."""
        return votes >= self.least(size)


@dataclass(frozen=True)
class Rule:
    """The part of the voting measures (票决办法) that the count needs, with the seats of this round.

    ``scoring`` belongs to a ranking and to nothing else; ``group_floor`` is the second threshold, that of a sub-group,
    over the sub-group's own figures (PROCEDURE.md §3.4 (6)). On an assessment ``floor`` is what 满意 and 基本满意 need
    together, ``satisfied_floor`` what 满意 needs alone (``count.grading``). ``points`` belong to a ballot with points;
    ``most_cost`` is what the items that one ballot votes for may cost together, where a sum of money is shared out.

    Raises ImpossibleRule: ``wrong_kind`` for a value of the wrong kind, ``no_seats`` for less than one seat, or the
    code of the first contradiction.
    """

    ballot_type: BallotType
    seats: int
    floor: Floor | None
    blank: BlankBallot
    tie_rule: TieRule
    shortfall_rule: ShortfallRule
    under: UnderVote = UnderVote.VALID
    scoring: Scoring | None = None
    group_floor: Floor | None = None
    satisfied_floor: Floor | None = None
    double_mark: DoubleMark = DoubleMark.BALLOT
    money: Money | None = None
    points: Points | None = None
    most_cost: int | None = None

    def __post_init__(self) -> None:
        _require_kind(self.ballot_type, BallotType)
        _require_kind(self.seats, int)
        if self.floor is not None:
            _require_kind(self.floor, Floor)
        _require_kind(self.blank, BlankBallot)
        _require_kind(self.tie_rule, TieRule)
        _require_kind(self.shortfall_rule, ShortfallRule)
        _require_kind(self.under, UnderVote)
        if self.scoring is not None:
            _require_kind(self.scoring, Scoring)
        if self.group_floor is not None:
            _require_kind(self.group_floor, Floor)
        if self.satisfied_floor is not None:
            _require_kind(self.satisfied_floor, Floor)
        _require_kind(self.double_mark, DoubleMark)
        if self.points is not None:
            _require_kind(self.points, Points)
        if self.most_cost is not None:
            _require_kind(self.most_cost, int)
        if self.seats < 1:
            raise ImpossibleRule("no_seats", "a vote chooses at least one item")
        for contradicts, code, why in _CONTRADICTIONS:
            if contradicts(self):
                raise ImpossibleRule(code, why)

    def to_dict(self) -> dict[str, Any]:
        """Return the rule as plain JSON values.

        What a double mark does only where it voids the item alone; of money only where there is a sum, and without
        the costs; points, and what the items of a ballot may cost, only where the rule has them.
        """
        plain = asdict(self, dict_factory=plain_values)
        if not self.voids_items:
            del plain["double_mark"]
        for name in ("points", "most_cost"):
            if plain[name] is None:
                del plain[name]
        money = plain.pop("money")
        return plain | {"money": {k: money[k] for k in ("method", "budget")}} if money else plain

    @property
    def by_ballot(self) -> bool:
        """The single ballots decide, not the votes of each project alone: so they are published."""
        return self.money is not None and self.money.by_ballot

    @property
    def voids_items(self) -> bool:
        """Two marks in a row of a paper ballot void that item, and not the ballot."""
        return self.double_mark is DoubleMark.ITEM

    @property
    def most(self) -> int:
        """How many marks a ballot that is ``limited`` may have."""
        return 1 if self.ballot_type is BallotType.CHOOSE_ONE else self.seats

    def takes_any_number(self, items: int) -> bool:
        """The money alone is limited: a ballot may vote for as many items as there are."""
        limited = self.ballot_type in {BallotType.UP_TO, BallotType.PER_ITEM_UP_TO}
        return limited and self.money is not None and self.seats >= items

    @property
    def numbers(self) -> int:
        """The highest number that a ballot with numbers may say of an item: a place, or points."""
        return self.points.most if self.points else self.seats

    def cost_of(self, marks: Sequence[int]) -> int:
        """Return what the items that a ballot votes for cost together; the costs stand in ballot order."""
        costs = self.money.costs if self.money else ()
        return sum(cost for mark, (_number, cost) in zip(marks, costs, strict=False) if mark == Mark.FOR)


_CONTRADICTIONS: tuple[tuple[Callable[[Rule], bool], str, str], ...] = (
    (
        lambda rule: rule.ballot_type is BallotType.UP_TO and rule.under is UnderVote.VOID,
        "up_to_under_void",
        "up to N with fewer marks void is exactly N",
    ),
    (
        lambda rule: rule.ballot_type is BallotType.EXACTLY and rule.under is UnderVote.VALID,
        "exactly_under_valid",
        "exactly N with fewer marks valid is up to N",
    ),
    (
        lambda rule: rule.ballot_type is BallotType.RANKING and rule.scoring is None,
        "ranking_unscored",
        "a ranking says how it is read",
    ),
    (
        lambda rule: rule.ballot_type is not BallotType.RANKING and rule.scoring is not None,
        "scoring_without_ranking",
        "only a ranking is scored",
    ),
    (
        lambda rule: rule.ballot_type is BallotType.WHOLE_REPORT and rule.floor is None,
        "report_without_floor",
        "a report is approved by a majority, and the rule says of what",
    ),
    (
        lambda rule: rule.ballot_type is BallotType.WHOLE_REPORT and rule.under is UnderVote.VOID,
        "report_under_void",
        "a report ballot without a mark is blank, and nothing less",
    ),
    (
        lambda rule: (
            rule.ballot_type is BallotType.GRADES
            and (rule.floor is None or rule.satisfied_floor is None or rule.group_floor is not None)
        ),
        "grades_without_floors",
        "an assessment says of what and how much each grade needs, over one body",
    ),
    (
        lambda rule: rule.ballot_type is not BallotType.GRADES and rule.satisfied_floor is not None,
        "satisfied_without_grades",
        "only an assessment has grades",
    ),
    (
        lambda rule: rule.voids_items and not rule.ballot_type.by_rows,
        "item_without_rows",
        "only a ballot with a row of boxes for each item can have two marks in one",
    ),
    (
        lambda rule: rule.money is not None and rule.money.budget < 1,
        "no_money",
        "a sum of money that is shared out is not nothing",
    ),
    (
        lambda rule: (
            rule.money is not None and rule.ballot_type in {BallotType.WHOLE_REPORT, BallotType.GRADES}
        ),
        "money_for_a_list",
        "a whole list and an assessment share out no money",
    ),
    (
        lambda rule: rule.money is not None and rule.tie_rule is not TieRule.FURTHER_BALLOT,
        "money_tie",
        "where the money does not reach for all of the tied, only another ballot settles it",
    ),
    *SHARES_CONTRADICTIONS,
    (
        lambda rule: rule.ballot_type is BallotType.CHOOSE_ONE and rule.under is UnderVote.VOID,
        "one_under_void",
        "a ballot that chooses one without a mark is blank, and nothing less",
    ),
    (
        lambda rule: rule.ballot_type is BallotType.POINTS and rule.points is None,
        "points_unset",
        "a ballot with points says how many it has, and how many for one item",
    ),
    (
        lambda rule: rule.ballot_type is not BallotType.POINTS and rule.points is not None,
        "points_elsewhere",
        "only a ballot with points gives any",
    ),
    (
        lambda rule: rule.points is not None and not rule.points.sound,
        "points_range",
        "one item gets at least a point, and no more than there are",
    ),
    (
        lambda rule: rule.most_cost is not None and not (rule.money and rule.ballot_type is BallotType.UP_TO),
        "cost_elsewhere",
        "what the items of a ballot cost is limited where up to N are marked and money is shared out",
    ),
    (
        lambda rule: rule.most_cost is not None and rule.most_cost < 1,
        "no_cost",
        "a ballot may vote for items that cost something",
    ),
)
