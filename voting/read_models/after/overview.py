"""What became of every project: one read model for pages, documents, exports, the API and the feeds, as of a day.

However many projects and reports there are, it costs the same number of queries.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Delegate
from accounts.names import NamesShown
from accounts.written import Statement, later
from voting.count.grading import Grade
from voting.domain.after.assessments import Graded, published_grades
from voting.domain.after.light_settings import rules_of
from voting.domain.after.lights import Light, LightRule
from voting.domain.after.progress import progress_of
from voting.domain.after.surveys import totals
from voting.domain.after.whole_deliveries import whole_deliveries
from voting.labels import GRADES
from voting.models import Cycle, Delivery, JournalEntry
from voting.read_models.after.lines import LIGHTS, Line, light_sentences
from voting.read_models.after.plans import Plans, plans_of
from voting.read_models.vote.lines import tenths_of_a_percent
from voting.states import Act, DeliveryStatus

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
        return light_sentences(self.rule)

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


def overview(
    cycle: Cycle, *, on: date, numbers: Iterable[int] | None = None, ended: bool = False, drafts: bool = False
) -> Overview | None:
    """Return the deliveries as they stood on a day, by the plan of that day; None before there are any.

    With ``ended`` the day is over: what was due on it is due. The rule of the lights is today's and shown with them.
    Before a breakdown is issued only what the dossiers say is public; with ``drafts`` the plan is shown as it is.
    """
    return overviews([cycle], on=on, numbers=numbers, ended=ended, drafts=drafts).get(cycle.pk)


def overviews(
    cycles: Sequence[Cycle],
    *,
    on: date,
    numbers: Iterable[int] | None = None,
    ended: bool = False,
    drafts: bool = False,
) -> dict[int, Overview]:
    """Return by their keys the cycles that have deliveries, as they stood on a day; one or many, the same queries."""
    wanted = whole_deliveries(cycles, numbers)
    deliveries: dict[int, list[Delivery]] = {}
    for delivery in wanted:
        deliveries.setdefault(delivery.cycle_id, []).append(delivery)
    if not deliveries:
        return {}
    known = _Known.of(cycles, wanted, on)
    rules, plans = rules_of(cycles), plans_of(cycles, on=on)
    units = {cycle.congress_id: NamesShown(cycle.congress_id) for cycle in cycles}

    def seen(cycle: Cycle) -> Overview:
        rule, days = rules[cycle.pk]
        mine = plans.get(cycle.pk, Plans())
        lines = []
        for each in deliveries[cycle.pk]:
            plan = mine.of(each, drafts=drafts)
            progress = progress_of(each, on=on, rule=rule, plan=plan, ended=ended)
            lines.append(
                Line(
                    delivery=each,
                    plan=plan,
                    progress=progress,
                    grades=tuple(known.grades.get(each.pk, ())),
                    survey=known.answers.get(each.pk, dict.fromkeys(map(str, Grade), 0)),
                    begun=mine.begun,
                    carried_on=known.carried.get((cycle.pk, each.number)),
                    report_days=days,
                    units=units[cycle.congress_id],
                    on=on,
                    ended=ended,
                )
            )
        return Overview(cycle=cycle, on=on, rule=rule, report_days=days, lines=tuple(lines))

    return {cycle.pk: seen(cycle) for cycle in cycles if cycle.pk in deliveries}


@dataclass(frozen=True)
class _Known:
    """What was known of all the deliveries on a day, beside their plans and reports."""

    grades: Mapping[int, list[Graded]]
    answers: Mapping[int, dict[str, int]]
    carried: Mapping[tuple[int, int], date]

    @classmethod
    def of(cls, cycles: Sequence[Cycle], deliveries: Iterable[Delivery], on: date) -> _Known:
        grades: dict[int, list[Graded]] = {}
        for each in published_grades(*cycles):
            if timezone.localdate(datetime.fromisoformat(each.body["published_at"])) <= on:
                grades.setdefault(each.delivery, []).append(each)
        gone = any(each.status == DeliveryStatus.CARRIED for each in deliveries)
        return cls(
            grades=grades,
            answers=totals(*(each.pk for each in cycles)),
            carried=_carried(cycles) if gone else {},
        )


def _carried(cycles: Sequence[Cycle]) -> dict[tuple[int, int], date]:
    """Return when each delivery went over to the next year, by the key of its cycle and its number."""
    entries = JournalEntry.objects.filter(cycle__in=cycles, act=Act.CARRIED_OVER)
    return {(each.cycle_id, each.data["number"]): timezone.localdate(each.at) for each in entries}


_GROUP = Statement(lambda: Delegate.objects.filter(groups__delivery=later("delivery")))


def group_of(delivery: Delivery) -> list[Delegate]:
    """Return the delegates who watch over a delivery; one query."""
    return _GROUP.rows(delivery=delivery.pk)


def survey_lines(line: Line) -> list[tuple[str, int, str]]:
    """Return the survey's answers of a project: word, number, per cent."""
    whole = sum(line.survey.values())
    return [
        (str(GRADES[grade]), answers, tenths_of_a_percent(answers, whole))
        for grade, answers in line.survey.items()
    ]


def as_data(line: Line) -> dict[str, Any]:
    """Return a line as plain data: what the API, the open data and the widget say of it."""
    delivery, plan = line.delivery, line.plan
    return {
        "number": line.number,
        "name": delivery.candidate.name,
        "name_en": delivery.candidate.name_en,
        "became": delivery.became,
        "status": delivery.status,
        "light": line.light.value,
        "due_percent": line.due,
        "done_percent": line.done,
        "leader": plan.leader,
        "lead_unit": line.lead,
        "responsible_units": plan.responsible_units,
        "supporting_units": plan.supporting_units,
        "content": plan.content,
        "stage_goal": plan.stage_goal,
        "investment": None if plan.investment is None else f"{plan.investment:.2f}",
        "spent": None if line.progress.spent is None else f"{line.progress.spent:.2f}",
        "targets": [
            {
                "position": each.target.position,
                "text": each.target.text,
                "unit": each.target.unit,
                "planned": each.planned,
                "reached": each.reached or None,
            }
            for each in line.targets
        ],
        "milestones": [
            {
                "position": each.milestone.position,
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
