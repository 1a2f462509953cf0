"""Rights that nobody but the owner needs are withdrawn after every ``migrate``.

Guards ``voting.evidence.rights``. That the web role lacks them is tried in ``tests/security/test_web_role.py``.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils.translation import override

from voting.evidence.rights import after_migrate, too_much, withdraw

pytestmark = pytest.mark.django_db


def execute(*statements: str) -> None:
    with connection.cursor() as cursor:
        for sql in statements:
            cursor.execute(sql)


@pytest.fixture(autouse=True)
def _role() -> Iterator[None]:
    """Make a role for the test's transaction, which ends with it."""
    with override("en"):
        execute("CREATE ROLE piaojue_guest")
        yield


def database() -> str:
    return f'"{connection.settings_dict["NAME"]}"'


def left() -> list[tuple[str, str, str]]:
    with connection.cursor() as cursor:
        return too_much(cursor)


def test_after_a_migrate_nobody_has_too_much():
    assert left() == []


@pytest.mark.parametrize(
    "grant",
    [
        "GRANT TEMPORARY ON DATABASE {database} TO PUBLIC",
        "GRANT CREATE ON DATABASE {database} TO PUBLIC",
        "GRANT CREATE ON SCHEMA public TO PUBLIC",
        "GRANT ALL ON DATABASE {database} TO piaojue_guest",
        "GRANT ALL ON SCHEMA public TO piaojue_guest",
        "GRANT ALL ON TABLE voting_tally TO piaojue_guest",
        "GRANT TRUNCATE ON TABLE voting_tally TO PUBLIC",
        "GRANT INSERT, UPDATE, DELETE ON django_migrations TO piaojue_guest",
    ],
)
def test_what_is_too_much_is_withdrawn_by_the_next_migrate(grant: str):
    execute(grant.format(database=database()))
    assert left()
    call_command("migrate", verbosity=0)
    assert left() == []


def test_reading_and_writing_rows_is_left_to_whoever_has_it():
    execute(
        "GRANT SELECT, INSERT, UPDATE, DELETE ON voting_tally TO piaojue_guest",
        "GRANT SELECT ON django_migrations TO piaojue_guest",
    )
    assert withdraw(connection) == []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_table_privilege('piaojue_guest', 'voting_tally', 'UPDATE'),"
            " has_table_privilege('piaojue_guest', 'django_migrations', 'SELECT')"
        )
        assert cursor.fetchone() == (True, True)


def test_who_may_not_withdraw_says_what_a_superuser_does(capsys):
    """The owner of the tables need not be the owner of the database, nor a superuser."""
    execute(f"GRANT TEMPORARY ON DATABASE {database()} TO PUBLIC", "SET LOCAL ROLE piaojue_guest")
    after_migrate(using=connection.alias)
    thing = f"DATABASE {connection.settings_dict['NAME']}"
    assert (
        f"As a superuser of the database: REVOKE TEMPORARY ON {thing} FROM PUBLIC" in capsys.readouterr().err
    )
