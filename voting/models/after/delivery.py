"""责任分解: what became of every candidate, who does it, what is to be reached by when."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit, User
from voting.models.before.candidate import Candidate
from voting.models.core.cycle import Cycle
from voting.states import Became, DeliveryStatus


class Delivery(models.Model):
    """One chosen project or annual task on its way. An empty field means: not stated."""

    cycle = models.ForeignKey(
        Cycle, on_delete=models.PROTECT, related_name="deliveries", verbose_name=_("cycle")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    candidate = models.ForeignKey(
        Candidate, on_delete=models.PROTECT, related_name="deliveries", verbose_name=_("candidate project")
    )
    continues = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        related_name="continued",
        null=True,
        blank=True,
        editable=False,
        verbose_name=_("goes on from"),
    )
    became = models.CharField(_("became"), max_length=8, choices=Became.choices, editable=False)
    status = models.CharField(
        _("status"),
        max_length=10,
        choices=DeliveryStatus.choices,
        default=DeliveryStatus.RUNNING,
        editable=False,
    )
    leader = models.CharField(_("leader in charge"), max_length=100, blank=True)
    lead_unit = models.ForeignKey(
        Unit,
        on_delete=models.PROTECT,
        related_name="deliveries",
        null=True,
        blank=True,
        verbose_name=_("lead unit"),
    )
    responsible_units = models.CharField(_("responsible units"), max_length=200, blank=True)
    supporting_units = models.CharField(_("supporting units"), max_length=200, blank=True)
    content = models.TextField(_("work content"), max_length=5000, blank=True)
    investment = models.DecimalField(
        _("planned investment, 10 000 yuan"),
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    stage_goal = models.CharField(
        _("goal of this year"),
        max_length=300,
        blank=True,
        help_text=_("Only where the project takes more than one year."),
    )

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["cycle", "number"]
        constraints = [
            models.UniqueConstraint(fields=["cycle", "number"], name="delivery_number_once"),
            models.UniqueConstraint(fields=["cycle", "candidate"], name="delivery_candidate_once"),
            models.CheckConstraint(
                condition=models.Q(became__in=Became.values), name="delivery_became_known"
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=DeliveryStatus.values), name="delivery_status_known"
            ),
            models.CheckConstraint(
                condition=models.Q(investment__isnull=True) | models.Q(investment__gte=0),
                name="delivery_investment_positive",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.candidate.shown_name}"


class DeliveryTarget(models.Model):
    """A measurable target: 公厕 10 座."""

    delivery = models.ForeignKey(
        Delivery, on_delete=models.CASCADE, related_name="targets", verbose_name=_("delivery")
    )
    position = models.PositiveSmallIntegerField(_("position"))
    text = models.CharField(_("what"), max_length=120)
    number = models.DecimalField(
        _("number"), max_digits=14, decimal_places=2, validators=[MinValueValidator(0)]
    )
    unit = models.CharField(_("unit of measure"), max_length=20)

    class Meta:
        verbose_name = _("measurable target")
        verbose_name_plural = _("measurable targets")
        ordering = ["delivery", "position"]
        constraints = [
            models.UniqueConstraint(fields=["delivery", "position"], name="delivery_target_position_once"),
            models.CheckConstraint(condition=models.Q(number__gte=0), name="delivery_target_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.text} {self.number.normalize():f} {self.unit}"


class DeliveryMilestone(models.Model):
    """节点: what is to be reached by the end of a month; ``month`` is its first day."""

    delivery = models.ForeignKey(
        Delivery, on_delete=models.CASCADE, related_name="milestones", verbose_name=_("delivery")
    )
    position = models.PositiveSmallIntegerField(_("position"))
    month = models.DateField(_("month"))
    text = models.CharField(_("what is reached"), max_length=200)

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        ordering = ["delivery", "position"]
        constraints = [
            models.UniqueConstraint(fields=["delivery", "position"], name="delivery_milestone_position_once"),
            models.CheckConstraint(condition=models.Q(month__day=1), name="delivery_milestone_first_day"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.text}"


class Breakdown(models.Model):
    """责任分解表: a fixed version with its hash. Append-only."""

    cycle = models.ForeignKey(
        Cycle, on_delete=models.PROTECT, related_name="breakdowns", verbose_name=_("cycle")
    )
    version = models.PositiveSmallIntegerField(_("version"))
    body = models.TextField(_("content as issued"), editable=False)
    digest = models.CharField(_("hash"), max_length=64, editable=False)
    issued_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("issued by")
    )
    issued_at = models.DateTimeField(_("issued at"))

    class Meta:
        verbose_name = _("breakdown")
        verbose_name_plural = _("breakdowns")
        ordering = ["cycle", "version"]
        constraints = [models.UniqueConstraint(fields=["cycle", "version"], name="breakdown_version_once")]

    def __str__(self) -> str:
        return f"{self.cycle} · {self.version}"


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
        return f"{self.target}: {self.figure}"


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
        return f"{self.milestone}: {self.reached_on}"


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
