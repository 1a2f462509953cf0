"""征集: the call for proposals opens and closes by the clock of the place, or by hand."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from voting.domain.core.cycles import move_cycle
from voting.domain.core.journal import record
from voting.domain.core.refusals import Refused, StepNotAllowed
from voting.models import Call, Cycle
from voting.states import Act, Stage


class CallNotOpen(Refused):
    """No proposals are taken now; says since when, or from when on."""

    def __init__(self, call: Call | None, at: datetime) -> None:
        super().__init__(call, at)
        self.call, self.at = call, at

    def __str__(self) -> str:
        call = self.call
        if call is None or call.published_at is None:
            return _("There is no call for proposals now.")
        if self.at < call.opens_at:
            return _("Proposals are taken from %s on.") % local(call.opens_at)
        return _("The call for proposals closed on %s; nothing more is taken.") % local(call.ends_at)


class PublishedBefore(Refused):
    def __str__(self) -> str:
        return _("The call is published. Only its end can be changed now.")


def local(at: datetime) -> str:
    """Return a moment in the place's own time, with the seconds where there are any."""
    here = timezone.localtime(at)
    return date_format(here, "Y-m-d H:i:s" if here.second else "Y-m-d H:i")


@transaction.atomic
def draft_call(*, cycle: Cycle, by: User, at: datetime, **fields: Any) -> Call:
    """Save the draft of the call. Raises PublishedBefore, or ValidationError with a sentence per field."""
    call = Call.objects.select_for_update().filter(cycle=cycle).first() or Call(cycle=cycle)
    if call.published_at:
        raise PublishedBefore
    if cycle.stage != Stage.SOLICITATION:
        raise StepNotAllowed
    for name, value in fields.items():
        setattr(call, name, value)
    call.full_clean()
    call.save()
    return call


@transaction.atomic
def publish_call(*, cycle: Cycle, by: User, at: datetime) -> Call:
    """Publish the call; from its opening on proposals are taken. Raises StepNotAllowed or PublishedBefore."""
    held = (
        Cycle.objects.select_for_update(no_key=True).filter(pk=cycle.pk).first()
    )  # it may be given up meanwhile
    call = Call.objects.select_for_update().filter(cycle=cycle).first()
    if held is None or call is None or held.stage != Stage.SOLICITATION:
        raise StepNotAllowed
    if call.published_at:
        raise PublishedBefore
    if call.closes_at <= at:
        raise ValidationError({"closes_at": _("The end of the call lies in the past.")})
    call.published_at = at
    call.save()
    data = {"opens": call.opens_at.isoformat(), "closes": call.closes_at.isoformat()}
    record(cycle=cycle, act=Act.CALL_PUBLISHED, by=by, at=at, data=data)
    return call


@transaction.atomic
def change_times(*, cycle: Cycle, opens_at: datetime, closes_at: datetime, by: User, at: datetime) -> Call:
    """Open earlier or later, prolong or shorten a published call; a call closed by hand is open again.

    Raises StepNotAllowed, or ValidationError with a sentence per field.
    """
    call = Call.objects.select_for_update().filter(cycle=cycle).first()
    if call is None or call.published_at is None or cycle.stage != Stage.SOLICITATION:
        raise StepNotAllowed
    before = {"opens": call.opens_at.isoformat(), "closes": call.ends_at.isoformat()}
    call.opens_at, call.closes_at, call.closed_at = opens_at, closes_at, None
    call.full_clean()
    call.save()
    data = {"opens": opens_at.isoformat(), "closes": closes_at.isoformat(), "before": before}
    record(cycle=cycle, act=Act.CALL_CHANGED, by=by, at=at, data=data)
    return call


@transaction.atomic
def close_call(*, cycle: Cycle, by: User, at: datetime) -> Call:
    """Close the call by hand before its announced end. Raises CallNotOpen."""
    call = Call.objects.select_for_update().filter(cycle=cycle).first()
    if call is None or not call.is_open(at):
        raise CallNotOpen(call, at)
    call.closed_at = at
    call.save()
    record(cycle=cycle, act=Act.CALL_CLOSED, by=by, at=at, data={"proposals": cycle.proposals.count()})
    return call


@transaction.atomic
def begin_screening(*, cycle: Cycle, by: User, at: datetime) -> None:
    """Go on to the screening. Raises StepNotAllowed while proposals are taken, or elsewhere than at the call."""
    call = Call.objects.select_for_update().filter(cycle=cycle).first()
    if call is not None and call.is_open(at):
        raise StepNotAllowed
    move_cycle(cycle, to=Stage.SCREENING, by=by, at=at)
