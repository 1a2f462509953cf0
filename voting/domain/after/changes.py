"""变更: after the breakdown is issued a plan changes only with the standing committee's recorded approval."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from voting.domain.after.deliveries import PLAN, issue_breakdown, plan_after, plan_of, set_plan
from voting.domain.after.progress import DayAhead, lock_running, may_report
from voting.domain.before.screening import NotYourUnit
from voting.domain.core.journal import record
from voting.domain.core.refusals import Refused, StepNotAllowed
from voting.models import ChangeRequest, Delivery
from voting.states import Act


class ChangeUnexplained(Refused):
    def __str__(self) -> str:
        return _("Give the reason: delegates and the public read it beside the change.")


class DecisionUnworded(Refused):
    def __str__(self) -> str:
        return _("Write what the standing committee decided.")


class DecisionAhead(DayAhead):
    def __str__(self) -> str:
        return _("A decision is recorded once it was taken; this day lies ahead.")


class DecisionTooEarly(Refused):
    """A decision of a day on which nobody had asked yet."""

    def __init__(self, asked: date) -> None:
        super().__init__(asked)
        self.asked = asked

    def __str__(self) -> str:
        return _("The change was asked for on %s; it was not decided before.") % self.asked.isoformat()


class NothingChanged(Refused):
    def __str__(self) -> str:
        return _("Nothing is changed by this.")


class DecidedAlready(Refused):
    def __str__(self) -> str:
        return _("This change was decided meanwhile; the page shows what waits now, if anything does.")


class AnotherChangeWaits(Refused):
    def __str__(self) -> str:
        return _("Another change of this project waits for its decision.")


class OwnRequest(Refused):
    """A decision is recorded by another person than the one who asked, as a count is certified by another."""

    def __str__(self) -> str:
        return _("You asked for this change; another person must record the decision.")


@transaction.atomic
def ask_change(
    *, delivery: Delivery, plan: Mapping[str, Any], reason: str, by: User, at: datetime
) -> ChangeRequest:
    """Ask for a change of the plan; nothing changes yet. *plan* has some of the names of ``deliveries.PLAN``.

    The plan is tried out as it would be written, so that the decision can be recorded later. Raises NotYourUnit,
    ChangeUnexplained, NothingChanged, AnotherChangeWaits, StepNotAllowed, and what ``deliveries.plan_after`` raises.
    """
    delivery = lock_running(delivery)
    if not may_report(by, delivery):
        raise NotYourUnit
    if not reason.strip():
        raise ChangeUnexplained
    if delivery.changes.filter(approved=None).exists():
        raise AnotherChangeWaits
    now, then = plan_of(delivery), plan_after(delivery, plan)
    after = {name: then[name] for name in PLAN if then[name] != now[name]}
    if not after:
        raise NothingChanged
    asked = ChangeRequest(
        delivery=delivery, before={name: now[name] for name in after}, after=after, reason=reason.strip(),
        asked_by=by, asked_at=at,
    )  # fmt: skip
    asked.full_clean()
    asked.save(force_insert=True)
    data = {"number": delivery.number, "change": asked.pk, "reason": asked.reason}
    record(cycle=delivery.cycle, act=Act.CHANGE_ASKED, by=by, at=at, data=data)
    return asked


@transaction.atomic
def decide_change(
    *, change: ChangeRequest, approved: bool, decision: str, on: date, by: User, at: datetime
) -> ChangeRequest:
    """Record what the standing committee decided; an approved plan is issued as a new version of the breakdown.

    It is this change that is decided, not whichever waits now. Raises OwnRequest, DecisionUnworded, DecidedAlready,
    DecisionAhead, DecisionTooEarly, StepNotAllowed; for an approval also PlanReported, ValidationError.
    """
    delivery = lock_running(change.delivery)
    change = ChangeRequest.objects.select_for_update().get(pk=change.pk)
    if by.role not in {Role.CLERK, Role.PRESIDING} or by.congress_id != delivery.cycle.congress_id:
        raise StepNotAllowed
    if change.approved is not None:
        raise DecidedAlready
    if by.pk == change.asked_by_id:
        raise OwnRequest
    if not decision.strip():
        raise DecisionUnworded
    if on > timezone.localdate(at):
        raise DecisionAhead
    if on < (asked := timezone.localdate(change.asked_at)):
        raise DecisionTooEarly(asked)
    change.approved, change.decision, change.decided_on = approved, decision.strip(), on
    change.recorded_by, change.recorded_at = by, at
    change.full_clean()
    change.save()
    if approved:
        set_plan(delivery, change.after)
        issue_breakdown(cycle=delivery.cycle, by=by, at=at)
    data = {"number": delivery.number, "change": change.pk, "approved": approved}
    record(cycle=delivery.cycle, act=Act.CHANGE_DECIDED, by=by, at=at, data=data)
    return change
