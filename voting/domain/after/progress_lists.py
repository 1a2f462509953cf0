"""进度批量更新: the table of all projects, targets and milestones goes out, is filled in, and comes back.

All of it is taken in, or nothing. A row that says what is known already changes nothing, so a table that comes back
as it went out, or comes back twice, makes no report. The words of the last report go out beside the cells for the
new ones, never inside them: else who changes a figure alone would publish it under old words and an old day.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from voting.domain.after import progress_cells as cells
from voting.domain.after.light_settings import GOING_ON, rule_of
from voting.domain.after.progress import MilestoneDayWrong, may_report, progress_of, report
from voting.domain.after.progress_rows import Change, Gathered, Project, said
from voting.domain.before.proposal_lists import FaultyLines, ListRefused, ListUsed
from voting.domain.core.journal import record
from voting.domain.core.refusals import Refused, StepNotAllowed
from voting.models import Cycle, Delivery, JournalEntry, ProgressList
from voting.states import Act
from voting.text import tables as reading

MOST_ROWS = 20_000
MOST_SHOWN = 20  # reports of a preview
Row = list[str]


class TableRefused(ListRefused):
    """The table as a whole cannot be read."""

    def __init__(self, error: reading.NotARoster) -> None:
        super().__init__(error)
        self.wanted = ", ".join(cells.in_words(cells.HEADINGS[name]) for name in cells.REQUIRED)


class NothingNew(Refused):
    def __str__(self) -> str:
        return _("The table says nothing that is not known already; no report was made.")


@dataclass
class Preview:
    """What a table holds: rows, those that say nothing new, the reports it would make, (line, why) of the faulty.

    ``imported`` is when this very file was taken in; then it makes no report, whatever was reported since.
    """

    rows: int = 0
    known: int = 0
    changes: list[Change] = field(default_factory=list)
    faults: list[tuple[int, str]] = field(default_factory=list)
    imported: datetime | None = None

    @property
    def faulty(self) -> int:
        return len(self.faults)

    @property
    def shown(self) -> list[Change]:
        return self.changes[:MOST_SHOWN]

    @property
    def more(self) -> int:
        return len(self.changes) - len(self.shown)

    @property
    def projects(self) -> int:
        return len({change.delivery.pk for change in self.changes})


def deliveries_of(cycle: Cycle, user: User | None = None) -> list[Delivery]:
    """Return the deliveries with all that progress needs, or only those that the person reports on; eight queries."""
    found = (
        Delivery.objects.filter(cycle=cycle)
        .select_related("cycle", "candidate", "lead_unit")
        .prefetch_related("targets", "milestones", "reports__figures", "reports__milestones")
    )
    return [each for each in found if user is None or may_report(user, each)]


def table(deliveries: Sequence[Delivery], *, on: date) -> list[Row]:
    """Return the table that goes out, a header first: a row for every project, target and milestone as it stands."""
    rows = [cells.headings()]
    if not deliveries:
        return rows
    rule, _days = rule_of(deliveries[0].cycle)
    for delivery in deliveries:
        now, last = progress_of(delivery, on=on, rule=rule), _last_words(delivery)
        first, new = [str(delivery.number), delivery.candidate.name], ["", "", ""]
        kind = [cells.in_words(each) for each in cells.KINDS]
        plan, spent = cells.money(said(delivery.investment)), said(now.spent)
        rows.append([*first, kind[0], "", "", plan, "", spent, *new, *last])
        for target in delivery.targets.all():
            plan = f"{said(target.number)} {target.unit}"
            figure = said(now.figures.get(target.pk))
            rows.append([*first, kind[1], str(target.position), target.text, plan, figure, "", *new, *last])
        for each in delivery.milestones.all():
            plan, day = f"{each.month:%Y-%m}", said(now.reached.get(each.pk))
            rows.append([*first, kind[2], str(each.position), each.text, plan, day, "", *new, *last])
    return rows


def _last_words(delivery: Delivery) -> Row:
    """Return the day, text and reason of the newest report, to be read beside the new ones."""
    reports = sorted(delivery.reports.all(), key=lambda each: (each.day, each.reported_at))
    if not reports:
        return ["", "", ""]
    return [reports[-1].day.isoformat(), reports[-1].text, reports[-1].delay]


def preview(*, cycle: Cycle, content: bytes, by: User, at: datetime) -> Preview:
    """Read a table and compare it with what is known; nothing is saved. Raises TableRefused."""
    rows, today = _rows(content), timezone.localdate(at)
    if imported := _imported(cycle, content):
        return Preview(rows=len(rows), known=len(rows), imported=imported)
    rule, _days = rule_of(cycle)
    projects = {
        each.number: Project(each, progress_of(each, on=today, rule=rule)) for each in deliveries_of(cycle)
    }
    gathered = Gathered(projects, by=by, today=today)
    for line, row in rows:
        gathered.read(line, row)
    changes = gathered.changes()
    found = Preview(len(rows), gathered.known, changes, gathered.faults)
    _try_out(found, gathered.faulty, by=by, at=at)
    found.faults.sort()
    return found


def _rows(content: bytes) -> list[tuple[int, dict[str, str]]]:
    """Return the rows of a table. Raises TableRefused."""
    try:
        return list(
            reading.table(
                content, headers=cells.HEADERS, required=cells.REQUIRED, most=MOST_ROWS, verbatim=True
            )
        )
    except reading.NotARoster as error:
        raise TableRefused(error) from error


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _imported(cycle: Cycle, content: bytes) -> datetime | None:
    """Return when this very file was taken in; the journal remembers its hash."""
    entries = JournalEntry.objects.filter(cycle=cycle, act=Act.PROGRESS_IMPORTED, data__sha256=_hash(content))
    return entries.order_by("sequence").values_list("at", flat=True).last()


def _try_out(found: Preview, faulty: Collection[int], *, by: User, at: datetime) -> None:
    """Make the reports of every delivery and take them back: what the verb itself refuses is named at its first row.

    A delivery with a faulty row is not tried: what is missing there would only look like another fault.
    """
    for number in sorted({change.delivery.number for change in found.changes} - set(faulty)):
        own = [change for change in found.changes if change.delivery.number == number]
        with transaction.atomic():
            for change in own:
                try:
                    with transaction.atomic():
                        _report(change, by=by, at=at)
                except MilestoneDayWrong as refusal:
                    found.faults.append((change.lines[refusal.milestone], str(refusal)))
                except Refused as refusal:
                    found.faults.append((change.line, str(refusal)))
                except ValidationError as error:
                    found.faults.append((change.line, " ".join(error.messages)))
            transaction.set_rollback(True)


def _report(change: Change, *, by: User, at: datetime) -> None:
    report(
        delivery=change.delivery, day=change.day, text=change.text, delay=change.delay, figures=change.figures,
        reached=change.reached, spent=change.spent, by=by, at=at,
    )  # fmt: skip


@transaction.atomic
def stage(*, cycle: Cycle, file_name: str, content: bytes, by: User, at: datetime) -> ProgressList:
    """Keep a readable table for its preview. Raises TableRefused or StepNotAllowed."""
    if cycle.stage not in GOING_ON or not cycle.breakdowns.exists():
        raise StepNotAllowed
    _rows(content)
    return ProgressList.objects.create(
        cycle=cycle, file_name=file_name[:200], content=content, uploaded_by=by, uploaded_at=at
    )


@transaction.atomic
def apply(*, staged: ProgressList, by: User, at: datetime) -> int:
    """Report what the table says new, and return in how many reports; all of it or nothing.

    Raises FaultyLines while a row is faulty, NothingNew, ListUsed.
    """
    staged = _staged(staged)
    _lock_deliveries(staged.cycle)
    content = bytes(staged.content)
    found = preview(cycle=staged.cycle, content=content, by=by, at=at)
    if found.faults:
        raise FaultyLines(found.faulty)
    if not found.changes:
        raise NothingNew
    for change in found.changes:
        _report(change, by=by, at=at)
    staged.status, staged.content = ProgressList.Status.APPLIED, b""
    staged.save()
    numbers = sorted({each.delivery.number for each in found.changes})
    data = {"file": staged.file_name, "numbers": numbers, "sha256": _hash(content)}
    record(cycle=staged.cycle, act=Act.PROGRESS_IMPORTED, by=by, at=at, data=data)
    return len(found.changes)


def _lock_deliveries(cycle: Cycle) -> None:
    """Lock every delivery of the cycle, always in one order, before anything is compared or reported.

    A single report takes its delivery and then the journal. An import that held the journal after its first report
    and then waited for its second delivery would wait for such a report for ever, and it for the import.
    """
    locked = Delivery.objects.select_for_update(of=("self",), no_key=True).filter(cycle=cycle).order_by("pk")
    list(locked.values_list("pk", flat=True))


@transaction.atomic
def drop(*, staged: ProgressList) -> None:
    """Drop a preview; nothing of the file is kept. Raises ListUsed."""
    staged = _staged(staged)
    staged.status, staged.content = ProgressList.Status.DROPPED, b""
    staged.save()


def _staged(staged: ProgressList) -> ProgressList:
    found = ProgressList.objects.select_for_update(of=("self",)).select_related("cycle").get(pk=staged.pk)
    if found.status != ProgressList.Status.STAGED:
        raise ListUsed
    return found
