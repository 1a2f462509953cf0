"""What stands in the two seed files: a cycle with its slate, and a roll with its staff."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.roles import STAFF_ROLES, Kind, Role
from voting.forms.core.plan_lines import targets_in
from voting.management.people import spread
from voting.management.seeds.reading import DAY, TEXT, TEXTS, Field, Reader, read_toml
from voting.models import Candidate

_KIND = Field(str, required=True, options=Kind.values)
_NAME = Field(str, required=True)
_POSITIVE = Field(int, required=True, least=1)
MOST_DELEGATES = 9_999

CYCLE = {
    "slug": _NAME, "kind": _KIND, "year": _POSITIVE, "place": _NAME, "seats": _POSITIVE, "congress": TEXT,
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
ROLL = {"kind": _KIND, "delegates": _POSITIVE, "name": _NAME, "on_leave": TEXTS}
DELEGATION = {"name": _NAME}
STAFF = {
    "username": _NAME,
    "name": _NAME,
    "role": Field(str, required=True, options=sorted(role.value for role in STAFF_ROLES)),
}


@dataclass(frozen=True)
class CycleSeed:
    """A cycle and its candidate projects, as their fields are called in the models."""

    reader: Reader
    fields: dict[str, Any]
    candidates: list[dict[str, Any]]

    @property
    def kind(self) -> Kind:
        return Kind(self.fields["kind"])

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
    """Delegates (number → name and delegation), who of them is on leave, and the staff."""

    kind: Kind
    delegations: list[str]
    delegates: dict[str, tuple[str, str]]
    on_leave: list[str]
    staff: list[Staff]


def read_cycle(file: Path) -> CycleSeed:
    """Return the cycle of the file. Raises SeedDamaged."""
    reader = Reader(file, read_toml(file))
    reader.only("cycle", "candidate")
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
    return CycleSeed(reader, fields, candidates)


def read_roll(file: Path, *, of: CycleSeed) -> RollSeed:
    """Return the roll of the file, for that cycle. Raises SeedDamaged, also where the kinds differ."""
    reader = Reader(file, read_toml(file))
    reader.only("roll", "delegation", "staff")
    roll = reader.table("roll", ROLL)
    if roll["kind"] != of.kind:
        sentence = _("the kind is “%(roll)s”, but the cycle is “%(cycle)s”; they never mix.")
        raise reader.refuse("[roll]", sentence % {"roll": roll["kind"], "cycle": of.kind.value})
    if roll["delegates"] > MOST_DELEGATES:
        raise reader.refuse(
            "[roll]", _("at most %(most)d delegates can be numbered.") % {"most": MOST_DELEGATES}
        )
    delegations = [table["name"] for table in reader.tables("delegation", DELEGATION, once=("name",))]
    delegates = _numbered(roll["delegates"], roll["name"], delegations)
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
    return RollSeed(of.kind, delegations, delegates, on_leave, people)


def _numbered(count: int, name: str, delegations: list[str]) -> dict[str, tuple[str, str]]:
    width = max(3, len(str(count)))
    groups = spread(count, over=len(delegations))
    numbers = [f"{place:0{width}d}" for place in range(1, count + 1)]
    return {
        number: (f"{name}{number}", delegations[group]) for number, group in zip(numbers, groups, strict=True)
    }
