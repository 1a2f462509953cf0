"""A wrong slate, wrong rules, or a wrong ballot that was annulled: two people take back what was fixed, and mend it.

Nothing is taken back once a round stands that counts: until the opening its roll is unfrozen first, from the opening
the presidium annuls it.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from voting.domain.core.cycles import move_cycle
from voting.domain.core.journal import record
from voting.domain.core.refusals import Condition, ReasonMissing, StepNotAllowed, require
from voting.domain.core.second_person import second_person
from voting.models import Cycle, Round, VotingRules
from voting.states import PREPARING_STAGES, WITHOUT_RESULT, Act, RoundStatus, Stage


def _no_round(cycle: Cycle) -> Condition:
    standing = Round.objects.filter(cycle=cycle).exclude(status__in=WITHOUT_RESULT).exists()
    return Condition(
        cycle.stage in PREPARING_STAGES and not standing,
        _("no round stands"),
        _(
            "A round stands. Before its slips are out unfreeze the roll first; from the opening on the presidium may "
            "annul the round, and then the vote is prepared anew."
        ),
    )


def slate_back_conditions(cycle: Cycle) -> list[Condition]:
    """What taking the frozen slate back needs."""
    frozen = Condition(
        cycle.slate_frozen_at is not None, _("the slate is frozen"), _("The slate is still a draft.")
    )
    return [frozen, _no_round(cycle)]


def rules_back_conditions(cycle: Cycle, rules: VotingRules | None) -> list[Condition]:
    """What taking the adoption of the rules back needs."""
    adopted = Condition(
        rules is not None and rules.is_adopted,
        _("the voting rules are adopted"),
        _("The rules are still a draft."),
    )
    return [adopted, _no_round(cycle)]


def anew_conditions(cycle: Cycle) -> list[Condition]:
    """What preparing the vote anew needs: its last round was annulled, and none is published."""
    statuses = {
        RoundStatus(each) for each in Round.objects.filter(cycle=cycle).values_list("status", flat=True)
    }
    return [
        Condition(
            cycle.stage == Stage.COUNTING and RoundStatus.ANNULLED in statuses and statuses <= WITHOUT_RESULT,
            _("the round was annulled, and no result is published"),
            _("Only a vote whose rounds were all annulled is prepared anew; what is published stays."),
        )
    ]


@transaction.atomic
def take_slate_back(*, cycle: Cycle, reason: str, by: User, at: datetime, second: User | None = None) -> None:
    """Make the frozen slate a draft again; where the official list was confirmed, it is confirmed anew later.

    Raises ConditionsUnmet, ReasonMissing, SecondPersonNeeded or SamePersonTwice.
    """
    locked = Cycle.objects.select_for_update(no_key=True).select_related("congress").get(pk=cycle.pk)
    require(slate_back_conditions(locked))
    data = {"candidates": locked.candidates.count(), **_by_two(locked, reason, by=by, second=second)}
    Cycle.objects.filter(pk=locked.pk).update(slate_frozen_at=None, list_confirmed_at=None)
    record(cycle=locked, act=Act.SLATE_UNFROZEN, by=by, at=at, data=data)


@transaction.atomic
def reopen_rules(*, cycle: Cycle, reason: str, by: User, at: datetime, second: User | None = None) -> None:
    """Make adopted rules a draft again: another text than the plenary's was adopted here.

    Raises ConditionsUnmet, ReasonMissing, SecondPersonNeeded or SamePersonTwice.
    """
    locked = Cycle.objects.select_for_update(no_key=True).select_related("congress").get(pk=cycle.pk)
    rules = VotingRules.objects.select_for_update().filter(cycle=locked).first()
    require(rules_back_conditions(locked, rules))
    if rules is None:
        raise StepNotAllowed
    data = {"digest": rules.digest, **_by_two(locked, reason, by=by, second=second)}
    rules.adopted_at, rules.digest = None, ""
    rules.save(update_fields=["adopted_at", "digest"])
    record(cycle=locked, act=Act.RULES_REOPENED, by=by, at=at, data=data)


@transaction.atomic
def prepare_anew(*, cycle: Cycle, reason: str, by: User, at: datetime, second: User | None = None) -> None:
    """Go back to the deliberation with a vote whose rounds were annulled: slate, rules and roll can be mended.

    The annulled rounds stay as evidence; the next one goes on with their numbers. Raises ConditionsUnmet,
    ReasonMissing, SecondPersonNeeded or SamePersonTwice.
    """
    locked = Cycle.objects.select_for_update(no_key=True).select_related("congress").get(pk=cycle.pk)
    require(anew_conditions(locked))
    last = Round.objects.filter(cycle=locked).latest("number")
    data = {"round": last.number, **_by_two(locked, reason, by=by, second=second)}
    record(cycle=locked, act=Act.PREPARED_ANEW, by=by, at=at, data=data)
    move_cycle(locked, to=Stage.DELIBERATION, by=by, at=at)


def _by_two(cycle: Cycle, reason: str, *, by: User, second: User | None) -> dict[str, str]:
    beside = second_person(second, by=by, congress=cycle.congress)
    if not reason.strip():
        raise ReasonMissing
    return {"reason": reason.strip(), **beside}
