"""The count in a process of its own, and beside it a loop that only unseals: time and memory of both.

``python -m benchmarks.counting ours`` or ``… bare`` reads a :class:`Task` from its standard input and prints a
:class:`Cost`, both as JSON.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.ground import run

CHUNK = 2000


@dataclass(frozen=True)
class Task:
    """A closed round, and the seed that opens it."""

    round: int
    seed: str
    info: str


@dataclass(frozen=True)
class Cost:
    """What it took: seconds, and bytes of memory before it and at the peak."""

    ballots: int
    seconds: float
    before: int
    peak: int


def measure(how: str, task: Task, *, url: str) -> Cost:
    """Run one of the two in a process of its own."""
    environment = {"DATABASE_URL": url, "DATABASE_POOL": "on"}  # as the server counts, ballot by ballot
    done = run("-m", "benchmarks.counting", how, given=json.dumps(asdict(task)), **environment)
    return Cost(**json.loads(done.splitlines()[-1]))


def peak() -> int:
    """Return the most memory that this process has held so far, in bytes."""
    status = Path("/proc/self/status")
    if status.exists():  # what getrusage says on Linux may be inherited from the parent
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def count(task: Task) -> Cost:
    """Count as the clerk's step does, without storing the tally."""
    import django

    django.setup()
    from voting.domain.vote.counts import count_urn, facts_of
    from voting.models import Round

    round_ = Round.objects.select_related("cycle", "rules").get(pk=task.round)
    before, begun = peak(), time.perf_counter()
    counted = count_urn(round_=round_, facts=facts_of(round_), seed=bytes.fromhex(task.seed))
    seconds = time.perf_counter() - begun
    return Cost(counted.working["urn"]["ballots"], seconds, before, peak())


def unseal_only(task: Task) -> Cost:
    """Read the same ballots and unseal them, nothing else: no check, no hash, no sum."""
    import psycopg

    from voting.count import sealing

    key, info = sealing.private_key(bytes.fromhex(task.seed)), task.info.encode()
    ballots = 0
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        before, begun = peak(), time.perf_counter()
        with connection.cursor("urn", binary=True) as urn:
            urn.itersize = CHUNK
            urn.execute("SELECT blob FROM voting_sealedballot WHERE round_id = %s", [task.round])
            for (blob,) in urn:
                sealing.unseal(key, blob, info=info)
                ballots += 1
        seconds = time.perf_counter() - begun
    return Cost(ballots, seconds, before, peak())


if __name__ == "__main__":
    program = {"ours": count, "bare": unseal_only}[sys.argv[1]]
    print(json.dumps(asdict(program(Task(**json.load(sys.stdin))))))
