"""大字版: a cookie of this browser, set by a form on every page, and back to the page that asked.

Guards ``voting.views.core.elder``.
"""

from __future__ import annotations

import re

import pytest
from django.test import Client

from accounts.roles import Kind
from tests.autumn import clock, make_autumn
from tests.cases_after import survey
from tests.factories import make_vote
from tests.integration.vote.test_ballot_pages import BALLOT, REVIEW, enter, fields, marked
from tests.spring import make_spring
from voting.models import Proposal, SurveyForm
from voting.views.core.elder import COOKIE, LARGE, STANDARD

pytestmark = pytest.mark.django_db
LOOK = "/look/"
LARGE_PAGE = 'class="elder"'


def html(answer) -> str:
    return answer.content.decode()


def test_the_switch_needs_no_token_keeps_a_year_and_goes_back(settings):
    settings.SESSION_COOKIE_SECURE = True
    client = Client(enforce_csrf_checks=True)
    answer = client.post(LOOK, {"look": LARGE, "next": "/secrecy/?a=b"})
    assert (answer.status_code, answer["Location"]) == (302, "/secrecy/?a=b")
    kept = answer.cookies[COOKIE]
    assert (kept.value, kept["max-age"], kept["samesite"]) == (LARGE, 365 * 24 * 3600, "Lax")
    assert kept["httponly"]
    assert kept["secure"]
    assert LARGE_PAGE in html(client.get("/secrecy/"))
    answer = client.post(LOOK, {"look": STANDARD, "next": "/secrecy/"})
    assert answer.cookies[COOKIE]["max-age"] == 0
    assert LARGE_PAGE not in html(client.get("/secrecy/"))


@pytest.mark.parametrize(
    "back",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "evil",
        "",
        "\t//evil.example",
    ],
)
def test_the_way_back_leads_to_no_other_site(client, back):
    assert client.post(LOOK, {"look": LARGE, "next": back})["Location"] == "/"


def test_nothing_else_is_changed_and_get_changes_nothing(client):
    assert client.get(LOOK).status_code == 405
    for look in ("", "huge", "large\r\nSet-Cookie: a=b"):
        assert not client.post(LOOK, {"look": look, "next": "/"}).cookies


def test_a_cookie_of_another_value_is_the_usual_page(client):
    client.cookies[COOKIE] = "1; DROP"
    assert LARGE_PAGE not in html(client.get("/secrecy/"))


def test_pages_say_that_they_vary_by_it_and_files_do_not(client):
    make_vote(until="published", ballots=[[1]])
    assert "Cookie" in client.get("/2018/result/")["Vary"]
    assert "Cookie" not in client.get("/2018/result.csv").get("Vary", "")


def test_the_address_of_the_way_back_is_escaped(client):
    assert 'value="/?q=%22%3E%3Cb"' in html(client.get('/?q="><b'))


@pytest.mark.parametrize("look", [LARGE, STANDARD])
@pytest.mark.parametrize("address", [BALLOT, REVIEW])
def test_on_a_form_with_marks_the_marks_go_along(client, address, look):
    vote = make_vote(delegates=1, kind=Kind.DEMO)
    enter(client, vote)
    if look == STANDARD:
        client.cookies[COOKIE] = LARGE
    page = client.post(address, marked(client, [2, 5]) | {"look": look})
    assert fields(page)["mark"] == ["2", "5"]
    assert (LARGE_PAGE in html(page)) == (look == LARGE)
    assert (LARGE_PAGE in html(client.get(BALLOT))) == (look == LARGE)


def turned(page, look: str) -> str:
    """Return the page in that look; nothing on it is found fault with."""
    assert page.status_code == 200
    assert (LARGE_PAGE in html(page)) == (look == LARGE)
    assert 'role="alert"' not in html(page)
    return html(page)


@pytest.mark.parametrize("look", [LARGE, ""])
def test_a_half_filled_form_is_shown_anew_and_nothing_is_judged_or_done(look: str):
    autumn, client = make_autumn(until="call"), Client()
    with autumn.now():
        before = html(client.get("/2019/propose/"))
        typed = {
            "title": "修路",
            "content": "",
            "cost": "十万",
            "contact": "a@b",
            "field": "养老",
            "ticket": "x",
        }
        page = turned(client.post("/2019/propose/", typed | {"look": look}), look)
        for name in ("title", "cost", "contact"):
            assert f'name="{name}" value="{typed[name]}"' in page
        assert '<option value="养老" selected>' in page
        assert page.count('class="invalid-feedback') == before.count('class="invalid-feedback')
        assert not Proposal.objects.exists()
        held = autumn.propose(content="请打 13800000000")
        code = autumn.codes[-1]
        half = {"code": code, "title": "修桥", "content": "桥坏了", "look": look}
        assert 'value="修桥"' in turned(client.post("/track/correct/", half), look)
    held.refresh_from_db()
    assert held.title != "修桥"
    for address, name in [("/track/", "code"), ("/receipt/", "receipt"), ("/ballot/sign-in/", "number")]:
        assert f'name="{name}" value="00a"' in turned(client.post(address, {name: "00a", "look": look}), look)


def test_the_survey_keeps_its_marks_and_the_switch_is_remembered():
    spring = make_spring()
    survey(spring)
    with clock(spring.at):
        page = Client().post("/2018/survey/", {"grade-1": "satisfied", "look": LARGE})
    turned(page, LARGE)
    assert re.search(r'name="grade-1"\s+value="satisfied"\s+checked', html(page))
    assert page.cookies[COOKIE].value == LARGE
    assert not SurveyForm.objects.exists()


def test_what_is_shown_once_turns_itself_and_has_no_other_page():
    autumn, client = make_autumn(until="call"), Client()
    with autumn.now():
        ticket = client.get("/2019/propose/").context["form"].initial["ticket"]
        sent = {"title": "修路灯", "content": "路灯坏了", "ticket": ticket, "sure": "1"}
        done = client.post("/2019/propose/", sent)
        tracked = client.post("/track/", {"code": done.context["code"]})
    for page in (done, tracked):
        assert 'id="large"' in html(page)
        assert 'action="/look/"' not in html(page)
    assert 'class="lang"' not in html(done)


def test_staff_and_the_hall_s_screen_have_their_own_look(client):
    vote = make_vote(until="open")
    client.cookies[COOKIE] = LARGE
    client.force_login(vote.clerk, backend="django.contrib.auth.backends.ModelBackend")
    for address in ("/admin/", "/admin/vote/2018/close/", "/2018/screen/"):
        assert LARGE_PAGE not in html(client.get(address))
