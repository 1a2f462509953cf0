"""Lists as offices write them: nothing of them is dropped, filled in or cleaned without a word (F45, F47).

Guards ``voting.foreign.tables``, ``voting.foreign.table_parts``, ``voting.foreign.cells``,
``voting.foreign.comma_text``, ``voting.foreign.workbook_parts`` and ``voting.text.likeness``.
"""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from collections.abc import Callable
from time import perf_counter, process_time
from typing import get_args

import openpyxl
import pytest

from accounts.roster_rows import COLUMNS
from tests import hostile_files
from tests.office_files import HEAD, book_of, office_roll, saved
from tests.unit.foreign.test_tables import as_csv
from voting.foreign import cells, tables
from voting.foreign.tables import Choices, NotATable, Observation, OpenTable, Row
from voting.text.likeness import alike_groups, name_key, number_key, unpadded

ONE = ["001", "甲一", "第一代表团"]
TWO = ["002", "乙二", "第一代表团"]


def opened(content: bytes, choices: Choices | None = None, also: dict[str, str] | None = None) -> OpenTable:
    return tables.read(content, COLUMNS, choices, also)


def read(content: bytes, choices: Choices | None = None) -> tuple[list[Row], OpenTable]:
    table = opened(content, choices)
    assert table.unsettled == []
    return list(table.rows()), table


def people(content: bytes, choices: Choices | None = None) -> list[tuple[str, ...]]:
    rows, _table = read(content, choices)
    return [tuple(row.cells.get(name, "") for name in ("number", "name", "delegation")) for row in rows]


def faults(content: bytes) -> list[tuple[int, str, str]]:
    return [(row.line, fault.heading, fault.code) for row in read(content)[0] for fault in row.faults]


def codes(remarks: list[Observation]) -> dict[str, str]:
    return {remark.code: remark.about or remark.where for remark in remarks}


# ------------------------------------------------------------------------------------------------- header and sheets


def test_a_roll_as_an_office_writes_it_is_read_whole():
    rows, table = read(office_roll())
    assert [(row.line, *row.cells.values()) for row in rows] == [
        (4, "1", "李明", "乙代表团"), (5, "2", "王小强", "乙代表团"), (6, "3", "赵六一", "乙代表团"),
        (7, "4", "钱七七", "甲代表团"), (8, "5", "孙八八", "甲代表团"),
    ]  # fmt: skip
    assert codes(table.remarks) == {
        "sheet": "名册", "other_hidden": "旧名册", "titles": "1–2", "unread": "备注", "total": "9",
        "filled": "5–6, 8", "padded": "4",
    }  # fmt: skip
    assert table.questions == [Observation("stand_in", "序号", "number")]


@pytest.mark.parametrize(
    "header",
    [
        ["代表证编号", "代表姓名", "所在代表团"],
        ["代表证号*", "姓 名", "代表团名称"],
        ["代表证号（必填）", "姓名(必填)", "代表团【必填】"],
        ["代 表 证 号", "姓　名", "代表团\n（组）"],
        ["ＮＯ．", "ＮＡＭＥ", "Delegation:"],
    ],
)
def test_a_header_is_known_whatever_stands_around_its_words(header: list[str]):
    assert people(saved(book_of([header, ONE]))) == [tuple(ONE)]


def test_the_sheet_with_a_header_is_proposed_and_another_can_be_chosen():
    book = book_of([["请按要求填写"], ["一、……"]], title="填表说明")
    for name, row in (("名册", ONE), ("去年", TWO)):
        sheet = book.create_sheet(name)
        sheet.append(HEAD)
        sheet.append(row)
    content = saved(book)
    rows, table = read(content)
    assert (table.sheet.name, [row.cells["number"] for row in rows]) == ("名册", ["001"])
    assert Observation("other_sheet", "去年") in table.remarks
    assert people(content, Choices(sheet="去年")) == [tuple(TWO)]


def test_a_hidden_sheet_is_never_proposed_beside_another_and_is_asked_about_where_it_is_chosen():
    book = book_of([HEAD, TWO], title="旧名册")
    book.active.sheet_state = "hidden"
    other = book.create_sheet("名册")
    other.append(HEAD)
    other.append(ONE)
    book.active = 1
    assert people(saved(book)) == [tuple(ONE)]
    rows, table = read(saved(book), Choices(sheet="旧名册"))
    assert [row.cells["number"] for row in rows] == ["002"]
    assert table.questions == [Observation("hidden_sheet", "旧名册")]


