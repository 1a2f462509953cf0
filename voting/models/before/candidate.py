"""候选项目: a candidate project and its dossier (PROCEDURE.md §5)."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from voting.models.core.cycle import Cycle


class Candidate(models.Model):
    """One numbered project on the slate. An empty field means: not stated."""

    cycle = models.ForeignKey(
        Cycle, on_delete=models.PROTECT, related_name="candidates", verbose_name=_("cycle")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    assesses = models.ForeignKey(
        "voting.Delivery",
        on_delete=models.PROTECT,
        related_name="assessed",
        null=True,
        blank=True,
        editable=False,
        verbose_name=_("assesses"),
    )
    name = models.CharField(_("name"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=200, blank=True)
    done_last_year = models.JSONField(_("done last year"), default=list, blank=True)
    target = models.JSONField(_("target for this year"), default=list, blank=True)
    content = models.TextField(_("content"), blank=True)
    background = models.TextField(_("background, need and feasibility"), blank=True)
    site = models.CharField(_("site"), max_length=200, blank=True)
    scale = models.CharField(_("scale"), max_length=200, blank=True)
    period = models.CharField(_("period"), max_length=200, blank=True)
    investment = models.CharField(_("investment"), max_length=200, blank=True)
    funding = models.CharField(_("source of funds"), max_length=200, blank=True)
    lead_unit = models.CharField(_("lead unit"), max_length=200, blank=True)
    responsible_units = models.CharField(_("responsible units"), max_length=200, blank=True)
    supporting_units = models.CharField(_("supporting units"), max_length=200, blank=True)
    leader = models.CharField(_("leader in charge"), max_length=100, blank=True)
    deadline = models.CharField(_("deadline"), max_length=100, blank=True)
    beneficiaries = models.CharField(_("beneficiaries"), max_length=200, blank=True)
    field = models.CharField(_("field"), max_length=60, blank=True)
    origin = models.TextField(_("where it came from"), blank=True)
    #: Measurable targets: [{"text": …, "number": "10", "unit": "座"}], numbers as text with a point.
    targets = models.JSONField(_("measurable targets"), default=list, blank=True)
    #: Sources of funds in 10 000 yuan: [{"source": …, "amount": "120.5"}]; they add up to the total.
    funds = models.JSONField(_("sources of funds"), default=list, blank=True)
    investment_total = models.DecimalField(
        _("total investment, 10 000 yuan"),
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    #: Months and what is reached by then: [{"month": "2019-06", "text": …}].
    milestones = models.JSONField(_("milestones"), default=list, blank=True)

    #: The dossier's rows in the order they are shown, beside the report's own sentences.
    DOSSIER_FIELDS = (
        "content", "background", "site", "scale", "period", "investment", "funding", "lead_unit",
        "responsible_units", "supporting_units", "leader", "deadline", "beneficiaries", "field", "origin",
    )  # fmt: skip

    class Meta:
        verbose_name = _("candidate project")
        verbose_name_plural = _("candidate projects")
        ordering = ["cycle", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["cycle", "number"],
                name="candidate_number_once",
                violation_error_message=_("Another candidate project of this year has this number."),
            ),
            models.UniqueConstraint(
                fields=["cycle", "name"],
                name="candidate_name_once",
                violation_error_message=_("Another candidate project of this year has this name."),
            ),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="candidate_number_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.shown_name}"

    @property
    def shown_name(self) -> str:
        """The name in the reader's language; the Chinese name where there is no English one."""
        return self.name_en if self.name_en and not (get_language() or "").startswith("zh") else self.name
