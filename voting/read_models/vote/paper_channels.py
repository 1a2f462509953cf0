"""How the paper ballots of a round were read: by the scanner, by people, and how often a difference was settled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from voting.domain.vote import paper_ballots
from voting.domain.vote.paper_readings import ReadSheet, marks_of_text, sheets
from voting.models import Round, ScanBatch, ScannedSheet

_DOUBTS: dict[str, Promise] = {
    "box": gettext_lazy("a box is neither plainly marked nor plainly empty"),
    "double": gettext_lazy("two marks in one row"),
    "strike": gettext_lazy("ink through a name"),
    "writing": gettext_lazy("something is written on it"),
    "edge": gettext_lazy("an edge is damaged"),
    "faint": gettext_lazy("the marks are faint"),
    "print": gettext_lazy("the print is not known"),
    "clipped": gettext_lazy("the picture is too light"),
    "noisy": gettext_lazy("the picture is too coarse"),
    "blurred": gettext_lazy("the picture is not sharp"),
    "residual": gettext_lazy("the sheet does not lie flat"),
    "scale": gettext_lazy("it is printed larger or smaller"),
}


def doubt_words(codes: str) -> str:
    """Return why a sheet was left to people."""
    words = [str(_DOUBTS.get(code, code)) for code in codes.split(",") if code]
    return pgettext("list", ", ").join(words)


@dataclass(frozen=True)
class PaperChannels:
    """The paper ballots of a round by how they were read the first time; the three add up to those returned."""

    returned: int
    #: Read by the scanner without any doubt.
    by_machine: int
    #: Scanned, and left to people.
    in_doubt: int
    #: Typed by hand: set aside, or never scanned.
    by_hand: int
    read_twice: int
    settled: int
    batches: int

    @property
    def scanned(self) -> int:
        return self.by_machine + self.in_doubt

    @property
    def sentences(self) -> list[str]:
        """The same in words; nothing where no sheet was scanned."""
        if not self.batches:
            return []
        first = _(
            "Of %(returned)d paper ballots the scanner read %(by_machine)d without doubt; %(in_doubt)d scanned ones "
            "were in doubt and read by people, %(by_hand)d were typed by hand."
        )
        second = _(
            "%(read_twice)d were read a second time by another person; %(settled)d differences were settled."
        )
        figures = {**vars(self)}
        return [first % figures, second % figures]


def paper_channels(round_: Round, stack: Sequence[ReadSheet] | None = None) -> PaperChannels:
    """Return how the paper ballots of a round were read so far; figures alone, no marks."""
    read = sheets(round_) if stack is None else stack
    batches = ScanBatch.objects.filter(round=round_)
    scanned = {place for batch in batches for place in places_of(batch)}
    return PaperChannels(
        returned=len(read),
        by_machine=sum(sheet.by_machine for sheet in read),
        in_doubt=sum(sheet.place in scanned and not sheet.by_machine for sheet in read),
        by_hand=sum(sheet.place not in scanned and not sheet.by_machine for sheet in read),
        read_twice=sum(sheet.second is not None for sheet in read),
        settled=sum(sheet.settlement is not None for sheet in read),
        batches=len(batches),
    )


def places_of(batch: ScanBatch) -> list[int]:
    """Return the places of a batch that were scanned; they stay known when the pictures are destroyed."""
    aside = set(marks_of_text(batch.set_aside))
    return [place for place in range(batch.first, batch.last + 1) if place not in aside]


def next_places(round_: Round, stack: Sequence[ReadSheet]) -> range:
    """Return the places of the next batch: from the first that nobody read and no batch had, up to the next that one
    did, at most 20.

    What a batch left in doubt, or set aside, is behind it: people read that.
    """
    had = {
        place
        for first, last in ScanBatch.objects.filter(round=round_).values_list("first", "last")
        for place in range(first, last + 1)
    }
    free = [sheet.place for sheet in stack if sheet.first is None and sheet.place not in had]
    if not free:
        return range(0)
    length = next((at for at, place in enumerate(free) if place != free[0] + at), len(free))
    return range(free[0], free[0] + min(length, paper_ballots.BATCH))


@dataclass(frozen=True)
class BatchLine:
    """One batch as a list shows it."""

    batch: ScanBatch
    sheets: int
    set_aside: str
    #: The places in doubt, each with why.
    doubtful: list[tuple[int, str]]


def batch_lines(round_: Round) -> list[BatchLine]:
    """Return the batches of a round in their order."""
    doubts: dict[int, list[tuple[int, str]]] = {}
    doubtful = ScannedSheet.objects.filter(round=round_).exclude(doubts="").order_by("place")
    for batch, place, codes in doubtful.values_list("batch", "place", "doubts"):
        doubts.setdefault(batch, []).append((place, doubt_words(codes)))
    return [
        BatchLine(
            batch=batch,
            sheets=len(places_of(batch)),
            set_aside=pgettext("list", ", ").join(map(str, marks_of_text(batch.set_aside))),
            doubtful=doubts.get(batch.pk, []),
        )
        for batch in ScanBatch.objects.filter(round=round_).select_related("run_by").order_by("number")
    ]
