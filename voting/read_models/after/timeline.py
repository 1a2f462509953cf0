"""What happened to projects after the vote, in one row of events, the newest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.written import Statement, among
from voting.domain.after.supervision import CLOSED, ESCALATED, REPLIED, RETURNED, is_overdue
from voting.models import Breakdown, Finding, ProgressReport, ReportFile
from voting.read_models.after.lines import Line, graded_name, number
from voting.read_models.core.days import day_words, money_words
from voting.read_models.vote.grades import grade_word
from voting.states import Visit


@dataclass(frozen=True)
class Event:
    """One thing that happened: when, what it is called, what was said.

    ``anchor`` is its name for ever, among all events of the site; ``is_news`` tells whether the year's feed has it.
    ``now`` says what has become of it by today: the page shows that, a feed tells only what happened.
    """

    day: date
    at: datetime
    kind: str
    anchor: str
    title: str
    texts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    files: tuple[ReportFile, ...] = field(default=())
    is_news: bool = True
    now: tuple[str, ...] = ()

    @property
    def order(self) -> tuple[date, datetime]:
        """By this events are sorted, also those of one day."""
        return self.day, self.at


#: The lines that are asked for, by the key of their delivery.
Lines = Mapping[int, Line]
Told = Iterator[tuple[int, Event]]


def events(line: Line) -> list[Event]:
    """Return everything that happened to a delivery, the newest first."""
    return events_of([line])[line.delivery.pk]


def events_of(lines: Sequence[Line]) -> dict[int, list[Event]]:
    """Return what happened to every delivery, by its key, the newest first.

    However many deliveries and events there are, it costs at most eight queries.
    """
    asked = {line.delivery.pk: line for line in lines}
    told: dict[int, list[Event]] = {key: [] for key in asked}
    for tell in (
        _issued, _reports, _visits, _changes, _completions, _grades, _rectifications, _remarks,
    ):  # fmt: skip
        for key, event in tell(asked):
            told[key].append(event)
    return {key: sorted(each, key=lambda event: event.order, reverse=True) for key, each in told.items()}


def _local(at: datetime) -> date:
    return timezone.localdate(at)


#: Of the first version the last one counts: its row comes last.
_ISSUED = Statement(
    lambda: (
        Breakdown.objects.filter(among("cycle", "cycles"))
        .order_by("-version")
        .values_list("cycle_id", "pk", "issued_at")
    )
)


def _issued(lines: Lines) -> Told:
    cycles = {line.delivery.cycle_id for line in lines.values()}
    first = {cycle: (breakdown, at) for cycle, breakdown, at in _ISSUED.rows(cycles=list(cycles))}
    for key, line in lines.items():
        if issued := first.get(line.delivery.cycle_id):
            breakdown, at = issued
            title, anchor = _("Breakdown issued"), f"breakdown-{breakdown}"
            yield key, Event(_local(at), at, "plan", anchor, title, is_news=False)


def _reports(lines: Lines) -> Told:
    for key, line in lines.items():
        days = {report.pk: report.day for report in line.reports}
        corrected = {report.corrects_id for report in line.reports}
        for report in line.reports:
            notes = [*_figures_in_words(line, report)]
            if report.delay:
                notes.append(_("Reason for the delay: %s") % report.delay)
            if report.corrects_id:
                day = days.get(report.corrects_id)
                notes.append(
                    _("This corrects the report of %(day)s, which stays here.") % {"day": day_words(day)}
                    if day
                    else _("This corrects an earlier report.")
                )
            now = (_("Corrected by a later report; it counts no more."),) if report.pk in corrected else ()
            yield (
                key,
                Event(
                    report.day, report.reported_at, "report", f"report-{report.pk}", _("Progress reported"),
                    (report.text,), tuple(notes), tuple(report.files.all()), now=now,
                ),
            )  # fmt: skip


def _figures_in_words(line: Line, report: ProgressReport) -> Iterator[str]:
    """Yield the figures, the milestones and the money of a report; rows that are in the plan no more are left out."""
    figures = {each.target_id: each.figure for each in report.figures.all()}
    states = {each.milestone_id: each.reached_on for each in report.milestones.all()}
    sentences = [
        _("%(text)s: %(figure)s %(unit)s")
        % {"text": each.text, "figure": number(figures[each.pk]), "unit": each.unit}
        for each in line.plan.targets
        if each.pk in figures
    ]
    sentences += [
        _("%(text)s: reached on %(day)s") % {"text": each.text, "day": day_words(states[each.pk])}
        if states[each.pk]
        else _("%(text)s: not reached after all") % {"text": each.text}
        for each in line.plan.milestones
        if each.pk in states
    ]
    if report.spent is not None:
        sentences.append(_("spent so far: %s") % money_words(report.spent))
    if sentences:
        yield _("; ").join(sentences)


def _visits(lines: Lines) -> Told:
    words = {
        REPLIED: _("The unit answered a finding"),
        CLOSED: _("A finding was closed"),
        RETURNED: _("A finding was sent back"),
        ESCALATED: _("A finding was escalated"),
    }
    for visit in (each for line in lines.values() for each in line.delivery.inspections.all()):
        faults = tuple(
            _("Finding: %(text)s – %(unit)s, by %(due)s")
            % {"text": each.text, "unit": each.unit, "due": day_words(each.due)}
            for each in visit.findings.all()
        )
        title, anchor = str(Visit(visit.visit).label).capitalize(), f"visit-{visit.pk}"
        standing = tuple(_standing_of(visit.findings.all()))
        yield (
            visit.delivery_id,
            Event(visit.day, visit.at, "visit", anchor, title, (visit.text,), faults, now=standing),
        )
        for finding in visit.findings.all():
            for step in finding.steps.all():
                day, title, anchor = _local(step.at), words[step.what], f"step-{step.pk}"
                texts = (step.text,), (finding.text,)
                yield visit.delivery_id, Event(day, step.at, "finding", anchor, title, *texts)


def _standing_of(findings: Iterable[Finding]) -> Iterator[str]:
    """Yield where each finding stands today, which nothing of a later day tells: closed, or overdue and escalated."""
    for finding in findings:
        words = [_("closed")] if finding.closed_at else []
        if is_overdue(finding, timezone.localdate()):
            words.append(_("overdue"))
        if finding.escalated_at and not finding.closed_at:
            words.append(_("escalated on %(day)s") % {"day": day_words(_local(finding.escalated_at))})
        if words:
            text = finding.text.rstrip(" .。；;")
            yield _("%(text)s: %(words)s") % {"text": text, "words": _(", ").join(words)}


def _changes(lines: Lines) -> Told:
    for each in (each for line in lines.values() for each in line.delivery.changes.all()):
        day, title, anchor = _local(each.asked_at), _("A change was asked for"), f"change-{each.pk}-asked"
        asked = Event(day, each.asked_at, "change", anchor, title, (each.reason,), is_news=False)
        yield each.delivery_id, asked
        if each.approved is not None and each.recorded_at and each.decided_on:
            title = (
                _("The standing committee approved the change")
                if each.approved
                else _("The standing committee did not approve the change")
            )
            yield (
                each.delivery_id,
                Event(
                    each.decided_on, each.recorded_at, "change", f"change-{each.pk}", title, (each.decision,),
                    is_news=each.approved,
                ),
            )  # fmt: skip


def _completions(lines: Lines) -> Told:
    for each in (each for line in lines.values() for each in line.delivery.completions.all()):
        day, title, anchor = _local(each.handed_in_at), _("Handed in as completed"), f"completion-{each.pk}"
        texts = (each.evidence,)
        yield (
            each.delivery_id,
            Event(day, each.handed_in_at, "completion", f"{anchor}-handed-in", title, texts),
        )
        if each.decided_at:
            day, title = (
                _local(each.decided_at),
                _("Accepted as completed") if each.accepted else _("Not accepted"),
            )
            yield each.delivery_id, Event(day, each.decided_at, "completion", anchor, title, (each.note,))


def _grades(lines: Lines) -> Told:
    """Tell the grades; in the year's feed the whole result of the assessment stands for them."""
    for key, line in lines.items():
        for each in line.grades:
            at = datetime.fromisoformat(each.body["published_at"])
            title, anchor = _("Assessed: %(grade)s") % {"grade": grade_word(each.grade)}, each.assessment.slug
            yield (
                key,
                Event(
                    _local(at),
                    at,
                    "grade",
                    f"grade-{anchor}-{each.number}",
                    title,
                    (graded_name(each),),
                    is_news=False,
                ),
            )


def _rectifications(lines: Lines) -> Told:
    for each in (each for line in lines.values() for each in line.delivery.rectifications.all()):
        day, title = _local(each.ordered_at), _("To be put right by %(due)s") % {"due": day_words(each.due)}
        anchor = f"order-{each.pk}"
        yield each.delivery_id, Event(day, each.ordered_at, "finding", anchor, title, (each.text,))
        if each.replied_at:
            day, title, anchor = (
                _local(each.replied_at),
                _("The unit says what was put right"),
                f"order-{each.pk}-done",
            )
            yield each.delivery_id, Event(day, each.replied_at, "finding", anchor, title, (each.reply,))


def _remarks(lines: Lines) -> Told:
    for each in (each for line in lines.values() for each in line.delivery.remarks.all()):
        title, anchor = _("Delegate %(name)s said") % {"name": each.delegate.name}, f"remark-{each.pk}"
        yield (
            each.delivery_id,
            Event(_local(each.at), each.at, "remark", anchor, title, (each.text,), is_news=False),
        )
