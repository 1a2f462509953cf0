"""代表登录凭条: the delegates' access codes, on slips that are printed once."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts import codes
from accounts.models import User
from voting.domain.core.journal import record
from voting.domain.core.refusals import StepNotAllowed
from voting.domain.core.second_person import second_person
from voting.domain.vote.roll_numbers import on_roll, on_whole_roll
from voting.models import JournalEntry, RollEntry, Round
from voting.states import CHECK_IN_STATUSES, Act, RoundStatus


def slips_need_two(round_: Round) -> bool:
    """Tell whether a new slip could be voted with, so that one person alone may not print it.

    A resident's letter always could: nobody sees at a desk who comes with it.
    """
    return round_.cycle.by_letter or round_.status in {RoundStatus.READY, RoundStatus.OPEN}


@transaction.atomic
def issue_slips(
    *,
    round_: Round,
    numbers: Iterable[str] | None = None,
    delegations: Collection[str] | None = None,
    by: User,
    at: datetime,
    second: User | None = None,
) -> list[tuple[RollEntry, str]]:
    """Give delegates new access codes (all on the roll, those numbers, those delegations) and return them, this once.

    Old codes of the same delegates are void from that moment. Once the vote is ready, whoever has a new slip can cast a
    ballot with it: a second person stands by it then. Raises NotOnRoll, SecondPersonNeeded or SamePersonTwice, or
    StepNotAllowed after the close, for a delegation that has nobody on the roll, or for all of a roll of residents,
    whose letters are made in parts (``letters``).
    """
    round_ = Round.objects.select_for_update(of=("self",)).select_related("cycle__congress").get(pk=round_.pk)
    if round_.status not in CHECK_IN_STATUSES or (round_.cycle.by_letter and numbers is None):
        raise StepNotAllowed
    entries = round_.roll.filter(excluded=False).select_related("delegate__delegation").order_by("number")
    if numbers is not None:
        entries = entries.filter(number__in=on_roll(round_, numbers))
    if delegations is not None:
        entries = entries.filter(delegation__in=delegations)
        if not entries:
            raise StepNotAllowed
    beside: dict[str, str] = {}
    if second is not None or slips_need_two(round_):
        beside = second_person(second, by=by, congress=round_.cycle.congress)
    issued = codes.issue_codes([entry.delegate for entry in entries])
    data: dict[str, Any] = {"round": round_.number, "count": len(issued), **beside}
    if delegations is not None:
        data["delegations"] = sorted(delegations)
    if numbers is not None or delegations is not None:
        data["delegates"] = [entry.number for entry in entries]
    record(cycle=round_.cycle, act=Act.CODES_ISSUED, by=by, at=at, data=data)
    return [(entry, issued[entry.delegate_id]) for entry in entries]


def without_slip(round_: Round) -> set[str]:
    """Return the numbers on the roll for which no slip was printed in this round yet."""
    printed = JournalEntry.objects.filter(
        cycle_id=round_.cycle_id, act=Act.CODES_ISSUED, data__round=round_.number
    ).values_list("data", flat=True)
    names = [data.get("delegates") for data in printed]
    if None in names:
        return set()
    numbers = round_.roll.filter(excluded=False).values_list("number", flat=True)
    return set(numbers).difference(*names)


@transaction.atomic
def void_slip(*, round_: Round, number: str, by: User, at: datetime) -> None:
    """Void a delegate's access code, e.g. when the slip was lost; they are signed out. Raises NotOnRoll."""
    entry = entry_of(round_, number)
    codes.void_code(entry.delegate)
    record(
        cycle=round_.cycle,
        act=Act.CODE_VOIDED,
        by=by,
        at=at,
        data={"round": round_.number, "delegate": entry.number},
    )


def entry_of(round_: Round, number: str) -> RollEntry:
    """Return the roll entry with that number, excluded or not. Raises NotOnRoll or SeveralFit."""
    return round_.roll.select_related("delegate__user").get(number=on_whole_roll(round_, number))
