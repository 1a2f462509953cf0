"""The frozen definition of a round, read back from its canonical text. Pure: no Django, no database.

The count, the offline unsealing and the recount all read a definition here, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from voting.count import choices, counting
from voting.count.canonical import sha256_hex
from voting.count.formats import UnreadableRecord
from voting.count.formats.definition import DEFINITION, DefinitionBody
from voting.count.money import Method, Money
from voting.count.points import Points
from voting.count.totals import check_items


@dataclass(frozen=True)
class Definition:
    """A round's rules, seats and items; equal texts give the same object."""

    text: str
    data: DefinitionBody = field(compare=False, repr=False)

    @cached_property
    def digest(self) -> str:
        return sha256_hex(self.text)

    @cached_property
    def numbers(self) -> tuple[int, ...]:
        """The official numbers in ballot order."""
        return tuple(item["number"] for item in self.data["items"])

    @cached_property
    def rule(self) -> counting.Rule:
        costs = tuple((item["number"], item["cost"]) for item in self.data["items"] if "cost" in item)
        previous = self.data["previous"]
        left = previous.get("money_left") if previous else None
        return counting_rule(self.data["rules"], seats=self.data["seats"], budget=left, costs=costs)

    @cached_property
    def ballot_type(self) -> counting.BallotType:
        return self.rule.ballot_type

    @cached_property
    def width(self) -> int:
        """How many bytes every choice of the round takes."""
        return choices.width(len(self.numbers))

    def encode(self, marks: Sequence[int], *, in_group: bool = False) -> bytes:
        """Return the marks at the round's fixed width.

        ``in_group`` is of rounds from before the roll told it: then a ballot said itself that the sub-group cast it.
        """
        return choices.encode(marks, ballot_type=self.ballot_type, items=len(self.numbers), in_group=in_group)

    def decode(self, data: bytes) -> choices.Choice:
        """Return the marks and whether the sub-group cast them. Raises choices.MalformedChoice."""
        return choices.decode(data, ballot_type=self.ballot_type, items=len(self.numbers))


#: So many are kept by a process: one server may hold thousands of votes that are open at once, and every ballot page
#: reads its own. Of 6 KB each, all of them are 25 MB.
KEPT = 4096


@lru_cache(maxsize=KEPT)
def read_definition(text: str) -> Definition:
    """Return the definition of that text, parsed once per process.

    Raises UnreadableRecord, also where no vote can be held under what it says.
    """
    definition = Definition(text, DEFINITION.read(text))
    try:
        check_items(definition.rule, definition.numbers)
    except counting.ImpossibleRule as error:
        raise UnreadableRecord(DEFINITION.name, place="rules", why=str(error)) from error
    return definition


def counting_rule(
    settings: Mapping[str, Any],
    *,
    seats: int,
    budget: int | None = None,
    costs: Sequence[tuple[int, int]] = (),
) -> counting.Rule:
    """Return the rule of the count for the adopted settings. Raises counting.ImpossibleRule.

    Where these share out a sum of money, ``budget`` is what is left of it for a further round, and ``costs`` are the
    projects' by their numbers. What the projects of a ballot may cost together is then no more than what is left.
    """
    money, points, most_cost = None, None, settings.get("most_cost")
    if settings.get("points") or settings.get("most_points"):
        points = Points(settings.get("points", 0), settings.get("most_points", 0))
    if settings.get("method"):
        whole = settings.get("budget", 0) if budget is None else budget
        money = Money(Method(settings["method"]), whole, tuple(costs))
        most_cost = None if most_cost is None else min(most_cost, whole)
    return counting.Rule(
        ballot_type=counting.BallotType(settings["ballot_type"]),
        seats=seats,
        floor=floor_of(settings, "floor"),
        blank=counting.BlankBallot(settings["blank_ballot"]),
        tie_rule=counting.TieRule(settings["tie_rule"]),
        shortfall_rule=counting.ShortfallRule(settings["shortfall_rule"]),
        under=counting.UnderVote(settings["under_vote"]),
        scoring=counting.Scoring(settings["scoring"]) if settings["scoring"] else None,
        group_floor=floor_of(settings, "group"),
        satisfied_floor=floor_of(settings, "satisfied"),
        double_mark=counting.DoubleMark(settings.get("double_mark", counting.DoubleMark.BALLOT)),
        money=money,
        points=points,
        most_cost=most_cost,
    )


def floor_of(settings: Mapping[str, Any], part: str) -> counting.Floor | None:
    """Return the threshold ``floor``, ``group`` or ``satisfied`` of the settings; None where there is none.

    Raises counting.ImpossibleRule.
    """
    if not settings.get(f"{part}_base"):
        return None
    return counting.Floor(
        base=counting.Base(settings[f"{part}_base"]),
        numerator=settings[f"{part}_numerator"],
        denominator=settings[f"{part}_denominator"],
        comparator=counting.Comparator(settings[f"{part}_comparator"]),
    )
