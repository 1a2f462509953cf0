"""A round is annulled by a decision of the presidium: its urn stays sealed, is never counted; it is held again."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from django.db import transaction

from accounts.models import User
from voting.domain.core.cycles import move_cycle
from voting.domain.core.refusals import ReasonMissing, StepNotAllowed
from voting.domain.core.second_person import second_person
from voting.domain.vote.further_rounds import DecisionMissing
from voting.domain.vote.rounds import move_round, seal_urn, sealed_data, write_roll_anew
from voting.domain.vote.scanned_pictures import put_away
from voting.models import Annulment, FirstCount, Round, UrnSeal
from voting.states import ANNULLABLE, Act, RoundStatus, Stage


@transaction.atomic
def annul_round(
    *, round_: Round, decision: str, reason: str, by: User, at: datetime, second: User | None = None
) -> Annulment:
    """Annul a round from its opening until its count is certified. No ballot is touched.

    The urn of an open round is sealed with it, so that nothing comes in any more and its hashes are fixed; nobody
    counts it. A count that was made already stays as evidence and is never published. The same slate is voted on again
    in a round of its own (``further_rounds.begin_round``). Raises StepNotAllowed, DecisionMissing, ReasonMissing,
    SecondPersonNeeded or SamePersonTwice.
    """
    locked = (
        Round.objects.select_for_update(of=("self",))
        .select_related("cycle__congress", "rules")
        .get(pk=round_.pk)
    )
    since = RoundStatus(locked.status)
    if since not in ANNULLABLE:
        raise StepNotAllowed
    beside = second_person(second, by=by, congress=locked.cycle.congress)
    if not decision.strip():
        raise DecisionMissing
    if not reason.strip():
        raise ReasonMissing
    fields: dict[str, Any] = {}
    if since == RoundStatus.OPEN:
        seal, issued = seal_urn(locked)
        data = sealed_data(seal, issued)
        fields = {**issued, "closed_at": at}
    else:
        seal = UrnSeal.objects.defer("hashes").get(round=locked)
        data = {"ballots": seal.ballots, "root": seal.root}
    counted = since == RoundStatus.COUNTED or FirstCount.objects.filter(round=locked).exists()
    annulment = Annulment.objects.create(
        round=locked, decision=decision.strip(), reason=reason.strip(), counted=counted,
        recorded_by=by, second=cast("User", second), recorded_at=at,
    )  # fmt: skip
    data |= {"since": since, "decision": annulment.decision, "reason": annulment.reason, **beside}
    put_away(locked)
    move_round(locked, to=RoundStatus.ANNULLED, act=Act.ROUND_ANNULLED, by=by, at=at, data=data, **fields)
    if since == RoundStatus.OPEN:
        move_cycle(locked.cycle, to=Stage.COUNTING, by=by, at=at)
        write_roll_anew(locked)
    return annulment
