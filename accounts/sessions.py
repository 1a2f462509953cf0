"""Sessions in the database, read and ended by one plain statement each: every page reads one, a cast ends one.

Building the same statements from a model takes several times as long as the database takes to answer them. What a row
is found by is a keyed hash of what the cookie holds, and what it says is signed for that row: whoever reads the
database alone has nobody's cookie, and who writes it can put nobody else's session under the own one.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.sessions.backends import db
from django.db import connection
from django.utils import timezone
from django.utils.crypto import salted_hmac

_READ = "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s"
_END = "DELETE FROM django_session WHERE session_key = %s"


#: As many letters as the column holds: 160 bits.
_LETTERS = 40


def stored_key(session_key: str) -> str:
    """Return under which key the session of a cookie stands in the database."""
    return salted_hmac("accounts.sessions", session_key, algorithm="sha256").hexdigest()[:_LETTERS]


def salt_of(stored: str) -> str:
    """Return what the data of a row are signed under, with SECRET_KEY."""
    return f"accounts.sessions:{stored}"


class SessionStore(db.SessionStore):
    """Django's own store; how it reads and deletes differs, and what the rows are called."""

    @property
    def key_salt(self) -> str:
        return salt_of(stored_key(self.session_key or ""))

    def load(self) -> dict[str, Any]:
        """Return what the session holds; one that is over or unknown holds nothing and gives up its key."""
        with connection.cursor() as cursor:
            cursor.execute(_READ, [stored_key(self.session_key or ""), timezone.now()])
            row = cursor.fetchone()
        if row is None:
            self._session_key = None
            return {}
        held: dict[str, Any] = self.decode(row[0])
        return held

    def delete(self, session_key: str | None = None) -> None:
        """Delete the session without reading it first; one that is gone already is no mistake."""
        if key := session_key or self.session_key:
            with connection.cursor() as cursor:
                cursor.execute(_END, [stored_key(key)])

    def exists(self, session_key: str) -> bool:
        """Tell whether a session of that cookie is in the database."""
        there: bool = super().exists(stored_key(session_key))
        return there

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        """Return the row to save. A delegate's session ends at a full hour: its end is no clock of the sign-in (F29).

        It lasts at least as long as SESSION_MINUTES asks and less than an hour longer; staff sessions, which set their
        own end, stay as they are.
        """
        row = super().create_model_instance(data)
        row.session_key = stored_key(row.session_key)
        if "_session_expiry" not in data:
            row.expire_date = row.expire_date.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        return row
