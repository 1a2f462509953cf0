"""Delegates over HTTP, step by step: everyone signs in, everyone opens the ballot, reviews, casts."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from benchmarks.sealed import some_marks
from benchmarks.web import LINES, Burst, Visitor, WrongAnswer, burst
from voting.management.hall.delegate import cast_fields

Fields = Mapping[str, str | list[str]]


def marks_up_to(chance: random.Random) -> Fields:
    """Return what the form of a ballot sends on which at most ten are marked."""
    return {"mark": [str(number) for number in some_marks(chance)]}


_TICKET = re.compile(r'name="ticket" value="([^"]+)"')


@dataclass
class Hall:
    """Delegates in front of one server; ``steps`` keeps what each step took.

    ``codes`` has access codes by delegate number; in front of several congresses, by (address of the congress, number).
    ``marked`` draws what the form of one delegate sends; ``lines`` are the connections that all share.
    """

    port: int
    codes: Mapping[str, str] | Mapping[tuple[str, str], str]
    seed: int
    marked: Callable[[random.Random], Fields] = marks_up_to
    lines: int = LINES
    steps: dict[str, Burst] = field(default_factory=dict)

    def __post_init__(self) -> None:
        chance = random.Random(self.seed)
        self.slips = [("", key) if isinstance(key, str) else key for key in self.codes]
        self.people = [Visitor() for _ in self.codes]
        self.fields = [self.marked(chance) for _ in self.codes]
        self.tickets: list[str] = []
        self.sealed: list[dict[str, str]] = []

    @property
    def seconds(self) -> float:
        """What everything took, from the sign-in page to the receipt, where the server seals."""
        return sum(step.seconds for step in self.steps.values())

    @property
    def device_seconds(self) -> float:
        """What everything took where the devices seal: they ask the server for no review."""
        return self.seconds - self.steps["review"].seconds

    def prepare(self, *, between: Callable[[], object] = bool) -> None:
        """Sign everyone in and bring them to the page that has the button to cast; ``between`` comes after a step."""
        places = [place for place, _number in self.slips]
        people = list(zip(self.people, places, strict=True))
        self._step("sign-in page", [person.get(f"{place}/enter/") for person, place in people])
        between()
        typed = zip(people, self.slips, self.codes.values(), strict=True)
        forms = [
            person.post(f"{place}/enter/", {"number": number, "code": code})
            for (person, place), (_place, number), code in typed
        ]
        self._step("sign-in", forms, expect=302)
        between()
        pages = self._step("ballot page", [person.get(f"{place}/ballot/") for person, place in people])
        between()
        self.tickets = [ticket_of(page) for page in pages]
        pages = self._step("review", self._ballots("/ballot/review/"))
        between()
        self.sealed = [cast_fields(page) | {"sealer": "device"} for page in pages]

    def cast(self) -> None:
        """Let everyone cast."""
        for requests in self.casts(1):
            self.take_cast(requests)

    def casts(self, parts: int) -> list[list[bytes]]:
        """Return everyone's cast in so many parts of about the same size."""
        people = zip(self.people, self.slips, self.sealed, strict=True)
        requests = [person.post(f"{place}/ballot/cast/", form) for person, (place, _number), form in people]
        return [requests[part::parts] for part in range(parts)]

    def take_cast(self, requests: list[bytes]) -> Burst:
        """Let some cast, and add it to what casting took."""
        done = burst(self.port, requests, expect=200, lines=self.lines)
        self.steps["cast"] = done if "cast" not in self.steps else self.steps["cast"] + done
        return done

    def _ballots(self, path: str) -> list[bytes]:
        forms = zip(self.people, self.slips, self.tickets, self.fields, strict=True)
        return [
            person.post(f"{place}{path}", {"ticket": ticket, **fields})
            for person, (place, _number), ticket, fields in forms
        ]

    def _step(self, name: str, requests: list[bytes], *, expect: int = 200) -> list[str]:
        self.steps[name] = done = burst(self.port, requests, expect=expect, lines=self.lines)
        for person, answer in zip(self.people, done.answers, strict=True):
            person.take(answer)
        return [answer.text for answer in done.answers]


def ticket_of(page: str) -> str:
    """Return the ticket of the form in that page. Raises WrongAnswer where it has none."""
    found = _TICKET.search(page)
    if not found:
        raise WrongAnswer(f"no ballot on this page: {page[:2000]}")
    return found[1]
