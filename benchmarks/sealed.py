"""Marks at random, and ballots sealed in bulk. No Django: worker processes import this."""

from __future__ import annotations

import random

from voting.count import choices, sealing
from voting.count.measures import BallotType

CANDIDATES, SEATS = 12, 10
FULL = 0.8  # of the ballots use every mark


def some_marks(chance: random.Random) -> list[int]:
    """Return the numbers that one delegate marks: mostly all ten, sometimes fewer."""
    count = SEATS if chance.random() < FULL else chance.randint(1, SEATS)
    return sorted(chance.sample(range(1, CANDIDATES + 1), count))


def seal_some(count: int, seed: int, key: bytes, info: bytes) -> list[bytes]:
    """Return so many sealed ballots with marks at random."""
    chance, public = random.Random(seed), sealing.load_public_key(key)
    ballots = []
    for _ in range(count):
        marked = some_marks(chance)
        marks = [int(number in marked) for number in range(1, CANDIDATES + 1)]
        plain = choices.encode(marks, ballot_type=BallotType.UP_TO, items=CANDIDATES)
        ballots.append(sealing.seal(public, plain, info=info))
    return ballots
