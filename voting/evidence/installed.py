"""Whether a database holds the rules of the files, and nothing else."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _

from voting.evidence import rules

#: Where the files are installed for a moment, for PostgreSQL to write both sides in the same words.
SCRATCH = "piaojue_scratch"

#: Name, definition, what was noted of it, and whether it is on.
FUNCTIONS = """
SELECT 'function ' || p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')',
       CASE p.prokind WHEN 'a' THEN 'aggregate' ELSE pg_get_functiondef(p.oid) END,
       coalesce(obj_description(p.oid, 'pg_proc'), ''), true
FROM pg_proc p
WHERE p.pronamespace = %s::regnamespace AND NOT EXISTS (
    SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
"""
TRIGGERS = """
SELECT 'trigger ' || t.tgname || ' on ' || c.relname, pg_get_triggerdef(t.oid),
       coalesce(obj_description(t.oid, 'pg_trigger'), ''), t.tgenabled = 'O'
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE c.relnamespace = %s::regnamespace AND NOT t.tgisinternal
"""


@dataclass(frozen=True)
class LiveRule:
    """A function or a trigger of the database: PostgreSQL's words for it, what is noted of it, and whether it is on."""

    definition: str
    note: str
    enabled: bool

    @property
    def is_as_noted(self) -> bool:
        return digest_of_rule(self.definition) in self.note.split()


Written = dict[str, LiveRule]


def differences(connection: BaseDatabaseWrapper) -> list[str]:
    """Return a sentence for every function and trigger of schema ``public`` that is not as the files say, or not on.

    Functions of extensions are left out; any other function there is one too many, for the rules look into that schema.
    Who may make a schema has PostgreSQL write both sides in its own words: the owner of the database. The web role,
    which may not, holds every rule against the hash that the owner noted of it (``note_rules``), which it cannot
    change. Nothing is changed, and nothing locked against the vote.
    """
    if may_make_schema(connection):
        live, wanted = _both_sides(connection)
        return _compare(live, wanted.keys(), lambda name: live[name].definition in wanted[name])
    live = _live(connection)
    return _compare(live, _names_in_files(), lambda name: live[name].is_as_noted)


def absent(cursor: Any) -> list[str]:
    """Return the rules of the files that a database has not, or has switched off: by their names, in one question.

    Quick enough to be asked every second, by whatever cursor; whether a rule says what its file says, ``differences``
    tells.
    """
    there = "SELECT name FROM ({}) AS rules (name, definition, note, enabled) WHERE enabled"
    cursor.execute(f"{there.format(TRIGGERS)} UNION ALL {there.format(FUNCTIONS)}", ["public", "public"])
    return sorted(_names_in_files() - {name for (name,) in cursor.fetchall()})


def note_rules(connection: BaseDatabaseWrapper) -> None:
    """Note of every rule the hash of how PostgreSQL writes it, where all are as the files say.

    As a comment, which only the owner of a rule can change, and which every dump takes along. Of rules that differ
    nothing is noted: ``differences`` names them.
    """
    live = _live(connection)
    if not may_make_schema(connection) or all(rule.is_as_noted for rule in live.values()):
        return
    live, wanted = _both_sides(connection)
    if _compare(live, wanted.keys(), lambda name: live[name].definition in wanted[name]):
        return
    with connection.cursor() as cursor:
        for name, variants in wanted.items():
            kind, _space, of = name.partition(" ")
            what = (
                f"{kind} public.{of}" if kind == "function" else f"{kind} {of.replace(' on ', ' on public.')}"
            )
            hashes = " ".join(sorted(digest_of_rule(each) for each in variants))
            cursor.execute(f"COMMENT ON {what} IS '{hashes}'")


def after_migrate(*, using: str, **_more: Any) -> None:
    """Note what is installed after ``migrate``."""
    note_rules(connections[using])


def digest_of_rule(definition: str) -> str:
    """Return the SHA-256 of what PostgreSQL writes of a rule."""
    return hashlib.sha256(definition.encode()).hexdigest()


def may_make_schema(connection: BaseDatabaseWrapper) -> bool:
    """Tell whether the role of the connection may make a schema in its database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_database_privilege(current_database(), 'CREATE')")
        return bool(cursor.fetchone()[0])


def _live(connection: BaseDatabaseWrapper) -> Written:
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        # Names are written with their schema where it is not on the path.
        cursor.execute("SET LOCAL search_path = pg_catalog")
        live = _written(cursor, "public")
        transaction.set_rollback(True, using=connection.alias)  # and the path is as it was
    return live


def _both_sides(connection: BaseDatabaseWrapper) -> tuple[Written, dict[str, set[str]]]:
    """Return the rules that there are, and every way in which PostgreSQL writes those of the files."""
    live = _live(connection)
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute("SET LOCAL search_path = pg_catalog")
        _install_beside(cursor)
        wanted = _written(cursor, SCRATCH)
        _restore_beside(cursor)
        restored = _written(cursor, SCRATCH)
        transaction.set_rollback(True, using=connection.alias)
    return live, {name: {wanted[name].definition, restored[name].definition} for name in wanted}


@cache
def _names_in_files() -> frozenset[str]:
    """Return the rules of the files by the names under which PostgreSQL lists them."""
    script = rules.script()
    functions = re.findall(r"^CREATE FUNCTION public\.(\w+\([^)]*\))", script, re.MULTILINE)
    triggers = re.findall(
        r"^CREATE (?:CONSTRAINT )?TRIGGER (\w+) .*? ON public\.(\w+)\s", script, re.MULTILINE
    )
    return frozenset(
        {f"function {each}" for each in functions}
        | {f"trigger {name} on {table}" for name, table in triggers}
    )


def _install_beside(cursor: CursorWrapper) -> None:
    cursor.execute(f"CREATE SCHEMA {SCRATCH}")
    for table in rules.tables():
        cursor.execute(f"CREATE TABLE {SCRATCH}.{table} (LIKE public.{table})")
    cursor.execute(rules.script().replace("public.", f"{SCRATCH}."))


def _restore_beside(cursor: CursorWrapper) -> None:
    """Make every trigger anew from what PostgreSQL says of it, as a restored dump does: it then puts some otherwise."""
    cursor.execute(TRIGGERS, [SCRATCH])
    for name, definition, _note, _enabled in cursor.fetchall():
        trigger, _on, table = name.removeprefix("trigger ").partition(" on ")
        cursor.execute(f"DROP TRIGGER {trigger} ON {SCRATCH}.{table}")
        cursor.execute(definition)


def _written(cursor: CursorWrapper, schema: str) -> Written:
    """Return the definition of everything in a schema, as if it were ``public``, and whether it is on."""
    rows: list[tuple[str, str, str, bool]] = []
    for question in (FUNCTIONS, TRIGGERS):
        cursor.execute(question, [schema])
        rows += cursor.fetchall()
    return {
        name: LiveRule(definition.replace(f"{schema}.", "public."), note, enabled)
        for name, definition, note, enabled in rows
    }


def _compare(live: Written, wanted: Collection[str], is_right: Callable[[str], bool]) -> list[str]:
    """Return a sentence for every difference; *is_right* tells whether a rule that is on both sides is the same."""
    sentences = []
    for name in sorted({*live, *wanted}):
        if name not in live:
            sentences.append(_("The database lacks %(rule)s.") % {"rule": name})
        elif name not in wanted:
            sentences.append(_("The database holds %(rule)s, which is in no file.") % {"rule": name})
        elif not is_right(name):
            sentences.append(_("In the database %(rule)s is not as its file says.") % {"rule": name})
        elif not live[name].enabled:
            sentences.append(_("The database has switched off %(rule)s.") % {"rule": name})
    return sentences
