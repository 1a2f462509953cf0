"""Tables of progress as people fill them in: cells by the name of their column, workbooks of every kind."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, date, datetime

import openpyxl

from tests.spring import Spring, make_spring
from voting.domain.after import deliveries, progress_lists
from voting.domain.after import progress_cells as cells

AT = datetime(2018, 7, 15, 4, tzinfo=UTC)
TODAY = date(2018, 7, 15)
PLACES = {name: place for place, name in enumerate(cells.HEADINGS)}


def workbook(rows: Sequence[Sequence[object]]) -> bytes:
    """Return the workbook that a spreadsheet would save: texts as texts, numbers and days as such."""
    content, book = io.BytesIO(), openpyxl.Workbook()
    sheet = book.active
    for line, row in enumerate(rows, start=1):
        for column, value in enumerate(row, start=1):
            cell = sheet.cell(line, column, value if value != "" else None)
            if isinstance(value, str) and value.startswith("="):
                cell.data_type = "s"
    book.save(content)
    return content.getvalue()


def put(row: list[str], **cells_: object) -> None:
    """Write cells into a row, each by the name of its column."""
    for name, cell in cells_.items():
        row[PLACES[name]] = cell  # type: ignore[call-overload]


def get(row: Sequence[str], *names: str) -> list[str]:
    return [row[PLACES[name]] for name in names]


def out(spring: Spring, *, on: date = TODAY) -> list[list[str]]:
    return progress_lists.table(progress_lists.deliveries_of(spring.cycle), on=on)


def look(spring: Spring, rows: Sequence[Sequence[object]] | bytes, **given: object) -> progress_lists.Preview:
    content = rows if isinstance(rows, bytes) else workbook(rows)
    acting = {"by": spring.vote.clerk, "at": AT} | given
    return progress_lists.preview(cycle=spring.cycle, content=content, **acting)


def come_back(
    spring: Spring,
    rows: Sequence[Sequence[object]] | bytes,
    *,
    agreed: Sequence[str] = (),
    **given: object,
) -> int:
    """Send a table back, saying yes to these questions, and return how many reports it became."""
    content = rows if isinstance(rows, bytes) else workbook(rows)
    acting = {"by": spring.vote.clerk, "at": AT} | given
    staged = progress_lists.stage(cycle=spring.cycle, file_name="进度.xlsx", content=content, **acting)
    return progress_lists.apply(staged=staged, agreed=agreed, **acting)


def big(*, candidates: int = 10, targets: int = 10, milestones: int = 9) -> Spring:
    """Return a year of many projects, by default 200 rows; of the odd ones no milestone is due before autumn."""
    spring = make_spring(candidates=candidates, seats=candidates - 2, issued=False)
    for number in range(1, candidates + 1):
        first = 8 if number % 2 else 3
        months = [divmod(first - 1 + place, 12) for place in range(milestones)]
        spring.plan(
            number,
            targets=[
                {"text": f"目标{n}", "number": str(10 * n), "unit": "个"} for n in range(1, targets + 1)
            ],
            milestones=[
                {"month": f"{2018 + years}-{month + 1:02}", "text": f"节点{place}"}
                for place, (years, month) in enumerate(months, start=1)
            ],
        )
    deliveries.issue_breakdown(cycle=spring.cycle, **spring.acting)
    return spring
