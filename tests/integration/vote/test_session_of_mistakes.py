"""F45: a session with twelve mistakes, each put right by its verb, reaches its notice; the papers tell what happened.

Guards ``voting.domain.vote.taking_back``, ``voting.domain.vote.annulments``, ``voting.domain.vote.further_rounds``,
``voting.domain.vote.paper_readings``, ``voting.read_models.vote.acts_told``,
``voting.read_models.vote.documents`` and ``voting.read_models.vote.results``.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.roles import Role
from tests.factories import DelegateFactory, UserFactory, Vote, make_vote
from tests.integration.vote.test_annulments import at_desk
from tests.integration.vote.test_further_rounds import notice_of
from tests.pages import text_of
from voting.count.measures import ShortfallRule
from voting.domain.before.slates import drop_candidate
from voting.domain.core.cycles import freeze_slate
from voting.domain.core.journal import first_break
from voting.domain.core.people import renew_password
from voting.domain.core.second_person import SecondPersonNeeded
from voting.domain.vote import (
    annulments,
    counts,
    further_rounds,
    keys,
    paper_ballots,
    rolls,
    rules,
    same_people,
    taking_back,
    unfreezing,
    urn_files,
)
from voting.management.verification.checks import Look
from voting.management.verification.votes import counts as verify_counts
from voting.management.verification.votes import rules_and_definitions, urns
from voting.models import Candidate, Cycle, Round, Tally
from voting.recount.__main__ import recount_text
from voting.states import Act, CongressAct, RoundStatus, Stage

pytestmark = pytest.mark.django_db
NINE = tuple(range(1, 10))
ELEVEN = frozenset(range(1, 12))
#: Online and on paper: 10 and 11 share the last place, each with five votes of eight on the roll.
TIED = [sorted(ELEVEN - {missing}) for missing in (11, 11, 10, 10, 1, 2)]
ON_PAPER = [int(number in ELEVEN - {3}) for number in range(1, 13)]


def by(vote: Vote, *, two: bool = True) -> dict[str, Any]:
    return {"by": vote.clerk, "at": vote.later()} | ({"second": vote.presiding} if two else {})


def before_the_vote() -> Vote:
    """A preset that was taken by mistake, a project too many on the frozen slate, a roll without one delegate."""
    vote = make_vote(until="drafted", delegates=7, candidates=13)
    for name in ("yangpu", "gongshu-2018"):
        seats = 13 if name == "yangpu" else 10
        rules.draft_rules(cycle=vote.cycle, seats=seats, **rules.PRESETS[name], **by(vote, two=False))
    vote.run("adopted")
    taking_back.take_slate_back(cycle=vote.cycle, reason="第13件误列", **by(vote))
    drop_candidate(candidate=Candidate.objects.get(number=13), reason="误列", **by(vote, two=False))
    vote.cycle = Cycle.objects.get(pk=vote.cycle.pk)
    freeze_slate(cycle=vote.cycle, **by(vote, two=False))
    rolls.freeze_roll(cycle=vote.cycle, **by(vote, two=False))
    unfreezing.unfreeze_roll(round_=vote.round, reason="名册漏列一名代表", **by(vote))
    vote.delegates.append(DelegateFactory(congress=vote.cycle.congress))
    vote.cycle.refresh_from_db()
    vote.run("rolled")
    return vote


def slips_are_lost(vote: Vote) -> None:
    """All three slips are needed, which is warned of; two of them are lost once the vote is open."""
    asked: dict[str, Any] = {
        "round_": vote.round,
        "needed": 3,
        "holders": vote.holders[:3],
        **by(vote, two=False),
    }
    with pytest.raises(keys.NoSlipToSpare):
        keys.hold_ceremony(**asked)
    vote.run("keyed", "ready", "open", chosen=[TIED[0]] * 2)
    annulments.annul_round(
        round_=vote.round, decision="主席团第三次会议决定", reason="密钥条遗失两份，无法启封。", **by(vote)
    )
    vote.cycle.refresh_from_db()
    further_rounds.begin_round(cycle=vote.cycle, **by(vote, two=False))
    same_people.confirm_same_people(round_=vote.round, **by(vote, two=False))


def sheets_miscounted(vote: Vote) -> None:
    """The vote is closed before everybody has voted; three sheets are typed for the one that was handed out."""
    vote.run("keyed", "ready", "open", chosen=TIED)
    paper_ballots.hand_out(round_=vote.round, numbers=[vote.delegates[6].number], **by(vote, two=False))
    page = text_of(at_desk(vote.clerk).get("/en/admin/vote/2018/close/"))
    assert "ballots cast online: 6; paper ballots handed out: 1; 1 present delegate has not voted" in page
    vote.run("closed")
    assert "Annul the round" in text_of(at_desk(vote.clerk).get("/en/admin/vote/2018/close/"))
    sheets: dict[str, Any] = {"round_": vote.round, "returned": 3}
    with pytest.raises(paper_ballots.MoreReturned):
        paper_ballots.record_box(**sheets, **by(vote, two=False))
    paper_ballots.record_box(**sheets, more=True, **by(vote, two=False))
    with pytest.raises(SecondPersonNeeded):
        paper_ballots.correct_box(round_=vote.round, returned=1, reason="清点有误", **by(vote, two=False))
    paper_ballots.correct_box(round_=vote.round, returned=1, reason="清点有误，另两张为白纸", **by(vote))
    for reading, who in ((1, vote.clerk), (2, vote.scrutineer)):
        paper_ballots.read_batch(
            round_=vote.round, reading=reading, first=1, ballots=[ON_PAPER], by=who, at=vote.later()
        )


def power_fails(vote: Vote) -> None:
    """Whoever counts is cut off when all ballots are unsealed: nothing of it is kept, and the count is made again."""

    def cut(*_args: object, **_kwargs: object) -> None:
        raise ConnectionAbortedError

    counting: dict[str, Any] = {"round_": vote.round, "slips": vote.slips[:3], **by(vote, two=False)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(counts, "require_sealed", cut)
        with pytest.raises(ConnectionAbortedError):
            counts.count_round(**counting)
    assert vote.round.status == RoundStatus.CLOSED
    assert not Tally.objects.filter(round=vote.round).exists()
    vote.run("counted", "certified", "published")


def password_forgotten(vote: Vote) -> None:
    keeper = UserFactory(role=Role.KEEPER, congress=vote.cycle.congress)
    renew_password(user=vote.other_scrutineer, by=keeper, at=vote.later(), second=vote.chief)
    entry = vote.cycle.congress.journal.filter(act=CongressAct.PASSWORD_GIVEN).latest("sequence")
    assert entry.actor == keeper


def test_a_session_with_twelve_mistakes_reaches_its_notice_and_the_papers_tell_them():
    vote = before_the_vote()
    slips_are_lost(vote)
    sheets_miscounted(vote)
    password_forgotten(vote)
    power_fails(vote)
    assert notice_of(vote, 2)["status"] == "tie"
    for _again in range(2):
        vote.further()
        vote.finish(chosen=[(10,)] * 4 + [(11,)] * 4)
        assert notice_of(vote, vote.round.number)["status"] == "shortfall"
    further_rounds.end_rounds(
        cycle=vote.cycle, seats=ShortfallRule.STAY_EMPTY, decision="主席团第四次会议决定", reason="两次均未过半数",
        **by(vote),
    )  # fmt: skip
    vote.cycle.refresh_from_db()
    assert vote.cycle.stage == Stage.PUBLICATION
    notice_and_minutes(vote)
    journal(vote)
    for check in (rules_and_definitions, urns, verify_counts):
        assert not list(check(Look())), check.__name__
    assert not recount_text(urn_files.public_file(vote.round)).to_dict()["disagreements"]


def notice_and_minutes(vote: Vote) -> None:
    body = notice_of(vote, 4)
    assert (body["chosen_in_all"], len(body["slate"])) == (list(NINE), 12)
    annulled = "Round 1 was annulled by decision of the presidium: 主席团第三次会议决定. Its urn with 2 ballots stays"
    ended = "By decision of the presidium (主席团第四次会议决定) no further round is held."
    for page in ("notice", "minutes", "result"):
        words = (
            text_of(Client().get(f"/en/2018/{page}/"))
            .replace(" .", ".")
            .replace(" )", ")")
            .replace("( ", "(")
        )
        assert annulled in words, page
        assert "Reason: 密钥条遗失两份，无法启封." in words, page
        assert f"{ended} The places that are left stay empty. Reason: 两次均未过半数." in words, page
        assert "其余项目也将纳入政府年度任务" not in words, "three are left, and two were planned"
    in_chinese = text_of(Client().get("/2018/notice/"))
    assert "不再进行再次投票。缺额不再补选。理由：两次均未过半数。" in in_chinese
    public, own = (text_of(who.get(at)) for who, at in (
        (Client(), "/en/2018/minutes/"), (at_desk(vote.clerk), "/en/admin/vote/2018/minutes/"),
    ))  # fmt: skip
    told = (
        "The list of candidate projects was taken back, to be mended and confirmed anew.",
        "Round 1, annulled",
        "The roll was unfrozen, before any slip was out, to be frozen anew.",
        "The round was annulled by decision of the presidium",
        "Round 2: 10 of 12",
        "because the round before it was annulled",
        "The box was opened: 3 paper ballots.",
        "The sheets in the box were counted again, before any was read: 1 paper ballots.",
        "Round 3: 1 of 2",
        "Round 4: 1 of 2",
    )
    places = [public.find(sentence) for sentence in told]
    assert -1 not in places, told[places.index(-1)]
    assert places == sorted(places), "in the order in which it happened"
    for reason in ("第13件误列", "名册漏列一名代表", "清点有误，另两张为白纸"):
        assert reason in own, reason
        assert reason not in public, "why is for the staff"


def journal(vote: Vote) -> None:
    assert first_break(vote.cycle) is None
    acts = list(vote.cycle.journal.order_by("sequence").values_list("act", flat=True))
    in_order = [
        Act.RULES_DRAFTED, Act.SLATE_UNFROZEN, Act.CANDIDATE_DROPPED, Act.SLATE_FROZEN, Act.ROLL_UNFROZEN,
        Act.ROLL_FROZEN, Act.ROUND_ANNULLED, Act.ROUND_BEGUN, Act.PRESENCE_CONFIRMED, Act.PAPER_HANDED_OUT,
        Act.ROUND_CLOSED, Act.PAPER_RETURNED, Act.PAPER_CORRECTED, Act.ROUND_COUNTED, Act.ROUNDS_ENDED,
    ]  # fmt: skip
    rest = iter(acts)
    assert all(act in rest for act in in_order), "every mistake and its mending, one after the other"
    assert acts.count(Act.ROUND_COUNTED) == 3, "the count that was cut off left nothing"
    page = text_of(at_desk(vote.clerk).get("/admin/vote/2018/journal/?act=round_annulled"))
    assert "当时所处阶段 正在投票" in page
    assert "密钥条遗失两份" in page
    assert Round.objects.filter(cycle=vote.cycle).count() == 4
