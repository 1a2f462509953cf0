"""The plan of a day: the issued breakdown's, today's, or, before one is issued, what the dossier says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.utils import timezone

from voting.count.formats.breakdown import BREAKDOWN, BreakdownDelivery
from voting.domain.after.progress import Plan, plan_now
from voting.models import Breakdown, Cycle, Delivery, DeliveryMilestone, DeliveryTarget


@dataclass(frozen=True)
class Plans:
    """The plans of one cycle on a day; ``begun`` is when the first breakdown was issued, None before."""

    begun: date | None = None
    #: What the breakdown of that day said, by the number of the delivery; empty where it is today's plan.
    said: Mapping[int, BreakdownDelivery] = field(default_factory=dict)

    def of(self, delivery: Delivery, *, drafts: bool) -> Plan:
        """Return the delivery's plan of the day; its words become those of that plan too.

        Before a breakdown is issued only what the dossier says is public; with ``drafts`` the plan is shown as it is.
        """
        if self.begun is None and not drafts:
            return _as_dossier(delivery)
        said = self.said.get(delivery.number)
        return _as_planned(delivery, said) if said else plan_now(delivery)


def plans_of(cycles: Iterable[Cycle], *, on: date) -> dict[int, Plans]:
    """Return the plans of the cycles that have issued a breakdown, by the key of the cycle, in at most two queries."""
    issued: dict[int, list[tuple[int, date]]] = {}
    rows = Breakdown.objects.filter(cycle__in=cycles).order_by("version")
    for key, breakdown, at in rows.values_list("cycle_id", "pk", "issued_at"):
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


def _as_planned(delivery: Delivery, said: BreakdownDelivery) -> Plan:
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
