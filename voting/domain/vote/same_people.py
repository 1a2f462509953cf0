"""The quorum is established anew in every round: somebody has looked, and the people are the same as before."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from voting.domain.core.journal import record
from voting.domain.core.refusals import Refused
from voting.domain.vote.attendance import attendance
from voting.domain.vote.rolls import at_the_desk
from voting.models import RollEntry, Round
from voting.states import Act, Presence, RoundStatus


class NothingToTakeOver(Refused):
    """There is no round before, or everybody has been entered at the desk."""

    def __str__(self) -> str:
        return _("There is nobody left whose presence could be taken over from the round before.")


@transaction.atomic
def confirm_same_people(*, round_: Round, by: User, at: datetime) -> int:
    """Record that the people are the same as at the end of the round before: present, on leave or gone, as then.

    Who was entered at the desk since stays as entered. Return how many are present now. Raises NothingToTakeOver or
    CheckInClosed.
    """
    locked = at_the_desk(round_)
    before = last_attendance(locked)
    lines = (
        locked.roll.select_for_update().filter(presence=Presence.ABSENT, excluded=False).order_by("number")
    )
    taken: dict[str, list[str]] = {}
    for line in lines:
        if line.delegate_id in before:
            taken.setdefault(before[line.delegate_id], []).append(line.number)
    if not taken:
        raise NothingToTakeOver
    for presence, numbers in taken.items():
        locked.roll.filter(number__in=numbers).update(presence=presence)
    data = {"round": locked.number, "previous": locked.number - 1, **dict(sorted(taken.items()))}
    record(cycle=locked.cycle, act=Act.PRESENCE_CONFIRMED, by=by, at=at, data=data)
    return attendance(locked).present


def last_attendance(round_: Round) -> dict[int, str]:
    """Return who was present, on leave or gone at the end of the round before, by the delegate's key."""
    entries = RollEntry.objects.filter(
        round__cycle=round_.cycle_id, round__number=round_.number - 1, excluded=False
    ).exclude(Q(presence=Presence.ABSENT) | Q(round__status=RoundStatus.UNFROZEN))
    return dict(entries.values_list("delegate_id", "presence"))
