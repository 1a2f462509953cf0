"""Deliveries with all that belongs to them, in the same few statements however many there are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import prefetch_related_objects

from voting.domain.core.loading import load
from voting.models import Cycle, Delivery


def whole_deliveries(cycles: Sequence[Cycle], numbers: Iterable[int] | None) -> list[Delivery]:
    """Return the cycles' deliveries, or those with the numbers, with all that a page of them shows."""
    wanted = Delivery.objects.filter(cycle__in=cycles)
    if numbers is not None:
        wanted = wanted.filter(number__in=numbers)
    of = {cycle.pk: cycle for cycle in cycles}
    deliveries = list(
        wanted.select_related("candidate", "lead_unit", "continues__cycle__congress").order_by("number")
    )
    for each in deliveries:
        each.cycle = of[each.cycle_id]
    load(deliveries, "targets", order="position")
    load(deliveries, "milestones", order="position")
    load(deliveries, "completions", order="handed_in_at")
    reports = load(deliveries, "reports", order="day, reported_at")
    load(reports, "figures")
    load(reports, "milestones")
    load(reports, "files", order="position", without="data")
    findings = load(load(deliveries, "inspections", order="day, id"), "findings")
    prefetch_related_objects(findings, "unit")
    return deliveries
