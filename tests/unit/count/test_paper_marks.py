"""What a person types for one paper ballot, and what it says: every ballot type, both ways.

Guards ``voting.count.paper_marks``.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voting.count.counting import BallotType
from voting.count.judging import UNREADABLE
from voting.count.paper_marks import NotUnderstood, columns, read, write

NUMBERS = (1, 2, 3, 5, 12)
UP_TO, EXACTLY, RANKING = BallotType.UP_TO, BallotType.EXACTLY, BallotType.RANKING
PER_ITEM, PER_ITEM_UP_TO, WHOLE = BallotType.PER_ITEM, BallotType.PER_ITEM_UP_TO, BallotType.WHOLE_REPORT


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
    assert read(typed, ballot_type=ballot_type, numbers=NUMBERS) == marks


@pytest.mark.parametrize("ballot_type", BallotType)
@pytest.mark.parametrize("word", ["0", "０", "空", "空白"])
def test_nothing_marked_is_typed_as_such(ballot_type, word):
    typed = [word] + [""] * (columns(ballot_type) - 1)
    assert read(typed, ballot_type=ballot_type, numbers=NUMBERS) == (0, 0, 0, 0, 0)


@pytest.mark.parametrize("ballot_type", BallotType)
@pytest.mark.parametrize("word", ["x", "X", "ｘ", "废", "废票"])
def test_what_cannot_be_read_is_typed_as_such(ballot_type, word):
    typed = [word] + [""] * (columns(ballot_type) - 1)
    assert read(typed, ballot_type=ballot_type, numbers=NUMBERS) == UNREADABLE


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
        read(typed, ballot_type=ballot_type, numbers=NUMBERS)
    assert (refused.value.code, refused.value.word) == (code, word)


def marks_of(ballot_type: BallotType) -> st.SearchStrategy[tuple[int, ...]]:
    if ballot_type is WHOLE:
        return st.integers(0, 3).map(lambda mark: (mark,) * len(NUMBERS))
    most = {UP_TO: 1, EXACTLY: 1, RANKING: 9}.get(ballot_type, 3)
    return st.tuples(*[st.integers(0, most)] * len(NUMBERS))


@given(st.sampled_from(list(BallotType)).flatmap(lambda kind: st.tuples(st.just(kind), marks_of(kind))))
def test_what_is_written_is_read_back(ballot):
    ballot_type, marks = ballot
    typed = write(marks, ballot_type=ballot_type, numbers=NUMBERS)
    assert len(typed) == columns(ballot_type)
    assert read(typed, ballot_type=ballot_type, numbers=NUMBERS) == marks


@pytest.mark.parametrize("ballot_type", BallotType)
def test_an_unreadable_ballot_is_written_and_read_back(ballot_type):
    typed = write(UNREADABLE, ballot_type=ballot_type, numbers=NUMBERS)
    assert read(typed, ballot_type=ballot_type, numbers=NUMBERS) == UNREADABLE


@given(st.sampled_from(list(BallotType)), st.lists(st.text(max_size=30), max_size=3))
def test_whatever_is_typed_is_marks_or_a_sentence(ballot_type, typed):
    said: tuple[int, ...] | str
    try:
        said = read(typed, ballot_type=ballot_type, numbers=NUMBERS)
    except NotUnderstood as refused:
        said = refused.code
    codes = {"empty", "word", "foreign", "twice", "both"}
    assert said == UNREADABLE or (said in codes if isinstance(said, str) else len(said) == len(NUMBERS))
