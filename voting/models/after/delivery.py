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
