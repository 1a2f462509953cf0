"""再次投票: the round that a tie, a shortfall or a void vote calls for; nothing of the earlier round is changed."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from voting.count.formats.notice import FurtherBallot
from voting.count.notice import read_notice
from voting.domain.core.cycles import move_cycle
from voting.domain.core.journal import record
from voting.domain.core.refusals import Condition, StepNotAllowed, require
from voting.domain.vote.rolls import lay_out_round
from voting.models import Cycle, RollEntry, Round
from voting.states import Act, RoundStatus, Stage


def ballot_called_for(round_: Round | None) -> FurtherBallot | None:
    """Return the further round that the published notice calls for, or None. Raises UnreadableRecord."""
    notice = getattr(round_, "notice", None)
    return read_notice(notice.body)["next"] if notice else None


def further_conditions(cycle: Cycle, round_: Round | None) -> list[Condition]:
    """What a further round needs."""
    return [
        Condition(
            round_ is not None and round_.status == RoundStatus.PUBLISHED,
            _("the notice of the round before is published"),
            _("Publish the notice of the present round first."),
        ),
        Condition(
            ballot_called_for(round_) is not None,
            _("the result calls for a further round"),
            _("The result stands; no further round is needed."),
        ),
        Condition(
            cycle.stage == Stage.COUNTING,
            _("the vote is not yet concluded"),
            _("The vote is concluded."),
        ),
    ]


@transaction.atomic
def begin_round(*, cycle: Cycle, by: User, at: datetime) -> Round:
    """Lay out the next round with the candidates and seats that the last notice names, in one step.

    The roll is the same, with everyone's presence as it stands; key and ballots are new (PROCEDURE.md §3.4 (10)).
    The cycle is in voting again. Raises ConditionsUnmet or StepNotAllowed.
    """
    cycle = Cycle.objects.select_for_update(no_key=True).get(pk=cycle.pk)
    last = Round.objects.select_related("rules", "notice").filter(cycle=cycle).order_by("-number").first()
    require(further_conditions(cycle, last))
    ballot = ballot_called_for(last)
    if last is None or ballot is None:
        raise StepNotAllowed
    round_ = lay_out_round(
        cycle=cycle,
        number=last.number + 1,
        rules=last.rules,
        seats=ballot["seats"],
        candidates=cycle.candidates.filter(number__in=ballot["candidates"]),
        previous={"round": last.number, "because": ballot["because"], "notice": last.notice.digest},
    )
    roll = _copy_roll(last, round_)
    data = {
        "round": round_.number, "because": ballot["because"], "candidates": ballot["candidates"],
        "seats": round_.seats, "roll": roll, "definition": round_.definition_digest,
    }  # fmt: skip
    record(cycle=cycle, act=Act.ROUND_BEGUN, by=by, at=at, data=data)
    move_cycle(cycle, to=Stage.VOTING, by=by, at=at)
    return round_


def _copy_roll(last: Round, round_: Round) -> int:
    """Copy the roll; return how many count on it."""
    entries = [
        RollEntry(
            round=round_,
            delegate_id=entry.delegate_id,
            number=entry.number,
            name=entry.name,
            delegation=entry.delegation,
            in_group=entry.in_group,
            excluded=entry.excluded,
            presence=entry.presence,
        )
        for entry in last.roll.order_by("number").iterator(chunk_size=5000)
    ]
    RollEntry.objects.bulk_create(entries, batch_size=5000)
    return sum(not entry.excluded for entry in entries)
