"""计票报告单: the count of a round and its certification."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from voting.models.round import Round


class Tally(models.Model):
    """The count with its working, as canonical JSON text. Append-only by trigger.

    ``patterns`` are the distinct ballots with their numbers, sorted; they are for the scrutineers only, because a
    full ballot of 12 projects can name its voter (TRUST.md F26).
    """

    round = models.OneToOneField(
        Round, primary_key=True, on_delete=models.PROTECT, related_name="tally", verbose_name=_("round")
    )
    working = models.TextField(_("working"))
    patterns = models.TextField(_("ballot patterns"))
    digest = models.CharField(_("hash"), max_length=64)
    counted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("counted by")
    )
    counted_at = models.DateTimeField(_("counted at"))

    class Meta:
        verbose_name = _("count report")
        verbose_name_plural = _("count reports")

    def __str__(self) -> str:
        return str(self.round)


class Certification(models.Model):
    """A scrutineer other than the counter vouches for the count. The database enforces the second person."""

    tally = models.OneToOneField(
        Tally,
        primary_key=True,
        on_delete=models.PROTECT,
        related_name="certification",
        verbose_name=_("count report"),
    )
    certified_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("certified by")
    )
    certified_at = models.DateTimeField(_("certified at"))

    class Meta:
        verbose_name = _("certification")
        verbose_name_plural = _("certifications")

    def __str__(self) -> str:
        return str(self.tally)
