"""The tests' databases: migrated once for a state of the code, and copied from then on.

To migrate takes a worker ten seconds, to copy what was migrated a fraction of one. The copy is of the code as it is:
the name of what is copied is the hash of every file that a migration may read. Tests of migrations make their own.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db.backends.postgresql.creation import DatabaseCreation

from voting.evidence.rights import withdraw

PREFIX = "piaojue_migrated_"
#: What the tables of a migrated database are made from.
SOURCES = ("accounts", "config", "voting")
KINDS = {".py", ".sql"}


def copy_migrated_databases() -> None:
    """Let Django copy the database that it would migrate for the tests of this process."""
    migrate = DatabaseCreation.create_test_db

    def create_test_db(
        self: DatabaseCreation,
        verbosity: int = 1,
        autoclobber: bool = False,
        serialize: bool = True,
        keepdb: bool = False,
    ) -> str:
        if keepdb:
            return str(migrate(self, verbosity, autoclobber, serialize, keepdb))
        name, like = self._get_test_db_name(), PREFIX + code_digest()
        with _one_at_a_time():
            if like not in _databases(self):
                _remove_others(self)
                making = f"{like}_{os.getpid()}"
                self.connection.settings_dict["TEST"]["NAME"] = making
                try:
                    migrate(self, verbosity, True, False, False)
                finally:
                    self.connection.settings_dict["TEST"]["NAME"] = name
                self.connection.close()
                _do(self, f'ALTER DATABASE "{making}" RENAME TO "{like}"')
            _do(
                self,
                f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)',
                f'CREATE DATABASE "{name}" TEMPLATE "{like}"',
            )
        self.connection.close()
        settings.DATABASES[self.connection.alias]["NAME"] = self.connection.settings_dict["NAME"] = name
        withdraw(self.connection)  # Rights on a database come with no copy.
        return name

    DatabaseCreation.create_test_db = create_test_db  # type: ignore[method-assign]


def code_digest() -> str:
    """Return the hash of what a migrated database depends on: our code, and the versions of all packages."""
    base = Path(settings.BASE_DIR)
    files = sorted(path for place in SOURCES for path in (base / place).rglob("*") if path.suffix in KINDS)
    whole = hashlib.sha256()
    for path in (base / "requirements.lock", *files):
        content = path.read_bytes()
        whole.update(f"{path.relative_to(base)} {len(content)}\n".encode() + content)
    return whole.hexdigest()[:16]


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Let one worker migrate while the others wait for what it makes."""
    settings.VAR.mkdir(parents=True, exist_ok=True)
    with (settings.VAR / "databases.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _do(creation: DatabaseCreation, *statements: str) -> None:
    with creation._nodb_cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _databases(creation: DatabaseCreation) -> set[str]:
    with creation._nodb_cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database")
        return {name for (name,) in cursor.fetchall()}


def _remove_others(creation: DatabaseCreation) -> None:
    """Drop what was migrated for code that is no more; on a server of others, theirs may be among them."""
    if "EMBEDDED_IN" in creation.connection.settings_dict:
        old = [name for name in _databases(creation) if name.startswith(PREFIX)]
        _do(creation, *(f'DROP DATABASE "{name}" WITH (FORCE)' for name in old))
