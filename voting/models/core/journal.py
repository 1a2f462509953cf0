"""The journal: operator acts and counts, chained by hash, append-only by trigger."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from voting.models.core.cycle import Cycle
from voting.states import Act


class JournalEntry(models.Model):
    """One act of one person. Each entry holds the hash of the one before it in its cycle (TRUST.md §2)."""

    cycle = models.ForeignKey(
        Cycle, on_delete=models.PROTECT, related_name="journal", verbose_name=_("cycle")
    )
    sequence = models.PositiveIntegerField(_("number"))
    act = models.CharField(_("act"), max_length=20, choices=Act.choices)
    actor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))
    data = models.JSONField(_("data"), default=dict)
    previous = models.CharField(_("hash of the entry before"), max_length=64)
    digest = models.CharField(_("hash"), max_length=64)

    class Meta:
        verbose_name = _("journal entry")
        verbose_name_plural = _("journal")
        ordering = ["cycle", "sequence"]
        constraints = [
            models.UniqueConstraint(fields=["cycle", "sequence"], name="journal_sequence_once"),
            models.UniqueConstraint(fields=["cycle", "previous"], name="journal_no_fork"),
            models.CheckConstraint(condition=models.Q(act__in=Act.values), name="journal_act_known"),
        ]

    def __str__(self) -> str:
        return f"{self.sequence} {self.get_act_display()}"