def test_hidden_rows_are_asked_about_or_left_out_as_is_chosen():
    book = book_of([HEAD, ONE, TWO])
    book.active.row_dimensions[3].hidden = True
    rows, table = read(saved(book))
    assert ([row.line for row in rows], table.questions) == ([2, 3], [Observation("hidden", about="3")])
    rows, table = read(saved(book), Choices(leave_hidden=True))
    assert ([row.line for row in rows], table.questions) == ([2], [])
    assert codes(table.remarks)["hidden_left"] == "3"


def test_unknown_columns_wait_for_a_person_who_maps_them_and_are_known_next_time():
    content = saved(book_of([["证件", "称谓", "片区"], ["001", "甲一", "东片"]]))
    table = opened(content)
    assert [(each.code, each.where) for each in table.unsettled] == [
        ("missing", "number"), ("missing", "name"), ("missing", "delegation"),
    ]  # fmt: skip
    by_hand = Choices(header=1, places={"number": 0, "name": 1, "delegation": 2})
    assert people(content, by_hand) == [("001", "甲一", "东片")]
    learnt = opened(content, by_hand).named_by_hand()
    assert learnt == {"证件": "number", "称谓": "name", "片区": "delegation"}
    assert opened(content, also=learnt).unsettled == []


def test_a_list_without_any_header_is_read_where_a_person_says_so():
    content = as_csv([ONE, TWO])
    assert opened(content).unsettled
    places = {"number": 0, "name": 1, "delegation": 2}
    assert people(content, Choices(header=0, places=places)) == [tuple(ONE), tuple(TWO)]


def test_of_two_columns_of_one_name_none_is_taken_in_silence():
    content = as_csv([[*HEAD, "姓名"], [*ONE, "另一"]])
    assert opened(content).unsettled == [Observation("twice", "name", "B 姓名, D 姓名")]
    places = {"number": 0, "name": 3, "delegation": 2}
    assert people(content, Choices(places=places)) == [("001", "另一", "第一代表团")]


def test_one_column_is_not_read_for_two():
    choices = Choices(places={"number": 0, "name": 1, "delegation": 1})
    assert opened(as_csv([HEAD, ONE]), choices).unsettled == [
        Observation("one_for_two", "name delegation", "姓名")
    ]


def test_an_empty_delegation_is_taken_from_above_only_where_that_was_chosen():
    content = as_csv([HEAD, ONE, ["002", "乙二", ""]])
    assert people(content)[1] == ("002", "乙二", "")
    rows, table = read(content, Choices(fill="delegation"))
    assert rows[1].cells["delegation"] == "第一代表团"
    assert codes(table.remarks)["filled"] == "3"


def test_merged_cells_fill_no_row_beyond_them():
    book = book_of([HEAD, ONE, ["002", "乙二", None], ["003", "丙三", None]])
    book.active.merge_cells("C2:C3")
    assert [row[2] for row in people(saved(book))] == ["第一代表团", "第一代表团", ""]


# -------------------------------------------------------------------------------------------------- rows that are none


@pytest.mark.parametrize(
    "row",
    [
        ["合计", "3", ""],
        ["", "合 计：298人", ""],
        ["总计", "298", "10个"],
        ["第一代表团小计", "", ""],
        ["Total", "3", ""],
    ],
)
def test_a_row_of_sums_is_no_person_and_is_named(row: list[str]):
    rows, table = read(as_csv([HEAD, ONE, row]))
    assert ([each.line for each in rows], codes(table.remarks)["total"]) == ([2], "3")


@pytest.mark.parametrize("name", ["计合", "小计生", "合计华"])
def test_a_person_whose_name_only_has_such_letters_is_one(name: str):
    assert people(as_csv([HEAD, ["001", name, "第一代表团"]])) == [("001", name, "第一代表团")]


def test_the_header_of_every_printed_page_and_rows_left_blank_are_no_people_and_are_named():
    header = ["序号", "姓名", "代表团"]
    content = as_csv([header, ["1", "甲一", "东"], header, ["2", "", ""], ["3", "丙三", "东"]])
    rows, table = read(content)
    assert [row.line for row in rows] == [2, 5]
    remarks = codes(table.remarks)
    assert (remarks["header_again"], remarks["blank"]) == ("3", "4")


# --------------------------------------------------------------------------------------------------------------- cells


