"""The paper ballots of a rehearsal: handed out, scanned as sheets that nobody marked, read again by a person."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from accounts.models import User
from voting.domain.vote import paper_ballots, scans
from voting.models import Round
from voting.read_models.vote.paper_channels import PaperChannels, paper_channels
from voting.read_models.vote.sheet_layouts import sheet_layouts
from voting.read_models.vote.simulated_sheets import simulated_file, simulated_marks


def _acting(round_: Round, by: User) -> dict[str, Any]:
    return {"round_": round_, "by": by, "at": timezone.now()}


def hand_out_paper(round_: Round, count: int, *, by: User) -> set[str]:
    """Hand a paper ballot to the last so many of those present; return their numbers."""
    present = round_.roll.filter(presence="present").order_by("-number")
    numbers = list(present.values_list("number", flat=True)[:count])
    if numbers:
        paper_ballots.hand_out(numbers=numbers, **_acting(round_, by))
    return set(numbers)


def read_paper(round_: Round, count: int, *, clerk: User, reader: User) -> PaperChannels:
    """Count the box, scan it in batches with the last sheet of each set aside, and read all that people read.

    Whoever reads the second time knows nothing of what the machine read. Raises what the verbs raise.
    """
    paper_ballots.record_box(returned=count, **_acting(round_, clerk))
    layouts = sheet_layouts(round_)
    for first in range(1, count + 1, paper_ballots.BATCH):
        last = min(first + paper_ballots.BATCH - 1, count)
        places = range(first, max(first + 1, last))
        files = [simulated_file(round_, places)]
        aside = [place for place in range(first, last + 1) if place not in places]
        scans.scan_batch(
            first=first, last=last, set_aside=aside, files=files, layouts=layouts, **_acting(round_, clerk)
        )
    rest = {
        s.place: simulated_marks(round_, s.place) for s in paper_ballots.sheets(round_) if s.first is None
    }
    if rest:
        paper_ballots.read_sheets(reading=1, ballots=rest, **_acting(round_, clerk))
    every = {place: simulated_marks(round_, place) for place in range(1, count + 1)}
    paper_ballots.read_sheets(reading=2, ballots=every, **_acting(round_, reader))
    return paper_channels(round_)
