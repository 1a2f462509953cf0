"""How many sheets are read again and which: held against trying everything that could have been misread.

Guards ``voting.count.sampling``.
"""

from __future__ import annotations

import contextlib
import io
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, permutations, product
from math import comb
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.count.test_counting import GONGSHU, Ballots, cast, everybody, press
from voting.count import counting
from voting.count.counting import BallotType, Base, Comparator, Floor, Rule, Scoring, TieRule
from voting.count.sampling import (
    PROGRAM,
    dice_of,
    draw,
    fewest_misread,
    readings_root,
    sample_size,
)

DICE = "16253416253416253416"
HALF = Floor(Base.VALID, 1, 2, Comparator.AT_LEAST)


def outcome_of(rule: Rule, ballots: Ballots, items: int) -> Any:
    return counting.count(rule, range(1, items + 1), ballots, everybody(len(ballots))).to_dict()


# ------------------------------------------------------------------------------------------------------ how many


@pytest.mark.parametrize(("margin", "drawn"), [(10, 180), (30, 78), (100, 25)])
def test_of_three_hundred_sheets_so_many_are_drawn(margin: int, drawn: int) -> None:
    """The values of the design: a winner 10, 30 or 100 votes before a loser."""
    votes = [200, 200 - margin]
    outcome = outcome_of(replace(GONGSHU, seats=1, floor=None), cast(votes, 300), 2)
    assert sample_size(300, fewest_misread(outcome, sheets=300)) == drawn


@pytest.mark.parametrize("sheets", range(1, 16))
def test_the_size_is_the_smallest_whose_draws_miss_the_misread_rarely_enough(sheets: int) -> None:
    """Every draw is looked at: of all sets of n places so many hold none of the first k."""
    for misread, risk in product(range(1, sheets + 1), (Fraction(1, 100), Fraction(1, 5))):
        size = sample_size(sheets, misread, risk=risk)
        for drawn in range(1, size + 1):
            missed = sum(min(each) >= misread for each in combinations(range(sheets), drawn))
            assert (Fraction(missed, comb(sheets, drawn)) <= risk) == (drawn == size)


@pytest.mark.parametrize(("sheets", "misread"), [(0, 1), (5, 0), (5, 6)])
def test_more_misread_sheets_than_sheets_are_refused(sheets: int, misread: int) -> None:
    with pytest.raises(ValueError, match="among the sheets"):
        sample_size(sheets, misread)


# ------------------------------------------------------------------------------------------- how few could change it

ONE = replace(GONGSHU, seats=1, floor=None)
PER_ITEM = replace(GONGSHU, ballot_type=BallotType.PER_ITEM, seats=2, floor=HALF)
POINTS = replace(GONGSHU, ballot_type=BallotType.RANKING, seats=2, scoring=Scoring.POINTS, floor=None)
PLACES = replace(POINTS, seats=1, scoring=Scoring.FIRST_PREFERENCES)
TWO_THIRDS = replace(HALF, numerator=2, denominator=3)
GRADED = replace(GONGSHU, ballot_type=BallotType.GRADES, seats=1, floor=HALF, satisfied_floor=TWO_THIRDS)


@pytest.mark.parametrize(
    ("rule", "ballots", "items", "fewest"),
    [
        (ONE, cast([9, 2], 12), 2, 4),  # 7 apart: 4 sheets turn them, 3 do not
        (ONE, cast([9, 3], 12), 2, 3),  # 6 apart: 3 make them equal, and that is another result
        (ONE, cast([6, 6], 12), 2, 1),  # a tie
        (replace(ONE, tie_rule=TieRule.ADMIT_ALL), cast([6, 6], 12), 2, 1),
        (replace(ONE, floor=HALF), cast([6, 0], 12), 2, 1),  # one vote above the floor
        (replace(ONE, floor=HALF), cast([5, 0], 12), 2, 1),  # one below it
        (replace(ONE, floor=HALF), cast([9, 0], 12), 2, 4),
        (replace(ONE, floor=HALF), cast([0, 0], 12), 2, 6),  # nothing is chosen; a project needs 6
        (
            replace(GONGSHU, seats=2),
            cast([12, 11, 1], 12),
            3,
            5,
        ),  # the second falls under 7 before it is reached
        (PER_ITEM, press((10, 2, 0, 0), (1, 11, 0, 0)), 2, 5),  # as many seats as items: floors alone
        (POINTS, [(1, 2, 0)] * 8 + [(1, 0, 2)], 3, 2),  # 8 points before 1; a sheet is worth 2 to each
        (PLACES, [(1, 0)] * 8 + [(0, 1)] * 2, 2, 3),
        (PLACES, [(1, 0)] * 5 + [(0, 1)] * 5, 2, 1),
        (GRADED, [(1,)] * 9 + [(2,)] * 3, 1, 2),  # 8 of 12 are needed to be satisfied
        (GRADED, [(1,)] * 3 + [(4,)] * 3 + [(2,)] * 6, 1, 1),
        (GRADED, [(2,)] * 12, 1, 6),
    ],
)
def test_so_few_misread_sheets_could_change_the_result(
    rule: Rule, ballots: Ballots, items: int, fewest: int
) -> None:
    assert fewest_misread(outcome_of(rule, ballots, items), sheets=len(ballots)) == fewest


def test_it_is_never_more_than_there_are_sheets_and_nothing_changes_a_void_vote() -> None:
    outcome = outcome_of(ONE, cast([9, 2], 12), 2)
    assert fewest_misread(outcome, sheets=3) == 3
    void = counting.count(ONE, (1, 2), cast([9, 2], 12), everybody(11)).to_dict()
    assert fewest_misread(void, sheets=12) == 12  # type: ignore[arg-type]


