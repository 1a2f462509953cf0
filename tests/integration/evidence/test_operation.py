"""The operation by which a migration installs the rules: anew, wholly, and only as it was written.

Guards ``voting.evidence.operation``.
"""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.migrations.exceptions import IrreversibleError
from django.db.migrations.migration import Migration
from django.db.migrations.state import ProjectState

from voting.evidence import rules
from voting.evidence.installed import differences
from voting.evidence.operation import EvidenceChanged, InstallEvidence

pytestmark = pytest.mark.django_db


def install(digest: str) -> None:
    with connection.schema_editor(atomic=False) as editor:
        InstallEvidence(digest).database_forwards("voting", editor, None, None)


def test_installed_anew_the_rules_replace_whatever_was_there():
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER append_only ON voting_tally")
        cursor.execute("CREATE FUNCTION piaojue_of_old() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'")
        cursor.execute(
            "CREATE TRIGGER of_old BEFORE UPDATE ON voting_call FOR EACH ROW EXECUTE FUNCTION piaojue_of_old()"
        )
    assert len(differences(connection)) == 3
    install(rules.digest())
    install(rules.digest())
    assert differences(connection) == []


def test_rules_that_the_migration_was_not_written_for_are_not_installed(monkeypatch):
    digest = rules.digest()
    monkeypatch.setattr(rules, "script", lambda: "SELECT 1")
    with pytest.raises(EvidenceChanged, match=rules.digest()):
        install(digest)


def test_the_rules_cannot_be_migrated_away():
    migration = Migration("0002_rules", "voting")
    migration.operations = [InstallEvidence(rules.digest())]
    with connection.schema_editor(atomic=False) as editor, pytest.raises(IrreversibleError):
        migration.unapply(ProjectState(), editor)
    assert differences(connection) == []
