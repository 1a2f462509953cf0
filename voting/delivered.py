"""What became of every project: one read model for pages, papers, exports, the API and the feeds, as of a day.

However many projects and reports there are, it costs the same number of queries.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from voting.delivery_lines import LIGHTS, Line, points
from voting.domain.assessments import Graded, published_grades
from voting.domain.lights import Light, LightRule
from voting.domain.progress import Plan, plan_now, progress_of, rule_of
from voting.domain.surveys import totals
from voting.models import (
    Cycle,
    Delivery,
    DeliveryMilestone,
    DeliveryTarget,
    JournalEntry,
    ProgressReport,
    ReportFile,
    Survey,
)
from voting.result_lines import tenths_of_a_percent
from voting.states import Act, DeliveryStatus, GradeName

#: Lights that are named only where a project has them.
RARE = frozenset({Light.DONE, Light.NONE})


@dataclass(frozen=True)
class Overview:
    """A cycle's deliveries as they stood on a day."""

    cycle: Cycle
    on: date
    lines: tuple[Line, ...]
    rule: LightRule
    report_days: int

    @property
    def rule_words(self) -> list[str]:
        return points(self.rule)

    @property
    def chosen(self) -> list[Line]:
        return [each for each in self.lines if each.is_chosen]

    @property
    def annual(self) -> list[Line]:
        return [each for each in self.lines if not each.is_chosen]

    @property
    def counts(self) -> list[tuple[str, int]]:
        """How many projects, how many completed, how many have which light; rare lights only where there are any."""
        lights = [each.light for each in self.lines if each.is_running]
        completed = sum(each.is_completed for each in self.lines)
        shown = [
            (light, lights.count(light))
            for light in (Light.DONE, Light.GREEN, Light.YELLOW, Light.RED, Light.NONE)
        ]
        return [
            (_("projects"), len(self.lines)),
            (str(DeliveryStatus.COMPLETED.label), completed),
            *((str(LIGHTS[light]), number) for light, number in shown if number or light not in RARE),
        ]

    def line(self, number: int) -> Line | None:
        return next((each for each in self.lines if each.number == number), None)


def deliveries_of(cycle: Cycle) -> QuerySet[Delivery]:
    """Return the cycle's deliveries with all that a page of them shows."""
    reports = ProgressReport.objects.select_related("reported_by").order_by("day", "reported_at")
    files = ReportFile.objects.defer("data").order_by("position")
    return (
        Delivery.objects.filter(cycle=cycle)
        .select_related("cycle", "candidate", "lead_unit", "continues__cycle")
        .prefetch_related(
            "targets",
            "milestones",
            Prefetch("reports", reports),
            "reports__figures",
            "reports__milestones",
            Prefetch("reports__files", files),
            "inspections__findings__unit",
            "completions",
        )
        .order_by("number")
    )


def overview(
    cycle: Cycle,
    *,
    on: date,
    numbers: Iterable[int] | None = None,
    ended: bool = False,
    drafts: bool = False,
) -> Overview | None:
    """Return the deliveries as they stood on a day, by the plan of that day; None before there are any.

    Before a breakdown is issued only what the dossiers say is public; with ``drafts`` the plan is shown as it is.

    With ``ended`` the day is over: what was due on it is due. The rule of the lights is today's and shown with them.
    """
    found = deliveries_of(cycle)
    if numbers is not None:
        found = found.filter(number__in=numbers)
    deliveries = list(found)
    if not deliveries:
        return None
    rule, days = rule_of(cycle)
    known = _Known.of(cycle, on, drafts=drafts)
    carried = _carried(cycle) if any(each.status == DeliveryStatus.CARRIED for each in deliveries) else {}
    lines = []
    for each in deliveries:
        plan = known.plan(each)
        lines.append(
            Line(
                delivery=each,
                plan=plan,
                progress=progress_of(each, on=on, rule=rule, plan=plan, ended=ended),
                grades=tuple(known.grades.get(each.pk, ())),
                survey=known.answers.get(each.pk, dict.fromkeys(GradeName.values, 0)),
                begun=known.begun,
                carried_on=carried.get(each.number),
                report_days=days,
                on=on,
                ended=ended,
            )
        )
    return Overview(cycle=cycle, on=on, rule=rule, report_days=days, lines=tuple(lines))


def _carried(cycle: Cycle) -> dict[int, date]:
    """Return when each delivery of the cycle went over to the next year, by its number."""
    entries = JournalEntry.objects.filter(cycle=cycle, act=Act.CARRIED_OVER)
    return {each.data["number"]: timezone.localdate(each.at) for each in entries}


