"""The journal as a table: every entry in words, narrowed by act, person, day, round and what somebody looks for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from voting.models import Cycle, JournalEntry
from voting.printing.tables import Cell
from voting.read_models.core.journal_words import act_words, told
from voting.states import Act


@dataclass(frozen=True)
class Narrowed:
    """What is asked of a journal; what is None or empty narrows nothing."""

    act: str = ""
    person: int | None = None
    day: date | None = None
    round: int | None = None
    words: str = ""

    @property
    def is_all(self) -> bool:
        return self == Narrowed()

    def keeps(self, entry: JournalEntry) -> bool:
        """Tell whether the entry is one of those asked for."""
        return (
            (not self.act or entry.act == self.act)
            and self.person in {None, entry.actor_id}
            and self.day in {None, timezone.localtime(entry.at).date()}
            and self.round in {None, entry.data.get("round")}
            and (not self.words or self.words.casefold() in words_of(entry).casefold())
        )


def entries_of(cycle: Cycle) -> list[JournalEntry]:
    """Return the cycle's journal in its order, in one query."""
    return list(JournalEntry.objects.filter(cycle=cycle).select_related("actor").order_by("sequence"))


def words_of(entry: JournalEntry) -> str:
    """Return all that an entry says, in the reader's language."""
    details = " ".join(f"{name} {value}" for name, value in told(entry.data))
    return f"{entry.get_act_display()} {entry.actor} {details}"


def choices_in(entries: Iterable[JournalEntry]) -> dict[str, list[tuple[str, str]]]:
    """Return by what these entries can be narrowed: acts, people, days and rounds that are in them."""
    entries = list(entries)
    acts = {entry.act for entry in entries}
    people = {str(entry.actor_id): str(entry.actor) for entry in entries}
    days = sorted({timezone.localtime(entry.at).date().isoformat() for entry in entries})
    rounds = sorted({entry.data["round"] for entry in entries if isinstance(entry.data.get("round"), int)})
    return {
        "act": [(act.value, str(act.label)) for act in Act if act.value in acts],
        "person": sorted(people.items(), key=lambda item: item[1]),
        "day": [(day, day) for day in days],
        "round": [(str(number), str(number)) for number in rounds],
    }


def table_of(entries: Iterable[JournalEntry], *, by_letter: bool = False) -> list[list[Cell]]:
    """Return the entries as rows of a table, the header first."""
    rows: list[list[Cell]] = [[_("No."), _("Time"), _("Act"), _("By"), _("Details"), _("Hash")]]
    for entry in entries:
        details = "; ".join(f"{name}: {value}" for name, value in told(entry.data, by_letter))
        moment = f"{timezone.localtime(entry.at):%Y-%m-%d %H:%M:%S}"
        act = act_words(entry, by_letter)
        rows.append([entry.sequence, moment, act, str(entry.actor), details, entry.digest])
    return rows
