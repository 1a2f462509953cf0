"""Wrong codes and passwords, counted so that nobody can keep somebody else out (TRUST.md §6, F36).

Wrong ones are counted by who tried: for delegates by network; for staff by name *and* network, and a device that has
signed in with a name before is counted by itself (a device cookie, as OWASP describes it). Kept are keyed digests that
say neither whom nor where, for the length of their window; of delegates nothing but how many a network got wrong.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from django.conf import settings
from django.core import signing
from django.db import connection
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

from accounts.models import Attempts, User
from accounts.networks import address_of_person, network_of

#: So many wrong delegates' codes come from one network before its answers say so.
MOST_WRONG_CODES = 20
#: So many wrong passwords are free; each further one makes the rest longer, up to the longest.
MOST_WRONG_PASSWORDS = 10
REST, LONGEST_REST = timedelta(seconds=5), timedelta(seconds=60)
#: Wrong ones are forgotten so long after the last.
WINDOW = timedelta(minutes=10)
DEVICE = "device"
DEVICE_DAYS = 180
_SIGNER = signing.TimestampSigner(salt="accounts.device")


def wrong_code(request_network: str, *, at: datetime) -> bool:
    """Count a wrong delegate's code of a network; tell whether there were too many lately."""
    return _count(_digest("code", request_network), of="", at=at) > MOST_WRONG_CODES


@dataclass(frozen=True)
class Budget:
    """Whose wrong passwords are counted together: a name's on a device that it knows, or in a network."""

    name: str
    known_device: bool
    digest: str

    @property
    def of(self) -> str:
        """The digest of the name, by which a keeper finds what rests."""
        return _digest("name", self.name)


def budget_of(request: HttpRequest, username: str) -> Budget:
    """Return the budget of this attempt to sign in under a name; whether anybody has the name makes no difference."""
    name = User.normalize_username(username).casefold()
    if device := _device_of(request, name):
        return Budget(name, known_device=True, digest=_digest("device", name, device))
    network = network_of(address_of_person(request))
    return Budget(name, known_device=False, digest=_digest("network", name, network))


def rests_for(budget: Budget, *, at: datetime) -> int:
    """Return for how many seconds an attempt on this budget is not looked at; 0 where it is."""
    until = Attempts.objects.filter(pk=budget.digest).values_list("rest_until", flat=True).first()
    return ceil((until - at) / timedelta(seconds=1)) if until and until > at else 0


def wrong_password(budget: Budget, *, at: datetime) -> int:
    """Count a wrong password; return how many there were lately. From the tenth on each is followed by a rest."""
    times = _count(budget.digest, of=budget.of, at=at)
    if times >= MOST_WRONG_PASSWORDS:
        rest = min(REST * (times - MOST_WRONG_PASSWORDS + 1), LONGEST_REST)
        Attempts.objects.filter(pk=budget.digest).update(rest_until=at + rest)
    return times


def right_password(budget: Budget) -> None:
    """Forget the wrong ones before it."""
    Attempts.objects.filter(pk=budget.digest).delete()


def resting_until(user: User, *, at: datetime) -> datetime | None:
    """Return until when sign-in under the name of an account rests somewhere; None where it does nowhere."""
    resting = Attempts.objects.filter(of=_digest("name", user.username.casefold()), rest_until__gt=at)
    until: datetime | None = resting.aggregate(until=Max("rest_until"))["until"]
    return until


def lift_rests(user: User) -> None:
    """Let the account sign in everywhere at once, with its budgets full."""
    Attempts.objects.filter(of=_digest("name", user.username.casefold())).delete()


def remember_device(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Let this device have a budget of its own under the name that has just signed in on it."""
    name = user.username.casefold()
    if not _device_of(request, name):
        response.set_cookie(
            f"{DEVICE}-{_digest('cookie', name)[:12]}",
            _SIGNER.sign(f"{name}:{secrets.token_hex(16)}"),
            max_age=timedelta(days=DEVICE_DAYS),
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )


def _device_of(request: HttpRequest, name: str) -> str:
    """Return the random id of a device that has signed in under this name before, or nothing."""
    cookie = request.COOKIES.get(f"{DEVICE}-{_digest('cookie', name)[:12]}", "")
    try:
        signed_for, _colon, device = _SIGNER.unsign(cookie, max_age=timedelta(days=DEVICE_DAYS)).rpartition(
            ":"
        )
    except signing.BadSignature:
        return ""
    return device if signed_for == name else ""


#: What is over is forgotten with every count; two at once wait for each other at the row.
_COUNT = """
INSERT INTO accounts_attempts AS kept (digest, "of", times, ends_at) VALUES (%s, %s, 1, %s)
ON CONFLICT (digest) DO UPDATE SET
    times = CASE WHEN kept.ends_at < %s THEN 1 ELSE kept.times + 1 END, ends_at = EXCLUDED.ends_at
RETURNING times
"""


def _count(digest: str, *, of: str, at: datetime) -> int:
    Attempts.objects.filter(ends_at__lt=at).exclude(pk=digest).delete()
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [digest, of, at + WINDOW, at])
        times: int = cursor.fetchone()[0]
    return times


def _digest(*parts: str) -> str:
    return salted_hmac("accounts.attempts", "\n".join(parts), algorithm="sha256").hexdigest()
