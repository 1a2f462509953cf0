"""Which paper ballots may be read a second time, where the adopted rules let a public draw name them."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from voting.count.measures import SecondReading
from voting.domain.core.refusals import Refused
from voting.models import PaperBox, PaperReading, Round, SampleDraw


class NotDrawnYet(Refused):
    def __str__(self) -> str:
        return _(
            "Under these rules the first readings are counted first; then dice name the ballots that are read again."
        )


class NotDrawn(Refused):
    """Only the drawn ballots are read again, unless one of them differs."""

    def __init__(self, place: int) -> None:
        super().__init__(place)
        self.place = place

    def __str__(self) -> str:
        return _(
            "Ballot %(place)d was not drawn. Only the drawn ones are read again, unless one differs."
        ) % {"place": self.place}


def is_sampled(round_: Round) -> bool:
    """The rules let a draw name the paper ballots that are read again, and there are any."""
    return (
        round_.rules.second_reading == SecondReading.SAMPLE
        and PaperBox.objects.filter(round=round_, returned__gt=0).exists()
    )


def any_differs(round_: Round) -> bool:
    """One ballot was read otherwise the second time: from then on all of them are read twice."""
    seen: dict[int, str] = {}
    readings = PaperReading.objects.filter(round=round_).values_list("place", "marks")
    return any(seen.setdefault(place, marks) != marks for place, marks in readings)


def first_readings_stand(round_: Round) -> bool:
    """What was read first is what counts: the rules have a sample, and nothing of it differs so far."""
    return is_sampled(round_) and not any_differs(round_)


def readable_again(round_: Round) -> set[int] | None:
    """Return the places that may be read a second time: the drawn ones, none before the draw; None says all of them."""
    if not first_readings_stand(round_):
        return None
    drawn = SampleDraw.objects.filter(round=round_).first()
    return set(drawn.places) if drawn else set()


def require_drawn(round_: Round, reading: int, places: Sequence[int]) -> None:
    """Require that these ballots may be read now. Raises NotDrawnYet or NotDrawn."""
    if reading == 1 or not first_readings_stand(round_):
        return
    drawn = SampleDraw.objects.filter(round=round_).first()
    if drawn is None:
        raise NotDrawnYet
    for place in places:
        if place not in drawn.places:
            raise NotDrawn(place)
