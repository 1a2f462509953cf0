"""The count: the figures of PROCEDURE.md, every reason for being in or out, a second count by definition.

Guards ``voting.count.counting``, ``voting.count.judging``, ``voting.count.totals``,
``voting.count.outcomes`` and ``voting.count.measures``.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import FrozenInstanceError, replace
from fractions import Fraction
from itertools import combinations, product
from itertools import count as numbers_from
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voting.count import totals
from voting.count.counting import (
    UNREADABLE,
    BallotType,
    Base,
    BlankBallot,
    Comparator,
    CountMismatch,
    DoubleMark,
    Floor,
    ImpossibleAttendance,
    ImpossibleRule,
    ItemDecision,
    ItemTotals,
    Mark,
    Reason,
    Rule,
    Scoring,
    ShortfallRule,
    Status,
    TieRule,
    Totals,
    Turnout,
    UnderVote,
    Validity,
    Verdict,
    VoidReason,
    add_up,
    count,
    decide,
    judge,
    patterns,
)
from voting.count.judging import known_marks
from voting.count.points import Points

ROOT = Path(__file__).resolve().parents[3]
PURE = sorted((ROOT / "voting" / "count").glob("*.py"))
MAJORITY = Floor(Base.ALL, 1, 2, Comparator.MORE_THAN)
GONGSHU = Rule(
    ballot_type=BallotType.UP_TO,
    seats=10,
    floor=MAJORITY,
    blank=BlankBallot.VALID,
    tie_rule=TieRule.FURTHER_BALLOT,
    shortfall_rule=ShortfallRule.FURTHER_ROUND,
)
PER_ITEM = replace(GONGSHU, ballot_type=BallotType.PER_ITEM)
PER_ITEM_UP_TO = replace(GONGSHU, ballot_type=BallotType.PER_ITEM_UP_TO)
TWELVE = range(1, 13)

Ballots = list[tuple[int, ...]]


def cast(votes: list[int], voters: int) -> Ballots:
    """Up-to-N ballots of so many voters that give each item exactly these votes, spread evenly."""
    marks = [[0] * len(votes) for _ in range(voters)]
    turn = 0
    for item, wanted in enumerate(votes):
        for _ in range(wanted):
            marks[turn % voters][item] = 1
            turn += 1
    return [tuple(ballot) for ballot in marks]


def press(*columns: tuple[int, int, int, int]) -> Ballots:
    """Per-item ballots whose items have these numbers of for, against, abstain, not pressed."""
    spelled = [
        [mark for mark, n in zip((1, 2, 3, 0), column, strict=True) for _ in range(n)] for column in columns
    ]
    return list(zip(*spelled, strict=True))


def everybody(n: int) -> Turnout:
    return Turnout(roll=n, present=n, issued=n)


# --- the floor


@pytest.mark.parametrize(
    ("numerator", "denominator", "comparator", "size", "least"),
    [
        (1, 2, "gt", 383, 192),  # 萧山 2018
        (1, 2, "gt", 327, 164),  # 丽水 2025
        (1, 2, "gt", 298, 150),
        (1, 2, "ge", 298, 149),
        (1, 2, "ge", 383, 192),
        (1, 2, "gt", 1, 1),
        (1, 2, "gt", 2, 2),
        (2, 3, "ge", 298, 199),
        (2, 3, "ge", 300, 200),
        (2, 3, "gt", 300, 201),
        (1, 1, "ge", 298, 298),
        (0, 1, "gt", 298, 1),
        (0, 1, "ge", 298, 1),  # nothing passes without a vote
        (1, 2, "ge", 0, 1),
        (1, 2, "gt", 0, 1),
        (1, 3, "ge", 10**20, (10**20 + 2) // 3),  # beyond what a float holds
        (1, 3, "gt", 3 * 10**20, 10**20 + 1),
    ],
)
def test_least(numerator: int, denominator: int, comparator: str, size: int, least: int) -> None:
    floor = Floor(Base.ALL, numerator, denominator, Comparator(comparator))
    assert floor.least(size) == least
    assert floor.passes(least, size)
    assert not floor.passes(least - 1, size)


def test_quorum_of_the_law_is_a_floor() -> None:
    """地方组织法 art. 14: at least two thirds of the delegates."""
    quorum = Floor(Base.ALL, 2, 3, Comparator.AT_LEAST)
    assert quorum.passes(373, 383)
    assert quorum.passes(256, 383)
    assert not quorum.passes(255, 383)
    assert not quorum.passes(0, 0)


# --- the rule and the attendance


def test_a_rule_in_plain_words() -> None:
    plain = GONGSHU.to_dict()
    assert plain == {
        "ballot_type": "up_to",
        "seats": 10,
        "floor": {"base": "all", "numerator": 1, "denominator": 2, "comparator": "gt"},
        "blank": "valid",
        "tie_rule": "further_ballot",
        "shortfall_rule": "further_round",
        "under": "valid",
        "scoring": None,
        "group_floor": None,
        "satisfied_floor": None,
    }
    assert {type(value) for value in plain.values()} == {str, int, dict, type(None)}
    assert type(plain["floor"]["base"]) is str


FLOOR = {"base": "all", "numerator": 1, "denominator": 2, "comparator": "gt"}


def floor_from(plain: dict[str, Any] | None) -> Floor | None:
    if plain is None:
        return None
    return Floor(**{**plain, "base": Base(plain["base"]), "comparator": Comparator(plain["comparator"])})


KINDS: dict[str, Any] = {
    "ballot_type": BallotType, "floor": floor_from, "group_floor": floor_from, "satisfied_floor": floor_from,
    "under": UnderVote, "scoring": Scoring, "double_mark": DoubleMark,
}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"floor": {**FLOOR, "numerator": 0.5}}, "wrong_kind"),
        ({"floor": {**FLOOR, "denominator": True}}, "wrong_kind"),
        ({"floor": {**FLOOR, "numerator": -1}}, "fraction"),
        ({"floor": {**FLOOR, "numerator": 3}}, "fraction"),
        ({"floor": {**FLOOR, "numerator": 0, "denominator": 0}}, "fraction"),
        ({"floor": {**FLOOR, "numerator": 2}}, "unreachable"),
        ({"seats": "10"}, "wrong_kind"),
        ({"seats": 10.0}, "wrong_kind"),
        ({"seats": True}, "wrong_kind"),
        ({"seats": 0}, "no_seats"),
        ({"seats": -1}, "no_seats"),
        ({"under": "void"}, "up_to_under_void"),
        ({"ballot_type": "exactly"}, "exactly_under_valid"),
        ({"ballot_type": "ranking"}, "ranking_unscored"),
        ({"scoring": "points"}, "scoring_without_ranking"),
        ({"ballot_type": "whole_report", "floor": None}, "report_without_floor"),
        ({"ballot_type": "whole_report", "under": "void"}, "report_under_void"),
        ({"ballot_type": "grades"}, "grades_without_floors"),
        ({"double_mark": "item"}, "item_without_rows"),
        (
            {"ballot_type": "whole_report", "double_mark": "item"},
            "item_without_rows",
        ),
        ({"ballot_type": "grades", "floor": None, "satisfied_floor": FLOOR}, "grades_without_floors"),
        (
            {"ballot_type": "grades", "satisfied_floor": FLOOR, "group_floor": FLOOR},
            "grades_without_floors",
        ),
        ({"satisfied_floor": FLOOR}, "satisfied_without_grades"),
    ],
)
def test_an_impossible_rule_is_refused(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(ImpossibleRule) as refusal:
        replace(GONGSHU, **{name: KINDS.get(name, lambda value: value)(changes[name]) for name in changes})
    assert refusal.value.code == code
    assert str(refusal.value)


@pytest.mark.parametrize("field", ["ballot_type", "floor", "blank", "tie_rule", "shortfall_rule", "under"])
def test_a_rule_of_bare_words_is_refused(field: str) -> None:
    """``is`` decides in the count, and a bare "up_to" would be taken for another ballot type."""
    with pytest.raises(ImpossibleRule) as refusal:
        replace(GONGSHU, **{field: GONGSHU.to_dict()[field]})
    assert refusal.value.code == "wrong_kind"


@pytest.mark.parametrize("field", ["base", "comparator"])
def test_a_floor_of_bare_words_is_refused(field: str) -> None:
    with pytest.raises(ImpossibleRule) as refusal:
        replace(MAJORITY, **{field: FLOOR[field]})
    assert refusal.value.code == "wrong_kind"


def test_all_of_the_base_can_be_asked_for() -> None:
    unanimous = Floor(Base.VALID, 1, 1, Comparator.AT_LEAST)
    assert unanimous.passes(45, 45)
    assert not unanimous.passes(44, 45)


@pytest.mark.parametrize(
    ("figures", "code"),
    [
        ((-1, -1, 0), "negative"),
        ((10, -1, 0), "negative"),
        ((10, 10, -1), "negative"),
        ((-1, 0, 0), "negative"),
        ((10, 10, 10, -1), "negative"),
        ((10, 11, 10), "more_present_than_roll"),
        ((10, 10, 5, 6), "more_paper_than_issued"),
    ],
)
def test_an_impossible_attendance_is_refused(figures: tuple[int, ...], code: str) -> None:
    with pytest.raises(ImpossibleAttendance) as refusal:
        Turnout(*figures)
    assert refusal.value.code == code
    assert str(refusal.value)


def test_any_number_may_be_issued() -> None:
    assert Turnout(roll=10, present=10, issued=12).issued == 12
    assert Turnout(roll=0, present=0, issued=0).roll == 0


@pytest.mark.parametrize(
    ("items", "seats", "code"),
    [((), 1, "no_items"), ((1, 2, 2), 1, "repeated_item"), ((1, 2), 3, "more_seats_than_items")],
)
def test_items_that_no_vote_can_have_are_refused_before_the_first_ballot(
    items: tuple[int, ...], seats: int, code: str
) -> None:
    def untouched() -> Iterator[tuple[int, ...]]:
        pytest.fail("a ballot was taken out of the urn")
        yield ()

    rule = replace(GONGSHU, seats=seats)
    totals = Totals(0, 0, 0, {}, tuple(ItemTotals(number, 0, 0, 0, 0) for number in items))
    for attempt in (
        lambda: count(rule, items, untouched(), everybody(3)),
        lambda: decide(rule, totals, everybody(3)),
    ):
        with pytest.raises(ImpossibleRule) as refusal:
            attempt()
        assert refusal.value.code == code
        assert str(refusal.value)


# --- one ballot

TWO_OF_FOUR = replace(GONGSHU, seats=2)
EXACTLY = replace(TWO_OF_FOUR, ballot_type=BallotType.EXACTLY, under=UnderVote.VOID)
RANKED = replace(TWO_OF_FOUR, ballot_type=BallotType.RANKING, scoring=Scoring.POINTS)
REPORT = replace(TWO_OF_FOUR, ballot_type=BallotType.WHOLE_REPORT, seats=4)
STRICT = replace(TWO_OF_FOUR, blank=BlankBallot.VOID)
PRESSED = replace(TWO_OF_FOUR, ballot_type=BallotType.PER_ITEM)
PRESSED_STRICT = replace(PRESSED, blank=BlankBallot.VOID)
GRADED = replace(PRESSED, ballot_type=BallotType.GRADES, seats=4, satisfied_floor=MAJORITY)


@pytest.mark.parametrize(
    ("rule", "marks"),
    [
        (EXACTLY, {0, 1}),
        (RANKED, {0, 1, 2}),
        (PRESSED, {0, 1, 2, 3}),
        (REPORT, {0, 1, 2, 3}),
        (GRADED, {0, 1, 2, 3, 4}),
    ],
)
def test_the_marks_that_a_ballot_can_bear(rule: Rule, marks: set[int]) -> None:
    """On a ranking they are the places: as many as there are seats."""
    assert known_marks(rule) == marks


@pytest.mark.parametrize(
    ("rule", "marks", "verdict"),
    [
        (TWO_OF_FOUR, (1, 0, 1, 0), Verdict(Validity.VALID)),
        (TWO_OF_FOUR, (0, 0, 1, 0), Verdict(Validity.VALID)),
        (TWO_OF_FOUR, (1, 1, 1, 0), Verdict(Validity.VOID, VoidReason.OVER_VOTE)),
        (TWO_OF_FOUR, (0, 0, 0, 0), Verdict(Validity.BLANK)),
        (STRICT, (0, 0, 0, 0), Verdict(Validity.VOID, VoidReason.BLANK)),
        (STRICT, (0, 0, 0, 1), Verdict(Validity.VALID)),
        (TWO_OF_FOUR, (1, 2, 0, 0), Verdict(Validity.VOID, VoidReason.MALFORMED)),
        (TWO_OF_FOUR, (1, 3, 0, 0), Verdict(Validity.VOID, VoidReason.MALFORMED)),
        (TWO_OF_FOUR, (1, 1, 1, 9), Verdict(Validity.VOID, VoidReason.MALFORMED)),
        (TWO_OF_FOUR, (1, 0, 0), Verdict(Validity.VOID, VoidReason.MALFORMED)),
        (TWO_OF_FOUR, (1, 0, 0, 0, 0), Verdict(Validity.VOID, VoidReason.MALFORMED)),
        (TWO_OF_FOUR, UNREADABLE, Verdict(Validity.VOID, VoidReason.MALFORMED)),
        (STRICT, UNREADABLE, Verdict(Validity.VOID, VoidReason.MALFORMED)),
        (GRADED, (1, 2, 3, 4), Verdict(Validity.VALID)),
        (GRADED, (4, 4, 4, 4), Verdict(Validity.VALID)),
        (GRADED, (1, 2, 3, 5), Verdict(Validity.VOID, VoidReason.MALFORMED)),
        (replace(GRADED, under=UnderVote.VOID), (1, 2, 3, 0), Verdict(Validity.VOID, VoidReason.UNDER_VOTE)),
        (EXACTLY, (1, 0, 1, 0), Verdict(Validity.VALID)),
        (EXACTLY, (1, 0, 0, 0), Verdict(Validity.VOID, VoidReason.UNDER_VOTE)),
        (EXACTLY, (1, 1, 1, 0), Verdict(Validity.VOID, VoidReason.OVER_VOTE)),
        (EXACTLY, (0, 0, 0, 0), Verdict(Validity.BLANK)),
        (RANKED, (2, 0, 1, 0), Verdict(Validity.VALID)),
        (RANKED, (0, 0, 1, 0), Verdict(Validity.VALID)),
        (replace(RANKED, under=UnderVote.VOID), (0, 0, 1, 0), Verdict(Validity.VOID, VoidReason.UNDER_VOTE)),
        (RANKED, (0, 0, 2, 0), Verdict(Validity.VOID, VoidReason.MISSING_PLACE)),
        (RANKED, (1, 0, 1, 0), Verdict(Validity.VOID, VoidReason.REPEATED_PLACE)),
        (RANKED, (1, 2, 3, 0), Verdict(Validity.VOID, VoidReason.OVER_VOTE)),
        (RANKED, (0, 0, 3, 0), Verdict(Validity.VOID, VoidReason.OVER_VOTE)),
        (RANKED, (0, 0, 0, 0), Verdict(Validity.BLANK)),
        (REPORT, (2, 2, 2, 2), Verdict(Validity.VALID)),
        (REPORT, (1, 1, 1, 2), Verdict(Validity.VOID, VoidReason.MALFORMED)),
        (REPORT, (0, 0, 0, 0), Verdict(Validity.BLANK)),
        (replace(PER_ITEM_UP_TO, seats=2), (1, 2, 1, 3), Verdict(Validity.VALID)),
        (replace(PER_ITEM_UP_TO, seats=2), (1, 1, 1, 3), Verdict(Validity.VOID, VoidReason.OVER_VOTE)),
        (
            replace(PER_ITEM, under=UnderVote.VOID),
            (1, 2, 0, 3),
            Verdict(Validity.VOID, VoidReason.UNDER_VOTE),
        ),
        (PRESSED, (1, 2, 3, 0), Verdict(Validity.VALID)),
        (PRESSED, (1, 1, 1, 1), Verdict(Validity.VALID)),
        (PRESSED, (3, 3, 3, 3), Verdict(Validity.VALID)),
        (PRESSED, (0, 0, 0, 0), Verdict(Validity.BLANK)),
        (PRESSED_STRICT, (0, 0, 0, 0), Verdict(Validity.VOID, VoidReason.BLANK)),
        (PRESSED_STRICT, (3, 3, 3, 3), Verdict(Validity.VALID)),
        (PRESSED, (1, 2, 3, 4), Verdict(Validity.VOID, VoidReason.MALFORMED)),
        (PRESSED, (1, 2, 3, -1), Verdict(Validity.VOID, VoidReason.MALFORMED)),
        (PRESSED, (1, 2, 3), Verdict(Validity.VOID, VoidReason.MALFORMED)),
    ],
)
def test_judge(rule: Rule, marks: tuple[int, ...], verdict: Verdict) -> None:
    assert judge(marks, rule, items=4) == verdict


# --- whole votes


def test_twelve_candidates_ten_chosen_by_the_majority_of_all_delegates() -> None:
    """The preset "Gongshu 2018" on a roll of 298: 150 votes are needed, whoever stayed away."""
    votes = [280, 270, 260, 250, 240, 230, 220, 210, 152, 150, 149, 140]
    outcome = count(GONGSHU, TWELVE, cast(votes, 290), Turnout(roll=298, present=290, issued=290))
    assert outcome.status is Status.DECIDED
    assert outcome.chosen == tuple(range(1, 11))
    assert (outcome.floor_base, outcome.floor_size, outcome.floor_least) == (Base.ALL, 298, 150)
    assert [item.for_ for item in outcome.items] == votes
    assert [item.abstain for item in outcome.items] == [290 - n for n in votes]
    assert [item.reason for item in outcome.items] == [Reason.ABOVE_CUT] * 10 + [Reason.BELOW_FLOOR] * 2
    assert (outcome.tied, outcome.seats_left, outcome.missing) == ((), 0, 0)


def test_half_of_the_delegates_is_not_more_than_half() -> None:
    votes = [280, 270, 260, 250, 240, 230, 220, 210, 200, 149, 100, 90]
    short = count(GONGSHU, TWELVE, cast(votes, 298), everybody(298))
    assert (short.status, short.missing) == (Status.SHORTFALL, 1)
    assert short.chosen == tuple(range(1, 10))
    reached = replace(GONGSHU, floor=replace(MAJORITY, comparator=Comparator.AT_LEAST))
    assert count(reached, TWELVE, cast(votes, 298), everybody(298)).chosen == tuple(range(1, 11))


def test_passing_the_floor_is_not_enough_below_the_cut() -> None:
    votes = [170, 280, 270, 260, 250, 240, 230, 220, 210, 200, 190, 180]
    outcome = count(GONGSHU, TWELVE, cast(votes, 298), everybody(298))
    assert outcome.chosen == tuple(range(2, 12))
    assert [outcome.items[i].reason for i in (0, 10, 11)] == [
        Reason.BELOW_CUT,
        Reason.ABOVE_CUT,
        Reason.BELOW_CUT,
    ]
    assert outcome.items[0].passes_floor
    assert [item.place for item in outcome.items] == [12, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]


def test_the_working_in_full() -> None:
    """What is stored and hashed, for a vote with a blank, a void and an unreadable ballot."""
    rule = replace(GONGSHU, seats=1, floor=Floor(Base.VALID, 1, 3, Comparator.AT_LEAST))
    ballots = [(1, 0, 0), (1, 0, 0), (0, 0, 1), (0, 0, 0), (1, 1, 0), UNREADABLE]
    plain = count(rule, (4, 7, 9), ballots, Turnout(roll=9, present=8, issued=7)).to_dict()
    assert plain == {
        "rule": rule.to_dict(),
        "roll": 9,
        "present": 8,
        "issued": 7,
        "returned": 6,
        "valid": 4,
        "blank": 1,
        "void": 2,
        "void_reasons": {
            "over_vote": 1,
            "under_vote": 0,
            "repeated_place": 0,
            "missing_place": 0,
            "blank": 0,
            "malformed": 1,
        },
        "voided": False,
        "bases": {"all": 9, "present": 8, "returned": 6, "valid": 4},
        "floor": {"base": "valid", "size": 4, "least": 2},
        "group": None,
        "items": [
            {
                "number": 4,
                "for": 2,
                "against": 0,
                "abstain": 2,
                "not_pressed": 0,
                "places": [],
                "basically": 0,
                "score": [2],
                "points": None,
                "place": 1,
                "passes_floor": True,
                "group_for": None,
                "passes_group": True,
                "decision": "chosen",
                "reason": "above_cut",
                "grade": None,
            },
            {
                "number": 7,
                "for": 0,
                "against": 0,
                "abstain": 4,
                "not_pressed": 0,
                "places": [],
                "basically": 0,
                "score": [0],
                "points": None,
                "place": 3,
                "passes_floor": False,
                "group_for": None,
                "passes_group": True,
                "decision": "not_chosen",
                "reason": "below_floor",
                "grade": None,
            },
            {
                "number": 9,
                "for": 1,
                "against": 0,
                "abstain": 3,
                "not_pressed": 0,
                "places": [],
                "basically": 0,
                "score": [1],
                "points": None,
                "place": 2,
                "passes_floor": False,
                "group_for": None,
                "passes_group": True,
                "decision": "not_chosen",
                "reason": "below_floor",
                "grade": None,
            },
        ],
        "chosen": [4],
        "tied": [],
        "seats_left": 0,
        "missing": 0,
        "status": "decided",
    }
    assert json.dumps(plain) == json.dumps(json.loads(json.dumps(plain)))
    assert type(plain["status"]) is type(plain["items"][0]["reason"]) is type(plain["floor"]["base"]) is str


def test_the_keys_never_change_their_order() -> None:
    decided = count(replace(GONGSHU, seats=1), (1, 2), [(1, 0)], everybody(1)).to_dict()
    void = count(replace(GONGSHU, seats=1, floor=None), (1, 2), [(1, 0)], Turnout(1, 1, 0)).to_dict()
    assert list(decided) == list(void)
    assert [list(value) for value in decided.values() if isinstance(value, dict)] == [
        list(value) for value in void.values() if isinstance(value, dict)
    ]


def test_per_item_as_in_dongyang() -> None:
    """东阳 2017: 281 for and 1 against, 276 for and 6 against; here with abstentions and keys not pressed."""
    ballots = press((281, 1, 0, 0), (276, 6, 0, 0), (100, 50, 60, 72))
    outcome = count(replace(PER_ITEM, seats=2), (1, 2, 3), ballots, everybody(282))
    assert outcome.chosen == (1, 2)
    assert [(i.for_, i.against, i.abstain, i.not_pressed) for i in outcome.items] == [
        (281, 1, 0, 0),
        (276, 6, 0, 0),
        (100, 50, 60, 72),
    ]
    assert {item.ballots for item in outcome.items} == {282}


def test_a_per_item_ballot_may_be_for_everything() -> None:
    outcome = count(replace(PER_ITEM, seats=1), (1, 2), [(1, 1), (1, 1), (1, 2)], everybody(3))
    assert (outcome.void, outcome.chosen) == (0, (1,))


def test_a_blank_per_item_ballot_abstains_and_a_key_not_pressed_does_not() -> None:
    outcome = count(replace(PER_ITEM, seats=1), (1, 2), [(0, 0), (1, 0), (3, 1)], everybody(3))
    assert (outcome.valid, outcome.blank) == (3, 1)
    assert outcome.items[0].abstain == 2
    assert (outcome.items[1].abstain, outcome.items[1].not_pressed) == (1, 1)


def test_a_ranking_by_points_and_by_first_places_may_differ() -> None:
    """力洋镇 2010 ranked by priority: what the numbers mean must be said, since it decides."""
    ballots = [(1, 2, 0)] * 3 + [(0, 1, 2)] * 2 + [(0, 2, 1)] * 2
    points = count(replace(RANKED, seats=2, floor=None), (1, 2, 3), ballots, everybody(7))
    assert [(i.points, i.place, i.places) for i in points.items] == [
        (6, 2, (3, 0)),
        (9, 1, (2, 5)),
        (6, 2, (2, 2)),
    ]
    assert (points.status, points.chosen, points.tied) == (Status.TIE, (2,), (1, 3))
    first = replace(RANKED, seats=2, floor=None, scoring=Scoring.FIRST_PREFERENCES)
    outcome = count(first, (1, 2, 3), ballots, everybody(7))
    assert [(i.score, i.place) for i in outcome.items] == [((3, 0), 1), ((2, 5), 2), ((2, 2), 3)]
    assert (outcome.status, outcome.chosen) == (Status.DECIDED, (1, 2))


def test_a_floor_on_a_ranking_is_measured_on_the_ballots_that_rank_the_item() -> None:
    ballots = [(1, 2, 0)] * 4 + [(1, 0, 2)] * 2
    outcome = count(replace(RANKED, seats=2), (1, 2, 3), ballots, everybody(6))
    assert [(i.for_, i.abstain, i.passes_floor) for i in outcome.items] == [
        (6, 0, True),
        (4, 2, True),
        (2, 4, False),
    ]


@pytest.mark.parametrize(("approving", "status"), [(150, Status.DECIDED), (149, Status.SHORTFALL)])
def test_a_whole_report_stands_or_falls(approving: int, status: Status) -> None:
    """杨浦: the report as one; the majority of all 298 is 150."""
    rule = replace(REPORT, seats=3)
    ballots = [(1, 1, 1)] * approving + [(2, 2, 2)] * (298 - approving)
    outcome = count(rule, (1, 2, 3), ballots, everybody(298))
    assert (outcome.status, outcome.chosen) == (status, (1, 2, 3) if status is Status.DECIDED else ())
    assert (outcome.missing, outcome.tied) == (0 if status is Status.DECIDED else 3, ())


def test_two_thresholds_at_once_as_in_shigu() -> None:
    """石鼓 2025: more than half of the delegates and more than two thirds of all."""
    rule = replace(
        GONGSHU,
        seats=2,
        floor=Floor(Base.ALL, 2, 3, Comparator.MORE_THAN),
        group_floor=MAJORITY,
    )
    delegates = [(1, 0, 1)] * 11 + [(1, 0, 0)] * 9
    residents = [(1, 0, 1)] * 10 + [(0, 1, 1)] * 20 + [(0, 0, 1)] * 3
    totals = [add_up(rule, (1, 2, 3), part) for part in ([*delegates, *residents], delegates)]
    outcome = decide(rule, totals[0], everybody(53), group=(totals[1], everybody(20)))
    assert [(i.for_, i.group_for, i.reason) for i in outcome.items] == [
        (30, 20, Reason.BELOW_FLOOR),
        (20, 0, Reason.BELOW_FLOOR),
        (44, 11, Reason.ABOVE_CUT),
    ]
    assert (outcome.floor_least, outcome.group and outcome.group.least) == (36, 11)
    without = [add_up(rule, (1, 2, 3), part) for part in (residents * 2, delegates[11:])]
    missed = decide(rule, without[0], everybody(66), group=(without[1], everybody(20)))
    assert [item.reason for item in missed.items] == [
        Reason.BELOW_FLOOR,
        Reason.BELOW_FLOOR,
        Reason.BELOW_GROUP_FLOOR,
    ]


def test_what_fails_the_second_threshold_takes_no_place_from_what_passes() -> None:
    """The cut is drawn among those that pass, though the other has more votes."""
    rule = replace(GONGSHU, seats=1, floor=None, group_floor=MAJORITY)
    members, others = [(0, 1)] * 3, [(1, 0)] * 9
    totals = [add_up(rule, (1, 2), part) for part in ([*members, *others], members)]
    outcome = decide(rule, totals[0], everybody(12), group=(totals[1], everybody(3)))
    assert [(i.place, i.decision) for i in outcome.items] == [
        (1, ItemDecision.NOT_CHOSEN),
        (2, ItemDecision.CHOSEN),
    ]


def test_figures_of_a_sub_group_belong_to_a_second_threshold() -> None:
    totals = add_up(replace(GONGSHU, seats=1), (1, 2), [(1, 0)])
    for rule, group in [
        (replace(GONGSHU, seats=1), (totals, everybody(1))),
        (replace(GONGSHU, seats=1, group_floor=MAJORITY), None),
    ]:
        with pytest.raises(ImpossibleRule) as refusal:
            decide(rule, totals, everybody(1), group=group)
        assert refusal.value.code == "group"
    grouped = replace(GONGSHU, seats=1, group_floor=MAJORITY)
    for part, mismatch in (
        ([(1, 0)] * 2, (None, 1, 2)),
        ([(0, 0)] * 2, (None, 1, 2)),
        ([(1, 1)] * 2, (None, 1, 2)),
        ([(0, 1)], (2, 0, 1)),
    ):
        more = add_up(replace(GONGSHU, seats=1), (1, 2), part)
        with pytest.raises(CountMismatch) as found:
            decide(grouped, totals, everybody(2), group=(more, everybody(2)))
        assert (found.value.number, found.value.expected, found.value.actual) == mismatch
    for items, marks in (((2, 1), (0, 1)), ((1,), (1,)), ((1, 2, 3), (1, 0, 0))):
        with pytest.raises(ValueError, match=r"same items|zip"):
            decide(grouped, totals, everybody(2), group=(add_up(grouped, items, [marks]), everybody(2)))
    with pytest.raises(CountMismatch):
        Totals(1, 1, 0, {}, (ItemTotals(1, 2, 0, -1, 0),))


def test_a_whole_report_has_as_many_seats_as_items() -> None:
    with pytest.raises(ImpossibleRule) as refusal:
        add_up(replace(REPORT, seats=2), (1, 2, 3), [])
    assert refusal.value.code == "report_seats"


def test_too_much_paper_voids_the_whole_vote() -> None:
    """One sheet more than was handed out, though fewer ballots than issued came back in all (PROCEDURE.md §3.2)."""
    totals = add_up(replace(GONGSHU, seats=1), (1, 2), [(1, 0)] * 5)
    issued = Turnout(roll=9, present=9, issued=9, paper_issued=2)
    assert decide(replace(GONGSHU, seats=1), totals, issued, paper_returned=2).status is Status.DECIDED
    assert decide(replace(GONGSHU, seats=1), totals, issued, paper_returned=3).status is Status.VOID
    with pytest.raises(ImpossibleAttendance):
        Turnout(roll=9, present=9, issued=9, paper_issued=10)


def test_sipingzhen_two_candidates_one_chosen() -> None:
    """四屏镇 2023: 2 → 1, 45 issued and returned, 42 for the winner."""
    outcome = count(replace(GONGSHU, seats=1), (1, 2), cast([42, 3], 45), everybody(45))
    assert (outcome.chosen, outcome.items[0].for_, outcome.returned) == ((1,), 42, 45)


@pytest.mark.parametrize(
    ("base", "least"), [(Base.ALL, 11), (Base.PRESENT, 9), (Base.RETURNED, 7), (Base.VALID, 5)]
)
def test_what_half_is_half_of(base: Base, least: int) -> None:
    rule = replace(GONGSHU, seats=1, floor=replace(MAJORITY, base=base))
    ballots = [*cast([8, 1], 9), *[(1, 1)] * 3]
    outcome = count(rule, (1, 2), ballots, Turnout(roll=20, present=16, issued=16))
    assert outcome.bases == {Base.ALL: 20, Base.PRESENT: 16, Base.RETURNED: 12, Base.VALID: 9}
    assert (outcome.floor_base, outcome.floor_size) == (base, outcome.bases[base])
    assert outcome.floor_least == least
    assert outcome.items[0].passes_floor is (least <= 8)


def test_more_returned_than_issued_voids_the_whole_vote() -> None:
    """丽水 2025 issued 314 and got 314 back; one more would have voided the vote (PROCEDURE.md §3.2)."""
    rule = replace(GONGSHU, seats=1)
    good = count(rule, (1, 2), cast([200, 114], 314), Turnout(327, 314, 314))
    assert (good.status, good.voided, good.chosen) == (Status.DECIDED, False, (1,))
    void = count(rule, (1, 2), cast([200, 115], 315), Turnout(327, 314, 314))
    assert (void.status, void.voided, void.returned) == (Status.VOID, True, 315)
    assert (void.chosen, void.tied, void.seats_left, void.missing) == ((), (), 1, 0)
    assert [(i.for_, i.place, i.passes_floor, i.decision, i.reason) for i in void.items] == [
        (200, 1, False, ItemDecision.NOT_CHOSEN, Reason.VOTE_VOID),
        (115, 2, False, ItemDecision.NOT_CHOSEN, Reason.VOTE_VOID),
    ]


def test_fewer_returned_than_issued_is_a_good_vote() -> None:
    outcome = count(replace(GONGSHU, seats=1), (1, 2), cast([200, 100], 300), Turnout(327, 314, 314))
    assert (outcome.status, outcome.chosen) == (Status.DECIDED, (1,))


# --- ties and shortfalls

OPEN = replace(GONGSHU, floor=None, ballot_type=BallotType.PER_ITEM)


@pytest.mark.parametrize("tie_rule", [TieRule.FURTHER_BALLOT, TieRule.PRESIDIUM, TieRule.LOT])
def test_a_tie_across_the_cut_is_never_decided_by_place_on_the_list(tie_rule: TieRule) -> None:
    """F19: 9 for A, 7 each for B, C and D, two seats left of three."""
    rule = replace(OPEN, seats=3, tie_rule=tie_rule)
    outcome = count(rule, (1, 2, 3, 4, 5), cast([7, 7, 3, 9, 7], 9), everybody(9))
    assert (outcome.status, outcome.chosen, outcome.tied) == (Status.TIE, (4,), (1, 2, 5))
    assert (outcome.seats_left, outcome.missing) == (2, 0)
    assert [item.reason for item in outcome.items] == [
        Reason.TIED_AT_CUT,
        Reason.TIED_AT_CUT,
        Reason.BELOW_CUT,
        Reason.ABOVE_CUT,
        Reason.TIED_AT_CUT,
    ]
    assert [item.decision for item in outcome.items] == [
        ItemDecision.TIED,
        ItemDecision.TIED,
        ItemDecision.NOT_CHOSEN,
        ItemDecision.CHOSEN,
        ItemDecision.TIED,
    ]
    assert [item.place for item in outcome.items] == [2, 2, 5, 1, 2]


def test_all_tied_may_be_admitted() -> None:
    rule = replace(OPEN, seats=3, tie_rule=TieRule.ADMIT_ALL)
    outcome = count(rule, (1, 2, 3, 4, 5), cast([7, 7, 3, 9, 7], 9), everybody(9))
    assert (outcome.status, outcome.chosen, outcome.tied) == (Status.DECIDED, (1, 2, 4, 5), ())
    assert (outcome.seats_left, outcome.missing) == (0, 0)
    assert [outcome.items[i].reason for i in (0, 2, 3)] == [
        Reason.ADMITTED_WITH_TIE,
        Reason.BELOW_CUT,
        Reason.ABOVE_CUT,
    ]


@pytest.mark.parametrize("votes", [[9, 7, 7, 7, 3], [9, 9, 9, 9, 3], [9, 8, 7, 7, 3]])
def test_a_tie_that_does_not_cross_the_cut_needs_nothing(votes: list[int]) -> None:
    outcome = count(replace(OPEN, seats=4), (1, 2, 3, 4, 5), cast(votes, 9), everybody(9))
    assert (outcome.status, outcome.chosen, outcome.seats_left) == (Status.DECIDED, (1, 2, 3, 4), 0)


def test_a_tie_below_the_cut_needs_nothing() -> None:
    outcome = count(replace(OPEN, seats=1), (1, 2, 3), cast([5, 3, 3], 9), everybody(9))
    assert (outcome.status, outcome.chosen) == (Status.DECIDED, (1,))


def test_a_tie_below_the_floor_is_a_shortfall() -> None:
    rule = replace(OPEN, seats=2, floor=MAJORITY)
    outcome = count(rule, (1, 2, 3), cast([5, 3, 3], 9), everybody(9))
    assert (outcome.status, outcome.chosen, outcome.tied, outcome.missing) == (Status.SHORTFALL, (1,), (), 1)


def test_everything_tied_leaves_every_seat_open() -> None:
    outcome = count(replace(OPEN, seats=2), (1, 2, 3), cast([4, 4, 4], 4), everybody(4))
    assert (outcome.status, outcome.chosen, outcome.tied, outcome.seats_left) == (
        Status.TIE,
        (),
        (1, 2, 3),
        2,
    )


@pytest.mark.parametrize("shortfall_rule", ShortfallRule)
def test_a_shortfall_is_counted_alike_under_every_rule(shortfall_rule: ShortfallRule) -> None:
    rule = replace(GONGSHU, seats=2, shortfall_rule=shortfall_rule)
    outcome = count(rule, (1, 2, 3), cast([6, 5, 2], 10), everybody(10))
    assert (outcome.status, outcome.chosen, outcome.missing) == (Status.SHORTFALL, (1,), 1)
    assert outcome.rule.shortfall_rule is shortfall_rule


def test_as_many_candidates_as_seats() -> None:
    """等额: the floor alone decides, and equal votes are no tie."""
    rule = replace(GONGSHU, seats=3)
    all_in = count(rule, (1, 2, 3), cast([6, 6, 6], 10), everybody(10))
    assert (all_in.status, all_in.chosen) == (Status.DECIDED, (1, 2, 3))
    one_out = count(rule, (1, 2, 3), cast([6, 5, 6], 10), everybody(10))
    assert (one_out.status, one_out.chosen, one_out.missing) == (Status.SHORTFALL, (1, 3), 1)


@pytest.mark.parametrize(
    "floor", [None, MAJORITY, *(Floor(base, 0, 1, Comparator.AT_LEAST) for base in Base)]
)
@pytest.mark.parametrize("ballots", [[], [UNREADABLE], [(1, 1, 1)], [(0, 0, 0)]])
def test_nothing_is_chosen_without_a_vote(floor: Floor | None, ballots: Ballots) -> None:
    """No ballot, none valid, none but blanks: all seats are missing, whatever the floor."""
    rule = replace(GONGSHU, seats=2, floor=floor)
    outcome = count(rule, (1, 2, 3), ballots, everybody(1))
    assert (outcome.status, outcome.missing, outcome.seats_left) == (Status.SHORTFALL, 2, 0)
    assert [(item.place, item.reason) for item in outcome.items] == [(1, Reason.BELOW_FLOOR)] * 3


def test_without_a_floor_one_vote_is_enough() -> None:
    """滨江 2017: plain top N."""
    outcome = count(replace(OPEN, seats=2), (1, 2, 3), cast([1, 2, 0], 100), everybody(298))
    assert (outcome.status, outcome.chosen) == (Status.DECIDED, (1, 2))
    assert (outcome.floor_base, outcome.floor_size, outcome.floor_least) == (None, None, 1)
    assert outcome.to_dict()["floor"] == {"base": None, "size": None, "least": 1}


# --- the module's own check


def test_a_judge_that_errs_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """A ballot with a line too few that were let through would leave an item one vote short."""
    monkeypatch.setattr(totals, "judge", lambda *_, **__: Verdict(Validity.VALID))
    with pytest.raises(CountMismatch) as refusal:
        count(replace(GONGSHU, seats=1), (5, 6), [(1, 0), (1,)], everybody(2))
    assert (refusal.value.number, refusal.value.expected, refusal.value.actual) == (6, 2, 1)
    assert str(refusal.value) == "item 6: the parts sum to 1, not to 2"


@pytest.mark.parametrize("part", ["for_", "against", "abstain", "not_pressed"])
@pytest.mark.parametrize("slip", [1, -1])
def test_every_part_of_an_item_is_in_its_sum(part: str, slip: int) -> None:
    """宁海 2021 published nine items that sum to 222 and one that sums to 122."""
    good = add_up(replace(PER_ITEM, seats=1), (5, 6), press((3, 2, 1, 1), (2, 2, 2, 1)))
    first, second = good.items
    with pytest.raises(CountMismatch) as refusal:
        replace(good, items=(first, replace(second, **{part: getattr(second, part) + slip})))
    assert (refusal.value.number, refusal.value.expected, refusal.value.actual) == (6, 7, 7 + slip)


def test_valid_and_void_are_all_that_was_returned() -> None:
    good = add_up(replace(GONGSHU, seats=1), (5, 6), [(1, 0), (1, 1), (0, 0)])
    for changes in ({"returned": 4}, {"void_reasons": {VoidReason.OVER_VOTE: 2}}):
        with pytest.raises(CountMismatch) as refusal:
            replace(good, **changes)
        assert refusal.value.number is None
        sums = (refusal.value.expected, refusal.value.actual)
        assert sums == (changes.get("returned", 3), 4 if "void_reasons" in changes else 3)
        assert str(refusal.value) == f"the ballots: the parts sum to {sums[1]}, not to {sums[0]}"


def test_no_figure_is_below_nought() -> None:
    good = add_up(replace(GONGSHU, seats=1), (5, 6), [(1, 0), (0, 0)])
    with pytest.raises(CountMismatch) as refusal:
        replace(good, blank=-1)
    assert (refusal.value.number, refusal.value.expected, refusal.value.actual) == (None, 0, -1)


def test_figures_are_added_item_by_item_and_place_by_place() -> None:
    """The channels and the sub-group are added up apart: what is not over the same items and places has no sum."""
    rule = replace(GONGSHU, seats=1)
    one, other = add_up(rule, (1, 2), [(1, 0)]), add_up(rule, (1, 2), [(0, 1), (0, 0)])
    assert one + other == add_up(rule, (1, 2), [(1, 0), (0, 1), (0, 0)])
    for items in ((2, 1), (1, 3), (1, 2, 3), (1,)):
        with pytest.raises(ValueError, match=r"same items|zip"):
            one + add_up(rule, items, [(0,) * len(items)])
    places = [
        add_up(
            replace(GONGSHU, ballot_type=BallotType.RANKING, scoring=Scoring.POINTS, floor=None, seats=seats),
            (1, 2),
            [(1, 0)],
        )
        for seats in (1, 2)
    ]
    with pytest.raises(ValueError, match="zip"):
        places[0] + places[1]
    assert (places[1] + places[1]).items[0].places == (2, 0)


def test_an_outcome_cannot_be_touched_up() -> None:
    outcome = count(replace(GONGSHU, seats=1), (1, 2), [(1, 0)], everybody(1))
    with pytest.raises(FrozenInstanceError):
        outcome.items = ()  # type: ignore[misc]
    with pytest.raises(CountMismatch):
        replace(outcome, items=(replace(outcome.items[0], for_=2), outcome.items[1]))


def test_equal_outcomes_are_equal_and_hash_alike() -> None:
    outcomes = [count(replace(GONGSHU, seats=1), (1, 2), [(1, 0), (0, 1)], everybody(2)) for _ in range(2)]
    assert outcomes[0] == outcomes[1]
    assert len(set(outcomes)) == 1


# --- what the count promises as a program


def test_patterns_are_sorted_and_counted() -> None:
    assert patterns([(1, 0), (0, 1), UNREADABLE, (1, 0)]) == [((), 1), ((0, 1), 1), ((1, 0), 2)]
    assert patterns([]) == []


def test_ballots_are_streamed() -> None:
    """Twenty times the ballots, all of them different, take no more memory."""

    def stream(n: int) -> Iterator[tuple[int, ...]]:
        return (tuple([k >> bit & 3 for bit in range(0, 24, 2)]) for k in range(n))

    def peak(n: int) -> int:
        tracemalloc.start()
        try:
            count(PER_ITEM, TWELVE, stream(n), everybody(n))
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    few = min(peak(300), peak(300))
    assert peak(6000) < few + 4096


def test_no_django_is_needed() -> None:
    """``python -m voting.recount`` runs where Django is not installed."""
    program = (
        "import sys; sys.modules['django'] = None\n"
        + "\n".join(f"import voting.count.{path.stem}" for path in PURE)
        + "\nprint('counted')"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert ran.stdout == "counted\n"


@pytest.mark.parametrize("path", PURE, ids=lambda path: path.stem)
def test_no_floating_point(path: Path) -> None:
    """PROCEDURE.md §3.4 (11): integers or fractions only (F18)."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        assert not isinstance(node, ast.Div), "a true division gives a float"
        assert not (isinstance(node, ast.Constant) and isinstance(node.value, float)), node.value
        assert not (isinstance(node, ast.Name) and node.id in {"float", "round"}), node.id


