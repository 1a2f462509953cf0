"""What the log, the collector of errors and the list of slow statements say, and what they never say.

Guards ``config.observing``, ``config.slow_statements`` and ``config.error_hook``.
"""

from __future__ import annotations

import io
import json
import logging
import re
import sys
import uuid
from types import ModuleType
from typing import Any

import pytest
from django.conf import settings as site
from django.db import IntegrityError, connection
from django.db.backends.signals import connection_created
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from config import error_hook, metrics, observing, slow_statements
from config.database import DatabaseUnavailable
from config.env import MisunderstoodSetting
from config.observing import DiscreetHandler, JSONLines, observed, sort_of
from config.slow_statements import shape_of

SECRET = "甲代表 4898 1143"


class Lines:
    """A logger as in production, and what it wrote."""

    def __init__(self) -> None:
        self.handler, self.stream = DiscreetHandler(), io.StringIO()
        self.handler.setStream(self.stream)
        self.handler.setFormatter(JSONLines())
        self.log = logging.Logger("django.request")  # noqa: LOG001 one of its own
        self.log.addHandler(self.handler)

    def written(self) -> list[dict[str, str]]:
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]

    def fail(self, path: str, error: Exception) -> None:
        """Log an error as Django does while that address is asked for."""

        def answer(request: HttpRequest) -> HttpResponse:
            self.log.error(
                "%s: %s", "Internal Server Error", path,
                extra={"status_code": 500, "request": request}, exc_info=error,
            )  # fmt: skip
            return HttpResponse(status=500)

        observed(answer)(RequestFactory().post(path, {"code": SECRET}))


@pytest.fixture
def lines() -> Lines:
    return Lines()


def raised(error: Exception) -> Exception:
    secret = SECRET  # a variable of the frame
    try:
        raise error
    except type(error) as caught:
        assert secret
        return caught


def test_a_line_is_one_object_without_a_person(lines: Lines) -> None:
    """It has the time, the logger, the view and the name of the request, and nothing of whoever asked.

    Guards ``config.observing``.
    """
    lines.fail("/2018/track/SECRETCODE/", raised(KeyError(SECRET)))
    [line] = lines.written()
    assert list(line) == ["time", "level", "logger", "message", "request", "page", "trace"]
    assert (line["level"], line["page"], line["message"]) == (
        "ERROR",
        "public",
        "Internal Server Error: public",
    )
    assert re.fullmatch(r"[0-9a-f]{32}", line["request"])
    assert line["trace"].startswith("KeyError\n")
    assert "test_logs.py" in line["trace"]
    assert "SECRETCODE" not in json.dumps(line)
    assert SECRET not in json.dumps(line, ensure_ascii=False)


