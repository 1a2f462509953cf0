"""Whether a database holds the rules of the files, and nothing else."""

from __future__ import annotations

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _

from voting.evidence import rules

#: Where the files are installed for a moment, for PostgreSQL to write both sides in the same words.
SCRATCH = "piaojue_scratch"

FUNCTIONS = """
SELECT 'function ' || p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')',
       CASE p.prokind WHEN 'a' THEN 'aggregate' ELSE pg_get_functiondef(p.oid) END, true
FROM pg_proc p
WHERE p.pronamespace = %s::regnamespace AND NOT EXISTS (
    SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
"""
TRIGGERS = """
SELECT 'trigger ' || t.tgname || ' on ' || c.relname, pg_get_triggerdef(t.oid), t.tgenabled = 'O'
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE c.relnamespace = %s::regnamespace AND NOT t.tgisinternal
"""


def differences(connection: BaseDatabaseWrapper) -> list[str]:
    """Return a sentence for every function and trigger of schema ``public`` that is not as the files say, or not on.

    Functions of extensions are left out; any other function there is one too many, for the rules look into that schema.
    The files are installed in a schema of their own beside the real tables, which are neither changed nor locked
    against the vote, and everything is rolled back. Needs the right to make a schema: the owner of the database has
    it, the web role has not.
    """
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        # Names are written with their schema where it is not on the path.
        cursor.execute("SET LOCAL search_path = pg_catalog")
        live = _written(cursor, "public")
        _install_beside(cursor)
        wanted = _written(cursor, SCRATCH)
        _restore_beside(cursor)
        restored = _written(cursor, SCRATCH)
        transaction.set_rollback(True, using=connection.alias)
    return _compare(live, {name: {wanted[name][0], restored[name][0]} for name in wanted})


def _install_beside(cursor: CursorWrapper) -> None:
    cursor.execute(f"CREATE SCHEMA {SCRATCH}")
    for table in rules.tables():
        cursor.execute(f"CREATE TABLE {SCRATCH}.{table} (LIKE public.{table})")
    cursor.execute(rules.script().replace("public.", f"{SCRATCH}."))


def _restore_beside(cursor: CursorWrapper) -> None:
    """Make every trigger anew from what PostgreSQL says of it, as a restored dump does: it then puts some otherwise."""
    cursor.execute(TRIGGERS, [SCRATCH])
    for name, definition, _enabled in cursor.fetchall():
        trigger, _on, table = name.removeprefix("trigger ").partition(" on ")
        cursor.execute(f"DROP TRIGGER {trigger} ON {SCRATCH}.{table}")
        cursor.execute(definition)


def _written(cursor: CursorWrapper, schema: str) -> dict[str, tuple[str, bool]]:
    """Return the definition of everything in a schema, as if it were ``public``, and whether it is on."""
    rows: list[tuple[str, str, bool]] = []
    for question in (FUNCTIONS, TRIGGERS):
        cursor.execute(question, [schema])
        rows += cursor.fetchall()
    return {
        name: (definition.replace(f"{schema}.", "public."), enabled) for name, definition, enabled in rows
    }


def _compare(live: dict[str, tuple[str, bool]], wanted: dict[str, set[str]]) -> list[str]:
    sentences = []
    for name in sorted(live.keys() | wanted.keys()):
        if name not in live:
            sentences.append(_("The database lacks %(rule)s.") % {"rule": name})
        elif name not in wanted:
            sentences.append(_("The database holds %(rule)s, which is in no file.") % {"rule": name})
        elif live[name][0] not in wanted[name]:
            sentences.append(_("In the database %(rule)s is not as its file says.") % {"rule": name})
        elif not live[name][1]:
            sentences.append(_("The database has switched off %(rule)s.") % {"rule": name})
    return sentences
