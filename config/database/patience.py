"""How long a page waits for the database, and what the others are told once somebody waited in vain.

A frozen server answers nothing, so no limit of its own helps: the waiting ends here. From then on this process holds
the database for away and tells every page so at once, instead of letting each of its threads wait; an own connection
asks until there is an answer. Commands, which nobody waits for with a form in the hand, wait as long as it takes.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any

import psycopg
from psycopg.abc import PQGen
from psycopg.conninfo import make_conninfo
from psycopg.pq import Conninfo, PGconn, Ping

from config.database import DatabaseUnavailable

_log = logging.getLogger(__name__)

#: So long one statement of a page may take; staff import lists and wait for each other.
PAGES, STAFF = 8.0, 60.0  # seconds
#: So long the own connection waits, and so long it rests between two attempts.
PROBE, REST = 2.0, 0.5  # seconds

_patience: ContextVar[float | None] = ContextVar("patience", default=None)


@contextmanager
def waiting_at_most(seconds: float) -> Iterator[None]:
    """Let every statement within take so long at most; then it raises OperationalError, and its connection is over."""
    token = _patience.set(seconds)
    try:
        yield
    finally:
        _patience.reset(token)


def is_limited() -> bool:
    """Tell whether somebody waits for what is asked here."""
    return _patience.get() is not None


class NoneToSpare(psycopg.OperationalError):
    """The server is there and makes no connection more: it is full, or the role may not. Those that there are work."""


class PatientConnection(psycopg.Connection[Any]):
    """A connection whose statements end after the time that ``waiting_at_most`` says, whatever the server does."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.born = time.monotonic()

    @classmethod
    def alone(cls, **known: Any) -> PatientConnection:
        """Return a connection for an own question, made within two seconds. Raises NoneToSpare or OperationalError."""
        known |= {"connect_timeout": 2, "autocommit": True}
        try:
            return cls.connect(**known)
        except psycopg.errors.ConnectionTimeout:
            raise
        except psycopg.OperationalError as error:
            if _is_there(known):
                raise NoneToSpare(str(error)) from error
            raise

    def wait(self, gen: PQGen[Any], interval: float = 0.1, timeout: float | None = None) -> Any:
        """Return what the statement answers. Raises OperationalError."""
        patience = _patience.get()
        if patience is None or timeout is not None:
            return super().wait(gen, interval, timeout)
        begun = time.monotonic()
        try:
            absence.may_cut_short(self, since=begun)
            return super().wait(gen, interval, patience)
        except psycopg.OperationalError as error:
            if time.monotonic() - begun < patience:
                raise
            self.pgconn.finish()  # Whatever comes yet would be taken for the answer to the next statement.
            absence.suspect(all_connections=patience >= PAGES)
            raise psycopg.OperationalError(f"no answer within {patience:g} seconds") from error
        finally:
            absence.leave_alone(self)


def _is_there(known: dict[str, Any]) -> bool:
    """Tell whether a server that gave no connection has said so itself, which the driver does not tell.

    Of several hosts, those that are there may all be the wrong ones: that is not told.
    """
    if "target_session_attrs" in known:
        return False
    options = {each.keyword.decode() for each in Conninfo.get_defaults()}
    where = make_conninfo(**{name: value for name, value in known.items() if name in options})
    return PGconn.ping(where.encode()) == Ping.OK


class Absence:
    """Whether this process holds the database for away; ``connect`` makes a connection, or raises."""

    def __init__(self) -> None:
        self.connect: Callable[[], psycopg.Connection[Any]] | None = None
        #: Connections from before this moment may lead nowhere.
        self.over = 0.0
        self._away = threading.Event()
        self._one = threading.Lock()
        self._waiting: dict[PatientConnection, float] = {}

    def suspect(self, *, all_connections: bool) -> None:
        """Hold the database for away until the own connection has an answer; the others may be of no use any more."""
        with self._one:
            if self.connect is None or self._away.is_set():
                return
            self._away.set()
        try:
            threading.Thread(
                target=self._ask_until_there, args=(all_connections,), name="absence", daemon=True
            ).start()
        except RuntimeError:  # There is no thread more to be had.
            self._away.clear()

    def refuse(self) -> None:
        """Raise DatabaseUnavailable while the database is held for away."""
        if self._away.is_set():
            raise DatabaseUnavailable("The database gave no answer a moment ago.")

    def is_older(self, connection: psycopg.Connection[Any]) -> bool:
        """Tell whether a connection is from before the last absence, and may lead nowhere."""
        return getattr(connection, "born", self.over) < self.over

    def may_cut_short(self, connection: PatientConnection, *, since: float) -> None:
        """End what a connection waits for from now on as soon as the database is known to be away."""
        with self._one:
            self._waiting[connection] = since

    def leave_alone(self, connection: PatientConnection) -> None:
        """The connection waits no longer."""
        with self._one:
            self._waiting.pop(connection, None)

    def _ask_until_there(self, all_connections: bool) -> None:  # noqa: FBT001 a thread's only argument
        told = ""
        try:
            with waiting_at_most(PROBE):
                while (problem := self._problem()) is not None:
                    if problem != told:
                        _log.error("the database is away: %s", problem)
                        told = problem
                    self._cut_short()
                    time.sleep(REST)
        finally:  # Whatever happens here, nobody is turned away for ever.
            if told or all_connections:
                self.over = time.monotonic()
            self._away.clear()
        if told:
            _log.error("the database is back")

    def _cut_short(self) -> None:
        """Hang up for everybody who has waited for some time: staff wait long, and the threads are the voters', too."""
        with self._one:
            for connection, since in self._waiting.items():
                if time.monotonic() - since > PROBE:
                    with (
                        suppress(OSError, psycopg.Error),
                        socket.socket(fileno=os.dup(connection.fileno())) as line,
                    ):
                        line.shutdown(socket.SHUT_RDWR)

    def _problem(self) -> str | None:
        try:
            with self.connect() as connection:  # type: ignore[misc]
                connection.execute("SELECT 1")
        except NoneToSpare:
            return None
        except psycopg.Error as error:
            return " ".join(str(error).split())
        except DatabaseUnavailable as error:
            return str(error)
        return None


absence = Absence()
