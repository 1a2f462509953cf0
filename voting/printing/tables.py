"""Any rows as CSV and XLSX, in which no cell is a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import xlsxwriter

from voting.text.plain import plain

Cell = str | int


class Sheet(NamedTuple):
    """One sheet of a workbook; its first row is a header, or it holds a name and a value in each row."""

    title: str
    rows: list[list[Cell]]
    has_header: bool = True


_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_LONG_AGO = datetime(2000, 1, 1)  # noqa: DTZ001 the library takes no zone
_LATIN = 0x2E7F
#: What a spreadsheet may take for the beginning of a formula, full-width forms included (TRUST.md F11).
_BEGINNINGS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def inert(cell: Cell) -> Cell:
    """Return the cell so that no spreadsheet computes it: a text that begins like a formula gets an apostrophe."""
    text = _plain(cell)
    if isinstance(text, str) and text.lstrip(" \u3000").startswith(_BEGINNINGS):
        return f"'{text}"
    return text


def _plain(cell: Cell) -> Cell:
    return plain(cell) if isinstance(cell, str) else cell


def rows_as_csv(rows: list[list[Cell]]) -> bytes:
    """Return any rows in the same form. No cell is a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerows([[inert(cell) for cell in row] for row in rows])
    return text.getvalue().encode("utf-8-sig")


def rows_as_xlsx(rows: list[list[Cell]], *, second: Sequence[tuple[str, str]] = ()) -> bytes:
    """Return any rows as a workbook, the header bold; ``second`` are names and values of a second sheet."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, _OPTIONS) as book:
        # The same rows give the same file: nothing of it says when it was made.
        book.set_properties({"created": _LONG_AGO})
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        body = book.add_format({"text_wrap": True, "valign": "top"})
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        for column, name in enumerate(rows[0]):
            widest = max((_width(row[column]) for row in rows), default=0)
            sheet.set_column(column, column, min(48, max(_width(name), widest) + 2))
        for line, row in enumerate(rows):
            for column, cell in enumerate(row):
                write = sheet.write_number if isinstance(cell, int) else sheet.write_string
                write(line, column, _plain(cell), body if line else bold)
        if second:
            other = book.add_worksheet()
            other.set_column(0, 0, max(_width(name) for name, _value in second) + 2)
            for line, (name, value) in enumerate(second):
                other.write_string(line, 0, name)
                other.write_string(line, 1, plain(value))
    return content.getvalue()


def template_as_xlsx(headings: list[Cell], *, notes: Sequence[tuple[str, str]]) -> bytes:
    """Return a workbook to fill in: a header over cells of text, so that 001 stays 001; notes on a second sheet."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, _OPTIONS) as book:
        book.set_properties({"created": _LONG_AGO})
        bold, text = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        for column, name in enumerate(headings):
            sheet.set_column(column, column, max(16, _width(name) + 2), text)
            sheet.write_string(0, column, str(name), bold)
        other = book.add_worksheet()
        other.set_column(0, 0, 20)
        other.set_column(1, 1, 70)
        for line, (name, note) in enumerate(notes):
            other.write_string(line, 0, name)
            other.write_string(line, 1, note)
    return content.getvalue()


def _width(cell: Cell) -> int:
    """Return about how wide a cell is, in Latin letters; a Chinese character takes two."""
    return max(
        (sum(2 if ord(letter) > _LATIN else 1 for letter in line) for line in str(cell).splitlines()),
        default=0,
    )


def sheets_as_xlsx(sheets: Sequence[Sheet], *, title: str, created: datetime | None) -> bytes:
    """Return a workbook of several sheets. No cell is a formula."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, _OPTIONS) as book:
        book.set_properties({"title": title, "created": created})
        bold = book.add_format({"bold": True})
        for one in sheets:
            sheet = book.add_worksheet(one.title)
            sheet.set_column(0, 0, 6 if one.has_header else 26)
            sheet.set_column(1, 1, 44)
            for line, row in enumerate(one.rows):
                for column, cell in enumerate(row):
                    write = sheet.write_number if isinstance(cell, int) else sheet.write_string
                    write(line, column, _plain(cell), bold if line == 0 and one.has_header else None)
    return content.getvalue()
