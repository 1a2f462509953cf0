"""进度批量更新: the table of all targets and milestones goes out, is filled in, and comes back: all of it or nothing.

A row that says what is known already changes nothing, so a table that comes back as it went out makes no report.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roster import reading
from voting.domain.journal import record
from voting.domain.progress import GOING_ON, may_report, progress_of, report, rule_of
from voting.domain.proposal_lists import FaultyLines, ListRefused, ListUsed
from voting.domain.refusals import Refused, StepNotAllowed
from voting.models import Cycle, Delivery, DeliveryMilestone, DeliveryTarget, ProgressList
from voting.states import Act, DeliveryStatus

TARGET, MILESTONE = "目标", "节点"
COLUMNS = (
    "序号", "项目名称", "类别", "编号", "内容", "计划", "累计完成", "截至日期", "进展说明", "迟延原因",
)  # fmt: skip
HEADERS: dict[str, frozenset[str]] = {
    "number": frozenset({"序号", "no."}),
    "name": frozenset({"项目名称", "project"}),
    "kind": frozenset({"类别", "kind"}),
    "place": frozenset({"编号", "item"}),
    "what": frozenset({"内容", "what"}),
    "plan": frozenset({"计划", "plan"}),
    "reached": frozenset({"累计完成", "reached"}),
    "day": frozenset({"截至日期", "asof"}),
    "text": frozenset({"进展说明", "report"}),
    "delay": frozenset({"迟延原因", "delay"}),
}
REQUIRED = ("number", "kind", "place", "reached", "day", "text")
MOST_ROWS = 20_000
_DIGITS = 5  # of a number in the table, at most
Row = list[str]


class TableRefused(ListRefused):
    """The table as a whole cannot be read."""

    wanted = "序号, 类别, 编号, 累计完成, 截至日期, 进展说明"


class NothingNew(Refused):
    def __str__(self) -> str:
        return _("The table says nothing that is not known already; no report was made.")


@dataclass
class Change:
    """What the table says new of one delivery: it becomes one report."""

    delivery: Delivery
    line: int
    day: date
    text: str = ""
    delay: str = ""
    figures: dict[DeliveryTarget, Decimal] = field(default_factory=dict)
    reached: dict[DeliveryMilestone, date | None] = field(default_factory=dict)


@dataclass
class Preview:
    """What a table holds: rows, the reports it would make, and (line, why) of the faulty rows."""

    rows: int = 0
    changes: list[Change] = field(default_factory=list)
    faults: list[tuple[int, str]] = field(default_factory=list)

    @property
    def faulty(self) -> int:
        return len(self.faults)


class _Fault(ValueError):
    """Why a row is faulty, in the person's language."""


def deliveries_of(cycle: Cycle, user: User | None = None) -> list[Delivery]:
    """Return the deliveries with all that progress needs, or only those that the person reports on; eight queries."""
    found = (
        Delivery.objects.filter(cycle=cycle)
        .select_related("cycle", "candidate", "lead_unit")
        .prefetch_related("targets", "milestones", "reports__figures", "reports__milestones")
    )
    return [each for each in found if user is None or may_report(user, each)]


def table(deliveries: Sequence[Delivery], *, on: date) -> list[Row]:
    """Return the table that goes out, a header first: a row for every target and milestone as it stands."""
    if not deliveries:
        return [list(COLUMNS)]
    rule, _days = rule_of(deliveries[0].cycle)
    rows = [list(COLUMNS)]
    for delivery in deliveries:
        progress = progress_of(delivery, on=on, rule=rule)
        first, said = [str(delivery.number), delivery.candidate.name], _last_words(delivery)
        for target in delivery.targets.all():
            figure = progress.figures.get(target.pk)
            plan = f"{target.number.normalize():f} {target.unit}"
            rows.append([*first, TARGET, str(target.position), target.text, plan, _number(figure), *said])
        for milestone in delivery.milestones.all():
            reached = progress.reached.get(milestone.pk)
            plan, day = f"{milestone.month:%Y-%m}", reached.isoformat() if reached else ""
            rows.append([*first, MILESTONE, str(milestone.position), milestone.text, plan, day, *said])
    return rows


