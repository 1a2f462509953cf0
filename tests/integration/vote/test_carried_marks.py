"""F41 and F42: marks outlive a lost session and a new sign-in, in the form alone; whose were not cast is said.

Guards ``voting.views.vote.carried_marks`` and ``voting.views.vote.elector``.
"""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client

from accounts.codes import void_code
from accounts.kept_sessions import KeptSession
from accounts.roles import Kind
from tests.factories import Vote, make_vote
from tests.integration.vote.test_ballot_pages import (
    BALLOT,
    CAST,
    ENTER,
    REVIEW,
    cast,
    enter,
    fields,
    marked,
    slip,
)
from tests.pages import text_of as text
from voting.models import SealedBallot
from voting.states import Presence

pytestmark = pytest.mark.django_db
AGAIN = "/ballot/sign-in/"
NOT_THESE = "本页的选择没有投出。票箱里是您此前投出的表决票"


@pytest.fixture
def vote() -> Vote:
    return make_vote(delegates=3, kind=Kind.DEMO)


def hidden(page) -> dict[str, list[str]]:
    """Return the hidden fields of the page's own form, but no token."""
    html = page.content.decode().split("<main", 1)[1]
    sent: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*type=\"hidden\"[^>]*>", html):
        attributes = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if attributes["name"] != "csrfmiddlewaretoken":
            sent.setdefault(attributes["name"], []).append(attributes["value"])
    return sent


def lost(client: Client, vote: Vote, marks: dict[str, list[str]] | None = None, address: str = CAST):
    """Mark, lose the session, send the form all the same; return the answer."""
    enter(client, vote)
    form = marked(client, [2, 5, 11]) if marks is None else marked(client, []) | marks
    KeptSession.objects.all().delete()
    return client.post(address, form)


@pytest.mark.parametrize("address", [BALLOT, REVIEW, CAST])
def test_f41_marks_come_through_a_lost_session_and_a_new_sign_in(client, vote, address):
    page = lost(client, vote, address=address)
    assert page.status_code == 403
    assert "这张表决票没有投出。 您的选择保留在本页" in text(page)
    assert vote.cycle.congress.name in text(page), "whose sign-in it is"
    assert f'action="{AGAIN}"' in page.content.decode()
    assert hidden(page)["mark"] == ["2", "5", "11"]
    back = client.post(AGAIN, hidden(page) | slip(vote))
    assert back.status_code == 200
    assert fields(back)["mark"] == ["2", "5", "11"]
    assert SealedBallot.objects.count() == 0
    assert client.post(CAST, fields(client.post(REVIEW, fields(back)))).status_code == 200
    assert SealedBallot.objects.count() == 1


@pytest.mark.parametrize("address", [BALLOT, "/delegate/"])
def test_whose_session_is_over_is_told_so_at_the_sign_in_and_nobody_else_is(client, vote, address):
    told = "您已退出登录"
    assert told not in text(client.get(address, follow=True)), "who never signed in"
    enter(client, vote)
    KeptSession.objects.all().delete()
    page = client.get(address, follow=True)
    assert (page.status_code, told in text(page)) == (200, True)
    assert told in re.search(r"<title>(.*?)</title>", page.content.decode(), re.DOTALL)[1]
    assert "居民登录" not in text(page), "this congress sent no letters"
    enter(client, vote)
    assert told not in text(client.get(address)), "who is in again"
    assert client.post(CAST, fields(client.post(REVIEW, marked(client, [2, 5, 11])))).status_code == 200
    assert told not in text(client.get(address, follow=True)), "who has cast"


@pytest.mark.parametrize(
    ("ballot_type", "seats", "marks"),
    [
        ("per_item", 10, {"mark-3": ["against"], "mark-4": ["abstain"]}),
        ("ranking", 2, {"place-7": ["1"], "place-2": ["2"]}),
        ("whole_report", 12, {"mark-0": ["against"]}),
    ],
)
def test_f41_every_kind_of_mark_comes_through(client, ballot_type, seats, marks):
    ranked = {"scoring": "points"} if ballot_type == "ranking" else {}
    vote = make_vote(delegates=2, kind=Kind.DEMO, ballot_type=ballot_type, seats=seats, **ranked)
    page = lost(client, vote, marks)
    assert {name: hidden(page)[name] for name in marks} == marks
    reviewed = client.post(REVIEW, fields(client.post(AGAIN, hidden(page) | slip(vote))) | marks)
    assert {name: fields(reviewed)[name] for name in marks} == marks


def test_f41_a_mistyped_code_keeps_the_marks_and_says_so(client, vote):
    page = lost(client, vote)
    for code in (slip(vote)["code"][:-1], slip(vote, 1)["code"]):
        page = client.post(AGAIN, hidden(page) | slip(vote) | {"code": code})
        assert page.status_code in {400, 403}
        assert hidden(page)["mark"] == ["2", "5", "11"]
        assert "autofocus" in re.search(r"<input[^>]*id=\"id_code\"[^>]*>", page.content.decode())[0]
    assert fields(client.post(AGAIN, hidden(page) | slip(vote)))["mark"] == ["2", "5", "11"]


def test_f8_the_marks_are_shown_to_nobody_but_whose_they_are(client, vote):
    page = lost(client, vote)
    other = client.post(AGAIN, hidden(page) | slip(vote, 1))
    assert other.status_code == 403
    assert "这张表决票不属于当前登录的代表" in text(other)
    assert 'name="mark"' not in other.content.decode()
    assert "mark" not in fields(client.get(BALLOT))
    assert SealedBallot.objects.count() == 0


