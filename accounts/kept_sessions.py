"""The rows of sessions, each with whose it is, and the one rule about them: what ends a person's access ends theirs.

There is no foreign key: it would lock the person's row at every sign-in, and the lock stays in the row as a trace of
when somebody signed in (TRUST.md F38).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

#: Whatever of these changes in an account, its sessions are over.
ENDING = frozenset({"password", "role", "is_active", "congress", "congress_id"})


class KeptSession(AbstractBaseSession):
    """One session as the database keeps it: found by a keyed hash of the cookie, signed for its row.

    ``proof`` is a keyed hash of row and person, so that nobody who writes the database puts another person into the
    own session. ``secret`` is the account's at a delegate's sign-in: where it is another now, the session is over,
    also where the code was voided while the sign-in was under way. Of staff it is empty. ``tests`` are the test ballots
    made since the sign-in, a number and nothing about them (BOOTH.md §3).
    """

    user_id = models.BigIntegerField(null=True, db_index=True)
    proof = models.CharField(max_length=64, default="", blank=True)
    secret = models.CharField(max_length=128, default="", blank=True)
    tests = models.PositiveSmallIntegerField(default=0, db_default=0)

    class Meta(AbstractBaseSession.Meta):
        abstract = False
        db_table = "accounts_session"

    @classmethod
    def get_session_store_class(cls) -> Any:
        from accounts.sessions import SessionStore  # noqa: PLC0415 which needs this model

        return SessionStore


def end_sessions_of(people: Iterable[int]) -> None:
    """End every session of these people."""
    KeptSession.objects.filter(user_id__in=list(people)).delete()


class EndingSessions(models.QuerySet[Any]):
    """Accounts: an update that ends their access ends their sessions with it."""

    def update(self, **values: Any) -> int:
        """Update the rows, and end the sessions of those people where that ends their access."""
        if ENDING.isdisjoint(values):
            return super().update(**values)
        people = list(self.order_by().values_list("pk", flat=True))
        rows = super().update(**values)
        end_sessions_of(people)
        return rows


class SignedOutByChange(models.Model):
    """An account: saving what ends its access ends its sessions with it."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **how: Any) -> None:
        """Save the account, and end its sessions where that may end its access."""
        fields: Collection[str] | None = how.get("update_fields")
        known = not self._state.adding
        super().save(*args, **how)
        if known and (fields is None or not ENDING.isdisjoint(fields)):
            end_sessions_of([self.pk])
