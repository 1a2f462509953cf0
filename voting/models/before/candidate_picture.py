"""What a candidate project looks like: pictures of the site or a drawing, which the clerk adds to its dossier."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from voting.models.before.candidate import Candidate

#: So many pictures of one project.
MOST_PICTURES = 4
MOST_ALT = 120  # characters


class CandidatePicture(models.Model):
    """A picture as it was made anew by us, with what it shows in words. It freezes with the slate."""

    candidate = models.ForeignKey(
        Candidate, on_delete=models.CASCADE, related_name="pictures", verbose_name=_("candidate project")
    )
    position = models.PositiveSmallIntegerField(_("position"))
    alt = models.CharField(_("what the picture shows"), max_length=MOST_ALT)
    content_type = models.CharField(_("content type"), max_length=40)
    data = models.BinaryField(_("content"))
    size = models.PositiveIntegerField(_("bytes"))
    digest = models.CharField(_("hash"), max_length=64, editable=False)

    class Meta:
        verbose_name = _("picture of a candidate project")
        verbose_name_plural = _("pictures of candidate projects")
        ordering = ["candidate", "position"]
        constraints = [
            models.UniqueConstraint(fields=["candidate", "position"], name="candidate_picture_once"),
            models.CheckConstraint(
                condition=models.Q(position__gte=1, position__lte=MOST_PICTURES),
                name="candidate_picture_within_four",
            ),
            models.CheckConstraint(condition=~models.Q(alt=""), name="candidate_picture_has_words"),
        ]

    def __str__(self) -> str:
        return self.alt
