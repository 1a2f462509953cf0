"""Lists of delegates as people save them: every encoding, dialect and program; what cannot be read is named (F20).

Guards ``voting.foreign.tables``.
"""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.roster_rows import COLUMNS
from voting.foreign import tables
from voting.foreign.cells import clean, is_total, wrong
from voting.foreign.tables import NotATable

HEADER = ["代表证号", "姓名", "代表团"]
PEOPLE = [["00012", "代表甲", "第一代表团"], ["00013", "代表乙", "第二代表团"]]
ROWS = [
    (2, {"number": "00012", "name": "代表甲", "delegation": "第一代表团"}),
    (3, {"number": "00013", "name": "代表乙", "delegation": "第二代表团"}),
]


def read(content: bytes) -> list[tuple[int, dict[str, str]]]:
    return [(row.line, row.cells) for row in tables.read(content, COLUMNS).rows()]


def people_in(content: bytes) -> list[tuple[str, ...]]:
    return [(row["number"], row["name"], row["delegation"]) for _line, row in read(content)]


def as_csv(
    rows: list[list[str]], *, delimiter: str = ",", ending: str = "\r\n", encoding: str = "utf-8"
) -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=ending).writerows(rows)
    return out.getvalue().encode(encoding)


def as_xlsx(rows: list[list[object]]) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("ending", ["\r\n", "\n", "\r"])
def test_every_way_a_csv_is_saved(encoding: str, delimiter: str, ending: str):
    content = as_csv([HEADER, *PEOPLE], delimiter=delimiter, ending=ending, encoding=encoding)
    assert read(content) == ROWS


def test_a_workbook_with_numbers_blanks_and_empty_lines():
    rows: list[list[object]] = [
        [], ["  代表团 ", "姓名", "编号"], ["第一代表团", " 代表 甲", "00012"], [], ["第二代表团", "代表乙", 13],
        ["第二代表团", "代表丙", 14.0],
    ]  # fmt: skip
    assert people_in(as_xlsx(rows)) == [
        ("00012", "代表 甲", "第一代表团"),
        ("13", "代表乙", "第二代表团"),
        ("14", "代表丙", "第二代表团"),
    ]
    assert [line for line, _row in read(as_xlsx(rows))] == [3, 5, 6]


def test_quotes_commas_and_line_breaks_in_a_cell():
    content = as_csv([HEADER, ["1", '代表"甲", 女', "第一\n代表团"], ["2", "代表乙", "第二代表团"]])
    assert [(line, row["name"], row["delegation"]) for line, row in read(content)] == [
        (2, '代表"甲", 女', "第一 代表团"),
        (4, "代表乙", "第二代表团"),
    ]


def test_english_headers_in_any_order_and_the_sub_group():
    content = as_csv([["Sub-group", "Delegation", "Name", "Number"], ["yes", "A", "B", "1"]])
    assert read(content) == [(2, {"number": "1", "name": "B", "delegation": "A", "in_group": "yes"})]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"\n\n ,, \n", "empty"),
        ("甲,乙\n1,2\n".encode(), "header"),
        (b"PK\x03\x04 nothing of the kind", "not_xlsx"),
        (b"\xff\xfe\x00", "encoding"),
        (b"\x00\x01\x02\xff\xff", "encoding"),
        (b"x" * (tables.MOST_BYTES + 1), "too_large"),
    ],
)
def test_what_cannot_be_read_says_why(content: bytes, code: str):
    with pytest.raises(NotATable) as refusal:
        read(content)
    assert refusal.value.code == code


def test_the_header_that_was_found_is_quoted():
    with pytest.raises(NotATable) as refusal:
        read("学号,姓名\n".encode())
    assert refusal.value.header == "学号 | 姓名"


def test_more_rows_than_a_list_may_have_are_refused():
    columns = replace(COLUMNS, most=2)
    assert len(list(tables.read(as_csv([HEADER, *PEOPLE]), columns).rows())) == 2
    with pytest.raises(NotATable) as refusal:
        list(tables.read(as_csv([HEADER, *PEOPLE, ["3", "丙", "二"]]), columns).rows())
    assert refusal.value.code == "too_many_rows"


CELL = st.text(
    st.characters(blacklist_categories=("Cs", "Cc", "Cf", "Co", "Zl", "Zp", "Zs")), min_size=1, max_size=12
).filter(
    lambda text: (
        clean(text, "name") == (text, set())
        and not wrong(text, "name", "")
        and not is_total(text)
        and text != "PK"
    )
)
TABLE = st.lists(st.tuples(st.integers(1, 10**6).map(str), CELL, CELL), min_size=1, max_size=8)


@given(TABLE, st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]), st.sampled_from([",", ";", "\t"]))
@settings(max_examples=60, deadline=None)
def test_a_list_written_as_csv_reads_back(people: list[tuple[str, str, str]], encoding: str, delimiter: str):
    rows = [HEADER, *(list(person) for person in people)]
    content = as_csv(rows, delimiter=delimiter, encoding=encoding)
    if encoding == "gb18030":
        try:
            content.decode("utf-8")
        except UnicodeDecodeError:
            pass
        else:
            return  # the bytes are UTF-8 as well: nobody could tell
    assert people_in(content) == [tuple(" ".join(cell.split()) for cell in person) for person in people]


@given(
    st.lists(
        st.tuples(st.integers(1, 10**6).map(str), st.text("甲乙丙ab1", min_size=1, max_size=9)),
        min_size=1,
        max_size=6,
    )
)
@settings(max_examples=20, deadline=None)
def test_a_list_written_as_a_workbook_reads_back(people: list[tuple[str, str]]):
    rows: list[list[object]] = [list(HEADER), *([number, name, "团"] for number, name in people)]
    assert [(row["number"], row["name"]) for _line, row in read(as_xlsx(rows))] == people
