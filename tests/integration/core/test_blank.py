"""Public pages with an empty form: made once for all strangers, a token of its own for each, for nobody who is known.

Guards ``voting.views.core.blank``.
"""

from __future__ import annotations

import re

import pytest
from django.test import Client

from accounts.frames import render_frame
from tests.factories import make_vote
from voting.views.core import blank
from voting.views.core.elder import COOKIE, LARGE

pytestmark = pytest.mark.django_db

PAGES = ["/receipt/", "/track/"]
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')


@pytest.mark.parametrize("path", PAGES)
def test_every_stranger_has_a_token_of_their_own_on_the_same_page(path: str, monkeypatch: pytest.MonkeyPatch):
    made: list[str] = []
    monkeypatch.setattr(
        blank, "render_frame", lambda *all_, **how: made.append("page") or render_frame(*all_, **how)
    )
    first, second = Client(enforce_csrf_checks=True), Client(enforce_csrf_checks=True)
    one, other = (client.get(path).content.decode() for client in (first, second))
    assert made == ["page"]
    tokens = [TOKEN.findall(page) for page in (one, other)]
    assert TOKEN.sub("", one) == TOKEN.sub("", other)
    assert len({*tokens[0], *tokens[1]}) == 2
    name = "receipt" if path == "/receipt/" else "code"
    sent = {name: "nothing", "csrfmiddlewaretoken": tokens[0][0]}
    assert first.post(path, sent).status_code == 422, "its own token is good"
    assert Client(enforce_csrf_checks=True).post(path, sent).status_code == 403


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["", "/en"])
def test_it_is_the_page_that_is_made_for_one_alone(path: str, language: str):
    made, alone = (Client().get(f"{language}{path}{query}").content.decode() for query in ("", "?from=here"))
    assert TOKEN.sub("", made) == TOKEN.sub("", alone).replace("?from=here", "")


@pytest.mark.parametrize("path", PAGES)
def test_whoever_is_signed_in_has_their_own_page(path: str):
    vote = make_vote(until="open", delegates=4)
    client = Client()
    client.get(path)
    client.force_login(vote.delegates[0].user)
    assert client.get(path).content != Client().get(path).content


@pytest.mark.parametrize("path", PAGES)
def test_languages_hosts_and_looks_have_each_their_page(path: str):
    client = Client()
    pages = {client.get(path).content, client.get(f"/en{path}").content}
    pages.add(client.get(path, headers={"Host": "localhost"}, secure=True).content)
    client.cookies[COOKIE] = LARGE
    pages.add(client.get(path).content)
    # The way to a proposal is found by nobody: no whole address stands on it.
    assert len({TOKEN.sub("", page.decode()) for page in pages}) == (4 if path == "/receipt/" else 3)
