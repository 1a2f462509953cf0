"""Lists of a cycle from a file, of proposals or of progress."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import StagedFile
from voting.models.core.cycle import Cycle


class CycleFile(StagedFile):
    """A list of one cycle."""

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="+", verbose_name=_("cycle"))

    class Meta:
        abstract = True


class ProposalList(CycleFile):
    """A list of proposals that a subdistrict or department sent."""

    class Meta:
        verbose_name = _("list of proposals")
        verbose_name_plural = _("lists of proposals")
        ordering = ["-uploaded_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=["staged", "applied", "dropped"]),
                name="proposal_list_status_known",
            ),
        ]


class ProgressList(CycleFile):
    """The exported table of progress, filled in and sent back."""

    class Meta:
        verbose_name = _("list of progress")
        verbose_name_plural = _("lists of progress")
        ordering = ["-uploaded_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=["staged", "applied", "dropped"]),
                name="progress_list_status_known",
            ),
        ]
