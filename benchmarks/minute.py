"""The delegate's minute: each of its five requests beside a bare Django view, on the real ballot, on every ballot type.

The ballot has the dossiers of 2018 (21 KB). All ratios are of one run: between any two steps of a hall the bare view
answers as many requests.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from django.test import Client

from accounts.roles import Kind
from benchmarks import report, votes
from benchmarks.delegates import Fields, Hall, ticket_of
from benchmarks.ground import BASE
from benchmarks.sealed import CANDIDATES, SEATS, some_marks
from benchmarks.statements import counted
from benchmarks.web import Burst, percentiles
from voting.count.counting import BallotType
from voting.count.presets import PRESETS
from voting.management.hall.delegate import cast_fields
from voting.management.seeds.files import read_cycle

#: The steps of a hall, with the least rate of each beside the bare view's; the ballot and its review are one goal.
STEPS = {"sign-in page": None, "sign-in": 1.5, "ballot page": 2.0, "review": 2.0, "cast": 1.5}
JOURNEY, MOST_STATEMENTS, SLOWEST = 0.45, 2, 0.6
PLAIN = PRESETS["gongshu-2018"]
#: Every ballot type that a cycle of projects has, as a rule that is adopted.
TYPES: dict[BallotType, Mapping[str, Any]] = {
    BallotType.UP_TO: PLAIN,
    BallotType.EXACTLY: PLAIN | {"ballot_type": "exactly", "under_vote": "void"},
    BallotType.PER_ITEM: PLAIN | {"ballot_type": "per_item"},
    BallotType.PER_ITEM_UP_TO: PLAIN | {"ballot_type": "per_item_up_to"},
    BallotType.RANKING: PRESETS["liyang"],
    BallotType.WHOLE_REPORT: PRESETS["yangpu"],
    BallotType.CHOOSE_ONE: PLAIN | {"ballot_type": "choose_one"},
    BallotType.POINTS: PLAIN | {"ballot_type": "points", "points": SEATS, "most_points": 5},
}


def _all(chance: random.Random) -> list[int]:
    return chance.sample(range(1, CANDIDATES + 1), SEATS)


def _each(chance: random.Random) -> Fields:
    ten = set(_all(chance))
    against = (number for number in range(1, CANDIDATES + 1) if number not in ten)
    return {"mark": [str(number) for number in sorted(ten)], **{f"mark-{n}": "against" for n in against}}


#: What a delegate's form sends.
MARKED: dict[BallotType, Callable[[random.Random], Fields]] = {
    BallotType.UP_TO: lambda chance: {"mark": [str(number) for number in some_marks(chance)]},
    BallotType.EXACTLY: lambda chance: {"mark": [str(number) for number in sorted(_all(chance))]},
    BallotType.PER_ITEM: _each,
    BallotType.PER_ITEM_UP_TO: _each,
    BallotType.RANKING: lambda chance: {f"place-{n}": str(p) for p, n in enumerate(_all(chance), start=1)},
    BallotType.CHOOSE_ONE: lambda chance: {"mark": [str(chance.randint(1, CANDIDATES))]},
    BallotType.POINTS: lambda chance: {f"points-{n}": "1" for n in _all(chance)},
    BallotType.WHOLE_REPORT: lambda chance: {"mark-0": chance.choice(["for", "against", "abstain"])},
}


@dataclass
class Minute:
    """What was measured: by ballot type the rates of the halls and of the bare view beside them."""

    rates: dict[BallotType, dict[str, list[float]]] = field(default_factory=dict)
    #: All at once: every latency of a step.
    crowd: dict[str, list[float]] = field(default_factory=dict)
    people: int = 0
    statements: dict[str, int] = field(default_factory=dict)

    def rows(self) -> list[report.Row]:
        """Return the table: each type's steps beside the bare view, what one costs, and how long a crowd waits."""
        rows = [row for kind in self.rates for row in self._of(kind)]
        rows += [
            report.Row(f"SQL statements: {step}", str(number), target="≤ 2", met=number <= MOST_STATEMENTS)
            for step, number in self.statements.items()
        ]
        for step, latencies in self.crowd.items():
            middle, slowest = percentiles(latencies)
            words = f"{self.people} at once, {step}: p99 (p50 beside it)"
            rows.append(
                report.Row(
                    words,
                    f"{slowest * 1000:.0f} ms",
                    f"{middle * 1000:.0f} ms",
                    target=f"≤ {SLOWEST * 1000:.0f} ms",
                    met=slowest <= SLOWEST,
                )
            )
        return rows

    def _of(self, kind: BallotType) -> Iterator[report.Row]:
        rates = {step: median(some) for step, some in self.rates[kind].items()}
        bare = rates["bare"]
        for step, least in STEPS.items():
            words = f"{kind.value}: {step} beside a bare Django view"
            ours = f"{rates[step]:.0f}/s", f"{bare:.0f}/s", rates[step] / bare
            yield report.Row(words, *ours) if least is None else report.at_least(words, *ours, least)
        whole = rates["journey"]
        yield report.at_least(
            f"{kind.value}: all five beside one bare request",
            f"{whole:.0f}/s", f"{bare:.0f}/s", whole / bare, JOURNEY,
        )  # fmt: skip
        device = rates["device"]
        yield report.at_least(
            f"{kind.value}: the four of a device that seals beside one bare request",
            f"{device:.0f}/s", f"{bare:.0f}/s", device / bare, JOURNEY,
        )  # fmt: skip