# --- against a second count, written differently


def why_void(rule: Rule, ballot: tuple[int, ...], width: int) -> str | None:
    """Say why a ballot is void, from the words of the measures; None for a valid one."""
    whys = [
        *(["malformed"] if no_ballot(rule, ballot, width) else []),
        *([] if rule.ballot_type != "ranking" else wrong_places(rule, ballot)),
    ]
    limited = rule.ballot_type in {"up_to", "exactly", "per_item_up_to"}
    most = {"choose_one": 1}.get(rule.ballot_type, rule.seats if limited else width)
    if rule.ballot_type != "points" and list(ballot).count(1) > most:
        whys.append("over_vote")
    if rule.points and (sum(ballot) > rule.points.whole or any(n > rule.points.most for n in ballot)):
        whys.append("over_vote")
    if set(ballot) == {0}:
        whys += [] if rule.blank == "valid" else ["blank"]
    elif rule.under == "void":
        open_ones = list(ballot).count(0)
        per_item = rule.ballot_type in {"per_item", "per_item_up_to", "whole_report", "grades"}
        if rule.points:
            whys += ["under_vote"] if sum(ballot) < min(rule.points.whole, rule.points.most * width) else []
        elif (per_item and open_ones) or (not per_item and width - open_ones < rule.seats):
            whys.append("under_vote")
    return whys[0] if whys else None


