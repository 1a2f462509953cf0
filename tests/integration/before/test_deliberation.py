"""审议: delegates ask in their delegation's name, units answer, the presidium confirms; the delegate's own page.

Guards ``voting.domain.before.deliberation`` and ``voting.domain.before.reading_slips``.
"""

from __future__ import annotations

import re

import pytest
from django.test import Client

from accounts.congresses import are_several
from tests.autumn import Autumn, make_autumn
from tests.factories import NOW, DelegateFactory, UserFactory, make_vote
from tests.pages import text_of as said
from voting.domain.before import deliberation, reading_slips
from voting.domain.core import cycles
from voting.domain.core.refusals import ConditionsUnmet
from voting.domain.vote import rolls, rules
from voting.models import JournalEntry, Question
from voting.states import Act

pytestmark = pytest.mark.django_db

PAGE = "/2019/deliberation/"


@pytest.fixture
def autumn() -> Autumn:
    return make_autumn(until="report")


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def asked(autumn: Autumn, unit=None, text: str = "为什么是十座？") -> Question:
    return deliberation.ask(
        cycle=autumn.cycle, candidate=autumn.cycle.candidates.get(number=1), text=text, wants_answer=True,
        unit=unit, by=autumn.delegate.user, at=autumn.at,
    )  # fmt: skip


def test_a_delegate_asks_a_unit_answers_and_everybody_reads_it(autumn):
    delegate = signed_in(autumn.delegate.user)
    candidate = autumn.cycle.candidates.get(number=1)
    form = {
        "do": "ask",
        "candidate": candidate.pk,
        "text": "为什么是十座？",
        "unit": autumn.unit.pk,
        "wants_answer": "on",
    }
    assert delegate.post(PAGE, form).status_code == 302
    question = Question.objects.get()
    assert (question.delegation, question.unit) == (autumn.delegate.delegation, autumn.unit)
    assert "等待区城管局答复" in said(Client().get(PAGE))
    officer = signed_in(autumn.officer)
    assert officer.get(PAGE).content.decode().count('name="question"') == 1
    assert (
        officer.post(
            PAGE, {"do": "answer", "question": question.pk, "text": "按步行五百米测算。"}
        ).status_code
        == 302
    )
    public = said(Client().get(PAGE))
    assert "按步行五百米测算。" in public
    assert "代表团的提问和意见 1 条" in said(Client().get("/2019/projects/1/"))
    assert str(autumn.delegate.name) not in public, "a delegation asks, not a person"


@pytest.mark.parametrize("who", ["nobody", "clerk", "stranger", "other unit"])
def test_nobody_else_asks_or_answers_and_the_text_is_kept(autumn, who):
    question = asked(autumn, autumn.unit)
    user = {
        "nobody": None, "clerk": autumn.clerk, "other unit": autumn.other_officer,
        "stranger": DelegateFactory(kind="rehearsal").user,
    }[who]  # fmt: skip
    client = signed_in(user) if user else Client()
    answer = client.post(PAGE, {"do": "ask", "text": "我要问一句"})
    assert answer.status_code == 403
    assert "我要问一句" in said(answer)
    answer = client.post(PAGE, {"do": "answer", "question": question.pk, "text": "我来答"})
    assert answer.status_code == (409 if who == "other unit" else 403)
    assert "我来答" in said(answer)
    question.refresh_from_db()
    assert (Question.objects.count(), question.answer) == (1, "")


def test_a_question_without_words_and_one_that_is_too_long(autumn):
    client = signed_in(autumn.delegate.user)
    assert "请写明问题或意见" in said(client.post(PAGE, {"do": "ask", "text": " "}))
    assert client.post(PAGE, {"do": "ask", "text": "字" * 3001}).status_code == 422
    assert not Question.objects.exists()


def test_an_answer_is_given_once_and_the_clerk_answers_for_any_unit(autumn):
    question = asked(autumn)
    clerk = signed_in(autumn.clerk)
    data = {"do": "answer", "question": question.pk, "text": "主席团说明。"}
    assert clerk.post("/admin/vote/2019/confirm/", data).status_code == 302
    assert clerk.post("/admin/vote/2019/confirm/", data).status_code == 409
    assert "主席团说明。" in said(Client().get(PAGE))


def test_the_officer_who_answers_an_open_question_answers_in_the_units_name(autumn):
    question = asked(autumn)
    deliberation.answer(question=question, text="我局答复。", by=autumn.officer, at=autumn.at)
    question.refresh_from_db()
    assert question.unit == autumn.unit


