"""A batch of sheets that nobody marked, for demos and rehearsals: what they say, and the scanner's file of them."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from django.utils import translation

from voting.count.definition import Definition
from voting.count.measures import BallotType
from voting.count.points import Points
from voting.domain.vote.decks import deck_sheets
from voting.domain.vote.definitions import definition_of
from voting.models import Round
from voting.printing.simulated import SimulatedSheet, simulated_stack
from voting.read_models.vote.decks import ringed_boxes
from voting.read_models.vote.sheet_layouts import LANGUAGES, printed_sheet
from voting.scan.layout import Layout

#: Every so-manieth sheet has a cross beside its rings: no machine reads it.
CROSSED = 8


def simulated_file(round_: Round, places: Sequence[int]) -> bytes:
    """Return the scanner's file of the sheets at these places; the same places are always the same sheets.

    Raises NoLayout, NoTurn and Undrawable.
    """
    with translation.override(LANGUAGES[0]):
        printed = printed_sheet(round_.cycle, round_)
    sheets = [_sheet(round_, printed.layout, place) for place in places]
    return simulated_stack(printed, sheets, chance=Random(places[0]))  # noqa: S311 nobody's marks


def simulated_deck(round_: Round, *, hand: int = 0) -> bytes:
    """Return the scanner's file of the round's test deck, marked by one of several hands.

    Raises NoLayout, NoTurn and Undrawable.
    """
    with translation.override(LANGUAGES[0]):
        printed = printed_sheet(round_.cycle, round_)
    definition = definition_of(round_)
    marked = [ringed_boxes(marks, definition, printed.layout) for marks in deck_sheets(round_)]
    sheets = [SimulatedSheet(tuple(each)) for each in marked]
    return simulated_stack(printed, sheets, chance=Random(hand))  # noqa: S311 nobody's marks


def simulated_marks(round_: Round, place: int) -> tuple[int, ...]:
    """Return what stands on the sheet at that place, as the count takes it."""
    return _marks(definition_of(round_), place)


def _marks(definition: Definition, place: int) -> tuple[int, ...]:
    chance = Random(f"{definition.digest}|{place}")  # noqa: S311 nobody's marks
    numbers, seats = definition.numbers, definition.rule.seats
    if definition.ballot_type is BallotType.WHOLE_REPORT:
        return (chance.choice((1, 1, 1, 2)),) * len(numbers)
    if definition.rule.points:
        return _points_by_chance(definition.rule.points, len(numbers), chance)
    if definition.ballot_type is BallotType.CHOOSE_ONE:
        one = chance.randrange(len(numbers))
        return tuple(int(at == one) for at in range(len(numbers)))
    if definition.ballot_type in {BallotType.UP_TO, BallotType.EXACTLY, BallotType.RANKING}:
        fewest = seats if definition.ballot_type is not BallotType.UP_TO else max(1, seats - 3)
        chosen = chance.sample(range(len(numbers)), chance.randint(fewest, seats))
        is_ranking = definition.ballot_type is BallotType.RANKING
        while (
            definition.rule.most_cost
            and len(chosen) > 1
            and _costs(definition, chosen) > definition.rule.most_cost
        ):
            chosen.pop()
        marks = (
            dict.fromkeys(chosen, 1) if not is_ranking else {each: at for at, each in enumerate(chosen, 1)}
        )
        return tuple(marks.get(at, 0) for at in range(len(numbers)))
    for_left = seats if definition.ballot_type is BallotType.PER_ITEM_UP_TO else len(numbers)
    marks_drawn = []
    for _number in numbers:
        mark = chance.choice((1, 1, 1, 2, 3))
        if mark == 1 and not for_left:
            mark = 3
        for_left -= mark == 1
        marks_drawn.append(mark)
    return tuple(marks_drawn)


def _points_by_chance(points: Points, items: int, chance: Random) -> tuple[int, ...]:
    """Return all points of a ballot, as far as the projects can take them, shared out by chance."""
    marks = [0] * items
    for _point in range(min(points.whole, points.most * items)):
        open_ = [at for at, mark in enumerate(marks) if mark < points.most]
        marks[chance.choice(open_)] += 1
    return tuple(marks)


def _costs(definition: Definition, chosen: Sequence[int]) -> int:
    return definition.rule.cost_of([int(at in chosen) for at in range(len(definition.numbers))])


def _sheet(round_: Round, layout: Layout, place: int) -> SimulatedSheet:
    definition = definition_of(round_)
    ringed = ringed_boxes(_marks(definition, place), definition, layout)
    if place % CROSSED or not ringed:
        return SimulatedSheet(tuple(ringed))
    return SimulatedSheet(tuple(ringed[1:]), crossed=(ringed[0],))
