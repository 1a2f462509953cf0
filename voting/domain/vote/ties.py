"""得票相等: a tie across the cut that the rules give to the presidium or to a public lot, decided on the record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from voting.count.formats.working import OutcomeRecord
from voting.count.measures import TieRule
from voting.count.outcomes import Status
from voting.domain.core.journal import record
from voting.domain.core.refusals import Refused, StepNotAllowed
from voting.domain.vote.definitions import working_of
from voting.models import Round, TieDecision
from voting.states import Act, RoundStatus

#: The tie rules whose decision is recorded; the others need none, or another ballot.
RECORDED = frozenset({TieRule.PRESIDIUM, TieRule.LOT})


class WrongNumber(Refused):
    """Not as many projects as there are seats left."""

    def __init__(self, chosen: int, seats: int) -> None:
        super().__init__(chosen, seats)
        self.chosen, self.seats = chosen, seats

    def __str__(self) -> str:
        return ngettext(
            "There is %(seats)d place left; %(given)d were given.",
            "There are %(seats)d places left; %(given)d were given.",
            self.seats,
        ) % {"seats": self.seats, "given": self.chosen}


class NotTied(Refused):
    """A project that is not among the tied ones, or one given twice or left out of a draw."""

    def __init__(self, tied: Sequence[int]) -> None:
        super().__init__(tied)
        self.tied = tuple(tied)

    def __str__(self) -> str:
        return _("Only the tied projects can be given, each once: %(tied)s.") % {
            "tied": ", ".join(str(number) for number in self.tied)
        }


class TieReasonMissing(Refused):
    def __str__(self) -> str:
        return _("Record the reason: it is published with the result.")


class WitnessMissing(Refused):
    def __str__(self) -> str:
        return _("Record who drew the lot and who witnessed it.")


def open_tie(round_: Round) -> OutcomeRecord | None:
    """Return the outcome of a counted round whose tie the rules give to the presidium or a lot, else None.

    Raises UnreadableRecord.
    """
    tally = getattr(round_, "tally", None)
    if tally is None or round_.rules.tie_rule not in RECORDED:
        return None
    outcome = working_of(round_)["outcome"]
    return outcome if outcome["status"] is Status.TIE else None


@transaction.atomic
def decide_by_presidium(
    *, round_: Round, chosen: Sequence[int], reason: str, by: User, at: datetime
) -> TieDecision:
    """Record which of the tied projects the presidium chose for the seats left, and why.

    Raises StepNotAllowed, NotTied, WrongNumber or TieReasonMissing.
    """
    round_, outcome = _certified(round_, TieRule.PRESIDIUM)
    if len(set(chosen)) != len(chosen) or not set(chosen) <= set(outcome["tied"]):
        raise NotTied(outcome["tied"])
    if len(chosen) != outcome["seats_left"]:
        raise WrongNumber(len(chosen), outcome["seats_left"])
    return _record(
        round_, TieRule.PRESIDIUM, chosen=sorted(chosen), drawn=[], reason=reason, witnesses="", by=by, at=at
    )


@transaction.atomic
def decide_by_lot(
    *, round_: Round, drawn: Sequence[int], reason: str, witnesses: str, by: User, at: datetime
) -> TieDecision:
    """Record the order in which a public lot drew the tied projects; the first take the seats left.

    ``reason`` says how it was drawn. Raises StepNotAllowed, NotTied, WitnessMissing or TieReasonMissing.
    """
    round_, outcome = _certified(round_, TieRule.LOT)
    if sorted(drawn) != sorted(outcome["tied"]):
        raise NotTied(outcome["tied"])
    if not witnesses.strip():
        raise WitnessMissing
    chosen = sorted(drawn[: outcome["seats_left"]])
    return _record(
        round_,
        TieRule.LOT,
        chosen=chosen,
        drawn=list(drawn),
        reason=reason,
        witnesses=witnesses.strip(),
        by=by,
        at=at,
    )


def _certified(round_: Round, rule: TieRule) -> tuple[Round, OutcomeRecord]:
    round_ = (
        Round.objects.select_for_update(of=("self",))
        .select_related("cycle__congress", "rules", "tally")
        .get(pk=round_.pk)
    )
    outcome = open_tie(round_) if round_.status == RoundStatus.CERTIFIED else None
    if outcome is None or round_.rules.tie_rule != rule or TieDecision.objects.filter(round=round_).exists():
        raise StepNotAllowed
    return round_, outcome


def _record(
    round_: Round, method: TieRule, *, reason: str, by: User, at: datetime, **fields: Any
) -> TieDecision:
    if not reason.strip():
        raise TieReasonMissing
    decision = TieDecision.objects.create(
        round=round_, method=method, reason=reason.strip(), recorded_by=by, recorded_at=at, **fields
    )
    data = {
        "round": round_.number, "method": method, "chosen": decision.chosen, "drawn": decision.drawn,
        "reason": decision.reason, "witnesses": decision.witnesses,
    }  # fmt: skip
    record(cycle=round_.cycle, act=Act.TIE_DECIDED, by=by, at=at, data=data)
    return decision
