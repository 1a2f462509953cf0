"""What the entry of the server answers by itself is what Django would have answered, header for header.

Guards ``config.quick`` and ``voting.views.core.asked``.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config import kept, metrics
from config.kept import KeptPages, part_that_is_read
from config.quick import QuickPages
from tests.factories import make_vote
from voting.urls import delivery, public

pytestmark = pytest.mark.django_db

HEADERS = {"Content-Security-Policy", "Permissions-Policy", "X-Content-Type-Options", "X-Frame-Options"}
NAME = "0123456789abcdef0123456789abcdef"
CHOICES = [range(1, 11)] * 4


class Site:
    """The application as the server calls it, and how often Django was asked."""

    def __init__(self) -> None:
        self.django = WSGIHandler()
        self.asked: list[str] = []
        self.quick = QuickPages(self._application)

    def _application(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        self.asked.append(environ["PATH_INFO"])
        return self.django(environ, start_response)

    def get(self, path: str, **more: str) -> tuple[str, dict[str, str], bytes]:
        """Return status, headers and body."""
        before, _mark, query = path.partition("?")
        environ = {
            "REQUEST_METHOD": "GET", "SCRIPT_NAME": "", "PATH_INFO": before, "QUERY_STRING": query,
            "SERVER_NAME": "testserver", "SERVER_PORT": "80", "HTTP_HOST": "testserver",
            "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(),
            "wsgi.errors": io.StringIO(),
        } | more  # fmt: skip
        told: list[Any] = []
        answer = self.quick(environ, lambda *parts: told.extend(parts))
        body = b"".join(answer)
        assert len({name for name, _value in told[1]}) == len(told[1])
        return told[0], dict(told[1]), body


@pytest.fixture
def site(settings, monkeypatch: pytest.MonkeyPatch) -> Site:
    settings.KEPT_SECONDS = 60
    # The handler's signals would close the connection that the test's transaction is in.
    monkeypatch.setattr("django.core.handlers.wsgi.signals.request_started.send", lambda **_more: None)
    make_vote(until="published", delegates=4, ballots=CHOICES)
    return Site()


def test_the_second_answer_is_the_first_without_django(site: Site):
    for path in ("/", "/2018/result/", "/en/2018/", "/2018/result.json", "/robots.txt"):
        first = site.get(path, HTTP_X_REQUEST_ID=NAME)
        site.asked.clear()
        assert site.get(path, HTTP_X_REQUEST_ID=NAME) == first
        assert site.asked == [], path
        assert first[0] == "200 OK"
        assert {
            "Content-Security-Policy",
            "Permissions-Policy",
            "X-Content-Type-Options",
            "X-Frame-Options",
        } <= set(first[1])
        assert first[1]["X-Request-ID"] == NAME


def test_each_answer_has_a_name_of_its_own(site: Site):
    names = [site.get("/")[1]["X-Request-ID"] for _time in range(3)]
    assert len(set(names)) == 3
    assert all(re.fullmatch("[0-9a-f]{32}", name) for name in names)
    assert site.get("/", HTTP_X_REQUEST_ID="no name\r\nX: y")[1]["X-Request-ID"] not in names


@pytest.mark.parametrize(
    "how",
    [
        {"HTTP_COOKIE": "sessionid=x"},
        {"HTTP_COOKIE": "elder=large"},
        {"HTTP_COOKIE": "a=b; sessionid=x"},
        {"HTTP_HOST": "elsewhere.example"},
        {"HTTP_HOST": "vote.localhost"},
        {"REQUEST_METHOD": "POST"},
        {"REQUEST_METHOD": "HEAD"},
        {"HTTP_AUTHORIZATION": "x"},
        {"HTTP_RANGE": "bytes=0-1"},
        {"HTTP_IF_NONE_MATCH": '"x"'},
        {"SCRIPT_NAME": "/under"},
        {"wsgi.url_scheme": "https"},
        {"QUERY_STRING": "q=x"},
        {"PATH_INFO": "/\xe4\xb8\x80/"},
    ],
    ids=str,
)
def test_whatever_is_not_plain_is_asked_of_django(site: Site, how: dict[str, str]):
    site.get("/")
    site.asked.clear()
    site.get("/", **how)
    assert len(site.asked) == 1


def test_a_cookie_that_no_page_depends_on_is_no_obstacle(site: Site):
    first = site.get("/")
    site.asked.clear()
    assert site.get("/", HTTP_COOKIE="csrftoken=x; other=y")[2] == first[2]
    assert site.asked == []


def test_the_scheme_is_the_proxys_where_one_is_before_the_server(site: Site, settings):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS = True, 60
    site.__init__()  # type: ignore[misc]
    told = {"HTTP_X_FORWARDED_PROTO": "https, http"}
    first = site.get("/", **told)
    assert "Strict-Transport-Security" in first[1]
    site.asked.clear()
    again = site.get("/", **told)
    assert (again[2], site.asked) == (first[2], [])
    assert again[1]["Strict-Transport-Security"] == first[1]["Strict-Transport-Security"]
    assert site.get("/")[0].startswith("301"), "nobody is shown by the way what is for the other scheme"


def test_what_is_older_than_two_seconds_is_asked_of_django(
    site: Site, settings, monkeypatch: pytest.MonkeyPatch
):
    settings.KEPT_SECONDS = 2
    moment = [1000.0]
    monkeypatch.setattr(kept.time, "monotonic", lambda: moment[0])
    site.get("/")
    moment[0] += 2.1
    site.asked.clear()
    site.get("/")
    assert site.asked == ["/"]


def test_nothing_is_answered_where_nothing_is_kept(site: Site, settings):
    site.get("/")
    settings.KEPT_SECONDS = 0
    site.asked.clear()
    site.get("/")
    assert site.asked == ["/"]


def test_it_is_counted_as_any_other_answer(site: Site):
    site.get("/")
    before = metrics._counts["public", "ok"]
    site.get("/")
    assert metrics._counts["public", "ok"] == before + 1


def test_parameters_that_no_page_reads_make_no_other_page(site: Site):
    first = site.get("/2018/result/")
    with CaptureQueriesContext(connection) as caught:
        for number in range(50):
            assert site.get(f"/2018/result/?n={number}&next=/x/")[2] == first[2]
    assert len(caught) == 0
    assert len(KeptPages.newest.pages) == 1


def test_parameters_that_a_page_reads_are_exact(site: Site):
    one, other = (site.get(f"/2018/projects/?n=1&q={word}")[2] for word in ("公厕", "%E6%B2%B3"))
    assert one != other
    assert site.get("/2018/projects/?q=%E6%B2%B3&utm=x")[2] == other
    assert b"utm" not in other
    assert part_that_is_read("a=1&%71=2&q&q=3&b", frozenset("q")) == "%71=2&q&q=3"


def test_a_page_that_reads_nothing_sees_nothing_whoever_asks(client: Client):
    vote = make_vote(until="published", delegates=4, ballots=CHOICES)
    vote.sign_in(client)
    page = client.get("/2018/result/?next=/elsewhere/").content.decode()
    assert "elsewhere" not in page


def test_every_public_page_says_what_it_reads():
    views = [each.callback for each in (*public.urlpatterns, *delivery.urlpatterns)]
    assert all(isinstance(view.reads, frozenset) for view in views)
    assert {name for view in views for name in view.reads} == {
        "became", "field", "key", "only", "outcome", "page", "project", "q", "round", "sent", "sort", "source",
    }  # fmt: skip
