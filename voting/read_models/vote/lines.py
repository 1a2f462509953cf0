"""One project's line of a result, how its shares are written, and how words stand in a row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext


def tenths_of_a_percent(part: int, whole: int) -> str:
    """Return part ÷ whole in per cent with one decimal, rounded half up by integers alone (F18); 0.0 of nothing."""
    tenths = (2000 * part + whole) // (2 * whole) if whole else 0
    return f"{tenths // 10}.{tenths % 10}"


def listed(values: Iterable[object]) -> str:
    """Return values in a row, as the reader's language separates them."""
    return pgettext("list", ", ").join(str(value) for value in values)


def in_brackets(what: object, more: object) -> str:
    """Return something with more about it in brackets."""
    return _("%(what)s (%(more)s)") % {"what": what, "more": more}


@dataclass(frozen=True)
class Item:
    """A project's line of the result.

    ``value`` is what the projects are ordered by, as a number of votes, points or first places; ``percent`` is its
    share of the most it could be, as text. ``cells`` are the figures of its line under the result's ``columns``, which
    are its ``headings``.
    """

    number: int
    name: str
    votes: int
    against: int
    abstain: int
    not_pressed: int
    value: int
    place: int
    decision: str
    decided: str
    reason: str
    percent: str
    annual_task: bool
    cells: tuple[int | str, ...]
    places: tuple[int, ...] = ()
    grade: str = ""
    headings: tuple[str, ...] = ()
    double_marked: int = 0

    @property
    def chosen(self) -> bool:
        return self.decision == "chosen"

    @property
    def under(self) -> list[tuple[str, int | str]]:
        """Return the numbers of its line, each with the heading that it stands under."""
        return list(zip(self.headings, self.cells, strict=True))

    @property
    def css(self) -> str:
        return "chosen" if self.chosen else "rest"

    @property
    def places_in_words(self) -> list[tuple[int, int]]:
        """Return (place, ballots that gave it) for the places that were given."""
        return [(place, ballots) for place, ballots in enumerate(self.places, start=1) if ballots]
