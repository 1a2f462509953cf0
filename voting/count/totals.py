"""The ballots of a round, judged and added up one by one. Pure: integers only, no Django, no database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from voting.count.judging import Validity, VoidReason, judge
from voting.count.measures import BallotType, ImpossibleRule, Mark, Rule, plain_values


class CountMismatch(ArithmeticError):
    """The sums do not hold (PROCEDURE.md §3.4 (5)), so nothing may be decided or published.

    ``number`` is the official number of the item, None for the ballots as a whole.
    """

    def __init__(self, number: int | None, *, expected: int, actual: int) -> None:
        where = "the ballots" if number is None else f"item {number}"
        super().__init__(f"{where}: the parts sum to {actual}, not to {expected}")
        self.number, self.expected, self.actual = number, expected, actual


@dataclass(frozen=True)
class ItemTotals:
    """The votes of one item over all valid ballots: 赞成, 反对, 弃权, 未按.

    On a ranking ``for_`` are the ballots that rank it, and ``places`` how many of them give it place 1 to N; on a
    ballot with points those that give it any, and how many of them give it 1, 2, 3 and so on. On an
    assessment ``for_`` are 满意, ``basically`` 基本满意, ``against`` 不满意. ``double_marked`` are the ballots on paper
    that have two marks in its row, where the rule voids the item for that.
    """

    number: int
    for_: int
    against: int
    abstain: int
    not_pressed: int
    places: tuple[int, ...] = ()
    basically: int = 0
    double_marked: int = 0

    @property
    def parts(self) -> tuple[int, ...]:
        """The numbers of ballots that say each thing that can be said of an item."""
        return self.for_, self.basically, self.against, self.abstain, self.not_pressed, self.double_marked

    @property
    def ballots(self) -> int:
        """Every valid ballot says exactly one thing of an item, so this is the number of valid ballots."""
        return sum(self.parts)

    def to_dict(self, rule: Rule) -> dict[str, Any]:
        """Return the item as plain JSON values; what was marked twice only where the rule knows it."""
        values = asdict(self, dict_factory=plain_values)
        if not rule.voids_items:
            del values["double_marked"]
        return values


@dataclass(frozen=True)
class Totals:
    """The ballots of a round, added up; ``valid`` includes the ``blank`` ones that the rule lets stand.

    Raises CountMismatch where a sum does not hold (PROCEDURE.md §3.4 (5)) or a figure is negative.
    """

    returned: int
    valid: int
    blank: int
    void_reasons: Mapping[VoidReason, int] = field(hash=False)
    items: tuple[ItemTotals, ...]

    def __post_init__(self) -> None:
        if self.valid + self.void != self.returned:
            raise CountMismatch(None, expected=self.returned, actual=self.valid + self.void)
        for item in self.items:
            if item.ballots != self.valid:
                raise CountMismatch(item.number, expected=self.valid, actual=item.ballots)
        parts = [n for item in self.items for n in (*item.parts, *item.places)]
        if min([self.returned, self.valid, self.blank, *self.void_reasons.values(), *parts]) < 0:
            raise CountMismatch(None, expected=0, actual=-1)

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
        basically=one.basically + other.basically,
        double_marked=one.double_marked + other.double_marked,
    )


class Adder:
    """Adds up ballots one by one; the memory does not grow with their number.

    ``items`` are the official numbers in ballot order. An item without a mark is not pressed on a per-item ballot or
    a report, and abstains on the others; a blank ballot that is valid abstains on every item. ``on_paper`` are ballots
    of the box, which alone can have two marks in one row.

    Raises ImpossibleRule ``no_items``, ``repeated_item``, ``more_seats_than_items`` or ``report_seats``.
    """

    def __init__(self, rule: Rule, items: Sequence[int], *, on_paper: bool = False) -> None:
        check_items(rule, items)
        self._rule, self._items, self._on_paper = rule, tuple(items), on_paper
        marks = rule.numbers + 1 if rule.ballot_type.numbered else len(Mark)
        self._rows = [[0] * marks for _ in items]
        self._void = dict.fromkeys(VoidReason, 0)
        self._returned = self._marked = self._blank = 0

    def add(self, marks: tuple[int, ...]) -> None:
        """Judge a ballot and add it."""
        self._returned += 1
        verdict = judge(marks, self._rule, items=len(self._items), on_paper=self._on_paper)
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


def add_up(
    rule: Rule, items: Sequence[int], ballots: Iterable[tuple[int, ...]], *, on_paper: bool = False
) -> Totals:
    """Return the totals of the ballots. Raises what ``Adder`` raises."""
    adder = Adder(rule, items, on_paper=on_paper)
    for marks in ballots:
        adder.add(marks)
    return adder.totals()


def check_items(rule: Rule, items: Sequence[int]) -> None:
    if not items:
        raise ImpossibleRule("no_items", "there is nothing to vote on")
    if len(set(items)) != len(items):
        raise ImpossibleRule("repeated_item", "an official number stands twice on the ballot")
    if rule.seats > len(items):
        raise ImpossibleRule("more_seats_than_items", "more seats than items to choose from")
    if rule.money and set(items) - {number for number, _cost in rule.money.costs}:
        raise ImpossibleRule("uncosted", "money is shared out, and a project has no cost")
    if (
        rule.money
        and rule.most_cost is not None
        and tuple(items) != tuple(n for n, _cost in rule.money.costs)
    ):
        raise ImpossibleRule("uncosted", "money is shared out, and a project has no cost")
    whole = {BallotType.WHOLE_REPORT, BallotType.GRADES}
    if rule.ballot_type in whole and rule.seats != len(items):
        raise ImpossibleRule(
            "report_seats", "a whole report chooses all of its items or none, an assessment any"
        )


def _item_totals(rule: Rule, number: int, row: Sequence[int], blank: int) -> ItemTotals:
    unmarked, numbered = row[Mark.NONE], rule.ballot_type.numbered
    pressed = rule.ballot_type.per_item
    return ItemTotals(
        number=number,
        for_=sum(row[1:]) if numbered else row[Mark.FOR],
        against=0 if numbered else row[Mark.AGAINST],
        abstain=blank + (row[Mark.ABSTAIN] if pressed else unmarked),
        not_pressed=unmarked if pressed else 0,
        places=tuple(row[1:]) if numbered else (),
        basically=row[Mark.BASICALLY] if rule.ballot_type is BallotType.GRADES else 0,
        double_marked=row[Mark.BOTH] if rule.voids_items else 0,
    )
