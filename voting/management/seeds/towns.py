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
from voting.domain.vote import casting, counts, notices, rounds
from voting.management.seeds.files import CycleSeed, RollSeed, cycle_in, roll_in
from voting.management.seeds.loading import Loaded, Point, load
from voting.management.seeds.reading import Field, Reader, read_toml
from voting.models import Round

#: What a project got where the vote is over already; the rest of those present abstained.
VOTES = {"number": Field(int, required=True, least=1)} | dict.fromkeys(
    ("for", "against"), Field(int, required=True)
)


def load_towns(file: Path, *, at: datetime, keep: Callable[[Loaded, list[str]], object]) -> None:
    """Load every town of the file: its vote is open, or held yesterday and published where the file has its votes.

    All or nothing; ``keep`` gets what each town handed out, and the user names of its staff, before anything is
    committed. Raises SeedDamaged, people.Taken or a refusal of a verb.
    """
    whole = Reader(file, read_toml(file))
    whole.only("town")
    with transaction.atomic():
        for reader in whole.readers("town"):
            reader.only("congress", "cycle", "candidate", "rules", "roll", "delegation", "staff", "votes")
            cycle, roll = cycle_in(reader), roll_in(reader)
            if cycle.kind != Kind.DEMO:
                raise reader.refuse("[congress]", _("kind = demo is all that a made-up town can be."))
            if not Congress.objects.filter(slug=cycle.congress["slug"]).exists():
                _load(cycle, roll, _votes_in(reader, cycle, roll), at, keep)


def _load(
    cycle: CycleSeed,
    roll: RollSeed,
    votes: dict[int, tuple[int, int]],
    at: datetime,
    keep: Callable[[Loaded, list[str]], object],
) -> None:
    opened = _yesterday(at) if votes else at
    usernames = [person.username for person in roll.staff]
    loaded = load(
        cycle=cycle, roll=roll, until=Point.OPEN, at=opened, keep=lambda done: keep(done, usernames)
    )
    if votes:
        round_ = Round.objects.get(cycle__congress__slug=cycle.congress["slug"], key_fingerprint=loaded.key)
        _hold_vote(round_, votes, slips=loaded.key_slips[: roll.slips[0]], at=opened)


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
