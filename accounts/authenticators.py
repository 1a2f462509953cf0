"""The app on somebody's phone, and the recovery codes, as models: what people hold is not what the database holds."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.crypto import salted_hmac
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

#: Wrong codes double the wait for the next one, up to this: who knows a password keeps nobody out for longer.
LONGEST_WAIT = timedelta(seconds=60)


class Slowed:
    """A device at which the wait after wrong codes has an end, and can be lifted."""

    @property
    def waits_until(self) -> datetime | None:
        """When the next code is looked at; None where it is now."""
        allowed, why = super().verify_is_allowed()  # type: ignore[misc]
        if allowed:
            return None
        failed: datetime = self.throttling_failure_timestamp  # type: ignore[attr-defined]
        until: datetime = min(why["locked_until"], failed + LONGEST_WAIT)
        return until if until > timezone.now() else None

    def verify_is_allowed(self) -> tuple[bool, dict[str, Any] | None]:
        """Tell whether a code is looked at now, as django-otp asks it."""
        until = self.waits_until
        return (True, None) if until is None else (False, {"locked_until": until})


class Authenticator(Slowed, TOTPDevice):  # type: ignore[misc]
    """An app that shows six digits which change every half minute.

    What the app holds is not what the database holds: the key is derived from the row's and from whose it is under
    SECRET_KEY. Whoever reads the database alone can show no code, and a row copied to another person fits no app.
    """

    class Meta:
        proxy = True

    @property
    def bin_key(self) -> bytes:
        return authenticator_key(self.user_id, self.key)


class RecoveryCodes(Slowed, StaticDevice):  # type: ignore[misc]
    """The codes of one person that each work once; what is stored of them fits nobody else."""

    class Meta:
        proxy = True


def authenticator_key(user: int, stored: str) -> bytes:
    """Return the 20 bytes that the app of the person with that key shares with this server for what is stored."""
    return salted_hmac("accounts.authenticator", f"{user}:{stored}", algorithm="sha256").digest()[:20]