@pytest.mark.parametrize(
    ("raw", "kind", "meant", "taken"),
    [
        ("\u200b001", "number", "001", {"invisible"}),
        ("\u202a002\u202c", "number", "002", {"invisible"}),
        ("\ufeff甲", "name", "甲", {"invisible"}),
        ("'001", "number", "001", {"quoted"}),
        ('="002"', "number", "002", {"quoted"}),
        ("甲_x000D_", "name", "甲", set()),
        ("李　明", "name", "李明", {"padded"}),
        ("王  强", "name", "王强", {"padded"}),
        ("买买提·艾力 汗", "name", "买买提·艾力 汗", set()),
        ("Ann  Lee", "name", "Ann Lee", set()),
        ("第一 代表团", "line", "第一 代表团", set()),
        ("‘十五分钟’圈", "line", "‘十五分钟’圈", set()),
        ("甲\n乙", "text", "甲\n乙", set()),
        ("甲\n乙", "line", "甲 乙", set()),
    ],
)
def test_what_a_cell_means_and_what_was_taken_out_of_it(
    raw: str, kind: cells.Kind, meant: str, taken: set[str]
):
    assert cells.clean(raw, kind) == (meant, taken)


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (["#N/A", "甲", "一"], (2, "代表证号", "error")),
        (["001", "#REF!", "一"], (2, "姓名", "error")),
        (["001", "甲", "#VALUE!"], (2, "代表团", "error")),
        (["2024-01-04", "甲", "一"], (2, "代表证号", "date")),
        (["1月3日", "甲", "一"], (2, "代表证号", "date")),
        (["3-Jan", "甲", "一"], (2, "代表证号", "date")),
        (["3.30105E+17", "甲", "一"], (2, "代表证号", "rounded")),
        (["1.5", "甲", "一"], (2, "代表证号", "fraction")),
        (["001", "\ue78d", "一"], (2, "姓名", "private")),
        (["001", "甲", " 乙", "一"], (2, "D", "outside")),
    ],
)
def test_a_cell_that_cannot_be_meant_is_named_with_its_column(row: list[str], fault: tuple[int, str, str]):
    assert faults(as_csv([HEAD, row])) == [fault]


def test_an_open_quotation_mark_swallows_no_row_and_all_of_them_are_named_at_once():
    content = '代表证号,姓名,代表团\n001,甲,"第一\n002,乙,第一\n003,"丙,第一\n004,丁,第一\n'.encode()
    rows, _table = read(content)
    assert [row.line for row in rows] == [2, 3, 4, 5]
    assert faults(content) == [(2, "代表团", "quote"), (4, "姓名", "quote")]


def test_numbers_of_a_workbook_are_what_the_person_sees_and_mistakes_are_named():
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(HEAD)
    for line, (value, pattern) in enumerate(
        [(1, "000"), (2, '"A"000'), (7, "0"), (45295, "yyyy-mm-dd"), (330105201801010012, "0"), (0.07, "0%")],
        start=2,
    ):
        sheet.append([value, "甲", "一"])
        sheet.cell(line, 1).number_format = pattern
    sheet.append(["=1+", "乙", "一"])
    rows, _table = read(saved(book))
    assert [row.cells["number"] for row in rows][:3] == ["001", "A002", "7"]
    assert [(row.line, fault.code) for row in rows for fault in row.faults] == [
        (5, "date"), (6, "rounded"), (7, "fraction"), (8, "formula"),
    ]  # fmt: skip
    assert rows[5].marks == {"number": "percent"}


# ------------------------------------------------------------------------------------------------------------ encodings


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16", "gb18030", "utf-8-sig"])
def test_the_encoding_is_found_without_a_word_from_the_file(encoding: str):
    assert people(as_csv([HEAD, ONE], encoding=encoding)) == [tuple(ONE)]


def test_big5_is_told_from_gb18030_and_said():
    rows, table = read(as_csv([["代表證號", "姓名", "代表團"], ["001", "陳", "第一代表團"]], encoding="big5"))
    assert rows[0].cells == {"number": "001", "name": "陳", "delegation": "第一代表團"}
    assert codes(table.remarks)["encoding"] == "BIG5"


