"""The result as CSV and XLSX, from the frozen notice; the JSON download is the notice's own text."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import datetime

import xlsxwriter
from django.utils.translation import gettext as _

from voting.read_models.vote.results import Item, Result, RoundResult
from voting.text.plain import plain

Cell = str | int
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


def table(result: Result, round_: RoundResult | None = None) -> list[list[Cell]]:
    """Return the votes of every project in a round (the notice's own by default), a header first, as on its page."""
    round_ = round_ or result
    head: list[Cell] = [
        _("No."), round_.name_heading, *round_.columns, round_.percent_heading, _("Place"), _("Result"),
        _("Reason"), _("Annual task"),
    ]  # fmt: skip
    return [head, *(_row(item) for item in round_.rows)]


def _row(item: Item) -> list[Cell]:
    task = _("yes") if item.annual_task else _("no")
    return [
        item.number, item.name, *item.cells, item.percent, item.place, item.decided, item.reason, task,
    ]  # fmt: skip


def standings(result: Result) -> list[list[Cell]]:
    """Return what became of every project over all rounds, a header first."""
    rows: list[list[Cell]] = [[_("No."), result.name_heading, _("Result"), _("Round"), _("Votes")]]
    for standing in result.standings:
        line = standing["line"]
        rows.append([standing["number"], standing["name"], standing["said"], standing["round"], line.value])
    return rows


def facts(result: Result) -> list[list[Cell]]:
    """Return the figures and hashes of the notice, one name and one value a row."""
    body = result.body
    rows: list[list[Cell]] = [[name, value] for name, value in result.figures]
    for channel in result.channels:
        for name, key in [(_("Ballots issued"), "issued"), (_("Ballots returned"), "returned")]:
            rows.append([f"{name} ({channel['name']})", channel[key]])
    if not result.graded:
        rows.append([_("Votes needed at least"), result.least])
    rows += [
        [_("Root of the sealed urn"), body["urn"]["root"]],
        [_("Hash of the count"), body["tally"]["digest"]],
        [_("Hash of the notice"), result.digest],
    ]
    return rows


def sheets(result: Result) -> list[tuple[str, list[list[Cell]]]]:
    """Return the sheets of the workbook: the result of each round, what became of all, the figures."""
    if not result.several:
        return [(_("Result"), table(result)), (_("Figures"), facts(result))]
    rounds = [
        (_("Round %(number)d") % {"number": one.number}, table(result, one))
        for one in reversed(result.rounds)
    ]
    return [(_("Result"), standings(result)), *rounds, (_("Figures"), facts(result))]


def as_csv(result: Result) -> bytes:
    """Return the table as UTF-8 with a byte order mark, lines ended as RFC 4180 asks."""
    return rows_as_csv(table(result))


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


def _width(cell: Cell) -> int:
    """Return about how wide a cell is, in Latin letters; a Chinese character takes two."""
    return max(
        (sum(2 if ord(letter) > _LATIN else 1 for letter in line) for line in str(cell).splitlines()),
        default=0,
    )


def as_xlsx(result: Result) -> bytes:
    """Return a workbook: a table for every round, and the figures with the hashes. No cell is a formula."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, _OPTIONS) as book:
        book.set_properties({"title": _("Result of the vote"), "created": result.published_at})
        bold = book.add_format({"bold": True})
        for title, rows in sheets(result):
            sheet = book.add_worksheet(title)
            sheet.set_column(0, 0, 26 if rows[0][0] != _("No.") else 6)
            sheet.set_column(1, 1, 44)
            for line, row in enumerate(rows):
                for column, cell in enumerate(row):
                    write = sheet.write_number if isinstance(cell, int) else sheet.write_string
                    write(line, column, _plain(cell), bold if line == 0 and rows[0][0] == _("No.") else None)
    return content.getvalue()
