"""The database itself: its version, its rules, what the role may do that we run as, and what its server logs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from voting.evidence.installed import differences
from voting.management.database_version import unreadable_database
from voting.management.verification.checks import Look

#: The oldest version of PostgreSQL that has what the rights ask for.
OLDEST_SERVER = 15


def is_embedded() -> bool:
    """Tell whether this is the embedded PostgreSQL, whose only role owns everything."""
    return "EMBEDDED_IN" in settings.DATABASES["default"]


def tables(look: Look) -> Iterator[str]:
    """Hold the tables against this version: nothing left to migrate, no column that is missing."""
    if sentence := unreadable_database():
        yield sentence
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    look.seen = len(executor.loader.applied_migrations)
    for migration, _backwards in waiting:
        yield _("The migration %s has not been carried out: run manage.py migrate as the owner.") % migration
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
        )
        there = set(cursor.fetchall())
    for model in apps.get_models():
        table = model._meta.db_table  # noqa: SLF001 Django's documented interface
        for field in model._meta.local_concrete_fields:  # noqa: SLF001 Django's documented interface
            if (table, field.column) not in there:
                yield _("The table %(table)s lacks the column %(column)s.") % {
                    "table": table, "column": field.column,
                }  # fmt: skip


def rules(look: Look) -> Iterator[str]:
    """Hold every function and trigger against ``voting/evidence``."""
    yield from differences(connection)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal")
        look.seen = cursor.fetchone()[0]
        cursor.execute("SHOW session_replication_role")
        if cursor.fetchone()[0] != "origin":
            yield _("The rules are switched off for this role: session_replication_role is not “origin”.")


def rights(look: Look) -> Iterator[str]:
    """Try what the role may do that we run as: use rows, and nothing else (TRUST.md §6)."""
    if is_embedded():
        look.apart = _("the embedded database has one role, its owner: for trying only")
        return
    for right in RIGHTS:
        look.seen += 1
        with connection.cursor() as cursor:
            cursor.execute(right.question)
            things = [str(row[0]) for row in cursor.fetchall()]
        if things:
            yield str(right.sentence) % {"things": _(", ").join(things[:5])}


@dataclass(frozen=True)
class Right:
    """A question to the database whose answer should be empty; ``things`` are what it names."""

    question: str
    sentence: str | Promise


RIGHTS = (
    Right(
        "SELECT current_user WHERE (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)",
        gettext_lazy("The role %(things)s is a superuser: it can switch every rule off."),
    ),
    Right(
        "SELECT rolname FROM pg_roles WHERE rolsuper AND rolname <> current_user"
        " AND pg_has_role(current_user, oid, 'MEMBER')",
        gettext_lazy("The role is a member of the superuser %(things)s."),
    ),
    Right(
        "SELECT a FROM (SELECT unnest(ARRAY["
        " CASE WHEN rolcreaterole THEN 'CREATEROLE' END, CASE WHEN rolcreatedb THEN 'CREATEDB' END,"
        " CASE WHEN rolreplication THEN 'REPLICATION' END, CASE WHEN rolbypassrls THEN 'BYPASSRLS' END]) a"
        " FROM pg_roles WHERE rolname = current_user) x WHERE a IS NOT NULL",
        gettext_lazy("The role has attributes that it does not need: %(things)s."),
    ),
    Right(
        "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')"
        " AND pg_has_role(current_user, c.relowner, 'MEMBER') ORDER BY 1",
        gettext_lazy("The role owns tables, so it can switch their rules off: %(things)s."),
    ),
    Right(
        "SELECT p.proname FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace"
        " AND pg_has_role(current_user, p.proowner, 'MEMBER') ORDER BY 1",
        gettext_lazy("The role owns functions of the rules, so it can replace them: %(things)s."),
    ),
    Right(
        "SELECT datname FROM pg_database WHERE datname = current_database()"
        " AND pg_has_role(current_user, datdba, 'MEMBER')",
        gettext_lazy("The role owns the database %(things)s."),
    ),
    Right(
        "SELECT current_database() WHERE has_database_privilege(current_database(), 'TEMPORARY')",
        gettext_lazy(
            "The role may make temporary tables in %(things)s: REVOKE TEMPORARY ON DATABASE … FROM PUBLIC."
        ),
    ),
    Right(
        "SELECT 'the database' WHERE has_database_privilege(current_database(), 'CREATE')"
        " UNION ALL SELECT n.nspname FROM pg_namespace n WHERE has_schema_privilege(n.oid, 'CREATE')"
        " AND n.nspname !~ '^pg_(toast|temp)'",
        gettext_lazy("The role may create things in: %(things)s. Take CREATE from it and from PUBLIC."),
    ),
    Right(
        "SELECT c.relname || ' ' || p FROM pg_class c, unnest(ARRAY['TRUNCATE', 'REFERENCES', 'TRIGGER']) p"
        " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')"
        " AND has_table_privilege(c.oid, p) ORDER BY 1",
        gettext_lazy(
            "The role has rights on tables that it does not need: %(things)s. "
            "SELECT, INSERT, UPDATE and DELETE are enough."
        ),
    ),
    Right(
        "SELECT p FROM unnest(ARRAY['INSERT', 'UPDATE', 'DELETE']) p"
        " WHERE to_regclass('public.django_migrations') IS NOT NULL"
        " AND has_table_privilege('public.django_migrations', p)",
        gettext_lazy("The role may write the list of migrations (django_migrations): %(things)s."),
    ),
    Right(
        "SELECT 'session_replication_role' WHERE"
        " has_parameter_privilege(current_user, 'session_replication_role', 'SET')",
        gettext_lazy("The role may switch all triggers off for itself: it may set %(things)s."),
    ),
    Right(
        # They read or run what no web role should: pg_monitor sees what others are asking at this moment.
        "SELECT rolname FROM pg_roles WHERE rolname IN ('pg_read_all_data', 'pg_write_all_data',"
        " 'pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program', 'pg_monitor',"
        " 'pg_read_all_settings', 'pg_read_all_stats', 'pg_signal_backend')"
        " AND pg_has_role(current_user, oid, 'MEMBER') ORDER BY 1",
        gettext_lazy("The role is a member of roles that it does not need: %(things)s."),
    ),
)


@dataclass(frozen=True)
class Setting:
    """A setting of the server, what it must be, and what would happen otherwise."""

    name: str
    fine: Callable[[str], bool]
    sentence: str | Promise


def _is(*values: str) -> Callable[[str], bool]:
    return lambda value: value in values


def server_is_fit() -> Iterator[str]:
    """Yield a sentence where the server is too old, keeps text otherwise than as UTF-8, or takes no ballot."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_version_num')::int, current_setting('server_version'),"
            " current_setting('server_encoding'), pg_is_in_recovery(),"
            " current_setting('default_transaction_read_only')"
        )
        number, version, encoding, standby, read_only = cursor.fetchone()
    if number < OLDEST_SERVER * 10_000:
        yield _("The server is PostgreSQL %(version)s; %(oldest)d or newer is needed.") % {
            "version": version, "oldest": OLDEST_SERVER,
        }  # fmt: skip
    if encoding != "UTF8":
        yield (
            _("The encoding of the database is %s; names need UTF8. Make the database anew with it.")
            % encoding
        )
    if standby:
        yield _(
            "The server is a standby, which only reads: no ballot could be cast. Name the primary, or all hosts."
        )
    elif read_only == "on":
        yield _("The database is read-only (default_transaction_read_only): no ballot could be cast.")


