"""Floods: how often one network may do a thing within a window, whatever the thing.

A network is an IPv4 address, or the /64 of an IPv6 address, all of which one household holds. Kept is a keyed digest of
it that says neither the network nor the thing, changes daily, and is deleted after its window; nothing says when
somebody came within it.
"""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.networks import network_of
from voting.models import Knock


class TooOften(Exception):
    """A network knocked more often than it may; ``again`` is when its window ends. The verb that counts says it."""

    def __init__(self, again: datetime) -> None:
        super().__init__(again)
        self.again = again


@transaction.atomic
def count_knock(*, purpose: str, address: str, most: int, ends_at: datetime, at: datetime) -> None:
    """Count a knock against its network; a window that begins with it lasts until ``ends_at``.

    What is over is forgotten first, of every purpose. Knocks that come at once wait for each other. Raises TooOften
    beyond ``most``, and then counts nothing.
    """
    Knock.objects.filter(ends_at__lt=at).delete()
    day = timezone.localdate(at)
    digest = salted_hmac("piaojue.knock", f"{purpose} {day} {network_of(address)}", algorithm="sha256")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO voting_knock (digest, ends_at, times) VALUES (%s, %s, 1) "
            "ON CONFLICT (digest) DO UPDATE SET times = voting_knock.times + 1 RETURNING times, ends_at",
            [digest.hexdigest(), ends_at],
        )
        times, again = cursor.fetchone()
    if times > most:
        raise TooOften(again)
