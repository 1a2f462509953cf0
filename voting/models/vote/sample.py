"""The sample of a second reading: the count that the first readings give, and the sheets that dice named."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from voting.models.vote.round import Round


class FirstCount(models.Model):
    """The count from the first readings, before any sheet is drawn: no page shows it. Append-only by trigger.

    ``readings`` is the hash of the first readings place by place, which the journal has; ``salt`` keeps the few sheets
    of a small box from being guessed from it.
    """

    round = models.OneToOneField(
        Round, primary_key=True, on_delete=models.PROTECT, related_name="first_count", verbose_name=_("round")
    )
    working = models.TextField(_("working"))
    patterns = models.TextField(_("ballot patterns"))
    digest = models.CharField(_("hash"), max_length=64)
    readings = models.CharField(_("hash of the first readings"), max_length=64)
    salt = models.CharField(_("salt"), max_length=64)
    counted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("counted by")
    )
    counted_at = models.DateTimeField(_("counted at"))
    imported = models.BooleanField(_("imported"), default=False, editable=False)

    class Meta:
        verbose_name = _("count of the first readings")
        verbose_name_plural = _("counts of the first readings")

    def __str__(self) -> str:
        return str(self.round)


class SampleDraw(models.Model):
    """Which paper ballots are read again: so many ``misread`` of all ``sheets`` could change the result, and these
    ``places`` are what the ``dice`` drew. Append-only by trigger.
    """

    round = models.OneToOneField(
        Round, primary_key=True, on_delete=models.PROTECT, related_name="sample_draw", verbose_name=_("round")
    )
    sheets = models.PositiveIntegerField(_("paper ballots"))
    misread = models.PositiveIntegerField(_("fewest misread ones that could change the result"))
    dice = models.CharField(_("dice"), max_length=200)
    places = models.JSONField(_("drawn places"))
    drawn_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("drawn by"))
    drawn_at = models.DateTimeField(_("drawn at"))

    class Meta:
        verbose_name = _("draw of the sample")
        verbose_name_plural = _("draws of the sample")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(misread__gte=1, misread__lte=models.F("sheets")),
                name="sample_misread_among",
            ),
        ]

    def __str__(self) -> str:
        return str(self.round)
