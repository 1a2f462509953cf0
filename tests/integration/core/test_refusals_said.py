"""A refusal is always said: on every page with verbs and every form of the public, with what was typed still there.

Guards ``voting.admin.core.verbs``, ``voting.forms.core.verbs`` and ``voting.forms.core.honeypot``.
"""

from __future__ import annotations

import html
import inspect
import re
from datetime import timedelta
from typing import Any

import pytest
from django import forms
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from accounts.letters import delegation_of_letters
from accounts.models import Congress
from tests.autumn import clock, make_autumn
from tests.integration.after.test_surveys import opened_now
from tests.integration.core.test_verbs import WORLDS, pages
from tests.security.test_crawl import database
from tests.spring import make_spring
from voting.domain.after import surveys
from voting.forms.core.plain import PlainForm
from voting.forms.core.resubmit import words_to_resubmit
from voting.forms.core.steps import Unechoed
from voting.models import Call, Proposal

pytestmark = pytest.mark.django_db

SENTENCE = "这一步没有办成，理由在此。"
ALERT = re.compile(r'<div[^>]*role="alert"[^>]*>(.*?)</div>', re.DOTALL)
TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
#: Where the public sends a form.
PUBLIC = {
    "voting:propose", "voting:track", "voting:receipt", "voting:deliberation", "voting:supervise", "voting:remark",
    "voting:survey", "accounts:enter", "accounts:enter_by_letter", "voting:second", "voting:correct",
}  # fmt: skip
#: What refuses nothing: names for a script, and the look of the pages.
OF_A_SCRIPT = {"voting:alike", "voting:look"}
#: The marks of a ballot have pages of their own for what is refused.
OF_A_BALLOT = {
    "voting:ballot",
    "voting:ballot-review",
    "voting:ballot-cast",
    "voting:ballot-sign-in",
    "voting:ballot-test",
    "voting:ballot-kept",
}


def body_of(answer: Any) -> str:
    page = b"".join(answer) if answer.streaming else answer.content
    return html.unescape(page.decode())


def title_of(body: str) -> str:
    return " ".join(TITLE.search(body)[1].split())  # type: ignore[index]


def alerts_of(body: str) -> str:
    return " ".join(" ".join(ALERT.findall(body)).split())


def typed_into(form: Any) -> dict[str, str]:
    """Return a text of its own for every field that a person types into."""
    return {
        field.html_name: f"写{place}了{field.name}"[:20]
        for place, field in enumerate(form)
        if isinstance(field.field.widget, forms.TextInput | forms.Textarea)
        and not isinstance(field.field.widget, Unechoed)
        and not field.is_hidden
    }


