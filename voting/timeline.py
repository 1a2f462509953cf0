"""What happened to a project after the vote, in one row of events, the newest first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from voting.delivery_lines import Line
from voting.domain.supervision import CLOSED, ESCALATED, REPLIED, RETURNED, is_overdue
from voting.grade_lines import grade_word
from voting.models import (
    Breakdown,
    ChangeRequest,
    Completion,
    Finding,
    Inspection,
    Rectification,
    Remark,
    ReportFile,
)
from voting.states import Visit


@dataclass(frozen=True)
class Event:
    """One thing that happened: when, what it is called, what was said; ``key`` orders events of one day."""

    day: date
    at: datetime
    kind: str
    title: str
    texts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    files: tuple[ReportFile, ...] = field(default=())

    @property
    def key(self) -> tuple[date, datetime]:
        return self.day, self.at


def _local(at: datetime) -> date:
    return timezone.localdate(at)


def events(line: Line) -> list[Event]:
    """Return everything that happened to a delivery, the newest first, in at most seven queries more."""
    found = [
        *_issued(line), *_reports(line), *_visits(line), *_changes(line), *_completions(line), *_grades(line),
        *_rectifications(line), *_remarks(line),
    ]  # fmt: skip
    return sorted(found, key=lambda each: each.key, reverse=True)


def _issued(line: Line) -> Iterator[Event]:
    first = Breakdown.objects.filter(cycle=line.delivery.cycle_id).order_by("version").first()
    if first:
        yield Event(_local(first.issued_at), first.issued_at, "plan", _("Breakdown issued"))


def _reports(line: Line) -> Iterator[Event]:
    for report in line.reports:
        notes = [_("Reason for the delay: %s") % report.delay] if report.delay else []
        if report.corrects_id:
            notes.append(_("This corrects an earlier report, which stays below."))
        title = _("Progress reported")
        files = tuple(report.files.all())
        yield Event(report.day, report.reported_at, "report", title, (report.text,), tuple(notes), files)


def _visits(line: Line) -> Iterator[Event]:
    visits = Inspection.objects.filter(delivery=line.delivery).prefetch_related(
        "findings__unit", "findings__steps"
    )
    words = {
        REPLIED: _("The unit answered a finding"),
        CLOSED: _("A finding was closed"),
        RETURNED: _("A finding was sent back"),
        ESCALATED: _("A finding was escalated"),
    }
    for visit in visits:
        faults = tuple(
            _("Finding: %(text)s – %(unit)s, by %(due)s")
            % {"text": each.text, "unit": each.unit, "due": each.due.isoformat()}
            + "".join(f" · {word}" for word in _standing_of(each))
            for each in visit.findings.all()
        )
        yield Event(
            visit.day, visit.at, "visit", str(Visit(visit.visit).label).capitalize(), (visit.text,), faults
        )
        for finding in visit.findings.all():
            for step in finding.steps.all():
                yield Event(
                    _local(step.at), step.at, "finding", words[step.what], (step.text,), (finding.text,)
                )


def _standing_of(finding: Finding) -> Iterator[str]:
    """Yield where a finding stands today, which nothing of a later day tells: closed, or overdue and escalated."""
    if finding.closed_at:
        yield _("closed")
        return
    if is_overdue(finding, timezone.localdate()):
        yield _("overdue")
    if finding.escalated_at:
        yield _("escalated on %(day)s") % {"day": _local(finding.escalated_at).isoformat()}


def _changes(line: Line) -> Iterator[Event]:
    for change in ChangeRequest.objects.filter(delivery=line.delivery):
        yield Event(
            _local(change.asked_at), change.asked_at, "change", _("A change was asked for"), (change.reason,)
        )
        if change.approved is not None and change.recorded_at and change.decided_on:
            title = (
                _("The standing committee approved the change")
                if change.approved
                else _("The standing committee did not approve the change")
            )
            yield Event(change.decided_on, change.recorded_at, "change", title, (change.decision,))


def _completions(line: Line) -> Iterator[Event]:
    for each in Completion.objects.filter(delivery=line.delivery):
        title = _("Handed in as completed")
        yield Event(_local(each.handed_in_at), each.handed_in_at, "completion", title, (each.evidence,))
        if each.decided_at:
            title = _("Accepted as completed") if each.accepted else _("Not accepted")
            yield Event(_local(each.decided_at), each.decided_at, "completion", title, (each.note,))


def _grades(line: Line) -> Iterator[Event]:
    for each in line.grades:
        at = datetime.fromisoformat(each.body["published_at"])
        title = _("Assessed: %(grade)s") % {"grade": grade_word(each.grade)}
        yield Event(_local(at), at, "grade", title, (each.name,))


def _rectifications(line: Line) -> Iterator[Event]:
    for each in Rectification.objects.filter(delivery=line.delivery):
        title = _("To be put right by %(due)s") % {"due": each.due.isoformat()}
        yield Event(_local(each.ordered_at), each.ordered_at, "finding", title, (each.text,))
        if each.replied_at:
            yield Event(_local(each.replied_at), each.replied_at, "finding", _("Put right"), (each.reply,))


def _remarks(line: Line) -> Iterator[Event]:
    for each in Remark.objects.filter(delivery=line.delivery).select_related("delegate"):
        title = _("Delegate %(name)s said") % {"name": each.delegate.name}
        yield Event(_local(each.at), each.at, "remark", title, (each.text,))
