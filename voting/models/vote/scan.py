"""Paper ballots read by a scanner: the batches that were taken, and of every sheet its sealed picture (PAPER.md §4)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from voting.models.vote.round import Round


class ScanBatch(models.Model):
    """A batch of sheets as they lay in the scanner: the places ``first`` to ``last`` but for those ``set_aside``.

    ``digest`` is the SHA-256 of the file that was sent, which is not kept. ``salt`` keeps the hash of the machine's
    readings, which the journal has, from being guessed. ``hashes`` is the concatenation of the 32-byte SHA-256 digests
    of the sealed pictures in ascending order: it stays when the pictures are destroyed. Append-only by trigger.
    """

    round = models.ForeignKey(
        Round, on_delete=models.PROTECT, related_name="scan_batches", verbose_name=_("round")
    )
    number = models.PositiveIntegerField(_("batch"))
    first = models.PositiveIntegerField(_("first place"))
    last = models.PositiveIntegerField(_("last place"))
    set_aside = models.CharField(_("sheets set aside"), max_length=2000, blank=True)
    digest = models.CharField(_("hash of the file"), max_length=64)
    hashes = models.BinaryField(_("sorted hashes of the sealed pictures"))
    salt = models.BinaryField(_("salt"))
    run_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("run by"))
    run_at = models.DateTimeField(_("run at"))

    class Meta:
        verbose_name = _("batch of scanned sheets")
        verbose_name_plural = _("batches of scanned sheets")
        ordering = ["round", "number"]
        constraints = [
            models.UniqueConstraint(fields=["round", "number"], name="scan_batch_once"),
            models.CheckConstraint(
                condition=models.Q(first__gte=1, last__gte=models.F("first")), name="scan_batch_places"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first}–{self.last}"


class ScannedSheet(models.Model):
    """One sheet of a batch: its picture sealed to the round's key, and what makes it doubtful (codes, comma-separated).

    ``working`` is the same picture for the second reading, unreadable without the server's secret; it is emptied once
    the readings are agreed. ``ink`` finds the same sheet when it comes twice. Append-only by trigger but for that
    emptying; destroyed with the urn.
    """

    id = models.BigAutoField(primary_key=True)
    round = models.ForeignKey(
        Round, on_delete=models.PROTECT, related_name="scanned_sheets", verbose_name=_("round")
    )
    batch = models.ForeignKey(
        ScanBatch, on_delete=models.PROTECT, related_name="sheets", verbose_name=_("batch")
    )
    place = models.PositiveIntegerField(_("place in the stack"))
    doubts = models.CharField(_("doubts"), max_length=300, blank=True)
    picture = models.BinaryField(_("sealed picture"))
    digest = models.CharField(_("hash of the sealed picture"), max_length=64)
    ink = models.BinaryField(_("fingerprint of the ink"))
    working = models.BinaryField(_("working picture"))

    class Meta:
        verbose_name = _("scanned sheet")
        verbose_name_plural = _("scanned sheets")
        ordering = ["round", "place"]
        constraints = [
            models.UniqueConstraint(fields=["round", "place"], name="scanned_sheet_once"),
        ]

    def __str__(self) -> str:
        return f"{self.place}"
