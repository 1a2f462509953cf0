"""The Method of Equal Shares with cost utilities. Pure: whole numbers only, no Django.

Every voter holds an equal share of the budget. A project is bought where its supporters together hold its cost; they
pay equally, who has less pays all of it. Bought is each time the project whose supporters pay the least for each unit
of money that is spent; with approvals that is the one with the most supporters, as long as they can all pay. What is
left at the end would be lost, so the shares are raised by one unit of money (Add1) and all is counted again, until
no project that is left fits the budget, or the next step would spend more than there is.

All money is a whole number of parts of one denominator, which grows as shares are divided: exact, and many times
faster than fractions. Voters with the same ballot always hold the same, so they are counted together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from math import gcd
from operator import itemgetter, mul
from typing import Generic, NamedTuple, TypeVar

from voting.count.budget import Funded, FundedLine, Funding, Settle, Why, require_money, rivals_of
from voting.count.measures import ImpossibleRule

K = TypeVar("K")
#: The price of a project is first compared in whole parts of this many bits, and exactly only where these are equal.
_BITS = 64
#: So many ways through ties of equal price are followed in one count; beyond, all that is open is called tied.
_WAYS = 512
#: Ballots are weighed where on average at least so many are the same.
_ALIKE = 2


def _picker(places: Sequence[int]) -> Callable[[Sequence[int]], Sequence[int]]:
    """Return what takes out of a list the numbers at these places, at once."""
    if len(places) > 1:
        return itemgetter(*places)
    return lambda numbers: [numbers[place] for place in places]


class _Payment(NamedTuple):
    """What each supporter pays for a project who has that much: numerator over denominator, in so large parts."""

    project: int
    numerator: int
    denominator: int
    parts: int


@dataclass
class _Way:
    """A count under way: what each class of voters still holds, in parts, and what was bought at which share."""

    held: list[int]
    parts: int
    live: list[tuple[int, int]]
    bought: dict[int, tuple[int, int]] = field(default_factory=dict)


def equal_shares(
    costs: Mapping[K, int],
    ballots: Mapping[tuple[K, ...], int],
    budget: int,
    *,
    add1: int | None = 1,
    seats: int | None = None,
    least: int = 1,
    exclusive: Sequence[Collection[K]] = (),
    settle: Settle[K] | None = None,
) -> Funding[K]:
    """Share the budget out among the voters, blank ballots too, and buy what their supporters can pay.

    ``ballots`` are the projects that a ballot approves, with the number of such ballots. ``add1`` is the unit of money
    by which the shares are raised; with None they are not. A project needs ``least`` supporters; of each group in
    ``exclusive`` one is bought at most, and ``seats`` in all.

    Where equal prices exclude one another and ``settle`` does not put them into an order, every order is followed:
    what all of them buy is in, what some buy is tied.

    Raises ImpossibleRule ``budget``, ``cost``, ``no_seats`` or ``unpriced``; ``cost`` also where one costs nothing and
    others may be bought in its place, which no price could decide.
    """
    require_money(costs, budget, seats)
    free = {project for project, cost in costs.items() if not cost}
    if free and ((seats is not None and seats < len(costs)) or any(free & set(group) for group in exclusive)):
        raise ImpossibleRule("cost", "a project that costs nothing comes before no other")
    if not costs.keys() >= set().union(*ballots):
        raise ImpossibleRule("unpriced", "a ballot names a project without a cost")
    market = _Market(costs, ballots, exclusive=exclusive, least=least, seats=seats, settle=settle)
    ways, raised = market.endow(budget), 0
    while add1 and market.voters and not any(way.live or market.is_full(way, budget) for way in ways):
        higher = market.endow(budget + (raised + 1) * add1 * market.voters)
        if any(market.spent(way) > budget for way in higher):
            break
        ways, raised = higher, raised + 1
    return market.funding(ways, budget, raised)


class _Market(Generic[K]):
    """The election in positions instead of names: classes of voters, supporters of each project."""

    def __init__(
        self,
        costs: Mapping[K, int],
        ballots: Mapping[tuple[K, ...], int],
        *,
        exclusive: Sequence[Collection[K]],
        least: int,
        seats: int | None,
        settle: Settle[K] | None,
    ) -> None:
        self.names: list[K] = list(costs)
        self.costs = [costs[name] for name in self.names]
        place = {name: index for index, name in enumerate(self.names)}
        classes: Counter[frozenset[int]] = Counter()
        for named, times in ballots.items():
            classes[frozenset(map(place.__getitem__, named))] += times
        self.voters = sum(classes.values())
        classes.pop(frozenset(), 0)
        # Where few ballots are the same, to count each by itself is less than to weigh them all.
        self.alone = sum(classes.values()) <= len(classes) * _ALIKE
        alike = list(classes.elements() if self.alone else classes)
        self.sizes = [1] * len(alike) if self.alone else list(classes.values())
        self.backers: list[list[int]] = [[] for _name in self.names]
        for number, approved in enumerate(alike):
            for project in approved:
                self.backers[project].append(number)
        self.weights = [[self.sizes[each] for each in backers] for backers in self.backers]
        self.support = [sum(weights) for weights in self.weights]
        self.holdings = [_picker(backers) for backers in self.backers]
        rivals = rivals_of(exclusive)
        self.rivals = {
            place[name]: frozenset(place[other] for other in others) for name, others in rivals.items()
        }
        self.seats = len(self.names) if seats is None else seats
        self.eligible = [p for p, support in enumerate(self.support) if support >= max(1, least)]
        self.settle = settle
        free = {p: (0, 1) for p in self.eligible if not self.costs[p]}
        live = sorted(((1 << _BITS) // self.support[p], p) for p in self.eligible if self.costs[p])
        #: The last endowment, and what was bought with it before any price had to be looked for.
        self.begun = 0, _Way([0] * len(self.sizes), max(1, self.voters), live, free)

    def endow(self, endowment: int) -> list[_Way]:
        """Count with that endowment, in parts of one voter's share; return every way that ties of price leave."""
        ways, ends, before = [self.begin(endowment)], [], set()
        while ways:
            way = ways.pop()
            forks = self.follow(way)
            if not forks:
                ends.append(way)
            for fork in forks:
                state = (frozenset(fork.bought), tuple(fork.held), fork.parts)
                if state not in before:
                    before.add(state)
                    ways.append(fork)
            if len(before) > _WAYS:
                return [*ends, *ways]
        return ends

    def begin(self, endowment: int) -> _Way:
        """Buy what is bought first with any higher endowment too: once, not every time that the shares are raised.

        Of all that are left it has the most supporters, and they can all pay: no other price is ever as low.
        """
        lower, begun = self.begun
        more = (endowment - lower) * begun.parts // max(1, self.voters)
        way = _Way([amount + more for amount in begun.held], begun.parts, begun.live, dict(begun.bought))
        while way.live and len(way.bought) < self.seats:
            price, project = way.live[0]
            wanted, many = self.costs[project] * way.parts, self.support[project]
            is_first = len(way.live) == 1 or price < way.live[1][0]
            if not is_first or min(self.holdings[project](way.held)) * many < wanted:
                break
            self.buy(way, _Payment(project, wanted, many, way.parts))
        self.begun = endowment, _Way(list(way.held), way.parts, list(way.live), dict(way.bought))
        return way

    def follow(self, way: _Way) -> list[_Way]:
        """Buy until nothing more can be bought; return the forks where equal prices exclude one another."""
        while len(way.bought) < self.seats:
            cheapest = self.cheapest(way)
            if not cheapest:
                break
            if len(cheapest) > 1 and not self.go_together(way, cheapest):
                order = (
                    self.settle([self.names[each.project] for each in cheapest], 0) if self.settle else None
                )
                if order is None:
                    return [self.fork(way, each) for each in cheapest]
                cheapest = [each for each in cheapest if self.names[each.project] == order[0]]
            for each in cheapest:
                self.buy(way, each)
        way.live = []
        return []

    def cheapest(self, way: _Way) -> list[_Payment]:
        """Return the payments of the projects with the lowest price for each unit of money, and drop what is too dear.

        A price never falls as voters pay, so what was dearer before needs no new look.
        """
        best: list[_Payment] = []
        best_key = -1
        way.live.sort()
        kept: list[tuple[int, int]] = []
        for position, (known, project) in enumerate(way.live):
            if best and known > best_key:
                kept.extend(way.live[position:])
                break
            payment = self.payment(way, project)
            if payment is None:
                continue
            price = payment.denominator * self.costs[project] * way.parts
            key = (payment.numerator << _BITS) // price
            kept.append((key, project))
            if best and key > best_key:
                continue
            if not best or key < best_key:
                best, best_key = [payment], key
                continue
            other = best[0]
            mine = payment.numerator * other.denominator * self.costs[other.project]
            its = other.numerator * payment.denominator * self.costs[project]
            if mine < its:
                best = [payment]
            elif mine == its:
                best.append(payment)
        way.live = kept
        return best

    def payment(self, way: _Way, project: int) -> _Payment | None:
        """Return what each supporter pays who has that much; None where all of them together have too little."""
        held = self.holdings[project](way.held)
        wanted, many = self.costs[project] * way.parts, self.support[project]
        if min(held) * many >= wanted:
            return _Payment(project, wanted, many, way.parts)
        if self.alone:
            if sum(held) < wanted:
                return None
            least = -(-wanted // many)
            while poor := [amount for amount in held if amount < least]:
                held = [amount for amount in held if amount >= least]
                wanted -= sum(poor)
                many -= len(poor)
                least = -(-wanted // many)
            return _Payment(project, wanted, many, way.parts)
        weights = self.weights[project]
        if sum(map(mul, held, weights)) < wanted:
            return None
        for amount, size in sorted(zip(held, weights)):  # noqa: B905 both are of the same supporters
            if amount * many >= wanted:
                break
            wanted -= amount * size
            many -= size
        return _Payment(project, wanted, many, way.parts)

    def go_together(self, way: _Way, payments: Sequence[_Payment]) -> bool:
        """Tell whether all of them can be bought at their prices, so that their order makes no difference."""
        if len(way.bought) + len(payments) > self.seats:
            return False
        projects = {each.project for each in payments}
        if any(self.rivals.get(project, frozenset()) & projects for project in projects):
            return False
        common = 1
        for each in payments:
            common *= each.denominator // gcd(common, each.denominator)
        owed: Counter[int] = Counter()
        for each in payments:
            amount = each.numerator * (common // each.denominator)
            for backer in self.backers[each.project]:
                owed[backer] += amount
        return all(amount <= way.held[backer] * common for backer, amount in owed.items())

    def buy(self, way: _Way, payment: _Payment) -> None:
        """Let the supporters pay; the denominator grows where their share is no whole number of parts."""
        numerator = payment.numerator * (way.parts // payment.parts)
        growth = payment.denominator // gcd(numerator, payment.denominator)
        if growth > 1:
            way.held = [amount * growth for amount in way.held]
            way.parts *= growth
        amount = numerator * growth // payment.denominator
        held = way.held
        rest = [each - amount if each > amount else 0 for each in self.holdings[payment.project](held)]
        for backer, each in zip(self.backers[payment.project], rest):  # noqa: B905 both are of the same supporters
            held[backer] = each
        way.bought[payment.project] = (amount, way.parts)
        gone = {payment.project} | self.rivals.get(payment.project, frozenset())
        way.live = [each for each in way.live if each[1] not in gone]

    def fork(self, way: _Way, payment: _Payment) -> _Way:
        fork = _Way(list(way.held), way.parts, list(way.live), dict(way.bought))
        self.buy(fork, payment)
        return fork

    def spent(self, way: _Way) -> int:
        return sum(self.costs[project] for project in way.bought)

    def is_full(self, way: _Way, budget: int) -> bool:
        """Tell whether no project that is left fits what is left of the budget."""
        if len(way.bought) >= self.seats:
            return True
        left = budget - self.spent(way)
        gone = [self.rivals[project] for project in way.bought if project in self.rivals]
        return not any(
            self.costs[project] <= left
            and project not in way.bought
            and not any(project in rivals for rivals in gone)
            for project in self.eligible
        )

    def funding(self, ways: Sequence[_Way], budget: int, raised: int) -> Funding[K]:
        """Return what came of it: in what order the first way bought, then the others by their supporters."""
        first = ways[0]
        certain = set(first.bought).intersection(*(way.bought for way in ways))
        # Of a way that was not followed to its end, all that is left is possible.
        possible = set(certain).union(
            *(way.bought for way in ways), *(map(itemgetter(1), way.live) for way in ways)
        )
        rest = sorted(set(range(len(self.names))) - set(first.bought), key=lambda p: (-self.support[p], p))
        lines = []
        for project in [*first.bought, *rest]:
            amount, parts = first.bought.get(project, (0, 1))
            held = sum(first.held[backer] * self.sizes[backer] for backer in self.backers[project])
            left = held // first.parts
            funded, why, beside = Funded.OUT, Why.SUPPORTERS_CANNOT, None
            rivals = [self.names[rival] for rival in self.rivals.get(project, ()) if rival in certain]
            if project in certain:
                funded, why = Funded.IN, Why.SUPPORTERS_PAID
            elif project in possible:
                funded, why = Funded.TIED, Why.TIED
            elif project not in self.eligible:
                why = Why.BELOW_LEAST
            elif rivals:
                why, beside = Why.EXCLUDED, rivals[0]
            elif len(first.bought) >= self.seats:
                why = Why.NO_SEAT
            share = (amount // gcd(amount, parts), parts // gcd(amount, parts))
            lines.append(
                FundedLine(
                    self.names[project],
                    self.costs[project],
                    left,
                    funded,
                    why,
                    beside,
                    share,
                    self.support[project],
                )
            )
        return Funding(budget, tuple(lines), raised)