def real_candidates() -> list[dict[str, Any]]:
    """Return the candidate projects of 2018 with their dossiers."""
    return read_cycle(BASE / "seeds" / "2018.toml").candidates


def measure(
    *,
    port: int,
    database: str,
    delegates: int,
    turns: int,
    bare: Callable[[], Burst],
    settle: Callable[[], object],
    say: Callable[[str], None],
) -> Minute:
    """Let halls of so many delegates vote on every ballot type; ``bare`` lets as many be answered by the bare view."""
    votes.use(database)
    numbers, candidates = votes.enrol(delegates, kind=Kind.DEMO), real_candidates()
    found, year = Minute(people=delegates), 2000
    for kind, settings in TYPES.items():
        say(f"{delegates} delegates and a ballot of the type {kind.value}")
        rates = found.rates[kind] = {step: [] for step in (*STEPS, "journey", "device", "bare")}
        for turn in range(turns + 1):
            year += 1
            codes = _open(year, candidates, settings, numbers)
            if turn == 0 and kind is BallotType.UP_TO:
                settle()
                found.statements = _statements(codes)
            hall = Hall(port, codes, seed=year, marked=MARKED[kind])
            beside: list[float] = []
            hall.prepare(between=lambda beside=beside: beside.append(bare().rate))  # type: ignore[misc]
            hall.cast()
            beside.append(bare().rate)
            if turn:  # the first one warms up
                _keep(rates, hall, beside)
    for _turn in range(turns):
        say(f"{delegates} delegates at once")
        year += 1
        crowd = Hall(port, _open(year, candidates, PLAIN, numbers), seed=year, lines=delegates)
        crowd.prepare()
        crowd.cast()
        for step, done in crowd.steps.items():
            found.crowd.setdefault(step, []).extend(done.latencies)
    return found


def _keep(rates: dict[str, list[float]], hall: Hall, beside: list[float]) -> None:
    for step in STEPS:
        rates[step].append(hall.steps[step].rate)
    rates["journey"].append(len(hall.people) / hall.seconds)
    rates["device"].append(len(hall.people) / hall.device_seconds)
    rates["bare"].append(median(beside))


def _open(
    year: int, candidates: list[dict[str, Any]], settings: Mapping[str, Any], numbers: list[str]
) -> dict[str, str]:
    vote = votes.open_vote(kind=Kind.DEMO, year=year, candidates=candidates, settings=settings)
    return votes.issue(vote, numbers)


def _statements(codes: dict[str, str]) -> dict[str, int]:
    """Return how many statements each request takes, once what a process asks once is asked."""
    found: dict[str, int] = {}
    for number in list(codes)[:2]:
        browser, code = Client(SERVER_NAME="127.0.0.1"), codes.pop(number)
        with counted() as sent:
            browser.get("/enter/")
        found["sign-in page"] = len(sent)
        with counted() as sent:
            browser.post("/enter/", {"number": number, "code": code})
        found["sign-in"] = len(sent)
        with counted() as sent:
            page = browser.get("/ballot/").content.decode()
        found["ballot page"] = len(sent)
        form = {"ticket": ticket_of(page), "mark": ["1", "2"]}
        with counted() as sent:
            review = browser.post("/ballot/review/", form).content.decode()
        found["review"] = len(sent)
        with counted() as sent:
            answer = browser.post("/ballot/cast/", cast_fields(review) | {"sealer": "device"})
        found["cast"] = len(sent)
        if answer.status_code != 200:  # noqa: PLR2004
            raise SystemExit(f"a cast was answered with {answer.status_code}")
    return found