def test_secrecy_marks_on_their_way_are_in_no_address_no_session_and_no_table(client, vote):
    page = lost(client, vote, {"mark": ["2", "5", "11"]})
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_session")
        assert cursor.fetchone() == (0,)
    back = client.post(AGAIN, hidden(page) | slip(vote))
    assert back.status_code == 200, "the ballot comes as the answer, not by an address"
    assert set(client.session.keys()) == {"_auth_user_id", "_auth_user_backend", "_auth_user_hash"}
    assert "no-store" in page["Cache-Control"]
    assert "no-store" in back["Cache-Control"]
    assert {cookie.key for cookie in back.cookies.values()} <= {"sessionid", "csrftoken"}


@pytest.mark.parametrize("ticket", [None, "", "nonsense"])
def test_without_a_ticket_there_is_nothing_to_carry(client, vote, ticket):
    form = {"mark": ["1"], **slip(vote)} | ({} if ticket is None else {"ticket": ticket})
    assert client.post(AGAIN, form)["Location"] == ENTER
    assert client.get(AGAIN)["Location"] == ENTER


def test_a_new_sign_in_with_a_voided_code_is_refused(client, vote):
    page = lost(client, vote)
    void_code(vote.delegates[0])
    assert client.post(AGAIN, hidden(page) | slip(vote)).status_code == 403


def test_the_other_language_and_the_large_text_carry_the_marks(client, vote):
    page = lost(client, vote)
    for address, look in ((f"/en{AGAIN}", ""), (AGAIN, "large"), (AGAIN, "standard")):
        page = client.post(address, hidden(page) | {"look": look, "number": "7", "code": "12"})
        assert page.status_code == 200
        assert hidden(page)["mark"] == ["2", "5", "11"]
        assert 'value="7"' in page.content.decode()
        assert ('class="elder"' in page.content.decode()) == (look == "large")


def test_whoever_left_meanwhile_is_told_and_keeps_the_marks(client, vote):
    page = lost(client, vote)
    vote.round.roll.filter(delegate=vote.delegates[0]).update(presence=Presence.ON_LEAVE)
    back = client.post(AGAIN, hidden(page) | slip(vote))
    assert back.status_code == 409
    assert fields(back)["mark"] == ["2", "5", "11"]


# ---------------------------------------------------------------------------------- a form of an earlier sign-in


def with_checks(vote: Vote) -> tuple[Client, dict[str, list[str]]]:
    """A browser whose forms need their token, and a ballot form that was opened before its newest sign-in."""
    client = Client(enforce_csrf_checks=True)

    def entered(place: int):
        client.get(ENTER)
        token = {"csrfmiddlewaretoken": client.cookies["csrftoken"].value}
        assert client.post(ENTER, slip(vote, place) | token).status_code == 302

    entered(0)
    old = marked(client, [2, 5]) | {"csrfmiddlewaretoken": [client.cookies["csrftoken"].value]}
    client.entered = entered  # type: ignore[attr-defined]
    return client, old


@pytest.mark.parametrize("address", [BALLOT, REVIEW, CAST])
def test_f41_a_form_of_before_the_newest_sign_in_casts_nothing_and_keeps_its_marks(vote, address):
    client, old = with_checks(vote)
    client.entered(0)  # type: ignore[attr-defined]
    page = client.post(address, old)
    assert page.status_code == 403
    assert "本次操作没有投出任何票" in text(page)
    assert hidden(page)["mark"] == ["2", "5"]
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.content.decode().split("<main")[1])
    back = client.post(BALLOT, hidden(page) | {"csrfmiddlewaretoken": token[1]})
    assert fields(back)["mark"] == ["2", "5"]
    assert SealedBallot.objects.count() == 0


def test_f41_a_form_without_its_token_after_the_session_leads_to_the_sign_in(vote):
    client, old = with_checks(vote)
    del client.cookies["csrftoken"], client.cookies["sessionid"]
    page = client.post(CAST, old)
    assert page.status_code == 403
    assert f'action="{AGAIN}"' in page.content.decode()
    assert hidden(page)["mark"] == ["2", "5"]


def test_f8_a_form_of_an_earlier_person_shows_no_marks_to_the_next(vote):
    client, old = with_checks(vote)
    client.entered(1)  # type: ignore[attr-defined]
    page = client.post(CAST, old)
    assert page.status_code == 403
    assert 'name="mark"' not in page.content.decode()


def test_a_form_of_another_page_without_its_token_is_answered_as_before():
    page = Client(enforce_csrf_checks=True).post("/track/", {"code": "x", "ticket": "y"})
    assert page.status_code == 403
    assert "<form id=" not in page.content.decode()


# ------------------------------------------------------------------------------------------------- two windows


@pytest.mark.parametrize("address", [BALLOT, REVIEW, CAST])
@pytest.mark.parametrize("signed_in_again", [False, True])
def test_f42_after_a_cast_other_marks_are_told_that_they_were_not_cast(
    client, vote, address, signed_in_again
):
    enter(client, vote)
    other = fields(client.post(REVIEW, marked(client, [4, 7])))
    cast(client, [1, 2])
    if signed_in_again:
        enter(client, vote)
    page = client.post(address, other)
    assert page.status_code == 409
    assert "您的表决票已在票箱内" in text(page)
    assert NOT_THESE in text(page)
    assert SealedBallot.objects.count() == 1


def test_f42_whoever_sent_no_marks_is_told_nothing_of_any(client, vote):
    enter(client, vote)
    cast(client, [1, 2])
    enter(client, vote)
    assert "没有投出" not in text(client.get(BALLOT))
