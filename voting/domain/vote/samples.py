"""The sample of a second reading: drawn by dice, read by another person, and then the count is released.

The urn was opened and counted with the first readings (``first_counts``); nobody saw the result. Dice name the sheets
(``count.sampling``), which ``paper_readings`` takes as second readings. Where all of them agree, the first readings
stand and their count is released. Where one differs, every sheet is read twice and settled as without a sample, and the
count is made anew from what is agreed: the online ballots are those of the first count, which is counted again byte for
byte before it is trusted, so that no slip is needed twice.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from voting.count.formats.working import PATTERNS, WORKING
from voting.count.sampling import FEWEST_DICE, dice_of, draw, fewest_misread, sample_size
from voting.count.working import Working, expand, work_out
from voting.domain.core.journal import record
from voting.domain.core.refusals import Refused, StepNotAllowed
from voting.domain.vote.counts import FiguresChanged, facts_of, require_sealed, store_tally
from voting.domain.vote.drawn_sheets import any_differs
from voting.domain.vote.first_counts import root_of_readings
from voting.domain.vote.rounds import urn_hashes
from voting.models import FirstCount, PaperReading, Round, SampleDraw, Tally
from voting.states import Act, RoundStatus


class DiceMissing(Refused):
    def __str__(self) -> str:
        return _("Type at least %(fewest)d throws of a die, each 1 to 6, as they were called out.") % {
            "fewest": FEWEST_DICE
        }


class DrawnAlready(Refused):
    def __str__(self) -> str:
        return _("The ballots to be read again are drawn already; a draw is not repeated.")


class SampleUnread(Refused):
    def __init__(self, unread: int) -> None:
        super().__init__(unread)
        self.unread = unread

    def __str__(self) -> str:
        return _("%(unread)d of the drawn ballots are not read again yet.") % {"unread": self.unread}


def sample_figures(first: FirstCount, *, sheets: int) -> tuple[int, int]:
    """Return the fewest misread sheets that could change the result, and how many are to be drawn."""
    misread = fewest_misread(WORKING.read(first.working)["outcome"], sheets=sheets)
    return misread, sample_size(sheets, misread)


@transaction.atomic
def draw_sample(*, round_: Round, dice: str, by: User, at: datetime) -> SampleDraw:
    """Draw the paper ballots that are read again, with dice that were thrown in the hall after the first count.

    Raises StepNotAllowed before that count, DrawnAlready or DiceMissing.
    """
    locked, first = _with_first_count(round_)
    if SampleDraw.objects.filter(round=locked).exists():
        raise DrawnAlready
    try:
        faces = dice_of(dice)
    except ValueError:
        raise DiceMissing from None
    sheets = locked.paper_box.returned
    misread, size = sample_figures(first, sheets=sheets)
    drawn = SampleDraw.objects.create(
        round=locked,
        sheets=sheets,
        misread=misread,
        dice=faces,
        places=draw(range(1, sheets + 1), size, dice=faces, root=first.readings),
        drawn_by=by,
        drawn_at=at,
    )
    data = {"round": locked.number, "dice": faces, "first_readings": first.readings, "misread": misread}
    data |= {"box": sheets, "size": size, "places": drawn.places}
    record(cycle=locked.cycle, act=Act.SAMPLE_DRAWN, by=by, at=at, data=data)
    return drawn


def unread_places(drawn: SampleDraw) -> list[int]:
    """Return the drawn places that nobody has read again yet."""
    read = PaperReading.objects.filter(round=drawn.round_id, reading=2).values_list("place", flat=True)
    return sorted({*drawn.places} - {*read})


def places_to_read(round_: Round, drawn: SampleDraw) -> list[int]:
    """Return the places that are still to be read again: of the drawn ones, and of all once one differs."""
    if not any_differs(round_):
        return unread_places(drawn)
    read = PaperReading.objects.filter(round=round_, reading=2).values_list("place", flat=True)
    return sorted({*range(1, drawn.sheets + 1)} - {*read})


@transaction.atomic
def release_count(*, round_: Round, by: User, at: datetime) -> Tally:
    """Let the count stand that the drawn ballots confirmed; where one differs, count anew from what is agreed.

    Whoever ran the first count ran this one, too: another person certifies it. Raises StepNotAllowed before the draw,
    SampleUnread, paper_ballots.PaperNotReady where all are read twice and something is missing, UrnDamaged, or
    FiguresChanged where first count, readings or draw are not what they were.
    """
    locked, first = _with_first_count(round_)
    drawn = SampleDraw.objects.filter(round=locked).first()
    if drawn is None:
        raise StepNotAllowed
    if unread := unread_places(drawn):
        raise SampleUnread(len(unread))
    require_sealed(locked, urn_hashes(locked))
    _require_untouched(locked, first, drawn)
    counted = _counted_again(locked, first, first_alone=False)
    differs = any_differs(locked)
    data: dict[str, Any] = {"offline": True} if first.imported else {}
    return store_tally(
        locked,
        counted,
        by=first.counted_by,
        at=at if differs else first.counted_at,
        imported=first.imported,
        acting=(by, at),
        data=data | {"sample": "differs" if differs else "agrees"},
    )


def _with_first_count(round_: Round) -> tuple[Round, FirstCount]:
    locked = (
        Round.objects.select_for_update(of=("self",))
        .select_related("cycle__congress", "rules", "paper_box")
        .get(pk=round_.pk)
    )
    first = FirstCount.objects.filter(round=locked).select_related("counted_by").first()
    if locked.status != RoundStatus.CLOSED or first is None:
        raise StepNotAllowed
    return locked, first


def _counted_again(round_: Round, first: FirstCount, *, first_alone: bool) -> Working:
    online = expand(PATTERNS.read(first.patterns)["online"])
    tests = WORKING.read(first.working).get("tests", ())
    return work_out(facts_of(round_, first_alone=first_alone), online, tests)


def _require_untouched(round_: Round, first: FirstCount, drawn: SampleDraw) -> None:
    """Make the first count and the draw once more. Raises FiguresChanged."""
    again = _counted_again(round_, first, first_alone=True)
    misread, size = sample_figures(first, sheets=drawn.sheets)
    places = draw(range(1, drawn.sheets + 1), size, dice=drawn.dice, root=first.readings)
    if (
        (again.text, PATTERNS.write(again.patterns)) != (first.working, first.patterns)
        or root_of_readings(round_, salt=first.salt) != first.readings
        or (misread, places) != (drawn.misread, drawn.places)
    ):
        raise FiguresChanged
