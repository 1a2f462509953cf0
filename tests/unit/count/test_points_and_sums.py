"""One mark, points to share out, and a sum that the marked may not pass: judged and counted as by definition.

Guards ``voting.count.points``, ``voting.count.kinds`` and ``voting.count.turnout``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.count.test_counting import GONGSHU, everybody
from voting.count import paper_marks
from voting.count.counting import (
    BallotType,
    BlankBallot,
    Floor,
    ImpossibleRule,
    Rule,
    Scoring,
    UnderVote,
    VoidReason,
    add_up,
    count,
    judge,
)
from voting.count.deck import deck_of, deck_votes
from voting.count.definition import counting_rule
from voting.count.measures import Base, Comparator
from voting.count.money import Method, Money
from voting.count.paper_marks import NotUnderstood
from voting.count.points import MOST_POINTS, Points
from voting.count.presets import PRESETS
from voting.count.sampling import fewest_misread

OPEN = replace(GONGSHU, floor=None, seats=2)
ONE = replace(OPEN, ballot_type=BallotType.CHOOSE_ONE)
POINTS = replace(OPEN, ballot_type=BallotType.POINTS, points=Points(5, 3))
COSTS = (40, 70, 30, 60)
MONEY = Money(Method.GREEDY, 100, tuple(enumerate(COSTS, start=1)))
PURSE = replace(OPEN, seats=4, money=MONEY, most_cost=90)
RANKED = replace(OPEN, ballot_type=BallotType.RANKING, scoring=Scoring.POINTS, seats=4, money=MONEY)

Ballot = tuple[int, ...]


def verdict_of(rule: Rule, marks: Sequence[int]) -> str:
    """What a ballot is, in the words of the rules and by nothing else."""
    kind, own = rule.ballot_type, [mark for mark in marks if mark]
    if kind is not BallotType.POINTS and set(marks) - {0, 1}:
        return "malformed"
    too_many = {
        BallotType.CHOOSE_ONE: len(own) > 1,
        BallotType.UP_TO: len(own) > rule.seats,
        BallotType.POINTS: sum(own) > 5 or any(mark > 3 for mark in own),
    }
    if too_many[kind]:
        return "over_vote"
    if rule.most_cost and sum(cost for cost, mark in zip(COSTS, marks, strict=True) if mark) > rule.most_cost:
        return "over_sum"
    if not own:
        return "blank" if rule.blank is BlankBallot.VOID else ""
    return "under_vote" if rule.under is UnderVote.VOID and sum(own) < 5 else ""


RULES = [
    ONE,
    replace(ONE, blank=BlankBallot.VOID),
    POINTS,
    replace(POINTS, under=UnderVote.VOID),
    PURSE,
    replace(PURSE, seats=2),
]


@given(st.sampled_from(RULES), st.lists(st.tuples(*[st.integers(0, 4)] * 4), max_size=9))
@settings(max_examples=150, deadline=None)
def test_ballots_are_judged_and_counted_as_by_definition(rule: Rule, ballots: list[Ballot]) -> None:
    plain = [marks if rule.points else tuple(min(mark, 1 + mark // 4) for mark in marks) for marks in ballots]
    outcome = count(rule, (1, 2, 3, 4), plain, everybody(9))
    verdicts = [verdict_of(rule, marks) for marks in plain]
    assert [judge(marks, rule, items=4).reason or "" for marks in plain] == verdicts
    valid = [marks for marks, why in zip(plain, verdicts, strict=True) if not why]
    assert (outcome.valid, outcome.void) == (len(valid), len(plain) - len(valid))
    for at, item in enumerate(outcome.items):
        assert item.for_ == sum(marks[at] > 0 for marks in valid)
        assert item.score == (sum(marks[at] for marks in valid),)
        assert item.points == (item.score[0] if rule.points else None)
        assert item.abstain == outcome.valid - item.for_
    if rule.money is None:
        best = sorted((item.score for item in outcome.items if item.for_), reverse=True)
        assert len(outcome.chosen) <= 2
        assert all(outcome.items[number - 1].score in best[:2] for number in outcome.chosen)


def test_choosing_one_fills_any_number_of_seats() -> None:
    ballots = [(1, 0, 0, 0)] * 4 + [(0, 0, 1, 0)] * 3 + [(0, 1, 0, 0)] * 2 + [(1, 1, 0, 0)]
    outcome = count(ONE, (1, 2, 3, 4), ballots, everybody(10))
    assert (outcome.chosen, outcome.void_reasons[VoidReason.OVER_VOTE]) == ((1, 3), 1)


def test_points_decide_and_a_threshold_counts_ballots() -> None:
    rule = replace(POINTS, floor=Floor(Base.VALID, 1, 2, Comparator.AT_LEAST))
    ballots = [(3, 2, 0, 0), (3, 1, 1, 0), (0, 2, 1, 0), (0, 1, 1, 3)]
    outcome = count(rule, (1, 2, 3, 4), ballots, everybody(4))
    assert [(item.points, item.for_, item.places) for item in outcome.items] == [
        (6, 2, (0, 0, 2)), (6, 4, (2, 2, 0)), (3, 3, (3, 0, 0)), (3, 1, (0, 0, 1)),
    ]  # fmt: skip
    assert outcome.chosen == (1, 2)
    assert not outcome.items[3].passes_floor
    assert outcome.to_dict()["rule"]["points"] == {"whole": 5, "most": 3}


def test_points_and_places_share_out_a_sum_of_money() -> None:
    pointed = replace(POINTS, seats=4, money=MONEY)
    ballots = [(0, 3, 2, 0), (0, 0, 2, 3), (1, 3, 1, 0)]
    assert count(pointed, (1, 2, 3, 4), ballots, everybody(3)).chosen == (2, 3)
    places = [(2, 1, 0, 3), (0, 1, 2, 3), (1, 2, 0, 0)]
    ranked = count(RANKED, (1, 2, 3, 4), places, everybody(3))
    assert [item.score for item in ranked.items] == [(7,), (11,), (3,), (4,)]
    assert (ranked.chosen, ranked.money_left) == ((2, 3), 0)


def test_what_is_not_adopted_is_not_said() -> None:
    """Records of rules without them stay as they were, byte for byte."""
    plain = count(OPEN, (1, 2, 3), [(1, 0, 0)], everybody(1)).to_dict()
    assert "over_sum" not in plain["void_reasons"]
    assert not {"points", "most_cost"} & set(plain["rule"])
    told = count(PURSE, (1, 2, 3, 4), [(1, 1, 0, 0)], everybody(1)).to_dict()
    assert (told["void_reasons"]["over_sum"], told["rule"]["most_cost"]) == (1, 90)


@pytest.mark.parametrize(
    ("rule", "change", "code"),
    [
        (ONE, {"under": UnderVote.VOID}, "one_under_void"),
        (POINTS, {"points": None}, "points_unset"),
        (OPEN, {"points": Points(5, 3)}, "points_elsewhere"),
        (POINTS, {"points": Points(5, 6)}, "points_range"),
        (POINTS, {"points": Points(5, 0)}, "points_range"),
        (POINTS, {"points": Points(99, MOST_POINTS + 1)}, "points_range"),
        (OPEN, {"most_cost": 5}, "cost_elsewhere"),
        (replace(POINTS, money=MONEY), {"most_cost": 5}, "cost_elsewhere"),
        (PURSE, {"most_cost": 0}, "no_cost"),
        (POINTS, {"points": (5, 3)}, "wrong_kind"),
        (PURSE, {"most_cost": 1.0}, "wrong_kind"),
    ],
)
def test_settings_that_contradict_each_other(rule: Rule, change: dict[str, Any], code: str) -> None:
    with pytest.raises(ImpossibleRule) as refusal:
        replace(rule, **change)
    assert refusal.value.code == code


def test_costs_stand_in_ballot_order() -> None:
    with pytest.raises(ImpossibleRule) as refusal:
        add_up(PURSE, (2, 1, 3, 4), [])
    assert refusal.value.code == "uncosted"


def test_a_further_round_votes_for_no_more_than_is_left() -> None:
    adopted = PRESETS["binjiang"] | {"method": "greedy", "budget": 100, "most_cost": 90}
    assert counting_rule(adopted, seats=2).most_cost == 90
    assert counting_rule(adopted, seats=2, budget=35).most_cost == 35


@given(st.lists(st.integers(0, 3), min_size=4, max_size=4))
@settings(max_examples=40, deadline=None)
def test_points_are_typed_and_read_back(marks: list[int]) -> None:
    typed = paper_marks.write(marks, ballot_type=BallotType.POINTS, numbers=(1, 2, 3, 4))
    assert paper_marks.read(typed, rule=POINTS, numbers=(1, 2, 3, 4)) == tuple(marks)


@pytest.mark.parametrize(
    ("typed", "code"), [("1", "word"), ("1:x", "word"), ("9:1", "foreign"), ("1:2 1:3", "both")]
)
def test_points_that_are_not_understood(typed: str, code: str) -> None:
    assert paper_marks.read(["1：9，3:2"], rule=POINTS, numbers=(1, 2, 3)) == (9, 0, 2)
    with pytest.raises(NotUnderstood) as refusal:
        paper_marks.read([typed], rule=POINTS, numbers=(1, 2, 3))
    assert refusal.value.code == code


@pytest.mark.parametrize("items", [1, 2, 4, 12])
def test_a_deck_of_points_marks_every_box(items: int) -> None:
    deck = deck_of(POINTS, items)
    assert len(set(deck)) == len(deck)
    assert deck[-1] == (0,) * items
    assert [set(votes) for votes in deck_votes(deck)] == [{1, 2, 3}] * items


def test_of_few_projects_no_more_points_are_due_than_they_can_take() -> None:
    rule = replace(POINTS, seats=1, under=UnderVote.VOID)
    assert judge((3,), rule, items=1).reason is None
    assert judge((2,), rule, items=1).reason is VoidReason.UNDER_VOTE
    assert judge((3, 1), rule, items=2).reason is VoidReason.UNDER_VOTE


def test_a_misread_sheet_moves_as_many_points_as_one_project_may_get() -> None:
    ballots = [(3, 2, 0, 0)] * 10
    outcome: Any = count(replace(POINTS, seats=1), (1, 2, 3, 4), ballots, everybody(10)).to_dict()
    assert fewest_misread(outcome, sheets=10) == 2
    shared: Any = count(PURSE, (1, 2, 3, 4), [(1, 0, 0, 0)] * 10, everybody(10)).to_dict()
    assert fewest_misread(shared, sheets=10) == 1
