"""初选: opinions of units, and the decision on a proposal. Decisions are added, never changed."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit, User
from voting.models.before.proposal import Proposal
from voting.states import Feasible, Outcome


class Opinion(models.Model):
    """部门意见: what a unit says about a proposal, asked for with a deadline."""

    proposal = models.ForeignKey(
        Proposal, on_delete=models.PROTECT, related_name="opinions", verbose_name=_("proposal")
    )
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="opinions", verbose_name=_("unit"))
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("asked by"))
    asked_at = models.DateTimeField(_("asked at"))
    due = models.DateField(_("answer due on"))
    feasible = models.CharField(_("feasible"), max_length=8, choices=Feasible.choices, blank=True)
    text = models.TextField(_("opinion"), max_length=3000, blank=True)
    answered_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("answered by")
    )
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)

    class Meta:
        verbose_name = _("opinion of a unit")
        verbose_name_plural = _("opinions of units")
        ordering = ["proposal", "asked_at"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "unit"], name="opinion_once_a_unit"),
            models.CheckConstraint(
                condition=models.Q(feasible__in=["", *Feasible.values]), name="opinion_feasible_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.proposal} · {self.unit}"


class Decision(models.Model):
    """筛选结论: what becomes of a proposal, by the checklist, with a public reason and an internal note."""

    proposal = models.ForeignKey(
        Proposal, on_delete=models.PROTECT, related_name="decisions", verbose_name=_("proposal")
    )
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices)
    checklist = models.JSONField(_("checklist"), default=dict)
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("passed to")
    )
    public_reason = models.TextField(_("answer to the proposer, public"), max_length=1000)
    note = models.TextField(_("internal note"), max_length=3000, blank=True)
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided at"))

    class Meta:
        verbose_name = _("decision on a proposal")
        verbose_name_plural = _("decisions on proposals")
        ordering = ["proposal", "decided_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    outcome__in=[Outcome.ADOPTED, Outcome.ORDINARY, Outcome.RESERVE, Outcome.DECLINED]
                ),
                name="decision_outcome_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.proposal} · {self.get_outcome_display()}"
