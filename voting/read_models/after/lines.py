"""One project after the vote, as it stood on a day: light with the working, targets, milestones, reports, grades."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import in_this_language
from accounts.names import NamesShown
from voting.count.measures import Comparator
from voting.domain.after.assessments import Graded
from voting.domain.after.lights import Light, LightRule, Milestone
from voting.domain.after.progress import (
    PlannedMilestone,
    PlannedTarget,
    Progress,
    days_silent,
    escalated,
    known_reports,
    overdue,
)
from voting.models import Delivery, Finding, ProgressReport
from voting.read_models.after.plans import PlanOfDay
from voting.read_models.vote import grades as grade_lines
from voting.read_models.vote.grades import grade_word
from voting.read_models.vote.lines import tenths_of_a_percent
from voting.states import Became, DeliveryStatus

LIGHTS: dict[Light, Promise] = {
    Light.NONE: pgettext_lazy("light", "no light yet"),
    Light.GREEN: pgettext_lazy("light", "on schedule"),
    Light.YELLOW: pgettext_lazy("light", "behind"),
    Light.RED: pgettext_lazy("light", "far behind"),
    Light.DONE: pgettext_lazy("light", "all milestones reached"),
}
_FROM: dict[Comparator, Promise] = {
    Comparator.AT_LEAST: gettext_lazy("at least %(points)d points behind"),
    Comparator.MORE_THAN: gettext_lazy("more than %(points)d points behind"),
}


def light_sentences(rule: LightRule) -> list[str]:
    """Say in sentences how the lights come about; what is shown beside every light."""
    yellow = str(_FROM[rule.yellow_from]) % {"points": rule.yellow}
    red = str(_FROM[rule.red_from]) % {"points": rule.red}
    sentences = [
        _(
            "Due is the share of milestones whose month has ended, done the share that was reached, in points of 100."
        ),
        _("Yellow: %(yellow)s. Red: %(red)s. Otherwise green.") % {"yellow": yellow, "red": red},
    ]
    if rule.unbegun_is_red:
        sentences.append(_("What is due and not begun is red at once."))
    return sentences


def number(value: Decimal | None) -> str:
    """Return a figure without needless zeros; nothing for none."""
    return "" if value is None else f"{value.normalize():f}"


def share(points_: Fraction) -> str:
    """Return points of a hundred with one decimal."""
    return tenths_of_a_percent(points_.numerator, points_.denominator * 100)


def _points(points_: Fraction) -> str:
    """Return points of a hundred as exactly as the light was told by: a whole number, or one decimal."""
    return str(points_.numerator) if points_.denominator == 1 else share(points_)


def graded_name(graded: Graded) -> str:
    """Return the name under which a project, or a unit's part of it, was graded, in the reader's language."""
    return in_this_language(graded.item["name"], graded.item["name_en"])


@dataclass(frozen=True)
class TargetLine:
    """A target with how much of it is reached; ``figure`` is None before anything is reported."""

    target: PlannedTarget
    figure: Decimal | None

    @property
    def planned(self) -> str:
        return number(self.target.number)

    @property
    def reached(self) -> str:
        return number(self.figure)

    @property
    def is_met(self) -> bool:
        return self.figure is not None and self.figure >= self.target.number

    @property
    def percent(self) -> str:
        """How much of the target is reached, in per cent with one decimal; more than all is shown as all."""
        if self.figure is None or not self.target.number:
            return "100.0" if self.is_met else "0.0"
        part = min(self.figure, self.target.number)
        return tenths_of_a_percent(int(part * 100), int(self.target.number * 100))

    @property
    def of_planned(self) -> str:
        """6 / 10 座; a dash stands for what is not reported."""
        return f"{self.reached or '—'} / {self.planned} {self.target.unit}"

    @property
    def sentence(self) -> str:
        """公厕 6 / 10 座, or that nothing is reported."""
        words = {
            "text": self.target.text,
            "planned": self.planned,
            "unit": self.target.unit,
            "reached": self.reached,
        }
        if self.figure is None:
            return _("%(text)s: target %(planned)s %(unit)s") % words
        return _("%(text)s: %(reached)s of %(planned)s %(unit)s") % words


@dataclass(frozen=True)
class MilestoneLine:
    """A milestone with when it was reached, and whether it is late on the day that is looked at."""

    milestone: PlannedMilestone
    reached: date | None
    late: bool


@dataclass(frozen=True)
class Line:
    """One delivery as it stood on a day; with ``ended`` when that day was over.

    ``begun`` is when reports began to be awaited, ``carried_on`` when the delivery went over to the next year.
    """

    delivery: Delivery
    plan: PlanOfDay
    progress: Progress
    grades: tuple[Graded, ...]
    survey: Mapping[str, int]
    begun: date | None
    carried_on: date | None
    report_days: int
    units: NamesShown
    on: date
    ended: bool

    @property
    def number(self) -> int:
        return self.delivery.number

    @property
    def name(self) -> str:
        return self.delivery.candidate.shown_name

    @property
    def became(self) -> str:
        return str(Became(self.delivery.became).label)

    @property
    def is_chosen(self) -> bool:
        return self.delivery.became == Became.CHOSEN

    @cached_property
    def is_completed(self) -> bool:
        """It was accepted as completed by the day that is looked at."""
        accepted = [each for each in self.delivery.completions.all() if each.accepted and each.decided_at]
        return self.delivery.status == DeliveryStatus.COMPLETED and any(
            timezone.localdate(each.decided_at) <= self.on for each in accepted
        )

    @property
    def is_carried(self) -> bool:
        return self.carried_on is not None and self.carried_on <= self.on

    @cached_property
    def is_running(self) -> bool:
        return not self.is_completed and not self.is_carried

    @cached_property
    def light(self) -> Light:
        """The light; a completed delivery's is done, whatever its milestones say."""
        return Light.DONE if self.is_completed else self.progress.standing.light

    @property
    def light_word(self) -> str:
        if not self.is_running:
            status = DeliveryStatus.COMPLETED if self.is_completed else DeliveryStatus.CARRIED
            return str(status.label)
        return str(LIGHTS[self.light])

    @property
    def working(self) -> str:
        """Say from what the light comes: 50% due, 25% done, 25 points behind; or level with the plan, or ahead."""
        standing = self.progress.standing
        if not self.milestones:
            return _("The plan has no milestones, so no light is computed.")
        ahead = standing.done - standing.due
        words = {"due": _points(standing.due), "done": _points(standing.done), "points": _points(abs(ahead))}
        if not ahead:
            return _("By the milestones %(due)s%% was due, %(done)s%% is done: level with the plan.") % words
        if ahead > 0:
            return (
                _("By the milestones %(due)s%% was due, %(done)s%% is done: %(points)s points ahead.") % words
            )
        return _("By the milestones %(due)s%% was due, %(done)s%% is done: %(points)s points behind.") % words

    @property
    def done(self) -> str:
        """Milestones reached, in per cent of all."""
        return share(self.progress.standing.done)

    @property
    def due(self) -> str:
        return share(self.progress.standing.due)

    @cached_property
    def targets(self) -> list[TargetLine]:
        figures = self.progress.figures
        return [TargetLine(each, figures.get(each.pk)) for each in self.plan.targets]

    @cached_property
    def milestones(self) -> list[MilestoneLine]:
        return [self._milestone(each) for each in self.plan.milestones]

    def _milestone(self, milestone: PlannedMilestone) -> MilestoneLine:
        reached = self.progress.reached.get(milestone.pk)
        if reached and reached <= self.on:
            return MilestoneLine(milestone, reached, late=False)
        due = Milestone(milestone.month.year, milestone.month.month)
        return MilestoneLine(milestone, None, late=due.is_due(self.on, ended=self.ended))

    @property
    def lead(self) -> str:
        return self.plan.lead_unit

    @cached_property
    def reports(self) -> list[ProgressReport]:
        """The reports known on the day, the newest first, corrected ones too."""
        known = [each for each in self.delivery.reports.all() if each.day <= self.on]
        return sorted(known, key=lambda each: (each.day, each.reported_at), reverse=True)

    @cached_property
    def last_report(self) -> ProgressReport | None:
        """The newest report that counts."""
        return next(reversed(known_reports(self.delivery, on=self.on)), None)

    @cached_property
    def silent(self) -> int:
        """For how many days no report came where one is awaited."""
        if self.begun is None or not self.is_running:
            return 0
        return days_silent(self.progress, since=self.begun, on=self.on)

    @property
    def is_overdue(self) -> bool:
        return overdue(self.silent, days=self.report_days)

    @property
    def is_escalated(self) -> bool:
        return escalated(self.silent, days=self.report_days)

    @property
    def overdue_word(self) -> str:
        """Say for how long no report came, and whether that is escalated; nothing while it is in time."""
        if not self.is_overdue:
            return ""
        words = (
            _("no report for %(days)d days, escalated")
            if self.is_escalated
            else _("report overdue, none for %(days)d days")
        )
        return words % {"days": self.silent}

    @cached_property
    def unmended(self) -> list[Finding]:
        """The findings known and not yet closed on the day that is looked at."""
        known = [visit for visit in self.delivery.inspections.all() if visit.day <= self.on]
        return [
            finding
            for visit in known
            for finding in visit.findings.all()
            if finding.closed_at is None or timezone.localdate(finding.closed_at) > self.on
        ]

    @property
    def open_findings(self) -> int:
        return len(self.unmended)

    @property
    def late_findings(self) -> int:
        return sum(each.due < self.on for each in self.unmended)

    @property
    def grade(self) -> str:
        """The grades of the newest assessment in words; several where units were graded apart, none before one."""
        if not self.grades:
            return ""
        last = [each for each in self.grades if each.assessment == self.grades[-1].assessment]
        if len(last) == 1:
            return grade_word(last[0].grade)
        units = (f"{self.units.of(each.unit)}{_(': ')}{grade_word(each.grade)}" for each in last)
        return _("; ").join(units)

    @property
    def assessed(self) -> list[dict[str, Any]]:
        """Every published grade with its word, its working, and the assessment it comes from."""
        return [
            {
                "assessment": each.assessment,
                "name": graded_name(each),
                "word": grade_word(each.grade),
                "working": grade_lines.working(each.item, each.body, each.body["rules"])
                if each.grade
                else [],
            }
            for each in self.grades
        ]

    @property
    def state(self) -> str:
        """累计完成情况 in one line: the targets' figures, or the newest report's words, or that nothing is reported."""
        sentences = [each.sentence for each in self.targets]
        if (last := self.last_report) and not sentences:
            return last.text
        if not self.reports:
            sentences.append(_("nothing reported yet"))
        return _("; ").join(sentences)
