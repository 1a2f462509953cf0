"""附议: anybody seconds a public proposal while the call is open; it counts once, and nothing says who it was.

Guards ``voting.domain.before.seconding`` and ``voting.domain.core.tickets``.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.utils.translation import override

from tests.autumn import Autumn, make_autumn
from tests.factories import CongressFactory
from voting.domain.before import calls, proposals, screening, seconding
from voting.domain.core.tickets import FormDamaged
from voting.models import JournalEntry, Knock, Proposal, Seconding

pytestmark = pytest.mark.django_db


@pytest.fixture
def autumn() -> Autumn:
    return make_autumn(until="proposals")


def second(autumn: Autumn, number: int = 1, *, network: int = 1, **more) -> int:
    proposal = autumn.proposals[number - 1]
    form = {"ticket": seconding.second_ticket(proposal), "address": f"192.0.2.{network}", "at": autumn.at}
    return seconding.second(proposal=proposal, **form | more)


def numbers() -> dict[int, int]:
    return dict(Proposal.objects.exclude(seconds=0).values_list("number", "seconds"))


def test_every_form_counts_once_and_what_is_kept_names_nobody(autumn):
    entries = JournalEntry.objects.count()
    assert [second(autumn, 3, network=network) for network in (1, 1, 2)] == [1, 2, 3]
    assert second(autumn, 7) == 1
    assert numbers() == {3: 3, 7: 1}
    assert JournalEntry.objects.count() == entries, "it is no act of the staff"
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM voting_seconding")
        assert [column.name for column in cursor.description or ()] == ["digest", "proposal_id"]
        assert "192.0.2" not in str(cursor.fetchall())
    assert "192.0.2" not in str(list(Knock.objects.values_list("digest", flat=True)))


@pytest.mark.parametrize("alter", [lambda text: text + "x", lambda _text: "", lambda text: f"{text}:x"])
def test_a_ticket_that_is_not_ours_counts_nothing(autumn, alter):
    ticket = alter(seconding.second_ticket(autumn.proposals[0]))
    with pytest.raises(FormDamaged):
        second(autumn, ticket=ticket)
    assert numbers() == {}


def test_the_ticket_of_another_proposal_counts_nothing(autumn):
    with pytest.raises(FormDamaged):
        second(autumn, 1, ticket=seconding.second_ticket(autumn.proposals[1]))
    assert (numbers(), Seconding.objects.count()) == ({}, 0)


def test_a_network_has_a_budget_for_one_and_for_all(autumn, monkeypatch):
    monkeypatch.setattr(seconding, "MOST_OF_ONE", 3)
    monkeypatch.setattr(seconding, "MOST_IN_ALL", 5)
    for _ in range(3):
        second(autumn, 1)
    with pytest.raises(seconding.TooManySeconds):
        second(autumn, 1)
    second(autumn, 2)
    second(autumn, 3)
    with pytest.raises(seconding.TooManySeconds):
        second(autumn, 4)
    assert second(autumn, 4, network=2) == 1
    autumn.at += timedelta(days=1)
    assert second(autumn, 1) == 4, "another day, another budget"
    assert numbers() == {1: 4, 2: 1, 3: 1, 4: 1}


def test_it_ends_with_the_call(autumn):
    calls.close_call(cycle=autumn.cycle, **autumn.acting)
    with pytest.raises(calls.CallNotOpen):
        second(autumn)
    assert numbers() == {}


def test_what_was_hidden_or_merged_meanwhile_is_refused_in_a_sentence(autumn):
    proposals.hide(cycle=autumn.cycle, number=1, reason="含个人信息", **autumn.acting)
    screening.merge(cycle=autumn.cycle, into=3, numbers=[2], **autumn.acting)
    for number, sentence in ((1, "not shown"), (2, "proposal 3")):
        with override("en"), pytest.raises(seconding.NotToBeSeconded, match=sentence):
            second(autumn, number)
    assert (numbers(), Seconding.objects.count(), Knock.objects.count()) == ({}, 0, 0)


def test_whether_it_may_be_seconded_is_told_before(autumn):
    def may(number: int) -> bool:
        return seconding.may_be_seconded(Proposal.objects.get(number=number), autumn.cycle.call, autumn.at)

    screening.merge(cycle=autumn.cycle, into=3, numbers=[2], **autumn.acting)
    proposals.hide(cycle=autumn.cycle, number=1, reason="含个人信息", **autumn.acting)
    assert [may(number) for number in (1, 2, 3)] == [False, False, True]
    calls.close_call(cycle=autumn.cycle, **autumn.acting)
    autumn.cycle.call.refresh_from_db()
    assert not may(3)
    assert not seconding.may_be_seconded(autumn.proposals[2], None, autumn.at)


def test_a_proposal_and_those_merged_into_it_are_added_up(autumn):
    second(autumn, 1)
    second(autumn, 2)
    second(autumn, 2)
    main, other = Proposal.objects.filter(number__in=(1, 2)).order_by("number")
    assert seconding.seconds_together(main, [other]) == 3


def test_two_congresses_do_not_mix(autumn):
    elsewhere = make_autumn(until="proposals", congress=CongressFactory(slug="yuhang"))
    second(autumn, 1)
    second(elsewhere, 1)
    assert set(Proposal.objects.filter(number=1).values_list("seconds", flat=True)) == {1}
