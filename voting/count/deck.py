"""The test deck: marked sheets whose result is known, which a scanner must read without a mistake. Pure.

Its sheets are the same for everybody who knows the round's definition, all different, and so made that nothing can be
taken for its neighbour: the first project has one vote, the second two, and so on; every box is marked on some sheet
and empty on another; one sheet is blank. What is tried is the reading: some of them would be void as ballots.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from voting.count.measures import BallotType, Mark, Rule
from voting.count.paper_marks import MARKS

Marks = tuple[int, ...]
_REPORT = (Mark.FOR, Mark.AGAINST, Mark.ABSTAIN)


def deck_of(rule: Rule, items: int) -> list[Marks]:
    """Return what is marked on the sheets of the deck, in their order."""
    if rule.ballot_type is BallotType.WHOLE_REPORT:
        marked = [(int(mark),) * items for mark in _REPORT]
    elif rule.ballot_type is BallotType.RANKING:
        marked = [_places(turn, rule.seats, items) for turn in range(items)]
    elif rule.ballot_type is BallotType.POINTS:
        shared = [_shared(turn, rule.numbers, items) for turn in range(max(items, rule.numbers + 1))]
        marked = [marks for marks in shared if any(marks)]
    else:
        kinds = [int(mark) for mark in MARKS.get(rule.ballot_type, (Mark.FOR,))]
        marked = [_stairs(sheet, kinds, items) for sheet in range(items)]
        marked += [(kind,) * items for kind in kinds[1:]]
    return [*marked, (0,) * items]


def _places(turn: int, seats: int, items: int) -> Marks:
    """Return a ranking in which every project stands one place further than on the sheet before."""
    places = ((item + turn) % items + 1 for item in range(items))
    return tuple(place if place <= seats else 0 for place in places)


def _shared(turn: int, most: int, items: int) -> Marks:
    """Return points of which every project has one more than on the sheet before, and none after the most; no two
    projects have the same in all turns.
    """
    points = ((item + turn) % max(items, most + 1) for item in range(items))
    return tuple(each if each <= most else 0 for each in points)


def _stairs(sheet: int, kinds: Sequence[int], items: int) -> Marks:
    """Return a sheet on which all projects from the one of its own number on are voted for."""
    others = kinds[1:] or [0]
    return tuple(kinds[0] if item >= sheet else others[(item + sheet) % len(others)] for item in range(items))


def deck_votes(sheets: Sequence[Marks]) -> list[dict[int, int]]:
    """Return for each project on how many of the sheets it has each mark, or each place."""
    return [
        dict(sorted(Counter(mark for mark in column if mark).items())) for column in zip(*sheets, strict=True)
    ]


@dataclass(frozen=True)
class DeckOutcome:
    """What a scanner read of a deck: ``unread`` pages gave no marks, ``wrong`` ones marks that no sheet left has;
    ``missing`` sheets of the deck were not read. Pages and sheets are counted from 1.
    """

    sheets: int
    pages: int
    unread: tuple[int, ...]
    wrong: tuple[int, ...]
    missing: tuple[int, ...]
    #: What was expected of each project, and what was read.
    expected: list[dict[int, int]]
    read: list[dict[int, int]]

    @property
    def passed(self) -> bool:
        """Every sheet was read once, and every figure of every project is right."""
        return (
            self.pages == self.sheets
            and not (self.unread or self.wrong or self.missing)
            and self.expected == self.read
        )


def held_against(deck: Sequence[Marks], read: Sequence[Marks | None]) -> DeckOutcome:
    """Hold what was read, page by page, against the deck; in whatever order its sheets lay."""
    left = {marks: place for place, marks in enumerate(deck, start=1)}
    unread, wrong = [], []
    for page, marks in enumerate(read, start=1):
        if marks is None:
            unread.append(page)
        elif left.pop(marks, None) is None:
            wrong.append(page)
    known = [marks for marks in read if marks is not None and len(marks) == len(deck[0])]
    return DeckOutcome(
        sheets=len(deck),
        pages=len(read),
        unread=tuple(unread),
        wrong=tuple(wrong),
        missing=tuple(left.values()),
        expected=deck_votes(deck),
        read=deck_votes(known) if known else [{} for _item in deck[0]],
    )
