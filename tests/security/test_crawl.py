"""F9 and S11: every address, asked for with GET by every role, changes nothing and tells nothing of a choice.

Guards ``voting.urls``.
"""

from __future__ import annotations

import functools
import hashlib
import io
import re
from collections.abc import Iterator

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from openpyxl import load_workbook
from pypdf import PdfReader

from accounts.models import Delegate, User
from accounts.roles import Kind, Role
from tests.factories import UserFactory, Vote, make_vote
from voting.admin.core.site import site
from voting.domain.vote.running_order import StepKey
from voting.models import Certification, Notice, RollEntry, Tally

pytestmark = pytest.mark.django_db

#: The table that a look at a page may write.
LIVING = {"accounts_session"}
PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BACKEND = "django.contrib.auth.backends.ModelBackend"
VALUES = {"slug": "2018", "number": "3", "app_label": "voting", "url": "x"}
PARAMETER = re.compile(r"\(\?P<(\w+)>[^)]*\)|<(?:\w+:)?(\w+)>")


def patterns(resolver: URLResolver, prefix: str = "") -> list[str]:
    """Return the patterns of all addresses below a resolver, as they are written."""
    found = []
    for part in resolver.url_patterns:
        here = prefix + str(part.pattern)
        if isinstance(part, URLResolver):
            found += patterns(part, here)
        elif isinstance(part, URLPattern):
            found.append(here)
    return found


def records() -> dict[str, str]:
    """Return the key of a record for the beginning of every address of a record's pages."""
    keys = {}
    for model in site._registry:
        first = model._default_manager.order_by("pk").first()
        if first is not None:
            keys[f"/admin/{model._meta.app_label}/{model._meta.model_name}/"] = str(first.pk)
    return keys


def addresses(**instead: str) -> list[str]:
    """Return every address of the site, with the values of the vote, or those given, in place of its parameters."""
    known = records()
    content_type = str(ContentType.objects.get_for_model(RollEntry).pk)
    found = set()
    for pattern in patterns(get_resolver()):
        path = "/" + re.sub(r"[\^$]|\\Z", "", pattern).lstrip("/")
        key = next((key for beginning, key in known.items() if path.startswith(beginning)), "1")
        values = VALUES | {"content_type_id": content_type, "object_id": key} | instead
        found.add(PARAMETER.sub(lambda match, values=values: values.get(match[1] or match[2], "1"), path))
    return sorted(found)


def people(vote: Vote) -> dict[str, User | None]:
    known = {"clerk": vote.clerk, "scrutineer": vote.scrutineer, "presiding": vote.presiding}
    return {
        "nobody": None,
        "delegate": vote.delegates[-1].user,
        "keeper of the installation": UserFactory(role=Role.KEEPER, congress=None),
        "stranger": UserFactory(role=Role.SCRUTINEER, kind=Kind.DEMO),
        **{role: known.get(role) or UserFactory(role=role) for role in Role.values if role != Role.DELEGATE},
    }


def database() -> dict[str, str]:
    """Return a hash of all rows of every table that a GET must leave alone."""
    state = {}
    with connection.cursor() as cursor:
        for table in sorted(set(connection.introspection.table_names(cursor)) - LIVING):
            rows = f'SELECT t::text AS row FROM "{table}" t'
            cursor.execute(f"SELECT md5(coalesce(string_agg(row, chr(10) ORDER BY row), '')) FROM ({rows}) r")
            state[table] = cursor.fetchone()[0]
    return state


def read(answer: HttpResponse, body: bytes) -> str:
    """Return the text of an answer; of a workbook the contents of its cells, one in a line."""
    if answer.get("Content-Type") == PDF:
        return text_in_pdf(body)
    if answer.get("Content-Type") == XLSX:
        return text_in_workbook(body)
    return body.decode("utf-8", "replace")


@functools.lru_cache(maxsize=64)
def text_in_pdf(body: bytes) -> str:
    """Return the text of a file, which many people get: to read one takes longer than to make all others."""
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages)


@functools.lru_cache(maxsize=64)
def text_in_workbook(body: bytes) -> str:
    sheets = load_workbook(io.BytesIO(body)).worksheets
    return "\n".join(
        str(cell) for sheet in sheets for row in sheet.iter_rows(values_only=True) for cell in row if cell
    )


