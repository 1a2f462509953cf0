"""A wrong roll was frozen: two people take it back before anything has come of it, and it is frozen anew."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from voting.domain.before.rosters import hold_list
from voting.domain.core.cycles import move_cycle
from voting.domain.core.refusals import Condition, ReasonMissing, StepNotAllowed, require
from voting.domain.core.second_person import second_person
from voting.domain.vote.rounds import move_round
from voting.models import Cycle, JournalEntry, Round, Unfreezing
from voting.states import Act, RoundStatus, Stage


def frozen_for(round_: Round) -> bool:
    """Tell whether the roll was frozen for this round: it is the first of the vote, or of one that is prepared anew."""
    entries = JournalEntry.objects.filter(cycle_id=round_.cycle_id, act=Act.ROLL_FROZEN)
    return entries.filter(data__round=round_.number).exists()


def unfreezing_conditions(cycle: Cycle, round_: Round | None) -> list[Condition]:
    """What unfreezing the roll needs: nothing has come of it yet."""
    entries = JournalEntry.objects.filter(cycle=cycle)
    frozen = entries.filter(act=Act.ROLL_FROZEN).order_by("-sequence").first()
    since = entries.filter(sequence__gt=frozen.sequence) if frozen else entries.none()
    return [
        Condition(
            round_ is not None and cycle.stage == Stage.VOTING and frozen_for(round_),
            _("the roll is frozen, and the first round is being prepared"),
            _("There is no frozen roll that could be unfrozen."),
        ),
        Condition(
            round_ is None or round_.status == RoundStatus.PREPARING,
            _("no key is made yet"),
            _("The key is made. Single delegates can be excluded or admitted until the vote opens."),
        ),
        Condition(
            not since.filter(act=Act.CODES_ISSUED).exists(),
            _("no slips of delegates are printed yet"),
            _(
                "The delegates' slips are out. Single delegates can be excluded or admitted until the vote opens."
            ),
        ),
        Condition(
            round_ is None or not round_.roll.filter(paper=True).exists(),
            _("nobody holds a paper ballot"),
            _("Take the paper ballots back first."),
        ),
    ]


@transaction.atomic
def unfreeze_roll(*, round_: Round, reason: str, by: User, at: datetime, second: User | None = None) -> None:
    """Take a frozen roll back; the cycle is in deliberation again, with its rules and its slate as they are.

    The round with its roll stays as evidence and counts nowhere; who was checked in is checked in anew. Raises
    ConditionsUnmet, ReasonMissing, SecondPersonNeeded or SamePersonTwice.
    """
    hold_list(round_.cycle.congress_id)
    cycle = Cycle.objects.select_for_update(no_key=True).get(pk=round_.cycle_id)
    locked = (
        Round.objects.select_for_update(of=("self",))
        .select_related("cycle__congress")
        .filter(pk=round_.pk)
        .first()
    )
    if locked is None:
        raise StepNotAllowed
    require(unfreezing_conditions(cycle, locked))
    beside = second_person(second, by=by, congress=cycle.congress)
    if not reason.strip():
        raise ReasonMissing
    Unfreezing.objects.create(
        round=locked, reason=reason.strip(), recorded_by=by, second=cast("User", second), recorded_at=at
    )
    data = {"roll": locked.roll.filter(excluded=False).count(), "reason": reason.strip(), **beside}
    move_round(locked, to=RoundStatus.UNFROZEN, act=Act.ROLL_UNFROZEN, by=by, at=at, data=data)
    move_cycle(locked.cycle, to=Stage.DELIBERATION, by=by, at=at)
