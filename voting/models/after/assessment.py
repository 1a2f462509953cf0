"""整改: what follows an assessment, the order to put a poor project right."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from voting.models.after.delivery import Delivery
from voting.models.core.cycle import Cycle


class Rectification(models.Model):
    """整改: a poor project is put right until a day; the unit says what it did, then it is assessed again."""

    assessment = models.ForeignKey(
        Cycle, on_delete=models.PROTECT, related_name="rectifications", verbose_name=_("assessment")
    )
    delivery = models.ForeignKey(
        Delivery, on_delete=models.PROTECT, related_name="rectifications", verbose_name=_("delivery")
    )
    text = models.TextField(_("order"), max_length=3000)
    due = models.DateField(_("to be mended by"))
    ordered_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("ordered by")
    )
    ordered_at = models.DateTimeField(_("ordered at"))
    reply = models.TextField(_("what was done"), max_length=5000, blank=True)
    replied_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("replied by")
    )
    replied_at = models.DateTimeField(_("replied at"), null=True, blank=True)

    class Meta:
        verbose_name = _("rectification")
        verbose_name_plural = _("rectifications")
        ordering = ["assessment", "delivery"]
        constraints = [
            models.UniqueConstraint(fields=["assessment", "delivery"], name="rectification_once"),
            models.CheckConstraint(
                condition=models.Q(reply="", replied_at__isnull=True)
                | (~models.Q(reply="") & models.Q(replied_at__isnull=False)),
                name="rectification_reply_with_time",
            ),
        ]

    def __str__(self) -> str:
        return str(self.delivery)
