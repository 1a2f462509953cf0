"""居民满意度调查: answers of residents, counted and not kept."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from voting.count.grading import Grade
from voting.labels import GRADES, choices_of
from voting.models.after.delivery import Delivery
from voting.models.core.cycle import Cycle


class Survey(models.Model):
    """居民满意度调查: open to everyone, no vote and no assessment; it stands beside the secret one, apart from it."""

    cycle = models.OneToOneField(
        Cycle, primary_key=True, on_delete=models.PROTECT, related_name="survey", verbose_name=_("cycle")
    )
    opens_at = models.DateTimeField(_("opens at"))
    closes_at = models.DateTimeField(_("closes at"))
    opened_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("opened by")
    )

    class Meta:
        verbose_name = _("residents' survey")
        verbose_name_plural = _("residents' surveys")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(closes_at__gt=models.F("opens_at")),
                name="survey_ends_after_it_begins",
                violation_error_message=_("The survey must end after it begins."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.cycle)


class SurveyCount(models.Model):
    """How many answers of one grade a project got; spread over shards, so that many can answer at once."""

    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="counts")
    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="survey_counts")
    grade = models.CharField(max_length=12, choices=choices_of(GRADES))
    shard = models.PositiveSmallIntegerField()
    answers = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["survey", "delivery", "grade", "shard"], name="survey_count_once"
            ),
            models.CheckConstraint(
                condition=models.Q(grade__in=[*map(str, Grade)]), name="survey_grade_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.delivery} · {self.grade} {self.answers}"


class SurveyForm(models.Model):
    """A form that was sent in, as the digest of its ticket: it counts once. It says nothing of who sent it, or what."""

    digest = models.BinaryField(primary_key=True, max_length=16)
    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="forms")

    def __str__(self) -> str:
        return bytes(self.digest).hex()
