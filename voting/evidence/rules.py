"""The files of this package, with the tables of states filled in."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping
from importlib.resources import files
from typing import TypeVar

from django.db.models import TextChoices

from voting import states

FILES = files("voting.evidence")
#: The files about several tables: the functions that they call come first; the others follow by name.
SHARED = ("shared", "same_congress")

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


def _statuses(those: Collection[states.RoundStatus]) -> list[str]:
    return [status.value for status in states.RoundStatus if status in those]


_MARKS = {
    "STAGE_STEPS": _steps(states.STAGE_STEPS),
    "ROUND_STEPS": _steps(states.ROUND_STEPS),
    "BEFORE_OPENING": _statuses(states.BEFORE_OPENING),
    "CHECK_IN_STATUSES": _statuses(states.CHECK_IN_STATUSES),
}
