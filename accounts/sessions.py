"""Sessions in the database, each read, begun and ended by one plain statement: every page reads one, a cast ends one.

Building the same statements from a model takes several times as long as the database takes to answer them. What a row
is found by is a keyed hash of what the cookie holds, and what it says is signed for that row: whoever reads the
database alone has nobody's cookie, and who writes it can put nobody else's session under the own one.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends import db
from django.core import signing
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.forgery import renew_secret
from accounts.kept_sessions import KeptSession
from accounts.models import User
from accounts.prepared import change

_READ = "SELECT session_data FROM accounts_session WHERE session_key = %s AND expire_date > %s"
_END = "DELETE FROM accounts_session WHERE session_key = %s"
#: The session before on the same device goes with it (F8). What a crash of the database takes of the last moment is
#: signed in again: nobody waits for the disk here as for a ballot, but where a session ends with it.
_BEGIN = """
WITH before AS (DELETE FROM accounts_session WHERE session_key = %(before)s)
INSERT INTO accounts_session (session_key, session_data, expire_date, user_id, proof, secret)
SELECT %(key)s::text, %(data)s::text, %(until)s::timestamptz, %(user)s::bigint, %(proof)s::text, %(secret)s::text
FROM set_config('synchronous_commit',
                CASE %(before)s WHEN '' THEN 'off' ELSE current_setting('synchronous_commit') END, true)
"""
#: Of a person's own session only: a number, written in a statement of its own, which says nothing of any ballot.
_SPEND = """
UPDATE accounts_session SET tests = tests + 1
WHERE session_key = %(key)s AND user_id IS NOT NULL AND tests < %(most)s
"""

#: So many letters of a cookie say that this site gave it out.
_SEAL = 16
#: As many letters as the column holds: 160 bits.
_LETTERS = 40
_COOKIE_BYTES = 20
_BACKEND = "django.contrib.auth.backends.ModelBackend"


def new_cookie() -> str:
    """Return what a new session's cookie holds: 160 bits at random, and a seal on them."""
    drawn = secrets.token_hex(_COOKIE_BYTES)
    return drawn + _seal_on(drawn)


def is_ours(cookie: str) -> bool:
    """Tell whether this site gave the cookie out, which costs no question to the database; its session may be over."""
    drawn, seal = cookie[:-_SEAL], cookie[-_SEAL:]
    return bool(drawn) and secrets.compare_digest(_seal_on(drawn).encode(), seal.encode())


def _seal_on(drawn: str) -> str:
    return salted_hmac("accounts.sessions.cookie", drawn, algorithm="sha256").hexdigest()[:_SEAL]


def stored_key(session_key: str) -> str:
    """Return under which key the session of a cookie stands in the database."""
    return salted_hmac("accounts.sessions", session_key, algorithm="sha256").hexdigest()[:_LETTERS]


def salt_of(stored: str) -> str:
    """Return what the data of a row are signed under, with SECRET_KEY."""
    return f"accounts.sessions:{stored}"


def proof_of(stored: str, user: int) -> str:
    """Return what shows that the row is that person's, which no database can make."""
    return salted_hmac("accounts.sessions.person", f"{stored}:{user}", algorithm="sha256").hexdigest()


@dataclass(frozen=True)
class Shown:
    """What a request shows of a session: under which key it would stand. Whether it does, a statement asks."""

    key: str

    def proof(self, user: int) -> str:
        """Return what the row must hold in order to be that person's."""
        return proof_of(self.key, user)


class SessionStore(db.SessionStore):
    """Django's own store; how it reads, begins and deletes differs, and what the rows are called."""

    _begun: dict[str, Any] | None = None

    @classmethod
    def get_model_class(cls) -> type[KeptSession]:
        """Return the rows' model, as Django asks for it."""
        return KeptSession

    @property
    def key_salt(self) -> str:
        return salt_of(stored_key(self.session_key or ""))

    @property
    def shown(self) -> Shown | None:
        """What the request's cookie shows, not yet looked up; None without a cookie."""
        return Shown(stored_key(self.session_key)) if self.session_key else None

    def encode(self, session_dict: dict[str, Any]) -> str:
        """Return what the row says, signed without a time: it would be the second of the sign-in (TRUST.md F29)."""
        signed: str = signing.Signer(salt=self.key_salt).sign_object(session_dict, serializer=self.serializer)
        return signed

    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        """Return what a row says; of one that is not signed for its own key, nothing."""
        try:
            held: dict[str, Any] = signing.Signer(salt=self.key_salt).unsign_object(
                str(session_data), serializer=self.serializer
            )
        except signing.BadSignature:
            return {}
        return held

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

    def begin(self, user: User) -> None:
        """Begin a delegate's session under a new key, in one statement; the one before on the device is over."""
        before = stored_key(self.session_key) if self.session_key else ""
        self._session_key = new_cookie()
        self._session_cache = {
            SESSION_KEY: str(user.pk),
            BACKEND_SESSION_KEY: _BACKEND,
            HASH_SESSION_KEY: user.get_session_auth_hash(),
        }
        key = stored_key(self._session_key)
        change(
            _BEGIN,
            {
                "before": before,
                "key": key,
                "data": self.encode(self._session_cache),
                "until": _full_hour_after(timezone.now() + timedelta(seconds=self.get_session_cookie_age())),
                "user": user.pk,
                "proof": proof_of(key, user.pk),
                "secret": user.password,
            },
        )
        self.accessed = self.modified = True
        self._begun = dict(self._session_cache)

    def save(self, must_create: bool = False) -> None:  # noqa: FBT001, FBT002 as Django calls it
        """Save what the session holds; what ``begin`` wrote just now is not written twice."""
        if must_create or self._begun is None or self._begun != self._session:  # type: ignore[attr-defined]
            super().save(must_create)
        self._begun = None

    def delete(self, session_key: str | None = None) -> None:
        """Delete the session without reading it first; one that is gone already is no mistake."""
        if key := session_key or self.session_key:
            with connection.cursor() as cursor:
                cursor.execute(_END, [stored_key(key)])

    def ended(self) -> None:
        """Forget the session, whose row a statement has deleted: the answer takes the cookie back."""
        self.clear()
        self._session_key = None

    def _get_new_session_key(self) -> str:
        """Return the key of a session that Django begins; no two are drawn alike."""
        return new_cookie()

    def exists(self, session_key: str) -> bool:
        """Tell whether a session of that cookie is in the database."""
        there: bool = super().exists(stored_key(session_key))
        return there

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        """Return the row to save. A delegate's session ends at a full hour: its end is no clock of the sign-in (F29).

        It lasts at least as long as SESSION_MINUTES asks and less than an hour longer; staff sessions, which set their
        own end, stay as they are.
        """
        row: Any = super().create_model_instance(data)
        row.session_key = stored_key(row.session_key)
        if SESSION_KEY in data:
            row.user_id = int(data[SESSION_KEY])
            row.proof = proof_of(row.session_key, row.user_id)
        if "_session_expiry" not in data:
            row.expire_date = _full_hour_after(row.expire_date)
        return row


def spend_test(shown: Shown, *, most: int) -> bool:
    """Count one more test ballot of a session; False where it has made as many as it may, or is over."""
    return change(_SPEND, {"key": shown.key, "most": most}) == 1


def _full_hour_after(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


def sign_in(request: HttpRequest, user: User) -> None:
    """Sign a delegate in, whose code was right: a new session and a new token against forgery, in one statement."""
    session: Any = request.session
    session.begin(user)
    request.user = user
    renew_secret(request)
