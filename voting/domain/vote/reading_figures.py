"""What counts of the paper ballots, and how they were read, in figures that stand in count, report and notice."""

from __future__ import annotations

from voting.count.formats.files import PaperFacts
from voting.count.formats.parts import DrawFigures, ReadingFigures
from voting.domain.vote.drawn_sheets import is_sampled
from voting.domain.vote.paper_readings import agreed, read_first, sheets
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


def paper_facts(round_: Round, *, first_alone: bool) -> PaperFacts | None:
    """Return the box of a round with what counts of it and how that was read; None where nothing was on paper.

    ``first_alone``: as if no ballot had been read again. Raises paper_ballots.PaperNotReady.
    """
    if not round_.paper_issued:
        return None
    ballots = read_first(round_) if first_alone else agreed(round_)
    box = round_.paper_box
    facts: PaperFacts = {
        "issued": round_.paper_issued,
        "returned": box.returned,
        "returned_group": box.returned_group,
        "ballots": sorted((list(choice.marks), int(choice.in_group)) for choice in ballots),
    }
    if readings := reading_figures(round_, first_alone=first_alone):
        facts["readings"] = readings
    return facts
