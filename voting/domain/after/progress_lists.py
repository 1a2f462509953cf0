"""进度批量更新: the table of all projects, targets and milestones goes out, is filled in, and comes back.

All of it is taken in, or nothing. A row that says what is known already changes nothing, so a table that comes back
as it went out, or comes back twice, makes no report. The words of the last report go out beside the cells for the
new ones, never inside them: else who changes a figure alone would publish it under old words and an old day.

There is no undoing: a report is evidence and only added to; a mistake is mended by another report. Only a preview can
be dropped.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from voting.count.canonical import canonical_json, sha256_hex
from voting.domain.after import progress_cells as cells
from voting.domain.after.light_settings import GOING_ON, rule_of
from voting.domain.after.progress import MilestoneDayWrong, may_report, progress_of, report
from voting.domain.after.progress_rows import Change, Gathered, Project, in_cell
from voting.domain.core import imports
from voting.domain.core.refusals import Refused, StepNotAllowed
from voting.domain.core.sentences import in_a_row
from voting.foreign.tables import Choices, Observation, OpenTable
from voting.models import Cycle, Delivery, ProgressList
from voting.states import Act

MOST_SHOWN = 20  # reports of a preview
Row = list[str]


def _hold(cycle: Cycle) -> None:
    """Lock every delivery of the cycle, always in one order, before anything is compared or reported.

    A single report takes its delivery and then the journal. An import that held the journal after its first report
    and then waited for its second delivery would wait for such a report for ever, and it for the import. Who archives
    the year takes the deliveries first as well, so it stays where it is. Raises StepNotAllowed.
    """
    locked = Delivery.objects.select_for_update(of=("self",), no_key=True).filter(cycle=cycle).order_by("pk")
    list(locked.values_list("pk", flat=True))
    if not Cycle.objects.filter(pk=cycle.pk, stage__in=GOING_ON).exists() or not cycle.breakdowns.exists():
        raise StepNotAllowed


TABLES = imports.Import(
    model=ProgressList,
    act=Act.PROGRESS_IMPORTED,
    columns=cells.COLUMNS,
    wanted=lambda: ", ".join(cells.in_words(cells.HEADINGS[name]) for name in cells.COLUMNS.required),
    of=lambda cycle: {"cycle": cycle},
    hold=_hold,
    theirs=lambda cycle: {"cycle__congress": cycle.congress},
    labels=lambda: {name: cells.in_words(cells.HEADINGS[name]) for name in cells.COLUMNS.headers},
)


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
    #: What is said of the file, and what is asked of the person who takes it in.
    remarks: list[Observation] = field(default_factory=list)
    questions: list[Observation] = field(default_factory=list)

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

    @property
    def digest(self) -> str:
        """Return one hash over all that it would publish and over what that would change."""
        rows = [
            [
                each.delivery.number,
                each.day.isoformat(),
                each.text,
                each.delay,
                [row[1:] for row in each.told],
            ]
            for each in self.changes
        ]
        return sha256_hex(canonical_json(rows))


def deliveries_of(cycle: Cycle, user: User | None = None) -> list[Delivery]:
    """Return the deliveries with all that progress needs, or only those that the person reports on; eight queries."""
    deliveries = (
        Delivery.objects.filter(cycle=cycle)
        .select_related("cycle__congress", "candidate", "lead_unit")
        .prefetch_related("targets", "milestones", "reports__figures", "reports__milestones")
    )
    return [each for each in deliveries if user is None or may_report(user, each)]


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
        plan, spent = cells.money(in_cell(delivery.investment)), in_cell(now.spent)
        rows.append([*first, kind[0], "", "", plan, "", spent, *new, *last])
        for target in delivery.targets.all():
            plan = f"{in_cell(target.number)} {target.unit}"
            figure = in_cell(now.figures.get(target.pk))
            rows.append([*first, kind[1], str(target.position), target.text, plan, figure, "", *new, *last])
        for each in delivery.milestones.all():
            plan, day = f"{each.month:%Y-%m}", in_cell(now.reached.get(each.pk))
            rows.append([*first, kind[2], str(each.position), each.text, plan, day, "", *new, *last])
    return rows


def _last_words(delivery: Delivery) -> Row:
    """Return the day, text and reason of the newest report, to be read beside the new ones."""
    reports = sorted(delivery.reports.all(), key=lambda each: (each.day, each.reported_at))
    if not reports:
        return ["", "", ""]
    return [reports[-1].day.isoformat(), reports[-1].text, reports[-1].delay]


def preview(
    *, cycle: Cycle, content: bytes, by: User, at: datetime, choices: Choices | None = None
) -> Preview:
    """Read a table and compare it with what is known; nothing is saved. Raises FileRefused or NotSettled."""
    table = TABLES.opened(content, cycle=cycle, choices=choices)
    rows = list(TABLES.settled_rows(table))
    return _compared(table, rows, cycle=cycle, content=content, by=by, at=at)


def _compared(
    table: OpenTable, rows: Sequence[imports.Row], *, cycle: Cycle, content: bytes, by: User, at: datetime
) -> Preview:
    """Compare what the rows say, all of which were read, with what is known."""
    today = timezone.localdate(at)
    if imported := TABLES.imported_at(content, cycle=cycle):
        return Preview(rows=len(rows), known=len(rows), imported=imported)
    rule, _days = rule_of(cycle)
    projects = {
        each.number: Project(each, progress_of(each, on=today, rule=rule)) for each in deliveries_of(cycle)
    }
    gathered = Gathered(projects, by=by, today=today)
    for row in rows:
        gathered.read(row)
    changes = gathered.changes()
    preview = Preview(len(rows), gathered.known, changes, gathered.faults, remarks=table.remarks)
    preview.questions = [*table.questions, *gathered.strange.questions]
    _try_out(preview, gathered.faulty, by=by, at=at)
    preview.faults.sort()
    return preview


def _try_out(preview: Preview, faulty: Collection[int], *, by: User, at: datetime) -> None:
    """Make the reports of every delivery and take them back: what the verb itself refuses is named at its first row.

    A delivery with a faulty row is not tried: what is missing there would only look like another fault.
    """
    for number in sorted({change.delivery.number for change in preview.changes} - set(faulty)):
        own = [change for change in preview.changes if change.delivery.number == number]
        with transaction.atomic():
            for change in own:
                try:
                    with transaction.atomic():
                        _report(change, by=by, at=at)
                except MilestoneDayWrong as refusal:
                    preview.faults.append((change.lines[refusal.milestone], str(refusal)))
                except Refused as refusal:
                    preview.faults.append((change.line, str(refusal)))
                except ValidationError as error:
                    preview.faults.append((change.line, in_a_row(error.messages)))
            transaction.set_rollback(True)


def _report(change: Change, *, by: User, at: datetime) -> None:
    report(
        delivery=change.delivery, day=change.day, text=change.text, delay=change.delay, figures=change.figures,
        reached=change.reached, spent=change.spent, by=by, at=at,
    )  # fmt: skip


def stage(*, cycle: Cycle, file_name: str, content: bytes, by: User, at: datetime) -> ProgressList:
    """Keep a readable table for its preview. Raises FileRefused or StepNotAllowed."""
    table = TABLES.read_through(content, cycle=cycle)
    return TABLES.stage(
        cycle=cycle,
        file_name=file_name,
        content=content,
        by=by,
        at=at,
        reading={"named": table.named_by_hand()},
    )


def choose(*, cycle: Cycle, staged: ProgressList, choices: Choices) -> ProgressList:
    """Read a staged table as a person says. Raises FileRefused, NotStaged or StepNotAllowed."""
    table = TABLES.read_through(bytes(staged.content), cycle=cycle, choices=choices)
    return TABLES.choose(staged, cycle=cycle, choices=choices, named=table.named_by_hand())


def apply(
    *, staged: ProgressList, by: User, at: datetime, seen: str | None = None, agreed: Collection[str] = ()
) -> int:
    """Report what the table says new, and return in how many reports; all of it or nothing.

    ``seen`` is the digest of the preview that the person saw; None where a program takes the table in; ``agreed`` are
    the questions that were said yes to. Raises StepNotAllowed, NotStaged, NotSettled, PreviewChanged where somebody
    reported meanwhile, FaultyRows while a row is faulty, Unanswered, or NothingNew.
    """
    cycle = staged.cycle
    with TABLES.confirmed(staged, cycle=cycle, by=by, at=at) as confirmed:
        previewed = _compared(
            confirmed.table, confirmed.rows, cycle=cycle, content=confirmed.content, by=by, at=at
        )
        if seen is not None:
            imports.require_as_previewed(seen, previewed.digest)
        imports.require_flawless(previewed.faulty)
        imports.require_answered(previewed.questions, agreed)
        if not previewed.changes:
            raise NothingNew
        for change in previewed.changes:
            _report(change, by=by, at=at)
        confirmed.entry["numbers"] = sorted({each.delivery.number for each in previewed.changes})
    return len(previewed.changes)


def drop(*, staged: ProgressList) -> None:
    """Drop a preview; nothing of the file is kept. Raises NotStaged."""
    TABLES.drop(staged, cycle=staged.cycle)
