"""Lists as offices write them, made in the tests: workbooks with titles, merged cells, formats, hidden rows, errors."""

from __future__ import annotations

import io
from collections.abc import Sequence

import openpyxl
from openpyxl.workbook import Workbook

HEAD = ["代表证号", "姓名", "代表团"]


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def book_of(rows: Sequence[Sequence[object]], title: str = "名册") -> Workbook:
    """Return a workbook of one sheet; texts stay texts, but for formulas."""
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(list(row))
    return book


def office_roll() -> bytes:
    """A title, 序号, merged delegations, a sum, an old hidden sheet: 5 people of two delegations."""
    rows = [
        ["某区第十六届人民代表大会代表名册", "", "", ""],
        ["", "", "", "2026年1月"],
        ["序号", "姓　名", "所在代表团（必填）", "备注"],
        [1, "李　明", "乙代表团", ""],
        [2, "王小强", None, ""],
        [3, "赵六一", None, "补选"],
        [4, "钱七七", "甲代表团", ""],
        [5, "孙八八", None, ""],
        ["合计", "5人", None, ""],
    ]
    book = book_of(rows)
    book.active.merge_cells("C4:C6")
    book.active.merge_cells("C7:C8")
    old = book.create_sheet("旧名册", 0)
    old.sheet_state = "hidden"
    for row in [HEAD, ["900", "旧人甲", "旧代表团"]]:
        old.append(row)
    book.active = 1
    return saved(book)
