"""进度: units report what is reached; nothing is overwritten, a correction is another report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from voting.domain.after.light_settings import GOING_ON, rule_of
from voting.domain.after.lights import LightRule, LightStanding, Milestone, standing
from voting.domain.before.screening import NotYourUnit
from voting.domain.core.journal import record
from voting.domain.core.refusals import Refused, StepNotAllowed
from voting.domain.core.uploads import Cleaned
from voting.models import (
    Delivery,
    DeliveryMilestone,
    DeliveryTarget,
    MilestoneState,
    ProgressReport,
    ReportFile,
    TargetFigure,
)
from voting.states import Act, DeliveryStatus
from voting.text import upload_limits


class NothingReported(Refused):
    def __str__(self) -> str:
        return _("Write what was done.")


class DayAhead(Refused):
    def __str__(self) -> str:
        return _("A report is of a day that has come, not of one that lies ahead.")


class DayTooEarly(Refused):
    def __str__(self) -> str:
        return _("The day lies before the year of the projects.")


class MilestoneDayWrong(Refused):
    """The day on which a milestone was reached cannot be."""

    def __init__(self, milestone: DeliveryMilestone, limit: date) -> None:
        super().__init__(milestone, limit)
        self.milestone, self.limit = milestone, limit


class ReachedTooEarly(MilestoneDayWrong):
    def __str__(self) -> str:
        return _("“%(milestone)s” cannot have been reached before %(day)s.") % {
            "milestone": self.milestone.text,
            "day": self.limit.isoformat(),
        }


class ReachedAfterReport(MilestoneDayWrong):
    def __str__(self) -> str:
        return _(
            "“%(milestone)s” was reached after %(day)s, the day of the report; report it for that day."
        ) % {
            "milestone": self.milestone.text,
            "day": self.limit.isoformat(),
        }


class ReportedAlready(Refused):
    def __str__(self) -> str:
        return _("This report is recorded already.")


class NotItsReport(Refused):
    def __str__(self) -> str:
        return _("Only an earlier report of the same project can be corrected, and each only once.")


class TooManyFiles(Refused):
    def __str__(self) -> str:
        return _("At most %d pictures or PDFs with one report.") % MOST_FILES


class DelayUnexplained(Refused):
    """A delivery that is behind needs the reason."""

    def __str__(self) -> str:
        return _("The project is behind its plan: give the reason for the delay.")


#: Pictures or PDFs with one report.
MOST_FILES = upload_limits.ATTACHMENTS_OF_REPORT
#: How many times the days of a report may pass before its lateness is escalated.
ESCALATES_AFTER = 2


@dataclass(frozen=True)
class Progress:
    """Where a delivery stands: figures by target, days by milestone, money, and its light with the working."""

    figures: Mapping[int, Decimal]
    reached: Mapping[int, date | None]
    spent: Decimal | None
    last_day: date | None
    standing: LightStanding


@dataclass(frozen=True)
class PlannedTarget:
    """A target as a plan says it; ``pk`` is that of its row, 0 where today's plan has it no more."""

    pk: int
    position: int
    text: str
    number: Decimal
    unit: str

    def __str__(self) -> str:
        return f"{self.text} {self.number.normalize():f} {self.unit}"


@dataclass(frozen=True)
class PlannedMilestone:
    """A milestone as a plan says it; ``pk`` is that of its row, 0 where today's plan has it no more."""

    pk: int
    position: int
    month: date
    text: str


@dataclass(frozen=True)
class Plan:
    """What was to be reached: targets and milestones in their order."""

    targets: tuple[PlannedTarget, ...]
    milestones: tuple[PlannedMilestone, ...]


def plan_now(delivery: Delivery) -> Plan:
    """Return the plan as it is now; give the delivery with its targets and milestones prefetched."""
    return Plan(
        tuple(
            PlannedTarget(each.pk, each.position, each.text, each.number, each.unit)
            for each in delivery.targets.all()
        ),
        tuple(
            PlannedMilestone(each.pk, each.position, each.month, each.text)
            for each in delivery.milestones.all()
        ),
    )


