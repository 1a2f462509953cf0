"""What a count comes out as, with its working: enough to show why each item is in or out. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from voting.count.grading import Grade
from voting.count.judging import void_reasons_of
from voting.count.measures import Base, Rule, plain_values
from voting.count.totals import ItemTotals, Totals
from voting.count.turnout import Turnout


class ItemDecision(StrEnum):
    """What the count says of an item."""

    CHOSEN = "chosen"
    TIED = "tied"
    NOT_CHOSEN = "not_chosen"


class Reason(StrEnum):
    """Why an item is in or out. Without a floor, BELOW_FLOOR means: not one vote for it. The last ones are of a sum of
    money: ``does_not_fit`` what was left, or stands ``after_the_end`` of a count that ends at the first that does not;
    by equal shares its ``supporters_paid`` for it, or ``supporters_cannot``.

    BELOW_GROUP_FLOOR: it has votes enough, but too few of the sub-group's.
    """

    ABOVE_CUT = "above_cut"
    BELOW_FLOOR = "below_floor"
    BELOW_GROUP_FLOOR = "below_group_floor"
    BELOW_CUT = "below_cut"
    TIED_AT_CUT = "tied_at_cut"
    ADMITTED_WITH_TIE = "admitted_with_tie"
    VOTE_VOID = "vote_void"
    FITS = "fits"
    DOES_NOT_FIT = "does_not_fit"
    AFTER_THE_END = "after_the_end"
    TIED_FOR_MONEY = "tied_for_money"
    WAITS_FOR_TIE = "waits_for_tie"
    SUPPORTERS_PAID = "supporters_paid"
    SUPPORTERS_CANNOT = "supporters_cannot"


class Status(StrEnum):
    """How the vote as a whole came out. A tie and a shortfall exclude each other."""

    DECIDED = "decided"
    TIE = "tie"
    SHORTFALL = "shortfall"
    VOID = "void"


@dataclass(frozen=True, kw_only=True)
class ItemResult(ItemTotals):
    """One item's votes and what became of it.

    ``score`` is what the items are ordered by: the votes for, the points, or the first places, second places and so
    on. ``place`` is 1 + the number of items with a higher score: equal scores share a place. ``points`` only where a
    ranking is read by points or a ballot gives any, ``group_for`` only where a sub-group has its own threshold,
    ``grade`` only on an assessment that is not void.
    """

    score: tuple[int, ...]
    points: int | None
    place: int
    passes_floor: bool
    group_for: int | None
    passes_group: bool
    decision: ItemDecision
    reason: Reason
    grade: Grade | None = None
    #: Of a vote on a sum of money: its cost, and the money left when its turn came, or after it where it was funded.
    cost: int | None = None
    money_left: int | None = None
    #: By equal shares ``money_left`` is what its supporters still held together; ``paid`` is what each paid for it, in
    #: hundredths of a yuan, rounded down; who had less paid all of that.
    paid: int | None = None

    def to_dict(self, rule: Rule) -> dict[str, Any]:
        """Return it as plain JSON values; of double marks and of money only where the rule knows them."""
        plain = super().to_dict(rule)
        of_money = {name: plain.pop(name) for name in ("cost", "money_left")}
        paid = plain.pop("paid")
        if rule.by_ballot:
            of_money["paid"] = paid
        return plain | of_money if self.cost is not None else plain


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
class CountOutcome(Totals):
    """The count with its working: enough to show why each item is in or out. Its sums hold, as in ``Totals``.

    ``floor_least`` is the number of votes an item needs; without a floor it is one, ``floor_size`` is None. ``group``
    is the second threshold with its working, None where there is none.
    ``tied`` compete for ``seats_left``; ``missing`` seats have no item that passes. A void vote leaves all
    its seats. Items and item numbers are in ballot order.
    """

    items: tuple[ItemResult, ...]
    rule: Rule
    attendance: Turnout
    bases: Mapping[Base, int] = field(hash=False)
    floor_size: int | None
    floor_least: int
    group: GroupThreshold | None
    seats_left: int
    missing: int
    status: Status
    #: By equal shares: how many times the shares were raised.
    raised: int | None = None

    @property
    def floor_base(self) -> Base | None:
        return self.rule.floor.base if self.rule.floor else None

    @property
    def voided(self) -> bool:
        """More ballots were returned than issued (PROCEDURE.md §3.2)."""
        return self.status is Status.VOID

    @property
    def money_left(self) -> int | None:
        """The money that is left after the chosen; None where the vote shares out none."""
        if self.rule.money is None:
            return None
        spent = (item.cost or 0 for item in self.items if item.decision is ItemDecision.CHOSEN)
        return self.rule.money.budget - sum(spent)

    @property
    def chosen(self) -> tuple[int, ...]:
        return self._numbers(ItemDecision.CHOSEN)

    @property
    def tied(self) -> tuple[int, ...]:
        return self._numbers(ItemDecision.TIED)

    def _numbers(self, decision: ItemDecision) -> tuple[int, ...]:
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
            "void_reasons": {
                reason.value: self.void_reasons[reason] for reason in void_reasons_of(self.rule)
            },
            "voided": self.voided,
            "bases": {base.value: self.bases[base] for base in Base},
            "floor": {
                "base": self.floor_base and self.floor_base.value,
                "size": self.floor_size,
                "least": self.floor_least,
            },
            "group": asdict(self.group, dict_factory=plain_values) if self.group else None,
            "items": [item.to_dict(self.rule) for item in self.items],
            "chosen": list(self.chosen),
            "tied": list(self.tied),
            "seats_left": self.seats_left,
            "missing": self.missing,
            "status": self.status.value,
            **({} if self.money_left is None else {"money_left": self.money_left}),
            **({} if self.raised is None else {"raised": self.raised}),
        }
