"""Whether a ballot could be cast now, as far as it can be told within two seconds whatever the database does.

An own thread asks over an own connection, so that nobody who waits for an answer waits for the database, and no thread
or connection of the voters is needed. What was learnt a second ago is not asked again.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache

import psycopg
from django.db import DEFAULT_DB_ALIAS, Error, connections
from django.db.migrations.loader import MigrationLoader

from config.away import DISK_FULL, troubles
from config.database import DatabaseUnavailable
from config.database.patience import NoneToSpare, PatientConnection, absence, waiting_at_most
from voting.evidence.installed import absent

#: What was learnt is good so long; an answer is waited for so long; one statement of ours takes so long at most.
FRESH, ANSWER, STATEMENT = 1.0, 1.5, 1.2  # seconds
#: A write that was refused for want of room counts so long.
REMEMBERED = 60.0  # seconds
#: A write like that of a sign-in, taken back, every so many seconds: nothing else tells that writing works.
WRITE_EVERY = 5.0  # seconds
#: The own connection lasts so long.
RENEW_EVERY = 30.0  # seconds
NO_ANSWER = "the database does not answer"

_STATE = """SELECT pg_is_in_recovery(), current_setting('transaction_read_only'),
    current_setting('session_replication_role')"""
_APPLIED = "SELECT app, name FROM django_migrations"
# No clock: the row is taken back, and lies in the table's file until it is tidied. No worker waits for another's.
_WRITE = """INSERT INTO accounts_session (session_key, session_data, expire_date, proof, secret)
VALUES (gen_random_uuid(), repeat('x', 400), 'epoch', '', '')"""


class Readiness:
    """What hinders a ballot from being cast now; ``prepare`` makes the delegates' pages ready where they are not."""

    def __init__(self, connect: Callable[[], PatientConnection]) -> None:
        self.connect = connect
        self.prepare: Callable[[], Exception | None] | None = None
        self._obstacles: list[str] = [NO_ANSWER]
        self._at = self._wrote = float("-inf")
        self._connection: PatientConnection | None = None
        self._changed = threading.Condition()
        self._asking = False

    def obstacles(self) -> list[str]:
        """Return a sentence for each obstacle, none where a ballot could be cast; within two seconds."""
        asked = time.monotonic()
        with self._changed:
            if asked - self._at > FRESH:
                if not self._asking:
                    try:
                        threading.Thread(target=self._learn, name="readiness", daemon=True).start()
                    except RuntimeError:  # There is no thread more to be had; the next question tries again.
                        return [NO_ANSWER]
                    self._asking = True
                if not self._changed.wait_for(lambda: self._at >= asked, ANSWER):
                    return [NO_ANSWER]
            return self._obstacles

    def _learn(self) -> None:
        try:
            with waiting_at_most(STATEMENT):
                obstacles = list(self._look())
        except (psycopg.Error, DatabaseUnavailable) as error:
            self.close()
            obstacles = [_sentence_of(error)]
        except Exception:
            with self._changed:
                self._asking = False
            raise
        finally:
            connections.close_all()
        with self._changed:
            self._obstacles, self._at, self._asking = obstacles, time.monotonic(), False
            self._changed.notify_all()

    def _look(self) -> Iterator[str]:
        connection = self._connected()
        absence.refuse()  # Pages do not ask yet, although there is an answer.
        with connection.cursor() as cursor:
            in_recovery, read_only, role = cursor.execute(_STATE).fetchone() or (True, "on", "")
            if in_recovery:
                yield "the database is a standby: it is in recovery"
            elif read_only == "on":
                yield "the database is read-only"
            if role != "origin":
                yield "the rules of the database are switched off for this role"
            if waiting := _migrations() - set(cursor.execute(_APPLIED).fetchall()):
                yield f"migrations have not been carried out: {len(waiting)}"
            if rules := absent(cursor):
                yield f"rules of the database are not there or off: {len(rules)}"
            if not in_recovery and read_only == "off" and time.monotonic() - self._wrote >= WRITE_EVERY:
                with connection.transaction(force_rollback=True):
                    cursor.execute(_WRITE)
                self._wrote = time.monotonic()
        if troubles.was_met(DISK_FULL, within=REMEMBERED):
            yield f"the database refused a write within the last {REMEMBERED:g} seconds: {DISK_FULL}"
        # What no question to the database mends, is not tried every second.
        if self.prepare is not None and not isinstance(self.prepare(), Error):
            self.prepare = None

    def _connected(self) -> PatientConnection:
        """Return the connection, a new one now and then: what a role may is fixed as it connects."""
        held = self._connection
        if held is None or held.closed or time.monotonic() - held.born > RENEW_EVERY:
            try:
                self._connection = self.connect()
            except NoneToSpare:
                if held is None or held.closed:
                    raise
                return held
            if held is not None:
                held.close()
        return self._connection  # type: ignore[return-value]

    def close(self) -> None:
        """Give the own connection up; the next question makes another."""
        held, self._connection = self._connection, None
        if held is not None:
            with suppress(psycopg.Error):
                held.close()


def _alone() -> PatientConnection:
    made: PatientConnection = connections[DEFAULT_DB_ALIAS].connect_alone()  # type: ignore[attr-defined]
    return made


readiness = Readiness(_alone)


@cache
def _migrations() -> set[tuple[str, str]]:
    return set(MigrationLoader(None).disk_migrations)


def _sentence_of(error: Exception) -> str:
    state = getattr(error, "sqlstate", None)
    if state == "53100":
        return f"the database refused a write: {DISK_FULL}"
    return f"the database refused a question: {state}" if state else NO_ANSWER