def no_ballot(rule: Rule, ballot: tuple[int, ...], width: int) -> bool:
    kind = rule.ballot_type
    narrow: Any = {"up_to": {0, 1}, "exactly": {0, 1}, "choose_one": {0, 1}, "grades": {0, 1, 2, 3, 4}}
    known = narrow.get(kind, {0, 1, 2, 3})
    if kind in {"ranking", "points"}:
        return len(ballot) != width or any(place < 0 for place in ballot)
    return (
        len(ballot) != width or not set(ballot) <= known or (kind == "whole_report" and len(set(ballot)) != 1)
    )


def wrong_places(rule: Rule, ballot: tuple[int, ...]) -> list[str]:
    ranks = [place for place in ballot if place]
    over = len(ranks) > rule.seats or any(place > rule.seats for place in ranks)
    gap = sorted(ranks) != list(range(1, len(ranks) + 1))
    twice = max(Counter(ranks).values(), default=0) > 1
    return ["over_vote"] * over + ["repeated_place"] * twice + ["missing_place"] * gap


def reaches(n: int, floor: Floor | None, bases: dict[str, int]) -> bool:
    if floor is None or n == 0:
        return n > 0
    needed = Fraction(floor.numerator, floor.denominator) * bases[floor.base]
    return n > needed if floor.comparator == "gt" else n >= needed


