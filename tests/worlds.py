"""Worlds that many tests begin with: made by the verbs once in a process, put back row by row from then on.

A published vote takes hundreds of statements to come about, and hundreds of tests begin with one. The rows of every
world are kept as the verbs left them; the next test that asks for it gets the same rows in its own transaction, which
ends as ever, so that no test sees what another did. A world that begins with another one goes on from its rows.

A world belongs to the arguments and the language it was made with, and to nothing else: what is made while a test has
something in the place of the code is neither kept nor taken from what is kept (``patched``), except where no world
calls what was put aside (``UNCALLED``).
"""

from __future__ import annotations

import functools
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

from django.apps import apps
from django.db import connection, transaction
from django.utils.translation import get_language

P = ParamSpec("P")
World = TypeVar("World")


@dataclass(frozen=True)
class _Kept:
    """The rows of a world, table by table as PostgreSQL writes them, and the objects that its maker returned."""

    rows: dict[str, bytes]
    objects: bytes


#: What no world calls, by its module and name: ``test_worlds`` makes worlds where it can't be called.
UNCALLED = {("voting.foreign.scanned", "pages_of")}
#: Tells whether the test that runs has put something in the place of the code; set for every test.
patched: Callable[[], bool] = bool

_kept: dict[str, _Kept] = {}


def kept(make: Callable[P, World]) -> Callable[P, World]:
    """Keep the worlds that *make* makes; equal arguments, equal worlds.

    Only a world made in an empty database is kept, and only there is it put back.
    """

    @functools.wraps(make)
    def begin(*args: P.args, **how: P.kwargs) -> World:
        if patched() or _filled_tables():
            return make(*args, **how)
        name = repr((make.__module__, make.__qualname__, args, sorted(how.items()), get_language()))
        if name in _kept:
            _put_back(_kept[name].rows)
            world: World = pickle.loads(_kept[name].objects)  # noqa: S301 our own objects
            return world
        world = make(*args, **how)
        _kept[name] = _Kept(rows=_take_down(_filled_tables()), objects=pickle.dumps(world))
        return world

    return begin


@functools.cache
def _question() -> str:
    """Return the statement that names those of our tables that hold a row."""
    models = [
        model
        for app in ("accounts", "voting")
        for model in apps.get_app_config(app).get_models(include_auto_created=True)
    ]
    tables = sorted({model._meta.db_table for model in models if not model._meta.proxy})
    return " UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})" for table in tables)


def _filled_tables() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(_question())
        return [name for (name,) in cursor.fetchall()]


def _take_down(tables: list[str]) -> dict[str, bytes]:
    rows = {}
    with connection.connection.cursor() as cursor:
        for table in tables:
            with cursor.copy(f"COPY {table} TO STDOUT (FORMAT binary)") as copy:
                rows[table] = b"".join(copy)
    return rows


def _put_back(rows: dict[str, bytes]) -> None:
    """Write rows that the triggers have seen once; the role ``replica`` passes over them."""
    with transaction.atomic(), connection.connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table, its in rows.items():
            with cursor.copy(f"COPY {table} FROM STDIN (FORMAT binary)") as copy:
                copy.write(its)
        cursor.execute("SET LOCAL session_replication_role = origin")
