"""The one operation by which a migration installs the rules."""

from __future__ import annotations

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation

from voting.evidence import rules

#: What was installed before goes with the functions: nothing but a trigger can depend on one.
REMOVE = """
DO $$
DECLARE
    function regprocedure;
BEGIN
    FOR function IN SELECT oid FROM pg_catalog.pg_proc
        WHERE pronamespace = 'public'::regnamespace AND starts_with(proname, 'piaojue_')
    LOOP
        EXECUTE format('DROP FUNCTION %s CASCADE', function);
    END LOOP;
END $$;
"""


class EvidenceChanged(Exception):
    """The files are not those that the migration was written for: it needs the new digest, or a successor."""

    def __init__(self, digest: str) -> None:
        super().__init__(digest)
        self.digest = digest

    def __str__(self) -> str:
        return f'voting/evidence has changed; a migration must say InstallEvidence("{self.digest}").'


class RemoveEvidence(Operation):
    """Drop every function and trigger of ours: tables that they speak of are changed by what follows.

    The migration that ends the change installs the rules again.
    """

    reversible = False

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Models know nothing of the rules."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        schema_editor.execute(REMOVE, params=None)

    def describe(self) -> str:
        return "Take the rules of voting/evidence away until they are installed anew"


class InstallEvidence(Operation):
    """Drop every function and trigger of ours and make them anew from ``voting/evidence``.

    *digest* is that of the files (``rules.digest``), so that no rule changes without a migration; another one raises
    EvidenceChanged. It cannot be taken back: the rules of before are in no file any more.
    """

    reversible = False

    def __init__(self, digest: str) -> None:
        self.digest = digest

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Models know nothing of the rules."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        if self.digest != rules.digest():
            raise EvidenceChanged(rules.digest())
        schema_editor.execute(REMOVE, params=None)
        schema_editor.execute(rules.script(), params=None)

    def describe(self) -> str:
        return "Install the rules of voting/evidence"
