"""The working of a count: the facts of a closed round and its ballots in, the text that is certified out. Pure.

The count in the admin, the offline unsealing and the recount all come through here, so the same urn and the same paper
give the same bytes wherever they are counted (TRUST.md §2).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any

from voting.count import counting
from voting.count.canonical import canonical_json, sha256_hex
from voting.count.choices import Choice
from voting.count.definition import Definition, read_definition
from voting.count.formats.files import RoundFacts
from voting.count.formats.parts import BoxFigures, ChannelName
from voting.count.formats.working import (
    PATTERNS,
    WORKING,
    OpenedTest,
    Pattern,
    PatternsBody,
    WorkingBody,
)
from voting.count.judging import void_reasons_of
from voting.count.singles import Approvals, SingleRow, approvals, single_rows, singles_digest


@dataclass(frozen=True)
class Working:
    """What is kept of a count: the working, and the distinct ballots of each channel with their numbers, sorted.

    The patterns are for the scrutineers only (TRUST.md F26).
    """

    working: WorkingBody
    patterns: PatternsBody

    @property
    def text(self) -> str:
        return WORKING.write(self.working)

    @property
    def digest(self) -> str:
        return sha256_hex(self.text)


def work_out(facts: RoundFacts, online: Iterable[Choice], tests: Iterable[OpenedTest] = ()) -> Working:
    """Count a closed round, its online ballots taken one by one.

    ``facts`` are what the round fixed before any ballot was opened. The opened test ballots are noted, and counted
    nowhere; a round from before there were any says nothing of them. Raises counting.ImpossibleCount,
    counting.CountMismatch, UnreadableRecord.
    """
    definition = read_definition(facts["definition"])
    electronic, box = _Channel(definition), _Channel(definition, on_paper=True)
    for choice in online:
        electronic.add(choice)
    for choice in paper_choices(facts):
        box.add(choice)
    channels: dict[ChannelName, _Channel] = {"online": electronic}
    if facts["paper"]:
        channels["paper"] = box
    singles = _singles(definition, electronic.patterns(), box.patterns())
    working = WORKING.of(
        {
            "format": WORKING.name,
            "definition": definition.digest,
            "key": facts["key"],
            "urn": facts["urn"],
            "attendance": facts["attendance"],
            "paper": _box(facts),
            "channels": {name: channel.to_dict() for name, channel in channels.items()},
            "outcome": _decide(definition, facts, list(channels.values()), singles).to_dict(),
            **({} if singles is None else {"singles": singles_digest(single_rows(singles))}),
            **({"tests": list(tests)} if "tests" in facts["urn"] else {}),
        }
    )
    patterns = {"format": PATTERNS.name, "online": electronic.patterns(), "paper": box.patterns()}
    return Working(working, PATTERNS.of(patterns))


def _singles(definition: Definition, online: list[Pattern], paper: list[Pattern]) -> Approvals | None:
    if not definition.rule.by_ballot:
        return None
    ballots = [(marks, times, False) for marks, _in_group, times in online]
    ballots += [(marks, times, True) for marks, _in_group, times in paper]
    return approvals(definition.rule, definition.numbers, ballots)


def published_singles(definition: Definition, patterns: PatternsBody) -> list[SingleRow] | None:
    """Return the single ballots of a counted round as they are published; None where its rule needs none."""
    singles = _singles(definition, patterns["online"], patterns["paper"])
    return None if singles is None else single_rows(singles)


def _decide(
    definition: Definition, facts: RoundFacts, channels: list[_Channel], singles: Approvals | None
) -> counting.CountOutcome:
    attendance, paper = facts["attendance"], facts["paper"]
    group = None
    if definition.rule.group_floor and (members := attendance["group"]):
        group = (
            reduce(add, (channel.members.totals() for channel in channels)),
            counting.Turnout(roll=members["roll"], present=members["present"], issued=members["issued"]),
        )
    return counting.decide(
        definition.rule,
        reduce(add, (channel.totals() for channel in channels)),
        counting.Turnout(
            roll=attendance["roll"],
            present=attendance["present"],
            issued=attendance["issued"],
            paper_issued=paper["issued"] if paper else 0,
        ),
        group=group,
        paper_returned=paper["returned"] if paper else 0,
        singles=singles,
    )


def _box(facts: RoundFacts) -> BoxFigures | None:
    """Return the box of paper ballots with one hash over what was agreed to stand on them."""
    paper = facts["paper"]
    if not paper:
        return None
    box: BoxFigures = {
        "issued": paper["issued"],
        "returned": paper["returned"],
        "returned_group": paper["returned_group"],
        "digest": sha256_hex(canonical_json(sorted(paper["ballots"]))),
    }
    if "readings" in paper:
        box["readings"] = paper["readings"]
    return box


def expand(patterns: Iterable[Pattern]) -> Iterable[Choice]:
    """Yield the ballots that the patterns of one channel stand for."""
    for marks, in_group, times in patterns:
        choice = Choice(tuple(marks), bool(in_group))
        for _number in range(times):
            yield choice


def paper_choices(facts: RoundFacts) -> list[Choice]:
    """Return the agreed paper ballots of the facts."""
    paper = facts["paper"]
    return [Choice(tuple(marks), bool(in_group)) for marks, in_group in paper["ballots"]] if paper else []


class _Channel:
    """One channel while it is counted: its totals, of the sub-group apart, and its patterns."""

    def __init__(self, definition: Definition, *, on_paper: bool = False) -> None:
        self.rule = definition.rule
        self.members, self.others = (
            counting.Adder(self.rule, definition.numbers, on_paper=on_paper) for _part in range(2)
        )
        self.seen: Counter[Choice] = Counter()

    def add(self, choice: Choice) -> None:
        (self.members if choice.in_group else self.others).add(choice.marks)
        self.seen[choice] += 1

    def totals(self) -> counting.Totals:
        return self.members.totals() + self.others.totals()

    def patterns(self) -> list[Pattern]:
        return sorted((list(c.marks), int(c.in_group), times) for c, times in self.seen.items())

    def to_dict(self) -> dict[str, Any]:
        totals = self.totals()
        return {
            "returned": totals.returned,
            "valid": totals.valid,
            "blank": totals.blank,
            "void": totals.void,
            "void_reasons": {
                reason.value: totals.void_reasons[reason] for reason in void_reasons_of(self.rule)
            },
            "items": [item.to_dict(self.rule) for item in totals.items],
        }
