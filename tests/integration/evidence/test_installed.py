"""What the database holds is held against the files, both ways.

Guards ``voting.evidence.installed``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from django.utils.translation import override

from voting.evidence import rules
from voting.evidence.installed import differences, note_rules
from voting.evidence.operation import REMOVE

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with override("en"):
        yield


def execute(*statements: str) -> None:
    with connection.cursor() as cursor:
        for sql in statements:
            cursor.execute(sql)


#: What somebody does to a database, and what is said of it.
CHANGES = [
    (
        "DROP TRIGGER kept_until_disposed ON voting_sealedballot",
        "The database lacks trigger kept_until_disposed on voting_sealedballot.",
    ),
    (
        "ALTER TABLE voting_tally DISABLE TRIGGER append_only",
        "The database has switched off trigger append_only on voting_tally.",
    ),
    (
        "ALTER TABLE voting_tally ENABLE REPLICA TRIGGER append_only",
        "The database has switched off trigger append_only on voting_tally.",
    ),
    (
        (
            "CREATE OR REPLACE TRIGGER kind_fixed BEFORE UPDATE ON accounts_congress FOR EACH ROW"
            " WHEN (false) EXECUTE FUNCTION piaojue_refuse('the kind is fixed')"
        ),
        "In the database trigger kind_fixed on accounts_congress is not as its file says.",
    ),
    (
        (
            "CREATE OR REPLACE FUNCTION piaojue_refuse() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RETURN NEW; END $$"
        ),
        "In the database function piaojue_refuse() is not as its file says.",
    ),
    (
        "ALTER FUNCTION piaojue_disposed() RESET search_path",
        "In the database function piaojue_disposed() is not as its file says.",
    ),
    (
        (
            "CREATE TRIGGER quiet BEFORE INSERT ON accounts_user FOR EACH ROW"
            " EXECUTE FUNCTION piaojue_refuse('x')"
        ),
        "The database holds trigger quiet on accounts_user, which is in no file.",
    ),
    (
        "CREATE FUNCTION public.max(smallint) RETURNS smallint LANGUAGE sql AS 'SELECT 1::smallint'",
        "The database holds function max(smallint), which is in no file.",
    ),
    (
        "CREATE AGGREGATE public.max(smallint) (SFUNC = int2larger, STYPE = smallint)",
        "The database holds function max(smallint), which is in no file.",
    ),
    (
        (
            "CREATE OR REPLACE TRIGGER stage_proven BEFORE UPDATE ON voting_cycle FOR EACH ROW"
            " WHEN (OLD.stage = NEW.stage) EXECUTE FUNCTION piaojue_stage_proven()"
        ),
        "In the database trigger stage_proven on voting_cycle is not as its file says.",
    ),
]


@pytest.fixture(params=["the owner", "the web role"])
def look(request: pytest.FixtureRequest) -> Callable[[], list[str]]:
    """Return what a role finds; the web role may not make a schema, to write the files into."""

    def as_web_role() -> list[str]:
        execute("CREATE ROLE piaojue_guest", "GRANT SELECT ON ALL TABLES IN SCHEMA public TO piaojue_guest")
        execute("SET LOCAL ROLE piaojue_guest")
        sentences = differences(connection)
        execute("RESET ROLE")
        return sentences

    return (lambda: differences(connection)) if request.param == "the owner" else as_web_role


def test_a_migrated_database_holds_the_files_and_nothing_else(look):
    assert look() == []


@pytest.mark.parametrize(("change", "sentence"), CHANGES)
def test_a_changed_database_differs_from_the_files(look, change, sentence):
    execute(change)
    assert look() == [sentence]


def test_a_changed_rule_is_not_noted(look):
    change, sentence = CHANGES[-1]
    execute(change)
    note_rules(connection)
    assert look() == [sentence]


def test_what_is_installed_anew_is_noted(look):
    with connection.schema_editor() as editor:
        editor.execute(REMOVE, params=None)
        editor.execute(rules.script(), params=None)
    note_rules(connection)
    assert look() == []


@pytest.mark.parametrize(
    ("since", "to", "sentence"),
    [
        (
            "'counting>publication'",
            "'counting>archived'",
            "In the database trigger step_known on voting_cycle is not as its file says.",
        ),
        (
            "counted_by_id = NEW.certified_by_id",
            "false",
            "In the database function piaojue_second_person() is not as its file says.",
        ),
        (
            "TRIGGER two_readers BEFORE",
            "TRIGGER other_readers BEFORE",
            "The database holds trigger two_readers on voting_paperreading, which is in no file.",
        ),
    ],
)
def test_changed_files_differ_from_the_database(monkeypatch, since, to, sentence):
    script = rules.script()
    assert since in script
    monkeypatch.setattr(rules, "script", lambda: script.replace(since, to))
    assert sentence in differences(connection)


def test_looking_leaves_nothing_behind():
    differences(connection)
    with connection.cursor() as cursor:
        cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'piaojue%%'")
        assert cursor.fetchall() == []
        cursor.execute("SHOW search_path")
        assert cursor.fetchone() == ('"$user", public',)
