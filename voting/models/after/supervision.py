"""监督: a group of delegates per project, inspections, findings with orders and replies."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Delegate, Unit, User
from voting.models.after.delivery import Delivery
from voting.states import Visit


class SupervisionGroup(models.Model):
    """一事一小组: the delegates who watch over one delivery."""

    delivery = models.OneToOneField(
        Delivery, on_delete=models.PROTECT, related_name="group", verbose_name=_("delivery")
    )
    delegates = models.ManyToManyField(Delegate, related_name="groups", verbose_name=_("delegates"))

    class Meta:
        verbose_name = _("supervision group")
        verbose_name_plural = _("supervision groups")

    def __str__(self) -> str:
        return str(self.delivery)


class Inspection(models.Model):
    """检查 or 专题询问: the group was there, or asked; what it saw. Append-only."""

    delivery = models.ForeignKey(
        Delivery, on_delete=models.PROTECT, related_name="inspections", verbose_name=_("delivery")
    )
    visit = models.CharField(_("kind of visit"), max_length=10, choices=Visit.choices)
    day = models.DateField(_("day"))
    text = models.TextField(_("what was seen"), max_length=3000)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("recorded by"))
    at = models.DateTimeField(_("recorded at"))

    class Meta:
        verbose_name = _("inspection")
        verbose_name_plural = _("inspections")
        ordering = ["delivery", "day", "pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(visit__in=Visit.values), name="inspection_visit_known"),
        ]

    def __str__(self) -> str:
        return f"{self.delivery}, {self.day}"


class Finding(models.Model):
    """督办: a fault that an inspection found, ordered to be mended by a unit until a day.

    Open until the unit replies; then closed, or sent back and escalated. Overdue is what is open after its day.
    """

    inspection = models.ForeignKey(
        Inspection, on_delete=models.PROTECT, related_name="findings", verbose_name=_("inspection")
    )
    text = models.TextField(_("fault"), max_length=2000)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="findings", verbose_name=_("unit"))
    due = models.DateField(_("to be mended by"))
    escalated_at = models.DateTimeField(_("escalated at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        ordering = ["inspection", "pk"]

    def __str__(self) -> str:
        return self.text[:40]


class FindingStep(models.Model):
    """What was said of a finding: a unit's reply, the group's word that it is closed, sent back or escalated."""

    finding = models.ForeignKey(
        Finding, on_delete=models.PROTECT, related_name="steps", verbose_name=_("finding")
    )
    what = models.CharField(_("step"), max_length=10)
    text = models.TextField(_("text"), max_length=3000)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("step of a finding")
        verbose_name_plural = _("steps of findings")
        ordering = ["finding", "at", "pk"]

    def __str__(self) -> str:
        return f"{self.finding} · {self.what}"


class Remark(models.Model):
    """A delegate's remark on a delivery: public with the name, as delegates speak. Append-only."""

    delivery = models.ForeignKey(
        Delivery, on_delete=models.PROTECT, related_name="remarks", verbose_name=_("delivery")
    )
    delegate = models.ForeignKey(
        Delegate, on_delete=models.PROTECT, related_name="remarks", verbose_name=_("delegate")
    )
    text = models.TextField(_("remark"), max_length=2000)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("remark")
        verbose_name_plural = _("remarks")
        ordering = ["delivery", "at", "pk"]

    def __str__(self) -> str:
        return self.text[:40]
