"""The screening at volume: filters, ticks, the next one, taking a decision back, 建议汇总表.

Guards ``voting.read_models.before.queue``, ``voting.admin.before.together`` and ``voting.admin.before.solicitation``.
"""

from __future__ import annotations

import io
from datetime import timedelta

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.autumn import FIELDS, Autumn, make_autumn
from tests.pages import text_of
from voting.domain.before import proposals, screening
from voting.models import Decision, JournalEntry, Proposal
from voting.states import Act, Outcome

pytestmark = pytest.mark.django_db

QUEUE = "/admin/vote/2019/screening/"
PAGE = "/admin/vote/2019/proposals/{}/"
TOGETHER = "/admin/vote/2019/proposals/together/"
SUMMARY = "/admin/vote/2019/proposals/summary.xlsx"
DECISION = {"do": "decide", "outcome": "reserve", "public_reason": "列入储备库。"}


@pytest.fixture
def autumn() -> Autumn:
    return make_autumn(until="proposals")


@pytest.fixture
def clerk(autumn: Autumn) -> Client:
    client = Client()
    client.force_login(autumn.clerk)
    return client


def numbers(client: Client, query: str = "") -> list[int]:
    return [each.number for each in client.get(f"{QUEUE}?{query}").context["rows"]]


def outcomes() -> dict[int, str]:
    return dict(Proposal.objects.values_list("number", "outcome"))


def test_the_filters_of_the_queue(autumn, clerk):
    today = timezone.localdate()
    screening.ask_opinion(
        proposal=autumn.proposals[1], unit=autumn.unit, due=timezone.localdate(autumn.at), **autumn.acting
    )
    screening.ask_opinion(
        proposal=autumn.proposals[2], unit=autumn.unit, due=today + timedelta(days=9), **autumn.acting
    )
    proposals.hide(cycle=autumn.cycle, number=4, reason="含个人信息", **autumn.acting)
    autumn.decide(autumn.proposals[0], Outcome.RESERVE)
    assert numbers(clerk) == list(range(1, 11))
    assert numbers(clerk, "source=delegate") == [7, 8]
    assert numbers(clerk, f"field={FIELDS[2]}") == [2, 5]
    assert numbers(clerk, f"unit={autumn.unit.pk}") == [2, 3, 9, 10], "asked, or proposing"
    assert numbers(clerk, "overdue=on") == [2]
    assert numbers(clerk, "standing=hidden") == [4]
    assert numbers(clerk, "outcome=open") == list(range(2, 11))
    assert numbers(clerk, "outcome=reserve") == [1]
    assert numbers(clerk, "q=停车场") == [7]
    assert numbers(clerk, "source=delegate&q=停车场&outcome=reserve") == []
    assert numbers(clerk, "source=nobody&unit=x&page=-1") == list(range(1, 11)), (
        "what makes no sense is left out"
    )


def test_after_a_decision_comes_the_next_that_waits_and_the_filter_stays(clerk):
    query = "source=resident&outcome=open"
    answer = clerk.post(f"{PAGE.format(2)}?{query}", DECISION)
    assert answer["Location"] == f"{PAGE.format(3)}?source=resident&outcome=open"
    for number in (3, 4, 5):
        answer = clerk.post(f"{PAGE.format(number)}?{query}", DECISION)
    assert answer["Location"].startswith(PAGE.format(6))
    answer = clerk.post(f"{PAGE.format(6)}?{query}", DECISION)
    assert answer["Location"].startswith(PAGE.format(1)), "from the top after the last one"
    answer = clerk.post(f"{PAGE.format(1)}?{query}", DECISION)
    assert answer["Location"] == f"{QUEUE}?{query}", "none waits any more"


def test_the_decision_stands_before_the_other_forms_of_a_proposal(clerk):
    page = clerk.get(PAGE.format(1)).content.decode()
    assert page.index('value="decide"') < min(page.index(f'value="{verb}"') for verb in ("hide", "opinion"))


