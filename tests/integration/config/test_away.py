"""The database away, read-only or full: 503 in the reader's language, and a line a minute in the log.

Guards ``config.away``, ``config.database.patience`` and the templates of faults.
"""

from __future__ import annotations

import html
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import RequestDataTooBig
from django.db import IntegrityError, InternalError, OperationalError, connection
from django.test import Client, RequestFactory
from django.utils.functional import SimpleLazyObject
from django.views import csrf, defaults

from config import away, catalogues
from config.away import OnceAMinute, Troubles, fault, trouble_of, unreadable
from config.database import DatabaseUnavailable
from config.database.patience import Absence, NoneToSpare

ERRORS = catalogues.ROOT / "deploy" / "errors"
ZH = "请凭登录凭条重新登录，页面会如实告知您的表决票是否已投入票箱。"
EN = "sign in again with your slip; the page will tell you truthfully whether your ballot is in the urn."


def caused(kind: type[Exception], by: Exception) -> Exception:
    """Return an exception as Django raises it for one of the driver's."""
    error = kind(str(by))
    error.__cause__ = by
    return error


def away_now(request: Any) -> Any:
    """Return the answer to a request that met no database."""

    def meet() -> None:
        raise DatabaseUnavailable("away")

    try:
        meet()
    except DatabaseUnavailable:
        return fault(request)


@contextmanager
def every_statement(error: Exception) -> Iterator[list[str]]:
    """Let every statement raise that; yield the statements."""
    statements: list[str] = []

    def refuse(execute: Any, statement: str, *_more: Any) -> None:
        statements.append(statement)
        raise error

    with connection.execute_wrapper(refuse):
        yield statements


def text(answer: Any) -> str:
    body = re.sub(r"(?s)<(script|style|head).*?</\1>", " ", answer.content.decode())
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


@pytest.fixture(autouse=True)
def nothing_met(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(away, "troubles", Troubles())


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (caused(OperationalError, psycopg.errors.AdminShutdown()), "shutting down"),
        (caused(OperationalError, psycopg.errors.DiskFull()), "disk full"),
        (caused(OperationalError, psycopg.errors.TooManyConnections()), "too many connections"),
        (caused(OperationalError, psycopg.errors.QueryCanceled()), "interrupted"),
        (caused(OperationalError, psycopg.errors.DeadlockDetected()), "conflict of transactions"),
        (caused(OperationalError, psycopg.OperationalError("closed")), "no answer"),
        (caused(InternalError, psycopg.errors.ReadOnlySqlTransaction()), "read-only"),
        (DatabaseUnavailable("away"), "no connection"),
        (psycopg.InterfaceError("closed"), "no answer"),
        (caused(IntegrityError, psycopg.errors.UniqueViolation()), None),
        (caused(OperationalError, psycopg.errors.StatementTooComplex()), None),
        (caused(InternalError, psycopg.errors.InternalError_()), None),
        (ZeroDivisionError(), None),
        (None, None),
    ],
)
def test_what_is_trouble_of_the_database_and_what_is_ours(error: Exception | None, kind: str | None) -> None:
    """A lost, read-only, full or crowded database is told from our own mistakes. Guards ``config.away``."""
    assert trouble_of(error) == kind


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/years/", ZH),
        ("/en/years/", EN),
        ("/jia/en/years/", EN),
        ("/", ZH),
        ("/admin/login/", ZH),
        ("/en/results/", EN),
    ],
)
def test_every_page_says_it_in_its_language(client: Client, path: str, words: str) -> None:
    """Whoever meets the fault is told when to come back and that the truth is told then. Guards ``config.away``."""
    client.cookies["sessionid"] = "some session"
    with every_statement(caused(OperationalError, psycopg.errors.AdminShutdown())) as statements:
        answer = client.get(path)
    assert statements
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "no-store" in answer["Cache-Control"]
    assert words in text(answer)
    assert answer["X-Request-ID"][:8] in text(answer)
    assert f'lang="{"en" if words == EN else "zh-hans"}"' in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/v1/cycles/", "/2018/screen.json", "/jia/api/v1/cycles/"])
def test_a_program_is_told_as_data(client: Client, path: str) -> None:
    """What programs read is JSON in this case too. Guards ``config.away``."""
    with every_statement(caused(InternalError, psycopg.errors.ReadOnlySqlTransaction())):
        answer = client.get(path)
    assert (answer.status_code, answer["Content-Type"]) == (503, "application/json")
    assert list(answer.json()) == ["error"]


