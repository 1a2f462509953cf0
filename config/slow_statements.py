"""Statements that take long, by their shape: without a value, once a minute for each, and none of the vote's pages."""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from config import metrics
from config.observing import is_vote

_log = logging.getLogger(__name__)

LINE_EVERY = 60  # seconds
#: A shape is cut here, and so many are remembered.
LONGEST, MOST = 600, 500
_VALUES = re.compile(r"'(?:[^']|'')*'|\b\d+(?:\.\d+)?\b")
_LISTS = re.compile(r"(?:%s|\?)(?:\s*,\s*(?:%s|\?))+")

_written: dict[str, float] = {}
_one = threading.Lock()


def shape_of(statement: str) -> str:
    """Return a statement without texts and numbers, and with every list of values as one."""
    return " ".join(_LISTS.sub("?, …", _VALUES.sub("?", statement)).split())[:LONGEST]


def watch() -> None:
    """Look at every statement of this process from now on; SLOW_STATEMENT_MS of 0 looks at none."""
    if settings.SLOW_STATEMENT_MS:
        connection_created.connect(_look_at, dispatch_uid="slow statements")


def _look_at(connection: BaseDatabaseWrapper, **_more: Any) -> None:
    # First: a connection is often made within ``execute_wrapper``, which takes off what is last when it ends.
    if timed not in connection.execute_wrappers:
        connection.execute_wrappers.insert(0, timed)


def timed(execute: Callable[..., Any], statement: str, values: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 as Django calls it
    """Return what the statement answers, and write its shape down where that took long."""
    begun = time.monotonic()
    try:
        return execute(statement, values, many, context)
    finally:
        milliseconds = (time.monotonic() - begun) * 1000
        if milliseconds >= settings.SLOW_STATEMENT_MS and not is_vote():
            _note(shape_of(str(statement)), milliseconds)


def _note(shape: str, milliseconds: float) -> None:
    metrics.count_slow()
    now = time.monotonic()
    with _one:
        if now - _written.get(shape, -LINE_EVERY) < LINE_EVERY:
            return
        if len(_written) >= MOST:
            _written.clear()
        _written[shape] = now
    _log.warning("a statement took %d ms: %s", milliseconds, shape)
