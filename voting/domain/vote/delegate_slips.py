"""代表登录凭条: the delegates' access codes, on slips that are printed once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts import codes
from accounts.models import User
from voting.domain.core.journal import record
from voting.domain.core.refusals import StepNotAllowed
from voting.domain.core.second_person import second_person
from voting.domain.vote.rolls import NotOnRoll
from voting.models import RollEntry, Round
from voting.states import CHECK_IN_STATUSES, Act, RoundStatus


def slips_need_two(round_: Round) -> bool:
    """Tell whether a new slip could be voted with, so that one person alone may not print it."""
    return round_.status in {RoundStatus.READY, RoundStatus.OPEN}


@transaction.atomic
def issue_slips(
    *,
    round_: Round,
    numbers: Iterable[str] | None = None,
    by: User,
    at: datetime,
    second: User | None = None,
) -> list[tuple[RollEntry, str]]:
    """Give delegates new access codes (all on the roll, or those numbers) and return them, this once.

    Old codes of the same delegates are void from that moment. Once the vote is ready, whoever has a new slip can cast a
    ballot with it: a second person stands by it then. Raises NotOnRoll, SecondPersonNeeded or SamePersonTwice, or
    StepNotAllowed after the close.
    """
    round_ = Round.objects.select_for_update(of=("self",)).select_related("cycle__congress").get(pk=round_.pk)
    if round_.status not in CHECK_IN_STATUSES:
        raise StepNotAllowed
    entries = round_.roll.filter(excluded=False).select_related("delegate__delegation").order_by("number")
    if numbers is not None:
        wanted = {codes.normalise(number).upper() for number in numbers}
        entries = entries.filter(number__in=wanted)
        if missing := wanted - {entry.number for entry in entries}:
            raise NotOnRoll(min(missing))
    beside: dict[str, str] = {}
    if second is not None or slips_need_two(round_):
        beside = second_person(second, by=by, congress=round_.cycle.congress)
    issued = codes.issue_codes([entry.delegate for entry in entries])
    data: dict[str, Any] = {"round": round_.number, "count": len(issued), **beside}
    if numbers is not None:
        data["delegates"] = [entry.number for entry in entries]
    record(cycle=round_.cycle, act=Act.CODES_ISSUED, by=by, at=at, data=data)
    return [(entry, issued[entry.delegate_id]) for entry in entries]


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
    """Return the roll entry with that number. Raises NotOnRoll."""
    number = codes.normalise(number).upper()
    entry = round_.roll.select_related("delegate__user").filter(number=number).first()
    if entry is None:
        raise NotOnRoll(number)
    return entry
