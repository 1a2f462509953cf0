"""F9 and S11: every address, asked for with GET by every role, changes nothing and tells nothing of a choice."""

from __future__ import annotations

import hashlib
import re

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.roles import Kind, Role
from tests.factories import UserFactory, Vote, make_vote
from voting.domain.running_order import StepKey

pytestmark = pytest.mark.django_db

#: Tables that a look at a page may write: the session, and what the sign-in guard keeps.
LIVING = {"django_session"}
VALUES = {
    "slug": "2018",
    "number": "3",
    "app_label": "voting",
    "url": "x",
    "content_type_id": "1",
    "object_id": "1",
}
PEOPLE = (
    "nobody",
    "delegate",
    *(role for role in Role.values if role != Role.DELEGATE),
    "superuser",
    "stranger",
)


def patterns(resolver: URLResolver, prefix: str = "") -> list[str]:
    found = []
    for part in resolver.url_patterns:
        here = prefix + str(part.pattern)
        if isinstance(part, URLResolver):
            found += patterns(part, here)
        elif isinstance(part, URLPattern):
            found.append(here)
    return found


def addresses() -> list[str]:
    """Return every address of the site, with the values of the vote in place of its parameters."""
    found = set()
    for pattern in patterns(get_resolver()):
        path = re.sub(r"\(\?P<(\w+)>[^)]*\)", lambda match: VALUES.get(match[1], "1"), pattern)
        path = re.sub(r"<(?:\w+:)?(\w+)>", lambda match: VALUES.get(match[1], "1"), path)
        found.add("/" + re.sub(r"[\^$]|\\Z", "", path).lstrip("/"))
    return sorted(found)


def people(vote: Vote) -> dict[str, object]:
    known = {"clerk": vote.clerk, "scrutineer": vote.scrutineer, "presiding": vote.presiding}
    return {
        "nobody": None,
        "delegate": vote.delegates[-1].user,
        "superuser": UserFactory(role="", is_superuser=True),
        "stranger": UserFactory(role=Role.SCRUTINEER, kind=Kind.DEMO),
        **{role: known.get(role) or UserFactory(role=role) for role in Role.values if role != Role.DELEGATE},
    }


def database() -> dict[str, str]:
    """Return a hash of all rows of every table that a GET must leave alone."""
    state = {}
    with connection.cursor() as cursor:
        for table in sorted({model._meta.db_table for model in apps.get_models()} - LIVING):
            rows = f'SELECT t::text AS row FROM "{table}" t'
            cursor.execute(f"SELECT md5(coalesce(string_agg(row, chr(10) ORDER BY row), '')) FROM ({rows}) r")
            state[table] = cursor.fetchone()[0]
    return state


def crawl(vote: Vote) -> dict[tuple[str, str], str]:
    """Ask for every address as everybody; return the texts by person and address."""
    texts = {}
    for name, user in people(vote).items():
        client = Client(raise_request_exception=True)
        for address in addresses():
            if user is not None:
                client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
            answer = client.get(address)
            assert answer.status_code < 500, (name, address)
            body = b"".join(answer) if answer.streaming else answer.content
            texts[name, address] = body.decode("utf-8", "replace")
    return texts


def test_the_crawl_knows_the_site():
    found = addresses()
    for known in (
        "/",
        "/2018/",
        "/2018/result.json",
        "/ballot/cast/",
        "/admin/",
        "/admin/vote/2018/count/",
        "/healthz",
    ):
        assert known in found
    assert len([address for address in found if address.startswith("/admin/vote/2018/")]) == len(StepKey) + 1


@pytest.mark.parametrize("until", ["drafted", "open", "published"])
def test_f9_no_get_changes_anything(until):
    vote = make_vote(until=until, delegates=4, ballots=[range(1, 11)] * 3)
    everyone = people(vote)
    vote_people = set(everyone)
    assert vote_people == set(PEOPLE)
    before = None
    for name, user in everyone.items():
        client = Client()
        if user is not None:
            client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        before = database()
        for address in addresses():
            answer = client.get(address)
            assert answer.status_code < 500, (name, address)
            if user is not None and "_auth_user_id" not in client.session:
                client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
                before["accounts_user"] = database()["accounts_user"]
        assert database() == before, name


#: 37 of 41 delegates choose project 7 alone: a number that stands nowhere else in the vote.
CANARY = re.compile(r"(?<![\w.,:/-])37(?![\w.,:/-])")
NOISE = re.compile(
    r"[0-9a-f]{64}|[0-9a-f]{8}(?: [0-9a-f]{8}){7}|csrfmiddlewaretoken\" value=\"[^\"]*\"|<path[^>]*>"
    r"|\b\d\d:\d\d:\d\d\b"
)


@pytest.mark.parametrize("until", ["open", "closed"])
def test_s11_while_the_urn_is_shut_nobody_reaches_a_count_by_any_address(until):
    vote = make_vote(until=until, delegates=41, ballots=[[7]] * 37 + [[8]] * 3)
    for (name, address), text in crawl(vote).items():
        shown = re.sub(r"<[^>]+>", " ", NOISE.sub(" ", text))
        assert not CANARY.search(shown), (name, address, CANARY.search(shown))


def test_the_canary_is_seen_once_the_count_is_there():
    vote = make_vote(until="published", delegates=41, ballots=[[7]] * 37 + [[8]] * 3, floor_base="")
    texts = crawl(vote)
    assert CANARY.search(re.sub(r"<[^>]+>", " ", NOISE.sub(" ", texts["nobody", "/2018/result/"])))
    digest = hashlib.sha256(texts["nobody", "/2018/result.json"].encode()).hexdigest()
    assert digest == vote.round.notice.digest
