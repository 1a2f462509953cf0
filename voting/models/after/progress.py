"""进度: what the units report of a delivery, with its files, figures and milestones."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from voting.models.after.delivery import Delivery, DeliveryMilestone, DeliveryTarget


class ProgressReport(models.Model):
    """进度: what a unit reports of a delivery for a day. A correction is another report. Append-only."""

    delivery = models.ForeignKey(
        Delivery, on_delete=models.PROTECT, related_name="reports", verbose_name=_("delivery")
    )
    day = models.DateField(_("as of"))
    text = models.TextField(_("what was done"), max_length=3000)
    delay = models.TextField(_("reason for a delay"), max_length=1000, blank=True)
    spent = models.DecimalField(
        _("spent so far, 10 000 yuan"),
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    corrects = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        related_name="corrections",
        null=True,
        blank=True,
        verbose_name=_("corrects"),
    )
    reported_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("reported by")
    )
    reported_at = models.DateTimeField(_("reported at"))

    class Meta:
        verbose_name = _("progress report")
        verbose_name_plural = _("progress reports")
        ordering = ["delivery", "reported_at", "pk"]

    def __str__(self) -> str:
        return f"{self.delivery}, {self.day}"


class ReportFile(models.Model):
    """A picture or PDF with a report, made anew by us: nothing of the file that came is kept. Append-only."""

    report = models.ForeignKey(
        ProgressReport, on_delete=models.PROTECT, related_name="files", verbose_name=_("progress report")
    )
    position = models.PositiveSmallIntegerField(_("position"))
    name = models.CharField(_("file name"), max_length=120)
    content_type = models.CharField(_("content type"), max_length=40)
    data = models.BinaryField(_("content"))
    size = models.PositiveIntegerField(_("bytes"))
    digest = models.CharField(_("hash"), max_length=64, editable=False)

    class Meta:
        verbose_name = _("file of a report")
        verbose_name_plural = _("files of reports")
        ordering = ["report", "position"]
        constraints = [
            models.UniqueConstraint(fields=["report", "position"], name="report_file_position_once")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_picture(self) -> bool:
        return self.content_type.startswith("image/")


class TargetFigure(models.Model):
    """How much of a target was reached by the day of the report, in all."""

    report = models.ForeignKey(
        ProgressReport, on_delete=models.PROTECT, related_name="figures", verbose_name=_("progress report")
    )
    target = models.ForeignKey(
        DeliveryTarget, on_delete=models.PROTECT, related_name="figures", verbose_name=_("measurable target")
    )
    figure = models.DecimalField(
        _("reached so far"), max_digits=14, decimal_places=2, validators=[MinValueValidator(0)]
    )

    class Meta:
        verbose_name = _("figure of a target")
        verbose_name_plural = _("figures of targets")
        constraints = [
            models.UniqueConstraint(fields=["report", "target"], name="target_figure_once"),
            models.CheckConstraint(condition=models.Q(figure__gte=0), name="target_figure_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.target} · {self.figure}"


class MilestoneState(models.Model):
    """Whether a milestone is reached by the day of the report; None takes an earlier report back."""

    report = models.ForeignKey(
        ProgressReport, on_delete=models.PROTECT, related_name="milestones", verbose_name=_("progress report")
    )
    milestone = models.ForeignKey(
        DeliveryMilestone, on_delete=models.PROTECT, related_name="states", verbose_name=_("milestone")
    )
    reached_on = models.DateField(_("reached on"), null=True, blank=True)

    class Meta:
        verbose_name = _("state of a milestone")
        verbose_name_plural = _("states of milestones")
        constraints = [models.UniqueConstraint(fields=["report", "milestone"], name="milestone_state_once")]

    def __str__(self) -> str:
        return f"{self.milestone} · {self.reached_on}"
