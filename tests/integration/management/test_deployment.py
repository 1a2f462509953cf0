"""``check --deploy`` asks the database as the role that serves the pages, and names what is wrong with its server.

Guards ``voting.management.deployment`` and ``voting.management.verification.server``.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import OperationalError, connection
from django.utils.translation import override

from voting.management.deployment import production_database
from voting.management.verification import server

pytestmark = pytest.mark.django_db
ROLE = "piaojue_deploy_test"


@pytest.fixture(autouse=True)
def _served(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Be the web role of a server of its own, until the test's transaction is rolled back."""
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.setattr(server, "is_embedded", lambda: False)
    name = connection.ops.quote_name(str(connection.settings_dict["NAME"]))
    execute(
        f"CREATE ROLE {ROLE} LOGIN",
        f"CREATE ROLE {ROLE}_power SUPERUSER",
        f"REVOKE TEMPORARY, CREATE ON DATABASE {name} FROM PUBLIC",
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {ROLE}",
        f"REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {ROLE}",
        "SET LOCAL log_min_error_statement = panic",
        "SET LOCAL log_error_verbosity = terse",
    )
    with override("en"):
        yield
    execute("RESET SESSION AUTHORIZATION")


def execute(*statements: str) -> None:
    with connection.cursor() as cursor:
        for sql in statements:
            cursor.execute(sql)


def complaints() -> list[str]:
    """Return what the check says as the web role, apart from what the tests' own server is guilty of."""
    execute(f"SET SESSION AUTHORIZATION {ROLE}")
    try:
        return [
            str(problem.msg)
            for problem in production_database()
            if not str(problem.msg).startswith(("fsync is", "full_page_writes is"))
        ]
    finally:
        execute("RESET SESSION AUTHORIZATION")


def test_a_server_that_is_set_up_as_written_has_no_complaint():
    assert complaints() == []


