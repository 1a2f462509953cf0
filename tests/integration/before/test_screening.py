"""筛选: likeness, merging, opinions of units, decisions; the clerk's and the unit's pages.

Guards ``voting.domain.before.screening``.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from tests.autumn import Autumn, make_autumn
from tests.pages import text_of as said
from voting.domain.before import proposals, screening
from voting.models import Decision, JournalEntry, Opinion, Proposal
from voting.states import Act, Criterion, Outcome

pytestmark = pytest.mark.django_db

PAGE = "/admin/vote/2019/proposals/{}/"
TOGETHER = "/admin/vote/2019/proposals/together/"


@pytest.fixture
def autumn() -> Autumn:
    return make_autumn(until="proposals")


def clerk(autumn: Autumn) -> Client:
    client = Client()
    client.force_login(autumn.clerk)
    return client


def outcomes() -> dict[int, str]:
    return dict(Proposal.objects.values_list("number", "outcome"))


# ------------------------------------------------------------------------------------------------ likeness, merging


def test_what_says_the_same_is_found_and_a_person_decides(autumn):
    proposal = autumn.propose("沿河建公共厕所", content="沿河绿道没有公共厕所，请建一座。")
    autumn.propose("沿河建一座公共厕所", content="沿河绿道请建公共厕所。")
    autumn.propose("加装电梯", content="六层老楼没有电梯。")
    found = [other.title for other, _part in screening.similar(proposal)]
    assert found[0] == "沿河建一座公共厕所"
    assert "加装电梯" not in found
    assert set(outcomes().values()) == {Outcome.OPEN}, "nothing is merged by itself"


def test_every_thread_of_what_is_merged_leads_to_the_answer(autumn):
    """3 into 2, then 2 into 1: the proposers of all three read the answer of 1."""
    screening.merge(cycle=autumn.cycle, into=2, numbers=[3], **autumn.acting)
    screening.merge(cycle=autumn.cycle, into=1, numbers=[2], **autumn.acting)
    autumn.decide(Proposal.objects.get(number=1), Outcome.DECLINED)
    for code in autumn.codes[:3]:
        told = said(Client().post("/track/", {"code": code}))
        assert "不予采纳" in told
        assert "已采纳，谢谢。" in told
    assert list(Proposal.objects.filter(merged_into__number=1).values_list("number", flat=True)) == [2, 3]


def test_a_merged_proposal_can_be_taken_out_again(autumn):
    screening.merge(cycle=autumn.cycle, into=1, numbers=[2], **autumn.acting)
    screening.take_out(cycle=autumn.cycle, number=2, **autumn.acting)
    assert outcomes()[2] == Outcome.OPEN
    with pytest.raises(screening.CannotMerge):
        screening.take_out(cycle=autumn.cycle, number=2, **autumn.acting)


@pytest.mark.parametrize(("into", "numbers"), [(1, [1]), (1, [99]), (99, [1]), (2, [1]), (1, [4]), (1, [])])
def test_what_cannot_be_merged(autumn, into, numbers):
    screening.merge(cycle=autumn.cycle, into=1, numbers=[2], **autumn.acting)
    autumn.decide(Proposal.objects.get(number=4), Outcome.RESERVE)
    before = outcomes()
    with pytest.raises(screening.CannotMerge):
        screening.merge(cycle=autumn.cycle, into=into, numbers=numbers, **autumn.acting)
    assert outcomes() == before


# ------------------------------------------------------------------------------------------------------- decisions


def test_a_decision_is_added_and_the_earlier_one_stays(autumn):
    proposal = Proposal.objects.get(number=1)
    autumn.decide(proposal, Outcome.RESERVE, note="内部")
    autumn.decide(proposal, Outcome.DECLINED)
    assert list(Decision.objects.values_list("outcome", flat=True)) == [Outcome.RESERVE, Outcome.DECLINED]
    assert outcomes()[1] == Outcome.DECLINED
    decision = Decision.objects.first()
    assert decision.checklist == dict.fromkeys(Criterion.values, True)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE voting_decision SET public_reason = '别的'")


def test_the_internal_note_is_never_public(autumn):
    autumn.decide(Proposal.objects.get(number=1), Outcome.DECLINED, note="只给内部看的话")
    pages = [Client().get("/2019/proposals/1/"), Client().post("/track/", {"code": autumn.codes[0]})]
    assert all("只给内部看的话" not in said(page) for page in pages)
    assert "只给内部看的话" in said(clerk(autumn).get(PAGE.format(1)))


def test_ordinary_business_names_the_unit(autumn):
    autumn.decide(Proposal.objects.get(number=1), Outcome.ORDINARY, unit=autumn.unit)
    assert "区城管局" in said(Client().get("/2019/proposals/1/"))


def test_the_proposals_of_a_candidate_stay_adopted():
    autumn = make_autumn(until="screening")
    autumn.draft("公厕项目", 1, 3)
    with pytest.raises(screening.DecidedBefore):
        autumn.decide(autumn.proposals[0], Outcome.DECLINED)


def test_after_the_slate_is_frozen_nothing_is_screened():
    autumn = make_autumn(until="slate")
    with pytest.raises(screening.StepNotAllowed):
        autumn.decide(Proposal.objects.get(number=5), Outcome.DECLINED)


# -------------------------------------------------------------------------------------------------------- opinions


def ask(autumn: Autumn, days: int = 3) -> Opinion:
    due = timezone.localdate(autumn.at) + timedelta(days=days)
    return screening.ask_opinion(
        proposal=Proposal.objects.get(number=1), unit=autumn.unit, due=due, **autumn.acting
    )


def test_a_unit_is_asked_once_and_answers_once_also_late(autumn):
    opinion = ask(autumn, days=0)
    with pytest.raises(screening.StepNotAllowed):
        ask(autumn)
    given = {"opinion": opinion, "feasible": "partly", "text": "可以做一半", "by": autumn.officer}
    screening.give_opinion(**given, at=autumn.at + timedelta(days=30))
    with pytest.raises(screening.StepNotAllowed):
        screening.give_opinion(**given, at=autumn.at)


def test_the_officer_sees_and_answers_what_the_own_unit_is_asked(autumn):
    opinion = ask(autumn)
    officer, other = Client(), Client()
    officer.force_login(autumn.officer)
    other.force_login(autumn.other_officer)
    page = "/admin/vote/2019/unit/"
    assert "第1处公厕" in said(officer.get(page))
    assert "第1处公厕" not in said(other.get(page))
    answer = {"opinion": opinion.pk, "feasible": "no", "text": "没有条件"}
    assert other.post(page, answer).status_code == 409
    assert officer.post(page, answer | {"text": ""}).status_code == 422
    assert officer.post(page, answer).status_code == 302
    opinion.refresh_from_db()
    assert (opinion.text, opinion.answered_by) == ("没有条件", autumn.officer)
    assert officer.post(page, answer).status_code == 409
    assert officer.post(page, answer | {"opinion": "999"}).status_code == 404
    assert "没有条件" in said(clerk(autumn).get(PAGE.format(1)))


# ----------------------------------------------------------------------------------------------- the clerk's page


def test_the_clerk_screens_one_proposal_on_its_page(autumn):
    client = clerk(autumn)
    due = (timezone.localdate() + timedelta(days=3)).isoformat()
    posts = [
        {"do": "hide", "reason": "含个人信息"},
        {"do": "show"},
        {"do": "merge", "numbers": "1 2 3", "into": "1"},
        {"do": "opinion", "unit": autumn.unit.pk, "due": due},
        {"do": "decide", "outcome": "adopted", "checklist": ["common", "public"], "public_reason": "采纳"},
    ]
    for data in posts:
        url = TOGETHER if data["do"] == "merge" else PAGE.format(1)
        assert client.post(url, data).status_code == 302, data
    assert client.post(PAGE.format(3), {"do": "take_out"}).status_code == 302
    assert outcomes() | {} == dict.fromkeys(range(4, 11), "") | {1: "adopted", 2: "merged", 3: ""}
    checklist = Decision.objects.get().checklist
    assert checklist == {name: name in {"common", "public"} for name in Criterion.values}
    acts = list(JournalEntry.objects.order_by("sequence").values_list("act", flat=True))[-6:]
    assert acts == [
        Act.PROPOSAL_HIDDEN, Act.PROPOSAL_SHOWN, Act.PROPOSAL_MERGED, Act.OPINION_ASKED, Act.PROPOSAL_DECIDED,
        Act.PROPOSAL_SPLIT,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"do": "decide", "outcome": "ordinary", "public_reason": "转办"}, "请选择转交的单位"),
        ({"do": "decide", "outcome": "adopted", "public_reason": ""}, "必填"),
        ({"do": "opinion", "due": "2018-01-01"}, "必填"),
        ({"do": "hide", "reason": ""}, "必填"),
    ],
)
def test_a_mistake_has_its_sentence_and_changes_nothing(autumn, data, sentence):
    before = outcomes()
    answer = clerk(autumn).post(PAGE.format(1), data)
    assert answer.status_code in {409, 422}
    assert sentence in said(answer)
    assert outcomes() == before


def test_several_are_shown_at_once(autumn):
    for number in (1, 2):
        proposals.hide(cycle=autumn.cycle, number=number, reason="等一等", **autumn.acting)
    answer = clerk(autumn).post(TOGETHER, {"do": "show", "numbers": "1 2 3"}, follow=True)
    assert "已公开：2 条" in said(answer)


def test_the_queue_can_be_searched_and_filtered(autumn):
    page = "/admin/vote/2019/screening/"
    client = clerk(autumn)
    assert "修便道" in said(client.get(page + "?q=便道"))
    assert "建停车场" not in said(client.get(page + "?q=便道"))
    autumn.decide(Proposal.objects.get(number=8), Outcome.RESERVE)
    assert "修便道" not in said(client.get(page + "?outcome=open"))
    assert "修便道" in said(client.get(page + "?outcome=reserve"))
    for odd in ("?standing=x", "?page=zz", "?outcome=zz"):
        assert client.get(page + odd).status_code == 200


def test_there_is_no_such_proposal(autumn):
    assert clerk(autumn).get(PAGE.format(999)).status_code == 404
