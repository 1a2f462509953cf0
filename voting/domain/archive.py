"""归档: what takes years goes on in the next cycle; the year is closed and read-only; keys and urns are disposed of."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import User
from voting.domain.assessments import AssessmentRunning
from voting.domain.cycles import move_cycle
from voting.domain.deliveries import plan_of, set_plan
from voting.domain.journal import record
from voting.domain.refusals import Refused, StepNotAllowed
from voting.models import Cycle, Delivery, Disposal, Proposal, SealedBallot, SurveyForm
from voting.states import DELIVERY_STEPS, Act, DeliveryStatus, Stage


class StillRunning(Refused):
    """Deliveries are neither completed nor carried over."""

    def __init__(self, numbers: list[int]) -> None:
        super().__init__(numbers)
        self.numbers = numbers

    def __str__(self) -> str:
        return _(
            "These are neither completed nor carried over to the next year: %s. Complete them or carry them over first."
        ) % ", ".join(map(str, self.numbers))


class NoNextYear(Refused):
    def __str__(self) -> str:
        return _(
            "The next year takes a project over while its delivery has begun and its breakdown is not issued yet."
        )


class NoWitness(Refused):
    def __str__(self) -> str:
        return _("Say who witnessed it and how it was done: the record stays for ever.")


@transaction.atomic
def carry_over(*, delivery: Delivery, to: Cycle, stage_goal: str, by: User, at: datetime) -> Delivery:
    """Let a delivery go on in the next cycle, with its plan and a goal for that year; the old one stays as it was.

    Raises StepNotAllowed unless it is running, NoNextYear, or ValidationError by field.
    """
    delivery = (
        Delivery.objects.select_for_update(of=("self",))
        .select_related("cycle", "candidate")
        .get(pk=delivery.pk)
    )
    allowed = DELIVERY_STEPS[DeliveryStatus(delivery.status)]
    if (
        delivery.cycle.stage not in {Stage.DELIVERY, Stage.ASSESSMENT}
        or DeliveryStatus.CARRIED not in allowed
    ):
        raise StepNotAllowed
    to = Cycle.objects.select_for_update().get(pk=to.pk)
    later = to.kind == delivery.cycle.kind and to.year > delivery.cycle.year and not to.assesses_id
    if not later or to.stage != Stage.DELIVERY or to.breakdowns.exists():
        raise NoNextYear
    last = to.deliveries.aggregate(last=Max("number"))["last"] or 0
    made = Delivery(
        cycle=to, number=last + 1, candidate=delivery.candidate, continues=delivery, became=delivery.became,
        leader=delivery.leader, lead_unit=delivery.lead_unit, responsible_units=delivery.responsible_units,
        supporting_units=delivery.supporting_units, stage_goal=stage_goal.strip(),
    )  # fmt: skip
    made.full_clean()
    made.save(force_insert=True)
    set_plan(made, {name: value for name, value in plan_of(delivery).items() if name != "stage_goal"})
    Delivery.objects.filter(pk=delivery.pk).update(status=DeliveryStatus.CARRIED)
    data = {"number": delivery.number, "to": to.slug, "as": made.number}
    record(cycle=delivery.cycle, act=Act.CARRIED_OVER, by=by, at=at, data=data)
    return made


@transaction.atomic
def archive(*, cycle: Cycle, by: User, at: datetime) -> Cycle:
    """Close the year: nothing of it changes any more, and the contacts of those who proposed are deleted.

    Raises StepNotAllowed before the assessment, AssessmentRunning, or StillRunning.
    """
    cycle = Cycle.objects.select_for_update().get(pk=cycle.pk)
    if cycle.stage != Stage.ASSESSMENT:
        raise StepNotAllowed
    if cycle.assessments.exclude(stage__in=[Stage.PUBLICATION, Stage.ARCHIVED]).exists():
        raise AssessmentRunning
    running = cycle.deliveries.filter(status=DeliveryStatus.RUNNING).values_list("number", flat=True)
    if numbers := sorted(running):
        raise StillRunning(numbers)
    known = Proposal.objects.filter(cycle=cycle).exclude(contact="", contact_name="")
    contacts = known.update(contact="", contact_name="")
    move_cycle(cycle, to=Stage.ARCHIVED, by=by, at=at)
    data: dict[str, Any] = {"contacts": contacts}
    record(cycle=cycle, act=Act.ARCHIVED, by=by, at=at, data=data)
    return cycle


@transaction.atomic
def dispose(*, cycle: Cycle, slips: int, witnesses: str, note: str, by: User, at: datetime) -> Disposal:
    """Record that the key slips were destroyed, and delete the sealed ballots of the cycle and of its assessments.

    The list of hashes, the count and the notice stay. Raises StepNotAllowed unless the cycle is archived and this was
    not done yet, or NoWitness.
    """
    cycle = Cycle.objects.select_for_update().get(pk=cycle.pk)
    if cycle.stage != Stage.ARCHIVED or Disposal.objects.filter(cycle=cycle).exists():
        raise StepNotAllowed
    if not witnesses.strip() or not note.strip():
        raise NoWitness
    for each in (*cycle.assessments.all(), cycle):
        urn = SealedBallot.objects.filter(round__cycle=each)
        record_ = Disposal(
            cycle=each, slips=slips, witnesses=witnesses.strip(), note=note.strip(), ballots=urn.count(),
            disposed_by=by, disposed_at=at,
        )  # fmt: skip
        record_.full_clean()
        record_.save(force_insert=True)
        urn.delete()
        data = {"slips": slips, "ballots": record_.ballots, "witnesses": record_.witnesses}
        record(cycle=each, act=Act.DISPOSED, by=by, at=at, data=data)
    SurveyForm.objects.filter(survey__cycle=cycle).delete()
    return record_
