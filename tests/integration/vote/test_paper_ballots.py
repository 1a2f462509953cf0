"""Paper ballots: the verbs, what the database refuses of itself, and the desk's pages over the test client.

Guards ``voting.domain.vote.paper_ballots``, ``voting.domain.vote.paper_boxes`` and
``voting.domain.vote.paper_readings``.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from accounts.roles import Kind, Role
from tests.factories import PASSWORD, UserFactory, Vote, make_vote
from tests.integration.vote.test_admin_steps import address, desk, text_of
from voting.count.choices import Choice
from voting.domain.core.refusals import ReasonMissing, StepNotAllowed
from voting.domain.vote import counts, paper_ballots, roll_changes, roll_numbers, rolls
from voting.domain.vote.attendance import attendance
from voting.domain.vote.ballots import AlreadyCast, HoldsPaperBallot, OnPaperOnly
from voting.domain.vote.paper_ballots import PaperNotReady
from voting.forms.core.drafts import SEEN
from voting.models import JournalEntry, PaperBox, PaperReading, PaperSettlement, RollEntry, SealedBallot
from voting.states import Act, Presence

pytestmark = pytest.mark.django_db

SMALL = {"candidates": 3, "seats": 2}


def numbers(vote: Vote, *places: int) -> list[str]:
    return [vote.delegates[place].number for place in places]


def acting(vote: Vote) -> dict[str, Any]:
    return {"round_": vote.round, "by": vote.clerk, "at": vote.later()}


def hand_out(vote: Vote, *places: int) -> int:
    return paper_ballots.hand_out(numbers=numbers(vote, *places), **acting(vote))


def holders(vote: Vote) -> list[str]:
    return [entry.number for entry in vote.round.roll.filter(paper=True).order_by("number")]


def closed(*, on_paper: int = 2, returned: int | None = None, online: int = 1, **settings: Any) -> Vote:
    """Return a closed vote with so many paper ballots handed out and, if said, returned."""
    vote = make_vote(delegates=online + on_paper, ballots=[[1, 2]] * online, **(SMALL | settings))
    hand_out(vote, *range(online, online + on_paper))
    vote.run("closed")
    if returned is not None:
        paper_ballots.record_box(returned=returned, more=returned > on_paper, **acting(vote))
    return vote


def read(vote: Vote, *ballots: tuple[int, ...], first: int = 1, reading: int = 1, by: Any = None) -> None:
    given = acting(vote) | {"by": by or (vote.clerk if reading == 1 else vote.scrutineer)}
    paper_ballots.read_batch(reading=reading, first=first, ballots=ballots, **given)


def last_entry() -> JournalEntry:
    return JournalEntry.objects.latest("sequence")


# ------------------------------------------------------------------------------------------------------- the desk


def test_paper_is_handed_out_once_and_journaled_and_keeps_its_holder_from_voting_online():
    vote = make_vote(delegates=3)
    assert hand_out(vote, 1, 0) == 2
    assert (last_entry().act, last_entry().data) == (
        Act.PAPER_HANDED_OUT,
        {"round": 1, "delegates": numbers(vote, 0, 1)},
    )
    entries = JournalEntry.objects.count()
    assert hand_out(vote, 0, 1) == 0
    assert JournalEntry.objects.count() == entries, "what changes nothing is not journaled"
    with pytest.raises(HoldsPaperBallot):
        vote.cast(0, [1])
    vote.cast(2, [1])
    counted = attendance(vote.round)
    assert (counted.present, counted.voted, counted.paper, counted.pending) == (3, 1, 2, 0)


@pytest.mark.parametrize("until", ["rolled", "keyed", "ready", "open"])
def test_paper_is_handed_out_until_the_close(until: str):
    vote = make_vote(until=until, delegates=2)
    assert hand_out(vote, 0) == 1


def test_paper_is_not_handed_out_after_the_close():
    vote = make_vote(until="closed", delegates=2, ballots=[[1]])
    for act in (
        lambda: hand_out(vote, 1),
        lambda: paper_ballots.hand_out_to_rest(**acting(vote)),
        lambda: paper_ballots.take_back(numbers=numbers(vote, 1), **acting(vote)),
        lambda: paper_ballots.switch_to_paper(reason="断网", **acting(vote)),
    ):
        with pytest.raises(rolls.CheckInClosed):
            act()


def test_handing_out_is_all_or_none():
    vote = make_vote(delegates=6, present=4, ballots=[[1]])
    on_leave = vote.delegates[5].number
    for wrong, refusal in {
        vote.delegates[0].number: paper_ballots.VotedOnline,
        vote.delegates[4].number: paper_ballots.NotInTheHall,
        "nobody": roll_numbers.NotOnRoll,
        on_leave: paper_ballots.NotInTheHall,
    }.items():
        with pytest.raises(refusal) as refused:
            paper_ballots.hand_out(numbers=[*numbers(vote, 1, 2), wrong], **acting(vote))
        # Of several delegates nobody is told to have voted.
        assert (wrong.upper() in str(refused.value)) is (refusal is not paper_ballots.VotedOnline)
    with pytest.raises(paper_ballots.VotedOnline, match=vote.delegates[0].number):
        paper_ballots.hand_out(numbers=numbers(vote, 0), **acting(vote))
    assert holders(vote) == []


def test_an_excluded_delegate_gets_no_paper():
    vote = make_vote(until="ready", delegates=3)
    roll_changes.exclude(number=vote.delegates[2].number, reason="辞职", **acting(vote))
    with pytest.raises(roll_numbers.NotOnRoll):
        hand_out(vote, 2)
    assert paper_ballots.hand_out_to_rest(**acting(vote)) == 2


def test_who_holds_paper_does_not_leave_the_hall_with_it():
    vote = make_vote(until="ready", delegates=2)
    hand_out(vote, 0)
    leave = {"numbers": numbers(vote, 0), "presence": Presence.LEFT}
    with pytest.raises(rolls.HasPaper):
        rolls.set_presence(**leave, **acting(vote))
    paper_ballots.take_back(numbers=numbers(vote, 0), **acting(vote))
    assert rolls.set_presence(**leave, **acting(vote)) == 1


@pytest.mark.parametrize("places", [(0,), (0, 1)])
def test_who_asks_for_paper_for_somebody_who_has_voted_stands_in_the_journal(places):
    """The refusal tells that a ballot is in the urn, as it must; it isn't told without a trace."""
    vote = make_vote(delegates=3, ballots=[[1]])
    with pytest.raises(paper_ballots.VotedOnline):
        hand_out(vote, *places)
    entry = last_entry()
    assert (entry.act, entry.actor) == (Act.PAPER_REFUSED, vote.clerk)
    assert entry.data["delegates"] == numbers(vote, *places)
    assert holders(vote) == []