def by_definition(
    rule: Rule,
    numbers: tuple[int, ...],
    ballots: Ballots,
    attendance: Turnout,
    group: tuple[Ballots, Turnout] | None = None,
) -> dict[str, Any]:
    """The working by the definitions: sets of items, fractions, every possible set of winners tried.

    ``group`` are the sub-group's ballots, which are among ``ballots``, and its attendance.
    """
    width, kind = len(numbers), rule.ballot_type
    whys = [why_void(rule, b, width) for b in ballots]
    good = [b for b, why in zip(ballots, whys, strict=True) if why is None]
    blank = sum(set(b) == {0} for b in good)
    valid = len(good)

    def said_of(place: int, what: Any) -> int:
        return sum(what(b[place]) for b in good if set(b) != {0})

    graded = kind == "grades"
    presses = kind in {"per_item", "per_item_up_to", "whole_report", "grades"}
    given, numbered = kind == "points", kind in {"points", "ranking"}
    votes = {n: said_of(i, lambda m: m > 0 if numbered else m == 1) for i, n in enumerate(numbers)}
    basically = {n: said_of(i, lambda m: m == 4 and graded) for i, n in enumerate(numbers)}
    unmarked = {n: said_of(i, lambda m: m == 0) for i, n in enumerate(numbers)}
    at_place = {
        n: [said_of(i, lambda m, p=p: m == p) for p in range(1, rule.numbers + 1)] if numbered else []
        for i, n in enumerate(numbers)
    }
    points = {
        n: sum((k + 1 if given else rule.seats - k) * b for k, b in enumerate(at_place[n])) for n in numbers
    }
    by_points = given or rule.scoring == "points"
    score: dict[int, list[int]] = {
        n: [points[n]] if by_points else at_place[n] if rule.scoring else [votes[n]] for n in numbers
    }
    bases = {"all": attendance.roll, "present": attendance.present, "returned": len(ballots), "valid": valid}
    void = len(ballots) > attendance.issued
    enough = {n: reaches(votes[n] + basically[n], rule.floor, bases) and not void for n in numbers}

    def grade(n: int) -> str | None:
        if void:
            return None
        if reaches(votes[n], rule.satisfied_floor, bases):
            return "satisfied"
        return "basically" if enough[n] else "unsatisfied"

    group_said, group_votes = None, dict.fromkeys(numbers)
    if rule.group_floor and group:
        theirs = [b for b in group[0] if why_void(rule, b, width) is None]
        group_bases = {
            "all": group[1].roll, "present": group[1].present, "returned": len(group[0]), "valid": len(theirs),
        }  # fmt: skip
        group_votes = {
            n: sum((b[i] > 0 if numbered else b[i] == 1) for b in theirs) for i, n in enumerate(numbers)
        }
        group_said = {
            "base": rule.group_floor.base.value,
            "size": group_bases[rule.group_floor.base],
            "least": next(n for n in numbers_from() if reaches(n, rule.group_floor, group_bases)),
            "roll": group[1].roll,
            "present": group[1].present,
            "returned": len(group[0]),
            "valid": len(theirs),
        }
    in_group = {
        n: not void and (rule.group_floor is None or reaches(group_votes[n], rule.group_floor, group_bases))
        for n in numbers
    }

    passing = {n for n in numbers if enough[n] and in_group[n]}
    filled = min(rule.seats, len(passing))
    fair = [
        set(winners)
        for winners in combinations(sorted(passing), filled)
        if all(score[i] >= score[o] for i in winners for o in passing - set(winners))
    ]
    certain, possible = set.intersection(*fair), set.union(*fair)
    admitted = possible - certain if rule.tie_rule == "admit_all" else set()
    tied = possible - certain - admitted
    chosen = certain | admitted

    def reason(n: int) -> str:
        cases = {
            "vote_void": void,
            "below_floor": not void and not enough[n],
            "below_group_floor": not void and enough[n] and not in_group[n],
            "above_cut": n in certain,
            "admitted_with_tie": n in admitted,
            "tied_at_cut": n in tied,
            "below_cut": n in passing - possible,
        }
        (found,) = (name for name, holds in cases.items() if holds)
        return found

    missing = 0 if void or graded else rule.seats - filled
    status = "void" if void else "tie" if tied else "shortfall" if missing else "decided"
    ranking = sorted(score.values(), reverse=True)
    return {
        "rule": rule.to_dict(),
        "roll": attendance.roll,
        "present": attendance.present,
        "issued": attendance.issued,
        "returned": len(ballots),
        "valid": valid,
        "blank": blank,
        "void": len(ballots) - valid,
        "void_reasons": {why.value: whys.count(why.value) for why in VoidReason if why != "over_sum"},
        "voided": void,
        "bases": bases,
        "floor": {
            "base": rule.floor and rule.floor.base.value,
            "size": rule.floor and bases[rule.floor.base],
            "least": next(n for n in numbers_from() if reaches(n, rule.floor, bases)),
        },
        "group": group_said,
        "items": [
            {
                "number": n,
                "for": votes[n],
                "against": 0 if numbered else said_of(i, lambda m: m == 2),
                "abstain": blank + (said_of(i, lambda m: m == 3) if presses else unmarked[n]),
                "not_pressed": unmarked[n] if presses else 0,
                "places": at_place[n],
                "score": score[n],
                "points": points[n] if by_points else None,
                "place": ranking.index(score[n]) + 1,
                "passes_floor": enough[n],
                "group_for": group_votes[n],
                "passes_group": in_group[n],
                "decision": "chosen" if n in chosen else "tied" if n in tied else "not_chosen",
                "reason": reason(n),
                "basically": basically[n] if graded else 0,
                "grade": grade(n) if graded else None,
            }
            for i, n in enumerate(numbers)
        ],
        "chosen": [n for n in numbers if n in chosen],
        "tied": [n for n in numbers if n in tied],
        "seats_left": rule.seats if void else rule.seats - len(certain) if tied else 0,
        "missing": missing,
        "status": status,
    }


