"""整改: a project that was graded poorly is ordered to be put right, and the unit says what it did."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from voting.count.grading import Grade
from voting.domain.after.assessments import Graded, published_grades
from voting.domain.after.light_settings import GOING_ON
from voting.domain.after.locks import hold_going_on
from voting.domain.after.progress import may_report
from voting.domain.after.supervision import DueTooFar, too_far
from voting.domain.before.screening import DueInThePast, NotYourUnit
from voting.domain.core.journal import record
from voting.domain.core.refusals import Refused, StepNotAllowed
from voting.models import Candidate, Cycle, Delivery, Rectification
from voting.states import DELIVERY_STEPS, Act, DeliveryStatus


class NotPoor(Refused):
    def __str__(self) -> str:
        return _("Only a project that was graded “unsatisfied” is put right, once for each assessment.")


class NothingOrdered(Refused):
    def __str__(self) -> str:
        return _("Write what is to be done, or what was done.")


class OrderDueInThePast(DueInThePast):
    def __str__(self) -> str:
        return _("The day by which it is to be put right lies in the past.")


def not_followed_up(grades: Iterable[Graded]) -> dict[int, Cycle]:
    """Return for each delivery the newest assessment that graded it poor and no order followed; one query.

    ``grades`` are the published ones, the first assessment of a delivery before its later ones.
    """
    poor = [each for each in grades if each.grade is Grade.UNSATISFIED]
    orders = Rectification.objects.filter(delivery__in={each.delivery for each in poor})
    ordered = set(orders.values_list("assessment_id", "delivery_id"))
    return {
        each.delivery: each.assessment for each in poor if (each.assessment.pk, each.delivery) not in ordered
    }


@transaction.atomic
def order_rectification(
    *, assessment: Cycle, delivery: Delivery, text: str, due: date, by: User, at: datetime
) -> Rectification:
    """Order a poor project to be put right; one that was completed goes on again, so that its unit can report.

    Raises NotPoor, NothingOrdered, OrderDueInThePast, DueTooFar, or StepNotAllowed outside the delivery.
    """
    delivery = hold_going_on(delivery)
    poor = {
        each.delivery
        for each in published_grades(delivery.cycle)
        if each.assessment.pk == assessment.pk and each.grade is Grade.UNSATISFIED
    }
    there = Rectification.objects.filter(assessment=assessment, delivery=delivery).exists()
    if delivery.pk not in poor or there:
        raise NotPoor
    if not text.strip():
        raise NothingOrdered
    today = timezone.localdate(at)
    if due < today:
        raise OrderDueInThePast
    if too_far(due, today):
        raise DueTooFar
    made = Rectification(
        assessment=assessment, delivery=delivery, text=text.strip(), due=due, ordered_by=by, ordered_at=at
    )
    made.full_clean()
    made.save(force_insert=True)
    data = {
        "number": delivery.number, "assessment": assessment.slug, "due": due.isoformat(), "reopened": _reopen(delivery),
    }  # fmt: skip
    record(cycle=delivery.cycle, act=Act.RECTIFICATION_ORDERED, by=by, at=at, data=data)
    return made


def _reopen(delivery: Delivery) -> bool:
    """Let a completed delivery go on again; return whether it was one."""
    if DeliveryStatus.RUNNING not in DELIVERY_STEPS[DeliveryStatus(delivery.status)]:
        return False
    Delivery.objects.filter(pk=delivery.pk).update(status=DeliveryStatus.RUNNING)
    return True


def orders_for(user: User) -> list[Rectification]:
    """Return the orders that wait for the person's unit: it leads the project, or its part was graded poor."""
    if user.role != Role.UNIT or user.unit is None:
        return []
    parts = Candidate.objects.filter(
        cycle=OuterRef("assessment"), assesses=OuterRef("delivery"), lead_unit=user.unit.name
    )
    orders = Rectification.objects.filter(
        Exists(parts) | Q(delivery__lead_unit=user.unit), replied_at=None, delivery__cycle__stage__in=GOING_ON
    )
    waiting = list(orders.select_related("delivery__cycle__congress", "assessment"))
    grades = published_grades(*{each.delivery.cycle for each in waiting}) if waiting else []
    return [each for each in waiting if answers(user, each, grades)]


def may_answer(user: User, rectification: Rectification) -> bool:
    """Tell whether the person answers an order: an officer of the lead unit, or of the unit that was graded poor."""
    return answers(user, rectification, published_grades(rectification.delivery.cycle))


def answers(user: User, rectification: Rectification, grades: Iterable[Graded]) -> bool:
    """Tell the same by the published grades that are at hand."""
    delivery = rectification.delivery
    if user.role != Role.UNIT or user.unit is None or user.congress_id != delivery.cycle.congress_id:
        return False
    return may_report(user, delivery) or any(
        (each.assessment.pk, each.delivery, each.unit, each.grade)
        == (rectification.assessment_id, delivery.pk, user.unit.name, Grade.UNSATISFIED)
        for each in grades
    )


@transaction.atomic
def reply_rectification(*, rectification: Rectification, text: str, by: User, at: datetime) -> Rectification:
    """The unit that leads the project, or that was graded, says what it did; then it can be assessed again.

    Raises NotYourUnit, NothingOrdered, or StepNotAllowed where it was answered already or the year is archived.
    """
    made = Rectification.objects.select_for_update(of=("self",), no_key=True).get(pk=rectification.pk)
    made.delivery = hold_going_on(made.delivery)
    if made.replied_at:
        raise StepNotAllowed
    if not may_answer(by, made):
        raise NotYourUnit
    if not text.strip():
        raise NothingOrdered
    made.reply, made.replied_by, made.replied_at = text.strip(), by, at
    made.full_clean()
    made.save()
    data = {"number": made.delivery.number, "assessment": made.assessment.slug}
    record(cycle=made.delivery.cycle, act=Act.RECTIFIED, by=by, at=at, data=data)
    return made
