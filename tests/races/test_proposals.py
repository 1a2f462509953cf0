"""Residents at the same moment, and a clerk beside them: every proposal has its own number, no limit is overrun.

Guards ``voting.domain.before.proposals``.
"""

from __future__ import annotations

from functools import partial

import pytest
from django.db import connection, transaction

from tests.autumn import Autumn, make_autumn
from tests.races.crowd import at_once
from voting.domain.before import proposals
from voting.models import Proposal
from voting.states import Visibility

pytestmark = pytest.mark.django_db(transaction=True)

MANY = 12


def submit(autumn: Autumn, ticket, address: str = "") -> str:
    return proposals.submit(
        cycle=autumn.cycle,
        ticket=ticket,
        at=autumn.at,
        fields={"title": "一", "content": "二"},
        address=address,
    )[1]


def enter(autumn: Autumn) -> str:
    return proposals.enter_form(
        cycle=autumn.cycle, ticket=proposals.new_ticket(), source="resident", fields={"title": "一", "content": "二"},
        by=autumn.clerk, at=autumn.at,
    )[1]  # fmt: skip


def test_everybody_gets_a_number():
    autumn = make_autumn(until="call")
    acts = [partial(submit, autumn, proposals.new_ticket()) for _ in range(MANY)]
    acts += [partial(enter, autumn) for _ in range(MANY)]
    assert all(isinstance(code, str) for code in at_once(acts))
    assert sorted(Proposal.objects.values_list("number", flat=True)) == list(range(1, 2 * MANY + 1))


def test_a_button_pressed_often_is_one_proposal():
    autumn = make_autumn(until="call")
    ticket = proposals.new_ticket()
    assert len(set(at_once([partial(submit, autumn, ticket)] * MANY))) == 1
    assert Proposal.objects.count() == 1


def test_a_flood_that_comes_at_once_is_held_up_as_well():
    autumn = make_autumn(until="call")
    told = at_once([partial(submit, autumn, proposals.new_ticket(), "192.0.2.1") for _ in range(MANY)])
    assert sum(isinstance(each, proposals.TooMany) for each in told) == MANY - proposals.MOST_KNOCKS
    assert Proposal.objects.count() == proposals.MOST_KNOCKS


def test_who_holds_the_cycle_does_not_hold_up_the_journal():
    """Locked with its key, the cycle would hold up the journal's reference to it and wait for the journal itself."""
    autumn = make_autumn(until="proposals")
    Proposal.objects.update(standing=Visibility.HELD)

    def show() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '500ms'")
        return proposals.show(cycle=autumn.cycle, numbers=[1], by=autumn.clerk, at=autumn.at)

    with transaction.atomic():
        proposals.hold_before_the_slate(autumn.cycle)
        assert at_once([show]) == [1]
