"""监督: groups, inspections, findings; a finding goes from the order over the reply to its closing, or is escalated."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Delegate, Unit, User
from accounts.roles import Role
from voting.domain.after.light_settings import GOING_ON
from voting.domain.after.locks import hold_going_on
from voting.domain.after.progress import DayAhead
from voting.domain.before.screening import DueInThePast, NotYourUnit
from voting.domain.core.journal import record
from voting.domain.core.refusals import Refused, StepNotAllowed
from voting.models import Delivery, Finding, FindingStep, Inspection, Remark, SupervisionGroup
from voting.states import Act, Visit

#: Nothing is ordered to be mended later than this.
LONGEST = timedelta(days=2 * 366)
REPLIED, CLOSED, RETURNED, ESCALATED = "replied", "closed", "returned", "escalated"
#: Noughts are put before a number up to this length.
MOST_DIGITS = 8
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


class NotADelegateInOffice(Refused):
    def __str__(self) -> str:
        return _("Remarks are made by delegates in office.")


class NobodyNamed(Refused):
    def __str__(self) -> str:
        return _("Name at least one delegate in office.")


class NotInOffice(NobodyNamed):
    """Some numbers are of no delegate in office."""

    def __init__(self, numbers: list[str]) -> None:
        super().__init__(numbers)
        self.numbers = numbers

    def __str__(self) -> str:
        return _("No delegate in office has these numbers: %s.") % ", ".join(self.numbers)


class InspectionAhead(DayAhead):
    def __str__(self) -> str:
        return _("An inspection is recorded once it was held; this day lies ahead.")


class InspectionTooEarly(Refused):
    def __str__(self) -> str:
        return _("The inspection lies before the year of the projects.")


class FaultDueInThePast(DueInThePast):
    """``place`` is that of the fault among those recorded together, from nought."""

    def __init__(self, place: int) -> None:
        super().__init__(place)
        self.place = place

    def __str__(self) -> str:
        return _("The day by which the fault is to be mended lies in the past.")


class DueTooFar(Refused):
    """``place`` is that of the fault among those recorded together, from nought."""

    def __init__(self, place: int = 0) -> None:
        super().__init__(place)
        self.place = place

    def __str__(self) -> str:
        return _("The day by which it is to be mended lies more than two years ahead.")


class NotAnswered(Refused):
    """The group closes what the unit has answered; until then it waits or escalates."""

    def __init__(self, since: date) -> None:
        super().__init__(since)
        self.since = since

    def __str__(self) -> str:
        return (
            _("The unit has not answered since %s. Close the finding when it has, or escalate it.")
            % self.since.isoformat()
        )


def too_far(due: date, today: date) -> bool:
    """Tell whether a day by which something is to be mended is too far away to be meant."""
    return due > today + LONGEST


def is_watcher(user: Any, delivery: Delivery) -> bool:
    """Tell whether the person acts for the supervision group: one of its delegates in office, or the clerk."""
    if not isinstance(user, User) or user.congress_id != delivery.cycle.congress_id:
        return False
    if user.role == Role.CLERK:
        return True
    groups = SupervisionGroup.objects.filter(
        delivery=delivery, delegates__in=Delegate.objects.filter(user=user, is_active=True)
    )
    return user.role == Role.DELEGATE and groups.exists()


def may_remark(user: Any, delivery: Delivery) -> bool:
    """Tell whether the person is a delegate who may say something of this delivery now."""
    known = (
        isinstance(user, User)
        and user.role == Role.DELEGATE
        and user.congress_id == delivery.cycle.congress_id
    )
    return known and delivery.cycle.stage in GOING_ON


def _watched(delivery: Delivery, user: User) -> None:
    """Raise NotOfTheGroup."""
    if not is_watcher(user, delivery):
        raise NotOfTheGroup


@transaction.atomic
def name_group(*, delivery: Delivery, numbers: Sequence[str], by: User, at: datetime) -> SupervisionGroup:
    """Say which delegates watch over a delivery; an earlier naming is replaced. 1 is also said for 001.

    Raises NobodyNamed, NotInOffice with the numbers that are nobody's, or StepNotAllowed outside the delivery.
    """
    delivery = hold_going_on(delivery)
    delegates = _in_office(delivery.cycle.congress_id, numbers)
    group, _new = SupervisionGroup.objects.get_or_create(delivery=delivery)
    group.delegates.set(delegates)
    data = {"number": delivery.number, "delegates": sorted(each.number for each in delegates)}
    record(cycle=delivery.cycle, act=Act.GROUP_NAMED, by=by, at=at, data=data)
    return group


def _in_office(congress: int, numbers: Sequence[str]) -> list[Delegate]:
    """Return the delegates in office with these numbers. Raises NobodyNamed or NotInOffice."""
    spelled = {
        number: [number, *(number.zfill(width) for width in range(len(number) + 1, MOST_DIGITS + 1))]
        for number in numbers
        if number
    }
    if not spelled:
        raise NobodyNamed
    wanted = {spelling for spellings in spelled.values() for spelling in spellings}
    delegates = Delegate.objects.filter(congress=congress, is_active=True, number__in=wanted)
    known = {each.number: each for each in delegates}
    in_office = {
        number: next((known[each] for each in spellings if each in known), None)
        for number, spellings in spelled.items()
    }
    if nobody := [number for number, delegate in in_office.items() if delegate is None]:
        raise NotInOffice(nobody)
    return [delegate for delegate in in_office.values() if delegate]


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

    Raises NotOfTheGroup, NothingWritten, InspectionAhead, InspectionTooEarly, FaultDueInThePast, DueTooFar,
    StepNotAllowed; then nothing is saved.
    """
    delivery = hold_going_on(delivery)
    _watched(delivery, by)
    today = timezone.localdate(at)
    if not text.strip() or any(not fault.strip() for fault, _unit, _due in faults):
        raise NothingWritten
    if day > today:
        raise InspectionAhead
    if day.year < delivery.cycle.year:
        raise InspectionTooEarly
    for place, (_fault, _unit, due) in enumerate(faults):
        if due < today:
            raise FaultDueInThePast(place)
        if too_far(due, today):
            raise DueTooFar(place)
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

    Raises NotADelegateInOffice, NothingWritten, or StepNotAllowed outside the delivery.
    """
    delivery = hold_going_on(delivery)
    delegate = Delegate.objects.filter(user=by, congress=delivery.cycle.congress_id, is_active=True).first()
    if delegate is None:
        raise NotADelegateInOffice
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
    """The group is content with the reply.

    Raises NotOfTheGroup, NothingWritten, NotAnswered, or StepNotAllowed where it is closed or the year is archived.
    """
    finding = _locked(finding)
    _watched(finding.inspection.delivery, by)
    if not is_answered(finding):
        last = finding.steps.last()
        raise NotAnswered(timezone.localdate(last.at if last else finding.inspection.at))
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


def act_of(step: FindingStep) -> Act:
    """Return what a step of a finding is called in the journal."""
    return _ACTS[step.what]


def is_answered(finding: Finding) -> bool:
    """Tell whether the unit had the last word, so that the group can close it; takes the prefetched steps."""
    steps = list(finding.steps.all())
    return finding.closed_at is None and bool(steps) and steps[-1].what == REPLIED


def is_overdue(finding: Finding, on: date) -> bool:
    """Tell whether the day by which it was to be mended is over and it is not closed."""
    return finding.closed_at is None and finding.due < on


def _locked(finding: Finding) -> Finding:
    """Return an open finding, locked, with its delivery held. Raises StepNotAllowed."""
    locked = (
        Finding.objects.select_for_update(of=("self",), no_key=True)
        .select_related("inspection__delivery")
        .get(pk=finding.pk)
    )
    locked.inspection.delivery = hold_going_on(locked.inspection.delivery)
    if locked.closed_at:
        raise StepNotAllowed
    return locked


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