@pytest.mark.django_db
def test_a_mistake_of_ours_stays_one(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    """A bug is 500 and leaves its trace. Guards ``config.away``."""
    with every_statement(ZeroDivisionError("ours")):
        answer = client.get("/en/years/")
    assert answer.status_code == 500
    assert "Retry-After" not in answer
    assert answer["X-Request-ID"][:8] in text(answer)


def test_the_log_has_a_line_a_minute(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many requests meet it, the log says it once a minute and how often. Guards ``config.away``."""
    now = [1000.0]
    monkeypatch.setattr("config.away.time.monotonic", lambda: now[0])
    met = Troubles()
    for _ in range(50):
        met.meet("read-only")
    met.meet("disk full")
    assert [record.getMessage() for record in caplog.records] == [
        "the database refused a request: read-only",
        "the database refused a request: disk full",
    ]
    now[0] += 61
    met.meet("read-only")
    assert caplog.records[-1].getMessage() == (
        "the database refused a request: read-only, 49 more since the line before"
    )


def test_no_trace_of_such_trouble_reaches_the_log() -> None:
    """Django's own lines about it are kept out, those about mistakes of ours are not. Guards ``config.away``."""

    def record(error: Exception | None, status: int) -> logging.LogRecord:
        made = logging.LogRecord("django.request", logging.ERROR, "", 0, "x", (), None)
        made.exc_info = (type(error), error, None) if error else None
        made.status_code = status
        return made

    keeps = OnceAMinute().filter
    assert not keeps(record(DatabaseUnavailable("away"), 503))
    assert not keeps(record(None, 503))
    assert keeps(record(ZeroDivisionError(), 500))


class Nobody:
    """A request's user, session and messages that must not be looked at."""

    def __getattr__(self, name: str) -> object:
        raise AssertionError(f"the page asked for {name}")


@pytest.mark.parametrize("path", ["/ballot/cast/", "/jia/en/enter/"])
def test_the_pages_of_faults_ask_nothing_of_the_database(path: str) -> None:
    """They are made while there is no database at all: this test may use none. Guards ``config.away``."""
    request: Any = RequestFactory().get(path)
    request.identity, request.congress = "ab" * 16, None
    request.user = SimpleLazyObject(AnonymousUser)
    request.session = Nobody()
    assert away_now(request).status_code == 503
    assert fault(request).status_code == 500
    assert unreadable(request).status_code == 400
    assert unreadable(request, RequestDataTooBig()).status_code == 413
    assert defaults.page_not_found(request, Exception()).status_code == 404
    assert defaults.permission_denied(request, Exception()).status_code == 403
    assert csrf.csrf_failure(request).status_code == 403


@pytest.mark.parametrize(("page", "status"), [("503", 503), ("413", 413)])
def test_the_proxy_says_the_same(page: str, status: int) -> None:
    """The proxy's pages hold the site's sentences in both languages, and need nothing else. Guards ``config.away``."""
    held = (ERRORS / f"{page}.html").read_text()
    for path in ("/", "/en/"):
        request: Any = RequestFactory().get(path)
        answer = away_now(request) if status == 503 else unreadable(request, RequestDataTooBig())
        for words in re.findall(
            r'<h1>(.*?)</h1>|<p class="lead">(.*?)</p>', answer.content.decode(), re.DOTALL
        ):
            assert " ".join("".join(words).split()) in held
    assert not re.search(r"<script|<link|<img|url\(|@import|https?:", held)


def test_the_database_is_held_for_away_until_it_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for what another waited for in vain, and all go on as soon as there is an answer.

    Guards ``config.database.patience``.
    """
    monkeypatch.setattr("config.database.patience.REST", 0.01)
    attempts: list[Exception] = [psycopg.OperationalError("refused"), DatabaseUnavailable("starts")]
    answers: list[Any] = []

    def connect() -> Any:
        if attempts:
            with pytest.raises(DatabaseUnavailable):
                absence.refuse()
            raise attempts.pop()
        answers.append(None)
        raise NoneToSpare  # it is there, and the connections of before work

    absence = Absence()
    absence.connect = connect
    absence.suspect(all_connections=False)
    while absence._away.is_set():
        pass
    absence.refuse()
    assert answers == [None]
    assert absence.over > 0


def test_nobody_is_turned_away_for_ever_for_want_of_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the own connection gets no thread to ask in, the database is not held for away.

    Guards ``config.database.patience``.
    """

    def start(_thread: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr("config.database.patience.threading.Thread.start", start)
    absence = Absence()
    absence.connect = pytest.fail
    absence.suspect(all_connections=True)
    absence.refuse()
