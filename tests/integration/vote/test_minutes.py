"""会议记录: the procedure in its order, from the journal and the certified count.

Guards ``voting.admin.vote.minutes``.
"""

from __future__ import annotations

import re

import pytest

from tests.factories import UserFactory, make_vote
from voting.domain.vote import delegate_slips, roll_changes, ties
from voting.models import JournalEntry
from voting.states import Act

pytestmark = pytest.mark.django_db
PUBLIC, STAFF = "/en/2018/minutes/", "/en/admin/vote/2018/minutes/"


def test_the_procedure_stands_in_its_order_with_times_and_persons(client):
    vote = make_vote(until="published", delegates=3, ballots=[range(1, 11)] * 2)
    page = client.get(PUBLIC).content.decode()
    said = [
        "The list of candidate projects was confirmed.",
        "The plenary adopted the voting rules.",
        "The roll was frozen: 3 delegates.",
        "The key of the urn was shared: 5 slips, of which 3 open it.",
        "The key slips were tried; the empty urn was ready.",
        "Voting was opened: 3 of 3 delegates present.",
        "Voting was closed and the urn sealed with 2 ballots.",
        "The ballots were counted.",
        "The count was certified.",
        "The public notice was published.",
    ]
    places = [page.index(sentence) for sentence in said]
    assert places == sorted(places)
    assert f"{vote.scrutineer} (scrutineer)" in re.sub(r"</?span[^>]*>", "", page)
    assert "2018-01-23" in page


def test_before_the_notice_the_public_reads_nothing_and_the_staff_everything(client):
    vote = make_vote(until="certified", delegates=3, ballots=[range(1, 11)] * 2)
    assert "The count was certified." not in client.get(PUBLIC).content.decode()
    client.force_login(vote.scrutineer)
    page = client.get(STAFF).content.decode()
    assert "The count was certified." in page
    assert "for the staff alone" in page
    assert "Hash of the notice" not in page
    assert client.get(STAFF + "?file=pdf").content.startswith(b"%PDF-")


@pytest.mark.parametrize("until", ["open", "closed", "counted"])
def test_without_a_certified_count_there_are_no_minutes(client, until):
    vote = make_vote(until=until, delegates=3, ballots=[range(1, 11)] * 2)
    client.force_login(vote.clerk)
    assert "There are minutes as soon as a count is certified." in client.get(STAFF).content.decode()


def test_a_unit_officer_reads_nothing_here(client):
    make_vote(until="certified", delegates=3, ballots=[[1]])
    client.force_login(UserFactory(role="unit"))
    assert client.get(STAFF).status_code == 403


def test_why_a_delegate_left_the_roll_is_for_the_staff(client):
    vote = make_vote(until="ready", delegates=4, present=3)
    number = vote.delegates[3].number
    roll_changes.exclude(round_=vote.round, number=number, reason="因病", by=vote.clerk, at=vote.later())
    vote.run("open", "closed", "counted", "certified", "published", chosen=[range(1, 11)] * 3)
    said = f"Delegate {number} was excluded from the roll, which is now 3."
    page = client.get(PUBLIC).content.decode()
    assert said in page
    assert "因病" not in page
    client.force_login(vote.clerk)
    assert "因病" in client.get(STAFF).content.decode()


def test_a_tie_is_open_then_decided_on_the_record(client):
    vote = make_vote(
        until="certified", delegates=4, candidates=3, seats=2, floor_base="", tie_rule="presidium",
        ballots=[[1, 2], [1, 3], [1, 2], [1, 3]],
    )  # fmt: skip
    client.force_login(vote.clerk)
    page = client.get(STAFF).content.decode()
    assert "A further round follows" not in page
    ties.decide_by_presidium(round_=vote.round, chosen=[2], reason="先急后缓", by=vote.clerk, at=vote.later())
    vote.run("published")
    page = client.get(PUBLIC).content.decode()
    assert "先急后缓" in page
    assert "Chosen: 2." in page


def test_every_round_has_its_part(client):
    vote = make_vote(until="published", delegates=6, ballots=[[1, 2], [1, 2], [1], [1]])
    vote.further()
    vote.finish(chosen=[range(2, 11)] * 5)
    page = client.get(PUBLIC).content.decode()
    assert (
        page.index("Round 1: 10 of 12")
        < page.index("A further round was begun")
        < page.rindex("was published")
    )
    first = client.get("/en/2018/rounds/1/minutes/").content.decode()
    assert "A further round was begun" not in first


def test_queries_do_not_grow_with_the_journal(client, django_assert_num_queries):
    make_vote(until="published", delegates=3, ballots=[range(1, 11)] * 2)
    client.get(PUBLIC)
    with django_assert_num_queries(4):
        client.get(PUBLIC)
    assert JournalEntry.objects.exclude(act=Act.CANDIDATE_ADDED).count() > 10


def test_a_slip_that_was_voided_is_named(client):
    vote = make_vote(until="keyed", delegates=3)
    delegate_slips.void_slip(
        round_=vote.round, number=vote.delegates[1].number, by=vote.clerk, at=vote.later()
    )
    vote.run("ready", "open", "closed", "counted", "certified", "published", chosen=[range(1, 11)])
    assert (
        f"The slip of delegate {vote.delegates[1].number} was voided." in client.get(PUBLIC).content.decode()
    )
