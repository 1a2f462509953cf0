"""The journal of a congress: sign-ins and accounts of its staff, chained by hash, append-only."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Congress, User
from voting.states import CongressAct


class CongressEntry(models.Model):
    """One act about the accounts of the staff. Each entry holds the hash of the one before it in its congress.

    Without a congress it is of the installation itself. There is never an entry about a delegate: it would be a
    clock beside the vote (TRUST.md F29).
    """

    congress = models.ForeignKey(
        Congress,
        on_delete=models.PROTECT,
        related_name="journal",
        null=True,
        verbose_name=_("people's congress"),
    )
    sequence = models.PositiveIntegerField(_("number"))
    act = models.CharField(_("act"), max_length=20, choices=CongressAct.choices)
    actor = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True, verbose_name=_("by")
    )
    subject = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True, verbose_name=_("account")
    )
    at = models.DateTimeField(_("at"))
    data = models.JSONField(_("data"), default=dict)
    previous = models.CharField(_("hash of the entry before"), max_length=64)
    digest = models.CharField(_("hash"), max_length=64)

    class Meta:
        verbose_name = _("entry about an account")
        verbose_name_plural = _("sign-ins and accounts")
        ordering = ["congress", "sequence"]
        constraints = [
            models.UniqueConstraint(
                fields=["congress", "sequence"], name="congress_entry_once", nulls_distinct=False
            ),
            models.UniqueConstraint(
                fields=["congress", "previous"], name="congress_entry_no_fork", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=models.Q(act__in=CongressAct.values), name="congress_entry_act_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sequence} {self.get_act_display()}"
