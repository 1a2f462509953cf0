"""责任分解: after the publication every chosen project and every annual task becomes a delivery."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import Unit, User
from voting.count.canonical import sha256_hex
from voting.count.formats.breakdown import BREAKDOWN, BreakdownBody, PlanRecord
from voting.count.measures import ShortfallRule
from voting.count.notice import read_notice
from voting.domain.after.lights import PRESETS
from voting.domain.after.plan_rows import set_milestones, set_targets, set_what_fits
from voting.domain.core.cycles import move_cycle
from voting.domain.core.journal import record
from voting.domain.core.names import names_of
from voting.domain.core.refusals import Refused, StepNotAllowed
from voting.models import (
    Breakdown,
    Candidate,
    Cycle,
    Delivery,
    EndOfRounds,
    LightSetting,
    Notice,
)
from voting.states import Act, Became, Stage

#: What of a delivery is its plan, which changes after the breakdown only by an approved request.
PLAN = tuple(PlanRecord.__annotations__)
#: What of a plan is kept as it is written.
PLAIN = {"leader", "responsible_units", "supporting_units", "content", "stage_goal"}
LONGEST_CONTENT = 5000
FIRST_PRESET = "yinchuan"
#: What of a delivery its units may write before the breakdown is issued.
OWN = ("leader", "lead_unit", "responsible_units", "supporting_units", "content", "investment", "stage_goal")


class NotDecided(Refused):
    def __str__(self) -> str:
        return _("The result is published first, and no project of it may be open still.")


class BreakdownFixed(Refused):
    def __str__(self) -> str:
        return _("The breakdown is issued. A project is changed only by an approved change request.")


class NoLeadUnit(Refused):
    def __init__(self, numbers: Sequence[int]) -> None:
        super().__init__(numbers)
        self.numbers = tuple(numbers)

    def __str__(self) -> str:
        return _("These have no lead unit yet: %s. Somebody must be able to report on each.") % ", ".join(
            map(str, self.numbers)
        )


@transaction.atomic
def begin_delivery(*, cycle: Cycle, by: User, at: datetime) -> list[Delivery]:
    """Make a delivery of every chosen project and annual task, from its dossier; what is left over has none.

    A target or milestone that no plan can hold (a month far off, the same one twice) is left out and journaled: the
    dossier is fixed, and the clerk completes the plan before the breakdown.

    Raises NotDecided while a further round is called for, or StepNotAllowed.
    """
    locked = Cycle.objects.select_for_update(no_key=True).get(pk=cycle.pk)
    if locked.stage != Stage.PUBLICATION or locked.assesses_id:
        raise StepNotAllowed
    notice = Notice.objects.filter(round__cycle=cycle).order_by("-round__number").first()
    body = read_notice(notice.body) if notice else None
    ended = EndOfRounds.objects.filter(cycle=cycle).first()
    if body is None or not (body["final"] or ended):
        raise NotDecided
    annual = body["annual_tasks"]
    if ended and ended.seats == ShortfallRule.STAY_EMPTY:
        annual = [item["number"] for item in body["slate"] if item["number"] not in body["chosen_in_all"]]
    became = dict.fromkeys(body["chosen_in_all"], Became.CHOSEN) | dict.fromkeys(annual, Became.ANNUAL)
    candidates = list(cycle.candidates.filter(number__in=became).order_by("number"))
    units = {unit.name: unit for unit in Unit.objects.filter(congress=cycle.congress_id)}
    made = [_of(candidate, became[candidate.number], units) for candidate in candidates]
    left_out = {
        str(delivery.number): words
        for delivery in made
        if (words := set_what_fits(delivery, delivery.candidate.targets, delivery.candidate.milestones))
    }
    rule = PRESETS[FIRST_PRESET]
    LightSetting.objects.create(
        cycle=cycle, preset=FIRST_PRESET, yellow=rule.yellow, yellow_from=rule.yellow_from, red=rule.red,
        red_from=rule.red_from, unbegun_is_red=rule.unbegun_is_red,
    )  # fmt: skip
    move_cycle(locked, to=Stage.DELIVERY, by=by, at=at)
    data: dict[str, Any] = {kind: [n for n, each in became.items() if each == kind] for kind in Became.values}
    if left_out:
        data["left_out"] = left_out
    record(cycle=cycle, act=Act.DELIVERY_BEGUN, by=by, at=at, data=data)
    return made


def _of(candidate: Candidate, became: str, units: Mapping[str, Unit]) -> Delivery:
    delivery = Delivery(
        cycle=candidate.cycle,
        number=candidate.number,
        candidate=candidate,
        became=became,
        leader=candidate.leader,
        lead_unit=units.get(candidate.lead_unit),
        responsible_units=candidate.responsible_units,
        supporting_units=candidate.supporting_units,
        content=candidate.content or "\n".join(candidate.target),
        investment=candidate.investment_total,
    )
    delivery.full_clean()
    delivery.save(force_insert=True)
    return delivery


def plan_of(delivery: Delivery) -> dict[str, Any]:
    """Return what of a delivery is its plan, as plain data; its lead unit by name."""
    plan = _as_issued(delivery)
    return {name: plan[name] for name in PLAN}


def set_plan(delivery: Delivery, plan: Mapping[str, Any]) -> None:
    """Write a plan, or a part of it; what was reported of a target or milestone stays with it.

    Raises ValidationError by field, and PlanReported where one with reports would go.
    """
    if "investment" in plan:
        delivery.investment = plan["investment"]
    if "lead_unit" in plan:
        delivery.lead_unit = _unit(delivery, plan["lead_unit"])
    for name in PLAIN & set(plan):
        setattr(delivery, name, plan[name])
    _save(delivery)
    if "targets" in plan:
        set_targets(delivery, plan["targets"])
    if "milestones" in plan:
        set_milestones(delivery, plan["milestones"])


def plan_after(delivery: Delivery, plan: Mapping[str, Any]) -> dict[str, Any]:
    """Return the plan as it would be after this change; it is written on trial, and nothing of it is kept.

    Raises what ``set_plan`` raises, and NoLeadUnit.
    """
    with transaction.atomic():
        set_plan(Delivery.objects.get(pk=delivery.pk), plan)
        after = plan_of(Delivery.objects.get(pk=delivery.pk))
        transaction.set_rollback(True)
    if not after["lead_unit"]:
        raise NoLeadUnit([delivery.number])
    return after


def _save(delivery: Delivery) -> None:
    """Save what is sound. A model leaves the length of a text to its forms, so the longest content is checked here."""
    try:
        MaxLengthValidator(LONGEST_CONTENT)(delivery.content)
    except ValidationError as refusal:
        raise ValidationError({"content": refusal}) from None
    delivery.full_clean()
    delivery.save()


def _unit(delivery: Delivery, name: str) -> Unit | None:
    if not name:
        return None
    unit = Unit.objects.filter(congress=delivery.cycle.congress_id, name=name).first()
    if unit is None:
        raise ValidationError({"lead_unit": _("There is no unit of this name: %s.") % name})
    return unit


@transaction.atomic
def change_delivery(
    *,
    delivery: Delivery,
    targets: Sequence[Mapping[str, str]],
    milestones: Sequence[Mapping[str, str]],
    by: User,
    at: datetime,
    **fields: Any,
) -> Delivery:
    """Change the plan before the breakdown is issued.

    Raises BreakdownFixed, StepNotAllowed, or ValidationError by field.
    """
    delivery = Delivery.objects.select_for_update(of=("self",), no_key=True).get(pk=delivery.pk)
    cycle = Cycle.objects.select_for_update(no_key=True).get(pk=delivery.cycle_id)
    if cycle.breakdowns.exists():
        raise BreakdownFixed
    if cycle.stage != Stage.DELIVERY:
        raise StepNotAllowed
    for name in OWN:
        if name in fields:
            setattr(delivery, name, fields[name])
    _save(delivery)
    set_targets(delivery, targets)
    set_milestones(delivery, milestones)
    data = {"number": delivery.number}
    record(cycle=cycle, act=Act.DELIVERY_CHANGED, by=by, at=at, data=data)
    return delivery


def body_of(cycle: Cycle, *, version: int) -> BreakdownBody:
    """Return what the breakdown says, from the data as they are now; four queries."""
    deliveries = (
        cycle.deliveries.select_related("candidate", "lead_unit")
        .prefetch_related("targets", "milestones")
        .order_by("number")
    )
    body: dict[str, Any] = {
        "format": BREAKDOWN.name,
        "cycle": {"slug": cycle.slug, "year": cycle.year, **names_of(cycle)},
        "kind": cycle.kind,
        "version": version,
        "deliveries": [_as_issued(delivery) for delivery in deliveries],
    }
    return BREAKDOWN.of(body)


def _as_issued(delivery: Delivery) -> dict[str, Any]:
    investment = delivery.investment
    return {
        "number": delivery.number,
        "name": delivery.candidate.name,
        "name_en": delivery.candidate.name_en,
        "became": delivery.became,
        "leader": delivery.leader,
        "lead_unit": delivery.lead_unit.name if delivery.lead_unit else "",
        "responsible_units": delivery.responsible_units,
        "supporting_units": delivery.supporting_units,
        "content": delivery.content,
        "investment": None if investment is None else f"{investment:.2f}",
        "stage_goal": delivery.stage_goal,
        "targets": [
            {"text": each.text, "number": f"{each.number.normalize():f}", "unit": each.unit}
            for each in delivery.targets.all()
        ],
        "milestones": [
            {"month": f"{each.month:%Y-%m}", "text": each.text} for each in delivery.milestones.all()
        ],
    }


def without_plan(cycle: Cycle) -> list[int]:
    """Return the numbers of the deliveries with neither targets nor milestones: nothing of them could be reported."""
    bare = cycle.deliveries.filter(targets=None, milestones=None)
    return sorted(bare.values_list("number", flat=True))


@transaction.atomic
def issue_breakdown(*, cycle: Cycle, by: User, at: datetime) -> Breakdown:
    """Issue the breakdown as a fixed version with its hash. Raises StepNotAllowed, or NoLeadUnit."""
    locked = Cycle.objects.select_for_update(no_key=True).get(pk=cycle.pk)
    if locked.stage not in {Stage.DELIVERY, Stage.ASSESSMENT}:
        raise StepNotAllowed
    lost = cycle.deliveries.filter(lead_unit=None).values_list("number", flat=True)
    if numbers := sorted(lost):
        raise NoLeadUnit(numbers)
    version = (cycle.breakdowns.aggregate(last=Max("version"))["last"] or 0) + 1
    body = BREAKDOWN.write(body_of(locked, version=version))
    breakdown = Breakdown.objects.create(
        cycle=cycle, version=version, body=body, digest=sha256_hex(body), issued_by=by, issued_at=at
    )
    data = {"version": version, "digest": breakdown.digest}
    record(cycle=cycle, act=Act.BREAKDOWN_ISSUED, by=by, at=at, data=data)
    return breakdown