def known_reports(delivery: Delivery, *, on: date) -> list[ProgressReport]:
    """Return the reports of days until *on* in their order, without those that one of them corrects."""
    known = [each for each in delivery.reports.all() if each.day <= on]
    corrected = {each.corrects_id for each in known}
    counted = (each for each in known if each.pk not in corrected)
    return sorted(counted, key=lambda each: (each.day, each.reported_at))


def progress_of(
    delivery: Delivery, *, on: date, rule: LightRule, plan: Plan | None = None, ended: bool = False
) -> Progress:
    """Return where a delivery stood on a day; give it with its reports, targets and milestones prefetched.

    The newest report of a figure or a milestone counts; a report of a later day than *on* is not yet known, and one
    that was corrected counts no more. *plan* is the one of that day, today's by default; ``ended``: the day is over.
    """
    plan = plan or plan_now(delivery)
    figures: dict[int, Decimal] = {}
    reached: dict[int, date | None] = {}
    spent: Decimal | None = None
    reports = known_reports(delivery, on=on)
    for report in reports:
        spent = report.spent if report.spent is not None else spent
        figures |= {each.target_id: each.figure for each in report.figures.all()}
        reached |= {each.milestone_id: each.reached_on for each in report.milestones.all()}
    milestones = [
        Milestone(each.month.year, each.month.month, reached.get(each.pk)) for each in plan.milestones
    ]
    where = standing(milestones, on=on, rule=rule, begun=bool(reports), ended=ended)
    return Progress(figures, reached, spent, reports[-1].day if reports else None, where)


def days_silent(progress: Progress, *, since: date, on: date) -> int:
    """Return for how many days no report came: since the last one, or since the beginning where that is later."""
    return (on - max(progress.last_day or since, since)).days


def overdue(silent: int, *, days: int) -> bool:
    """Tell whether a report is overdue: none for more than so many days."""
    return silent > days


def escalated(silent: int, *, days: int) -> bool:
    """Tell whether an overdue report is escalated to the supervision group: none for more than twice as long."""
    return silent > ESCALATES_AFTER * days


def may_report(user: User, delivery: Delivery) -> bool:
    """Tell whether the person reports on this delivery: an officer of its lead unit, or the clerk."""
    if user.congress_id != delivery.cycle.congress_id:
        return False
    return user.role == Role.CLERK or (user.role == Role.UNIT and user.unit_id == delivery.lead_unit_id)


def lock_running(delivery: Delivery) -> Delivery:
    """Return the delivery, locked, while it goes on and its breakdown is issued. Raises StepNotAllowed."""
    locked = (
        Delivery.objects.select_for_update(of=("self",), no_key=True)
        .select_related("cycle__congress", "candidate")
        .get(pk=delivery.pk)
    )
    if locked.cycle.stage not in GOING_ON or locked.status != DeliveryStatus.RUNNING:
        raise StepNotAllowed
    if not locked.cycle.breakdowns.exists():
        raise StepNotAllowed
    return locked


@transaction.atomic
def report(
    *,
    delivery: Delivery,
    day: date,
    text: str,
    by: User,
    at: datetime,
    figures: Mapping[DeliveryTarget, Decimal] | None = None,
    reached: Mapping[DeliveryMilestone, date | None] | None = None,
    delay: str = "",
    spent: Decimal | None = None,
    corrects: ProgressReport | None = None,
    files: Sequence[Cleaned] = (),
) -> ProgressReport:
    """Add a report, with files as ``uploads.clean`` made them anew.

    Raises NotYourUnit, NothingReported, DayAhead, DayTooEarly, ReachedTooEarly, ReachedAfterReport, NotItsReport,
    TooManyFiles, ReportedAlready, DelayUnexplained, StepNotAllowed, ValidationError.
    """
    delivery = lock_running(delivery)
    if not may_report(by, delivery):
        raise NotYourUnit
    if not text.strip():
        raise NothingReported
    _check_days(delivery, day, reached or {}, today=timezone.localdate(at))
    if corrects and (corrects.delivery_id != delivery.pk or corrects.corrections.exists()):
        raise NotItsReport
    if len(files) > MOST_FILES:
        raise TooManyFiles
    made = ProgressReport(
        delivery=delivery, day=day, text=text.strip(), delay=delay.strip(), spent=spent, corrects=corrects,
        reported_by=by, reported_at=at,
    )  # fmt: skip
    made.full_clean()
    if _is_known(made, figures or {}, reached or {}, files):
        raise ReportedAlready
    made.save(force_insert=True)
    _add_figures(made, delivery, figures or {})
    _add_states(made, delivery, reached or {})
    _add_files(made, files)
    _require_explained(made, delivery)
    data: dict[str, Any] = {"number": delivery.number, "day": day.isoformat(), "report": made.pk}
    if files:
        data["files"] = [each.digest for each in files]
    record(cycle=delivery.cycle, act=Act.PROGRESS_REPORTED, by=by, at=at, data=data)
    return made


