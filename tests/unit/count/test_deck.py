"""The test deck: what is marked on it tells every box from every other, and a wrong reading never passes.

Guards ``voting.count.deck``.
"""

from __future__ import annotations

from itertools import permutations

import pytest

from tests.unit.count.test_paper_marks import rule_of
from voting.count.counting import BallotType
from voting.count.deck import deck_of, deck_votes, held_against
from voting.count.paper_marks import MARKS

ITEMS = 5


@pytest.mark.parametrize("kind", BallotType)
def test_its_sheets_differ_and_every_box_is_marked_on_one_and_empty_on_another(kind: BallotType) -> None:
    deck = deck_of(rule_of(kind), ITEMS)
    assert len(set(deck)) == len(deck)
    assert deck[-1] == (0,) * ITEMS
    columns = (
        {1, 2, 3}
        if kind is BallotType.WHOLE_REPORT
        else {1, 2, 3, 4, 5}
        if kind is BallotType.RANKING
        else {1, 2, 3}
        if kind is BallotType.POINTS
        else {1}
    )
    columns = set(MARKS.get(kind, ())) or columns
    for column in zip(*deck, strict=True):
        assert columns <= set(column)
        assert len(set(column)) > 1
    if kind is not BallotType.WHOLE_REPORT and not kind.numbered:
        assert [votes[1] for votes in deck_votes(deck)] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("kind", BallotType)
def test_whatever_is_not_the_deck_fails_it(kind: BallotType) -> None:
    """A page that was not read, read twice, left out or added, one box wrong on one sheet, any two rows exchanged."""
    deck = deck_of(rule_of(kind), ITEMS)
    assert held_against(deck, deck).passed
    assert held_against(deck, deck[::-1]).passed
    assert held_against(deck, [None, *deck[1:]]).unread == (1,)
    assert held_against(deck, [deck[1], *deck[1:]]).wrong == (2,)
    assert held_against(deck, deck[1:]).missing == (1,)
    assert not held_against(deck, []).passed
    others = [
        [None, *deck[1:]], [deck[1], *deck[1:]], deck[1:], [*deck, deck[0]], [*deck, None], [(), *deck[1:]],
    ]  # fmt: skip
    for sheet, marks in enumerate(deck):
        for item in range(ITEMS):
            changed = (*marks[:item], 0 if marks[item] else 1, *marks[item + 1 :])
            others.append([*deck[:sheet], changed, *deck[sheet + 1 :]])
    if kind is not BallotType.WHOLE_REPORT:
        for one, two in permutations(range(ITEMS), 2):
            order = [two if item == one else one if item == two else item for item in range(ITEMS)]
            others.append([tuple(marks[item] for item in order) for marks in deck])
    assert not any(held_against(deck, each).passed for each in others)


def test_what_was_read_is_told_for_each_project() -> None:
    deck = deck_of(rule_of(BallotType.PER_ITEM), 2)
    assert deck == [(1, 1), (3, 1), (2, 2), (3, 3), (0, 0)]
    outcome = held_against(deck, [(1, 1), (1, 1), (2, 2), (3, 3), (0, 0)])
    assert outcome.expected == [{1: 1, 2: 1, 3: 2}, {1: 2, 2: 1, 3: 1}]
    assert outcome.read == [{1: 2, 2: 1, 3: 1}, {1: 2, 2: 1, 3: 1}]
    assert (outcome.wrong, outcome.missing) == ((2,), (2,))