def _last_words(delivery: Delivery) -> Row:
    """Return the day, text and reason of the newest report; a table has one line for each."""
    reports = sorted(delivery.reports.all(), key=lambda each: (each.day, each.reported_at))
    if not reports:
        return ["", "", ""]
    last = reports[-1]
    return [last.day.isoformat(), " ".join(last.text.split()), " ".join(last.delay.split())]


def _number(figure: Decimal | None) -> str:
    return "" if figure is None else f"{figure.normalize():f}"


def preview(*, cycle: Cycle, content: bytes, by: User, at: datetime) -> Preview:
    """Read a table and compare it with what is known; nothing is saved. Raises TableRefused."""
    reader, found = _Reader(cycle, by=by, today=timezone.localdate(at)), Preview()
    try:
        for line, cells in reading.table(content, headers=HEADERS, required=REQUIRED, most=MOST_ROWS):
            found.rows += 1
            try:
                reader.read(line, cells)
            except _Fault as fault:
                found.faults.append((line, str(fault)))
                reader.faulty.add(_whole(cells["number"]))
    except reading.NotARoster as error:
        raise TableRefused(error) from error
    found.changes = list(reader.changes.values())
    _try_out(found, reader.faulty, by=by, at=at)
    found.faults.sort()
    return found


class _Reader:
    """Compares rows with what is known, and gathers what they say new by delivery."""

    def __init__(self, cycle: Cycle, *, by: User, today: date) -> None:
        rule, _days = rule_of(cycle)
        self.by, self.today = by, today
        self.known = {each.number: each for each in deliveries_of(cycle)}
        self.now = {number: progress_of(each, on=today, rule=rule) for number, each in self.known.items()}
        self.changes: dict[int, Change] = {}
        self.faulty: set[int] = set()

    def read(self, line: int, cells: Mapping[str, str]) -> None:
        """Note what a row says new. Raises _Fault."""
        delivery = self._delivery(cells)
        self._day(cells["day"], _("the day “%s” is no date like 2018-03-31"))
        if cells["kind"] == TARGET:
            self._target(delivery, line, cells)
        elif cells["kind"] == MILESTONE:
            self._milestone(delivery, line, cells)
        else:
            raise _Fault(_("“%s” is neither 目标 (target) nor 节点 (milestone)") % cells["kind"][:20])

    def _delivery(self, cells: Mapping[str, str]) -> Delivery:
        delivery = self.known.get(_whole(cells["number"]))
        if delivery is None:
            raise _Fault(_("there is no project with the number “%s”") % cells["number"][:20])
        name = delivery.candidate.name
        if cells.get("name") and cells["name"] != " ".join(name.split()):
            raise _Fault(
                _("project %(number)d is called “%(name)s”") % {"number": delivery.number, "name": name}
            )
        return delivery

    def _target(self, delivery: Delivery, line: int, cells: Mapping[str, str]) -> None:
        place = _whole(cells["place"])
        target = next((each for each in delivery.targets.all() if each.position == place), None)
        if target is None:
            raise _Fault(_("project %(number)d has no target %(place)s") % _at(delivery, cells))
        figure = _figure(cells["reached"])
        if figure == self.now[delivery.number].figures.get(target.pk):
            return
        if figure is None:
            raise _Fault(_("a figure that was reported cannot be emptied; write 0 if it was wrong"))
        self._change(delivery, line, cells).figures[target] = figure

    def _milestone(self, delivery: Delivery, line: int, cells: Mapping[str, str]) -> None:
        place = _whole(cells["place"])
        milestone = next((each for each in delivery.milestones.all() if each.position == place), None)
        if milestone is None:
            raise _Fault(_("project %(number)d has no milestone %(place)s") % _at(delivery, cells))
        reached = self._day(cells["reached"], _("“%s” is no date like 2018-03-31"))
        if reached != self.now[delivery.number].reached.get(milestone.pk):
            self._change(delivery, line, cells).reached[milestone] = reached

    def _change(self, delivery: Delivery, line: int, cells: Mapping[str, str]) -> Change:
        if not may_report(self.by, delivery):
            raise _Fault(_("project %d is another unit's; its row must stay as it was") % delivery.number)
        if delivery.status != DeliveryStatus.RUNNING:
            raise _Fault(_("project %d is completed; nothing more is reported of it") % delivery.number)
        day = self._day(cells["day"], "%s")
        if day is None:
            raise _Fault(_("something new is reported, so the day is needed"))
        if not cells["text"]:
            raise _Fault(_("something new is reported, so say what was done"))
        change = self.changes.setdefault(delivery.number, Change(delivery, line, day))
        change.day = max(change.day, day)
        change.text, change.delay = change.text or cells["text"], change.delay or cells.get("delay", "")
        return change

    def _day(self, text: str, words: str) -> date | None:
        if not text:
            return None
        try:
            day = date.fromisoformat(text.split(" ", maxsplit=1)[0].replace("/", "-"))
        except ValueError:
            raise _Fault(words % text[:20]) from None
        if day > self.today:
            raise _Fault(_("%s lies ahead") % day.isoformat())
        return day


