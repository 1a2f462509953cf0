"""Sheets from an office scanner: a batch is read by the machine, taken whole or not at all, and is the first reading.

The machine never guesses: a sheet with anything in doubt has no reading of its own, and a person gives both. Every
picture is sealed to the scrutineers' key at once (PAPER.md §4).
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from voting.count.canonical import canonical_json, root_of, sha256_hex
from voting.domain.core.refusals import Refused
from voting.domain.vote.decks import ScannerNotAdopted, is_scanned
from voting.domain.vote.paper_readings import (
    closed_with_paper,
    record_paper,
    require_may_read,
    require_places,
    text_of_marks,
)
from voting.domain.vote.scan_faults import BatchRefused, FileUnfit, PageFault
from voting.domain.vote.scanned_pictures import seal_picture, veil_picture
from voting.foreign import scanned
from voting.foreign.scanned import ScannedPage
from voting.foreign.unfit import Unfit
from voting.models import PaperBox, PaperReading, Round, ScanBatch, ScannedSheet
from voting.scan.layout import Layout
from voting.states import Act

#: More sheets do not come in one batch.
MOST_SHEETS = 200
#: A sheet of the round, surely, that the machine cannot read: a person reads it from its picture.
UNREAD = frozenset({"clipped", "noisy", "blurred", "residual", "scale"})
SALT_BYTES = 16


class BatchTooLarge(Refused):
    def __str__(self) -> str:
        return _("A batch has at most %(most)d sheets. Scan the stack in parts.") % {"most": MOST_SHEETS}


class NothingScanned(Refused):
    """All places of the batch are set aside, or one that is not in it."""

    def __init__(self, place: int = 0) -> None:
        super().__init__(place)
        self.place = place

    def __str__(self) -> str:
        if self.place:
            return _("Ballot %(place)d is set aside and is not in this batch.") % {"place": self.place}
        return _("Every sheet of this batch is set aside; there is nothing to scan.")


class SheetScanned(Refused):
    def __init__(self, place: int) -> None:
        super().__init__(place)
        self.place = place

    def __str__(self) -> str:
        return _("Ballot %(place)d is scanned already; nothing was taken twice.") % {"place": self.place}


class FileTaken(Refused):
    """The scanner's file of an earlier batch once more: of sheets without marks nothing else would tell."""

    def __init__(self, batch: int) -> None:
        super().__init__(batch)
        self.batch = batch

    def __str__(self) -> str:
        return _("This very file was taken as batch %(batch)d already; nothing was taken twice.") % {
            "batch": self.batch
        }


@dataclass(frozen=True)
class _Sheet:
    """What is kept of a page."""

    place: int
    doubts: str
    marks: tuple[int, ...] | None
    picture: bytes
    working: bytes
    ink: bytes

    @property
    def digest(self) -> bytes:
        return hashlib.sha256(self.picture).digest()


@dataclass
class ScanRun:
    """A batch while it is read; nothing of it is kept before ``keep_scan``."""

    round: Round
    first: int
    last: int
    set_aside: tuple[int, ...]
    files: Sequence[bytes]
    layouts: Sequence[Layout]
    by: User
    #: The first so many of the stack are the sub-group's.
    of_group: int
    #: The ink of every sheet that was scanned before, by its place.
    earlier: dict[int, bytes]
    sheets: list[_Sheet] = field(default_factory=list)
    faults: list[PageFault] = field(default_factory=list)
    pages: int = 0
    ended: bool = False
    _inks: list[bytes] = field(default_factory=list)

    @property
    def places(self) -> list[int]:
        """The places of its sheets, in the order in which they lie in the scanner."""
        return [place for place in range(self.first, self.last + 1) if place not in self.set_aside]

    def read(self) -> Generator[int]:
        """Read every page, and yield how many are read. Raises FileUnfit."""
        inks = list(self.earlier.values())
        for content in self.files:
            before = self.pages
            try:
                for page in scanned.pages_of(content, self.layouts, earlier=tuple(inks)):
                    self.pages += 1
                    self._take(page, before)
                    self._inks.append(page.reading.ink)
                    yield self.pages
            except Unfit as unfit:
                raise FileUnfit(unfit.code) from None
            inks += self._inks[before:]
        self.ended = True
        if self.pages != len(self.places):
            self.faults.append(PageFault(0, "number", pages=self.pages, sheets=len(self.places)))

    def _take(self, page: ScannedPage, before: int) -> None:
        """Keep the page, or what is wrong with it; ``before`` pages came in files before its own."""
        reading = page.reading
        if page.seen_before is not None and page.seen_before < len(self.earlier):
            self._fault("seen", other=list(self.earlier)[page.seen_before])
        elif page.seen_before is not None:
            self._fault("same", other=page.seen_before - len(self.earlier) + 1)
        elif page.same_as is not None:
            self._fault("same", other=before + page.same_as)
        elif reading.status == "refused" and (reading.why not in UNREAD or not page.picture):
            self._fault(reading.why)
        elif self.pages <= len(self.places):
            place = self.places[self.pages - 1]
            if self._layouts.get(reading.layout, place <= self.of_group) != (place <= self.of_group):
                self._fault("group")
                return
            doubts = reading.doubts or ((reading.why,) if reading.status == "refused" else ())
            if reading.marks is None and not doubts:
                doubts = ("box",)  # never a sheet without a reading and without a doubt
            self.sheets.append(
                _Sheet(
                    place=place,
                    doubts=",".join(doubts),
                    marks=None if doubts else reading.marks,
                    picture=seal_picture(self.round, place, page.picture),
                    working=veil_picture(self.round, place, page.picture),
                    ink=reading.ink,
                )
            )

    @property
    def _layouts(self) -> dict[str, bool]:
        """Whether a layout is the sub-group's, where that has one of its own."""
        apart = any(layout.in_group for layout in self.layouts)
        return {layout.digest: layout.in_group for layout in self.layouts} if apart else {}

    def _fault(self, code: str, *, other: int = 0) -> None:
        self.faults.append(PageFault(self.pages, code, other=other))