WRONG = {
    "a superuser serves": (f"ALTER ROLE {ROLE} SUPERUSER", "is a superuser"),
    "a member of a superuser serves": (f"GRANT {ROLE}_power TO {ROLE}", "is a member of the superuser"),
    "the owner of a table serves": (
        f"ALTER TABLE voting_sealedballot OWNER TO {ROLE}",
        "owns tables, so it can switch their rules off: voting_sealedballot",
    ),
    "the owner of a rule serves": (
        f"ALTER FUNCTION piaojue_refuse() OWNER TO {ROLE}",
        "owns functions of the rules, so it can replace them: piaojue_refuse",
    ),
    "temporary tables": ("GRANT TEMPORARY ON DATABASE {database} TO PUBLIC", "may make temporary tables"),
    "may create in the schema": (f"GRANT CREATE ON SCHEMA public TO {ROLE}", "may create things in: public"),
    "may make schemas": (
        f"GRANT CREATE ON DATABASE {{database}} TO {ROLE}",
        "may create things in: the database",
    ),
    "may make triggers": (
        f"GRANT TRIGGER ON voting_tally TO {ROLE}",
        "rights on tables that it does not need: voting_tally TRIGGER",
    ),
    "may empty": (f"GRANT TRUNCATE ON voting_tally TO {ROLE}", "voting_tally TRUNCATE"),
    "writes the migrations": (
        f"GRANT DELETE ON django_migrations TO {ROLE}",
        "may write the list of migrations (django_migrations): DELETE",
    ),
    "switches triggers off": (
        f"GRANT SET ON PARAMETER session_replication_role TO {ROLE}",
        "may switch all triggers off for itself",
    ),
    "reads what others ask": (
        f"GRANT pg_monitor TO {ROLE}",
        "is a member of roles that it does not need: pg_monitor",
    ),
    "makes roles": (f"ALTER ROLE {ROLE} CREATEROLE", "has attributes that it does not need: CREATEROLE"),
    "a trigger is gone": (
        "DROP TRIGGER kept_until_disposed ON voting_sealedballot",
        "The database lacks trigger kept_until_disposed on voting_sealedballot.",
    ),
    "a trigger is off": (
        "ALTER TABLE voting_tally DISABLE TRIGGER append_only",
        "The database has switched off trigger append_only on voting_tally.",
    ),
    "a function does nothing": (
        (
            "CREATE OR REPLACE FUNCTION piaojue_refuse() RETURNS trigger LANGUAGE plpgsql"
            " SET search_path = pg_catalog, public, pg_temp AS $$ BEGIN RETURN NEW; END $$"
        ),
        "In the database function piaojue_refuse() is not as its file says.",
    ),
    "a function looks elsewhere": (
        "ALTER FUNCTION piaojue_refuse() RESET search_path",
        "In the database function piaojue_refuse() is not as its file says.",
    ),
    "a trigger never fires": (
        (
            "CREATE OR REPLACE TRIGGER kind_fixed BEFORE UPDATE ON accounts_congress FOR EACH ROW"
            " WHEN (false) EXECUTE FUNCTION piaojue_refuse('the kind is fixed')"
        ),
        "In the database trigger kind_fixed on accounts_congress is not as its file says.",
    ),
    "a trigger in no file": (
        "CREATE TRIGGER quiet BEFORE INSERT ON accounts_user FOR EACH ROW EXECUTE FUNCTION piaojue_refuse('x')",
        "The database holds trigger quiet on accounts_user, which is in no file.",
    ),
    "a migration is waiting": (
        "DELETE FROM django_migrations WHERE id = (SELECT max(id) FROM django_migrations WHERE app = 'voting')",
        "has not been carried out",
    ),
    "a column is missing": (
        "ALTER TABLE voting_urnseal DROP COLUMN root CASCADE",
        "The table voting_urnseal lacks the column root.",
    ),
    "acknowledged before it is on the disk": (
        "SET LOCAL synchronous_commit = off",
        "synchronous_commit is “off”. An acknowledged ballot would be lost",
    ),
    "a database that only reads": (
        "SET LOCAL default_transaction_read_only = on",
        "The database is read-only (default_transaction_read_only)",
    ),
    "statements are logged": (
        "SET LOCAL log_statement = 'all'",
        "log_statement is “all”. What a delegate does",
    ),
    "writing statements are logged": ("SET LOCAL log_statement = 'mod'", "log_statement is “mod”"),
    "slow statements are logged": (
        "SET LOCAL log_min_duration_statement = '2s'",
        "log_min_duration_statement is “2s”",
    ),
    "a sample is logged": (
        "SET LOCAL log_transaction_sample_rate = 0.1",
        "log_transaction_sample_rate is “0.1”",
    ),
    "durations are logged": ("SET LOCAL log_duration = on", "log_duration is “on”"),
    "failed statements are logged": (
        "SET LOCAL log_min_error_statement = error",
        "log_min_error_statement is “error”",
    ),
    "rows stand in messages": (
        "SET LOCAL log_error_verbosity = 'default'",
        "log_error_verbosity is “default”",
    ),
    "values stand in messages": (
        "SET LOCAL log_parameter_max_length_on_error = -1",
        "log_parameter_max_length_on_error is “-1”",
    ),
    "plans are explained": (
        "SET LOCAL auto_explain.log_min_duration = 0",
        "auto_explain.log_min_duration is “0”",
    ),
    "statements are kept": (
        "SET LOCAL pg_stat_statements.track = 'top'",
        "pg_stat_statements.track is “top”",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_server_that_is_set_wrongly_is_named(name):
    statement, sentence = WRONG[name]
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    execute(statement.format(database=connection.ops.quote_name(str(connection.settings_dict["NAME"]))))
    answer = complaints()
    assert any(sentence in each for each in answer), answer


@pytest.mark.parametrize("name", ["fsync", "full_page_writes"])
def test_a_server_that_forgets_is_named(name):
    """These are set for a whole server; the one of the tests is hasty."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s)", [name])
        value = cursor.fetchone()[0]
    named = [each for each in server.server_settings() if each.startswith(f"{name} is")]
    assert len(named) == (value == "off")


def test_a_server_that_keeps_the_moment_of_every_transaction_is_named():
    """Nobody can set it for a session: let the server answer as one does that was started with it."""

    def on(execute, sql, params, many, context):
        is_asked = params == ["track_commit_timestamp"]
        return (
            execute("SELECT 'on'", None, many, context) if is_asked else execute(sql, params, many, context)
        )

    assert not any("track_commit_timestamp" in each for each in server.server_settings())
    with connection.execute_wrapper(on):
        named = [each for each in complaints() if "track_commit_timestamp is “on”" in each]
    assert len(named) == 1


UNFIT = {
    "too old": (
        (140_012, "14.12", "UTF8", False, "off"),
        "The server is PostgreSQL 14.12; 15 or newer is needed.",
    ),
    "another encoding": (
        (150_018, "15.18", "SQL_ASCII", False, "off"),
        "The encoding of the database is SQL_ASCII;",
    ),
    "a standby": ((150_018, "15.18", "UTF8", True, "off"), "The server is a standby, which only reads"),
}


@pytest.mark.parametrize("name", UNFIT)
def test_a_server_that_is_not_fit_is_named(name):
    """Nobody can set these for a session: let the server answer as such a one does."""
    row, sentence = UNFIT[name]

    def other(execute, sql, params, many, context):
        if "pg_is_in_recovery" not in sql:
            return execute(sql, params, many, context)
        return execute("SELECT %s::int, %s, %s, %s::bool, %s", row, many, context)

    assert list(server.server_is_fit()) == []
    with connection.execute_wrapper(other):
        named = [problem for problem in production_database() if sentence in problem.msg]
    assert [(problem.id, bool(problem.hint)) for problem in named] == [("piaojue.E016", True)]


def test_every_complaint_says_what_mends_it():
    execute("SET LOCAL log_statement = 'all'")
    answer = production_database()
    assert answer
    assert all(problem.hint for problem in answer)


def test_too_few_connections_are_named(settings):
    with connection.cursor() as cursor:
        cursor.execute("SHOW max_connections")
        settings.WORKERS = int(cursor.fetchone()[0])
    assert any("max_connections leaves" in each for each in complaints())


def test_a_database_that_does_not_answer_is_named(monkeypatch):
    def refused() -> None:
        raise OperationalError("nobody listens")

    with monkeypatch.context() as patched:
        patched.setattr(connection, "ensure_connection", refused)
        assert [each.id for each in production_database()] == ["piaojue.E010"]


def test_the_embedded_database_is_said_to_be_for_trying_elsewhere(monkeypatch):
    monkeypatch.setattr(server, "is_embedded", lambda: True)
    assert production_database() == []
