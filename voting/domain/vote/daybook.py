"""What the staff writes down beside the steps: planned dates, notes for whoever takes over, incidents in the hall.

All of it is in the journal and nowhere else: what was wrong is put right by another entry.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from voting.domain.core.journal import last_entry, record
from voting.domain.core.refusals import Refused, StepNotAllowed
from voting.domain.vote.step_keys import StepKey
from voting.models import Cycle, JournalEntry, Round
from voting.states import OVER_STATUSES, Act

_ACTS = (Act.STEPS_PLANNED, Act.NOTE_LEFT, Act.INCIDENT)
MOST_WORDS = 1000
NOTES_SHOWN = 5


class NoWords(Refused):
    """A note or an incident without words."""

    def __str__(self) -> str:
        return _("Write down what happened, or what the others should know.")


class NotYetHappened(Refused):
    """An incident that is still to come."""

    def __str__(self) -> str:
        return _("This time has not come yet: enter when it happened.")


class WrittenAlready(Refused):
    """The very same, by the same person, twice in a row: a form that was sent twice."""

    def __str__(self) -> str:
        return _("You have written this down already; it was not entered twice.")


@dataclass(frozen=True)
class Daybook:
    """What was written down for a cycle, the newest first; dates by step."""

    entries: list[JournalEntry] = field(default_factory=list)

    @classmethod
    def of(cls, cycle: Cycle) -> Daybook:
        """Return it in one query."""
        entries = JournalEntry.objects.filter(cycle=cycle, act__in=_ACTS).select_related("actor")
        return cls(list(entries.order_by("-sequence")))

    @cached_property
    def dates(self) -> dict[str, date]:
        """The date planned for each step that has one."""
        dates: dict[str, str] = {}
        for entry in reversed(self.entries):
            if entry.act == Act.STEPS_PLANNED:
                dates |= entry.data["dates"]
        return {step: date.fromisoformat(day) for step, day in dates.items() if day}

    @property
    def notes(self) -> list[JournalEntry]:
        return [entry for entry in self.entries if entry.act == Act.NOTE_LEFT]

    @property
    def newest_notes(self) -> list[JournalEntry]:
        return self.notes[:NOTES_SHOWN]

    @property
    def incidents(self) -> list[JournalEntry]:
        return [entry for entry in self.entries if entry.act == Act.INCIDENT]


@transaction.atomic
def plan_steps(*, cycle: Cycle, dates: Mapping[StepKey, date | None], by: User, at: datetime) -> int:
    """Set the dates by which steps are planned, or take them away; return how many changed.

    A plan binds nobody: a step is possible when its conditions hold.
    """
    Cycle.objects.select_for_update(no_key=True).get(pk=cycle.pk)
    now = Daybook.of(cycle).dates
    changed = {
        key.value: day.isoformat() if day else "" for key, day in dates.items() if now.get(key.value) != day
    }
    if changed:
        record(cycle=cycle, act=Act.STEPS_PLANNED, by=by, at=at, data={"dates": changed})
    return len(changed)


@transaction.atomic
def leave_note(*, cycle: Cycle, words: str, by: User, at: datetime) -> None:
    """Leave a note for the others who work on this vote. Raises NoWords or WrittenAlready."""
    locked = Cycle.objects.select_for_update(no_key=True).get(pk=cycle.pk)
    _write(cycle=locked, act=Act.NOTE_LEFT, by=by, at=at, data={"words": _written(words)})


@transaction.atomic
def record_incident(*, round_: Round, happened: datetime, words: str, by: User, at: datetime) -> None:
    """Record what happened in the hall, for the minutes of the round.

    Raises NoWords, NotYetHappened, WrittenAlready, or StepNotAllowed once the round is published or counts nowhere.
    """
    locked = Round.objects.select_for_update(of=("self",)).select_related("cycle__congress").get(pk=round_.pk)
    if locked.status in OVER_STATUSES:
        raise StepNotAllowed
    if happened > at:
        raise NotYetHappened
    data = {
        "round": locked.number,
        "happened": f"{timezone.localtime(happened):%Y-%m-%d %H:%M}",
        "words": _written(words),
    }
    _write(cycle=locked.cycle, act=Act.INCIDENT, by=by, at=at, data=data)


def _write(*, cycle: Cycle, act: Act, by: User, at: datetime, data: dict[str, Any]) -> None:
    """Write into the journal what nobody can take out again, once. Raises WrittenAlready."""
    last = last_entry(cycle, act)
    if last is not None and (last.actor_id, last.data) == (by.pk, data):
        raise WrittenAlready
    record(cycle=cycle, act=act, by=by, at=at, data=data)


def _written(words: str) -> str:
    if not words.strip():
        raise NoWords
    return words.strip()[:MOST_WORDS]
