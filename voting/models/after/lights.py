"""亮灯规则: when a delivery shows yellow or red."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from voting.models.core.cycle import Cycle


class LightSetting(models.Model):
    """亮灯规则 of a cycle, shown beside every light; the values are those of ``domain.after.lights.LightRule``."""

    cycle = models.OneToOneField(
        Cycle, primary_key=True, on_delete=models.PROTECT, related_name="lights", verbose_name=_("cycle")
    )
    preset = models.CharField(_("preset"), max_length=20, blank=True)
    yellow = models.PositiveSmallIntegerField(_("yellow from, points behind"))
    yellow_from = models.CharField(_("yellow"), max_length=2)
    red = models.PositiveSmallIntegerField(_("red from, points behind"))
    red_from = models.CharField(_("red"), max_length=2)
    unbegun_is_red = models.BooleanField(_("what is due and not begun is red"), default=True)
    report_days = models.PositiveSmallIntegerField(_("a report is overdue after days"), default=31)

    class Meta:
        verbose_name = _("rule of the lights")
        verbose_name_plural = _("rules of the lights")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(yellow__lte=models.F("red"), red__lte=100), name="lights_points_in_order"
            ),
        ]

    def __str__(self) -> str:
        return str(self.cycle)
