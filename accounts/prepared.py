"""The few statements that a whole hall asks within a minute: plain SQL, planned once per connection where it is kept.

Only a connection from the pool is kept; and one that a proxy may hand to others between two statements
(``prepare_threshold`` None, as Django sets it) is not told to keep plans.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

#: By their names, or in their order.
Values = Mapping[str, Any] | Sequence[Any]


def ask(statement: str, values: Values) -> tuple[Any, ...] | None:
    """Return the first row of the answer, or None."""
    with connection.cursor() as cursor:
        _send(cursor, statement, values)
        row: tuple[Any, ...] | None = cursor.fetchone()
    return row


def ask_all(statement: str, values: Values) -> list[tuple[Any, ...]]:
    """Return all rows of the answer."""
    with connection.cursor() as cursor:
        _send(cursor, statement, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def change(statement: str, values: Values) -> int:
    """Return how many rows the statement wrote."""
    with connection.cursor() as cursor:
        _send(cursor, statement, values)
        rows: int = cursor.rowcount
    return rows


def _send(cursor: Any, statement: str, values: Values) -> None:
    pooled = getattr(connection, "pool", None)
    if pooled is None or connection.connection.prepare_threshold is None:
        cursor.execute(statement, values)
    else:
        cursor._execute_with_wrappers(statement, values, many=False, executor=_prepared)  # noqa: SLF001


def _prepared(statement: str, values: Values, _many: bool, context: Any) -> None:  # noqa: FBT001 as Django calls it
    """Let whoever looks at every statement see this one too: ``connection.execute_wrapper``."""
    with connection.wrap_database_errors:
        context["cursor"].cursor.execute(statement, values, prepare=True)
