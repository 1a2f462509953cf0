"""测评: published grades reproduced, and what happens at exactly half.

Guards ``voting.count.grading``.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voting.count.grading import Answers, Grade, GradeRule, ImpossibleAnswers, grade
from voting.count.measures import Base, Comparator, Floor

#: Its head says who published them, and where.
PUBLISHED = Path(__file__).parents[2] / "data" / "satisfaction.csv"
NAMES = {"满意": Grade.SATISFIED, "基本满意": Grade.BASICALLY, "不满意": Grade.UNSATISFIED}
NUMBERS = st.integers(0, 400)
#: 镇海: at least half of all members. Exactly half is read as the better grade, which its text allows.
ZHENHAI = GradeRule(
    satisfied=Floor(Base.ALL, 1, 2, Comparator.AT_LEAST),
    basically=Floor(Base.ALL, 1, 2, Comparator.AT_LEAST),
)


def answers(
    satisfied: int, basically: int, unsatisfied: int, *, members: int = 0, abstained: int = 0
) -> Answers:
    present = satisfied + basically + unsatisfied + abstained
    return Answers(satisfied, basically, unsatisfied, abstained, 0, present, max(members, present))


def test_every_published_grade_is_reproduced():
    lines = PUBLISHED.read_text(encoding="utf-8").splitlines()
    rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    assert {row["year"] for row in rows} == {"2021", "2024"}
    for row in rows:
        counts = (int(row[name]) for name in ("satisfied", "basically", "unsatisfied"))
        published = answers(*counts, members=int(row["present"]))
        assert grade(published, ZHENHAI).grade == NAMES[row["grade"]], row["project"]


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((17, 11, 1), Grade.SATISFIED),
        ((182, 10, 1), Grade.SATISFIED),
        ((14, 1, 14), Grade.BASICALLY),
        ((1, 13, 15), Grade.UNSATISFIED),
    ],
)
def test_by_hand(counts, expected):
    assert grade(answers(*counts), ZHENHAI).grade is expected


def test_exactly_half_is_graded_as_the_comparator_says_and_shown():
    half = answers(15, 10, 5)
    found = grade(half, ZHENHAI)
    assert found.grade is Grade.SATISFIED
    assert [(test.needed, test.answers, test.size) for test in found.tests] == [(15, 15, 30)]
    more = Floor(Base.ALL, 1, 2, Comparator.MORE_THAN)
    strict = grade(half, GradeRule(satisfied=more, basically=more))
    assert strict.grade is Grade.BASICALLY
    assert [(test.grade, test.needed, test.answers) for test in strict.tests] == [
        (Grade.SATISFIED, 16, 15),
        (Grade.BASICALLY, 16, 25),
    ]


def test_the_base_is_part_of_the_rule():
    """20 of 30 members are there, 12 of them satisfied: more than half of those present, not of all members."""
    there = Answers(12, 4, 4, 0, 0, 20, 30)
    of_present = Floor(Base.PRESENT, 1, 2, Comparator.AT_LEAST)
    assert grade(there, GradeRule(of_present, of_present)).grade is Grade.SATISFIED
    assert grade(there, ZHENHAI).grade is Grade.BASICALLY


@pytest.mark.parametrize("place", range(5))
def test_no_answer_counts_fewer_than_nobody(place):
    counts = [1, 1, 1, 1, 1]
    counts[place] = -1
    with pytest.raises(ImpossibleAnswers):
        Answers(*counts, 5, 5)


@pytest.mark.parametrize("counts", [(3, 3, 0, 0, 0, 5, 9), (1, 0, 0, 0, 0, 9, 5)])
def test_more_answers_than_people_are_impossible(counts):
    with pytest.raises(ImpossibleAnswers):
        Answers(*counts)


@given(NUMBERS, NUMBERS, NUMBERS, NUMBERS)
def test_a_better_answer_never_makes_a_grade_worse(satisfied, basically, unsatisfied, abstained):
    order = [Grade.UNSATISFIED, Grade.BASICALLY, Grade.SATISFIED]
    before = grade(answers(satisfied, basically, unsatisfied + 1, abstained=abstained), ZHENHAI).grade
    better = grade(answers(satisfied, basically + 1, unsatisfied, abstained=abstained), ZHENHAI).grade
    best = grade(answers(satisfied + 1, basically, unsatisfied, abstained=abstained), ZHENHAI).grade
    assert order.index(before) <= order.index(better) <= order.index(best)
