"""The plan of a day: the issued breakdown's, today's, or, before one is issued, what the dossier says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.utils import timezone

from accounts.written import Statement, among
from voting.count.formats.breakdown import BREAKDOWN, BreakdownDelivery
from voting.domain.after.progress import Plan, PlannedMilestone, PlannedTarget, plan_now
from voting.models import Breakdown, Cycle, Delivery


@dataclass(frozen=True)
class PlanOfDay(Plan):
    """Who was to do what, for how much: the words of a plan as they stood on a day. An empty one is not stated."""

    leader: str
    lead_unit: str
    responsible_units: str
    supporting_units: str
    content: str
    investment: Decimal | None
    stage_goal: str


@dataclass(frozen=True)
class Plans:
    """The plans of one cycle on a day; ``begun`` is when the first breakdown was issued, None before."""

    begun: date | None = None
    #: What the breakdown of that day said, by the number of the delivery; empty where it is today's plan.
    rows: Mapping[int, BreakdownDelivery] = field(default_factory=dict)

    def of(self, delivery: Delivery, *, drafts: bool) -> PlanOfDay:
        """Return the delivery's plan of the day.

        Before a breakdown is issued only what the dossier says is public; with ``drafts`` the plan is shown as it is.
        """
        if self.begun is None and not drafts:
            return _as_dossier(delivery)
        row = self.rows.get(delivery.number)
        return _as_issued(delivery, row) if row else _as_it_is(delivery)


_ISSUED = Statement(
    lambda: (
        Breakdown.objects.filter(among("cycle", "cycles"))
        .order_by("version")
        .values_list("cycle_id", "pk", "issued_at")
    )
)


def plans_of(cycles: Iterable[Cycle], *, on: date) -> dict[int, Plans]:
    """Return the plans of the cycles that have issued a breakdown, by the key of the cycle, in at most two queries."""
    issued: dict[int, list[tuple[int, date]]] = {}
    for key, breakdown, at in _ISSUED.rows(cycles=[each.pk for each in cycles]):
        issued.setdefault(key, []).append((breakdown, timezone.localdate(at)))
    wanted = {key: _of_the_day(versions, on) for key, versions in issued.items()}
    older = {wanted[key] for key, versions in issued.items() if wanted[key] != versions[-1][0]}
    bodies = dict(Breakdown.objects.filter(pk__in=older).values_list("pk", "body")) if older else {}
    return {
        key: Plans(versions[0][1], _rows(bodies[wanted[key]]) if wanted[key] in bodies else {})
        for key, versions in issued.items()
    }


def _of_the_day(versions: list[tuple[int, date]], on: date) -> int:
    """Return the newest version issued by the day; the first one where none was yet."""
    return next((key for key, day in reversed(versions) if day <= on), versions[0][0])


def _rows(body: str) -> dict[int, BreakdownDelivery]:
    return {each["number"]: each for each in BREAKDOWN.read(body)["deliveries"]}


def _as_it_is(delivery: Delivery) -> PlanOfDay:
    now = plan_now(delivery)
    return PlanOfDay(
        targets=now.targets,
        milestones=now.milestones,
        leader=delivery.leader,
        lead_unit=delivery.lead_unit.name if delivery.lead_unit else "",
        responsible_units=delivery.responsible_units,
        supporting_units=delivery.supporting_units,
        content=delivery.content,
        investment=delivery.investment,
        stage_goal=delivery.stage_goal,
    )


def _as_dossier(delivery: Delivery) -> PlanOfDay:
    """Return what the dossier says; its unit only where it is that of the register."""
    candidate, unit = delivery.candidate, delivery.lead_unit
    return PlanOfDay(
        targets=tuple(
            PlannedTarget(0, place, each["text"], Decimal(each["number"]), each["unit"])
            for place, each in enumerate(candidate.targets, start=1)
        ),
        milestones=(),
        leader=candidate.leader,
        lead_unit=unit.name if unit and unit.name == candidate.lead_unit else "",
        responsible_units=candidate.responsible_units,
        supporting_units=candidate.supporting_units,
        content=candidate.content or "\n".join(candidate.target),
        investment=candidate.investment_total,
        stage_goal="",
    )


def _as_issued(delivery: Delivery, row: BreakdownDelivery) -> PlanOfDay:
    """Return the plan that an earlier breakdown says, its rows being today's where they still exist."""
    targets = {(each.text, each.unit): each.pk for each in delivery.targets.all()}
    milestones = {each.text: each.pk for each in delivery.milestones.all()}
    return PlanOfDay(
        targets=tuple(
            PlannedTarget(
                targets.get((each["text"], each["unit"]), 0), place, each["text"], Decimal(each["number"]), each["unit"]
            )
            for place, each in enumerate(row["targets"], start=1)
        ),
        milestones=tuple(
            PlannedMilestone(
                milestones.get(each["text"], 0), place, date.fromisoformat(f"{each['month']}-01"), each["text"]
            )
            for place, each in enumerate(row["milestones"], start=1)
        ),
        leader=row["leader"],
        lead_unit=row["lead_unit"],
        responsible_units=row["responsible_units"],
        supporting_units=row["supporting_units"],
        content=row["content"],
        investment=None if row["investment"] is None else Decimal(row["investment"]),
        stage_goal=row["stage_goal"],
    )  # fmt: skip
