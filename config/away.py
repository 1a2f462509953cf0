"""What people are told when the database does not do what a page needs: try again, and whether the ballot is in.

A database that is away, read-only or full is no fault of a page: the answer is 503 with a time to come back, in the
reader's language, from a template that asks the database nothing. The log has a line a minute for each kind of trouble
instead of the traces of every request. Any other exception is a mistake of ours: 500, and its trace.
"""

from __future__ import annotations

import logging
import sys
import threading
import time
from typing import NamedTuple

import psycopg
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.cache import patch_cache_control
from django.utils.translation import override

from config.addresses import INTERFACE
from config.database import DatabaseUnavailable
from config.observing import request_id_of

_log = logging.getLogger(__name__)

#: The page of each.
PAGES = {503: "503.html", 500: "500.html", 400: "400.html", 413: "413.html"}
#: When to come back.
RETRY = 5  # seconds
UNAVAILABLE, FAULT, UNREADABLE, TOO_LARGE = 503, 500, 400, 413
#: A line in the log for each kind, so often.
LINE_EVERY = 60  # seconds
#: SQLSTATEs, or how they begin, and what the trouble is; the longest that fits counts.
KINDS = {
    "08": "connection lost", "25006": "read-only", "40": "conflict of transactions", "53": "out of resources",
    "53100": "disk full", "53300": "too many connections", "55P03": "lock not available", "57": "interrupted",
    "57P01": "shutting down", "57P02": "crashed", "57P03": "starting or stopping", "58": "system error",
}  # fmt: skip
DISK_FULL = KINDS["53100"]


def trouble_of(error: BaseException | None) -> str | None:
    """Return what the database did not do, where that is why; None where the exception is a mistake of ours."""
    while error is not None:
        if isinstance(error, DatabaseUnavailable):
            return "no connection"
        if isinstance(error, psycopg.Error | DatabaseError | InterfaceError):
            if (state := getattr(error, "sqlstate", None)) is not None:
                fitting = [each for each in KINDS if state.startswith(each)]
                return KINDS[max(fitting, key=len)] if fitting else None
            lost = OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError
            if error.__cause__ is None and isinstance(error, lost):
                return "no answer"
        error = error.__cause__
    return None


class _Told(NamedTuple):
    at: float
    since: int


class Troubles:
    """How often each kind of trouble was met, and when last; the log is told once a minute."""

    def __init__(self) -> None:
        self._met: dict[str, float] = {}
        self._told: dict[str, _Told] = {}
        self._one = threading.Lock()

    def meet(self, kind: str) -> None:
        """Note the trouble of a request, and write a line where there was none for a minute."""
        now = time.monotonic()
        with self._one:
            self._met[kind] = now
            told = self._told.get(kind)
            if told is not None and now - told.at < LINE_EVERY:
                self._told[kind] = told._replace(since=told.since + 1)
                return
            self._told[kind] = _Told(now, 0)
        before = f", {told.since} more since the line before" if told and told.since else ""
        _log.error("the database refused a request: %s%s", kind, before)

    def was_met(self, kind: str, *, within: float) -> bool:
        """Tell whether that happened to a request in the last seconds."""
        met = self._met.get(kind)
        return met is not None and time.monotonic() - met <= within


troubles = Troubles()


class OnceAMinute(logging.Filter):
    """Keeps out of the log whatever met such trouble, for which one line stands, and what monitors ask."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether the record stays."""
        error = record.exc_info[1] if record.exc_info else None
        return trouble_of(error) is None if error else getattr(record, "status_code", 0) != UNAVAILABLE


def fault(request: HttpRequest) -> HttpResponse:
    """Answer for an exception that nobody caught: the site's ``handler500``."""
    kind = trouble_of(sys.exc_info()[1])
    if kind is None:
        return _answer(request, FAULT)
    troubles.meet(kind)
    answer = _answer(request, UNAVAILABLE)
    answer["Retry-After"] = str(RETRY)
    return answer


def unreadable(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer for a request that cannot be read, or is for another site: the site's ``handler400``."""
    return _answer(request, TOO_LARGE if isinstance(exception, RequestDataTooBig) else UNREADABLE)


def language_of(path: str) -> str:
    """Return the language of an address, the congress before it left aside; nothing is asked for that."""
    first_two = path.split("/")[1:3]
    return next((code for code, _name in settings.LANGUAGES if code in first_two), settings.LANGUAGE_CODE)


def is_data(path: str) -> bool:
    """Tell whether programs read this address."""
    return path.endswith(".json") or INTERFACE.match(path) is not None


def _answer(request: HttpRequest, status: int) -> HttpResponse:
    path, identity = request.path, request_id_of(request)
    with override(language_of(path)):
        answer: HttpResponse
        if is_data(path):
            answer = JsonResponse({"error": _sentence(status)}, status=status)
        else:
            shown = {"identity": identity, "large": getattr(request, "elder", False)}
            answer = HttpResponse(render_to_string(PAGES[status], shown), status=status)
    patch_cache_control(answer, no_store=True)
    return answer


def _sentence(status: int) -> str:
    return {
        UNAVAILABLE: "The database is away for a moment; nothing was answered. Ask again in a few seconds.",
        FAULT: "The server had a fault.",
        UNREADABLE: "The request cannot be read.",
        TOO_LARGE: "The request is too large.",
    }[status]
