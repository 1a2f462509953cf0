"""The files of this package, with the tables of states filled in."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Mapping
from importlib.resources import files
from typing import TypeVar

from django.db.models import TextChoices

from voting import states

FILES = files("voting.evidence")
#: The files about several tables: the functions that they call come first; the others follow by name.
SHARED = ("shared", "same_congress", "row_keys")

State = TypeVar("State", bound=TextChoices)


def names() -> list[str]:
    """Return the names of the files in the order in which they are installed."""
    stems = {path.name.removesuffix(".sql") for path in FILES.iterdir() if path.name.endswith(".sql")}
    return [*SHARED, *sorted(stems - {*SHARED})]


def table_of(name: str) -> str:
    """Return the table that a file is about: ``sealed_ballot`` is about ``voting_sealedballot``."""
    return "voting_" + name.replace("_", "")


def tables() -> list[str]:
    """Return the tables that have a trigger of ours."""
    return sorted(set(re.findall(r" ON public\.(\w+)", script())))


def render(name: str) -> str:
    """Return the SQL of a file as it is installed."""
    text = (FILES / f"{name}.sql").read_text(encoding="utf-8")
    for mark, values in _MARKS.items():
        text = text.replace(f"<<{mark}>>", ", ".join(f"'{value}'" for value in values))
    for mark, table in _TABLES.items():
        text = text.replace(f"<<{mark}>>", f"'{json.dumps(table)}'")
    return text


def script() -> str:
    """Return the SQL of all files, in order."""
    return "\n".join(render(name) for name in names())


def digest() -> str:
    """Return the SHA-256 of all rules; a comment at the margin of a file is for people and does not change it."""
    lines = [line for line in script().splitlines() if line and not line.startswith("--")]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _steps(table: Mapping[State, Collection[State]]) -> list[str]:
    """Return ``since>to`` for every step, in the order of the table: a set has none that stays."""
    return [f"{since}>{to}" for since in table for to in table if to in table[since]]


def _among(those: Collection[State], of: type[State]) -> list[str]:
    """Return the values of some members, in the order of all: a set has none that stays."""
    return [member.value for member in of if member in those]


_MARKS = {
    "STAGE_STEPS": _steps(states.STAGE_STEPS),
    "ROUND_STEPS": _steps(states.ROUND_STEPS),
    "DELIVERY_STEPS": _steps(states.DELIVERY_STEPS),
    "BEFORE_OPENING": _among(states.BEFORE_OPENING, states.RoundStatus),
    "ANNULLABLE": _among(states.ANNULLABLE, states.RoundStatus),
    "NOT_ANNULLED": _among({*states.RoundStatus} - {states.RoundStatus.ANNULLED}, states.RoundStatus),
    "NOT_UNFROZEN": _among({*states.RoundStatus} - {states.RoundStatus.UNFROZEN}, states.RoundStatus),
    "OVER_STATUSES": _among(states.OVER_STATUSES, states.RoundStatus),
    "WITHOUT_RESULT": _among(states.WITHOUT_RESULT, states.RoundStatus),
    "CHECK_IN_STATUSES": _among(states.CHECK_IN_STATUSES, states.RoundStatus),
    "VOTED_STAGES": _among(states.VOTED_STAGES, states.Stage),
    "ROLL_ACTS": _among(states.ROLL_ACTS, states.Act),
    "STEPS_TAKEN_ONCE": _among(states.STEPS_TAKEN_ONCE, states.Act),
    "HELD_ACTS": _among(states.ROLL_ACTS | {*states.ACT_OF_STEP.values()}, states.Act),
}
_TABLES = {
    "ACTS_OF_STEPS": {step.value: act.value for step, act in states.ACT_OF_STEP.items()},
    "STATUSES_OF_ACTS": {act.value: step.value for step, act in states.ACT_OF_STEP.items()},
}
