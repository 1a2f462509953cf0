"""The money of a round shared out among the items that pass, by the method of its rule. Pure: whole numbers only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from voting.count.budget import Funding, Why, fund
from voting.count.equal_shares import equal_shares
from voting.count.measures import Rule
from voting.count.money import SHARE_STEP, Method
from voting.count.outcomes import ItemDecision, Reason

#: Why an item is in or out where money is shared out.
DECIDED_BY_MONEY: dict[Why, tuple[ItemDecision, Reason]] = {
    Why.FITS: (ItemDecision.CHOSEN, Reason.FITS),
    Why.DOES_NOT_FIT: (ItemDecision.NOT_CHOSEN, Reason.DOES_NOT_FIT),
    Why.STOPPED: (ItemDecision.NOT_CHOSEN, Reason.AFTER_THE_END),
    Why.NO_SEAT: (ItemDecision.NOT_CHOSEN, Reason.BELOW_CUT),
    Why.TIED: (ItemDecision.TIED, Reason.TIED_FOR_MONEY),
    Why.WAITS: (ItemDecision.TIED, Reason.WAITS_FOR_TIE),
    Why.SUPPORTERS_PAID: (ItemDecision.CHOSEN, Reason.SUPPORTERS_PAID),
    Why.SUPPORTERS_CANNOT: (ItemDecision.NOT_CHOSEN, Reason.SUPPORTERS_CANNOT),
}
FEN = 100  # of one yuan


def shared_out(
    rule: Rule,
    numbers: Sequence[int],
    passing: Mapping[int, tuple[int, ...]],
    ballots: Mapping[tuple[int, ...], int] | None,
) -> Funding[int] | None:
    """Share the money out among the items in ``passing``, which has their scores; None where the rule has none.

    By equal shares every ballot in ``ballots`` has a share, also one that marks no item that passes.
    """
    money = rule.money
    if money is None:
        return None
    costs = {number: cost for number, cost in money.costs if number in numbers}
    if money.by_ballot:
        kept: dict[tuple[int, ...], int] = {}
        for row, times in (ballots or {}).items():
            approved = tuple(number for number in row if number in passing)
            kept[approved] = kept.get(approved, 0) + times
        market = {number: costs[number] for number in numbers if number in passing}
        return equal_shares(market, kept, money.budget, add1=SHARE_STEP, seats=rule.seats)
    stop = money.method is Method.GREEDY_STOP
    return fund(costs, passing, money.budget, stop=stop, seats=rule.seats, least=0)


def share_in_fen(share: tuple[int, int]) -> int:
    """Return what each supporter paid in hundredths of a yuan, rounded down."""
    return share[0] * FEN // share[1]
