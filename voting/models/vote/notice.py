"""公告: the published result, frozen."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from voting.models.vote.round import Round


class Notice(models.Model):
    """The snapshot that every page, print and export reads. ``body`` is canonical JSON text, hashed as it stands."""

    round = models.OneToOneField(
        Round, primary_key=True, on_delete=models.PROTECT, related_name="notice", verbose_name=_("round")
    )
    body = models.TextField(_("text"))
    digest = models.CharField(_("hash"), max_length=64)
    published_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("published by")
    )
    published_at = models.DateTimeField(_("published at"))

    class Meta:
        verbose_name = _("public notice")
        verbose_name_plural = _("public notices")

    def __str__(self) -> str:
        return str(self.round)
