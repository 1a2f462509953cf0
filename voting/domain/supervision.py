"""监督: groups, inspections, findings; a finding goes from the order over the reply to its closing, or is escalated."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Delegate, Unit, User
from accounts.roles import Role
from voting.domain.holding import hold_going_on
from voting.domain.journal import record
from voting.domain.progress import GOING_ON, DayAhead
from voting.domain.refusals import Refused, StepNotAllowed
from voting.domain.screening import DueInThePast, NotYourUnit
from voting.models import Delivery, Finding, FindingStep, Inspection, Remark, SupervisionGroup
from voting.states import Act, Visit

REPLIED, CLOSED, RETURNED, ESCALATED = "replied", "closed", "returned", "escalated"
_ACTS = {
    REPLIED: Act.FINDING_REPLIED, CLOSED: Act.FINDING_CLOSED, RETURNED: Act.FINDING_RETURNED,
    ESCALATED: Act.FINDING_ESCALATED,
}  # fmt: skip


class NotOfTheGroup(Refused):
    def __str__(self) -> str:
        return _("This is for the delegates of the project's supervision group, and for the clerk.")


class NothingWritten(Refused):
    def __str__(self) -> str:
        return _("Write what was seen, done or wanted.")


class NotADelegate(Refused):
    def __str__(self) -> str:
        return _("Remarks are made by delegates in office.")


class NobodyNamed(Refused):
    def __str__(self) -> str:
        return _("Name at least one delegate in office.")


def is_watcher(user: Any, delivery: Delivery) -> bool:
    """Tell whether the person acts for the supervision group: one of its delegates in office, or the clerk."""
    if not isinstance(user, User) or user.kind != delivery.cycle.kind:
        return False
    if user.role == Role.CLERK:
        return True
    groups = SupervisionGroup.objects.filter(
        delivery=delivery, delegates__in=Delegate.objects.filter(user=user, is_active=True)
    )
    return user.role == Role.DELEGATE and groups.exists()


def may_remark(user: Any, delivery: Delivery) -> bool:
    """Tell whether the person is a delegate who may say something of this delivery now."""
    known = isinstance(user, User) and user.role == Role.DELEGATE and user.kind == delivery.cycle.kind
    return known and delivery.cycle.stage in GOING_ON


def _watched(delivery: Delivery, user: User) -> None:
    """Raise NotOfTheGroup."""
    if not is_watcher(user, delivery):
        raise NotOfTheGroup


@transaction.atomic
def name_group(*, delivery: Delivery, numbers: Sequence[str], by: User, at: datetime) -> SupervisionGroup:
    """Say which delegates watch over a delivery; an earlier naming is replaced.

    Raises NobodyNamed, or StepNotAllowed outside the delivery.
    """
    delivery = hold_going_on(delivery)
    delegates = list(Delegate.objects.filter(kind=delivery.cycle.kind, is_active=True, number__in=numbers))
    if not delegates or len(delegates) != len(set(numbers)):
        raise NobodyNamed
    group, _new = SupervisionGroup.objects.get_or_create(delivery=delivery)
    group.delegates.set(delegates)
    data = {"number": delivery.number, "delegates": sorted(each.number for each in delegates)}
    record(cycle=delivery.cycle, act=Act.GROUP_NAMED, by=by, at=at, data=data)
    return group


@transaction.atomic
def inspect(
    *,
    delivery: Delivery,
    day: date,
    text: str,
    faults: Sequence[tuple[str, Unit, date]],
    by: User,
    at: datetime,
    visit: str = Visit.INSPECTION,
) -> Inspection:
    """Record an inspection with its faults, each with the unit that mends it and until when.

    Raises NotOfTheGroup, NothingWritten, DayAhead, DueInThePast, StepNotAllowed; then nothing is saved.
    """
    delivery = hold_going_on(delivery)
    _watched(delivery, by)
    today = timezone.localdate(at)
    if not text.strip() or any(not fault.strip() for fault, _unit, _due in faults):
        raise NothingWritten
    if day > today:
        raise DayAhead
    if any(due < today for _fault, _unit, due in faults):
        raise DueInThePast
    inspection = Inspection(delivery=delivery, visit=visit, day=day, text=text.strip(), by=by, at=at)
    inspection.full_clean()
    inspection.save(force_insert=True)
    for fault, unit, due in faults:
        finding = Finding(inspection=inspection, text=fault.strip(), unit=unit, due=due)
        finding.full_clean()
        finding.save(force_insert=True)
    data = {"number": delivery.number, "inspection": inspection.pk, "findings": len(faults)}
    record(cycle=delivery.cycle, act=Act.INSPECTED, by=by, at=at, data=data)
    return inspection


@transaction.atomic
def remark(*, delivery: Delivery, text: str, by: User, at: datetime) -> Remark:
    """A delegate in office says something of a delivery, in public.

    Raises NotADelegate, NothingWritten, or StepNotAllowed outside the delivery.
    """
    delivery = hold_going_on(delivery)
    delegate = Delegate.objects.filter(user=by, kind=delivery.cycle.kind, is_active=True).first()
    if delegate is None:
        raise NotADelegate
    if not text.strip():
        raise NothingWritten
    made = Remark(delivery=delivery, delegate=delegate, text=text.strip(), at=at)
    made.full_clean()
    made.save(force_insert=True)
    record(
        cycle=delivery.cycle,
        act=Act.REMARKED,
        by=by,
        at=at,
        data={"number": delivery.number, "remark": made.pk},
    )
    return made


@transaction.atomic
def reply(*, finding: Finding, text: str, by: User, at: datetime) -> FindingStep:
    """The unit says what it did.

    Raises NotYourUnit, NothingWritten, or StepNotAllowed where it is closed or the year is archived.
    """
    finding = _locked(finding)
    if by.unit_id != finding.unit_id:
        raise NotYourUnit
    return _add(finding, REPLIED, text, by, at)


@transaction.atomic
def close(*, finding: Finding, text: str, by: User, at: datetime) -> FindingStep:
    """The group is content with the reply. Raises NotOfTheGroup, NothingWritten, or StepNotAllowed without a reply."""
    finding = _locked(finding)
    _watched(finding.inspection.delivery, by)
    last = finding.steps.last()
    if last is None or last.what != REPLIED:
        raise StepNotAllowed
    made = _add(finding, CLOSED, text, by, at)
    Finding.objects.filter(pk=finding.pk).update(closed_at=at)
    return made


@transaction.atomic
def send_back(*, finding: Finding, text: str, by: User, at: datetime, escalate: bool = False) -> FindingStep:
    """The group is not content, or nothing came: the unit is asked again, or the matter is escalated.

    Raises NotOfTheGroup, NothingWritten or StepNotAllowed.
    """
    finding = _locked(finding)
    _watched(finding.inspection.delivery, by)
    made = _add(finding, ESCALATED if escalate else RETURNED, text, by, at)
    if escalate:
        Finding.objects.filter(pk=finding.pk, escalated_at=None).update(escalated_at=at)
    return made


def is_overdue(finding: Finding, on: date) -> bool:
    """Tell whether the day by which it was to be mended is over and it is not closed."""
    return finding.closed_at is None and finding.due < on


def _locked(finding: Finding) -> Finding:
    """Return an open finding, locked, with its delivery held. Raises StepNotAllowed."""
    found = (
        Finding.objects.select_for_update(of=("self",), no_key=True)
        .select_related("inspection__delivery")
        .get(pk=finding.pk)
    )
    found.inspection.delivery = hold_going_on(found.inspection.delivery)
    if found.closed_at:
        raise StepNotAllowed
    return found


def _add(finding: Finding, what: str, text: str, by: User, at: datetime) -> FindingStep:
    if not text.strip():
        raise NothingWritten
    made = FindingStep(finding=finding, what=what, text=text.strip(), by=by, at=at)
    made.full_clean()
    made.save(force_insert=True)
    delivery = finding.inspection.delivery
    data = {"number": delivery.number, "finding": finding.pk}
    record(cycle=delivery.cycle, act=_ACTS[what], by=by, at=at, data=data)
    return made