def test_before_and_after_nobody_asks():
    autumn = make_autumn(until="slate")
    client = signed_in(autumn.delegate.user)
    assert client.post(PAGE, {"do": "ask", "text": "问"}).status_code == 409
    autumn.run("report", "confirmed")
    assert client.post(PAGE, {"do": "ask", "text": "问"}).status_code == 409
    assert "主席团已于" in said(client.get(PAGE))


def test_the_presidium_confirms_and_then_the_vote_is_prepared(autumn):
    presiding = signed_in(autumn.presiding)
    assert presiding.post("/admin/vote/2019/confirm/", {"do": "confirm"}).status_code == 422, (
        "the box must be ticked"
    )
    assert presiding.post("/admin/vote/2019/confirm/", {"do": "confirm", "confirm": "on"}).status_code == 302
    autumn.cycle.refresh_from_db()
    assert autumn.cycle.list_confirmed_at
    assert JournalEntry.objects.filter(act=Act.LIST_CONFIRMED).count() == 1


def test_the_roll_is_not_frozen_before_the_list_is_confirmed(autumn):
    rules.draft_rules(cycle=autumn.cycle, by=autumn.clerk, at=NOW, seats=3)
    rules.adopt_rules(cycle=autumn.cycle, by=autumn.clerk, at=NOW)
    with pytest.raises(ConditionsUnmet) as refusal:
        rolls.freeze_roll(cycle=autumn.cycle, by=autumn.clerk, at=NOW)
    assert "正式名单" in str(refusal.value)


# ------------------------------------------------------------------------------------------- the delegate's own page


def test_the_own_page_shows_what_there_is_to_do():
    autumn = make_autumn(until="call")
    client = signed_in(autumn.delegate.user)
    with autumn.now():
        autumn.propose("我的建议", by=autumn.delegate.user)
        page = said(client.get("/delegate/"))
    assert "我要提建议" in page
    assert "我的建议" in page
    autumn.run("proposals", "screening", "slate", "report")
    page = said(client.get("/delegate/"))
    assert "查看报告" in page
    assert "提问或发表意见" in page


def test_the_own_page_is_for_delegates():
    autumn = make_autumn(until="call")
    assert Client().get("/delegate/")["Location"].startswith("/enter/")
    assert signed_in(autumn.clerk).get("/delegate/").status_code == 403
    assert signed_in(UserFactory(role="delegate")).get("/delegate/").status_code == 403, "nobody's delegate"


@pytest.mark.parametrize("years", [1, 4])
def test_queries_of_the_own_page_do_not_grow(years, django_assert_num_queries):
    autumn = make_autumn(until="report")
    for number in range(1, years):
        make_autumn_again(autumn, number)
    client = signed_in(autumn.delegate.user)
    client.get("/delegate/")
    with django_assert_num_queries(10):
        client.get("/delegate/")


def make_autumn_again(autumn: Autumn, number: int) -> None:
    given = {"year": 2019 + number, "seats": 3, "congress": autumn.cycle.congress}
    cycles.create_cycle(slug=f"next-{number}", by=autumn.clerk, at=NOW, **given)


@pytest.mark.parametrize("number", [1, 20])
def test_queries_of_the_questions_do_not_grow(number, django_assert_num_queries):
    autumn = make_autumn(until="report")
    for place in range(number):
        asked(autumn, autumn.unit, f"问题{place}")
    are_several()  # which a process asks once in half a minute
    with django_assert_num_queries(4):
        Client().get(PAGE)


# ------------------------------------------------------------------------------------------------- slips for reading


def test_slips_for_reading_let_delegates_sign_in_before_there_is_a_roll():
    autumn = make_autumn(until="report")
    client = signed_in(autumn.clerk)
    answer = client.post("/admin/vote/2019/reading-slips/", {"confirm": "on"})
    code = re.search(r"(?:\d{4} ){4}\d{4}", said(answer))[0]
    phone = Client()
    answer = phone.post("/enter/", {"number": autumn.delegate.number, "code": code}, follow=True)
    assert answer.redirect_chain[-1][0] == "/delegate/"
    assert "您还没有打开" in said(answer)
    kept = " ".join(str(entry.data) for entry in JournalEntry.objects.all())
    assert code not in kept
    assert code.replace(" ", "") not in kept


def test_no_slips_for_reading_while_a_vote_is_held():
    autumn = make_autumn(until="report")
    make_vote(until="rolled", delegates=3)
    with pytest.raises(deliberation.StepNotAllowed):
        reading_slips.issue_reading_slips(cycle=autumn.cycle, **autumn.acting)
