"""Further rounds, decided ties and channels through the verbs: the right projects and seats, nothing overwritten.

Guards ``voting.domain.vote.further_rounds``, ``voting.domain.vote.same_people``,
``voting.domain.vote.ties`` and ``voting.domain.vote.notices``.
"""

from __future__ import annotations

import json

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from tests.factories import Vote, make_vote
from tests.integration.vote.test_admin_steps import text_of
from voting.admin.vote.count_report import count_report
from voting.domain.core.journal import first_break
from voting.domain.core.refusals import ConditionsUnmet
from voting.domain.vote import counts, further_rounds, paper_ballots, rolls, same_people, ties
from voting.domain.vote.attendance import attendance
from voting.models import Notice, Round, Tally, TieDecision
from voting.read_models.vote.results import Result
from voting.states import Act, Presence, RoundStatus, Stage

pytestmark = pytest.mark.django_db

NINE = tuple(range(1, 10))


def notice_of(vote: Vote, number: int) -> dict:
    return json.loads(Notice.objects.get(round__cycle=vote.cycle, round__number=number).body)


def tied_vote(until: str = "published", **settings) -> Vote:
    """Twelve candidates, ten seats; 10 and 11 have equal votes at the last place."""
    ballots = [(*NINE, 10), (*NINE, 11), (*NINE, 10), (*NINE, 11), NINE]
    return make_vote(until=until, delegates=5, ballots=ballots, floor_base="", **settings)


def test_a_tie_at_the_last_place_is_voted_on_again_among_the_tied():
    vote = tied_vote()
    first = notice_of(vote, 1)
    assert (first["status"], first["final"], first["chosen"]) == ("tie", False, list(NINE))
    assert first["next"] == {"candidates": [10, 11], "seats": 1, "because": "tie"}
    assert first["annual_tasks"] == []
    before = Notice.objects.get(round__number=1).body, Tally.objects.get(round__number=1).working

    round_ = vote.further()
    assert (round_.number, round_.seats, round_.status) == (2, 1, RoundStatus.PREPARING)
    assert [item.number for item in round_.items.order_by("number")] == [10, 11]
    assert vote.cycle.stage == Stage.VOTING
    assert round_.key_fingerprint == ""
    counted = attendance(round_)
    assert (counted.roll, counted.present, counted.voted) == (5, 5, 0), "the same roll, nobody has voted"

    vote.finish(chosen=[[10], [11], [10], [10], []])
    second = notice_of(vote, 2)
    assert (second["status"], second["final"], second["chosen"]) == ("decided", True, [10])
    assert second["chosen_in_all"] == [*NINE, 10]
    assert second["annual_tasks"] == [11, 12]
    assert [one["number"] for one in second["rounds"]] == [1]
    assert second["rounds"][0]["items"] == first["items"]
    assert second["rounds"][0]["notice"] == Notice.objects.get(round__number=1).digest
    assert (Notice.objects.get(round__number=1).body, Tally.objects.get(round__number=1).working) == before
    assert vote.cycle.stage == Stage.PUBLICATION
    assert first_break(vote.cycle) is None
    with pytest.raises(ConditionsUnmet):
        vote.further()


def test_a_shortfall_is_voted_on_again_among_the_rest():
    ballots = [NINE[:7], NINE[:7], NINE[:7], (8, 9, 10, 11, 12), (8,)]
    vote = make_vote(until="published", delegates=5, ballots=ballots)
    first = notice_of(vote, 1)
    assert (first["status"], first["chosen"], first["missing"]) == ("shortfall", [1, 2, 3, 4, 5, 6, 7], 3)
    assert first["next"] == {"candidates": [8, 9, 10, 11, 12], "seats": 3, "because": "shortfall"}
    vote.further()
    vote.finish(chosen=[[8, 9], [8, 9], [8, 9], [10], []])
    second = notice_of(vote, 2)
    assert (second["status"], second["chosen"], second["missing"]) == ("shortfall", [8, 9], 1)
    vote.further()
    vote.finish(chosen=[[11]] * 3 + [[10]] * 2)
    third = notice_of(vote, 3)
    assert third["chosen_in_all"] == [1, 2, 3, 4, 5, 6, 7, 8, 9, 11]
    assert third["annual_tasks"] == [10, 12]
    assert [one["number"] for one in third["rounds"]] == [1, 2]


@pytest.mark.parametrize(
    ("rule", "annual", "left"), [("stay_empty", [9, 10, 11, 12], []), ("next_session", [], [9, 10, 11, 12])]
)
def test_a_shortfall_that_needs_no_further_round(rule: str, annual: list[int], left: list[int]):
    vote = make_vote(until="published", delegates=3, ballots=[range(1, 9)] * 3, shortfall_rule=rule)
    body = notice_of(vote, 1)
    assert (body["final"], body["annual_tasks"], body["left_over"], body["next"]) == (
        True,
        annual,
        left,
        None,
    )
    assert vote.cycle.stage == Stage.PUBLICATION


