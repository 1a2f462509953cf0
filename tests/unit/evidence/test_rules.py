"""The files of the rules: each says what its table promises; no rule changes without a migration.

Guards ``voting.evidence.rules``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

import pytest
from django.apps import apps
from django.db.migrations.loader import MigrationLoader

from accounts.models import Congress, User
from accounts.roles import Role
from voting import permissions
from voting.evidence import rules
from voting.evidence.operation import InstallEvidence
from voting.models import Cycle
from voting.states import (
    DELIVERY_STEPS,
    ROUND_STEPS,
    STAGE_STEPS,
    Act,
    DeliveryStatus,
    Presence,
    RoundStatus,
    Stage,
)

TABLES = [name for name in rules.names() if name not in rules.SHARED]
#: Quoted words that are no state.
OTHER_WORDS = {
    "integrity_constraint_violation", "investment_total", "DELETE", "UPDATE",
    "round", "roll", "key", "ballots", "root", "issued", "paper", "ceremony", "batch", "file",  # of the journal's data
    "definition",
    "hex",
    "sample", "scanner",  # of the rules
}  # fmt: skip


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
    tables: list[Mapping[str, Collection[str]]] = [STAGE_STEPS, ROUND_STEPS, DELIVERY_STEPS]
    steps = {f"{since}>{to}" for table in tables for since in table for to in table[since]}
    words = set(re.findall(r"'([a-z_]+(?:>[a-z_]+)?)'", text))
    models = apps.get_models(include_auto_created=True)
    words -= {model._meta.db_table for model in models}
    words -= {field.column for model in models for field in model._meta.concrete_fields if field.is_relation}
    states = {*Stage.values, *RoundStatus.values, *DeliveryStatus.values, *Presence.values, *steps}
    assert words <= {*states, *Act.values, *Role.values, *OTHER_WORDS}


def test_every_step_of_the_tables_of_states_stands_in_the_rules():
    tables: list[tuple[str, Mapping[str, Collection[str]]]] = [
        ("cycle", STAGE_STEPS), ("round", ROUND_STEPS), ("delivery", DELIVERY_STEPS),
    ]  # fmt: skip
    for name, table in tables:
        written = re.findall(r"'(\w+>\w+)'", rules.render(name))
        assert sorted(written) == sorted(f"{since}>{to}" for since in table for to in table[since])


#: Who may write a row of a table, as the pages say it.
ACTORS = {
    "annulment": permissions.can_annul,
    "certification": permissions.can_certify,
    "disposal": permissions.can_deliver,
    "end_of_rounds": permissions.can_end_rounds,
    "notice": permissions.can_publish,
    "paper_box": permissions.can_read_paper,
    "paper_reading": permissions.can_read_paper,
    "paper_settlement": permissions.can_settle_paper,
    "scan_batch": permissions.can_read_paper,
    "first_count": permissions.can_count,
    "sample_draw": permissions.can_read_paper,
    "tally": permissions.can_count,
    "tie_decision": permissions.can_decide,
    "unfreezing": permissions.can_prepare,
}


def test_the_database_takes_a_row_from_whom_the_pages_take_it():
    written = {}
    for name in TABLES:
        if ways := re.search(r"piaojue_actor\('\w+_id', ([^)]*)\)", rules.render(name)):
            written[name] = set(re.findall(r"'(\w+)'", ways[1]))
    cycle = Cycle(congress=Congress(pk=1))
    people = [User(role=role, congress_id=1) for role in Role.values]
    assert written == {
        name: {user.role for user in people if may(user, cycle)} for name, may in ACTORS.items()
    }


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
        if not model._meta.proxy
    ]
    ways = {
        model._meta.db_table: {
            (field.column, field.related_model._meta.db_table)
            for field in model._meta.concrete_fields
            if field.is_relation and field.related_model in ours
        }
        for model in ours
    }
    # The keeper of the installation, who belongs to no congress, acts in the journal of each.
    ways["voting_congressentry"].remove(("actor_id", "accounts_user"))
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


def test_every_row_that_something_may_name_keeps_its_key():
    wanted = {
        (model._meta.db_table, model._meta.pk.column)
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in {"accounts", "voting"} and not model._meta.proxy
    }
    held = set(re.findall(r"BEFORE UPDATE OF (\w+) ON public\.(\w+) FOR", rules.render("row_keys")))
    never_change = re.findall(
        r"BEFORE UPDATE(?: OR DELETE)? ON public\.(\w+) FOR EACH ROW\s+EXECUTE FUNCTION public\.piaojue_refuse",
        rules.script(),
    )
    assert {(table, key) for key, table in held} == {row for row in wanted if row[0] not in never_change}


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
