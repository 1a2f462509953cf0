"""Changes of a frozen roll until the vote opens: a delegate is excluded or admitted, with a reason, in the journal."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Delegate, User
from voting.domain.core.journal import record
from voting.domain.core.refusals import ReasonMissing, Refused
from voting.domain.vote.roll_numbers import NotOnRoll, meant, on_roll
from voting.domain.vote.rolls import eligible
from voting.domain.vote.rules import SMALLEST_GROUP
from voting.models import RollEntry, Round
from voting.states import BEFORE_OPENING, Act, Presence


class RollFixed(Refused):
    """Once the vote has been opened the roll stays as it is (F16)."""

    def __str__(self) -> str:
        return _("The vote has been opened; the roll can no longer be changed.")


class AlreadyOnRoll(Refused):
    def __init__(self, number: str) -> None:
        super().__init__(number)
        self.number = number

    def __str__(self) -> str:
        return _("Number %(number)s is on this roll already.") % {"number": self.number}


class NotADelegate(Refused):
    def __init__(self, number: str) -> None:
        super().__init__(number)
        self.number = number

    def __str__(self) -> str:
        return _(
            "There is no delegate in office with the number %(number)s. Enter the delegate among the records first."
        ) % {"number": self.number}


class HoldsPaper(Refused):
    def __str__(self) -> str:
        return _("A paper ballot was handed out for this number. Take it back first.")


class GroupTooSmall(Refused):
    """The second threshold needs enough members, and enough others."""

    def __str__(self) -> str:
        return _(
            "So few would be left beside or in the sub-group that the count of the second threshold would give their "
            "votes away. Nobody can be excluded there."
        )


@transaction.atomic
def exclude(*, round_: Round, number: str, reason: str, by: User, at: datetime) -> None:
    """Take a delegate off the roll: the entry stays as evidence and counts nowhere.

    Raises RollFixed, ReasonMissing, NotOnRoll or HoldsPaper.
    """
    locked, reason = _begin(round_, reason)
    number = on_roll(locked, [number])[0]
    entry = locked.roll.select_for_update().get(number=number)
    if entry.paper:
        raise HoldsPaper
    _require_group_large_enough(locked, entry)
    locked.roll.filter(pk=entry.pk).update(excluded=True, presence=Presence.ABSENT)
    _record(locked, Act.DELEGATE_EXCLUDED, number, reason, by=by, at=at)


@transaction.atomic
def admit(*, round_: Round, number: str, reason: str, by: User, at: datetime) -> None:
    """Put a delegate in office on the roll, or back on it.

    Raises RollFixed, ReasonMissing, AlreadyOnRoll or NotADelegate; where residents vote, all are on it: NotOnRoll.
    """
    locked, reason = _begin(round_, reason)
    people = eligible(locked.cycle)
    known = {*people.values_list("number", flat=True), *locked.roll.values_list("number", flat=True)}
    try:
        number = meant([number], known)[0]
    except NotOnRoll as unknown:
        if locked.cycle.by_letter:
            raise
        raise NotADelegate(unknown.number) from unknown
    entry = locked.roll.select_for_update().filter(number=number).first()
    if entry is not None and not entry.excluded:
        raise AlreadyOnRoll(number)
    if entry is not None:
        here = Presence.PRESENT if locked.cycle.by_letter else Presence.ABSENT
        locked.roll.filter(pk=entry.pk).update(excluded=False, presence=here)
    else:
        delegate = people.filter(number=number).first()
        if delegate is None or locked.roll.filter(delegate=delegate).exists():
            raise NotADelegate(number)
        _enter(locked, delegate)
    _record(locked, Act.DELEGATE_ADMITTED, number, reason, by=by, at=at)


def _require_group_large_enough(round_: Round, entry: RollEntry) -> None:
    """Keep the sub-group, and the others, from becoming so few that the count gives votes away (F27)."""
    if not round_.rules.group_base:
        return
    left = round_.roll.filter(excluded=False, in_group=entry.in_group).count() - 1
    if 0 < left < SMALLEST_GROUP or (left == 0 and entry.in_group):
        raise GroupTooSmall


def _begin(round_: Round, reason: str) -> tuple[Round, str]:
    locked = (
        Round.objects.select_for_update(of=("self",))
        .select_related("cycle__congress", "rules")
        .get(pk=round_.pk)
    )
    if locked.status not in BEFORE_OPENING:
        raise RollFixed
    if not reason.strip():
        raise ReasonMissing
    return locked, reason.strip()


def _enter(round_: Round, delegate: Delegate) -> None:
    RollEntry.objects.create(
        round=round_,
        delegate=delegate,
        number=delegate.number,
        name=delegate.name,
        delegation=delegate.delegation.name,
        in_group=delegate.in_group,
    )


def _record(round_: Round, act: Act, number: str, reason: str, *, by: User, at: datetime) -> None:
    """Journal the change with the roll as it now counts: what the count later holds the roll against."""
    data: dict[str, Any] = {
        "round": round_.number,
        "delegate": number,
        "reason": reason,
        "roll": round_.roll.filter(excluded=False).count(),
    }
    record(cycle=round_.cycle, act=act, by=by, at=at, data=data)