_LOGS = gettext_lazy("What a delegate does would stand in the server's log, with its moment.")
SETTINGS = (
    Setting("fsync", _is("on"), gettext_lazy("An acknowledged ballot would be lost with the power.")),
    Setting(
        "full_page_writes", _is("on"), gettext_lazy("A page that is half written would destroy the urn.")
    ),
    Setting(
        "synchronous_commit",
        lambda value: value != "off",
        gettext_lazy("An acknowledged ballot would be lost with the power."),
    ),
    Setting("log_statement", _is("none", "ddl"), _LOGS),
    Setting("log_duration", _is("off"), _LOGS),
    Setting("log_min_duration_statement", _is("-1"), _LOGS),
    Setting("log_min_duration_sample", _is("-1"), _LOGS),
    Setting("log_transaction_sample_rate", _is("0"), _LOGS),
    Setting("log_min_error_statement", _is("panic"), _LOGS),
    Setting("log_error_verbosity", _is("terse"), _LOGS),
    Setting("log_parameter_max_length_on_error", _is("0"), _LOGS),
    Setting("auto_explain.log_min_duration", _is("-1", ""), _LOGS),
    Setting("pgaudit.log", _is("none", "", "ddl", "role", "ddl, role", "role, ddl"), _LOGS),
    Setting(
        "pg_stat_statements.track",
        _is("none", ""),
        gettext_lazy("It keeps the words of statements, and where one has no plan, their values."),
    ),
    Setting(
        "track_commit_timestamp",
        _is("off"),
        gettext_lazy(
            "The server would keep the moment of every transaction, and with it when each delegate voted."
        ),
    ),
    Setting("zero_damaged_pages", _is("off"), gettext_lazy("Damaged pages would be emptied without a word.")),
)


def server_settings() -> Iterator[str]:
    """Yield a sentence for every setting of the server under which ballots would be lost or voters told of."""
    with connection.cursor() as cursor:
        for setting in SETTINGS:
            cursor.execute("SELECT coalesce(current_setting(%s, true), '')", [setting.name])
            value = cursor.fetchone()[0]
            if not setting.fine(value):
                yield _("%(setting)s is “%(value)s”. %(why)s") % {
                    "setting": setting.name, "value": value, "why": setting.sentence,
                }  # fmt: skip


def connections_there_are(*, workers: int, each: int) -> Iterator[str]:
    """Yield a sentence where the server takes fewer connections than the workers may ask for together."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('max_connections')::int"
            " - current_setting('superuser_reserved_connections')::int,"
            " (SELECT rolconnlimit FROM pg_roles WHERE rolname = current_user),"
            " (SELECT datconnlimit FROM pg_database WHERE datname = current_database())"
        )
        most, *limits = cursor.fetchone()
    there = min([most, *(limit for limit in limits if limit >= 0)])
    if there < workers * each:
        yield _(
            "max_connections leaves %(there)d connections; %(workers)d workers may ask for %(each)d each."
        ) % {"there": there, "workers": workers, "each": each}
