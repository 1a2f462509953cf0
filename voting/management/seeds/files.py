"""What stands in seed files: a congress, a cycle of it with its slate and draft of rules, and a roll with its staff."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.roles import STAFF_ROLES, Kind, Level, Role
from voting.count.measures import BallotType, FirstReading, SecondReading, UnderVote
from voting.count.presets import PRESETS
from voting.domain.vote import keys
from voting.forms.core.plan_lines import targets_in
from voting.management.people import spread
from voting.management.seeds.reading import DAY, TEXT, TEXTS, Field, Reader, read_toml
from voting.models import Candidate

_KIND = Field(str, required=True, options=Kind.values)
_NAME = Field(str, required=True)
_POSITIVE = Field(int, required=True, least=1)
MOST_DELEGATES = 9_999
#: The draft of the rules where a file says nothing of them.
PRESET = "gongshu-2018"

CONGRESS = {
    "slug": _NAME, "kind": _KIND, "name": _NAME, "name_en": TEXT, "place": _NAME, "place_en": TEXT,
    "level": Field(str, options=Level.values), "publisher": TEXT, "time_zone": TEXT, "issuer": TEXT, "issuer_en": TEXT,
    "seal": TEXT,
}  # fmt: skip
CYCLE = {
    "slug": _NAME, "year": _POSITIVE, "seats": _POSITIVE, "session": TEXT, "session_en": TEXT,
    "vote_at": TEXT, "solicited_from": TEXTS, "candidate_report": TEXT, "report_date": DAY, "source": TEXT,
    "rest": TEXT, "disclosure_index": TEXT, "disclosure_mode": TEXT, "disclosure_publisher": TEXT,
    "disclosure_scope": TEXT, "disclosure_document_number": TEXT, "disclosure_term": TEXT,
    "disclosure_generated": DAY, "disclosure_published": DAY,
}  # fmt: skip
CANDIDATE = {
    "number": _POSITIVE, "name": _NAME, "name_en": TEXT, "done_last_year": TEXTS, "target": TEXTS,
    "targets": TEXTS,
    **dict.fromkeys(Candidate.DOSSIER_FIELDS, TEXT),
}  # fmt: skip
#: A preset, and what is otherwise than in it.
RULES = {
    "preset": Field(str, options=list(PRESETS)), "ballot_type": Field(str, options=list(BallotType)),
    "under_vote": Field(str, options=list(UnderVote)), "first_reading": Field(str, options=list(FirstReading)),
    "second_reading": Field(str, options=list(SecondReading)), "residents": Field(int),
}  # fmt: skip
ROLL = {
    "delegates": Field(int, least=1), "name": TEXT, "on_leave": TEXTS, "slips_needed": Field(int, least=1),
    "slips_issued": Field(int, least=1),
}  # fmt: skip
DELEGATION = {"name": _NAME, "name_en": TEXT}
DELEGATE = {"number": _NAME, "name": _NAME, "delegation": _NAME}
STAFF = {
    "username": _NAME,
    "name": _NAME,
    "role": Field(str, required=True, options=sorted(role.value for role in STAFF_ROLES)),
}


@dataclass(frozen=True)
class CycleSeed:
    """A congress, a cycle of it, its candidate projects and draft of rules; fields are called as in the models."""

    reader: Reader
    congress: dict[str, Any]
    fields: dict[str, Any]
    candidates: list[dict[str, Any]]
    rules: dict[str, Any]

    @property
    def kind(self) -> Kind:
        return Kind(self.congress["kind"])

    @property
    def slug(self) -> str:
        return str(self.fields["slug"])


@dataclass(frozen=True)
class Staff:
    """One member of staff."""

    username: str
    name: str
    role: Role


@dataclass(frozen=True)
class RollSeed:
    """Delegations (name → name in English), delegates (number → name and delegation), who of them is on leave, staff.

    ``slips`` says how many of how many key slips open the urn; ``made_up``, that the delegates are numbers with a name.
    """

    delegations: dict[str, str]
    delegates: dict[str, tuple[str, str]]
    on_leave: list[str]
    staff: list[Staff]
    slips: tuple[int, int]
    made_up: bool = False


#: Nobody: whom a congress has stands in the database already, or is imported as a table.
NO_ROLL = RollSeed({}, {}, [], [], (keys.DEFAULT_NEEDED, keys.DEFAULT_ISSUED))


def read_cycle(file: Path) -> CycleSeed:
    """Return the cycle of the file. Raises SeedDamaged."""
    reader = Reader(file, read_toml(file))
    reader.only("congress", "cycle", "candidate", "rules")
    return cycle_in(reader)


def cycle_in(reader: Reader) -> CycleSeed:
    """Return the cycle of a file, or of a part of one. Raises SeedDamaged."""
    congress = reader.table("congress", CONGRESS)
    fields = reader.table("cycle", CYCLE)
    candidates = reader.tables("candidate", CANDIDATE, once=("number", "name"))
    if fields["seats"] > len(candidates):
        sentence = _("seats = %(seats)d, but there are only %(count)d candidate projects.")
        raise reader.refuse("[cycle]", sentence % {"seats": fields["seats"], "count": len(candidates)})
    for place, candidate in enumerate(candidates, start=1):
        try:
            candidate["targets"] = targets_in("\n".join(candidate.get("targets", [])))
        except ValidationError as error:
            raise reader.refuse(reader.place("candidate", place), " ".join(error.messages)) from error
    rules = reader.table("rules", RULES) if "rules" in reader.data else {}
    preset = rules.get("preset", PRESET)
    return CycleSeed(reader, congress, fields, candidates, PRESETS[preset] | rules | {"preset": preset})


def read_roll(file: Path) -> RollSeed:
    """Return the roll of the file. Raises SeedDamaged."""
    reader = Reader(file, read_toml(file))
    reader.only("roll", "delegation", "delegate", "staff")
    return roll_in(reader)


def roll_in(reader: Reader) -> RollSeed:
    """Return the roll of a file, or of a part of one. Raises SeedDamaged."""
    roll = reader.table("roll", ROLL) if "roll" in reader.data else {}
    tables = (
        reader.tables("delegation", DELEGATION, once=("name",))
        if {"roll", "delegation"} & set(reader.data)
        else []
    )
    delegations = {table["name"]: table.get("name_en", "") for table in tables}
    count = roll.get("delegates", 0)
    delegates = _made_up(reader, roll, list(delegations)) if count else _named(reader, delegations)
    on_leave = roll.get("on_leave", [])
    for number in on_leave:
        if number not in delegates:
            sentence = _("on_leave names delegate %(number)s, who is not on the roll.")
            raise reader.refuse("[roll]", sentence % {"number": number})
    people = [
        Staff(table["username"], table["name"], Role(table["role"]))
        for table in reader.tables("staff", STAFF, once=("username",))
    ]
    if not any(person.role == Role.CLERK for person in people):
        raise reader.refuse("[[staff]]", _("a clerk is needed."))
    slips = roll.get("slips_needed", keys.DEFAULT_NEEDED), roll.get("slips_issued", keys.DEFAULT_ISSUED)
    return RollSeed(delegations, delegates, on_leave, people, slips, made_up=bool(count))


def _named(reader: Reader, delegations: Collection[str]) -> dict[str, tuple[str, str]]:
    """Return the people that the file names, each with a number of their own."""
    tables = reader.tables("delegate", DELEGATE, once=("number",)) if "delegate" in reader.data else []
    for place, table in enumerate(tables, start=1):
        if table["delegation"] not in delegations:
            sentence = _("the delegation “%(name)s” stands nowhere in this file.")
            raise reader.refuse(reader.place("delegate", place), sentence % {"name": table["delegation"]})
    return {table["number"]: (table["name"], table["delegation"]) for table in tables}


def _made_up(reader: Reader, roll: dict[str, Any], delegations: list[str]) -> dict[str, tuple[str, str]]:
    """Return as many people as the file wants, who are called after their numbers: for a demo."""
    count, name = roll["delegates"], roll.get("name", "")
    if count > MOST_DELEGATES:
        sentence = _("at most %(most)d delegates can be numbered.")
        raise reader.refuse("[roll]", sentence % {"most": MOST_DELEGATES})
    if not name or "delegate" in reader.data:
        raise reader.refuse(
            "[roll]",
            _("delegates that are numbered need a name before the number, and none stands beside them."),
        )
    width = max(3, len(str(count)))
    groups = spread(count, over=len(delegations))
    numbers = [f"{place:0{width}d}" for place in range(1, count + 1)]
    return {
        number: (f"{name}{number}", delegations[group]) for number, group in zip(numbers, groups, strict=True)
    }