Vote = tuple[Rule, tuple[int, ...], Ballots, Turnout]
FRACTIONS = st.sampled_from([(1, 2), (1, 2), (2, 3), (1, 3), (0, 1), (3, 7)])


@st.composite
def floors(draw: st.DrawFn, at: Any = "any") -> Floor | None:
    """A threshold over that base with that comparator, or any, or none."""
    if at == "any":
        at = draw(st.none() | st.tuples(st.sampled_from(Base), st.sampled_from(Comparator)))
    return None if at is None else Floor(at[0], *draw(FRACTIONS), at[1])


@st.composite
def votes(
    draw: st.DrawFn,
    ballot_type: BallotType | None = None,
    floor: Any = "any",
    group_floor: Floor | None = None,
) -> Vote:
    """A small vote: few items and voters make ties, shortfalls and void ballots common."""
    kind = ballot_type or draw(st.sampled_from(BallotType))
    numbers = tuple(draw(st.lists(st.integers(1, 40), min_size=1, max_size=5, unique=True)))
    satisfied = floors((draw(st.sampled_from(Base)), draw(st.sampled_from(Comparator))))
    whole, ranks = kind in {BallotType.WHOLE_REPORT, BallotType.GRADES}, kind is BallotType.RANKING
    if whole and (floor is None or floor == "any"):
        floor = (draw(st.sampled_from(Base)), draw(st.sampled_from(Comparator)))
    fixed = {
        BallotType.UP_TO: UnderVote.VALID,
        BallotType.CHOOSE_ONE: UnderVote.VALID,
        BallotType.EXACTLY: UnderVote.VOID,
    }
    under = fixed.get(
        kind, UnderVote.VALID if kind is BallotType.WHOLE_REPORT else draw(st.sampled_from(UnderVote))
    )
    rule = Rule(
        ballot_type=kind,
        seats=len(numbers) if whole else draw(st.integers(1, len(numbers))),
        floor=draw(floors(floor)),
        blank=draw(st.sampled_from(BlankBallot)),
        tie_rule=draw(st.sampled_from(TieRule)),
        shortfall_rule=draw(st.sampled_from(ShortfallRule)),
        under=under,
        scoring=draw(st.sampled_from(Scoring)) if ranks else None,
        group_floor=group_floor,
        satisfied_floor=draw(satisfied) if kind is BallotType.GRADES else None,
        points=Points(draw(st.integers(3, 6)), draw(st.integers(1, 3)))
        if kind is BallotType.POINTS
        else None,
    )
    ballots = [tuple(b) for b in draw(st.lists(usual_ballots(rule, len(numbers)), max_size=11))]
    strange = st.lists(st.integers(-1, 5), max_size=6)
    ballots += [tuple(b) for b in draw(st.lists(strange, max_size=1))]
    present = len(ballots) + draw(st.integers(0, 2))
    issued = max(0, len(ballots) + draw(st.sampled_from([0, 0, 1, 2, -1])))
    roll = present + draw(st.integers(0, 3))
    return rule, numbers, ballots, Turnout(roll=roll, present=present, issued=issued)


