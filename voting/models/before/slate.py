"""候选项目的形成: where a candidate came from, its versions, the report on the slate and who has read it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Delegate, Delegation, Unit, User
from voting.models.before.candidate import Candidate
from voting.models.before.proposal import Proposal
from voting.models.core.cycle import Cycle


class Provenance(models.Model):
    """This candidate grew from this proposal."""

    candidate = models.ForeignKey(
        Candidate, on_delete=models.CASCADE, related_name="provenance", verbose_name=_("candidate project")
    )
    proposal = models.ForeignKey(
        Proposal, on_delete=models.PROTECT, related_name="led_to", verbose_name=_("proposal")
    )

    class Meta:
        verbose_name = _("origin of a candidate project")
        verbose_name_plural = _("origins of candidate projects")
        ordering = ["candidate", "proposal"]
        constraints = [
            models.UniqueConstraint(fields=["candidate", "proposal"], name="provenance_once"),
        ]

    def __str__(self) -> str:
        return f"{self.candidate} ← {self.proposal}"


class CandidateVersion(models.Model):
    """What a candidate said before and after a change, who changed it and why. Append-only."""

    candidate = models.ForeignKey(
        Candidate, on_delete=models.CASCADE, related_name="versions", verbose_name=_("candidate project")
    )
    number = models.PositiveSmallIntegerField(_("version"))
    data = models.JSONField(_("content"))
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    in_deliberation = models.BooleanField(_("changed in deliberation"), default=False)
    changed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("changed by")
    )
    changed_at = models.DateTimeField(_("changed at"))

    class Meta:
        verbose_name = _("version of a candidate project")
        verbose_name_plural = _("versions of candidate projects")
        ordering = ["candidate", "number"]
        constraints = [
            models.UniqueConstraint(fields=["candidate", "number"], name="candidate_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.candidate} · {self.number}"


class SlateReport(models.Model):
    """候选项目形成情况的报告: a draft while ``issued_at`` is empty, then a fixed version with a hash."""

    cycle = models.ForeignKey(
        Cycle, on_delete=models.PROTECT, related_name="reports", verbose_name=_("cycle")
    )
    version = models.PositiveSmallIntegerField(_("version"))
    opening = models.TextField(_("opening"), max_length=5000, blank=True)
    closing = models.TextField(_("closing"), max_length=5000, blank=True)
    body = models.TextField(_("content as issued"), blank=True, editable=False)
    digest = models.CharField(_("hash"), max_length=64, blank=True, editable=False)
    issued_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True, blank=True, editable=False
    )
    issued_at = models.DateTimeField(_("issued at"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("report on the candidate projects")
        verbose_name_plural = _("reports on the candidate projects")
        ordering = ["cycle", "version"]
        constraints = [
            models.UniqueConstraint(fields=["cycle", "version"], name="slate_report_version_once"),
            models.UniqueConstraint(
                fields=["cycle"], condition=models.Q(issued_at=None), name="slate_report_one_draft"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cycle} · {self.version}"


class ReportReading(models.Model):
    """A delegate has opened this report."""

    report = models.ForeignKey(
        SlateReport, on_delete=models.PROTECT, related_name="readings", verbose_name=_("report")
    )
    delegate = models.ForeignKey(
        Delegate, on_delete=models.PROTECT, related_name="+", verbose_name=_("delegate")
    )

    class Meta:
        verbose_name = _("reading of a report")
        verbose_name_plural = _("readings of reports")
        constraints = [
            models.UniqueConstraint(fields=["report", "delegate"], name="report_reading_once"),
        ]

    def __str__(self) -> str:
        return f"{self.report} · {self.delegate}"


class Question(models.Model):
    """审议意见: what a delegation asks or says of a candidate, or of the whole slate, and a unit's answer."""

    cycle = models.ForeignKey(
        Cycle, on_delete=models.PROTECT, related_name="questions", verbose_name=_("cycle")
    )
    candidate = models.ForeignKey(
        Candidate,
        on_delete=models.PROTECT,
        related_name="questions",
        null=True,
        blank=True,
        verbose_name=_("candidate project"),
    )
    delegation = models.ForeignKey(
        Delegation, on_delete=models.PROTECT, related_name="questions", verbose_name=_("delegation")
    )
    wants_answer = models.BooleanField(_("asks for an answer"), default=True)
    text = models.TextField(_("question or opinion"), max_length=3000)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("asked by"))
    asked_at = models.DateTimeField(_("asked at"))
    unit = models.ForeignKey(
        Unit,
        on_delete=models.PROTECT,
        related_name="questions",
        null=True,
        blank=True,
        verbose_name=_("unit"),
    )
    answer = models.TextField(_("answer"), max_length=3000, blank=True)
    answered_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("answered by")
    )
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)

    class Meta:
        verbose_name = _("question of a delegation")
        verbose_name_plural = _("questions of delegations")
        ordering = ["cycle", "asked_at"]

    def __str__(self) -> str:
        return self.text[:40]
