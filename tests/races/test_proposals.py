"""Residents at the same moment, and a clerk beside them: every proposal has its own number, no limit is overrun.

Guards ``voting.domain.before.proposals``, ``voting.domain.before.seconding`` and ``voting.domain.before.corrections``.
"""

from __future__ import annotations

from functools import partial

import pytest
from django.db import connection, transaction

from tests.autumn import Autumn, make_autumn
from tests.races.crowd import at_once
from voting.domain.before import calls, corrections, proposals, seconding
from voting.models import Knock, Proposal, ProposalVersion, Seconding
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


def second(autumn: Autumn, network: int, ticket: str = "") -> int:
    proposal = autumn.proposals[0]
    return seconding.second(
        proposal=proposal,
        ticket=ticket or seconding.second_ticket(proposal),
        address=f"192.0.2.{network}",
        at=autumn.at,
    )


def numbers_add_up(autumn: Autumn) -> int:
    proposal = Proposal.objects.get(pk=autumn.proposals[0].pk)
    assert proposal.seconds == Seconding.objects.filter(proposal=proposal).count()
    return proposal.seconds


def test_all_who_second_at_once_are_counted():
    autumn = make_autumn(until="proposals")
    told = at_once([partial(second, autumn, network) for network in range(MANY)])
    assert sorted(told) == list(range(1, MANY + 1))
    assert numbers_add_up(autumn) == MANY


def test_a_button_pressed_often_seconds_once():
    autumn = make_autumn(until="proposals")
    ticket = seconding.second_ticket(autumn.proposals[0])
    told = at_once([partial(second, autumn, network, ticket) for network in range(MANY)])
    assert sum(isinstance(each, seconding.SecondedAlready) for each in told) == MANY - 1
    assert numbers_add_up(autumn) == 1


def test_a_flood_of_seconds_from_one_network_stops_at_its_budget():
    autumn = make_autumn(until="proposals")
    told = at_once([partial(second, autumn, 1) for _ in range(MANY)])
    assert sum(isinstance(each, seconding.TooManySeconds) for each in told) == MANY - seconding.MOST_OF_ONE
    assert numbers_add_up(autumn) == seconding.MOST_OF_ONE
    assert sorted(Knock.objects.values_list("times", flat=True)) == [seconding.MOST_OF_ONE] * 2


@pytest.mark.parametrize(
    "act",
    [
        lambda a: proposals.hide(cycle=a.cycle, number=1, reason="含个人信息", by=a.clerk, at=a.at),
        lambda a: calls.close_call(cycle=a.cycle, by=a.clerk, at=a.at),
    ],
)
def test_who_seconds_while_it_is_hidden_or_the_call_closed_is_counted_or_told(act):
    autumn = make_autumn(until="proposals")
    told = at_once([partial(second, autumn, network) for network in range(MANY)] + [partial(act, autumn)])
    refusals = (seconding.NotToBeSeconded, calls.CallNotOpen)
    counted = sum(isinstance(each, int) for each in told[:MANY])
    assert counted + sum(isinstance(each, refusals) for each in told[:MANY]) == MANY, told
    assert numbers_add_up(autumn) == counted


def test_a_correction_and_a_clerk_at_once_leave_one_story():
    """Either the clerk shows what is corrected, or the correction comes too late; no text is public unseen."""
    autumn = make_autumn(until="call")
    held = autumn.propose(content="请打 13800000000")

    def correct(number: int) -> Proposal:
        texts = {"content": f"请打 13800000000 第{number}次"}
        return corrections.correct(proposal=held, texts=texts, address=f"192.0.2.{number}", at=autumn.at)

    def show() -> int:
        return proposals.show(cycle=autumn.cycle, numbers=[held.number], by=autumn.clerk, at=autumn.at)

    told = at_once([*(partial(correct, number) for number in range(6)), show])
    assert told[-1] == 1
    taken = sum(isinstance(each, Proposal) for each in told[:-1])
    assert taken + sum(isinstance(each, corrections.CorrectionTooLate) for each in told[:-1]) == 6
    now = Proposal.objects.get(pk=held.pk)
    assert now.standing == Visibility.SHOWN
    assert ProposalVersion.objects.filter(proposal=held).count() == taken