def usual_ballots(rule: Rule, width: int) -> st.SearchStrategy[Any]:
    """Ballots as people fill them in: mostly right, sometimes too many marks or a place given twice."""
    if rule.ballot_type is BallotType.WHOLE_REPORT:
        return st.sampled_from([0, 1, 1, 2, 3]).map(lambda mark: [mark] * width)
    if rule.ballot_type is BallotType.RANKING:
        right = st.permutations(range(1, width + 1)).map(
            lambda places: [place if place <= rule.seats else 0 for place in places]
        )
        return right | right | st.lists(st.integers(0, rule.seats + 1), min_size=width, max_size=width)
    plain = {BallotType.UP_TO, BallotType.EXACTLY, BallotType.CHOOSE_ONE}
    marks = [0, 1] if rule.ballot_type in plain else [0, 1, 1, 2, 3]
    if rule.ballot_type is BallotType.GRADES:
        marks = [0, 1, 1, 4, 4, 2, 3]
    return st.lists(st.sampled_from(marks), min_size=width, max_size=width)


@pytest.mark.parametrize("ballot_type", BallotType)
@pytest.mark.parametrize("floor", [None, *product(Base, Comparator)], ids=str)
def test_the_count_agrees_with_the_definition(
    ballot_type: BallotType, floor: tuple[Base, Comparator] | None
) -> None:
    @given(votes(ballot_type, floor))
    @settings(max_examples=22, deadline=None)
    def agrees(vote: Vote) -> None:
        assert count(*vote).to_dict() == by_definition(*vote)

    agrees()