def test_the_second_of_two_contradictory_decisions_is_told_of_the_first(autumn, clerk):
    shown = clerk.get(PAGE.format(1)).context["forms"]["decide"]["knowing"].value()
    autumn.decide(autumn.proposals[0], Outcome.DECLINED)
    sent = {**DECISION, "knowing": shown, "note": "内部的话"}
    refused = clerk.post(PAGE.format(1), sent)
    page = text_of(refused)
    assert refused.status_code == 409
    assert "不予采纳" in page
    assert str(autumn.clerk) in page
    assert "列入储备库。" in page
    assert outcomes()[1] == Outcome.DECLINED
    assert Decision.objects.count() == 1
    again = refused.context["forms"]["decide"]["knowing"].value()
    assert clerk.post(PAGE.format(1), {**sent, "knowing": again}).status_code == 302
    assert outcomes()[1] == Outcome.RESERVE, "whoever was told may decide otherwise"


def test_a_decision_is_taken_back_until_the_slate_is_frozen(autumn, clerk):
    autumn.decide(autumn.proposals[0], Outcome.DECLINED)
    assert "不予采纳" in text_of(Client().get("/2019/proposals/1/"))
    assert clerk.post(PAGE.format(1), {"do": "undo_decision"}).status_code == 302
    assert outcomes()[1] == Outcome.OPEN
    public = [Client().get("/2019/proposals/1/"), Client().post("/track/", {"code": autumn.codes[0]})]
    assert all("不予采纳" not in text_of(page) for page in public), "nobody reads it any more"
    assert "不予采纳" in text_of(clerk.get(PAGE.format(1))), "it stays in the record"
    entry = JournalEntry.objects.order_by("sequence").last()
    assert (entry.act, entry.data) == (Act.DECISION_UNDONE, {"number": 1, "outcome": "declined"})
    assert clerk.post(PAGE.format(1), {"do": "undo_decision"}).status_code == 409


def test_a_decision_of_a_frozen_slate_stays():
    autumn = make_autumn(until="slate")
    with pytest.raises(screening.StepNotAllowed):
        screening.undo_decision(proposal=autumn.proposals[4], **autumn.acting)


def test_what_is_part_of_a_candidate_project_is_not_taken_back():
    autumn = make_autumn(until="screening")
    autumn.draft("公厕项目", 1, 3)
    with pytest.raises(screening.DecidedBefore):
        screening.undo_decision(proposal=autumn.proposals[0], **autumn.acting)


def test_the_titles_come_before_anything_is_done_together(clerk):
    page = text_of(clerk.get(TOGETHER, {"numbers": ["2", "3", "77"]}))
    assert "第2处公厕" in page
    assert "第3处公厕" in page
    assert "77" in page, "what is not there is named"
    assert outcomes() == dict.fromkeys(range(1, 11), "")


def test_several_are_decided_together_in_one_entry(clerk):
    answer = clerk.post(f"{TOGETHER}?source=resident&numbers=2&numbers=3", {**DECISION, "numbers": "2 3"})
    assert answer["Location"] == f"{QUEUE}?source=resident"
    assert [outcomes()[number] for number in (1, 2, 3)] == ["", "reserve", "reserve"]
    entry = JournalEntry.objects.order_by("sequence").last()
    assert (entry.act, entry.data) == (Act.PROPOSAL_DECIDED, {"numbers": [2, 3], "outcome": "reserve"})


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"numbers": "1 2 4"}, "1"),
        ({"numbers": "2 99"}, "99"),
        ({"numbers": "2 3", "outcome": "ordinary"}, "请选择转交的单位"),
        ({"numbers": "2 3", "public_reason": ""}, "必填"),
    ],
)
def test_all_are_decided_together_or_none(autumn, clerk, sent, sentence):
    autumn.decide(autumn.proposals[0], Outcome.DECLINED)
    before = outcomes()
    refused = clerk.post(TOGETHER, DECISION | sent)
    assert refused.status_code in {409, 422}
    assert sentence in text_of(refused)
    assert outcomes() == before


