"""How many statements reach the database: counted where psycopg sends them, for Django's own count misses some."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg


@contextmanager
def counted() -> Iterator[list[str]]:
    """Collect every statement that this process sends within; BEGIN and COMMIT, which psycopg adds, are left aside."""
    execute, many = psycopg.Cursor.execute, psycopg.Cursor.executemany
    sent: list[str] = []

    def told(self: Any, query: Any, *args: Any, **how: Any) -> Any:
        sent.append(query if isinstance(query, str) else repr(query))
        return execute(self, query, *args, **how)

    def told_many(self: Any, query: Any, *args: Any, **how: Any) -> Any:
        sent.append(query if isinstance(query, str) else repr(query))
        return many(self, query, *args, **how)

    psycopg.Cursor.execute, psycopg.Cursor.executemany = told, told_many  # type: ignore[method-assign]
    try:
        yield sent
    finally:
        psycopg.Cursor.execute, psycopg.Cursor.executemany = execute, many  # type: ignore[method-assign]