def test_a_sub_groups_threshold_is_one_too() -> None:
    floor = Floor(Base.ALL, 1, 2, Comparator.MORE_THAN)
    rule = replace(GONGSHU, seats=1, floor=None, group_floor=floor)
    ballots = cast([10, 0], 12)
    totals = [counting.add_up(rule, (1, 2), part) for part in (ballots, ballots[:6])]
    outcome = counting.decide(rule, totals[0], everybody(12), group=(totals[1], everybody(6))).to_dict()
    assert outcome["items"][0]["group_for"] == 6
    assert fewest_misread(outcome, sheets=12) == 3  # type: ignore[arg-type]


def every_ballot(rule: Rule, items: int) -> list[tuple[int, ...]]:
    if rule.ballot_type is BallotType.RANKING:
        places = [*range(1, rule.seats + 1), *[0] * items]
        return [(), *sorted(set(permutations(places, items)))]
    marks = {BallotType.UP_TO: (0, 1), BallotType.GRADES: (0, 1, 2, 4)}.get(rule.ballot_type, (0, 1, 2))
    return [(), *product(marks, repeat=items)]


SMALL = {
    "up_to": (replace(GONGSHU, seats=1, floor=None), 3),
    "up_to, floor": (replace(GONGSHU, seats=2, floor=HALF), 3),
    "per_item": (replace(PER_ITEM, seats=1), 2),
    "points": (POINTS, 3),
    "places": (replace(PLACES, floor=HALF), 2),
    "grades": (replace(GRADED, seats=2), 2),
    "admit all": (replace(GONGSHU, seats=1, floor=HALF, tie_rule=TieRule.ADMIT_ALL), 2),
}


def decided(rule: Rule, ballots: Ballots, items: int) -> list[tuple[str, Any]]:
    return [(item["decision"], item["grade"]) for item in outcome_of(rule, ballots, items)["items"]]


@pytest.mark.parametrize("kind", SMALL)
def test_fewer_than_that_change_nothing_whatever_stands_on_them(kind: str) -> None:
    """Every set of one sheet fewer is replaced by every ballot there is, void ones too: the decisions stay."""
    rule, items = SMALL[kind]
    every = every_ballot(rule, items)
    reached = set()

    @given(st.data())
    @settings(max_examples=25, deadline=None)
    def holds(data: st.DataObject) -> None:
        online = data.draw(st.sampled_from(every)) if data.draw(st.booleans()) else every[-1]
        sheets = data.draw(st.lists(st.sampled_from([*every, *[online] * 9]), min_size=2, max_size=3))
        ballots = [online] * data.draw(st.integers(0, 5))
        fewest = fewest_misread(outcome_of(rule, [*ballots, *sheets], items), sheets=len(sheets))
        reached.add(fewest)
        as_read = decided(rule, [*ballots, *sheets], items)
        for where in combinations(range(len(sheets)), fewest - 1):
            for true in product(every, repeat=fewest - 1) if fewest < 3 else [(each, each) for each in every]:
                changed = list(sheets)
                for place, ballot in zip(where, true, strict=True):
                    changed[place] = ballot
                assert decided(rule, [*ballots, *changed], items) == as_read

    holds()
    assert len(reached) > 1


# ------------------------------------------------------------------------------------------------------- which ones


def test_the_draw_can_be_made_again_with_the_printed_program() -> None:
    root = readings_root([(2, (0, 1)), (1, ())], salt="ab")
    drawn = draw(range(1, 301), 78, dice=DICE, root=root)
    assert drawn == sorted(set(drawn))
    assert len(drawn) == 78
    assert drawn[0] >= 1
    assert drawn[-1] <= 300
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(PROGRAM.format(root=root, dice=DICE, sheets=300, size=78), {})  # noqa: S102 what anybody may run
    assert printed.getvalue() == f"{drawn}\n"


def test_every_choice_of_places_is_as_likely_as_any_other() -> None:
    """Of 6^5 throws every pair of five places comes as often as the others, within four standard deviations."""
    throws = ["".join(each) for each in product("123456", repeat=5)]
    counted = Counter(tuple(draw(range(1, 6), 2, dice=dice, root="r")) for dice in throws)
    expected = Fraction(len(throws), comb(5, 2))
    assert counted.keys() == {*combinations(range(1, 6), 2)}
    assert all(abs(times - expected) ** 2 < 16 * expected for times in counted.values())


def test_another_reading_place_salt_throw_or_root_is_another_draw() -> None:
    readings = [(1, (1, 0)), (2, ())]
    roots = {
        readings_root(each, salt=salt)
        for each in (readings, [(1, (1, 1)), (2, ())], [(2, (1, 0)), (1, ())], [(1, (1, 0)), (2, (0, 0))])
        for salt in ("00", "01")
    }
    assert len(roots) == 8
    assert readings_root(reversed(readings), salt="00") in roots
    draws = {tuple(draw(range(99), 9, dice=dice, root=root)) for dice in (DICE, DICE[::-1]) for root in roots}
    assert len(draws) == 16


def test_dice_are_typed_with_blanks_or_without() -> None:
    assert dice_of(" 16253 41625，34162 53416 ") == DICE
    for wrong in ("", DICE[:-1], DICE[:-1] + "7", DICE[:-1] + "0", DICE[:-1] + "a"):
        with pytest.raises(ValueError, match="1 to 6"):
            dice_of(wrong)
