"""The frozen definition of a round: what every ballot of it is sealed to."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from voting.domain import choices, counting
from voting.domain.canonical import canonical_json, sha256_hex
from voting.domain.rules import counting_rule, settings_of
from voting.models import BallotItem, Candidate, Cycle, Round, VotingRules

FORMAT = "piaojue-definition/1"


@dataclass(frozen=True)
class Definition:
    """A round's definition read back from its canonical text; equal texts give the same object."""

    text: str

    @cached_property
    def data(self) -> dict[str, Any]:
        data: dict[str, Any] = json.loads(self.text)
        return data

    @cached_property
    def digest(self) -> str:
        return sha256_hex(self.text)

    @cached_property
    def numbers(self) -> tuple[int, ...]:
        """The official numbers in ballot order."""
        return tuple(item["number"] for item in self.data["items"])

    @cached_property
    def rule(self) -> counting.Rule:
        return counting_rule(self.data["rules"], seats=self.data["seats"])

    @cached_property
    def ballot_type(self) -> counting.BallotType:
        return self.rule.ballot_type

    def encode(self, marks: Sequence[int]) -> bytes:
        """Return the marks at the round's fixed width."""
        return choices.encode(marks, ballot_type=self.ballot_type, items=len(self.numbers))

    def decode(self, data: bytes) -> tuple[int, ...]:
        """Return the marks. Raises choices.MalformedChoice."""
        return choices.decode(data, ballot_type=self.ballot_type, items=len(self.numbers))


@lru_cache(maxsize=32)
def read_definition(text: str) -> Definition:
    """Return the definition of that text, parsed once per process."""
    return Definition(text)


def definition_of(round_: Round) -> Definition:
    """Return the frozen definition of a round."""
    return read_definition(round_.definition)


def write_definition(
    *, cycle: Cycle, number: int, rules: VotingRules, seats: int, candidates: Sequence[Candidate]
) -> Definition:
    """Return the definition of a new round: its rules, its seats and its candidates in fixed order."""
    return read_definition(
        canonical_json(
            {
                "format": FORMAT,
                "cycle": cycle.slug,
                "kind": cycle.kind,
                "round": number,
                "seats": seats,
                "rules": settings_of(rules),
                "rules_digest": rules.digest,
                "items": [
                    {"number": c.number, "name": c.name, "name_en": c.name_en}
                    for c in sorted(candidates, key=lambda c: c.number)
                ],
            }
        )
    )


def ballot_items(round_: Round) -> list[BallotItem]:
    """Return the lines of the ballot in fixed order, each with its candidate."""
    return list(round_.items.select_related("candidate").order_by("number"))


def sealing_info(round_: Round) -> bytes:
    """Return what binds a sealed ballot to this round and no other (RFC 9180 ``info``; TRUST.md §2, S12)."""
    return f"piaojue/1|round {round_.pk}|{round_.definition_digest}|{round_.key_fingerprint}".encode()
