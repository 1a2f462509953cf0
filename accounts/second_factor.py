"""The second factor of staff: six digits of an app, or one of ten recovery codes that each work once.

Wrong codes are slowed by django-otp: every one doubles the wait, up to a minute, and a right code within it is refused.
"""

from __future__ import annotations

import time
from base64 import b32encode
from binascii import hexlify
from datetime import datetime
from enum import StrEnum
from math import ceil
from secrets import token_bytes
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticToken

from accounts.authenticators import Authenticator, RecoveryCodes, authenticator_key
from accounts.codes import normalise
from accounts.models import User
from accounts.passwords import new_password
from accounts.roles import Kind

DIGITS, STEP, TOLERANCE = 6, 30, 1
RECOVERY_CODES = 10
#: Where a session keeps when its person last proved the second factor.
PROVEN = "second-factor-proven"
#: For so long a proof is good for what cannot be undone.
FRESH = 5 * 60  # seconds


class Factor(StrEnum):
    """What a code that was taken is: of the app, or a recovery code."""

    APP = "app"
    RECOVERY = "recovery"


class FactorRefused(Exception):
    """A code that is not taken; ``str()`` is a translated sentence for the person."""


class WrongFactor(FactorRefused):
    """The code is wrong, was used before, or its half minute is over."""

    def __str__(self) -> str:
        return _(
            "This code is not right, was used before or is too old. Wait for the next one in the app, "
            "or use a recovery code."
        )


class NotSixDigits(WrongFactor):
    """What was typed while an app is set up is not what an app shows."""

    def __str__(self) -> str:
        return _("Type the six digits that the app shows now.")


class NotOfThisApp(WrongFactor):
    """Six digits, and the new app does not show them now."""

    def __str__(self) -> str:
        return _(
            "The app does not show these digits now. Type the next six. If they are refused, too, set the clock of the "
            "phone to automatic, or scan the square once more."
        )


class TooSoon(FactorRefused):
    """Wrong codes came before; nothing is looked at yet."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds

    def __str__(self) -> str:
        return ngettext(
            "After wrong codes no other is looked at for a while. Try again in %(count)d second.",
            "After wrong codes no other is looked at for a while. Try again in %(count)d seconds.",
            self.seconds,
        ) % {"count": self.seconds}


def is_required_of(user: User) -> bool:
    """Tell whether this person can do nothing without a second factor.

    A rehearsal decides nothing, and its people are there for as long as it lasts: they need none.
    """
    if not settings.SECOND_FACTOR_REQUIRED or not user.is_staff:
        return False
    return user.congress is None or user.congress.kind != Kind.REHEARSAL


def is_half_way(user: User, session: SessionBase) -> bool:
    """Tell whether this session shows a password and no second factor of somebody who has one."""
    return user.has_second_factor and PROVEN not in session


def proven(session: SessionBase) -> None:
    """Keep in the session that its person proved the second factor just now."""
    session[PROVEN] = int(time.time())


def is_stale(user: User, session: SessionBase) -> bool:
    """Tell whether the person must prove the second factor again before what cannot be undone."""
    return user.has_second_factor and time.time() - session.get(PROVEN, 0) > FRESH


def new_key() -> str:
    """Return what is stored of a new app's key, in hexadecimal."""
    return hexlify(token_bytes(20)).decode()


def key_to_type(user: User, key: str) -> str:
    """Return the key as its person types it into the app: base32 in groups of four."""
    typed = b32encode(authenticator_key(user.pk, key)).decode()
    return " ".join(typed[i : i + 4] for i in range(0, len(typed), 4))


def address_for_app(user: User, key: str) -> str:
    """Return the address that the app reads from the QR code."""
    device = Authenticator(user=user, key=key, digits=DIGITS, step=STEP)
    return str(device.config_url)


