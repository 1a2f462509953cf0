"""A list of 100 000 delegates with seven faulty rows: previewed and imported, beside only reading the workbook.

``python -m benchmarks.roster read|preview|import FILE`` prints a :class:`Cost` as JSON, in a process of its own.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import xlsxwriter

from benchmarks.counting import peak
from benchmarks.ground import run

DELEGATIONS = 40
FAULTY = 7
SLUG, CLERK = "roster", "roster-clerk"


@dataclass(frozen=True)
class Cost:
    """What it took: seconds, and bytes of memory before it and at the peak; ``faulty`` rows were named."""

    rows: int
    seconds: float
    before: int
    peak: int
    faulty: int = 0


def write(path: Path, rows: int) -> None:
    """Write the workbook: seven rows repeat the number of the row before."""
    wrong = {rows * part // (FAULTY + 1) for part in range(1, FAULTY + 1)}
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["代表证号", "姓名", "代表团"])
        for row in range(1, rows + 1):
            number = row - 1 if row in wrong else row
            sheet.write_row(row, 0, [f"B{number:07d}", f"代表{row}", f"第{row % DELEGATIONS + 1}代表团"])


def measure(how: str, path: Path, *, url: str) -> Cost:
    """Run one of the three in a process of its own."""
    done = run("-m", "benchmarks.roster", how, str(path), DATABASE_URL=url)
    return Cost(**json.loads(done.splitlines()[-1]))


def only_read(path: Path) -> Cost:
    """Read the same cells and keep none."""
    import python_calamine

    before, begun = peak(), time.perf_counter()
    sheet = python_calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
    rows = sum(1 for _row in sheet.iter_rows()) - 1
    return Cost(rows, time.perf_counter() - begun, before, peak())


def work(how: str, path: Path) -> Cost:
    """Preview the workbook, or import what was previewed, as the clerk's page does."""
    import django

    django.setup()
    from django.utils import timezone

    from accounts.models import RosterImport, User
    from voting.domain.before import rosters
    from voting.models import Cycle

    acting: dict[str, Any] = {"by": User.objects.get(username=CLERK), "at": timezone.now()}
    cycle = Cycle.objects.get(slug=SLUG)
    before, begun = peak(), time.perf_counter()
    if how == "preview":
        content = path.read_bytes()
        staged = rosters.finish(
            rosters.stage(cycle=cycle, file_name=path.name, content=content, mode="append", **acting)
        )
    else:
        staged = RosterImport.objects.latest("pk")
        rosters.finish(rosters.apply(cycle=cycle, staged=staged, leave_out=True, **acting))
    seconds = time.perf_counter() - begun
    return Cost(staged.summary["rows"], seconds, before, peak(), staged.summary["faulty"])


def prepare() -> None:
    """Make the cycle that the list is for, and its clerk, in the database in use."""
    from django.utils import timezone

    from accounts.models import User
    from accounts.roles import Kind, Role
    from benchmarks import votes
    from voting.domain.core.cycles import create_cycle

    congress = votes.congress(Kind.REHEARSAL)
    clerk = User.objects.create_user(CLERK, name=CLERK, role=Role.CLERK, congress=congress)
    create_cycle(by=clerk, at=timezone.now(), congress=congress, slug=SLUG, year=2000, seats=1)


if __name__ == "__main__":
    how, path = sys.argv[1], Path(sys.argv[2])
    print(json.dumps(asdict(only_read(path) if how == "read" else work(how, path))))