def test_a_line_that_names_the_separator_is_no_header():
    assert people(f"sep=;\n{';'.join(HEAD)}\n001;甲, 乙;一\n".encode()) == [("001", "甲, 乙", "一")]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"<html><table><tr><td>1</td></tr></table></html>", "html"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old_xls"),
        ("Número;名\n".encode("latin-1", "replace") + b"\xff\xe9;\n", "encoding"),
    ],
)
def test_what_is_no_list_says_what_it_is(content: bytes, code: str):
    with pytest.raises(NotATable) as refusal:
        opened(content)
    assert refusal.value.code == code


# ------------------------------------------------------------------------------------------------------------- likeness


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("第一代表团", "第一代表团（城东）", True),
        ("第一代表团（城东）", "第一代表团(城东)", True),
        ("第一代表团", "第一团", True),
        ("拱宸桥代表团", "拱宸橋代表團", True),
        ("拱宸桥代表团", "拱宸桥 代表团", True),
        ("代表团（一）", "代表团（二）", False),
        ("第一代表团（城东）", "第一代表团（城西）", False),
        ("第一代表团", "第七代表团", False),
    ],
)
def test_groups_that_are_probably_one(one: str, other: str, *, alike: bool):
    assert alike_groups(one, other) is alike is alike_groups(other, one)


def test_names_and_numbers_that_are_probably_one():
    assert name_key("李　明") == name_key("李明")
    assert name_key("买买提·艾力") == name_key("买买提•艾力")
    assert number_key("001") == number_key("1") == number_key("①") != number_key("10")
    assert (unpadded("李 明"), unpadded("Li Ming")) == ("李明", "Li Ming")


def test_a_list_of_three_hundred_is_read_in_less_than_a_second():
    rows = [[f"{n:03d}", f"代表{n}", f"{n % 10}号代表团"] for n in range(1, 301)]
    content = saved(book_of([HEAD, *rows]))
    began = perf_counter()
    assert len(people(content)) == 300
    assert perf_counter() - began < 1


def test_a_workbook_whose_parts_are_no_xml_is_refused():
    content = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(saved(book_of([HEAD, ONE])))) as whole,
        zipfile.ZipFile(content, "w") as broken,
    ):
        for part in whole.namelist():
            broken.writestr(part, whole.read(part)[: 40 if part == "xl/styles.xml" else None])
    with pytest.raises(NotATable) as refusal:
        opened(content.getvalue())
    assert refusal.value.code == "not_xlsx"


# ------------------------------------------------------------------------------------------------ lists of an attacker


def endless_headings() -> bytes:
    return "\n".join([",".join(["(" * 39_000, *HEAD, "【" * 39_000]), ",001,李明,甲"]).encode()


def wide_rows() -> bytes:
    head = [*HEAD, *(f"备注{n}" for n in range(390))]
    rows = [[f"{n}", "李明", "甲", *"x" * 390] for n in range(1, 9000)]
    return "\n".join(map(",".join, [head, *rows])).encode()


@pytest.mark.parametrize("make", [endless_headings, wide_rows])
def test_no_list_keeps_the_process_busy_that_serves_the_vote(make: Callable[[], bytes]):
    """The child has its limits; so has what is done with its answer (TRUST.md F35)."""
    content = make()
    before = process_time()
    assert people(content)
    assert process_time() - before < 2


def test_cells_that_are_merged_to_the_last_line_of_all_take_no_memory():
    book = book_of([HEAD, *([str(n), "李明", "甲"] for n in range(1, 4))])
    for line in range(2, 5):
        book.active.merged_cells.add(f"C{line}:C1048576")
    content = saved(book)
    tracemalloc.start()
    try:
        assert len(people(content)) == 3
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


def test_more_merged_cells_than_a_list_has_are_refused():
    merged = "".join(f'<mergeCell ref="Z{line}:Z{line + 1}"/>' for line in range(2, 20_100))
    with pytest.raises(NotATable) as refusal:
        opened(hostile_files.workbook(hostile_files.HEADER, after=f"<mergeCells>{merged}</mergeCells>"))
    assert refusal.value.code == "bomb"


@pytest.mark.parametrize(
    "code", ["_x0000_", "_x0001_", "_x001B_", "_x007F_", "\x01", "\x1b", "\x7f", "\u202e"]
)
@pytest.mark.parametrize("kind", get_args(cells.Kind))
def test_no_control_character_comes_out_of_a_cell(code: str, kind: cells.Kind):
    """PostgreSQL keeps no NUL, XML no other: a name with one would be an error wherever it is kept or printed."""
    text, taken = cells.clean(f"李{code}明", kind)
    assert text == "李明"
    assert "invisible" in taken