def test_whatever_is_sent_beside_it_who_asked_stands_in_the_journal():
    vote = make_vote(delegates=3, ballots=[[1]])
    client = Client()
    client.force_login(vote.clerk, backend="django.contrib.auth.backends.ModelBackend")
    sent = {"do": "hand", "numbers": numbers(vote, 0), SEEN: "numbers:000000000000"}
    assert client.post("/admin/vote/2018/paper-ballots/", sent).status_code == 409
    assert last_entry().act == Act.PAPER_REFUSED


def test_the_rest_are_those_present_who_have_neither():
    vote = make_vote(delegates=5, present=4, ballots=[[1]])
    hand_out(vote, 1)
    assert paper_ballots.hand_out_to_rest(**acting(vote)) == 2
    assert holders(vote) == numbers(vote, 1, 2, 3)
    assert last_entry().data["delegates"] == numbers(vote, 2, 3)
    assert paper_ballots.hand_out_to_rest(**acting(vote)) == 0


def test_an_unused_paper_ballot_comes_back_and_its_delegate_votes_online():
    vote = make_vote(delegates=3)
    hand_out(vote, 0, 1)
    with pytest.raises(paper_ballots.HasNoPaper):
        paper_ballots.take_back(numbers=numbers(vote, 0, 2), **acting(vote))
    assert holders(vote) == numbers(vote, 0, 1), "all or none"
    with pytest.raises(roll_numbers.NotOnRoll):
        paper_ballots.take_back(numbers=["nobody"], **acting(vote))
    assert paper_ballots.take_back(numbers=numbers(vote, 0, 1), **acting(vote)) == 2
    assert (last_entry().act, last_entry().data["delegates"]) == (Act.PAPER_TAKEN_BACK, numbers(vote, 0, 1))
    vote.cast(0, [1])
    with pytest.raises(paper_ballots.VotedOnline):
        hand_out(vote, 0)


# ----------------------------------------------------------------------------------------------------- the switch


def test_switching_keeps_the_urn_and_takes_nothing_more_online():
    vote = make_vote(delegates=4, ballots=[[1], [2]], **SMALL)
    hand_out(vote, 2)
    paper_ballots.switch_to_paper(reason=" 会场断网 ", **acting(vote))
    assert (last_entry().act, last_entry().data) == (
        Act.SWITCHED_TO_PAPER,
        {"round": 1, "reason": "会场断网", "online": 2},
    )
    with pytest.raises(OnPaperOnly):
        vote.cast(3, [1])
    with pytest.raises(AlreadyCast):
        vote.cast(0, [1])
    paper_ballots.take_back(numbers=numbers(vote, 2), **acting(vote))
    with pytest.raises(OnPaperOnly):
        vote.cast(2, [1])
    assert SealedBallot.objects.count() == 2
    with pytest.raises(StepNotAllowed):
        paper_ballots.switch_to_paper(reason="再次", **acting(vote))
    assert paper_ballots.hand_out_to_rest(**acting(vote)) == 2
    vote.run("closed")
    assert (vote.round.issued, vote.round.paper_issued, vote.round.seal.ballots) == (4, 2, 2)


