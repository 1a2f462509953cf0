"""How the paper ballots of a round were read, in figures that stand in its count, its report and its notice."""

from __future__ import annotations

from voting.count.formats.parts import DrawFigures, ReadingFigures
from voting.domain.vote.drawn_sheets import is_sampled
from voting.domain.vote.paper_readings import sheets
from voting.models import FirstCount, Round, SampleDraw


def reading_figures(round_: Round, *, first_alone: bool = False) -> ReadingFigures | None:
    """Return how many sheets the scanner read, how many were read twice, how many settled, and the sample.

    None where two people read every sheet: then nothing is said, as of old. ``first_alone``: as if none had been read
    again.
    """
    read, sampled = sheets(round_), is_sampled(round_)
    scanned = sum(sheet.by_machine for sheet in read)
    if not scanned and not sampled:
        return None
    if first_alone:
        return {"scanned": scanned, "twice": 0, "settled": 0, "sample": None}
    return {
        "scanned": scanned,
        "twice": sum(not sheet.missing for sheet in read),
        "settled": sum(sheet.settlement is not None for sheet in read),
        "sample": _draw(round_) if sampled else None,
    }


def _draw(round_: Round) -> DrawFigures | None:
    drawn = SampleDraw.objects.filter(round=round_).first()
    first = FirstCount.objects.only("readings").filter(round=round_).first()
    if drawn is None or first is None:
        return None
    return {
        "sheets": drawn.sheets,
        "misread": drawn.misread,
        "dice": drawn.dice,
        "root": first.readings,
        "places": drawn.places,
    }
