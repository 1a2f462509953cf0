"""Amounts in the words of each language: exactly, in one unit, and the same wherever one stands.

Guards ``voting.text.amounts`` and ``voting.domain.core.amounts``.
"""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from voting.domain.core.amounts import yuan_words
from voting.read_models.core.days import money_words
from voting.text.amounts import CHINESE, ENGLISH, AmountWords, digits_together

#: Nobody writes an amount with its unit but the table: of a column, its heading says the unit.
BY_HAND = re.compile(r"× 10 000 yuan|\}s?\s*万元|%s万元")
SOURCES = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize(
    ("yuan", "english", "chinese"),
    [
        (0, "0 yuan", "0万元"),
        (100, "100 yuan", "0.01万元"),
        (600_000, "600 000 yuan", "60万元"),
        (999_900, "999 900 yuan", "99.99万元"),
        (1_000_000, "1 million yuan", "100万元"),
        (155_000_100, "155.0001 million yuan", "15500.01万元"),
        (12_345_600_000, "12.3456 billion yuan", "1234560万元"),
    ],
)
def test_amounts_are_written_exactly_in_one_unit(yuan: int, english: str, chinese: str):
    for language, words in (("en", english), ("zh-hans", chinese)):
        with override(language):
            assert yuan_words(yuan).replace("\N{NO-BREAK SPACE}", " ") == words
            assert money_words(Decimal(yuan) / 10_000) == yuan_words(yuan)


@given(st.integers(0, 10**13), st.sampled_from([CHINESE, ENGLISH]))
def test_nothing_of_an_amount_is_lost(yuan: int, language: AmountWords):
    words = language.of(yuan)
    unit = next(size for size, each in language.units if words.endswith(each.removeprefix("{amount}")))
    number = words.removesuffix(dict(language.units)[unit].removeprefix("{amount}")).replace(
        "\N{NO-BREAK SPACE}", ""
    )
    assert Decimal(number) * unit == yuan


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Left, 10 000 yuan", "Left, 10~000 yuan"),
        ("1 234 567 of 2018 projects", "1~234~567 of 2018 projects"),
        ("1234 5678 9012", "1234 5678 9012"),
        ("2018 100, 7 12 1234 5", "2018 100, 7 12 1234 5"),
    ],
)
def test_a_number_stays_on_its_line(text: str, kept: str):
    assert digits_together(text) == kept.replace("~", "\N{NO-BREAK SPACE}")


def test_nobody_writes_an_amount_by_hand():
    places = [
        *(SOURCES / "voting").rglob("*.py"),
        *(SOURCES / "templates").rglob("*.html"),
        *(SOURCES / "voting/static").rglob("*.js"),
    ]
    wrong = [
        path.relative_to(SOURCES).as_posix()
        for path in places
        if path.name != "amounts.py" and "migrations" not in path.parts and BY_HAND.search(path.read_text())
    ]
    assert not wrong
