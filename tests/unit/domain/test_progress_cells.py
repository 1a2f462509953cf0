"""Cells of the table of progress, as people type, paste and reformat them; what has two meanings is named.

Guards ``voting.domain.after.progress_cells``.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.utils.translation import override

from voting.domain.after import progress_cells as cells
from voting.foreign.cells import heading_keys

TODAY = date(2018, 7, 15)


@pytest.mark.parametrize(
    ("text", "figure"),
    [
        ("", None), ("0", "0"), ("007", "7"), ("3.5", "3.5"), ("3.50", "3.5"), ("1,000", "1000"), ("1，000", "1000"),
        ("１２３．４", "123.4"), ("１，０００", "1000"), (" 5 ", "5"), ("12,345,678.90", "12345678.9"),
        ("999999999999.99", "999999999999.99"), ("3.5000000", "3.5"), ("0000000000000001", "1"),
    ],
)  # fmt: skip
def test_a_figure_is_taken_however_it_is_written(text: str, figure: str | None):
    assert cells.figure(text, digits=cells.FIGURE) == (None if figure is None else Decimal(figure))


NO_NUMBER, NEGATIVE = "“{}”不是数字", "数值应为 0 或以上，而不是“{}”"
TOO_LONG = "“{}”位数过多：整数部分最多 12 位，小数部分最多 2 位"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1_000", NO_NUMBER), ("1,00", NO_NUMBER), ("NaN", NO_NUMBER), ("Infinity", NO_NUMBER), ("-inf", NO_NUMBER),
        ("1e3", NO_NUMBER), ("许多", NO_NUMBER), ("50%", NO_NUMBER), ("10座", NO_NUMBER), ("1.", NO_NUMBER),
        ("٣", NO_NUMBER), ("--1", NO_NUMBER), ("-1", NEGATIVE), ("－１", NEGATIVE), ("−0.5", NEGATIVE),
        ("3.141", TOO_LONG), ("1000000000000", TOO_LONG),
    ],
)  # fmt: skip
def test_what_is_no_figure_has_its_sentence(text: str, words: str):
    with override("zh-hans"), pytest.raises(cells.Fault) as fault:
        cells.figure(text, digits=cells.FIGURE)
    assert str(fault.value) == words.format(text)


def test_thousands_of_digits_are_too_many_and_only_the_first_are_quoted():
    with override("zh-hans"), pytest.raises(cells.Fault) as fault:
        cells.figure("9" * 32_000, digits=cells.MONEY)
    assert str(fault.value) == f"“{'9' * 20}”位数过多：整数部分最多 10 位，小数部分最多 2 位"


@pytest.mark.parametrize(
    "text",
    [
        "2018-03-31", "2018-3-31", "2018/3/31", "2018/03/31", "2018.3.31", "2018年3月31日", "2018 年 3 月 31 日",
        "２０１８年３月３１日", "2018-03-31 00:00:00", "2018/3/31 8:30", " 2018-03-31 ",
    ],
)  # fmt: skip
def test_a_day_is_taken_however_it_is_written(text: str):
    assert cells.day(text, today=TODAY) == date(2018, 3, 31)


@pytest.mark.parametrize(
    "text", ["昨天", "2018-13-01", "2018-02-30", "31.3.2018", "2018", "43190", "0000-01-01", "9" * 5000]
)
def test_what_is_no_day_is_named(text: str):
    with pytest.raises(cells.Fault) as fault:
        cells.day(text, today=TODAY, words="no day: %s")
    assert str(fault.value) == f"no day: {text[:20]}"


def test_today_has_come_and_tomorrow_has_not():
    assert cells.day("", today=TODAY) is None
    assert cells.day("2018-07-15", today=TODAY) == TODAY
    with override("en"), pytest.raises(cells.Fault, match="2018-07-16 lies ahead"):
        cells.day("2018-07-16", today=TODAY)


@pytest.mark.parametrize(
    ("text", "number"), [("12", 12), ("１２", 12), ("", 0), ("1.5", 0), ("-1", 0), ("9" * 5000, 0)]
)
def test_a_number_of_a_project_is_a_whole_number(text: str, number: int):
    assert cells.whole(text) == number


@pytest.mark.parametrize("place", [0, 1])
def test_headings_and_kinds_are_read_in_the_language_in_which_they_go_out(place: int):
    with override(["zh-hans", "en"][place]):
        assert cells.headings() == [both[place] for both in cells.HEADINGS.values()]
        assert [name for name, _text in cells.notes()] == [
            cells.HEADINGS[name][place] for name in ("reached", "spent", "day", "text", "delay", "last_day")
        ]
    plain = {name: heading_keys(both[place])[0] for name, both in cells.HEADINGS.items()}
    read = {
        name: [other for other, words in cells.COLUMNS.headers.items() if plain[name] in words]
        for name in plain
    }
    ignored = {"plan", "last_day", "last_text", "last_delay"}
    assert read == {name: [] if name in ignored else [name] for name in plain}
    assert [cells.kind(f" {each[place].title()}") for each in cells.KINDS] == list(cells.KINDS)
    with pytest.raises(cells.Fault):
        cells.kind("其他")
