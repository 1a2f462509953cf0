"""完成: a delivery that its unit handed in as completed, and what the acceptance found."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from voting.models.after.delivery import Delivery


class Completion(models.Model):
    """验收: the unit hands a delivery in with evidence; it is accepted, or sent back with the reason."""

    delivery = models.ForeignKey(
        Delivery, on_delete=models.PROTECT, related_name="completions", verbose_name=_("delivery")
    )
    evidence = models.TextField(_("what was done, and the evidence of it"), max_length=5000)
    handed_in_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("handed in by")
    )
    handed_in_at = models.DateTimeField(_("handed in at"))
    accepted = models.BooleanField(_("accepted"), null=True, blank=True)
    note = models.TextField(_("what the acceptance found"), max_length=2000, blank=True)
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    class Meta:
        verbose_name = _("completion")
        verbose_name_plural = _("completions")
        ordering = ["delivery", "handed_in_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["delivery"], condition=models.Q(accepted=None), name="completion_one_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return str(self.delivery)
