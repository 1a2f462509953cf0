"""大字版: a cookie of this browser, set by a form on every page, and back to the page that asked.

Guards ``voting.views.core.elder``.
"""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.roles import Kind
from tests.factories import make_vote
from tests.integration.vote.test_ballot_pages import BALLOT, REVIEW, enter, fields, marked
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


def test_staff_and_the_hall_s_screen_have_their_own_look(client):
    vote = make_vote(until="open")
    client.cookies[COOKIE] = LARGE
    client.force_login(vote.clerk, backend="django.contrib.auth.backends.ModelBackend")
    for address in ("/admin/", "/admin/vote/2018/close/", "/2018/screen/"):
        assert LARGE_PAGE not in html(client.get(address))