def test_a_merger_goes_into_the_one_that_was_chosen(clerk):
    page = clerk.get(TOGETHER, {"numbers": ["2", "3", "4"], "into": "3"})
    assert page.context["forms"]["merge"]["into"].value() == 3
    answer = clerk.post(TOGETHER, {"do": "merge", "numbers": "2 3 4", "into": "3"})
    assert answer.status_code == 302
    merged = Proposal.objects.filter(merged_into__number=3).values_list("number", flat=True)
    assert list(merged) == [2, 4]
    for wrong in (
        {"numbers": "2 5", "into": "5"},
        {"numbers": "5", "into": "5"},
        {"numbers": "5 6", "into": "x"},
    ):
        assert clerk.post(TOGETHER, {"do": "merge", **wrong}).status_code in {409, 422}


def test_the_summary_says_what_an_office_expects_and_keeps_residents_to_itself(autumn, clerk):
    autumn.propose("建公园", contact_name="李四", contact="13800000000", cost="10万元")
    screening.ask_opinion(
        proposal=autumn.proposals[0], unit=autumn.unit, due=timezone.localdate(autumn.at), **autumn.acting
    )
    screening.merge(cycle=autumn.cycle, into=1, numbers=[2], **autumn.acting)
    autumn.decide(autumn.proposals[0], Outcome.ORDINARY, unit=autumn.unit, note="只给内部看的话")
    autumn.decide(autumn.proposals[2], Outcome.DECLINED)
    screening.undo_decision(proposal=autumn.proposals[2], **autumn.acting)
    sheet = openpyxl.load_workbook(io.BytesIO(clerk.get(SUMMARY).content)).active
    head, *rows = [[str(cell or "") for cell in row] for row in sheet.iter_rows(values_only=True)]
    assert len(rows) == 11
    said = "\n".join(" ".join(row) for row in rows)
    assert "区城管局" in rows[0][head.index("转交单位")]
    assert "已采纳，谢谢。" in rows[0][head.index("给提议人的答复")]
    assert "2. 第2处公厕" in rows[0][head.index("一并办理的建议")]
    assert "1. 第1处公厕" in rows[1][head.index("并入")]
    assert rows[2][head.index("给提议人的答复")] == "", "a decision that was taken back is none"
    assert autumn.delegate.name in rows[6][head.index("提议人")]
    assert "区城管局" in rows[8][head.index("提议人")]
    for secret in ("李四", "13800000000", "只给内部看的话"):
        assert secret not in said
    some = openpyxl.load_workbook(io.BytesIO(clerk.get(f"{SUMMARY}?source=delegate").content)).active
    assert some.max_row == 3, "as the queue is filtered"


def test_the_summary_is_for_whoever_screens(autumn):
    client = Client()
    client.force_login(autumn.officer)
    assert client.get(SUMMARY).status_code == 403


def test_no_page_of_the_screening_costs_more_with_more_proposals(autumn, clerk):
    def costs() -> list[int]:
        asked = []
        for url in (QUEUE, PAGE.format(1), f"{TOGETHER}?numbers=1&numbers=2&numbers=3", SUMMARY):
            with CaptureQueriesContext(
                connection,
            ) as caught:
                assert clerk.get(url).status_code == 200
            asked.append(len(caught))
        return asked

    clerk.get(QUEUE)
    few = costs()
    for number in range(20):
        proposal = autumn.propose(f"第{number}座桥", by=autumn.delegate.user)
        screening.ask_opinion(
            proposal=proposal, unit=autumn.unit, due=timezone.localdate(autumn.at), **autumn.acting
        )
        if number % 2:
            autumn.decide(proposal, Outcome.RESERVE)
        elif number > 2:
            screening.merge(cycle=autumn.cycle, into=1, numbers=[proposal.number], **autumn.acting)
    more = costs()
    assert more == few
