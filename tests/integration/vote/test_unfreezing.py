"""F45: a wrong roll is taken back by two people before the slips are out, and frozen anew.

Guards ``voting.domain.vote.unfreezing``, ``voting.admin.vote.preparing``, ``voting.models.vote.round`` and
``voting.models.vote.repair``.
"""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils.translation import override

from accounts.roles import Kind
from tests.factories import PASSWORD, DelegateFactory, UserFactory, Vote, make_vote
from voting.domain.core.journal import first_break
from voting.domain.core.refusals import ConditionsUnmet, ReasonMissing
from voting.domain.vote.paper_ballots import hand_out
from voting.domain.vote.rolls import NothingToUndo, freeze_roll, set_presence, undo_presence
from voting.domain.vote.unfreezing import unfreeze_roll
from voting.models import Cycle, Round, Unfreezing
from voting.states import Act, Presence, RoundStatus, Stage

pytestmark = pytest.mark.django_db
PAGE = "/admin/vote/2018/roll/"


def frozen(delegates: int = 3) -> Vote:
    vote = make_vote(until="adopted", delegates=delegates)
    freeze_roll(cycle=vote.cycle, by=vote.clerk, at=vote.later())
    return vote


def unfreeze(vote: Vote, reason: str = "少了一个代表团") -> None:
    unfreeze_roll(round_=vote.round, reason=reason, by=vote.clerk, at=vote.later(), second=vote.presiding)


def at_desk(vote: Vote) -> Client:
    client = Client()
    client.force_login(vote.clerk)
    return client


def test_two_people_take_a_wrong_roll_back_and_it_is_frozen_anew():
    vote = frozen()
    wrong, client = vote.round, at_desk(vote)
    sent = {
        "do": "unfreeze", "reason": "少了一个代表团", "confirm": "on",
        "second_name": vote.presiding.username, "second_password": PASSWORD,
    }  # fmt: skip
    assert client.post(PAGE, sent | {"second_password": "x"}).status_code == 422
    assert (
        client.post(PAGE, {name: value for name, value in sent.items() if name != "confirm"}).status_code
        == 422
    )
    assert client.post(PAGE, sent).status_code == 302
    vote.cycle.refresh_from_db()
    assert vote.cycle.stage == Stage.DELIBERATION
    assert not Round.objects.filter(cycle=vote.cycle).exists()
    assert Round.every.get(pk=wrong.pk).status == RoundStatus.UNFROZEN
    late = DelegateFactory(congress=vote.cycle.congress, name="后补的代表")
    assert "后补的代表" in client.get(PAGE).content.decode(), (
        "the page shows the people before they are frozen"
    )
    assert client.post(PAGE, {"confirm": "on"}).status_code == 302
    assert (vote.round.number, vote.round.roll.count()) == (1, 4)
    assert vote.round.roll.filter(delegate=late).exists()
    assert vote.round.definition_digest == wrong.definition_digest
    assert first_break(vote.cycle) is None
    entry = vote.cycle.journal.get(act=Act.ROLL_UNFROZEN)
    assert (entry.data["roll"], entry.data["second"]) == (3, vote.presiding.username)


def test_a_vote_after_an_unfrozen_roll_goes_its_whole_way():
    vote = frozen(delegates=3)
    unfreeze(vote)
    vote.cycle.refresh_from_db()
    vote.run("rolled", "keyed", "ready", "open", chosen=[range(1, 11)] * 3)
    for client, place in ((Client(), 0),):
        vote.sign_in(client, place)
        assert client.get("/delegate/").status_code == 200
    vote.run("closed", "counted", "certified", "published")
    assert vote.cycle.stage == Stage.PUBLICATION


def test_the_page_says_who_is_on_the_roll_by_delegation_and_what_unfreezing_takes_back():
    vote = frozen()
    set_presence(
        round_=vote.round,
        numbers=[vote.delegates[0].number],
        presence=Presence.PRESENT,
        by=vote.clerk,
        at=vote.later(),
    )
    with override("en"):
        told = " ".join(at_desk(vote).get(f"/en{PAGE}").content.decode().split())
    for delegate in vote.delegates:
        assert delegate.name in told
    assert "The roll of 3 delegates is taken back" in told
    assert "the 1 who are checked in" in told


@pytest.mark.parametrize("since", ["slips", "key", "paper"])
def test_once_something_has_come_of_it_the_roll_stays(since: str):
    vote = (
        make_vote(until="rolled" if since == "slips" else "keyed", delegates=3)
        if since != "paper"
        else frozen()
    )
    if since == "paper":
        numbers = [vote.delegates[0].number]
        set_presence(
            round_=vote.round, numbers=numbers, presence=Presence.PRESENT, by=vote.clerk, at=vote.later()
        )
        hand_out(round_=vote.round, numbers=numbers, by=vote.clerk, at=vote.later())
    with pytest.raises(ConditionsUnmet):
        unfreeze(vote)
    assert vote.round.status != RoundStatus.UNFROZEN


def test_a_reason_is_said():
    vote = frozen()
    with pytest.raises(ReasonMissing):
        unfreeze(vote, reason=" ")


def test_the_desk_takes_back_nothing_of_the_roll_before():
    vote = frozen()
    numbers = [vote.delegates[0].number]
    set_presence(
        round_=vote.round, numbers=numbers, presence=Presence.PRESENT, by=vote.clerk, at=vote.later()
    )
    unfreeze(vote)
    vote.cycle.refresh_from_db()
    freeze_roll(cycle=vote.cycle, by=vote.clerk, at=vote.later())
    with pytest.raises(NothingToUndo):
        undo_presence(round_=vote.round, by=vote.clerk, at=vote.later())


MAKE = """INSERT INTO public.voting_unfreezing (round_id, reason, recorded_by_id, second_id, recorded_at)
VALUES (%s, 'x', %s, %s, now())"""


def test_the_database_takes_no_roll_back_alone_or_later_or_without_its_step():
    again, other = frozen(), UserFactory(role="chief", kind=Kind.DEMO)
    round_ = again.round
    for recorded, second, why in (
        (again.clerk, again.clerk, "two_people"),
        (again.presiding, again.chief, "not the act of this person"),
        (again.clerk, other, "another congress"),
        (again.clerk, again.delegates[0].user, "not the act of this person"),
        (again.clerk, again.chief, "only with the step"),
    ):
        with pytest.raises(IntegrityError, match=why), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"{MAKE % (round_.pk, recorded.pk, second.pk)}; SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(IntegrityError, match="nothing is kept"), transaction.atomic():
        Round.objects.filter(pk=round_.pk).update(status=RoundStatus.UNFROZEN)
    with pytest.raises(IntegrityError, match="the roll is frozen"), transaction.atomic():
        Cycle.objects.filter(pk=again.cycle.pk).update(stage=Stage.DELIBERATION)
    again.run("keyed")
    with pytest.raises(IntegrityError, match="only while the round is preparing"), transaction.atomic():
        Unfreezing.objects.create(
            round=again.round, reason="x", recorded_by=again.clerk, second=again.chief, recorded_at=again.at
        )
