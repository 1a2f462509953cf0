"""Paper ballots: how many came back, what two people read on each, and how a difference was settled.

No paper ballot is tied to a delegate: a place is only the position in the shuffled stack. All rows are append-only by
trigger, written after the close and before the count.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from voting.models.vote.round import Round


class PaperBox(models.Model):
    """收回: the paper ballots found in the box, counted as objects before any of them is read.

    ``returned_group`` of them, the first of the stack, are of the sub-group with its own threshold.
    """

    round = models.OneToOneField(
        Round, primary_key=True, on_delete=models.PROTECT, related_name="paper_box", verbose_name=_("round")
    )
    returned = models.PositiveIntegerField(_("paper ballots returned"))
    returned_group = models.PositiveIntegerField(_("of these by the sub-group"), default=0)
    recorded_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("recorded by")
    )
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        verbose_name = _("box of paper ballots")
        verbose_name_plural = _("boxes of paper ballots")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(returned_group__lte=models.F("returned")), name="paper_group_within"
            ),
        ]

    def __str__(self) -> str:
        return str(self.round)


class PaperReading(models.Model):
    """What one of two people read on the paper ballot at one place of the stack.

    ``by_machine``: a scanner read it, and whoever ran the batch answers for it; always the first reading.
    ``marks`` are one integer per line of the ballot, comma-separated, as ``count.counting`` takes them; empty: the
    ballot cannot be read.
    """

    round = models.ForeignKey(
        Round, on_delete=models.PROTECT, related_name="paper_readings", verbose_name=_("round")
    )
    place = models.PositiveIntegerField(_("place in the stack"))
    reading = models.PositiveSmallIntegerField(_("first or second reading"))
    marks = models.CharField(_("marks"), max_length=1000, blank=True)
    read_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("read by"))
    by_machine = models.BooleanField(_("read by the scanner"), default=False, db_default=False)

    class Meta:
        verbose_name = _("reading of a paper ballot")
        verbose_name_plural = _("readings of paper ballots")
        ordering = ["round", "place", "reading"]
        constraints = [
            models.UniqueConstraint(fields=["round", "place", "reading"], name="paper_read_once"),
            models.CheckConstraint(condition=models.Q(reading__in=[1, 2]), name="paper_two_readings"),
            models.CheckConstraint(condition=models.Q(place__gte=1), name="paper_place_positive"),
            models.CheckConstraint(
                condition=models.Q(by_machine=False) | models.Q(reading=1), name="paper_machine_reads_first"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place}"


class PaperSettlement(models.Model):
    """What the chief scrutineer decided where the two readings differ, and why."""

    round = models.ForeignKey(
        Round, on_delete=models.PROTECT, related_name="paper_settlements", verbose_name=_("round")
    )
    place = models.PositiveIntegerField(_("place in the stack"))
    marks = models.CharField(_("marks"), max_length=1000, blank=True)
    reason = models.CharField(_("reason"), max_length=300)
    settled_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("settled by")
    )

    class Meta:
        verbose_name = _("settlement of a difference")
        verbose_name_plural = _("settlements of differences")
        ordering = ["round", "place"]
        constraints = [
            models.UniqueConstraint(fields=["round", "place"], name="paper_settled_once"),
            models.CheckConstraint(condition=~models.Q(reason=""), name="paper_settled_with_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.place}"
