"""The web around the vote: forged forms, staff sessions, secrets of the staff's pages, both languages everywhere.

Guards ``config.headers`` and ``voting.admin.core.site``.
"""

from __future__ import annotations

import html
import logging
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.conf import settings
from django.db import connection
from django.test import Client

from accounts.roles import Role
from tests.factories import PASSWORD, UserFactory, Vote, make_vote
from tests.security.test_crawl import addresses
from voting.domain.vote.running_order import StepKey
from voting.models import JournalEntry, SealedBallot

pytestmark = pytest.mark.django_db

CHOICES = [range(1, 11)] * 3


def signed_in(user, **more: object) -> Client:
    client = Client(**more)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_f9_no_form_is_taken_without_its_token():
    vote = make_vote(until="open", delegates=4, ballots=CHOICES[:1])
    entries, ballots = JournalEntry.objects.count(), SealedBallot.objects.count()
    delegate = vote.delegates[1].user
    steps = [f"/admin/vote/2018/{key}/" for key in StepKey]
    for user, paths in [
        (vote.clerk, [*steps, "/admin/logout/", "/admin/password_change/"]),
        (delegate, ["/ballot/review/", "/ballot/cast/", "/ballot/test/", "/ballot/kept/", "/leave/"]),
    ]:
        client = signed_in(user, enforce_csrf_checks=True)
        for path in paths:
            assert client.post(path, {"confirm": "on"}).status_code in {403, 404}, path
        assert "_auth_user_id" in client.session
    for path in ("/enter/", "/receipt/", "/admin/login/"):
        assert Client(enforce_csrf_checks=True).post(path, {"x": "1"}).status_code == 403, path
    assert (JournalEntry.objects.count(), SealedBallot.objects.count()) == (entries, ballots)


def test_f8_the_staff_session_is_new_after_signing_in_and_ends_after_half_an_hour():
    clerk = UserFactory(role=Role.CLERK)
    client = Client()
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    planted = session.session_key
    client.cookies[settings.SESSION_COOKIE_NAME] = planted
    client.post("/admin/login/", {"username": clerk.username, "password": PASSWORD, "next": "/admin/"})
    assert "_auth_user_id" in client.session
    assert client.session.session_key != planted
    assert client.session.get_expiry_age() <= 30 * 60


def test_f8_a_delegate_is_no_staff_and_staff_no_delegate():
    vote = make_vote(until="open", delegates=1)
    assert signed_in(vote.delegates[0].user).get("/admin/").status_code == 302
    assert signed_in(vote.clerk).get("/ballot/").status_code == 403


def everything_in_the_database() -> str:
    """Return all rows of all tables as text, bytes in hexadecimal."""
    texts = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            texts += [row[0] for row in cursor.fetchall()]
    return "\n".join(texts)


def test_f28_the_words_of_a_slip_are_nowhere_after_the_count(caplog):
    vote = make_vote(until="closed", delegates=3, ballots=CHOICES)
    client = signed_in(vote.scrutineer)
    broken = vote.slips[0].replace(vote.slips[0].split()[5], "notaword")
    with caplog.at_level(logging.DEBUG):
        for first in (broken, vote.slips[0]):
            words = {
                "do": "count",
                "slip_1": first,
                "slip_2": vote.slips[1],
                "slip_3": vote.slips[2],
                "confirm": "on",
            }
            client.post("/admin/vote/2018/count/", words)
    assert vote.tally.digest
    kept = everything_in_the_database() + caplog.text
    for slip in vote.slips:
        words = slip.split()
        assert not any(" ".join(words[i : i + 2]) in kept for i in range(3, 19))
    assert "notaword" not in kept


@pytest.mark.parametrize("path", ["/ballot/", "/admin/", "/admin/vote/2018/close/", "/receipt/", "/enter/"])
def test_a_private_page_is_kept_by_no_cache(path):
    vote = make_vote(until="open", delegates=1)
    user = vote.delegates[0].user if path == "/ballot/" else vote.clerk
    client = Client() if path in {"/receipt/", "/enter/"} else signed_in(user)
    assert "no-store" in client.get(path)["Cache-Control"]


CATALOGUE = Path(settings.BASE_DIR) / "config/locale/zh_Hans/LC_MESSAGES/django.po"
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def visible(page: str, *, foreign: bool) -> list[str]:
    """Return the texts of a page; without those marked as being in Chinese, unless ``foreign``."""
    page = re.sub(r"<(script|style|svg)\b.*?</\1>|<!--.*?-->", " ", page, flags=re.DOTALL)
    if not foreign:
        page = re.sub(r'<(\w+)[^>]*\blang="zh-[Hh]ans"[^>]*>.*?</\1>', " ", page, flags=re.DOTALL)
    return [" ".join(html.unescape(text).split()) for text in re.split(r"<[^>]+>", page) if text.strip()]


def pages(vote: Vote, prefix: str):
    """Yield every page that says something, as the person it is for."""
    people = [
        (None, Client()),
        (vote.clerk, signed_in(vote.clerk)),
        (vote.scrutineer, signed_in(vote.scrutineer)),
    ]
    for address in addresses():
        for user, client in people:
            if address.startswith("/admin/") != (user is not None):
                continue
            if user == vote.scrutineer and "/vote/" not in address:
                continue  # the lists of records are the clerk's
            answer = client.get(prefix + address)
            if answer.status_code in {200, 404, 409} and "text/html" in answer.get("Content-Type", ""):
                yield address, answer.content.decode()


@pytest.mark.parametrize("until", ["open", "published"])
def test_no_page_in_chinese_says_one_of_our_sentences_in_english(until):
    vote = make_vote(until=until, delegates=3, ballots=CHOICES)
    with CATALOGUE.open("rb") as file:
        english = {
            message.id for message in read_po(file) if isinstance(message.id, str) and len(message.id) > 12
        }
    seen = 0
    for address, page in pages(vote, ""):
        assert 'lang="zh-hans"' in page, address
        texts = visible(page, foreign=True)
        assert not english & set(texts), address
        seen += len(texts)
    assert seen > 1000


@pytest.mark.parametrize("until", ["open", "published"])
def test_no_page_in_english_says_a_sentence_in_chinese(until):
    vote = make_vote(until=until, delegates=3, ballots=CHOICES)
    names = {vote.cycle.place, str(vote.cycle), "中文"}
    for address, page in pages(vote, "/en"):
        if address.startswith("/admin/") and "/vote/" not in address:
            continue  # lists of records show the people's own names
        for text in visible(page, foreign=False):
            rest = text
            for name in names:
                rest = rest.replace(name, "")
            rest = re.sub(r"第\d+项目|第\d+代表团|代表\d+|人员 [\w-]+|□|○", "", rest)
            assert not CHINESE.search(rest), (address, text)