def crawl(vote: Vote, *names: str) -> Iterator[tuple[str, str, HttpResponse, str]]:
    """Ask for every address as everybody, or only as those named; yield who, which address, the answer and its text.

    Raises AssertionError if an address fails, signs somebody out, or changes a row.
    """
    everyone, asked = people(vote), addresses()
    for name, user in everyone.items():
        if names and name not in names:
            continue
        client = Client()
        if user is not None:
            client.force_login(user, backend=BACKEND)
        before = database()
        for address in asked:
            answer = client.get(address)
            assert answer.status_code < 500, (name, address)
            body = b"".join(answer) if answer.streaming else answer.content
            yield name, address, answer, read(answer, body)
        after = database()
        assert {table for table in before if before[table] != after[table]} == set(), name
        assert user is None or "_auth_user_id" in client.session, name


#: 37 of 41 delegates choose project 7 alone: a number that stands nowhere else in the vote.
CANARY = re.compile(r"(?<![\w.,:/-])37(?![\w.,:/-])")
NOISE = re.compile(
    r"[0-9a-f]{64}|[0-9a-f]{8}(?: [0-9a-f]{8}){7}|csrfmiddlewaretoken\" value=\"[^\"]*\"|<path[^>]*>"
    r"|\b\d\d:\d\d:\d\d\b|第\d+代表团"
)
CHOICES = [[7]] * 37 + [[8]] * 3
READABLE = (
    "text/",
    "application/json",
    "application/javascript",
    "application/atom+xml",
    "application/xml",
    PDF,
    XLSX,
)


def shown(text: str) -> str:
    """Return what a page shows, without hashes, tokens, times, drawings and tags."""
    return re.sub(r"<[^>]+>", " ", NOISE.sub(" ", text))


def test_the_crawl_knows_the_site():
    vote = make_vote(until="open", delegates=2)
    found = addresses()
    for known in (
        "/",
        "/2018/",
        "/2018/projects/3/",
        "/2018/result.json",
        "/ballot/cast/",
        "/admin/",
        f"/admin/voting/round/{vote.round.pk}/change/",
        f"/admin/accounts/delegate/{Delegate.objects.order_by('pk')[0].pk}/change/",
        "/admin/vote/2018/count/",
        "/robots.txt",
    ):
        assert known in found
    steps = {f"/admin/vote/2018/{key}/" for key in StepKey}
    beside = {
        f"/admin/vote/2018/{page}/"
        for page in (
            "journal",
            "paper-ballots",
            "roster",
            "desk",
            "roll-changes",
            "minutes",
            "paper-ballots/print",
        )
    }
    assert steps | beside <= set(found)
    assert not [address for address in found if re.search(r"[<>()?\\]", address)]


@pytest.mark.parametrize(
    ("until", "names"), [("open", ()), ("closed", ("nobody", "clerk", "chief", "keeper of the installation"))]
)
def test_f9_s11_f14_no_get_changes_anything_or_tells_a_count_while_the_urn_is_shut(until, names):
    vote = make_vote(until=until, delegates=41, ballots=CHOICES)
    assert not any(model.objects.exists() for model in (Tally, Certification, Notice))
    readers = set()
    for name, address, answer, text in crawl(vote, *names):
        assert answer.get("Content-Type", "text/html").startswith(READABLE), address
        told = CANARY.search(shown(text))
        assert not told, (name, address, shown(text)[max(0, told.start() - 80) : told.end() + 80])
        if answer.status_code == 200:
            readers.add(name)
    assert readers == set(names or people(vote)), "everybody has read something"
    assert not Tally.objects.exists()


def test_f9_no_get_changes_anything_after_the_notice_and_the_canary_is_seen():
    vote = make_vote(until="published", delegates=41, ballots=CHOICES, floor_base="")
    texts = {
        address: text
        for name, address, _, text in crawl(vote, "nobody", "clerk", "delegate")
        if name == "nobody"
    }
    assert CANARY.search(shown(texts["/2018/result/"]))
    digest = hashlib.sha256(texts["/2018/result.json"].encode()).hexdigest()
    assert digest == vote.round.notice.digest


def test_f9_the_hash_of_the_database_sees_one_changed_row():
    vote = make_vote(until="open", delegates=2)
    before = database()
    vote.cast(0, [7])
    changed = {table for table, rows in database().items() if rows != before[table]}
    assert changed == {"voting_rollentry", "voting_sealedballot", "voting_serversealed"}
