"""Small whole numbers: plain digits alone, and never more than was said.

Guards ``voting.text.numbers``.
"""

from __future__ import annotations

import pytest

from voting.text.numbers import MOST, MOST_KEY, small_whole


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("7", 7),
        ("007", 7),
        (str(MOST), MOST),
        (str(MOST + 1), None),
        ("9" * 5000, None),
        ("0" * 5000, None),
        ("", None),
        *(
            (text, None)
            for text in ("-1", "+1", " 1", "1 ", "1_0", "1.0", "1e3", "²", "٣", "１２", "\0", "1\0", "x")
        ),
    ],
)
def test_only_plain_digits_are_a_number(text: str, number: int | None):
    assert small_whole(text) == number


def test_the_largest_number_is_the_one_that_was_said():
    assert [small_whole(text, most=99) for text in ("99", "100", "0100")] == [99, None, None]
    assert small_whole(str(MOST_KEY), most=MOST_KEY) == MOST_KEY
    assert small_whole(str(MOST_KEY + 1), most=MOST_KEY) is None
