"""What a person types for one paper ballot, and what it says: every ballot type, both ways.

Guards ``voting.count.paper_marks``.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voting.count.counting import BallotType
from voting.count.definition import counting_rule
from voting.count.judging import UNREADABLE
from voting.count.measures import DoubleMark, Mark, Rule
from voting.count.paper_marks import MARKS, NotUnderstood, as_typed, columns, read, write
from voting.count.presets import ASSESSMENTS, PRESETS

NUMBERS = (1, 2, 3, 5, 12)
UP_TO, EXACTLY, RANKING = BallotType.UP_TO, BallotType.EXACTLY, BallotType.RANKING
PER_ITEM, PER_ITEM_UP_TO, WHOLE = BallotType.PER_ITEM, BallotType.PER_ITEM_UP_TO, BallotType.WHOLE_REPORT


def rule_of(ballot_type: BallotType, double_mark: DoubleMark = DoubleMark.BALLOT) -> Rule:
    """A rule of that ballot type; else as in the presets."""
    base = ASSESSMENTS["zhenhai"] if ballot_type is BallotType.GRADES else PRESETS["gongshu-2018"]
    wanted = {"under_vote": "void" if ballot_type is EXACTLY else "valid", "double_mark": double_mark}
    scoring = "points" if ballot_type is RANKING else ""
    if ballot_type is BallotType.POINTS:
        wanted |= {"points": 5, "most_points": 3}
    return counting_rule(base | wanted | {"ballot_type": ballot_type, "scoring": scoring}, seats=5)


@pytest.mark.parametrize(
    ("ballot_type", "typed", "marks"),
    [
        (UP_TO, ["1 3 12"], (1, 0, 1, 0, 1)),
        (UP_TO, ["1,3，12"], (1, 0, 1, 0, 1)),
        (UP_TO, ["１、３；１２。"], (1, 0, 1, 0, 1)),
        (UP_TO, ["  01\t3.12 "], (1, 0, 1, 0, 1)),
        (UP_TO, ["\u30001\u30003"], (1, 0, 1, 0, 0)),
        (UP_TO, ["1 2 3 5 12"], (1, 1, 1, 1, 1)),  # too many: the count judges, not the typing
        (EXACTLY, ["5"], (0, 0, 0, 1, 0)),
        (PER_ITEM, ["1 2", "3", "5"], (1, 1, 2, 3, 0)),
        (PER_ITEM, ["", "3", ""], (0, 0, 2, 0, 0)),
        (PER_ITEM_UP_TO, ["12", "", "1"], (3, 0, 0, 0, 1)),
        (RANKING, ["12 3 1"], (3, 0, 2, 0, 1)),
        (RANKING, ["12 3=5 1"], (3, 0, 2, 2, 1)),
        (RANKING, ["12 3＝5 - 1"], (4, 0, 2, 2, 1)),
        (WHOLE, ["1"], (1, 1, 1, 1, 1)),
        (WHOLE, ["反对"], (2, 2, 2, 2, 2)),
        (WHOLE, ["３"], (3, 3, 3, 3, 3)),
    ],
)
def test_what_is_typed_says_marks(ballot_type, typed, marks):
    assert read(typed, rule=rule_of(ballot_type), numbers=NUMBERS) == marks


@pytest.mark.parametrize("ballot_type", BallotType)
@pytest.mark.parametrize("word", ["0", "０", "空", "空白"])
def test_nothing_marked_is_typed_as_such(ballot_type, word):
    typed = [word] + [""] * (columns(ballot_type) - 1)
    assert read(typed, rule=rule_of(ballot_type), numbers=NUMBERS) == (0, 0, 0, 0, 0)


@pytest.mark.parametrize("ballot_type", BallotType)
@pytest.mark.parametrize("word", ["x", "X", "ｘ", "废", "废票"])
def test_what_cannot_be_read_is_typed_as_such(ballot_type, word):
    typed = [word] + [""] * (columns(ballot_type) - 1)
    assert read(typed, rule=rule_of(ballot_type), numbers=NUMBERS) == UNREADABLE


@pytest.mark.parametrize(
    ("ballot_type", "typed", "code", "word"),
    [
        (UP_TO, [""], "empty", ""),
        (UP_TO, [" ，"], "empty", ""),
        (UP_TO, [], "empty", ""),
        (PER_ITEM, ["", "", ""], "empty", ""),
        (UP_TO, ["1 4"], "foreign", "4"),
        (UP_TO, ["1 0"], "foreign", "0"),
        (UP_TO, ["1 13"], "foreign", "13"),
        (UP_TO, ["1 1"], "twice", "1"),
        (UP_TO, ["1 x"], "word", "x"),
        (UP_TO, ["×"], "word", "×"),
        (UP_TO, ["1-3"], "word", "1-3"),
        (UP_TO, ["-"], "word", "-"),
        (UP_TO, ["三"], "word", "三"),
        (UP_TO, ["٣"], "word", "٣"),
        (UP_TO, ["9" * 5000], "word", "9" * 20),
        (PER_ITEM, ["1", "1", ""], "both", "1"),
        (PER_ITEM, ["x", "1", ""], "word", "x"),
        (PER_ITEM, ["0", "1", ""], "foreign", "0"),
        (PER_ITEM, ["1", "x", ""], "word", "x"),
        (RANKING, ["1 2 1"], "both", "1"),
        (RANKING, ["1=1"], "twice", "1"),
        (RANKING, ["1= 2"], "word", ""),
        (WHOLE, ["4"], "word", "4"),
        (WHOLE, ["1 2"], "word", "1 2"),
    ],
)
def test_what_says_no_ballot_is_named(ballot_type, typed, code, word):
    with pytest.raises(NotUnderstood) as refused:
        read(typed, rule=rule_of(ballot_type), numbers=NUMBERS)
    assert (refused.value.code, refused.value.word) == (code, word)


def marks_of(ballot_type: BallotType) -> st.SearchStrategy[tuple[int, ...]]:
    if ballot_type is WHOLE:
        return st.integers(0, 3).map(lambda mark: (mark,) * len(NUMBERS))
    most = {UP_TO: 1, EXACTLY: 1, BallotType.CHOOSE_ONE: 1, RANKING: 9}.get(ballot_type, 3)
    return st.tuples(*[st.integers(0, most)] * len(NUMBERS))


@given(st.sampled_from(list(BallotType)).flatmap(lambda kind: st.tuples(st.just(kind), marks_of(kind))))
def test_what_is_written_is_read_back(ballot):
    ballot_type, marks = ballot
    typed = write(marks, ballot_type=ballot_type, numbers=NUMBERS)
    assert len(typed) == columns(ballot_type)
    assert read(typed, rule=rule_of(ballot_type), numbers=NUMBERS) == marks


@pytest.mark.parametrize("ballot_type", BallotType)
def test_an_unreadable_ballot_is_written_and_read_back(ballot_type):
    typed = write(UNREADABLE, ballot_type=ballot_type, numbers=NUMBERS)
    assert read(typed, rule=rule_of(ballot_type), numbers=NUMBERS) == UNREADABLE


@given(st.sampled_from(list(BallotType)), st.lists(st.text(max_size=30), max_size=3))
def test_whatever_is_typed_is_marks_or_a_sentence(ballot_type, typed):
    said: tuple[int, ...] | str
    try:
        said = read(typed, rule=rule_of(ballot_type), numbers=NUMBERS)
    except NotUnderstood as refused:
        said = refused.code
    codes = {"empty", "word", "foreign", "twice", "both"}
    assert said == UNREADABLE or (said in codes if isinstance(said, str) else len(said) == len(NUMBERS))


@pytest.mark.parametrize("ballot_type", MARKS)
def test_a_number_in_two_fields_is_marked_twice_where_the_rules_void_the_project_alone(ballot_type):
    rule = rule_of(ballot_type, DoubleMark.ITEM)
    rest = [""] * (columns(ballot_type) - 3)
    typed = ["1 3", "2 3", "3 5", *rest]
    first, second, third = MARKS[ballot_type][:3]
    assert read(typed, rule=rule, numbers=NUMBERS) == (first, second, Mark.BOTH, third, 0)
    for twice in (["3 3", "3", ""], ["3", "03 3", ""], ["3", "3", "3 3"]):
        with pytest.raises(NotUnderstood) as refused:
            read([*twice, *rest], rule=rule, numbers=NUMBERS)
        assert (refused.value.code, refused.value.word) == ("twice", "3")


@pytest.mark.parametrize("ballot_type", MARKS)
@given(marks=st.tuples(*[st.sampled_from([0, 1, 2, 3, Mark.BOTH])] * len(NUMBERS)))
def test_marks_of_a_machine_are_those_that_a_person_would_type(ballot_type, marks):
    """Under rules that void the ballot for two marks in a row, a person types x."""
    item, ballot = rule_of(ballot_type, DoubleMark.ITEM), rule_of(ballot_type)
    assert as_typed(marks, item) == marks
    assert read(write(marks, ballot_type=ballot_type, numbers=NUMBERS), rule=item, numbers=NUMBERS) == marks
    assert as_typed(marks, ballot) == (UNREADABLE if Mark.BOTH in marks else marks)


def test_the_fifth_place_of_a_ranking_is_no_double_mark():
    assert as_typed((5, 4, 3, 2, 1), rule_of(RANKING)) == (5, 4, 3, 2, 1)
    assert write((5, 4, 3, 2, 1), ballot_type=RANKING, numbers=NUMBERS) == ["12 5 3 2 1"]