@dataclass(frozen=True)
class _Known:
    """What was known of a whole cycle on a day."""

    begun: date | None
    drafts: bool
    planned: Mapping[int, Mapping[str, Any]]
    grades: Mapping[int, list[Graded]]
    answers: Mapping[int, dict[str, int]]

    @classmethod
    def of(cls, cycle: Cycle, on: date, *, drafts: bool) -> _Known:
        issued = [
            (version, timezone.localdate(at))
            for version, at in cycle.breakdowns.order_by("version").values_list("version", "issued_at")
        ]
        grades: dict[int, list[Graded]] = {}
        for each in published_grades(cycle):
            if timezone.localdate(datetime.fromisoformat(each.body["published_at"])) <= on:
                grades.setdefault(each.delivery, []).append(each)
        survey = Survey.objects.filter(cycle=cycle).first()
        return cls(
            begun=issued[0][1] if issued else None,
            drafts=drafts,
            planned=_planned(cycle, issued, on),
            grades=grades,
            answers=totals(survey) if survey else {},
        )

    def plan(self, delivery: Delivery) -> Plan:
        """Return the delivery's plan of the day; its words become those of that plan too."""
        if self.begun is None and not self.drafts:
            return _as_dossier(delivery)
        said = self.planned.get(delivery.number)
        return _as_planned(delivery, said) if said else plan_now(delivery)


def _planned(cycle: Cycle, issued: Sequence[tuple[int, date]], on: date) -> dict[int, Mapping[str, Any]]:
    """Return what the breakdown of the day says, by the number of the delivery; nothing where that is today's plan."""
    known = [version for version, day in issued if day <= on] or [version for version, _day in issued[:1]]
    if not known or known[-1] == issued[-1][0]:
        return {}
    body = json.loads(cycle.breakdowns.get(version=known[-1]).body)
    return {each["number"]: each for each in body["deliveries"]}


def _as_dossier(delivery: Delivery) -> Plan:
    """Return the targets of the dossier; the delivery's words become the dossier's too."""
    candidate = delivery.candidate
    for name in ("leader", "responsible_units", "supporting_units"):
        setattr(delivery, name, getattr(candidate, name))
    delivery.content = candidate.content or "\n".join(candidate.target)
    delivery.investment, delivery.stage_goal = candidate.investment_total, ""
    if delivery.lead_unit and delivery.lead_unit.name != candidate.lead_unit:
        delivery.lead_unit = None
    targets = (
        DeliveryTarget(
            delivery=delivery,
            position=place,
            text=each["text"],
            unit=each["unit"],
            number=Decimal(each["number"]),
        )
        for place, each in enumerate(candidate.targets, start=1)
    )
    return Plan(tuple(targets), ())


def _as_planned(delivery: Delivery, said: Mapping[str, Any]) -> Plan:
    """Return the plan that an earlier breakdown says, its rows being today's where they still exist."""
    for name in ("leader", "responsible_units", "supporting_units", "content", "stage_goal"):
        setattr(delivery, name, said[name])
    delivery.investment = None if said["investment"] is None else Decimal(said["investment"])
    targets = {(each.text, each.unit): each.pk for each in delivery.targets.all()}
    milestones = {each.text: each.pk for each in delivery.milestones.all()}
    return Plan(
        tuple(
            DeliveryTarget(
                pk=targets.get((each["text"], each["unit"])), delivery=delivery, position=place,
                text=each["text"], unit=each["unit"], number=Decimal(each["number"]),
            )
            for place, each in enumerate(said["targets"], start=1)
        ),
        tuple(
            DeliveryMilestone(
                pk=milestones.get(each["text"]), delivery=delivery, position=place,
                text=each["text"], month=date.fromisoformat(f"{each['month']}-01"),
            )
            for place, each in enumerate(said["milestones"], start=1)
        ),
    )  # fmt: skip


def survey_lines(line: Line) -> list[tuple[str, int, str]]:
    """Return the survey's answers of a project: word, number, per cent."""
    whole = sum(line.survey.values())
    return [
        (str(GradeName(grade).label), answers, tenths_of_a_percent(answers, whole))
        for grade, answers in line.survey.items()
    ]


def as_data(line: Line) -> dict[str, Any]:
    """Return a line as plain data: what the API, the open data and the widget say of it."""
    delivery = line.delivery
    return {
        "number": line.number,
        "name": delivery.candidate.name,
        "name_en": delivery.candidate.name_en,
        "became": delivery.became,
        "status": delivery.status,
        "light": line.light.value,
        "due_percent": line.due,
        "done_percent": line.done,
        "leader": delivery.leader,
        "lead_unit": line.lead,
        "responsible_units": delivery.responsible_units,
        "supporting_units": delivery.supporting_units,
        "content": delivery.content,
        "stage_goal": delivery.stage_goal,
        "investment": None if delivery.investment is None else f"{delivery.investment:.2f}",
        "spent": None if line.progress.spent is None else f"{line.progress.spent:.2f}",
        "targets": [
            {
                "text": each.target.text,
                "unit": each.target.unit,
                "planned": each.planned,
                "reached": each.reached or None,
            }
            for each in line.targets
        ],
        "milestones": [
            {
                "month": f"{each.milestone.month:%Y-%m}",
                "text": each.milestone.text,
                "reached": each.reached.isoformat() if each.reached else None,
            }
            for each in line.milestones
        ],
        "last_report": line.last_report.day.isoformat() if line.last_report else None,
        "report_overdue": line.is_overdue,
        "report_escalated": line.is_escalated,
        "open_findings": line.open_findings,
        "grades": [
            {"assessment": each.assessment.slug, "name": each.name, "grade": each.grade and each.grade.value}
            for each in line.grades
        ],
        "survey": dict(line.survey),
    }