@pytest.mark.parametrize("ballot_type", [each for each in BallotType if each is not BallotType.GRADES])
@pytest.mark.parametrize("threshold", [*product(Base, Comparator)], ids=str)
def test_a_second_threshold_agrees_with_the_definition(
    ballot_type: BallotType, threshold: tuple[Base, Comparator]
) -> None:
    """石鼓 2025: delegates and all members at once, each over its own figures."""

    @given(st.data())
    @settings(max_examples=15, deadline=None)
    def agrees(data: st.DataObject) -> None:
        group_floor = data.draw(floors(threshold))
        rule, numbers, ballots, attendance = data.draw(votes(ballot_type, group_floor=group_floor))
        members = [b for b in ballots if data.draw(st.booleans())]
        present = len(members) + data.draw(st.integers(0, 1))
        theirs = Turnout(roll=present + data.draw(st.integers(0, 2)), present=present, issued=present)
        totals = [add_up(rule, numbers, part) for part in (ballots, members)]
        outcome = decide(rule, totals[0], attendance, group=(totals[1], theirs))
        assert outcome.to_dict() == by_definition(rule, numbers, ballots, attendance, (members, theirs))

    agrees()


@pytest.mark.parametrize("tie_rule", [TieRule.FURTHER_BALLOT, TieRule.ADMIT_ALL])
def test_every_way_four_items_can_stand(tie_rule: TieRule) -> None:
    """All numbers of votes from 0 to 3 on four items, for each number of seats."""
    for seats, tally in product(range(1, 5), product(range(4), repeat=4)):
        floor = Floor(Base.ALL, 1, 2, Comparator.AT_LEAST)
        rule = replace(PER_ITEM, seats=seats, floor=floor, tie_rule=tie_rule)
        items = tuple(ItemTotals(n, n_for, 3 - n_for, 0, 0) for n, n_for in enumerate(tally, start=1))
        outcome = decide(rule, Totals(3, 3, 0, {}, items), everybody(3))
        ballots = [tuple(1 if n_for > voter else 2 for n_for in tally) for voter in range(3)]
        found = by_definition(rule, (1, 2, 3, 4), ballots, everybody(3))
        assert (list(outcome.chosen), list(outcome.tied)) == (found["chosen"], found["tied"])
        assert (outcome.seats_left, outcome.missing) == (found["seats_left"], found["missing"])
        assert outcome.status == found["status"]
        assert [item.reason for item in outcome.items] == [item["reason"] for item in found["items"]]


