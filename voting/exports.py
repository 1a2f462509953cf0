"""The result as CSV and XLSX, from the frozen notice; the JSON download is the notice's own text."""

from __future__ import annotations

import csv
import io

import xlsxwriter
from django.utils.translation import gettext as _

from voting.results import Result

Cell = str | int
#: What a spreadsheet may take for the beginning of a formula, full-width forms included (TRUST.md F11).
_BEGINNINGS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def inert(cell: Cell) -> Cell:
    """Return the cell so that no spreadsheet computes it: a text that begins like a formula gets an apostrophe."""
    if isinstance(cell, str) and cell.lstrip(" \u3000").startswith(_BEGINNINGS):
        return f"'{cell}"
    return cell


def table(result: Result) -> list[list[Cell]]:
    """Return the votes of every project, a header first, in the columns of the result page."""
    per_item = [_("For"), _("Against"), _("Abstain"), _("Not marked")]
    names = per_item if result.per_item else [_("For"), _("Not marked")]
    head: list[Cell] = [
        _("No."), _("Candidate project"), *names, _("For, per cent"), _("Place"), _("Result"), _("Reason"),
        _("Annual task"),
    ]  # fmt: skip
    rows: list[list[Cell]] = [head]
    for item in result.items:
        votes = [item.votes, item.against, item.abstain, item.not_pressed]
        counts = votes if result.per_item else [item.votes, item.abstain]
        task = _("yes") if item.annual_task else _("no")
        rows.append(
            [item.number, item.name, *counts, item.percent, item.place, item.decided, item.reason, task]
        )
    return rows


def facts(result: Result) -> list[list[Cell]]:
    """Return the figures and hashes of the notice, one name and one value a row."""
    body = result.body
    rows: list[list[Cell]] = [[name, value] for name, value in result.figures]
    rows += [
        [_("Votes needed at least"), result.least],
        [_("Root of the sealed urn"), body["urn"]["root"]],
        [_("Hash of the count"), body["tally"]["digest"]],
        [_("Hash of the notice"), result.digest],
    ]
    return rows


def as_csv(result: Result) -> bytes:
    """Return the table as UTF-8 with a byte order mark, lines ended as RFC 4180 asks."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerows([[inert(cell) for cell in row] for row in table(result)])
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(result: Result) -> bytes:
    """Return a workbook of two sheets: the table, and the figures with the hashes. No cell is a formula."""
    content = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(content, options) as book:
        book.set_properties({"title": _("Result of the vote"), "created": result.published_at})
        bold = book.add_format({"bold": True})
        for title, rows in [(_("Result"), table(result)), (_("Figures"), facts(result))]:
            sheet = book.add_worksheet(title)
            sheet.set_column(0, 0, 26 if rows[0][0] != _("No.") else 6)
            sheet.set_column(1, 1, 44)
            for line, row in enumerate(rows):
                for column, cell in enumerate(row):
                    write = sheet.write_number if isinstance(cell, int) else sheet.write_string
                    write(line, column, cell, bold if line == 0 and title == _("Result") else None)
    return content.getvalue()
