"""The frozen definition of a round: what every ballot of it is sealed to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from voting.count.definition import Definition, read_definition
from voting.count.formats import UnreadableRecord
from voting.count.formats.definition import DEFINITION, Previous
from voting.count.formats.working import WORKING, WorkingBody
from voting.domain.vote.rules import settings_of
from voting.models import BallotItem, Candidate, Cycle, Round, VotingRules
from voting.text.amounts import TEN_THOUSAND


def definition_of(round_: Round) -> Definition:
    """Return the frozen definition of a round. Raises UnreadableRecord."""
    return read_definition(round_.definition)


def working_of(round_: Round) -> WorkingBody:
    """Return the stored count of a round. Raises UnreadableRecord, also where it is not of the round's own projects."""
    working, numbers = WORKING.read(round_.tally.working), list(definition_of(round_).numbers)
    outcome = working["outcome"]
    if [item["number"] for item in outcome["items"]] != numbers or not set(outcome["tied"]) <= set(numbers):
        raise UnreadableRecord(
            WORKING.name, place="outcome.items", why=f"the ballot has the projects {numbers}"
        )
    return working


def write_definition(
    *,
    cycle: Cycle,
    number: int,
    rules: VotingRules,
    seats: int,
    candidates: Sequence[Candidate],
    previous: Previous | None = None,
) -> Definition:
    """Return the definition of a new round: its rules, its seats and its candidates in fixed order.

    ``previous`` is None for a first round.
    """
    body: dict[str, Any] = {
        "format": DEFINITION.name,
        "cycle": cycle.slug,
        "kind": cycle.kind,
        "round": number,
        "previous": previous,
        "seats": seats,
        "rules": settings_of(rules),
        "rules_digest": rules.digest,
        "items": [
            {"number": c.number, "name": c.name, "name_en": c.name_en, **_cost(rules, c)}
            for c in sorted(candidates, key=lambda c: c.number)
        ],
    }
    return read_definition(DEFINITION.write(DEFINITION.of(body)))


def _cost(rules: VotingRules, candidate: Candidate) -> dict[str, int]:
    """Return what a project costs, in yuan; nothing where no money is shared out."""
    return {"cost": int((candidate.investment_total or 0) * TEN_THOUSAND)} if rules.method else {}


def ballot_items(round_: Round) -> list[BallotItem]:
    """Return the lines of the ballot in fixed order, each with its candidate."""
    return list(round_.items.select_related("candidate").order_by("number"))


def sealing_info(round_: Round) -> bytes:
    """Return what binds a sealed ballot to this round and no other (RFC 9180 ``info``; TRUST.md §2, S12)."""
    return f"piaojue/1|round {round_.pk}|{round_.definition_digest}|{round_.key_fingerprint}".encode()
