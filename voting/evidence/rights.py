"""Which rights in the database nobody but its owner needs, and takes them away.

The web role of ``deploy/roles.sql`` may SELECT, INSERT, UPDATE and DELETE. What PostgreSQL gives to everybody beside
that (temporary tables, in an older database tables of one's own), and what a careless GRANT added, is withdrawn
after every ``migrate``: rights on a database come with no dump, so a restored one is open again until then.
"""

from __future__ import annotations

import sys
from typing import Any

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.db.utils import ProgrammingError
from django.utils.translation import gettext as _

#: Every right that somebody beside the owner has and should not: the right, what it is on, and whose it is; empty is
#: everybody. Of the list of migrations nobody else may change a line: it says which rules are installed.
TOO_MUCH = """
SELECT a.privilege_type, 'DATABASE ' || quote_ident(d.datname), coalesce(quote_ident(r.rolname), '')
FROM pg_database d CROSS JOIN aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
LEFT JOIN pg_roles r ON r.oid = a.grantee
WHERE d.datname = current_database() AND a.grantee <> d.datdba AND a.privilege_type IN ('TEMPORARY', 'CREATE')
UNION ALL
SELECT a.privilege_type, 'SCHEMA public', coalesce(quote_ident(r.rolname), '')
FROM pg_namespace n CROSS JOIN aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) a
JOIN pg_database d ON d.datname = current_database() LEFT JOIN pg_roles r ON r.oid = a.grantee
WHERE n.nspname = 'public' AND a.grantee NOT IN (n.nspowner, d.datdba) AND a.privilege_type = 'CREATE'
UNION ALL
SELECT a.privilege_type, 'TABLE public.' || quote_ident(c.relname), coalesce(quote_ident(r.rolname), '')
FROM pg_class c CROSS JOIN aclexplode(c.relacl) a LEFT JOIN pg_roles r ON r.oid = a.grantee
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.grantee <> c.relowner
AND (a.privilege_type IN ('TRUNCATE', 'REFERENCES', 'TRIGGER')
     OR c.relname = 'django_migrations' AND a.privilege_type IN ('INSERT', 'UPDATE', 'DELETE'))
"""


def too_much(cursor: CursorWrapper) -> list[tuple[str, str, str]]:
    """Return every right that nobody but the owner needs and that somebody has: right, thing, role."""
    cursor.execute(TOO_MUCH)
    rows: list[tuple[str, str, str]] = cursor.fetchall()
    return sorted(rows)


def withdraw(connection: BaseDatabaseWrapper) -> list[tuple[str, str, str]]:
    """Take away every right that is too much; return those that are left because they are not ours to take."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for right, thing, role in too_much(cursor):
            try:
                with transaction.atomic(using=connection.alias):
                    # Names come quoted from PostgreSQL.
                    cursor.execute(f"REVOKE {right} ON {thing} FROM {role or 'PUBLIC'}")
            except ProgrammingError:
                continue
        return too_much(cursor)


def after_migrate(*, using: str, verbosity: int = 1, **_more: Any) -> None:
    """Withdraw what is too much after ``migrate``, and say what only a superuser of the database can withdraw."""
    for right, thing, role in withdraw(connections[using]):
        if verbosity:
            sentence = _(
                "%(role)s may %(right)s on %(thing)s, and this role cannot withdraw it. As a superuser of the "
                "database: REVOKE %(right)s ON %(thing)s FROM %(role)s"
            ) % {"role": role or "PUBLIC", "right": right, "thing": thing}
            sys.stderr.write(f"piaojue: {sentence}\n")
