"""A list from a file, of proposals or of progress: previewed first, taken in only when that is confirmed."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from voting.models.core.cycle import Cycle


class StagedFile(models.Model):
    """The file as it came; once it is taken in or dropped its content, which may name people, is emptied."""

    class Status(models.TextChoices):
        STAGED = "staged", _("previewed")
        APPLIED = "applied", _("imported")
        DROPPED = "dropped", _("dropped")

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="+", verbose_name=_("cycle"))
    file_name = models.CharField(_("file"), max_length=200)
    content = models.BinaryField(_("content"))
    status = models.CharField(_("status"), max_length=8, choices=Status.choices, default=Status.STAGED)
    uploaded_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("uploaded by")
    )
    uploaded_at = models.DateTimeField(_("uploaded at"))

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.file_name


class ProposalList(StagedFile):
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


class ProgressList(StagedFile):
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
