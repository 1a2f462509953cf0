"""What a public page was made from: the tables that it read, and of each a mark that differs once a row of it does.

Which tables a page reads is seen in its statements and declared nowhere, so that none is forgotten. A mark is a hash
of where PostgreSQL keeps the rows and of which transaction wrote them (``ctid``, ``xmin``), and says how many of their
moments are yet to come: it holds no value of any row. Nothing is written for it, and what casts, sign-ins and floods
write has none: a page that reads such a table is made anew, as if there were no marks. The roll has one while no
round is checked in or voted in, for only then does a line of it change (``evidence/roll_entry.sql``).
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import connection, models
from django.utils import timezone

from accounts import congresses
from accounts.models import Congress
from accounts.prepared import ask
from voting.models import RollEntry, Round
from voting.states import CHECK_IN_STATUSES

#: The models whose rows are ours and yet no page is kept by: each cast, sign-in or knock of a stranger writes there.
UNMARKED = frozenset(
    {"accounts.accesscode", "accounts.attempts", "accounts.keptsession", "voting.keyslip", "voting.knock",
     "voting.sealedballot", "voting.serversealed", "voting.testballot"}
)  # fmt: skip
#: A table that takes more bytes is not looked through for its mark.
LARGEST = 4 * 1024 * 1024
MINUTE = 60  # seconds
#: A process keeps those that it has met (``accounts.congresses``), so that a page shows them and reads no table.
CONGRESSES = Congress._meta.db_table  # noqa: SLF001
#: Its lines are counted by pages of a vote; the rows of the rounds say whether they can change.
ROLL, ROUNDS = RollEntry._meta.db_table, Round._meta.db_table  # noqa: SLF001
#: Where a round stands while a line of its roll may change.
_MOVING = sorted(CHECK_IN_STATUSES)
_OURS = ("accounts", "voting")
_WORD = re.compile(r"\w+")
_READS = ("SELECT", "WITH", "SAVEPOINT", "RELEASE SAVEPOINT")
#: Looks at every row, and at nothing that is in it but its moments.
_ROWS = (
    '(SELECT ROW(count(*), bit_xor(hash_record_extended(ROW(xmin, ctid), 0)){moments})::text FROM "{table}")'
)
_TO_COME = ', count(*) FILTER (WHERE "{column}" > %(now)s)'
_MARK = "CASE WHEN pg_relation_size('\"{table}\"') <= %(largest)s THEN {rows} END"
_ROLL = 'CASE WHEN NOT EXISTS (SELECT FROM "{rounds}" WHERE status = ANY(%(moving)s)) THEN {rows} END'


def all_tables() -> dict[str, list[str] | None]:
    """Return every table of the site with the columns that hold moments; None for those that have no mark."""
    return {
        model._meta.db_table: _moments(model) if _has_mark(model) else None  # noqa: SLF001 Django's own name
        for model in apps.get_models(include_auto_created=True)
    }


def _has_mark(model: type[models.Model]) -> bool:
    return model._meta.app_label in _OURS and model._meta.label_lower not in UNMARKED  # noqa: SLF001


def _moments(model: type[models.Model]) -> list[str]:
    fields = model._meta.local_fields  # noqa: SLF001
    return [each.column or "" for each in fields if isinstance(each, models.DateTimeField)]


@dataclass(frozen=True)
class PageState:
    """What a page was made from: the minute of the clock, which also ends every day, its tables and their marks."""

    minute: int
    tables: frozenset[str]
    #: Of all its marks; a process keeps one for each of many pages.
    hashed: int


@dataclass(frozen=True)
class Reading:
    """The marks of some tables, asked for at ``moment`` of the monotonic clock."""

    moment: float
    minute: int
    marks: Mapping[str, str | None]

    def of(self, tables: frozenset[str]) -> PageState | None:
        """Return the state of a page that reads these tables; None where one of them has no mark."""
        marks = tuple(map(self.marks.get, tables))
        return None if None in marks else PageState(self.minute, tables, hash(marks))

    def holds(self, state: PageState) -> bool:
        """Tell whether a page of that state would be made the same."""
        return self.of(state.tables) == state


@dataclass
class Seen:
    """The tables that were read while a page was made, the congresses always."""

    every: Mapping[str, object]
    tables: set[str] = field(default_factory=lambda: {CONGRESSES})
    has_written: bool = False

    def __call__(
        self, execute: Callable[..., Any], statement: Any, values: Any, many: Any, context: Any
    ) -> Any:
        words = str(statement)
        self.tables |= self.every.keys() & _WORD.findall(words)
        self.has_written |= not words.lstrip("( \n").startswith(_READS)
        return execute(statement, values, many, context)


class States:
    """The states of the pages of one process: it asks for the marks of those tables alone that its pages read."""

    def __init__(self) -> None:
        self.every = all_tables()
        self.tables: list[str] = []
        self._sets: dict[frozenset[str], frozenset[str]] = {}
        self._statement = ""
        self._last: Reading | None = None
        self._one = threading.Lock()

    @contextmanager
    def seeing(self) -> Iterator[Seen]:
        """See what is read within."""
        seen = Seen(self.every)
        with connection.execute_wrapper(seen):
            yield seen

    def state_of(self, seen: Seen, before: Reading | None) -> PageState | None:
        """Return the state of a page that was made after that reading; None where it has none, or not yet.

        Of tables that no page has read so far the marks are asked for from now on.
        """
        if seen.has_written or any(self.every[table] is None for table in seen.tables):
            return None
        tables = self._sets.setdefault(each := frozenset(seen.tables), each)
        state = before.of(tables) if before else None
        with self._one:
            if missing := tables.difference(self.tables):
                self.tables = sorted({*self.tables, *missing})
                self._statement = self._asking()
        return state

    def reading(self, *, since: float) -> Reading | None:
        """Return the marks as of a moment of the monotonic clock, or later; None before any page was made.

        However many ask for them at once, one statement does. Raises ``django.db.Error``.
        """
        with self._one:
            if not self.tables or (self._last and self._last.moment >= since):
                return self._last
            now, moment = timezone.now(), time.monotonic()
            row = ask(self._statement, {"now": now, "largest": LARGEST, "moving": _MOVING}) or ()
            marks = dict(zip(self.tables, row, strict=True))
            if self._last is None or self._last.marks.get(CONGRESSES) != marks[CONGRESSES]:
                congresses.forget()
            self._last = Reading(moment, int(now.timestamp() // MINUTE), marks)
            return self._last

    def _asking(self) -> str:
        return "SELECT " + ", ".join(self._mark_of(table) for table in self.tables)

    def _mark_of(self, table: str) -> str:
        if table == ROLL:
            return _ROLL.format(rounds=ROUNDS, rows=_ROWS.format(table=ROUNDS, moments=""))
        moments = "".join(_TO_COME.format(column=column) for column in self.every[table] or ())
        return _MARK.format(table=table, rows=_ROWS.format(table=table, moments=moments))
