"""The database of the tests is the one that this code migrates to, whoever migrated it, and no lock is waited for long.

Guards ``tests.databases``.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tests.conftest import PATIENCE
from tests.databases import SOURCES, code_digest


def test_whatever_a_migration_may_read_is_in_the_name_of_what_is_copied(tmp_path: Path, settings):
    settings.BASE_DIR = tmp_path
    (tmp_path / "requirements.lock").touch()
    names = [code_digest()]
    for place in SOURCES:
        (tmp_path / place / "evidence").mkdir(parents=True)
        for name in ("a.py", "a.sql"):
            (tmp_path / place / "evidence" / name).write_text("one")
            names.append(code_digest())
            (tmp_path / place / "evidence" / name).write_text("two")
            names.append(code_digest())
    (tmp_path / "requirements.lock").write_text("another Django")
    names.append(code_digest())
    assert len(set(names)) == len(names) == 2 + 4 * len(SOURCES)
    assert code_digest() == names[-1]


@pytest.mark.django_db
def test_the_database_is_migrated_to_this_code():
    executor = MigrationExecutor(connection)
    assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []


@pytest.mark.django_db
@pytest.mark.skipif(
    "EMBEDDED_IN" not in settings.DATABASES["default"], reason="another server has its own settings"
)
def test_a_statement_that_waits_for_ever_is_named():
    with connection.cursor() as cursor:
        cursor.execute("SELECT reset_val || unit FROM pg_settings WHERE name = 'lock_timeout'")
        milliseconds = cursor.fetchone()[0]
    assert milliseconds == "60000ms"
    assert PATIENCE == "lock_timeout=60s"