@pytest.mark.parametrize("reason", ["", "  "])
def test_switching_needs_a_reason(reason: str):
    vote = make_vote(delegates=2)
    with pytest.raises(ReasonMissing):
        paper_ballots.switch_to_paper(reason=reason, **acting(vote))
    assert not vote.round.paper_only


@pytest.mark.parametrize("until", ["rolled", "keyed", "ready"])
def test_a_round_may_be_on_paper_from_the_beginning(until: str):
    vote = make_vote(until=until, delegates=3, **SMALL)
    paper_ballots.switch_to_paper(reason="会场没有网络", **acting(vote))
    vote.run(*["keyed", "ready", "open"][["rolled", "keyed", "ready"].index(until) :])
    with pytest.raises(OnPaperOnly):
        vote.cast(0, [1])
    paper_ballots.hand_out_to_rest(**acting(vote))
    vote.run("closed")
    paper_ballots.record_box(returned=3, **acting(vote))
    for reading in (1, 2):
        read(vote, (1, 1, 0), (1, 0, 0), (1, 1, 0), reading=reading)
    vote.run("counted", "certified", "published")


# ---------------------------------------------------------------------------------------------------- the reading


def test_the_box_is_counted_once_and_only_where_paper_was_handed_out():
    vote = closed(on_paper=2)
    box = paper_ballots.record_box(returned=2, **acting(vote))
    assert last_entry().data == {"round": 1, "issued": 2, "returned": 2, "returned_group": 0}
    with pytest.raises(paper_ballots.BoxCounted):
        paper_ballots.record_box(returned=1, **acting(vote))
    assert PaperBox.objects.get() == box
    without = make_vote(until="closed", delegates=1, ballots=[[1]], slug="2019", kind=Kind.REHEARSAL, **SMALL)
    with pytest.raises(StepNotAllowed):
        paper_ballots.record_box(returned=0, **acting(without))


def test_nothing_is_read_before_the_close():
    vote = make_vote(delegates=2)
    hand_out(vote, 0)
    with pytest.raises(StepNotAllowed):
        paper_ballots.record_box(returned=1, **acting(vote))
    with pytest.raises(StepNotAllowed):
        read(vote, (1, 0, 0))


def test_a_batch_is_read_as_a_whole_or_not_at_all():
    vote = closed(on_paper=3)
    with pytest.raises(paper_ballots.BoxNotCounted):
        read(vote, (1, 0, 0))
    paper_ballots.record_box(returned=3, **acting(vote))
    one = (1, 0, 0)
    for first, ballots in ((0, [one]), (3, [one, one]), (4, [one]), (1, [])):
        with pytest.raises(paper_ballots.NoSuchPlace):
            read(vote, *ballots, first=first)
    read(vote, one, first=2)
    with pytest.raises(paper_ballots.ReadAlready) as mine:
        read(vote, one, one, one)
    assert (mine.value.place, mine.value.mine) == (2, True)
    with pytest.raises(paper_ballots.ReadAlready) as another:
        read(vote, one, one, one, by=vote.scrutineer)
    assert (another.value.reader, another.value.mine) == (str(vote.clerk), False)
    assert str(vote.clerk) in str(another.value)
    with pytest.raises(paper_ballots.SameReader):
        read(vote, one, one, one, reading=2, by=vote.clerk)
    with pytest.raises(paper_ballots.ChiefReads):
        read(vote, one, first=1, by=vote.chief)
    assert PaperReading.objects.count() == 1


def test_the_second_reading_may_come_before_the_first():
    vote = closed(returned=1, on_paper=1)
    read(vote, (1, 0, 0), reading=2)
    read(vote, (1, 0, 0), reading=1)
    assert paper_ballots.agreed(vote.round) == [Choice((1, 0, 0))]


def test_a_difference_is_settled_once_by_a_chief_who_read_neither():
    vote = closed(on_paper=2, returned=2)
    read(vote, (1, 0, 0), (0, 1, 0))
    settle = {"marks": (1, 1, 0), "reason": " 原票两处画圈 "}
    for place in (0, 1, 2, 3):
        with pytest.raises(paper_ballots.NothingToSettle):
            paper_ballots.settle(place=place, **settle, **(acting(vote) | {"by": vote.chief}))
    read(vote, (1, 1, 0), (0, 1, 0), reading=2)
    for by in (vote.clerk, vote.other_scrutineer, vote.presiding):
        with pytest.raises(paper_ballots.NotTheChief):
            paper_ballots.settle(place=1, **settle, **(acting(vote) | {"by": by}))
    with pytest.raises(ReasonMissing):
        paper_ballots.settle(place=1, marks=(1, 1, 0), reason=" ", **(acting(vote) | {"by": vote.chief}))
    paper_ballots.settle(place=1, **settle, **(acting(vote) | {"by": vote.chief}))
    assert last_entry().data == {"round": 1, "place": 1, "reason": "原票两处画圈"}, "no marks in the journal"
    for place in (1, 2):
        with pytest.raises(paper_ballots.NothingToSettle):
            paper_ballots.settle(place=place, **settle, **(acting(vote) | {"by": vote.chief}))
    assert paper_ballots.agreed(vote.round) == [Choice((0, 1, 0)), Choice((1, 1, 0))]