@transaction.atomic
def enrol(user: User, *, key: str, code: str) -> list[str]:
    """Give the person this app in the place of any other, and return ten recovery codes, this once.

    Raises NotSixDigits or NotOfThisApp where the app does not show the code.
    """
    totp = TOTP(authenticator_key(user.pk, key), STEP, 0, DIGITS)
    totp.time = time.time()
    typed = normalise(code)
    if not (typed.isascii() and typed.isdigit() and len(typed) == DIGITS):
        raise NotSixDigits
    if not totp.verify(int(typed), TOLERANCE):
        raise NotOfThisApp
    held = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    _forget(held)
    Authenticator.objects.create(user=held, name="app", key=key, last_t=totp.t(), drift=totp.drift)
    _write(user, held, has=True)
    return _new_recovery_codes(held)


@transaction.atomic
def remove(user: User) -> None:
    """Take the second factor and its recovery codes away."""
    held = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    _forget(held)
    _write(user, held, has=False)


@transaction.atomic
def renew_recovery_codes(user: User) -> list[str]:
    """Void the recovery codes and return ten others, this once."""
    held = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    return _new_recovery_codes(held)


def recovery_codes_left(user: User) -> int:
    """Return how many recovery codes the person has not used yet."""
    return int(StaticToken.objects.filter(device__user=user).count())


def prove(user: User, code: str) -> Factor:
    """Take a code of the app, or a recovery code, which is used up by it; return which it was.

    Raises WrongFactor or TooSoon.
    """
    typed = normalise(code).lower()
    is_of_app = typed.isascii() and typed.isdigit() and len(typed) == DIGITS
    devices: Any = Authenticator if is_of_app else RecoveryCodes
    with transaction.atomic():
        # One after the other: the same code sent twice at once is taken once.
        device = devices.objects.select_for_update().filter(user=user, confirmed=True).first()
        wait = _wait(device)
        taken = not wait and device is not None
        if taken:
            taken = device.verify_token(typed if is_of_app else _digest(user, typed))
    # Raised outside, so that a wrong code is counted.
    if wait:
        raise TooSoon(wait)
    if not taken:
        raise WrongFactor
    return Factor.APP if is_of_app else Factor.RECOVERY


def _wait(device: Any) -> int:
    """Return for how many seconds no code is looked at."""
    until = device and device.waits_until
    return max(0, ceil((until - timezone.now()).total_seconds())) if until else 0


def waits_until(user: User, *, at: datetime) -> datetime | None:
    """Return until when, after wrong ones, a code of this person is not looked at; None where every one is."""
    if not user.has_second_factor:
        return None
    devices = [each for kind in _KINDS for each in kind.objects.filter(user=user)]
    return max((until for each in devices if (until := each.waits_until) and until > at), default=None)


def lift_waits(user: User) -> None:
    """Look at the next code of this person at once, however many wrong ones came before."""
    for kind in _KINDS:
        kind.objects.filter(user=user).update(throttling_failure_count=0, throttling_failure_timestamp=None)


_KINDS: tuple[Any, ...] = (Authenticator, RecoveryCodes)


def _forget(user: User) -> None:
    for kind in _KINDS:
        kind.objects.filter(user=user).delete()


def _write(user: User, held: User, *, has: bool) -> None:
    held.has_second_factor = user.has_second_factor = has
    held.save(update_fields=["has_second_factor"])


def _new_recovery_codes(user: User) -> list[str]:
    RecoveryCodes.objects.filter(user=user).delete()
    device = RecoveryCodes.objects.create(user=user, name="recovery")
    codes = [new_password() for _place in range(RECOVERY_CODES)]
    StaticToken.objects.bulk_create(
        StaticToken(device=device, token=_digest(user, normalise(code))) for code in codes
    )
    return codes


def _digest(user: User, code: str) -> str:
    """Return the keyed digest under which a recovery code is stored: 80 bits, as many as there is room for."""
    keyed = salted_hmac("accounts.recovery-code", f"{user.pk}:{code}", algorithm="sha256").digest()
    return b32encode(keyed[:10]).decode()
