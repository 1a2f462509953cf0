"""The test deck in words: what is marked on each sheet, its known result, and what a scanner made of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from voting.count.counting import BallotType
from voting.count.deck import DeckOutcome, Marks, deck_votes
from voting.count.definition import Definition
from voting.count.measures import Mark
from voting.read_models.vote.lines import listed
from voting.scan.layout import Layout

_MARKS: dict[int, Promise] = {
    Mark.FOR: gettext_lazy("For"),
    Mark.AGAINST: gettext_lazy("Against"),
    Mark.ABSTAIN: gettext_lazy("Abstain"),
}
_GRADES: dict[int, Promise] = {
    Mark.FOR: gettext_lazy("Satisfied"),
    Mark.BASICALLY: gettext_lazy("Basically satisfied"),
    Mark.AGAINST: gettext_lazy("Unsatisfied"),
    Mark.ABSTAIN: gettext_lazy("Abstain"),
}


@dataclass(frozen=True)
class DeckLine:
    """A sheet of the deck, or a project of its result: its number, and what stands there in words."""

    number: int
    words: str


def deck_lines(sheets: Sequence[Marks], definition: Definition) -> list[DeckLine]:
    """Return what is to be marked on each sheet."""
    return [
        DeckLine(place, _sheet(marks, definition) or _("nothing marked"))
        for place, marks in enumerate(sheets, start=1)
    ]


def deck_result(sheets: Sequence[Marks], definition: Definition) -> list[DeckLine]:
    """Return the known result: of each project how many sheets have which mark or place."""
    votes = zip(definition.numbers, deck_votes(sheets), strict=True)
    return [DeckLine(number, _votes(each, definition)) for number, each in votes]


def deck_mistakes(outcome: DeckOutcome, definition: Definition) -> list[str]:
    """Say everything that was wrong with a deck that was read; nothing of one that passed."""
    lines = []
    if outcome.pages != outcome.sheets:
        words = {"pages": outcome.pages, "sheets": outcome.sheets}
        lines.append(_("The deck has %(sheets)d sheets; %(pages)d pages were read.") % words)
    if outcome.unread:
        lines.append(
            _(
                "Not read with confidence, pages: %(pages)s. Mark these sheets more clearly, or scan them anew."
            )
            % {"pages": listed(outcome.unread)}
        )
    if outcome.wrong:
        lines.append(
            _("Read as no sheet of the deck, or twice, pages: %(pages)s.") % {"pages": listed(outcome.wrong)}
        )
    if outcome.missing:
        lines.append(
            _("Sheets of the deck that are missing: %(sheets)s.") % {"sheets": listed(outcome.missing)}
        )
    for number, expected, actual in zip(definition.numbers, outcome.expected, outcome.read, strict=True):
        if expected != actual:
            lines.append(
                _("Project %(number)s: expected %(expected)s; read %(read)s.")
                % {
                    "number": number,
                    "expected": _votes(expected, definition),
                    "read": _votes(actual, definition),
                }
            )
    return lines


def ringed_boxes(marks: Marks, definition: Definition, layout: Layout) -> list[tuple[int, str]]:
    """Return which boxes of a sheet are ringed, by number and column, where it has these marks."""
    by_number = dict(zip(definition.numbers, marks, strict=True))
    if definition.ballot_type is BallotType.WHOLE_REPORT:
        by_number = {box["number"]: marks[0] for box in layout.boxes}
    return [(box["number"], box["column"]) for box in layout.boxes if by_number[box["number"]] == box["mark"]]


def _label(mark: int, definition: Definition) -> str:
    if definition.ballot_type is BallotType.RANKING:
        return _("place %(place)d") % {"place": mark}
    if definition.ballot_type is BallotType.POINTS:
        return _("points: %(points)d") % {"points": mark}
    return str((_GRADES if definition.ballot_type is BallotType.GRADES else _MARKS)[mark])


def _sheet(marks: Marks, definition: Definition) -> str:
    parts = []
    for mark in sorted({mark for mark in marks if mark}):
        numbers = [number for number, each in zip(definition.numbers, marks, strict=True) if each == mark]
        words = _("the whole list") if definition.ballot_type is BallotType.WHOLE_REPORT else listed(numbers)
        parts.append(f"{_label(mark, definition)}{_(': ')}{words}")
    return pgettext("marks", "; ").join(parts)


def _votes(votes: dict[int, int], definition: Definition) -> str:
    return listed(f"{_label(mark, definition)} {number}" for mark, number in votes.items()) or _("none")
