"""A member of staff signs in, sets up or gives up the own second factor, chooses the own password: each recorded."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from accounts import second_factor
from accounts.attempts import WINDOW, lift_rests
from accounts.models import User
from voting.domain.core.journal import record_of_congress
from voting.models import CongressEntry
from voting.states import CongressAct


def note(act: CongressAct, *, by: User, at: datetime, subject: User | None = None, how: str = "") -> None:
    """Record an act of a person on the own account, or on that of ``subject``; of delegates nothing."""
    data = {"how": how} if how else {}
    whom = subject or by
    with transaction.atomic():
        record_of_congress(congress=whom.congress, act=act, by=by, subject=whom, at=at, data=data)


@transaction.atomic
def note_rest(username: str, *, at: datetime) -> None:
    """Record that sign-in under a name begins to rest somewhere; nothing where nobody has the name.

    Once in a window: whoever tries from a thousand networks at once does not bury the record.
    """
    named = User.objects.select_related("congress").filter(username__iexact=username)
    user = named.select_for_update(of=("self",), no_key=True).first()
    if user is None:
        return
    act = CongressAct.REST_BEGUN
    if not CongressEntry.objects.filter(subject=user, act=act, at__gt=at - WINDOW).exists():
        record_of_congress(congress=user.congress, act=act, by=None, subject=user, at=at)


def on_rest_began(*, username: str, at: datetime, **signal: Any) -> None:
    """Record what the check of a password tells of, on whatever page it was asked for."""
    note_rest(username, at=at)


@transaction.atomic
def lift_rest(*, user: User, by: User, at: datetime) -> None:
    """Let somebody sign in everywhere at once who is held up after wrong passwords or codes."""
    lift_rests(user)
    second_factor.lift_waits(user)
    note(CongressAct.REST_LIFTED, by=by, at=at, subject=user)


@transaction.atomic
def set_up(*, key: str, code: str, by: User, at: datetime) -> list[str]:
    """Set up the person's app and return ten recovery codes, this once. Raises accounts' WrongFactor."""
    codes = second_factor.enrol(by, key=key, code=code)
    note(CongressAct.FACTOR_ENROLLED, by=by, at=at)
    return codes


@transaction.atomic
def renew_codes(*, by: User, at: datetime) -> list[str]:
    """Void the person's recovery codes and return ten others, this once."""
    codes = second_factor.renew_recovery_codes(by)
    note(CongressAct.RECOVERY_RENEWED, by=by, at=at)
    return codes


@transaction.atomic
def give_up(*, by: User, at: datetime) -> None:
    """Take the person's own second factor away."""
    second_factor.remove(by)
    note(CongressAct.FACTOR_REMOVED, by=by, at=at)