@pytest.mark.parametrize("path", ["/ballot/cast/", "/jia/en/enter/", "/en/ballot/review/", "/delegate/"])
def test_a_page_of_the_vote_has_no_clock(lines: Lines, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its line waits for the full minute, has no second, no address, and no word of what failed.

    Guards ``config.observing``.
    """
    timers: list[float] = []

    class Timer:
        daemon = False

        def __init__(self, seconds: float, _call: object) -> None:
            timers.append(seconds)

        def start(self) -> None:
            pass

    monkeypatch.setattr("config.observing.threading.Timer", Timer)
    lines.fail(path, raised(ValueError(SECRET)))
    lines.fail(path, raised(ValueError(SECRET)))
    assert lines.written() == []
    assert len(timers) == 1
    assert 0 < timers[0] <= 60
    lines.handler.write_held()
    assert len(lines.written()) == 2
    for line in lines.written():
        assert line["time"].endswith(":00Z")
        assert (line["message"], line["page"]) == ("500 vote", "vote")
        assert line["trace"].startswith("ValueError\n")
        assert path not in json.dumps(line)
        assert SECRET not in json.dumps(line, ensure_ascii=False)


def test_what_is_held_is_written_before_the_end(lines: Lines) -> None:
    """A process that ends leaves no line behind. Guards ``config.observing``."""
    lines.fail("/ballot/cast/", raised(ValueError()))
    assert lines.written() == []
    lines.handler.close()
    assert len(lines.written()) == 1


def test_a_row_is_not_quoted(lines: Lines) -> None:
    """What the database says of a refused row stays out of the log. Guards ``config.observing``."""
    lines.fail("/admin/people/", raised(IntegrityError(SECRET)))
    assert SECRET not in lines.stream.getvalue()
    assert lines.written()[0]["trace"].startswith("IntegrityError\n")


def test_a_suspicious_request_is_not_quoted(lines: Lines, capsys: pytest.CaptureFixture[str]) -> None:
    """What Django says of one may hold its words, a per cent sign too, which is no place for an argument.

    Guards ``config.observing``.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        words = f"Detected path traversal attempt in '{SECRET} 100%'"
        lines.log.error(words, extra={"status_code": 400, "request": request})
        return HttpResponse(status=400)

    observed(answer)(RequestFactory().post("/admin/people/"))
    assert lines.written()[0]["message"] == "django.request staff"
    assert SECRET not in lines.stream.getvalue() + capsys.readouterr().err


def test_outside_of_a_request_the_words_are_told(lines: Lines) -> None:
    """A fault as the server starts says what is wrong: nobody asked for anything. Guards ``config.observing``."""
    lines.log.error("start", exc_info=raised(ValueError("what is wrong")))
    assert lines.written()[0]["trace"].startswith("ValueError: what is wrong\n")


def test_production_logs_that_way() -> None:
    """The settings of production name this handler and this format. Guards ``config.observing``."""
    text = (site.BASE_DIR / "config" / "settings.py").read_text()
    assert '"config.observing.DiscreetHandler", "formatter": "json"' in text


@pytest.mark.parametrize(
    ("sent", "taken"),
    [
        ("0123456789abcdef0123456789abcdef", True),
        (str(uuid.UUID(int=7)), True),
        ("001", False),
        ("x" * 32, False),
        ("0123456789abcdef0123456789abcdef\n", False),
        ("../../etc", False),
        ("", False),
    ],
)
def test_a_request_has_a_plain_name(sent: str, taken: bool) -> None:
    """The proxy's name is taken where it is one, else made; the answer carries it. Guards ``config.observing``."""
    request = RequestFactory().get("/", headers={"X-Request-ID": sent})
    answer = observed(lambda _request: HttpResponse())(request)
    assert (answer["X-Request-ID"] == sent) is taken
    assert re.fullmatch(r"[0-9a-f-]{32,36}", answer["X-Request-ID"])


@pytest.mark.django_db
def test_no_request_is_named_in_the_database(client: Client) -> None:
    """The name of a request is told and not kept. Guards ``config.observing``."""
    name = uuid.uuid4().hex
    with connection.execute_wrapper(
        lambda execute, sql, values, many, context: (
            pytest.fail("kept") if name in f"{sql}{values}" else execute(sql, values, many, context)
        )
    ):
        assert client.get("/enter/", headers={"X-Request-ID": name})["X-Request-ID"] == name
        client.post("/enter/", {"number": "001", "code": "1"}, headers={"X-Request-ID": name})


def test_the_sorts_of_pages() -> None:
    """Congress and language make no other sort of a page. Guards ``config.observing``."""
    sorts = {
        "/ballot/cast/": "vote", "/jia/en/enter/": "vote", "/en/receipt/": "vote", "/jia/admin/": "staff",
        "/jia/api/v1/": "data", "/static/x.css": "files", "/": "public", "/2018/result/": "public",
    }  # fmt: skip
    assert {path: sort_of(path) for path in sorts} == sorts


# --------------------------------------------------------------------------------------------------- statements


def test_a_shape_has_no_value() -> None:
    """Texts, numbers and the length of lists are no part of a shape. Guards ``config.slow_statements``."""
    asked = "SELECT a, b FROM t2 WHERE a IN (%s, %s,  %s)\n AND b = 'it''s 5' AND c > 12.5 LIMIT 21"
    assert shape_of(asked) == "SELECT a, b FROM t2 WHERE a IN (?, …) AND b = ? AND c > ? LIMIT ?"
    assert shape_of(asked.replace("%s, %s", "%s")) == shape_of(asked)


@pytest.mark.django_db(transaction=True)
def test_a_connection_is_looked_at_by_as_many_after_many_pages_as_after_one(monkeypatch) -> None:
    """A pool gives every page its connection anew while its statements are seen. Guards ``config.slow_statements``."""
    monkeypatch.setattr(site, "KEPT_SECONDS", 0.001)
    slow_statements.watch()
    try:
        for path in ("/", "/secrecy/", "/years/", "/enter/", "/nothing/"):
            connection.close()
            Client().get(path)
            connection.ensure_connection()
            assert connection.execute_wrappers == [slow_statements.timed], path
    finally:
        connection_created.disconnect(dispatch_uid="slow statements")
        connection.execute_wrappers.clear()


def run(path: str, times: int = 1) -> None:
    """Let a page of that address ask a slow question."""

    def answer(request: HttpRequest) -> HttpResponse:
        for number in range(times):
            slow_statements.timed(
                lambda *_more: None, f"SELECT {number} FROM t WHERE n = %s", ["001"], False, {}
            )
        return HttpResponse()

    observed(answer)(RequestFactory().get(path))


def test_a_slow_statement_is_told_once_a_minute(
    caplog: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its shape, however often it is slow; a page of the vote tells nothing. Guards ``config.slow_statements``."""
    monkeypatch.setattr(slow_statements, "_written", {})
    monkeypatch.setattr(metrics, "_slow", [0])
    settings.SLOW_STATEMENT_MS = 0
    run("/ballot/", times=3)
    assert caplog.messages == []
    run("/years/", times=3)
    assert caplog.messages == ["a statement took 0 ms: SELECT ? FROM t WHERE n = %s"]
    assert metrics._slow == [3]
    settings.SLOW_STATEMENT_MS = 10_000
    monkeypatch.setattr(slow_statements, "_written", {})
    run("/years/")
    assert len(caplog.messages) == 1


# ------------------------------------------------------------------------------------------------------ the hook

EVENT: dict[str, Any] = {
    "event_id": "1", "level": "error", "platform": "python",
    "request": {"url": f"https://x/{SECRET}", "headers": {"Cookie": SECRET}, "data": SECRET, "query_string": SECRET},
    "user": {"id": 1, "ip_address": "1.2.3.4"}, "breadcrumbs": {"values": [SECRET]}, "extra": {"argv": SECRET},
    "contexts": {"trace": SECRET}, "modules": {}, "transaction": f"/{SECRET}/", "server_name": "host",
    "exception": {"values": [{
        "type": "KeyError", "value": SECRET, "module": "builtins", "mechanism": {"data": SECRET},
        "stacktrace": {"frames": [{"filename": "a.py", "lineno": 1, "function": "f", "vars": {"code": SECRET},
                                   "context_line": SECRET, "pre_context": [SECRET]}]},
    }]},
}  # fmt: skip


def sent_of(path: str, error: Exception) -> dict[str, Any] | None:
    """Return what is sent of an event that happens at that address."""
    events: list[dict[str, Any] | None] = []

    def answer(request: HttpRequest) -> HttpResponse:
        event = json.loads(json.dumps(EVENT))
        events.append(error_hook.scrubbed(event, {"exc_info": (type(error), error, None)}))
        return HttpResponse()

    observed(answer)(RequestFactory().post(path))
    return events[0]


def test_an_event_is_scrubbed() -> None:
    """No body, header, cookie, address, person or variable is sent. Guards ``config.error_hook``."""
    event = sent_of("/admin/people/", KeyError("ours"))
    assert event is not None
    assert SECRET not in json.dumps(event, ensure_ascii=False)
    assert set(event) == {"event_id", "level", "platform", "exception", "tags"}
    [exception] = event["exception"]["values"]
    assert set(exception) == {"type", "module", "stacktrace"}
    assert exception["stacktrace"]["frames"] == [{"filename": "a.py", "lineno": 1, "function": "f"}]
    assert re.fullmatch(r"[0-9a-f]{32}", event["tags"]["request"])


def test_nothing_is_sent_of_a_vote_nor_of_a_database_that_is_away() -> None:
    """A page of the vote has no collector; a database that is away is no mistake. Guards ``config.error_hook``."""
    assert sent_of("/jia/ballot/cast/", KeyError("ours")) is None
    assert sent_of("/years/", DatabaseUnavailable("away")) is None
    event = sent_of("/years/", IntegrityError(SECRET))
    assert SECRET not in json.dumps(event, ensure_ascii=False)


def test_the_hook_is_off_unless_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an address nothing is loaded; with one the package must be there. Guards ``config.error_hook``."""
    monkeypatch.setitem(sys.modules, "sentry_sdk", None)
    error_hook.begin("")
    with pytest.raises(MisunderstoodSetting, match="sentry-sdk is not installed"):
        error_hook.begin("https://key@errors.example.org/1")
    asked: dict[str, Any] = {}
    library: Any = ModuleType("sentry_sdk")
    library.init = lambda **how: asked.update(how)
    monkeypatch.setitem(sys.modules, "sentry_sdk", library)
    error_hook.begin("https://key@errors.example.org/1")
    assert asked["before_send"] is error_hook.scrubbed
    assert (asked["send_default_pii"], asked["include_local_variables"]) == (False, False)
    assert (asked["max_request_body_size"], asked["send_client_reports"]) == ("never", False)


def test_the_log_is_not_asked_outside_of_a_request() -> None:
    """Nothing stays of a request after it. Guards ``config.observing``."""
    observed(lambda _request: HttpResponse())(RequestFactory().get("/ballot/"))
    assert observing.request_id() == ""
    assert not observing.is_vote()
