"""再次投票: the round that a tie, a shortfall or a void vote calls for; nothing of the earlier round is changed."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from voting.count.formats.definition import Previous
from voting.count.formats.notice import FurtherBallot
from voting.count.measures import ShortfallRule
from voting.count.notice import read_notice
from voting.domain.core.cycles import move_cycle
from voting.domain.core.journal import record
from voting.domain.core.refusals import Condition, ReasonMissing, Refused, StepNotAllowed, require
from voting.domain.core.second_person import second_person
from voting.domain.vote.definitions import definition_of
from voting.domain.vote.letter_rolls import copy_roll
from voting.domain.vote.rolls import lay_out_round, previous_annulled
from voting.models import Cycle, EndOfRounds, Round
from voting.states import OVER_STATUSES, Act, RoundStatus, Stage


def ballot_called_for(round_: Round | None) -> FurtherBallot | None:
    """Return the further round that the published notice calls for, or the same again where the round was annulled.

    None where none is called for. Raises UnreadableRecord.
    """
    if round_ is not None and round_.status == RoundStatus.ANNULLED:
        numbers = list(definition_of(round_).numbers)
        return {"candidates": numbers, "seats": round_.seats, "because": "annulled"}
    notice = getattr(round_, "notice", None)
    return read_notice(notice.body)["next"] if notice else None


def further_conditions(cycle: Cycle, round_: Round | None) -> list[Condition]:
    """What a further round needs."""
    return [
        Condition(
            round_ is not None and round_.status in {RoundStatus.PUBLISHED, RoundStatus.ANNULLED},
            _("the notice of the round before is published, or that round is annulled"),
            _("Publish the notice of the present round first."),
        ),
        Condition(
            ballot_called_for(round_) is not None,
            _("the round was annulled and is held again")
            if round_ is not None and round_.status == RoundStatus.ANNULLED
            else _("the result calls for a further round"),
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

    The roll is the same, nobody checked in yet: the quorum is established anew (``same_people``, or the desk). Key and
    ballots are new (PROCEDURE.md §3.4 (10)). The cycle is in voting again. Raises ConditionsUnmet or StepNotAllowed.
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
        previous=_previous(last, ballot),
    )
    roll = copy_roll(last, round_)
    data = {
        "round": round_.number, "because": ballot["because"], "candidates": ballot["candidates"],
        "seats": round_.seats, "roll": roll, "definition": round_.definition_digest,
    }  # fmt: skip
    if "money_left" in ballot:
        data["money_left"] = ballot["money_left"]
    record(cycle=cycle, act=Act.ROUND_BEGUN, by=by, at=at, data=data)
    move_cycle(cycle, to=Stage.VOTING, by=by, at=at)
    return round_


def _previous(last: Round, ballot: FurtherBallot) -> Previous:
    """Return which round it follows and why; one that was annulled has no notice, and is named by its definition."""
    if last.status == RoundStatus.ANNULLED:
        return previous_annulled(last)
    previous: Previous = {
        "round": last.number,
        "because": ballot["because"],
        "notice": last.notice.digest,
    }
    return previous | {"money_left": ballot["money_left"]} if "money_left" in ballot else previous


def end_conditions(cycle: Cycle) -> list[Condition]:
    """What ending the further rounds needs: a published result that calls for another, and no round under way."""
    rounds = list(Round.objects.filter(cycle=cycle).select_related("notice").order_by("number"))
    published = [each for each in rounds if each.status == RoundStatus.PUBLISHED]
    return [
        Condition(
            bool(published) and ballot_called_for(published[-1]) is not None,
            _("a published result calls for a further round"),
            _("No published result calls for a further round that could be done without."),
        ),
        Condition(
            all(each.status in OVER_STATUSES for each in rounds) and cycle.stage == Stage.COUNTING,
            _("no round is under way"),
            _("A round is under way. It is brought to its end, or annulled once it is open."),
        ),
    ]


class DecisionMissing(Refused):
    """What the presidium decided is named by its number and date."""

    def __str__(self) -> str:
        return gettext("Name the decision of the presidium by its number and date.")


@transaction.atomic
def end_rounds(
    *,
    cycle: Cycle,
    seats: ShortfallRule,
    decision: str,
    reason: str,
    by: User,
    at: datetime,
    second: User | None = None,
) -> EndOfRounds:
    """Record that the presidium decided to hold no further round: the year goes on with what was chosen.

    ``seats`` says what becomes of the places left: they stay empty, and the rest become annual tasks, or the rest is
    left to the next session. Raises ConditionsUnmet, StepNotAllowed, DecisionMissing, ReasonMissing,
    SecondPersonNeeded or SamePersonTwice.
    """
    cycle = Cycle.objects.select_for_update(no_key=True).select_related("congress").get(pk=cycle.pk)
    require(end_conditions(cycle))
    if seats not in {ShortfallRule.STAY_EMPTY, ShortfallRule.NEXT_SESSION}:
        raise StepNotAllowed
    beside = second_person(second, by=by, congress=cycle.congress)
    if not decision.strip():
        raise DecisionMissing
    if not reason.strip():
        raise ReasonMissing
    ended = EndOfRounds.objects.create(
        cycle=cycle, seats=seats, decision=decision.strip(), reason=reason.strip(),
        recorded_by=by, second=cast("User", second), recorded_at=at,
    )  # fmt: skip
    last = Round.objects.filter(cycle=cycle).latest("number")
    data = {
        "round": last.number, "shortfall_rule": seats, "decision": ended.decision, "reason": ended.reason, **beside,
    }  # fmt: skip
    record(cycle=cycle, act=Act.ROUNDS_ENDED, by=by, at=at, data=data)
    move_cycle(cycle, to=Stage.PUBLICATION, by=by, at=at)
    return ended