def test_a_lot_is_recorded_and_shown(client: Client):
    vote = tied_vote("certified", tie_rule="lot")
    ties.decide_by_lot(
        round_=vote.round, drawn=[11, 10], reason="两张折好的签，由执行主席抽取。", witnesses="总监票人、监票人",
        by=vote.clerk, at=vote.later(),
    )  # fmt: skip
    vote.run("published")
    body = notice_of(vote, 1)
    assert (body["status"], body["final"], body["chosen_in_all"]) == ("tie", True, [*NINE, 11])
    assert (body["tie"]["method"], body["tie"]["drawn"], body["tie"]["chosen"]) == ("lot", [11, 10], [11])
    assert body["annual_tasks"] == [10, 12]
    text = text_of(client.get("/2018/result/"))
    assert "末位得票相等，以公开抽签决定。" in text
    assert "两张折好的签，由执行主席抽取。" in text
    assert "末位得票相等，抽签未中" in text


def test_the_presidium_decides_with_a_reason_and_it_is_shown(client: Client):
    vote = tied_vote("certified", tie_rule="presidium")
    ties.decide_by_presidium(
        round_=vote.round, chosen=[10], reason="受益面更广", by=vote.presiding, at=vote.later()
    )
    vote.run("published")
    body = notice_of(vote, 1)
    assert (body["final"], body["chosen_in_all"], body["annual_tasks"]) == (True, [*NINE, 10], [11, 12])
    assert [item["reason"] for item in body["items"][9:11]] == ["presidium_for", "presidium_against"]
    assert "受益面更广" in text_of(client.get("/2018/notice/"))


def test_a_decision_cannot_be_changed_or_made_twice():
    vote = tied_vote("certified", tie_rule="presidium")
    given = {"round_": vote.round, "chosen": [10], "reason": "理由", "by": vote.clerk, "at": vote.later()}
    ties.decide_by_presidium(**given)
    with pytest.raises(ties.StepNotAllowed):
        ties.decide_by_presidium(**given)
    for sql in ["UPDATE voting_tiedecision SET reason = 'x'", "DELETE FROM voting_tiedecision"]:
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)


def by_lot(vote: Vote) -> object:
    return ties.decide_by_lot(
        round_=vote.round,
        drawn=[11, 10],
        reason="抽签。",
        witnesses="总监票人",
        by=vote.clerk,
        at=vote.later(),
    )


def by_presidium(vote: Vote) -> object:
    return ties.decide_by_presidium(
        round_=vote.round, chosen=[10], reason="理由", by=vote.clerk, at=vote.later()
    )


@pytest.mark.parametrize(
    ("rule", "until", "decide"),
    [
        ("lot", "certified", by_presidium),
        ("presidium", "certified", by_lot),
        ("further_ballot", "certified", by_lot),
        ("lot", "counted", by_lot),
        ("presidium", "published", by_presidium),
    ],
)
def test_a_tie_is_decided_as_the_rules_say_and_between_the_certification_and_the_notice(rule, until, decide):
    vote = tied_vote("certified" if until == "published" else until, tie_rule=rule)
    if until == "published":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")  # a step without its notice
            Round.objects.update(status=RoundStatus.PUBLISHED)
            cursor.execute("SET LOCAL session_replication_role = origin")
    with pytest.raises(ties.StepNotAllowed):
        decide(vote)
    assert not TieDecision.objects.exists()


def test_all_tied_are_admitted_and_no_round_follows():
    body = notice_of(tied_vote(tie_rule="admit_all"), 1)
    assert (body["status"], body["final"], len(body["chosen"])) == ("decided", True, 11)


def test_a_tie_in_the_further_round_calls_for_another():
    vote = tied_vote()
    vote.further()
    vote.finish(chosen=[[10], [11], [10], [11], []])
    assert notice_of(vote, 2)["next"] == {"candidates": [10, 11], "seats": 1, "because": "tie"}
    assert vote.further().number == 3


def test_the_running_order_leads_through_the_further_round(client: Client):
    vote = tied_vote()
    client.force_login(vote.clerk, backend="django.contrib.auth.backends.ModelBackend")
    assert "开始再次投票" in text_of(client.get("/admin/"))
    page = client.get("/admin/vote/2018/further/")
    assert "第10项目" in text_of(page)
    assert client.post("/admin/vote/2018/further/", {}).status_code == 422, "the box is ticked first"
    assert client.post("/admin/vote/2018/further/", {"confirm": "on"}).status_code == 302
    assert client.post("/admin/vote/2018/further/", {"confirm": "on"}).status_code == 409
    assert Round.objects.filter(cycle=vote.cycle).count() == 2
    page = text_of(client.get("/admin/"))
    assert "制作密钥" in page