def _at(delivery: Delivery, cells: Mapping[str, str]) -> dict[str, object]:
    return {"number": delivery.number, "place": cells["place"][:20] or "–"}


def _whole(text: str) -> int:
    """Return a whole number; anything else is no number of a project or an item."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else 0


def _figure(text: str) -> Decimal | None:
    if not text:
        return None
    try:
        figure = Decimal(text.replace(",", "").replace("，", ""))
    except InvalidOperation:
        raise _Fault(_("“%s” is no number") % text[:20]) from None
    if not figure.is_finite() or figure < 0:
        raise _Fault(_("a figure is 0 or more, not “%s”") % text[:20])
    return figure


def _try_out(found: Preview, faulty: Collection[int], *, by: User, at: datetime) -> None:
    """Make every report and take it back: what the verb itself refuses is named at the delivery's first row.

    A delivery with a faulty row is not tried: what is missing there would only look like another fault.
    """
    for change in found.changes:
        if change.delivery.number in faulty:
            continue
        try:
            with transaction.atomic():
                _report(change, by=by, at=at)
                transaction.set_rollback(True)
        except Refused as refusal:
            found.faults.append((change.line, str(refusal)))
        except ValidationError as error:
            found.faults.append((change.line, " ".join(error.messages)))


def _report(change: Change, *, by: User, at: datetime) -> None:
    report(
        delivery=change.delivery, day=change.day, text=change.text, delay=change.delay, figures=change.figures,
        reached=change.reached, by=by, at=at,
    )  # fmt: skip


@transaction.atomic
def stage(*, cycle: Cycle, file_name: str, content: bytes, by: User, at: datetime) -> ProgressList:
    """Keep a readable table for its preview. Raises TableRefused or StepNotAllowed."""
    if cycle.stage not in GOING_ON or not cycle.breakdowns.exists():
        raise StepNotAllowed
    preview(cycle=cycle, content=content, by=by, at=at)
    return ProgressList.objects.create(
        cycle=cycle, file_name=file_name[:200], content=content, uploaded_by=by, uploaded_at=at
    )


@transaction.atomic
def apply(*, staged: ProgressList, by: User, at: datetime) -> int:
    """Report what the table says new, and return of how many projects; all of it or nothing.

    Raises FaultyLines while a row is faulty, NothingNew, ListUsed.
    """
    staged = _staged(staged)
    found = preview(cycle=staged.cycle, content=bytes(staged.content), by=by, at=at)
    if found.faults:
        raise FaultyLines(found.faulty)
    if not found.changes:
        raise NothingNew
    for change in found.changes:
        _report(change, by=by, at=at)
    staged.status, staged.content = ProgressList.Status.APPLIED, b""
    staged.save()
    data = {"file": staged.file_name, "numbers": [each.delivery.number for each in found.changes]}
    record(cycle=staged.cycle, act=Act.PROGRESS_IMPORTED, by=by, at=at, data=data)
    return len(found.changes)


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
