"""What a sum of money pays for: projects by their score, as long as it lasts. Pure: whole numbers, no Django.

``fund`` is both greedy rules: it goes down the scores and passes over what does not fit the money left, or ends at the
first that does not fit (``stop``). Each may also have a number of seats, a least score, and projects of which only
one can be built.

Equal scores for which the money, the seats or the site do not reach are **a tie across the cut**. It is never settled
by number or cost: the tied are named, and what stands below them and might still fit waits. Who may settle it says so
with ``settle``: a further ballot, a lot, a rule of the house.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Callable, Generic, List, Optional, Tuple, TypeVar  # noqa: UP035 the one file runs on 3.8

from voting.count.measures import ImpossibleRule

K = TypeVar("K")
Score = Tuple[int, ...]  # noqa: UP006
#: Puts projects of an equal score into an order; None leaves them tied. It is told the money left.
Settle = Callable[[List[K], int], Optional[List[K]]]  # noqa: UP006, UP045


class Funded(StrEnum):
    """What a budget rule says of a project; OPEN waits for a tie above it."""

    IN = "in"
    OUT = "out"
    TIED = "tied"
    OPEN = "open"


class Why(StrEnum):
    """Why a project is in or out; the figures beside it make the sentence."""

    FITS = "fits"
    DOES_NOT_FIT = "does_not_fit"
    STOPPED = "stopped"
    BELOW_LEAST = "below_least"
    EXCLUDED = "excluded"
    NO_SEAT = "no_seat"
    TIED = "tied"
    WAITS = "waits"
    SUPPORTERS_PAID = "supporters_paid"
    SUPPORTERS_CANNOT = "supporters_cannot"


@dataclass(frozen=True)
class FundedLine(Generic[K]):
    """One project: its cost, the money left when its turn came, and what became of it.

    ``beside`` is the project that excludes it, or that ended the count. With equal shares ``left`` is what its
    supporters held together, rounded down, ``share`` what each of them paid who had that much, as a fraction of whole
    numbers, and ``supporters`` how many they are.
    """

    project: K
    cost: int
    left: int
    funded: Funded
    why: Why
    beside: K | None = None
    share: tuple[int, int] = (0, 1)
    supporters: int = 0


@dataclass(frozen=True)
class Funding(Generic[K]):
    """What a budget pays for, with its working, project by project in the order in which their turns came."""

    budget: int
    lines: tuple[FundedLine[K], ...]
    #: The unit by which the endowments were raised, so many times; of equal shares only.
    raised: int = 0

    @property
    def winners(self) -> tuple[K, ...]:
        return self.those(Funded.IN)

    @property
    def tied(self) -> tuple[K, ...]:
        return self.those(Funded.TIED)

    @property
    def waiting(self) -> tuple[K, ...]:
        return self.those(Funded.OPEN)

    @property
    def spent(self) -> int:
        return sum(line.cost for line in self.lines if line.funded is Funded.IN)

    def those(self, funded: Funded) -> tuple[K, ...]:
        """Return the projects of which the rule says that."""
        return tuple(line.project for line in self.lines if line.funded is funded)


def fund(
    costs: Mapping[K, int],
    scores: Mapping[K, Score],
    budget: int,
    *,
    stop: bool = False,
    seats: int | None = None,
    least: int = 1,
    exclusive: Sequence[Collection[K]] = (),
    settle: Settle[K] | None = None,
) -> Funding[K]:
    """Fund the projects by score, highest first, out of ``budget``.

    What does not fit the money left is passed over, or ends the count with ``stop``. A project needs ``least`` as the
    first figure of its score; of each group in ``exclusive`` one is funded at most, and ``seats`` in all.

    Raises ImpossibleRule ``budget``, ``cost``, ``no_seats`` or ``unpriced``.
    """
    require_money(costs, budget, seats)
    if set(scores) - set(costs):
        raise ImpossibleRule("unpriced", "a project has a score, and no cost")
    return _Purse(costs, budget, stop=stop, seats=seats, exclusive=exclusive).spend(scores, least, settle)


def require_money(costs: Mapping[K, int], budget: int, seats: int | None) -> None:
    """Raise ImpossibleRule ``budget``, ``cost`` or ``no_seats`` under figures by which no money can be shared out."""
    if type(budget) is not int or budget < 1:
        raise ImpossibleRule("budget", "a budget is a whole number of at least one")
    if any(type(cost) is not int or cost < 0 for cost in costs.values()):
        raise ImpossibleRule("cost", "a cost is a whole number, and never less than nothing")
    if seats is not None and seats < 1:
        raise ImpossibleRule("no_seats", "a vote chooses at least one item")


class _Purse(Generic[K]):
    """The money left, while it is spent."""

    def __init__(
        self,
        costs: Mapping[K, int],
        budget: int,
        *,
        stop: bool,
        seats: int | None,
        exclusive: Sequence[Collection[K]],
    ) -> None:
        self.costs, self.budget, self.stop = costs, budget, stop
        self.left, self.seats = budget, len(costs) if seats is None else seats
        self.rivals = rivals_of(exclusive)
        self.excluded: dict[K, K] = {}
        self.lines: list[FundedLine[K]] = []
        #: Why nobody below comes to a turn any more, and after whom.
        self.over: tuple[Why, K] | None = None
        self.tied = False

    def spend(self, scores: Mapping[K, Score], least: int, settle: Settle[K] | None) -> Funding[K]:
        equal: dict[Score, list[K]] = {}
        for project, score in scores.items():
            equal.setdefault(score, []).append(project)
        for score in sorted(equal, reverse=True):
            if score[0] < least:
                for project in equal[score]:
                    self.note(project, Funded.OUT, Why.BELOW_LEAST)
            else:
                self.turn(equal[score], settle)
        return Funding(self.budget, tuple(self.lines))

    def turn(self, group: list[K], settle: Settle[K] | None) -> None:
        """Let the projects of one score come to their turn, all at once or in the order that settles them."""
        if len(group) == 1 or self.over or self.tied or self.reaches_for(self.possible(group)):
            self.together(group)
            return
        order = settle(group, self.left) if settle else None
        if order is None:
            self.together(group)
            return
        for project in order:
            self.together([project])

    def possible(self, group: Sequence[K]) -> list[K]:
        """Return those that nothing rules out yet; what does not fit is one of them where it would end the count."""
        free = [project for project in group if project not in self.excluded]
        fitting = [project for project in free if self.costs[project] <= self.left]
        return free if self.stop and fitting else fitting

    def reaches_for(self, group: Sequence[K]) -> bool:
        """Tell whether money, seats and sites reach for all of them."""
        return (
            sum(self.costs[project] for project in group) <= self.left
            and (not group or len(group) <= self.seats)
            and not any(self.rivals.get(project, frozenset()) & set(group) for project in group)
        )

    def together(self, group: Sequence[K]) -> None:
        """Let them come to their turn at once; what they can no longer have is said of each."""
        if self.over or not self.seats:
            why, after = self.over or (Why.NO_SEAT, None)
            for project in group:
                self.note(project, Funded.OUT, why, after)
            return
        possible = self.possible(group)
        for project in group:
            if project not in possible:
                self.rule_out(project)
        if self.tied:
            for project in possible:
                self.note(project, Funded.OPEN, Why.WAITS)
        elif self.reaches_for(possible):
            for project in possible:
                self.choose(project)
        else:
            self.tie(possible)

    def rule_out(self, project: K) -> None:
        if project in self.excluded:
            self.note(project, Funded.OUT, Why.EXCLUDED, self.excluded[project])
            return
        self.note(project, Funded.OUT, Why.DOES_NOT_FIT)
        if self.stop:
            self.over = (Why.STOPPED, project)

    def choose(self, project: K) -> None:
        self.left -= self.costs[project]
        self.seats -= 1
        self.note(project, Funded.IN, Why.FITS)
        for rival in self.rivals.get(project, ()):
            self.excluded.setdefault(rival, project)

    def tie(self, group: Sequence[K]) -> None:
        """Name the tied. Where money or seats are used up whatever becomes of them, nobody below comes to a turn."""
        for project in group:
            self.note(project, Funded.TIED, Why.TIED)
        costs = sorted((self.costs[project] for project in group), reverse=True)
        apart = not any(self.rivals.get(project, frozenset()) & set(group) for project in group)
        if apart and len(group) > self.seats and sum(costs[: self.seats]) <= self.left:
            self.over = (Why.NO_SEAT, group[0])
        elif self.stop and apart and len(group) <= self.seats:
            self.over = (Why.STOPPED, group[0])
        self.tied = True

    def note(self, project: K, funded: Funded, why: Why, beside: K | None = None) -> None:
        self.lines.append(FundedLine(project, self.costs[project], self.left, funded, why, beside))


def rivals_of(exclusive: Sequence[Collection[K]]) -> dict[K, frozenset[K]]:
    """Return for each project those that cannot be built beside it."""
    rivals: dict[K, frozenset[K]] = {}
    for group in exclusive:
        for project in group:
            rivals[project] = rivals.get(project, frozenset()) | (frozenset(group) - {project})
    return rivals
