"""Django's PostgreSQL backend, with five additions.

Without ``DATABASE_URL`` it starts the embedded server when the first connection is wanted, never earlier. A
pooled connection whose server has hung up is replaced before use. And a database that cannot be reached is
reported in one sentence, :class:`config.database.DatabaseUnavailable`. Values are bound on the server, up to as many
as it takes: no statement holds one, so no log of statements does (TRUST.md F38). And a page waits for an answer only
so long (``patience``).
"""

from __future__ import annotations

import select
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS
from django.db.backends.postgresql import base, features, operations
from psycopg_pool import ConnectionPool

from config.database import DatabaseUnavailable, embedded, long_lists
from config.database.patience import PatientConnection, absence, is_limited

#: So many values a statement binds at most: the protocol counts them in 16 bits.
MOST_VALUES = 65_535

long_lists.register()


def hung_up(connection: psycopg.Connection[Any]) -> bool:
    """Return whether the server has ended this idle connection.

    An idle connection has nothing to read. When it has, the server said something: mostly that it is going.
    Looking costs microseconds, where a question to the server would cost every request a round trip.
    """
    watch = select.poll()
    watch.register(connection.fileno(), select.POLLIN)
    if not watch.poll(0):
        return False
    try:
        ConnectionPool.check_connection(connection)
    except psycopg.OperationalError:
        return True
    return False


class DatabaseFeatures(features.DatabaseFeatures):
    max_query_params = MOST_VALUES


class DatabaseOperations(operations.DatabaseOperations):
    def bulk_batch_size(self, fields: Sequence[Any], objs: Sequence[Any]) -> int:
        """Return how many rows of so many fields one statement writes."""
        return max(1, min(len(objs), MOST_VALUES // max(1, len(fields))))


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection to PostgreSQL, be it a server's or the embedded one's."""

    Database: Any = SimpleNamespace(**{**vars(psycopg), "connect": PatientConnection.connect})
    features_class = DatabaseFeatures
    ops_class = DatabaseOperations

    def get_connection_params(self) -> dict[str, Any]:
        """Return what psycopg needs; start the embedded server where it is the one to connect to."""
        if directory := self.settings_dict.get("EMBEDDED_IN"):
            sockets = embedded.start(
                directory, database="piaojue", options=self.settings_dict.get("EMBEDDED_OPTIONS", ())
            )
            self.settings_dict.update(HOST=str(sockets), PORT=str(embedded.PORT), USER=embedded.USER)
        return super().get_connection_params()

    def discard_embedded(self) -> None:
        """Delete the embedded database with all its data; no connection of this process may be open."""
        directory = self.settings_dict["EMBEDDED_IN"]
        embedded.leave(directory)
        embedded.discard(directory)

    def get_new_connection(self, conn_params: dict[str, Any]) -> psycopg.Connection[Any]:
        """Return a connection whose server is there. Raises DatabaseUnavailable."""
        watched = is_limited() and self.alias == DEFAULT_DB_ALIAS
        if watched:
            absence.connect = absence.connect or self.connect_alone
            absence.refuse()
        try:
            return self._connection(conn_params)
        except psycopg.OperationalError as problem:
            if watched:
                absence.suspect(all_connections=False)
            raise DatabaseUnavailable(self._sentence(problem)) from problem

    def connect_alone(self) -> PatientConnection:
        """Return a connection that belongs to no pool. Raises OperationalError and DatabaseUnavailable."""
        return PatientConnection.alone(**self.get_connection_params())

    def _connection(self, conn_params: dict[str, Any]) -> psycopg.Connection[Any]:
        connection: psycopg.Connection[Any] = super().get_new_connection(conn_params)
        while self.pool and (absence.is_older(connection) or hung_up(connection)):
            self.get_connection_params()  # starts the embedded server again where that has ended
            connection.close()
            self.pool.putconn(connection)  # the pool throws it away and makes another
            connection = super().get_new_connection(conn_params)
        return connection

    def _sentence(self, problem: psycopg.OperationalError) -> str:
        known = self.settings_dict
        place = f"{known['HOST'] or 'this machine'}, port {known['PORT'] or 5432}"
        reason = " ".join(str(problem).split()).rpartition("failed: ")[2].partition(" Is the server")[0]
        return (
            f"The database {known['NAME']!r} at {place} gives no connection ({reason}). "
            "Is the server running, and is DATABASE_URL right?"
        )
