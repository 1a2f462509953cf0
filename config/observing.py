"""What is noted of requests, and what never is: a name for each, what sort of page it was, and lines for the log.

No line says who asked, from where or for which address. A line about a page of the vote carries no time finer than a
minute, nor does the moment at which it is written, nor its place among the others: no clock beside a vote (TRUST.md).
"""

from __future__ import annotations

import json
import logging
import random
import re
import secrets
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from traceback import extract_tb
from typing import Any, TextIO

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponseBase

from config import metrics
from config.database.patience import PAGES, STAFF, waiting_at_most

HEADER = "X-Request-ID"
#: What a proxy writes: 32 digits, or a UUID.
_IDENTITY = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
VOTE, STAFF_PAGE, DATA, FILES, PUBLIC = "vote", "staff", "data", "files", "public"
#: The sorts of pages, by what their addresses begin with; the congress and the language before it aside.
_SORTS = {
    "ballot": VOTE, "delegate": VOTE, "enter": VOTE, "leave": VOTE, "look": VOTE, "receipt": VOTE,
    "admin": STAFF_PAGE, "api": DATA, "static": FILES,
}  # fmt: skip
MINUTE = 60  # seconds
#: Of an exception that another one caused, so many are told.
_MOST = 5

_sort: ContextVar[str] = ContextVar("sort", default="")
_identity: ContextVar[str] = ContextVar("identity", default="")


def sort_of(path: str) -> str:
    """Return what sort of page an address is of."""
    for part in path.split("/")[1:4]:
        if part in _SORTS:
            return _SORTS[part]
    return PUBLIC


def is_vote() -> bool:
    """Tell whether a page of the vote is being answered here."""
    return _sort.get() == VOTE


def request_id() -> str:
    """Return the name of the request that is answered here; empty outside of one."""
    return _identity.get()


def request_id_of(request: HttpRequest) -> str:
    """Return the name of this request."""
    identity: str = getattr(request, "identity", "")
    return identity


def name_of(environment: Mapping[str, Any]) -> str:
    """Return the name of a request: the proxy's where that is a plain one, else a new one."""
    sent = environment.get("HTTP_X_REQUEST_ID", "")
    return sent if sent and _IDENTITY.fullmatch(sent) else secrets.token_hex(16)


def observed(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: name the request, say how long its statements may take, and count its answer.

    The name is the proxy's where that is a plain one, else made here. It is told to whoever asked and stands in the
    log where there is a line about this request; nothing keeps it beside a ballot.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        identity = name_of(request.META)
        request.identity = identity  # type: ignore[attr-defined]
        sort = sort_of(request.path)
        tokens = _sort.set(sort), _identity.set(identity)
        try:
            with waiting_at_most(STAFF if sort == STAFF_PAGE else PAGES):
                answer = get_response(request)
        finally:
            _sort.reset(tokens[0])
            _identity.reset(tokens[1])
        metrics.count(sort, answer.status_code)
        answer[HEADER] = identity
        return answer

    return middleware


class JSONLines(logging.Formatter):
    """One JSON object a line: when, how grave, which logger, what, and of a request its name and its sort of page."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        sort = _sort.get()
        when = datetime.fromtimestamp(record.created, UTC)
        if sort == VOTE:
            when = when.replace(second=0)
        line = {
            "time": when.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "level": record.levelname,
            "logger": record.name,
            "message": _message(record),
        }
        line |= {key: value for key, value in (("request", _identity.get()), ("page", sort)) if value}
        if record.exc_info and (error := record.exc_info[1]):
            line["trace"] = "\n".join(_trace(error, is_silent=bool(sort)))
        return json.dumps(line, ensure_ascii=False)


def _message(record: logging.LogRecord) -> str:
    """Return what is said, the view in the place of the address; of a page of the vote only how it ended."""
    request = getattr(record, "request", None)
    if request is None:
        return record.getMessage()
    if is_vote():
        return f"{getattr(record, 'status_code', '')} {VOTE}".strip()
    match = getattr(request, "resolver_match", None)
    escaped = request.path.encode("unicode_escape").decode("ascii")
    arguments = record.args if isinstance(record.args, tuple) else ()
    view = match.view_name if match else _sort.get()
    if not arguments:  # what a suspicious request did, in words that may quote it
        return f"{record.name} {view}"
    return str(record.msg) % tuple(view if each == escaped else each for each in arguments)


def _trace(error: BaseException | None, *, is_silent: bool) -> Iterator[str]:
    """Yield where an exception came from; not what it says in a request, where that may quote a person or a row."""
    for _number in range(_MOST):
        if error is None:
            return
        kind = type(error).__qualname__
        yield kind if is_silent or _may_quote(error) else f"{kind}: {error}"
        for frame in extract_tb(error.__traceback__):
            yield f"  {frame.filename}:{frame.lineno} {frame.name}"
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _may_quote(error: BaseException) -> bool:
    return isinstance(error, DatabaseError) or hasattr(error, "sqlstate")


class DiscreetHandler(logging.StreamHandler[TextIO]):
    """Writes to standard error; what a page of the vote has to say at the next full minute, in no order."""

    def __init__(self) -> None:
        super().__init__(sys.stderr)
        self._held: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Write the line, or hold it."""
        if not is_vote():
            super().emit(record)
            return
        line = self.format(record)
        with self.lock:  # type: ignore[union-attr]
            self._held.append(line)
            if len(self._held) == 1:
                timer = threading.Timer(MINUTE - time.time() % MINUTE, self.write_held)
                timer.daemon = True
                timer.start()

    def write_held(self) -> None:
        """Write what is held."""
        with self.lock:  # type: ignore[union-attr]
            held, self._held = self._held, []
            random.shuffle(held)
            if held:
                self.stream.write("\n".join(held) + "\n")
                self.stream.flush()

    def close(self) -> None:
        """Write what is held before the process ends."""
        self.write_held()
        super().close()