def test_both_rounds_are_on_the_result_page_and_in_the_files(client: Client):
    vote = tied_vote()
    text = text_of(client.get("/2018/result/"))
    assert "将再次投票：从以下 2 件中选出 1 件" in text
    vote.further()
    vote.finish(chosen=[[10], [11], [10], [10], []])
    for path in ["/2018/result/", "/en/2018/result/", "/2018/notice/", "/2018/rounds/1/notice/", "/2018/"]:
        assert client.get(path).status_code == 200
    text = text_of(client.get("/2018/result/"))
    assert "第 2 轮" in text
    assert "第 1 轮" in text
    assert "票决产生 10 件" in text
    assert "其余 2 件列入政府年度任务" in text
    result = Result(Notice.objects.get(round__number=2))
    assert [(s["number"], s["became"], s["round"]) for s in result.standings][8:] == [
        (9, "chosen", 1),
        (10, "chosen", 2),
        (11, "annual_task", 2),
        (12, "annual_task", 1),
    ]
    first = client.get("/2018/rounds/1/result.json")
    assert first.content.decode() == Notice.objects.get(round__number=1).body
    assert client.get("/2018/rounds/3/result.json").status_code == 404
    assert client.get("/2018/rounds/1/urn.txt").content != client.get("/2018/urn.txt").content
    with pytest.raises(IntegrityError), transaction.atomic():
        Notice.objects.filter(round__number=1).update(body="{}")


def test_more_paper_than_issued_voids_the_vote_and_it_is_repeated():
    vote = make_vote(until="open", delegates=4, candidates=3, seats=2, ballots=[[1], [1]])
    paper_ballots.hand_out(
        round_=vote.round, numbers=[vote.delegates[2].number], by=vote.clerk, at=vote.later()
    )
    vote.run("closed")
    on_paper(vote, [(1, 0, 0), (0, 1, 0)])
    vote.run("counted", "certified", "published")
    body = notice_of(vote, 1)
    assert (body["status"], body["chosen"], body["final"]) == ("void", [], False)
    assert body["next"] == {"candidates": [1, 2, 3], "seats": 2, "because": "void"}
    vote.further()
    vote.finish(chosen=[[1, 2]] * 3)
    body = notice_of(vote, 2)
    assert (body["chosen_in_all"], body["annual_tasks"]) == ([1, 2], [3])


def on_paper(vote: Vote, ballots: list[tuple[int, ...]], *, wrong: dict[int, tuple[int, ...]] | None = None):
    """Let two people read these paper ballots; the second misreads the places in ``wrong``, the chief settles them."""
    wrong = wrong or {}
    paper_ballots.record_box(
        more=True, round_=vote.round, returned=len(ballots), by=vote.clerk, at=vote.later()
    )
    for first in range(1, len(ballots) + 1, paper_ballots.BATCH):
        batch = ballots[first - 1 : first - 1 + paper_ballots.BATCH]
        again = [wrong.get(place, marks) for place, marks in enumerate(batch, start=first)]
        at = {"round_": vote.round, "first": first, "at": vote.later()}
        paper_ballots.read_batch(reading=1, ballots=batch, by=vote.clerk, **at)
        paper_ballots.read_batch(reading=2, ballots=again, by=vote.scrutineer, **at)
    for place in wrong:
        paper_ballots.settle(
            round_=vote.round, place=place, marks=ballots[place - 1], reason="看原票", by=vote.chief,
            at=vote.later(),
        )  # fmt: skip