def _require_explained(made: ProgressReport, delivery: Delivery) -> None:
    """Raise DelayUnexplained where the project is behind its plan with this report, which says no reason."""
    rule, _days = rule_of(delivery.cycle)
    prefetch_related_objects([delivery], "milestones", "reports__figures", "reports__milestones")
    if progress_of(delivery, on=made.day, rule=rule).standing.behind and not made.delay:
        raise DelayUnexplained


def _check_days(
    delivery: Delivery, day: date, reached: Mapping[DeliveryMilestone, date | None], *, today: date
) -> None:
    """Raise DayAhead, DayTooEarly, ReachedTooEarly or ReachedAfterReport."""
    if day > today:
        raise DayAhead
    if day.year < delivery.cycle.year:
        raise DayTooEarly
    since = _earliest(delivery) if any(reached.values()) else day
    for milestone, on in reached.items():
        if on and on < since:
            raise ReachedTooEarly(milestone, since)
        if on and on > day:
            raise ReachedAfterReport(milestone, day)


def _earliest(delivery: Delivery) -> date:
    """Return the first day on which anything of a delivery can have been reached.

    Work may begin in the year before the vote's; what was carried over began in the first of its years.
    """
    first = delivery
    while first.continues is not None:
        first = first.continues
    return date(min(delivery.cycle.year - 1, first.cycle.year), 1, 1)


def _is_known(
    made: ProgressReport,
    figures: Mapping[DeliveryTarget, Decimal],
    reached: Mapping[DeliveryMilestone, date | None],
    files: Sequence[Cleaned],
) -> bool:
    """Tell whether the newest report of the project says just the same, by the same person and with these files.

    A correction is never the same: it may leave files out.
    """
    last = made.delivery.reports.order_by("-reported_at", "-pk").first()
    same = ("day", "text", "delay", "spent", "reported_by_id")
    if made.corrects or last is None or any(getattr(last, name) != getattr(made, name) for name in same):
        return False
    return (
        {each.target_id: each.figure for each in last.figures.all()} == {t.pk: n for t, n in figures.items()}
        and {each.milestone_id: each.reached_on for each in last.milestones.all()}
        == {milestone.pk: on for milestone, on in reached.items()}
        and {each.data for each in files} <= {bytes(each.data) for each in last.files.all()}
    )


def _add_figures(made: ProgressReport, delivery: Delivery, figures: Mapping[DeliveryTarget, Decimal]) -> None:
    rows = [TargetFigure(report=made, target=target, figure=figure) for target, figure in figures.items()]
    _check(rows, delivery, (target.delivery_id for target in figures))
    TargetFigure.objects.bulk_create(rows)


def _add_states(
    made: ProgressReport, delivery: Delivery, reached: Mapping[DeliveryMilestone, date | None]
) -> None:
    rows = [MilestoneState(report=made, milestone=each, reached_on=on) for each, on in reached.items()]
    _check(rows, delivery, (each.delivery_id for each in reached))
    MilestoneState.objects.bulk_create(rows)


def _add_files(made: ProgressReport, files: Sequence[Cleaned]) -> None:
    ReportFile.objects.bulk_create(
        ReportFile(
            report=made,
            position=place,
            name=each.name,
            content_type=each.content_type,
            data=each.data,
            size=len(each.data),
            digest=each.digest,
        )
        for place, each in enumerate(files, start=1)
    )


def _check(rows: Sequence[TargetFigure | MilestoneState], delivery: Delivery, owners: Iterable[int]) -> None:
    if any(owner != delivery.pk for owner in owners):
        raise StepNotAllowed
    for row in rows:
        row.full_clean()
