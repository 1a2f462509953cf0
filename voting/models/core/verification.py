"""When everything that is kept was last held against everything else, and whether it held."""

from __future__ import annotations

from datetime import UTC

from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _


class Verification(models.Model):
    """One run of ``manage.py verify`` over the whole installation; ``damages`` is how many it found."""

    at = models.DateTimeField(_("at"))
    checks = models.PositiveSmallIntegerField(_("checks"))
    damages = models.PositiveIntegerField(_("damages"))
    #: Vouches, under the server's secret, that there was such a run: no database can make it.
    mac = models.CharField(_("mark of the server"), max_length=64, editable=False)

    class Meta:
        verbose_name = _("verification")
        verbose_name_plural = _("verifications")
        ordering = ["at"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"

    def vouched(self) -> str:
        """Return the mark that this run must carry."""
        value = f"{self.at.astimezone(UTC).isoformat()}|{self.checks}|{self.damages}"
        return salted_hmac("voting.verification", value, algorithm="sha256").hexdigest()

    @property
    def held(self) -> bool:
        return self.damages == 0