def test_half_online_half_on_paper_switched_in_mid_vote(client: Client):
    """Must show 3: totals right, channels shown, nothing lost."""
    vote = make_vote(until="open", delegates=13, candidates=3, seats=2, ballots=[[1, 2]] * 6)
    paper_ballots.hand_out(
        round_=vote.round, numbers=[vote.delegates[6].number], by=vote.clerk, at=vote.later()
    )
    paper_ballots.switch_to_paper(round_=vote.round, reason="断网", by=vote.presiding, at=vote.later())
    assert paper_ballots.hand_out_to_rest(round_=vote.round, by=vote.clerk, at=vote.later()) == 6
    vote.run("closed")
    on_paper(vote, [(1, 0, 1)] * 5 + [(1, 1, 1), ()], wrong={3: (1, 0, 0)})
    vote.run("counted")
    working = json.loads(vote.tally.working)
    assert {name: channel["returned"] for name, channel in working["channels"].items()} == {
        "online": 6,
        "paper": 7,
    }
    assert [item["for"] for item in working["channels"]["online"]["items"]] == [6, 6, 0]
    assert [item["for"] for item in working["channels"]["paper"]["items"]] == [5, 0, 5]
    outcome = working["outcome"]
    assert [item["for"] for item in outcome["items"]] == [11, 6, 5]
    assert (outcome["returned"], outcome["valid"], outcome["void"], outcome["issued"]) == (13, 11, 2, 13)
    assert outcome["void_reasons"]["over_vote"] == outcome["void_reasons"]["malformed"] == 1
    vote.run("certified", "published")
    text = text_of(client.get("/2018/result/"))
    assert "第 1 轮" not in text
    assert "在线" in text
    journal = [entry.act for entry in vote.cycle.journal.order_by("sequence")]
    assert (
        journal.index(Act.SWITCHED_TO_PAPER)
        < journal.index(Act.ROUND_CLOSED)
        < journal.index(Act.PAPER_SETTLED)
    )
    again = counts.facts_of(vote.round)
    assert again["paper"]["ballots"] == sorted(again["paper"]["ballots"]), "the stack's order is gone (F13)"


@pytest.mark.parametrize(("returned", "shown"), [(2, False), (4, False), (5, True)])
def test_f27_a_channel_of_fewer_than_five_ballots_is_shown_by_project_nowhere(returned: int, shown: bool):
    vote = make_vote(until="open", delegates=6 + returned, candidates=3, seats=2, ballots=[[1, 2]] * 6)
    paper_ballots.hand_out_to_rest(round_=vote.round, by=vote.clerk, at=vote.later())
    vote.run("closed")
    on_paper(vote, [(1, 0, 1)] * returned)
    vote.run("counted", "certified", "published")
    channels = notice_of(vote, 1)["channels"]
    assert channels["paper"]["returned"] == returned
    assert [bool(channel["items"]) for channel in channels.values()] == [shown, shown]
    report = count_report(vote.round)["round"].by_channel
    assert [bool(channel["items"]) for channel in report.values()] == [shown, shown]


def test_quorum_is_established_anew_and_the_same_people_are_confirmed_and_can_change():
    """A12: nobody is present in a further round before somebody has looked."""
    vote = tied_vote()
    gone, late = vote.delegates[3].number, vote.delegates[4].number
    by = {"by": vote.clerk}
    round_ = further_rounds.begin_round(cycle=vote.cycle, by=vote.clerk, at=vote.later())
    assert (attendance(round_).present, attendance(round_).absent) == (0, 5)
    client = Client()
    client.force_login(vote.presiding, backend="django.contrib.auth.backends.ModelBackend")
    page = "/admin/vote/2018/check-in/"
    rolls.set_presence(round_=round_, numbers=[gone], presence=Presence.ON_LEAVE, at=vote.later(), **by)
    assert client.post(page, {"do": "same"}).status_code == 422, "it is ticked, with the numbers"
    assert "5 present, 0 on leave, 0 gone" in text_of(client.get(f"/en{page}"))
    assert client.post(page, {"do": "rest", "confirm": "on"}).status_code == 403, "the desk is the clerk's"
    assert client.post(page, {"do": "same", "confirm": "on"}).status_code == 302
    assert attendance(round_).present == 4
    assert attendance(round_).on_leave == 1, "who was entered since stays as entered"
    entry = vote.cycle.journal.get(act=Act.PRESENCE_CONFIRMED)
    assert (entry.actor, entry.data["previous"], late in entry.data["present"]) == (vote.presiding, 1, True)
    with pytest.raises(same_people.NothingToTakeOver):
        same_people.confirm_same_people(round_=round_, at=vote.later(), **by)


def test_the_desk_of_a_further_round_takes_its_own_entries_back():
    vote = tied_vote()
    vote.further()
    number = vote.delegates[4].number
    given = {"round_": vote.round, "by": vote.clerk, "at": vote.later()}
    rolls.set_presence(numbers=[number], presence=Presence.LEFT, **given)
    assert attendance(vote.round).left == 1
    assert rolls.undo_presence(**given) == [number]
    assert attendance(vote.round).left == 0
    with pytest.raises(rolls.NothingToUndo):
        rolls.undo_presence(**given)


def test_no_ballot_is_called_for_without_a_notice():
    assert further_rounds.ballot_called_for(None) is None
    assert (
        further_rounds.ballot_called_for(make_vote(until="counted", delegates=3, ballots=[[1]]).round) is None
    )