# --- what no vote may break


def holds(promise: Callable[[Vote, Any], None]) -> Callable[[], None]:
    return given(votes(), st.randoms(use_true_random=False))(
        settings(max_examples=30, deadline=None)(promise)
    )


@holds
def test_the_order_of_the_ballots_says_nothing(vote: Vote, random: Any) -> None:
    rule, numbers, ballots, attendance = vote
    shuffled = random.sample(ballots, len(ballots))
    assert count(rule, numbers, shuffled, attendance) == count(*vote)
    assert patterns(shuffled) == patterns(ballots)


@holds
def test_the_order_of_the_items_says_nothing(vote: Vote, random: Any) -> None:
    """F19: the same votes with the lines of the ballot in another order give each number the same result."""
    rule, numbers, ballots, attendance = vote
    order = random.sample(range(len(numbers)), len(numbers))
    moved = [tuple(b[place] for place in order) if len(b) == len(numbers) else b for b in ballots]
    before, after = (
        count(*vote),
        count(rule, tuple(numbers[place] for place in order), moved, attendance),
    )
    assert sorted(after.items, key=lambda item: item.number) == sorted(
        before.items, key=lambda item: item.number
    )
    assert replace(after, items=before.items) == before


@holds
def test_the_numbers_of_the_items_say_nothing(vote: Vote, random: Any) -> None:
    rule, numbers, ballots, attendance = vote
    renamed = tuple(random.sample(range(1, 100), len(numbers)))
    before, after = count(*vote), count(rule, renamed, ballots, attendance)
    assert [replace(item, number=0) for item in after.items] == [
        replace(item, number=0) for item in before.items
    ]


@holds
def test_all_sums_hold(vote: Vote, random: Any) -> None:
    rule, numbers, ballots, _ = vote
    outcome = count(*vote)
    assert outcome.returned == len(ballots) == outcome.valid + outcome.void
    assert {item.ballots for item in outcome.items} == {outcome.valid}
    assert [item.number for item in outcome.items] == list(numbers)
    graded = rule.ballot_type is BallotType.GRADES
    if not graded and not any(item.reason is Reason.ADMITTED_WITH_TIE for item in outcome.items):
        assert len(outcome.chosen) + outcome.seats_left + outcome.missing == rule.seats
    if outcome.status is Status.TIE:
        assert 0 < outcome.seats_left < len(outcome.tied)
    if not rule.ballot_type.per_item:
        assert all(item.against == item.not_pressed == 0 for item in outcome.items)


@holds
def test_two_channels_are_counted_apart_and_together(vote: Vote, random: Any) -> None:
    rule, numbers, ballots, _ = vote
    cut = random.randint(0, len(ballots))
    apart = add_up(rule, numbers, ballots[:cut]) + add_up(rule, numbers, ballots[cut:])
    assert apart == add_up(rule, numbers, ballots)


def test_marks_are_the_numbers_on_the_wire() -> None:
    numbers = {mark.name: int(mark) for mark in Mark}
    assert numbers == {"NONE": 0, "FOR": 1, "AGAINST": 2, "ABSTAIN": 3, "BASICALLY": 4, "BOTH": 5}
