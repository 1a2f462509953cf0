"""Batches of scanned sheets: pictures against their hashes; those and the readings against the journal."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import BinaryField, Func
from django.utils.translation import gettext as _

from voting.count.canonical import root_of
from voting.domain.vote.scans import readings_digest
from voting.models import JournalEntry, PaperReading, Round, ScanBatch, ScannedSheet
from voting.read_models.vote.paper_channels import places_of
from voting.states import Act

_DIGEST = 32


def scans_of(round_: Round, *, is_disposed: bool) -> Iterator[str]:
    """Hold every batch against its pictures, where they are not destroyed, and against the journal."""
    for batch in ScanBatch.objects.filter(round=round_).order_by("number"):
        where = {"where": round_, "batch": batch.number}
        hashes = bytes(batch.hashes)
        listed = [hashes[at : at + _DIGEST] for at in range(0, len(hashes), _DIGEST)]
        if is_disposed:
            if ScannedSheet.objects.filter(batch=batch).exists():
                yield (
                    _("%(where)s: pictures of scanned sheets are there, whose disposal is on record") % where
                )
        elif _pictures(batch) != listed:
            yield _("%(where)s: the pictures of batch %(batch)d are not those that were scanned") % where
        entry = JournalEntry.objects.filter(
            cycle=round_.cycle_id, act=Act.PAPER_SCANNED, data__round=round_.number, data__batch=batch.number
        ).first()
        journaled = entry.data if entry else {}
        kept = {"root": root_of(listed), "file": batch.digest, "readings": _readings(batch)}
        if any(journaled.get(name) != value for name, value in kept.items()):
            yield _("%(where)s: batch %(batch)d is not as the journal recorded it") % where


def _pictures(batch: ScanBatch) -> list[bytes]:
    hashed = Func("picture", function="sha256", output_field=BinaryField())
    sheets = ScannedSheet.objects.filter(batch=batch).order_by().annotate(hashed=hashed)
    return sorted(bytes(each) for each in sheets.values_list("hashed", flat=True))


def _readings(batch: ScanBatch) -> str:
    read = PaperReading.objects.filter(round=batch.round_id, by_machine=True, place__in=places_of(batch))
    return readings_digest(bytes(batch.salt), list(read.order_by("place").values_list("place", "marks")))
