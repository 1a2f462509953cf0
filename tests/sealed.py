"""Ballots and test ballots as a changed script, another device or an insider would hand them in: any bytes at all."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from tests.factories import Vote
from voting.count import sealing
from voting.domain.vote.definitions import definition_of, sealing_info
from voting.models import RollEntry, Round, SealedBallot, TestBallot


def encoded(vote: Vote, marks: Sequence[int]) -> bytes:
    """Return marks as a ballot's plain bytes, valid or not; what is left out is not marked."""
    definition = definition_of(vote.round)
    return definition.encode([*marks, *[0] * (len(definition.numbers) - len(marks))])


def sealed(vote: Vote, plain: bytes, *, of: Round | None = None) -> bytes:
    """Seal plain bytes to the round's key; ``of`` binds them to another round."""
    key = sealing.load_public_key(bytes(vote.round.public_key))
    return sealing.seal(key, plain, info=sealing_info(of or vote.round))


def cast_bytes(vote: Vote, place: int, blob: bytes, *, in_group: bool | None = None) -> str:
    """Put bytes into the urn as the ballot of the delegate at that place; return their hash."""
    entry = RollEntry.objects.filter(round=vote.round, delegate=vote.delegates[place], voted=False)
    assert entry.update(voted=True) == 1
    SealedBallot.objects.create(round=vote.round, blob=blob, in_group=in_group)
    return hashlib.sha256(blob).hexdigest()


def tried_bytes(vote: Vote, blob: bytes) -> str:
    """Make a test ballot of these bytes; return their hash."""
    TestBallot.objects.create(round=vote.round, blob=blob)
    return hashlib.sha256(blob).hexdigest()