def test_a_chief_who_was_a_reader_before_does_not_settle():
    vote = closed(on_paper=1, returned=1)
    read(vote, (1, 0, 0))
    read(vote, (0, 1, 0), reading=2)
    vote.scrutineer.role = Role.CHIEF
    vote.scrutineer.save()
    with pytest.raises(paper_ballots.NotTheChief):
        paper_ballots.settle(
            place=1, marks=(1, 0, 0), reason="看原票", **(acting(vote) | {"by": vote.scrutineer})
        )


def test_the_count_waits_and_says_for_what():
    vote = closed(on_paper=2, returned=None)
    waits = []

    def missing() -> str:
        with pytest.raises(PaperNotReady) as refused:
            counts.count_round(slips=vote.slips[:3], **acting(vote))
        waits.append((refused.value.counted, refused.value.unread, refused.value.differing))
        return str(refused.value)

    sentences = [missing()]
    paper_ballots.record_box(returned=2, **acting(vote))
    sentences.append(missing())
    read(vote, (1, 0, 0), ())
    sentences.append(missing())
    read(vote, (1, 0, 0), (0, 0, 0), reading=2)
    sentences.append(missing())
    assert waits == [(False, 0, 0), (True, 4, 0), (True, 2, 0), (True, 0, 1)]
    assert len(set(sentences)) == 4
    paper_ballots.settle(place=2, marks=(), reason="票面污损", **(acting(vote) | {"by": vote.chief}))
    vote.run("counted")
    assert paper_ballots.agreed(vote.round) == [Choice(()), Choice((1, 0, 0))]


def test_no_paper_handed_out_is_agreed_to_be_none():
    vote = make_vote(until="open", delegates=2)
    with pytest.raises(PaperNotReady):
        paper_ballots.agreed(vote.round)
    vote.run("closed")
    assert paper_ballots.agreed(vote.round) == []
    assert paper_ballots.sheets(vote.round) == []


def test_no_paper_returned_is_agreed_too():
    vote = closed(on_paper=1, returned=0)
    assert paper_ballots.agreed(vote.round) == []
    vote.run("counted")


def test_the_first_of_the_stack_are_the_sub_groups():
    vote = closed(online=7, on_paper=3, group=5, preset="shigu")
    with pytest.raises(paper_ballots.GroupTooMany):
        paper_ballots.record_box(returned=3, returned_group=4, **acting(vote))
    paper_ballots.record_box(returned=3, returned_group=2, **acting(vote))
    for reading in (1, 2):
        read(vote, (0, 0, 1), (1, 0, 0), (0, 1, 0), reading=reading)
    assert paper_ballots.agreed(vote.round) == [
        Choice((0, 0, 1), in_group=True),
        Choice((0, 1, 0), in_group=False),
        Choice((1, 0, 0), in_group=True),
    ]


def test_the_read_model_costs_three_queries_whatever_the_stack(django_assert_num_queries: Any):
    for on_paper, slug, kind in ((1, "2018", Kind.OFFICIAL), (5, "2019", Kind.REHEARSAL)):
        vote = closed(on_paper=on_paper, returned=on_paper, slug=slug, kind=kind)
        round_ = vote.round
        with django_assert_num_queries(3):
            assert len(paper_ballots.sheets(round_)) == on_paper


# -------------------------------------------------------------------------------- what the database itself refuses


