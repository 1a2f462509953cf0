"""Deliveries with all that belongs to them, in the same few statements however many there are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from accounts.written import Statement, among, read_later
from voting.models import (
    ChangeRequest,
    Completion,
    Cycle,
    Delivery,
    DeliveryMilestone,
    DeliveryTarget,
    Finding,
    FindingStep,
    Inspection,
    MilestoneState,
    ProgressReport,
    Rectification,
    Remark,
    ReportFile,
    TargetFigure,
)

_EVERY = Statement(
    lambda: (
        Delivery.objects.filter(among("cycle", "cycles"))
        .select_related("candidate", "lead_unit", "continues__cycle__congress")
        .order_by("number")
    )
)
_NUMBERED = Statement(
    lambda: (
        Delivery.objects.filter(among("cycle", "cycles"), among("number", "numbers"))
        .select_related("candidate", "lead_unit", "continues__cycle__congress")
        .order_by("number")
    )
)
_TARGETS = Statement(lambda: DeliveryTarget.objects.filter(among("delivery", "parents")).order_by("position"))
_MILESTONES = Statement(
    lambda: DeliveryMilestone.objects.filter(among("delivery", "parents")).order_by("position")
)
_COMPLETIONS = Statement(
    lambda: Completion.objects.filter(among("delivery", "parents")).order_by("handed_in_at")
)
_REPORTS = Statement(
    lambda: ProgressReport.objects.filter(among("delivery", "parents")).order_by("day", "reported_at")
)
_FIGURES = Statement(lambda: TargetFigure.objects.filter(among("report", "parents")).order_by("id"))
_STATES = Statement(lambda: MilestoneState.objects.filter(among("report", "parents")).order_by("id"))
_FILES = Statement(
    lambda: ReportFile.objects.filter(among("report", "parents")).order_by("position").defer("data")
)
_INSPECTIONS = Statement(
    lambda: Inspection.objects.filter(among("delivery", "parents")).order_by("day", "id")
)
_FINDINGS = Statement(
    lambda: Finding.objects.filter(among("inspection", "parents")).select_related("unit").order_by("id")
)
_STEPS = Statement(lambda: FindingStep.objects.filter(among("finding", "parents")).order_by("at", "pk"))
_CHANGES = Statement(lambda: ChangeRequest.objects.filter(among("delivery", "parents")))
_RECTIFICATIONS = Statement(lambda: Rectification.objects.filter(among("delivery", "parents")))
_REMARKS = Statement(lambda: Remark.objects.filter(among("delivery", "parents")).select_related("delegate"))


def whole_deliveries(cycles: Sequence[Cycle], numbers: Iterable[int] | None) -> list[Delivery]:
    """Return the cycles' deliveries, or those with the numbers; what is theirs is read once a page looks at it."""
    of = {cycle.pk: cycle for cycle in cycles}
    deliveries = (
        _EVERY.rows(cycles=list(of))
        if numbers is None
        else _NUMBERED.rows(cycles=list(of), numbers=list(numbers))
    )
    for each in deliveries:
        each.cycle = of[each.cycle_id]
        if (cycle := of.get(each.candidate.cycle_id)) is not None:
            each.candidate.cycle = cycle
    read_later(deliveries, "targets", _TARGETS)
    read_later(deliveries, "milestones", _MILESTONES)
    read_later(deliveries, "completions", _COMPLETIONS)
    read_later(deliveries, "reports", _REPORTS, _belonging_to_reports)
    read_later(deliveries, "inspections", _INSPECTIONS, _belonging_to_inspections)
    read_later(deliveries, "changes", _CHANGES)
    read_later(deliveries, "rectifications", _RECTIFICATIONS)
    read_later(deliveries, "remarks", _REMARKS)
    return deliveries


def _belonging_to_reports(reports: list[ProgressReport]) -> None:
    read_later(reports, "figures", _FIGURES)
    read_later(reports, "milestones", _STATES)
    read_later(reports, "files", _FILES)


def _belonging_to_inspections(inspections: list[Inspection]) -> None:
    read_later(inspections, "findings", _FINDINGS, lambda findings: read_later(findings, "steps", _STEPS))