@transaction.atomic
def begin_scan(
    *,
    round_: Round,
    first: int,
    last: int,
    set_aside: Iterable[int] = (),
    files: Sequence[bytes],
    layouts: Sequence[Layout],
    by: User,
) -> ScanRun:
    """Begin to read a batch of the sheets from place ``first`` to ``last`` but for those set aside, in that order.

    ``layouts`` are the round's sheets as they are printed. Nothing is read yet. Raises StepNotAllowed,
    ScannerNotAdopted where the rules give the first reading to people, BoxNotCounted, NoSuchPlace, BatchTooLarge,
    NothingScanned, FileTaken, SheetScanned, ReadAlready, SameReader or ChiefReads.
    """
    aside = tuple(sorted(set(set_aside)))
    locked = closed_with_paper(round_)
    if not is_scanned(locked):
        raise ScannerNotAdopted
    if last - first >= MOST_SHEETS:
        raise BatchTooLarge
    require_places(locked, [first, *range(first, last + 1)[-1:]])
    for place in aside:
        if not first <= place <= last:
            raise NothingScanned(place)
    earlier = dict(ScannedSheet.objects.filter(round=locked).order_by("place").values_list("place", "ink"))
    run = ScanRun(
        round=locked, first=first, last=last, set_aside=aside, files=files, layouts=layouts, by=by,
        of_group=PaperBox.objects.get(round=locked).returned_group,
        earlier={place: bytes(ink) for place, ink in earlier.items()},
    )  # fmt: skip
    _require_free(run)
    return run


def _require_free(run: ScanRun) -> None:
    if not run.places:
        raise NothingScanned
    same = ScanBatch.objects.filter(round=run.round, digest=_digest_of_files(run.files)).first()
    if same is not None:
        raise FileTaken(same.number)
    there = ScannedSheet.objects.filter(round=run.round, place__in=run.places).order_by("place").first()
    if there is not None:
        raise SheetScanned(there.place)
    require_may_read(run.round, 1, run.places, run.by)


@transaction.atomic
def keep_scan(run: ScanRun, *, at: datetime) -> ScanBatch:
    """Keep a batch that was read to its end: its pictures, and the machine's readings of the sheets without doubt.

    All or nothing: raises BatchRefused with every fault and its page, and what ``begin_scan`` raises where somebody
    was faster.
    """
    if run.faults or not run.ended:
        raise BatchRefused(run.faults)
    locked = closed_with_paper(run.round)
    _require_free(run)
    hashes = sorted(sheet.digest for sheet in run.sheets)
    batch = ScanBatch.objects.create(
        round=locked,
        number=ScanBatch.objects.filter(round=locked).count() + 1,
        first=run.first,
        last=run.last,
        set_aside=text_of_marks(run.set_aside),
        digest=_digest_of_files(run.files),
        hashes=b"".join(hashes),
        salt=secrets.token_bytes(SALT_BYTES),
        run_by=run.by,
        run_at=at,
    )
    ScannedSheet.objects.bulk_create(
        [
            ScannedSheet(
                round=locked, batch=batch, place=sheet.place, doubts=sheet.doubts, picture=sheet.picture,
                digest=sheet.digest.hex(), ink=sheet.ink, working=sheet.working,
            )
            for sheet in run.sheets
        ],
        batch_size=20,
    )  # fmt: skip
    readings = [(sheet.place, text_of_marks(sheet.marks)) for sheet in run.sheets if sheet.marks is not None]
    PaperReading.objects.bulk_create(
        [
            PaperReading(round=locked, place=place, reading=1, marks=marks, read_by=run.by, by_machine=True)
            for place, marks in readings
        ]
    )
    data: dict[str, Any] = {
        "batch": batch.number, "first": run.first, "last": run.last, "sheets": len(run.sheets),
        "doubtful": len(run.sheets) - len(readings), "file": batch.digest, "root": root_of(hashes),
        "readings": readings_digest(bytes(batch.salt), readings),
    }  # fmt: skip
    if run.set_aside:
        data["aside"] = list(run.set_aside)
    record_paper(locked, Act.PAPER_SCANNED, data, by=run.by, at=at)
    return batch


def scan_batch(*, at: datetime, **begun: Any) -> ScanBatch:
    """Read a batch and keep it, without a page that tells how far it is. Raises what its parts raise."""
    run = begin_scan(**begun)
    for _pages in run.read():
        pass
    return keep_scan(run, at=at)


def readings_digest(salt: bytes, readings: Sequence[tuple[int, str]]) -> str:
    """Return the hash of what the machine read, place by place; nobody guesses it without the batch's salt."""
    return sha256_hex(canonical_json({"salt": salt.hex(), "readings": [list(each) for each in readings]}))


def _digest_of_files(files: Sequence[bytes]) -> str:
    digest = hashlib.sha256()
    for content in files:
        digest.update(content)
    return digest.hexdigest()
