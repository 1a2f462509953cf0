"""归档: what takes years goes on in the next cycle; the year is closed and read-only; keys and urns are disposed of."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q, QuerySet, Sum, prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import Delegate, User
from voting.domain.after.assessments import OVER, AssessmentRunning
from voting.domain.after.deliveries import plan_of, set_plan
from voting.domain.after.light_settings import rule_of
from voting.domain.after.locks import hold_going_on, lock_cycle
from voting.domain.after.progress import Progress, progress_of
from voting.domain.after.surveys import leave_with_the_year
from voting.domain.core.cycles import move_cycle
from voting.domain.core.journal import record
from voting.domain.core.refusals import Refused, StepNotAllowed
from voting.domain.vote.scanned_pictures import destroy_pictures
from voting.models import (
    ChangeRequest,
    Completion,
    Cycle,
    Delivery,
    Disposal,
    Finding,
    ProgressList,
    ProgressReport,
    Proposal,
    ProposalList,
    ProposalVersion,
    Rectification,
    Round,
    SealedBallot,
    Seconding,
    SupervisionGroup,
    SurveyForm,
    TargetFigure,
    TestBallot,
)
from voting.states import DELIVERY_STEPS, Act, DeliveryStatus, Stage

#: What a report holds.
MOST_TEXT = 3000


class StillRunning(Refused):
    """Deliveries are neither completed nor carried over."""

    def __init__(self, numbers: list[int]) -> None:
        super().__init__(numbers)
        self.numbers = numbers

    def __str__(self) -> str:
        return _(
            "These are neither completed nor carried over to the next year: %s. Complete them or carry them over first."
        ) % ", ".join(map(str, self.numbers))


class StillOpen(Refused):
    """Findings, rectifications, changes or hand-ins wait for a word."""

    def __init__(self, numbers: list[int]) -> None:
        super().__init__(numbers)
        self.numbers = numbers

    def __str__(self) -> str:
        return _(
            "A finding, an order to put right, a change or a hand-in still waits at these projects: %s. "
            "Close or decide each first."
        ) % ", ".join(map(str, self.numbers))


class NoNextYear(Refused):
    def __str__(self) -> str:
        return _(
            "The next year takes a project over while its delivery has begun and its breakdown is not issued yet."
        )


class TooManySlips(Refused):
    """More key slips than the rounds of the year ever had."""

    def __init__(self, issued: int) -> None:
        super().__init__(issued)
        self.issued = issued

    def __str__(self) -> str:
        return (
            _(
                "%d key slips were issued for the vote and the assessments of this year: no more can be destroyed."
            )
            % self.issued
        )


class NoWitness(Refused):
    def __str__(self) -> str:
        return _("Say who witnessed it and how it was done: the record stays for ever.")


def next_years(cycle: Cycle) -> QuerySet[Cycle]:
    """Return the later years that can take a delivery over: their delivery has begun, no breakdown is issued yet."""
    own = Cycle.objects.select_related("congress").filter(congress=cycle.congress_id, assesses=None)
    later = own.filter(year__gt=cycle.year, stage=Stage.DELIVERY, breakdowns=None)
    return later.order_by("year", "slug")


def slips_issued(cycle: Cycle) -> int:
    """Return how many key slips the rounds of a cycle and of its assessments had in all."""
    rounds = Round.objects.filter(Q(cycle=cycle) | Q(cycle__assesses=cycle))
    return rounds.aggregate(issued=Sum("slips_issued"))["issued"] or 0


def ballots_deleted(cycle: Cycle) -> int:
    """Return how many sealed ballots were deleted with a cycle, those of its assessments too."""
    records = Disposal.objects.filter(Q(cycle=cycle) | Q(cycle__assesses=cycle))
    return records.aggregate(deleted=Sum("ballots"))["deleted"] or 0


def _waiting(deliveries: QuerySet[Delivery]) -> list[int]:
    """Return the numbers of those at which a finding, a rectification, a change or a hand-in is open; one query."""
    waits = deliveries.filter(
        Exists(Finding.objects.filter(inspection__delivery=OuterRef("pk"), closed_at=None))
        | Exists(Rectification.objects.filter(delivery=OuterRef("pk"), replied_at=None))
        | Exists(ChangeRequest.objects.filter(delivery=OuterRef("pk"), approved=None))
        | Exists(Completion.objects.filter(delivery=OuterRef("pk"), accepted=None))
    )
    return sorted(waits.values_list("number", flat=True))


@transaction.atomic
def carry_over(*, delivery: Delivery, to: Cycle, stage_goal: str, by: User, at: datetime) -> Delivery:
    """Let a delivery go on in the next cycle, with a goal for that year; the old one stays as it was.

    The plan goes with it without the milestones that are reached; figures and money spent go with it as a first report,
    and its supervision group too. Raises StepNotAllowed unless it is running, StillOpen, NoNextYear, or ValidationError
    by field.
    """
    delivery = hold_going_on(delivery)
    if DeliveryStatus.CARRIED not in DELIVERY_STEPS[DeliveryStatus(delivery.status)]:
        raise StepNotAllowed
    to = Cycle.objects.select_for_update(no_key=True).get(pk=to.pk)
    if not next_years(delivery.cycle).filter(pk=to.pk).exists():
        raise NoNextYear
    if waiting := _waiting(Delivery.objects.filter(pk=delivery.pk)):
        raise StillOpen(waiting)
    last = to.deliveries.aggregate(last=Max("number"))["last"] or 0
    made = Delivery(
        cycle=to, number=last + 1, candidate=delivery.candidate, continues=delivery, became=delivery.became,
        leader=delivery.leader, lead_unit=delivery.lead_unit, responsible_units=delivery.responsible_units,
        supporting_units=delivery.supporting_units, stage_goal=stage_goal.strip(),
    )  # fmt: skip
    made.full_clean()
    made.save(force_insert=True)
    prefetch_related_objects([delivery], "targets", "milestones", "reports__figures", "reports__milestones")
    rule, _days = rule_of(delivery.cycle)
    reached = progress_of(delivery, on=timezone.localdate(at), rule=rule)
    set_plan(made, _rest_of_the_plan(delivery, reached))
    _report_what_was_reached(made, delivery, reached, by=by, at=at)
    _take_the_group_along(made, delivery)
    Delivery.objects.filter(pk=delivery.pk).update(status=DeliveryStatus.CARRIED)
    data = {"number": delivery.number, "to": to.slug, "as": made.number}
    record(cycle=delivery.cycle, act=Act.CARRIED_OVER, by=by, at=at, data=data)
    data = {"number": made.number, "from": delivery.cycle.slug, "was": delivery.number}
    record(cycle=to, act=Act.CARRIED_OVER, by=by, at=at, data=data)
    return made


def _rest_of_the_plan(delivery: Delivery, now: Progress) -> dict[str, Any]:
    """Return the plan with the milestones that are not reached; what is late keeps its month, for it is late."""
    plan = {name: value for name, value in plan_of(delivery).items() if name != "stage_goal"}
    rows = zip(delivery.milestones.all(), plan["milestones"], strict=True)
    plan["milestones"] = [words for row, words in rows if not now.reached.get(row.pk)]
    return plan


def _report_what_was_reached(
    made: Delivery, old: Delivery, now: Progress, *, by: User, at: datetime
) -> ProgressReport | None:
    """Begin the year with what was reached before it, as a report of this day; nothing where nothing was reported."""
    if now.last_day is None:
        return None
    with override(settings.LANGUAGE_CODE):  # It is kept, and read by everybody, whoever's page it came from.
        text = _("Carried over from %(year)d: what was reached by then.") % {"year": old.cycle.year}
    done = [f"{each.month:%Y-%m} {each.text}" for each in old.milestones.all() if now.reached.get(each.pk)]
    report = ProgressReport(
        delivery=made, day=timezone.localdate(at), text="\n".join([text, *done])[:MOST_TEXT], spent=now.spent,
        reported_by=by, reported_at=at,
    )  # fmt: skip
    report.full_clean()
    report.save(force_insert=True)
    targets = {each.position: each for each in made.targets.all()}
    TargetFigure.objects.bulk_create(
        TargetFigure(report=report, target=targets[each.position], figure=now.figures[each.pk])
        for each in old.targets.all()
        if each.pk in now.figures
    )
    return report


def _take_the_group_along(made: Delivery, old: Delivery) -> None:
    """Let the delegates of the old group who are in office still watch over the new delivery."""
    delegates = Delegate.objects.filter(groups__delivery=old, is_active=True)
    if delegates:
        SupervisionGroup.objects.create(delivery=made).delegates.set(delegates)


@transaction.atomic
def archive(*, cycle: Cycle, by: User, at: datetime) -> Cycle:
    """Close the year: nothing of it changes any more, its survey ends, and the contacts of those who proposed go.

    Raises StepNotAllowed before the assessment, AssessmentRunning, StillRunning, or StillOpen.
    """
    cycle = lock_cycle(cycle)
    if cycle.stage != Stage.ASSESSMENT:
        raise StepNotAllowed
    if cycle.assessments.exclude(stage__in=OVER).exists():
        raise AssessmentRunning
    running = cycle.deliveries.filter(status=DeliveryStatus.RUNNING).values_list("number", flat=True)
    if numbers := sorted(running):
        raise StillRunning(numbers)
    if numbers := _waiting(cycle.deliveries.all()):
        raise StillOpen(numbers)
    known = Proposal.objects.filter(cycle=cycle).exclude(contact="", contact_name="")
    data: dict[str, Any] = {
        "contacts": known.update(contact="", contact_name=""),
        "lists": _drop_lists(cycle),
    }
    # What a proposer took out of the text may name a person; and a form that seconded can come no more.
    ProposalVersion.objects.filter(proposal__cycle=cycle).delete()
    Seconding.objects.filter(proposal__cycle=cycle).delete()
    leave_with_the_year(cycle, at)
    move_cycle(cycle, to=Stage.ARCHIVED, by=by, at=at)
    record(cycle=cycle, act=Act.ARCHIVED, by=by, at=at, data=data)
    return cycle


def _drop_lists(cycle: Cycle) -> int:
    """Drop previewed lists that nobody took in, with all they say of people; return how many."""
    kept: tuple[type[ProposalList] | type[ProgressList], ...] = (ProposalList, ProgressList)
    return sum(
        each.objects.filter(cycle=cycle, status=each.Status.STAGED).update(
            status=each.Status.DROPPED, content=b""
        )
        for each in kept
    )


@transaction.atomic
def dispose(*, cycle: Cycle, slips: int, witnesses: str, note: str, by: User, at: datetime) -> Disposal:
    """Record that the key slips were destroyed, and delete the sealed ballots of the cycle and of its assessments, the
    test ballots and the pictures of scanned sheets with them.

    The list of hashes, the count and the notice stay. Raises StepNotAllowed unless the cycle is archived and this was
    not done yet, NoWitness, or TooManySlips.
    """
    cycle = Cycle.objects.select_for_update(no_key=True).get(pk=cycle.pk)
    if cycle.stage != Stage.ARCHIVED or Disposal.objects.filter(cycle=cycle).exists():
        raise StepNotAllowed
    if not witnesses.strip() or not note.strip():
        raise NoWitness
    if slips > (issued := slips_issued(cycle)):
        raise TooManySlips(issued)
    for each in (*cycle.assessments.all(), cycle):
        urn = SealedBallot.objects.filter(round__cycle=each)
        record_ = Disposal(
            cycle=each, slips=slips, witnesses=witnesses.strip(), note=note.strip(), ballots=urn.count(),
            disposed_by=by, disposed_at=at,
        )  # fmt: skip
        record_.full_clean()
        record_.save(force_insert=True)
        urn.delete()
        TestBallot.objects.filter(round__cycle=each).delete()
        destroy_pictures(each)
        data = {"slips": slips, "ballots": record_.ballots, "witnesses": record_.witnesses}
        record(cycle=each, act=Act.DISPOSED, by=by, at=at, data=data)
    SurveyForm.objects.filter(survey__cycle=cycle).delete()
    return record_
