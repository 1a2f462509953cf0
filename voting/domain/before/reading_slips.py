"""Access codes for delegates before there is a roll: to propose, to read the report, to ask."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts import codes
from accounts.models import Delegate, User
from voting.domain.before.rosters import hold_list
from voting.domain.core.journal import record
from voting.domain.core.refusals import StepNotAllowed
from voting.models import Cycle, Round
from voting.states import OVER_STATUSES, Act, Stage

_BEFORE = frozenset({Stage.SOLICITATION, Stage.SCREENING, Stage.DELIBERATION})


def is_possible(cycle: Cycle) -> bool:
    """Tell whether new codes would harm no vote: this one has no round, and none of the kind is being held."""
    held = Round.objects.filter(cycle__congress=cycle.congress_id).exclude(status__in=OVER_STATUSES)
    return cycle.stage in _BEFORE and not held.exists()


@transaction.atomic
def issue_reading_slips(*, cycle: Cycle, by: User, at: datetime) -> list[tuple[Delegate, str]]:
    """Give every delegate in office a new access code and return them, this once. Raises StepNotAllowed.

    Older codes are void from that moment, as these are when the slips of the vote are printed.
    """
    hold_list(cycle.congress_id)
    locked = Cycle.objects.select_for_update(no_key=True).get(pk=cycle.pk)
    if not is_possible(locked):
        raise StepNotAllowed
    delegates = list(
        Delegate.objects.filter(congress=cycle.congress_id, is_active=True)
        .select_related("delegation", "user")
        .order_by("number")
    )
    issued = codes.issue_codes(delegates)
    record(cycle=cycle, act=Act.READING_SLIPS, by=by, at=at, data={"count": len(issued)})
    return [(delegate, issued[delegate.pk]) for delegate in delegates]
