"""Load the made-up towns of the demo beside its district: each a congress of its own with a small vote.

Everything in it is made up and marked as a demo. What is there already stays: a town is loaded once or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Congress, User
from accounts.roles import Kind, Role
from voting.count.measures import Mark
from voting.domain.vote import casting, counts, notices, paper_ballots, rounds
from voting.management.demo.choices import draw_choices
from voting.management.seeds.files import CycleSeed, RollSeed, cycle_in, roll_in
from voting.management.seeds.loading import Loaded, Point, load
from voting.management.seeds.reading import Field, Reader, read_toml
from voting.models import Round

#: What a project got where the vote is over already; the rest of those present abstained.
VOTES = {"number": Field(int, required=True, least=1)} | dict.fromkeys(
    ("for", "against"), Field(int, required=True)
)

#: How many voted on paper where the sheets wait for the scanner.
PAPER = {"ballots": Field(int, required=True, least=1)}


def load_towns(file: Path, *, at: datetime, keep: Callable[[Loaded, list[str]], object]) -> None:
    """Load every town of the file: its vote is open, or held yesterday and published where the file has its
    votes, or closed with the sheets in the box where the file has ballots on paper.

    All or nothing; ``keep`` gets what each town handed out, and the user names of its staff, before anything is
    committed. Raises SeedDamaged, people.Taken or a refusal of a verb.
    """
    whole = Reader(file, read_toml(file))
    whole.only("town")
    with transaction.atomic():
        for reader in whole.readers("town"):
            reader.only(
                "congress", "cycle", "candidate", "rules", "roll", "delegation", "staff", "votes", "paper"
            )
            cycle, roll = cycle_in(reader), roll_in(reader)
            if cycle.kind != Kind.DEMO:
                raise reader.refuse("[congress]", _("kind = demo is all that a made-up town can be."))
            if not Congress.objects.filter(slug=cycle.congress["slug"]).exists():
                votes, on_paper = _votes_in(reader, cycle, roll), _on_paper_in(reader, roll)
                round_ = _load(cycle, roll, votes, at, keep)
                if on_paper:
                    _close_on_paper(round_, on_paper, at=at)


def _load(
    cycle: CycleSeed,
    roll: RollSeed,
    votes: dict[int, tuple[int, int]],
    at: datetime,
    keep: Callable[[Loaded, list[str]], object],
) -> Round:
    opened = _yesterday(at) if votes else at
    usernames = [person.username for person in roll.staff]
    loaded = load(
        cycle=cycle, roll=roll, until=Point.OPEN, at=opened, keep=lambda done: keep(done, usernames)
    )
    round_ = Round.objects.get(cycle__congress__slug=cycle.congress["slug"], key_fingerprint=loaded.key)
    if votes:
        _hold_vote(round_, votes, slips=loaded.key_slips[: roll.slips[0]], at=opened)
    return round_


def _yesterday(at: datetime) -> datetime:
    """Return ten in the morning of the day before."""
    return timezone.localtime(at - timedelta(days=1)).replace(hour=10, minute=0, second=0, microsecond=0)


def _votes_in(reader: Reader, cycle: CycleSeed, roll: RollSeed) -> dict[int, tuple[int, int]]:
    """Return what every project got, for and against; nothing where the vote is still open. Raises SeedDamaged."""
    if "votes" not in reader.data:
        return {}
    tables = reader.tables("votes", VOTES, once=("number",))
    if [table["number"] for table in tables] != [each["number"] for each in cycle.candidates]:
        raise reader.refuse(
            "[[votes]]", _("every candidate project has its votes, in the order of the slate.")
        )
    votes = {table["number"]: (table["for"], table["against"]) for table in tables}
    present = len(roll.delegates) - len(roll.on_leave)
    if over := [number for number, each in votes.items() if sum(each) > present]:
        sentence = _("more votes than the %(present)d delegates who are present.") % {"present": present}
        raise reader.refuse(reader.place("votes", over[0]), sentence)
    return votes


def _on_paper_in(reader: Reader, roll: RollSeed) -> int:
    """Return how many vote on paper where the vote is closed and the sheets are not read. Raises SeedDamaged."""
    if "paper" not in reader.data:
        return 0
    ballots: int = reader.table("paper", PAPER)["ballots"]
    present = len(roll.delegates) - len(roll.on_leave)
    if "votes" in reader.data or ballots > present:
        sentence = _(
            "a vote on paper is not held yet, and at most by the %(present)d delegates who are present."
        )
        raise reader.refuse("[paper]", sentence % {"present": present})
    return ballots


def _close_on_paper(round_: Round, ballots: int, *, at: datetime) -> None:
    """Hand out so many paper ballots, let everybody else vote online, close, and count the sheets in the box."""
    people = round_.cycle.congress.users.order_by("pk")
    clerk, presiding = people.filter(role=Role.CLERK)[0], people.filter(role=Role.PRESIDING)[0]
    acting: dict[str, Any] = {"round_": round_, "by": clerk, "at": at}
    present = list(round_.roll.filter(presence="present").order_by("number").values_list("pk", "number"))
    paper_ballots.hand_out(numbers=[number for _pk, number in present[:ballots]], **acting)
    numbers = [item.number for item in round_.items.order_by("number")]
    rest = [pk for pk, _number in present[ballots:]]
    drawn = draw_choices(numbers, seats=round_.seats, people=len(rest), chance=Random(1))  # noqa: S311 a demo's ballots
    for entry, chosen in zip(rest, drawn, strict=True):
        casting.cast_ballot(entry_id=entry, round_id=round_.pk, chosen=chosen)
    rounds.close_round(second=presiding, **acting)
    paper_ballots.record_box(returned=ballots, **acting)


def _hold_vote(round_: Round, votes: dict[int, tuple[int, int]], *, slips: list[str], at: datetime) -> None:
    """Cast the ballots, count them and publish the result: within the hour, by the people of the town."""
    people = round_.cycle.congress.users.order_by("pk")
    clerk, chief = people.filter(role=Role.CLERK)[0], people.filter(role=Role.CHIEF)[0]
    moments = (at + timedelta(minutes=minutes) for minutes in range(15, 60, 5))

    def acting(by: User = clerk) -> dict[str, Any]:
        return {"round_": round_, "by": by, "at": next(moments)}

    entries = round_.roll.filter(presence="present").order_by("number").values_list("pk", flat=True)
    for entry, chosen in zip(entries, _ballots_of(votes, people=len(entries)), strict=True):
        casting.cast_ballot(entry_id=entry, round_id=round_.pk, chosen=chosen)
    rounds.close_round(**acting())
    counts.count_round(slips=slips, **acting())
    counts.certify_tally(**acting(chief))
    notices.publish_notice(**acting())


def _ballots_of(votes: dict[int, tuple[int, int]], *, people: int) -> Iterator[dict[int, int]]:
    """Yield per-item ballots that come to these votes together, each project's shuffled on its own."""
    columns = []
    for number, (in_favour, against) in votes.items():
        marks = [Mark.FOR] * in_favour + [Mark.AGAINST] * against
        marks += [Mark.ABSTAIN] * (people - len(marks))
        Random(number).shuffle(marks)  # noqa: S311 a demo's ballots
        columns.append(marks)
    for ballot in zip(*columns, strict=True):
        yield dict(zip(votes, ballot, strict=True))