def refuse_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every form of the staff be refused with the same sentence, whatever was typed."""
    judged = PlainForm.full_clean

    def refused(form: Any) -> None:
        judged(form)
        if form.is_bound and not form.non_field_errors():
            form.add_error(None, SENTENCE)

    monkeypatch.setattr(PlainForm, "full_clean", refused)


#: What was refused in a world before needs no second look.
seen: set[tuple[Any, str]] = set()


@pytest.mark.parametrize("world", WORLDS)
def test_every_verb_that_is_refused_says_so_and_keeps_what_was_typed(
    world: str, monkeypatch: pytest.MonkeyPatch
):
    slug, people = WORLDS[world]()
    refuse_everything(monkeypatch)
    for user in people:
        client = Client()
        client.force_login(user)
        for address, page in pages().items():
            url = address.replace("<slug:slug>", slug)
            shown = client.get(url)
            for name, form in shown.context["forms"].items() if shown.status_code == 200 else ():
                if (page, name) in seen:
                    continue
                seen.add((page, name))
                typed = typed_into(form)
                with transaction.atomic():
                    answer = client.post(url, {"do": name, **typed} if name else typed)
                    transaction.set_rollback(True)
                if answer.status_code == 404:
                    continue
                body = body_of(answer)
                assert answer.status_code in {403, 422}, (url, name)
                assert alerts_of(body) or "invalid-feedback" in body, (url, name)
                assert SENTENCE in body, (url, name)
                if not page.refused_in_place:
                    assert title_of(body).startswith(SENTENCE), (url, name)
                    assert SENTENCE in alerts_of(body), (url, name)
                    # Of a verb that the page does not let this person use, only long texts are shown again.
                    kept = (
                        typed.values()
                        if answer.status_code == 422
                        else words_to_resubmit(answer.wsgi_request.POST)
                    )
                    assert [each for each in kept if each not in body] == [], (url, name)
                assert re.search(r'tabindex="-1" autofocus|<input[^>]* autofocus', body), (url, name)


def test_words_of_a_verb_that_is_no_more_are_shown_once_more():
    autumn = make_autumn(until="proposals")
    client = Client()
    client.force_login(autumn.clerk)
    call = {"do": "draft", "text": "新的公告正文", "criteria": "新的标准", "how": "如何参加"}
    times = {"opens_at": "2018-09-01T00:00", "closes_at": "2018-10-01T00:00"}
    answer = client.post("/admin/vote/2019/call/", call | times)
    body = body_of(answer)
    assert answer.status_code == 409
    assert title_of(body).partition("·")[0].strip() in alerts_of(body)
    assert all(words in body for words in ("新的公告正文", "新的标准", "如何参加"))


def test_every_long_text_of_a_form_is_among_the_words_that_are_kept():
    """Where the page does not know the verb any more, the words are found by the names of the fields."""

    def below(kind: type) -> list[type]:
        return [kind, *(leaf for each in kind.__subclasses__() for leaf in below(each))]

    names = {
        name
        for kind in below(PlainForm)
        for name, field in getattr(kind, "base_fields", {}).items()
        if isinstance(field.widget, forms.Textarea)
    }
    request = Client().post("/", {name: f"话{name}" for name in names}).wsgi_request
    assert set(words_to_resubmit(request.POST)) == {f"话{name}" for name in names}
    assert len(names) > 10


def test_a_call_that_closes_in_the_past_says_so_at_once():
    autumn = make_autumn()
    past = timezone.now() - timedelta(days=3)
    Call.objects.create(
        cycle=autumn.cycle, text="征集", criteria="普惠", opens_at=past, closes_at=past + timedelta(days=1)
    )
    client = Client()
    client.force_login(autumn.clerk)
    shown = client.get("/admin/vote/2019/call/")
    form = shown.context["forms"]["publish"]
    ticks = {name: "on" for name, field in form.fields.items() if isinstance(field, forms.BooleanField)}
    body = body_of(client.post("/admin/vote/2019/call/", {"do": "publish", **ticks}))
    assert "截止时间不能早于现在" in title_of(body)
    assert "截止时间不能早于现在" in alerts_of(body)
    assert Call.objects.get().published_at is None


# ----------------------------------------------------------------------------------------------------- the public


def source_of(view: Any) -> str:
    return inspect.getsource(view) if inspect.isfunction(view) else ""


def names_taking_a_form(resolver: URLResolver, space: str = "") -> set[str]:
    """Return the names of all addresses outside the admin whose view reads what was sent."""
    names: set[str] = set()
    for part in resolver.url_patterns:
        if isinstance(part, URLResolver):
            if part.namespace != "admin" and "api/" not in str(part.pattern):
                names |= names_taking_a_form(part, f"{part.namespace}:" if part.namespace else space)
        elif isinstance(part, URLPattern) and "request.POST" in source_of(inspect.unwrap(part.callback)):
            names.add(f"{space}{part.name}")
    return names


def test_every_form_of_the_public_is_looked_at_here():
    assert names_taking_a_form(get_resolver()) - OF_A_BALLOT - OF_A_SCRIPT == PUBLIC


@pytest.mark.parametrize("address", ["/2019/propose/", "/track/", "/receipt/", "/enter/", "/enter/letter/"])
def test_an_empty_form_of_the_public_is_answered_with_a_sentence(address: str):
    make_autumn(until="call")
    delegation_of_letters(Congress.objects.get())
    Call.objects.update(opens_at=timezone.now() - timedelta(days=1), closes_at=timezone.now() + timedelta(1))
    answer = Client().post(address, {})
    body = body_of(answer)
    assert answer.status_code in {400, 422}
    assert alerts_of(body) or "invalid-feedback" in body
    if not address.startswith("/enter/"):
        assert title_of(body).partition("·")[0].strip() in alerts_of(body)


def test_a_trap_that_was_filled_in_is_said_and_nothing_is_lost():
    make_autumn(until="call")
    Call.objects.update(opens_at=timezone.now() - timedelta(days=1), closes_at=timezone.now() + timedelta(1))
    client, rows = Client(), database()
    page = body_of(client.get("/2019/propose/"))
    ticket = re.search(r'name="ticket" value="([^"]+)"', page)[1]  # type: ignore[index]
    sent = {"title": "建一座公厕", "content": "沿河绿道没有公厕。", "ticket": ticket, "website": "http://x"}
    answer = client.post("/2019/propose/", sent)
    body = body_of(answer)
    assert answer.status_code == 422
    assert "未作" in alerts_of(body)
    assert title_of(body).partition("·")[0].strip() in alerts_of(body)
    assert "建一座公厕" in body
    assert "沿河绿道没有公厕。" in body
    assert 'value="http://x"' not in body, "sent once more, it is taken"
    assert database() == rows
    assert client.post("/2019/propose/", sent | {"website": ""}).status_code == 200
    assert Proposal.objects.get().title == "建一座公厕"


@pytest.mark.parametrize(
    ("address", "sent"),
    [
        ("/2019/proposals/1/second/", {}),
        ("/2019/proposals/1/second/", {"website": "x"}),
        ("/2019/proposals/11/second/", {}),
        ("/track/correct/", {"title": "", "content": ""}),
        ("/track/correct/", {"title": "建一座公厕", "content": "沿河。", "website": "x"}),
    ],
)
def test_what_becomes_of_a_proposal_is_refused_in_a_sentence(address: str, sent: dict[str, str]):
    autumn = make_autumn(until="proposals")
    autumn.propose(content="请打 13800000000")
    before = database()
    with autumn.now():
        answer = Client().post(address, {"code": autumn.codes[-1]} | sent)
    body = body_of(answer)
    assert answer.status_code in {409, 422}
    assert title_of(body).partition("·")[0].strip() in alerts_of(body)
    assert database() == before


def test_a_survey_whose_trap_was_filled_in_is_not_counted_and_says_so():
    spring = make_spring()
    survey = opened_now(spring)
    client = Client()
    before = database()
    sent = {"ticket": surveys.survey_ticket(survey), "grade-1": "satisfied", "website": "x"}
    with clock(survey.opens_at + timedelta(minutes=1)):
        body = body_of(client.post("/2018/survey/", sent))
    assert "未作" in alerts_of(body)
    assert title_of(body).partition("·")[0].strip() in alerts_of(body)
    assert re.search(r'value="satisfied"\s+checked', body), "what was marked is kept"
    assert database() == before
