"""变更: a change of a chosen project, which the standing committee approves."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from voting.models.after.delivery import Delivery


class ChangeRequest(models.Model):
    """变更: a chosen project is altered only with the standing committee's approval; the original stays beside it."""

    delivery = models.ForeignKey(
        Delivery, on_delete=models.PROTECT, related_name="changes", verbose_name=_("delivery")
    )
    before = models.JSONField(_("before"))
    after = models.JSONField(_("after"))
    reason = models.TextField(_("reason"), max_length=2000)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("asked by"))
    asked_at = models.DateTimeField(_("asked at"))
    approved = models.BooleanField(_("approved"), null=True, blank=True)
    decision = models.TextField(_("decision of the standing committee"), max_length=2000, blank=True)
    decided_on = models.DateField(_("decided on"), null=True, blank=True)
    recorded_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("recorded by")
    )
    recorded_at = models.DateTimeField(_("recorded at"), null=True, blank=True)

    class Meta:
        verbose_name = _("change request")
        verbose_name_plural = _("change requests")
        ordering = ["delivery", "asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["delivery"], condition=models.Q(approved=None), name="change_one_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.delivery} · {self.reason[:40]}"
