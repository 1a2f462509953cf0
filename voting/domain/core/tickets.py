"""Tickets of forms that anybody may send: random, signed, good for one sending of one thing within a day.

What is kept of a form that came in is the digest of its ticket: it counts once, and says nothing of who sent it.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.core import signing
from django.utils.translation import gettext as _

from voting.domain.core.refusals import Refused

_LASTS = timedelta(days=1)


class FormDamaged(Refused):
    """A form came back without a ticket of ours for what it is about, or later than a day after it was opened."""

    def __str__(self) -> str:
        return _("This form is damaged or too old. Nothing was sent; please open it again.")


def one_time_ticket(*, purpose: str, key: int) -> str:
    """Return the ticket of a form that is handed out now, for the thing with this key."""
    return signing.dumps([key, secrets.token_hex(12)], salt=f"piaojue.{purpose}")


def ticket_digest(ticket: str, *, purpose: str, key: int) -> bytes:
    """Return what is kept of a ticket for the thing with this key. Raises FormDamaged."""
    try:
        of, nonce = signing.loads(ticket, salt=f"piaojue.{purpose}", max_age=_LASTS)
    except (signing.BadSignature, ValueError, TypeError):
        raise FormDamaged from None
    if of != key:
        raise FormDamaged
    return hashlib.sha256(f"{key} {nonce}".encode()).digest()[:16]
