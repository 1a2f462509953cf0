"""What a sum of money pays for: every rule against a plain reading of it, equal shares against a second opinion too.

Guards ``voting.count.budget``, ``voting.count.equal_shares`` and ``voting.count.funding``.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import chain, permutations, product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voting.count.budget import Funded, Funding, Why, fund
from voting.count.counting import (
    BallotType,
    Base,
    BlankBallot,
    Comparator,
    Floor,
    ImpossibleRule,
    ItemDecision,
    Rule,
    ShortfallRule,
    TieRule,
    Turnout,
    count,
)
from voting.count.equal_shares import equal_shares
from voting.count.money import SHARE_STEP, Method, Money

COUNT = Path(__file__).resolve().parents[3] / "voting" / "count"
RIVALS = st.sampled_from([(), ((0, 1),), ((0, 1), (1, 2)), ((0, 1, 2),)])


def sum_of(costs: dict[int, int], projects: Iterable[int]) -> int:
    return sum(costs[project] for project in projects)


def by_hand(
    order: Sequence[int],
    costs: dict[int, int],
    budget: int,
    *,
    stop: bool,
    seats: int,
    rivals: Sequence[tuple[int, ...]],
) -> set[int]:
    """Read the rule aloud: go down this order, and fund what still fits."""
    funded: set[int] = set()
    for project in order:
        if len(funded) == seats:
            break
        if any(project in group and funded & set(group) for group in rivals):
            continue
        if costs[project] <= budget - sum_of(costs, funded):
            funded.add(project)
        elif stop:
            break
    return funded


def orders_of(scores: dict[int, tuple[int, ...]]) -> list[tuple[int, ...]]:
    """Return every order in which higher scores come before lower ones."""
    groups = [
        [p for p in scores if scores[p] == score] for score in sorted(set(scores.values()), reverse=True)
    ]
    return [tuple(chain(*each)) for each in product(*map(permutations, groups))]


@given(
    figures=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 3)), min_size=1, max_size=6),
    budget=st.integers(1, 14),
    stop=st.booleans(),
    seats=st.integers(1, 6),
    least=st.integers(0, 2),
    rivals=RIVALS,
)
@settings(max_examples=300, deadline=None)
def test_what_fits_the_sum_is_what_every_order_of_the_equal_ones_funds(
    *,
    figures: list[tuple[int, int]],
    budget: int,
    stop: bool,
    seats: int,
    least: int,
    rivals: tuple[tuple[int, ...], ...],
):
    costs = {project: cost for project, (cost, _votes) in enumerate(figures)}
    scores = {project: (votes,) for project, (_cost, votes) in enumerate(figures)}
    rivals = tuple(group for group in rivals if max(group) < len(figures))
    options = {"stop": stop, "seats": seats, "least": least, "exclusive": rivals}
    funding = fund(costs, scores, budget, **options)
    eligible = {project: score for project, score in scores.items() if score[0] >= least}
    outcomes = [by_hand(o, costs, budget, stop=stop, seats=seats, rivals=rivals) for o in orders_of(eligible)]
    assert set(funding.winners) <= set.intersection(*outcomes), "nobody is in whom some order leaves out"
    assert not set(funding.those(Funded.OUT)) & set.union(*outcomes), "nobody is out whom some order funds"
    if funding.tied:
        assert len({frozenset(each & set(funding.tied)) for each in outcomes}) > 1, "a tie makes a difference"
    else:
        assert not funding.waiting
        assert all(set(funding.winners) == each for each in outcomes)
    assert sorted(line.project for line in funding.lines) == sorted(costs)
    assert funding.spent <= budget
    order = orders_of(eligible)[-1]
    settled = fund(costs, scores, budget, settle=lambda tied, _left: sorted(tied, key=order.index), **options)
    assert set(settled.winners) == outcomes[-1], "settled as the order says"


def test_the_working_says_what_was_left_when_the_turn_came():
    costs, scores = {1: 3000, 2: 4100, 3: 1000, 4: 900, 5: 10}, {1: (9,), 2: (8,), 3: (7,), 4: (6,), 5: (0,)}
    funding = fund(costs, scores, 5000)
    assert [(line.project, line.why, line.left) for line in funding.lines] == [
        (1, Why.FITS, 2000), (2, Why.DOES_NOT_FIT, 2000), (3, Why.FITS, 1000), (4, Why.FITS, 100),
        (5, Why.BELOW_LEAST, 100),
    ]  # fmt: skip
    stopped = fund(costs, scores, 5000, stop=True)
    assert [line.why for line in stopped.lines][1:4] == [Why.DOES_NOT_FIT, Why.STOPPED, Why.STOPPED]
    assert [line.beside for line in stopped.lines][1:4] == [None, 2, 2]
    assert fund(costs, scores, 5000, exclusive=[(1, 3)]).lines[2].beside == 1
    assert fund(costs, scores, 5000, seats=1).lines[2].why is Why.NO_SEAT


@pytest.mark.parametrize("cheap", [1, 3])
def test_a_tie_across_the_cut_is_never_settled_by_number_or_cost(cheap: int):
    costs = {1: 4, 2: 4, 3: 4, 4: 2, 5: 5} | {cheap: 3}
    funding = fund(costs, dict.fromkeys((1, 2, 3), (5,)) | {4: (4,), 5: (1,)}, 10)
    assert (funding.winners, funding.tied, funding.waiting) == ((), (1, 2, 3), (4, 5))


@pytest.mark.parametrize(
    ("costs", "budget", "seats", "code"),
    [({1: 1}, 0, None, "budget"), ({1: -1}, 1, None, "cost"), ({1: 1}, 1, 0, "no_seats"), ({2: 1}, 1, None, "unpriced"),
     ({1: 1.5}, 1, None, "cost"), ({1: 1}, 1.5, None, "budget")],
)  # fmt: skip
def test_no_money_is_shared_out_under_impossible_figures(
    costs: dict[int, int], budget: int, seats: int | None, code: str
):
    with pytest.raises(ImpossibleRule) as told:
        fund(costs, {1: (1,)}, budget, seats=seats)
    assert told.value.code == code
    with pytest.raises(ImpossibleRule) as told:
        equal_shares(costs, {(1,): 1}, budget, seats=seats)
    assert told.value.code == code


@pytest.mark.parametrize("among", [{"seats": 1}, {"exclusive": [(1, 2)]}])
def test_what_costs_nothing_takes_the_place_of_no_other(among: dict[str, Any]):
    assert equal_shares({1: 0, 2: 0}, {(1, 2): 1}, 1).winners == (1, 2)
    with pytest.raises(ImpossibleRule) as told:
        equal_shares({1: 0, 2: 0}, {(1, 2): 1}, 1, **among)
    assert told.value.code == "cost"


# ---------------------------------------------------------------------------------------------------- equal shares


def shares_by_hand(
    costs: dict[int, int],
    voters: list[frozenset[int]],
    share: Fraction,
    *,
    seats: int,
    least: int,
    rivals: Sequence[tuple[int, ...]],
) -> set[frozenset[int]]:
    """Read the method aloud, voter by voter, and follow every order of equal prices."""
    eligible = [p for p in costs if sum(p in each for each in voters) >= max(1, least)]
    free = frozenset(p for p in eligible if not costs[p])
    ends: set[frozenset[int]] = set()

    def buy(bought: frozenset[int], purses: tuple[Fraction, ...]) -> None:
        prices = {}
        for project in set(eligible) - bought:
            backers = [v for v, approved in enumerate(voters) if project in approved]
            if any(project in group and bought & set(group) for group in rivals) or len(bought) >= seats:
                continue
            if sum(purses[v] for v in backers) >= costs[project]:
                prices[project] = min(
                    most for v in backers for most in [price_at(purses, backers, costs[project], v)] if most is not None
                ) / costs[project]  # fmt: skip
        if not prices:
            ends.add(bought)
        for project in [p for p, price in prices.items() if price == min(prices.values())]:
            most = prices[project] * costs[project]
            left = tuple(
                purse - min(purse, most) if project in voters[v] else purse for v, purse in enumerate(purses)
            )
            buy(bought | {project}, left)

    buy(free, (share,) * len(voters))
    return ends


def price_at(purses: Sequence[Fraction], backers: Sequence[int], cost: int, last: int) -> Fraction | None:
    """Return what all pay who have no less than ``last``, where the poorer pay all; None where that is not enough."""
    poor = [purses[v] for v in backers if purses[v] < purses[last]]
    most = (cost - sum(poor)) / Fraction(len(backers) - len(poor))
    return most if all(purse <= most for purse in poor) and most <= purses[last] else None


ELECTIONS = st.tuples(
    st.lists(st.integers(0, 9), min_size=1, max_size=4),
    st.lists(st.frozensets(st.integers(0, 3)), min_size=1, max_size=6),
    st.integers(1, 20),
)


@given(
    election=ELECTIONS, seats=st.integers(1, 4), least=st.integers(0, 2), rivals=RIVALS, add1=st.booleans()
)
@settings(max_examples=250, deadline=None)
def test_equal_shares_buy_what_every_order_of_equal_prices_buys(
    election: tuple[list[int], list[frozenset[int]], int],
    seats: int,
    least: int,
    rivals: tuple[tuple[int, ...], ...],
    add1: bool,
):
    prices, approvals, budget = election
    costs = dict(enumerate(prices))
    if seats < len(costs):
        costs = {project: max(1, cost) for project, cost in costs.items()}
    voters = [frozenset(p for p in each if p in costs) for each in approvals]
    rivals = tuple(group for group in rivals if max(group) < len(costs) and all(costs[p] for p in group))

    def full(bought: frozenset[int]) -> bool:
        return len(bought) >= seats or not any(
            costs[p] <= budget - sum_of(costs, bought)
            and p not in bought
            and sum(p in each for each in voters) >= max(1, least)
            and not any(p in group and bought & set(group) for group in rivals)
            for p in costs
        )

    options = {"seats": seats, "least": least, "rivals": rivals}
    steps = 0
    ends = shares_by_hand(costs, voters, Fraction(budget, len(voters)), **options)
    while add1 and not any(map(full, ends)):
        share = Fraction(budget, len(voters)) + steps + 1
        higher = shares_by_hand(costs, voters, share, **options)
        if any(sum_of(costs, each) > budget for each in higher):
            break
        ends, steps = higher, steps + 1
    ballots = Counter(tuple(sorted(each)) for each in voters)
    funding = equal_shares(
        costs, ballots, budget, add1=1 if add1 else None, seats=seats, least=least, exclusive=rivals
    )
    assert set(funding.winners) == frozenset.intersection(*ends)
    assert set(funding.tied) == frozenset.union(*ends) - frozenset.intersection(*ends)
    assert funding.raised == steps
    assert funding.spent <= budget
    assert sorted(line.project for line in funding.lines) == sorted(costs)


@given(
    prices=st.lists(st.integers(1, 9), min_size=1, max_size=4),
    marks=st.lists(st.lists(st.integers(0, 1), min_size=4, max_size=4), min_size=1, max_size=7),
    budget=st.integers(1, 20),
    seats=st.integers(1, 4),
    floored=st.booleans(),
)
@settings(max_examples=120, deadline=None)
def test_a_vote_by_equal_shares_decides_what_the_method_buys_from_its_valid_ballots(
    prices: list[int], marks: list[list[int]], budget: int, seats: int, *, floored: bool
):
    """A blank or void ballot has no share; a project below the floor buys nothing, and its voters keep their shares."""
    items, seats = list(range(1, len(prices) + 1)), min(seats, len(prices))
    ballots = [tuple(row[: len(prices)]) for row in marks]
    rule = Rule(
        ballot_type=BallotType.UP_TO, seats=seats, blank=BlankBallot.VALID, tie_rule=TieRule.FURTHER_BALLOT,
        floor=Floor(Base.ALL, 1, 2, Comparator.MORE_THAN) if floored else None,
        shortfall_rule=ShortfallRule.STAY_EMPTY,
        money=Money(Method.EQUAL_SHARES, budget * SHARE_STEP, tuple((n, prices[n - 1] * SHARE_STEP) for n in items)),
    )  # fmt: skip
    people = len(ballots)
    outcome = count(rule, items, ballots, Turnout(roll=people, present=people, issued=people))
    voters = [frozenset(n for n in items if row[n - 1]) for row in ballots if 0 < sum(row) <= seats]
    if not voters:
        assert (outcome.chosen, outcome.tied, outcome.raised) == ((), (), 0)
        return
    share = Fraction(budget, len(voters)) + (outcome.raised or 0)
    least = people // 2 + 1 if floored else 1
    costs = dict(zip(items, prices, strict=True))
    ends = shares_by_hand(costs, voters, share, seats=seats, least=least, rivals=())
    assert set(outcome.chosen) == frozenset.intersection(*ends)
    assert set(outcome.tied) == frozenset.union(*ends) - frozenset.intersection(*ends)
    assert outcome.money_left == (budget - sum_of(costs, outcome.chosen)) * SHARE_STEP
    for item in outcome.items:
        assert (item.paid is not None) is (item.decision is ItemDecision.CHOSEN)
        if item.paid is not None:
            assert item.paid * item.for_ >= (item.cost or 0) * 100 - item.for_, (
                "enough, but for what was rounded down"
            )


@given(
    st.lists(st.integers(1, 30), min_size=1, max_size=7),
    st.lists(st.frozensets(st.integers(0, 6), max_size=4), min_size=1, max_size=14),
    st.integers(5, 60),
)
@settings(max_examples=60, deadline=None)
def test_equal_shares_agree_with_a_second_opinion(
    prices: list[int], approvals: list[frozenset[int]], budget: int
):
    from pabutools.election import (  # noqa: PLC0415 slow to load
        ApprovalBallot,
        ApprovalProfile,
        Cost_Sat,
        Instance,
        Project,
    )
    from pabutools.rules import method_of_equal_shares  # noqa: PLC0415

    costs = {str(number): price for number, price in enumerate(prices)}
    named = [tuple(sorted(str(p) for p in each if p < len(prices))) for each in approvals]
    theirs = {name: Project(name, cost) for name, cost in costs.items()}
    instance = Instance(theirs.values(), budget_limit=budget)
    profile = ApprovalProfile([ApprovalBallot(theirs[name] for name in each) for each in named])
    for add1 in (None, 1):
        other = method_of_equal_shares(instance, profile, Cost_Sat, voter_budget_increment=add1)
        ours = equal_shares(costs, Counter(named), budget, add1=add1, settle=lambda tied, _left: sorted(tied))
        assert set(ours.winners) == {project.name for project in other}
        assert not ours.tied


def test_the_working_of_equal_shares_says_what_each_supporter_paid():
    ballots = {(1,): 3, (1, 2): 1, (3,): 1, (): 1}
    funding = equal_shares({1: 472, 2: 100, 3: 900}, ballots, 1200, add1=None)
    lines = {line.project: line for line in funding.lines}
    assert (lines[1].why, lines[1].share, lines[1].supporters) == (Why.SUPPORTERS_PAID, (118, 1), 4)
    assert (lines[2].why, lines[2].left, lines[2].cost) == (Why.SUPPORTERS_CANNOT, 82, 100)
    assert lines[3].left == 200
    assert equal_shares({1: 5}, {}, 10).winners == ()


def test_ties_without_end_are_called_ties():
    """Twenty projects of one supporter each, of whom each pair shares a purse: more orders than anybody follows."""
    ballots = {(2 * pair, 2 * pair + 1): 1 for pair in range(12)}
    funding: Funding[int] = equal_shares(dict.fromkeys(range(24), 9), ballots, 120, add1=None)
    assert funding.winners == ()
    assert len(funding.tied) == 24


def test_there_is_no_floating_point_in_the_count():
    for path in COUNT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            place = f"{path.name}:{getattr(node, 'lineno', 0)}"
            assert not (isinstance(node, ast.Constant) and isinstance(node.value, float | complex)), place
            assert not (isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div)), place
            assert not (isinstance(node, ast.Name) and node.id in {"float", "sqrt"}), place
            imported = isinstance(node, ast.ImportFrom) and node.module in {"math", "statistics", "decimal"}
            names = (
                {alias.name for alias in node.names}
                if isinstance(node, ast.Import | ast.ImportFrom)
                else set()
            )
            assert not (imported and names - {"comb", "gcd"}), place
            assert not names & {"math", "decimal", "statistics"}, place
