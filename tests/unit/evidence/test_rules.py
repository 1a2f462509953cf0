"""The files of the rules: each says what its table promises; no rule changes without a migration.

Guards ``voting.evidence.rules``.
"""

from __future__ import annotations

import re

import pytest
from django.apps import apps
from django.db.migrations.loader import MigrationLoader

from voting.evidence import rules
from voting.evidence.operation import InstallEvidence
from voting.states import ROUND_STEPS, STAGE_STEPS, RoundStatus, Stage

TABLES = [name for name in rules.names() if name not in rules.SHARED]
#: Quoted words that are no state.
OTHER_WORDS = {"integrity_constraint_violation", "investment_total", "DELETE", "UPDATE"}


@pytest.mark.parametrize("name", TABLES)
def test_a_file_is_about_one_table_of_ours(name):
    assert rules.table_of(name) in {model._meta.db_table for model in apps.get_models()}
    on_tables = re.findall(
        r"^CREATE TRIGGER \w+ BEFORE .* ON public\.(\w+) FOR EACH", rules.render(name), re.MULTILINE
    )
    assert set(on_tables) == {rules.table_of(name)}


@pytest.mark.parametrize("name", rules.names())
def test_a_file_begins_with_what_it_promises(name):
    assert re.match(r"-- [A-Z].{20}", rules.render(name))


@pytest.mark.parametrize("name", rules.names())
def test_no_mark_is_left_and_every_state_is_a_known_one(name):
    text = rules.render(name)
    assert "<<" not in text
    steps = {
        f"{since}>{to}" for table in (STAGE_STEPS, ROUND_STEPS) for since in table for to in table[since]
    }
    words = set(re.findall(r"'([a-z_]+(?:>[a-z_]+)?)'", text))
    words -= {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    assert words <= {*Stage.values, *RoundStatus.values, *steps, *OTHER_WORDS}


def test_every_step_of_the_tables_of_states_stands_in_the_rules():
    for name, table in [("cycle", STAGE_STEPS), ("round", ROUND_STEPS)]:
        written = re.findall(r"'(\w+>\w+)'", rules.render(name))
        assert sorted(written) == sorted(f"{since}>{to}" for since in table for to in table[since])


def test_every_row_that_names_a_thing_of_a_congress_is_held_to_it():
    """The next table with a way to a congress is found here."""
    written = {
        table: set(re.findall(r"'(\w+):(\w+)'", ways))
        for table, ways in re.findall(
            r"^CREATE TRIGGER same_congress BEFORE (?:INSERT OR )?UPDATE OF [\w, ]+ ON public\.(\w+)\s"
            r"FOR EACH ROW EXECUTE FUNCTION public\.piaojue_same_congress\(([^)]*)\);",
            rules.render("same_congress"),
            re.MULTILINE,
        )
    }
    ours = [
        model
        for app in ("accounts", "voting")
        for model in apps.get_app_config(app).get_models(include_auto_created=True)
    ]
    ways = {
        model._meta.db_table: {
            (field.column, field.related_model._meta.db_table)
            for field in model._meta.concrete_fields
            if field.is_relation and field.related_model in ours
        }
        for model in ours
    }
    # What has no other way than its own column of the congress is held by ``congress_fixed``.
    assert written == {
        table: those
        for table, those in ways.items()
        if len(those) > 1 or {to for _column, to in those} - {"accounts_congress"}
    }


def test_what_a_rule_about_a_congress_watches_is_what_it_compares():
    text = rules.render("same_congress")
    triggers = re.findall(r"UPDATE OF ([\w, ]+) ON public\.\w+\s[^(]*\(([^)]*)\);", text)
    assert len(triggers) > 30
    for columns, ways in triggers:
        assert columns.split(", ") == re.findall(r"'(\w+):", ways)


def test_shared_functions_come_first():
    assert rules.names()[:2] == ["shared", "same_congress"]
    assert rules.script().startswith(rules.render("shared"))


def test_a_comment_at_the_margin_changes_no_rule_and_a_line_of_a_rule_does(monkeypatch):
    before = rules.digest()
    script = rules.script()
    monkeypatch.setattr(rules, "script", lambda: f"-- for people\n\n{script}")
    assert rules.digest() == before
    monkeypatch.setattr(rules, "script", lambda: script.replace("append-only", "appended"))
    assert rules.digest() != before


def test_no_rule_changes_without_a_migration():
    """One migration installs the rules, and it is written for the files as they are."""
    migrations = MigrationLoader(None).disk_migrations.values()
    operations = [
        operation
        for migration in migrations
        for operation in migration.operations
        if isinstance(operation, InstallEvidence)
    ]
    assert [operation.digest for operation in operations] == [rules.digest()]