def execute(sql: str, *values: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(sql, values)


@pytest.mark.parametrize("table", ["voting_paperbox", "voting_paperreading", "voting_papersettlement"])
def test_paper_evidence_is_append_only(table: str):
    vote = closed(on_paper=1, returned=1)
    read(vote, (1, 0, 0))
    read(vote, (0, 1, 0), reading=2)
    paper_ballots.settle(place=1, marks=(), reason="看原票", **(acting(vote) | {"by": vote.chief}))
    for sql in (
        f"UPDATE {table} SET round_id = round_id",
        f"DELETE FROM {table}",
        f"TRUNCATE {table} CASCADE",
    ):
        with pytest.raises(IntegrityError, match=r"append-only|a sheet has been read"):
            execute(sql)
    assert PaperSettlement.objects.count() == 1


READING = "INSERT INTO voting_paperreading (round_id, place, reading, marks, read_by_id) VALUES (%s, %s, %s, %s, %s)"


def test_the_two_readings_are_by_two_people_each_once_of_a_place_that_can_be():
    vote = closed(on_paper=2, returned=2)
    read(vote, (1, 0, 0))
    round_, clerk, other = vote.round.pk, vote.clerk.pk, vote.scrutineer.pk
    for values, answer in (
        ((round_, 1, 2, "1,0,0", clerk), "two people"),
        ((round_, 1, 1, "1,0,0", other), "paper_read_once"),
        ((round_, 2, 3, "1,0,0", other), "paper_two_readings"),
        ((round_, 0, 1, "1,0,0", other), "paper_place_positive"),
    ):
        with pytest.raises(IntegrityError, match=answer):
            execute(READING, *values)


@pytest.mark.parametrize("until", ["open", "counted"])
def test_paper_evidence_comes_after_the_close_and_before_the_count(until: str):
    vote = make_vote(until="open", delegates=2, ballots=[[1, 2]], **SMALL)
    hand_out(vote, 1)
    if until == "counted":
        vote.run("closed")
        paper_ballots.record_box(returned=0, **acting(vote))
        vote.run("counted")
    else:
        with pytest.raises(IntegrityError, match="only while the round is closed"):
            execute(
                "INSERT INTO voting_paperbox (round_id, returned, returned_group, recorded_by_id, recorded_at)"
                " VALUES (%s, 1, 0, %s, now())",
                vote.round.pk,
                vote.clerk.pk,
            )
    with pytest.raises(IntegrityError, match="only while the round is closed"):
        execute(READING, vote.round.pk, 1, 1, "1,0,0", vote.clerk.pk)
    with pytest.raises(IntegrityError, match="only while the round is closed"):
        execute(
            "INSERT INTO voting_papersettlement (round_id, place, marks, reason, settled_by_id)"
            " VALUES (%s, 1, '', 'x', %s)",
            vote.round.pk,
            vote.chief.pk,
        )


def test_one_delegate_one_channel_and_the_figures_are_fixed_at_the_close():
    vote = make_vote(delegates=3, present=2, ballots=[[1]], **SMALL)
    hand_out(vote, 1)
    for change, answer in (
        ("UPDATE voting_rollentry SET paper = true WHERE voted", "roll_paper_or_online"),
        ("UPDATE voting_rollentry SET voted = true WHERE paper", "roll_paper_or_online"),
        ("UPDATE voting_rollentry SET paper = true WHERE presence = 'absent'", "roll_paper_or_online"),
        ("UPDATE voting_round SET paper_issued = 0", "fixed at the"),
    ):
        with pytest.raises(IntegrityError, match=answer):
            execute(change)
    paper_ballots.switch_to_paper(reason="断网", **acting(vote))
    with pytest.raises(IntegrityError, match="fixed at the close"):
        execute("UPDATE voting_round SET paper_only = false")
    vote.run("closed")
    for change, answer in (
        ("UPDATE voting_rollentry SET paper = false WHERE paper", "the vote is closed"),
        ("UPDATE voting_round SET paper_issued = 0", "fixed at the"),
    ):
        with pytest.raises(IntegrityError, match=answer):
            execute(change)


def test_a_round_is_not_switched_after_the_close():
    make_vote(until="closed", delegates=1, ballots=[[1]])
    with pytest.raises(IntegrityError, match="fixed at the close"):
        execute("UPDATE voting_round SET paper_only = true")


# ----------------------------------------------------------------------------------------------------- the pages

DESK = "/admin/vote/2018/paper-ballots/"


def test_the_desk_hands_out_takes_back_and_names_who_has_paper():
    vote = make_vote(delegates=4, present=3, ballots=[[1]])
    clerk = desk(vote.clerk)
    one, other = numbers(vote, 1, 2)
    answer = clerk.post(DESK, {"do": "hand", "numbers": f"{one}，{other}"}, follow=True)
    assert "已记录发出纸质表决票 2 张" in text_of(answer)
    assert holders(vote) == [one, other]
    assert one in text_of(answer)
    again = clerk.post(DESK, {"do": "hand", "numbers": one}, follow=True)
    assert "没有变化" in text_of(again)
    wrong = clerk.post(DESK, {"do": "hand", "numbers": f"{one} {vote.delegates[0].number}"})
    assert wrong.status_code == 409
    assert "已在票箱" in text_of(wrong)
    assert f'value="{one} {vote.delegates[0].number}"' in wrong.content.decode(), "what was typed stays"
    answer = clerk.post(DESK, {"do": "back", "numbers": one}, follow=True)
    assert "已收回未使用的纸质表决票 1 张" in text_of(answer)
    assert holders(vote) == [other]
    unknown = clerk.post(DESK, {"do": "back", "numbers": one})
    assert unknown.status_code == 409
    assert unknown.context["forms"]["back"].errors.keys() == {"numbers"}


def test_the_desk_hands_out_to_the_rest_when_told_so_twice():
    vote = make_vote(delegates=3, ballots=[[1]])
    clerk = desk(vote.clerk)
    assert "2 名到会代表发出纸质表决票" in text_of(clerk.get(DESK))
    assert clerk.post(DESK, {"do": "rest"}).status_code == 422
    assert holders(vote) == []
    assert clerk.post(DESK, {"do": "rest", "confirm": "on"}).status_code == 302
    assert holders(vote) == numbers(vote, 1, 2)


@pytest.mark.parametrize("role", ["clerk", "presiding"])
def test_clerk_and_presiding_officer_switch_with_a_reason_and_a_tick(role: str):
    vote = make_vote(delegates=2, ballots=[[1]])
    client = desk(getattr(vote, role))
    assert "改用纸质投票" in text_of(client.get(DESK))
    for form in ({}, {"reason": "断网"}, {"confirm": "on"}, {"confirm": "on", "reason": " "}):
        assert client.post(DESK, {"do": "switch"} | form).status_code == 422
    assert not vote.round.paper_only
    answer = client.post(DESK, {"do": "switch", "confirm": "on", "reason": "断网"})
    assert answer.status_code == 302
    assert vote.round.paper_only
    assert 'value="switch"' not in client.get(DESK).content.decode()
    assert client.post(DESK, {"do": "switch", "confirm": "on", "reason": "断网"}).status_code == 409


def test_others_only_watch_the_desk():
    vote = make_vote(delegates=2)
    for user in (vote.scrutineer, vote.presiding, vote.chief):
        client = desk(user)
        assert client.get(DESK).status_code == 200
        assert client.post(DESK, {"do": "hand", "numbers": numbers(vote, 0)[0]}).status_code == 403
        assert client.post(DESK, {"do": "rest", "confirm": "on"}).status_code == 403
    switch = {"do": "switch", "confirm": "on", "reason": "断网"}
    assert desk(vote.scrutineer).post(DESK, switch).status_code == 403
    stranger = UserFactory(role=Role.CLERK, kind="demo")
    assert desk(stranger).get(DESK).status_code == 404
    assert holders(vote) == []
    assert not vote.round.paper_only


def test_the_desk_says_so_before_the_roll_and_after_the_close():
    drafted = make_vote(until="drafted", delegates=2)
    page = desk(drafted.clerk).get(DESK)
    assert page.status_code == 200
    assert "<form" not in page.content.decode().split("<main", 1)[1].replace("logout", "")
    later = make_vote(until="closed", delegates=2, slug="2019", kind=Kind.REHEARSAL, ballots=[[1]])
    page = desk(later.clerk).get(DESK.replace("2018", "2019"))
    assert page.status_code == 200
    assert 'name="do"' not in page.content.decode()


def box_of(client: Any, returned: int, again: int | None = None, **more: Any):
    again = returned if again is None else again
    return client.post(
        address("paper"), {"do": "box", "returned": returned, "again": again, "confirm": "on"} | more
    )


def test_the_box_is_typed_twice():
    vote = closed(on_paper=2)
    clerk = desk(vote.clerk)
    wrong = box_of(clerk, 2, 1)
    assert wrong.status_code == 422
    assert "两个张数不一致" in text_of(wrong)
    assert not PaperBox.objects.exists()
    assert box_of(clerk, 2).status_code == 302
    assert box_of(clerk, 2).status_code == 409
    assert PaperBox.objects.get().returned == 2


def test_more_returned_than_issued_is_said_with_the_numbers_before_it_is_recorded():
    vote = closed(on_paper=1)
    clerk = desk(vote.clerk)
    first = box_of(clerk, 2)
    assert first.status_code == 409
    assert not PaperBox.objects.exists()
    assert 'name="more"' in first.content.decode()
    english = f"/en{address('paper')}"
    told = text_of(clerk.post(english, {"do": "box", "returned": 2, "again": 2, "confirm": "on"}))
    assert "1 paper ballots were handed out and 2 would be returned" in told
    assert "2 sheets were in the box and 1 were handed out" in told
    assert box_of(clerk, 2, more="on").status_code == 302
    assert "the whole vote will be void and repeated" in text_of(clerk.get(english))


def correct(client: Any, vote: Vote, returned: int, **more: Any) -> Any:
    sent = {
        "do": "correct", "returned": returned, "again": returned, "reason": "点票员重新清点",
        "second_name": vote.scrutineer.username, "second_password": PASSWORD,
    }  # fmt: skip
    return client.post(address("paper"), sent | more)


def test_f45_two_people_correct_the_number_of_sheets_until_one_is_read():
    """1 sheet issued, 3 typed: before it was read nothing is lost."""
    vote = closed(on_paper=1, returned=3)
    clerk = desk(vote.clerk)
    assert 'value="correct"' in clerk.get(address("paper")).content.decode()
    assert correct(clerk, vote, 1, second_password="x").status_code == 422
    assert correct(clerk, vote, 1, reason="").status_code == 422
    assert PaperBox.objects.get().returned == 3
    assert correct(clerk, vote, 1).status_code == 302
    assert PaperBox.objects.get().returned == 1
    entry = last_entry()
    assert (entry.act, entry.data["was"], entry.data["returned"], entry.data["second"]) == (
        Act.PAPER_CORRECTED, 3, 1, vote.scrutineer.username,
    )  # fmt: skip
    assert correct(clerk, vote, 2).status_code == 409, "again more than were handed out: said before"
    read(vote, (1, 1, 0))
    assert 'value="correct"' not in clerk.get(address("paper")).content.decode()
    with pytest.raises(paper_ballots.SheetRead):
        paper_ballots.correct_box(returned=1, reason="x", second=vote.scrutineer, **acting(vote))
    with pytest.raises(IntegrityError, match="a sheet has been read"), transaction.atomic():
        PaperBox.objects.update(returned=2)
    read(vote, (1, 1, 0), reading=2)
    vote.run("counted", "certified", "published")


def batch(reading: int, first: int, *ballots: str) -> dict[str, Any]:
    typed = {f"ballot_{place}_0": text for place, text in enumerate(ballots, start=first)}
    return {"do": "read", "reading": reading, "first": first} | typed


def test_a_wrong_line_is_named_and_the_others_are_kept():
    vote = closed(on_paper=3, returned=3)
    answer = desk(vote.clerk).post(address("paper"), batch(1, 1, "1 2", "4", ""))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert answer.context["batch"].errors.keys() == {"ballot_2", "ballot_3"}
    assert "没有" in text_of(answer)
    assert 'value="1 2"' in page
    assert 'value="4"' in page
    assert not PaperReading.objects.exists()


def test_the_same_batch_twice_and_a_colleague_who_was_faster():
    vote = closed(on_paper=2, returned=2)
    clerk, scrutineer = desk(vote.clerk), desk(vote.scrutineer)
    assert clerk.post(address("paper"), batch(1, 1, "1", "2")).status_code == 302
    twice = clerk.post(address("paper"), batch(1, 1, "1", "2"))
    assert twice.status_code == 409
    assert "您已经提交过" in text_of(twice)
    faster = scrutineer.post(address("paper"), batch(1, 1, "1", "3"))
    assert faster.status_code == 409
    assert str(vote.clerk) in text_of(faster)
    assert "您录入的内容都还在" in text_of(faster)
    page = faster.content.decode()
    assert re.search(r'name="reading" value="2"', page)
    assert 'value="3"' in page
    assert PaperReading.objects.count() == 2
    assert scrutineer.post(address("paper"), batch(2, 1, "1", "3")).status_code == 302
    third = desk(vote.other_scrutineer).post(address("paper"), batch(1, 1, "1", "3"))
    assert third.status_code == 409
    assert "您录入的内容都还在" not in text_of(third)
    own = clerk.post(address("paper"), batch(2, 1, "1", "2"))
    assert own.status_code == 409
    assert PaperReading.objects.count() == 4


def test_after_a_batch_comes_the_next_and_a_chief_is_offered_none(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(paper_ballots, "BATCH", 2)
    vote = closed(on_paper=5, returned=5)
    clerk = desk(vote.clerk)
    first = clerk.get(address("paper") + "?reading=1&first=1")
    assert first.content.decode().count('name="ballot_') == 2
    answer = clerk.post(address("paper"), batch(1, 1, "1", "2"))
    assert answer["Location"].endswith("?reading=1&first=3")
    answer = clerk.post(address("paper"), batch(1, 3, "1", "2"))
    assert answer["Location"].endswith("?reading=1&first=5")
    answer = clerk.post(address("paper"), batch(1, 5, "1"))
    assert answer["Location"].endswith("/paper/")
    chief = desk(vote.chief)
    assert "reading=2" not in chief.get(address("paper")).content.decode()
    assert "reading=2" in desk(vote.scrutineer).get(address("paper")).content.decode()
    refused = chief.post(address("paper"), batch(2, 1, "1", "2"))
    assert refused.status_code == 409
    assert "总监票人负责裁定差异" in text_of(refused)


@pytest.mark.parametrize(
    "query",
    [
        "?reading=3&first=1", "?reading=1&first=0", "?reading=1&first=99", "?reading=1&first=-1",
        "?reading=1&first=٣", "?first=1", "?reading=1&first=" + "9" * 50,
    ],
)  # fmt: skip
def test_an_address_that_asks_for_no_batch_shows_the_page_and_reads_nothing(query: str):
    vote = closed(on_paper=1, returned=1)
    clerk = desk(vote.clerk)
    assert clerk.get(address("paper") + query).status_code == 200
    asked = dict(part.split("=") for part in query[1:].split("&"))
    answer = clerk.post(address("paper"), {"do": "read", "ballot_1_0": "1"} | asked)
    assert answer.status_code in {409, 422}
    assert not PaperReading.objects.exists()


def test_differences_stand_side_by_side_and_the_chief_settles_them():
    vote = closed(on_paper=2, returned=2)
    desk(vote.clerk).post(address("paper"), batch(1, 1, "1 2", "x"))
    desk(vote.scrutineer).post(address("paper"), batch(2, 1, "1", "0"))
    page = text_of(desk(vote.clerk).get(address("paper")))
    assert "第 1 张" in page
    assert "无法辨认" in page
    assert "由总监票人查看原票后裁定" in page
    chief = desk(vote.chief)
    settle = {"do": "settle", "confirm": "on", "place": 1, "marks_0": "1 2", "reason": "原票两处"}
    assert chief.post(address("paper"), settle | {"reason": ""}).status_code == 422
    wrong = chief.post(address("paper"), settle | {"marks_0": "4"})
    assert wrong.status_code == 422
    assert wrong.content.decode().count('value="4"') == 1, "what was typed stays at its ballot alone"
    assert desk(vote.scrutineer).post(address("paper"), settle).status_code == 409
    assert chief.post(address("paper"), settle).status_code == 302
    assert chief.post(address("paper"), settle).status_code == 409
    for place in ("", "x", "٣", "9" * 40):
        assert chief.post(address("paper"), settle | {"place": place}).status_code == 409
    assert chief.post(address("paper"), settle | {"place": 2, "marks_0": "x"}).status_code == 302
    assert "已全部两次录入且一致" in text_of(chief.get(address("paper")))
    assert paper_ballots.agreed(vote.round) == [Choice(()), Choice((1, 1, 0))]
    vote.run("counted")
    after = desk(vote.clerk).get(address("paper"))
    assert after.status_code == 200
    assert 'name="do"' not in after.content.decode()
    assert "原票两处" in text_of(after), "the record stays readable"


def test_f14_no_total_of_a_project_stands_on_the_paper_page():
    vote = closed(on_paper=7, returned=7)
    for client, reading in ((desk(vote.clerk), 1), (desk(vote.scrutineer), 2)):
        client.post(address("paper"), batch(reading, 1, *["1 2"] * 7))
        page = client.get(address("paper"))
        assert "第1项目" not in text_of(page)
        assert not {"items", "report", "totals"} & page.context.flatten().keys()


@pytest.mark.parametrize(
    ("preset", "typed", "marks", "said"),
    [
        ("dongyang", ["1 2", "3", ""], "1,1,2", "赞成 1 2"),
        ("liyang", ["3=2 1"], "2,1,1", "2=3 1"),
        ("yangpu", ["2"], "2,2,2", "反对"),
        ("binjiang", ["3 1"], "1,0,1", "1 3"),
    ],
)
def test_every_ballot_type_is_entered_and_compared_in_words(preset, typed, marks, said):
    seats = 3 if preset == "yangpu" else 2
    vote = closed(on_paper=1, returned=1, online=0, preset=preset, seats=seats)
    data = {"do": "read", "reading": 1, "first": 1} | {
        f"ballot_1_{column}": text for column, text in enumerate(typed)
    }
    clerk = desk(vote.clerk)
    page = clerk.get(address("paper") + "?reading=1&first=1").content.decode()
    assert page.count('name="ballot_1_') == len(typed)
    assert clerk.post(address("paper"), data).status_code == 302
    assert PaperReading.objects.get().marks == marks
    read(vote, (), reading=2)
    shown = text_of(clerk.get(address("paper")))
    assert said in shown


@pytest.mark.parametrize("language", ["", "/en"])
def test_the_pages_of_the_paper_read_in_both_languages(language: str):
    vote = closed(on_paper=2, returned=2)
    read(vote, (1, 0, 0), (1, 0, 0))
    read(vote, (1, 0, 0), (0, 1, 0), reading=2)
    for user in (vote.clerk, vote.scrutineer, vote.chief, vote.presiding):
        client = desk(user)
        for path in (DESK, "/admin/vote/2018/paper/", "/admin/vote/2018/paper/?reading=1&first=1"):
            assert client.get(language + path).status_code == 200


def test_the_check_in_and_the_close_lead_to_the_paper_desk():
    vote = make_vote(until="open", delegates=2)
    for key in ("check-in", "close"):
        assert f'href="{DESK}"' in desk(vote.clerk).get(address(key)).content.decode()


def test_who_holds_paper_is_told_at_the_check_in():
    vote = make_vote(until="ready", delegates=2)
    hand_out(vote, 0)
    answer = desk(vote.clerk).post(
        address("check-in"), {"do": "record", "numbers": numbers(vote, 0)[0], "presence": Presence.LEFT}
    )
    assert answer.status_code == 409
    assert RollEntry.objects.filter(paper=True).count() == 1
