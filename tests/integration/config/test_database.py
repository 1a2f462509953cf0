"""The embedded PostgreSQL, the pool, and what is said when there is no connection.

Guards ``config.database.base`` and ``config.database.embedded``.
"""

from __future__ import annotations

import os
import runpy
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from config.database import DatabaseUnavailable, embedded
from config.database.base import DatabaseWrapper
from config.database.patience import PatientConnection, absence

ROOT = Path(__file__).resolve().parents[3]

#: Uses the server in the directory given, says so, and stays until its input ends.
USER = """
import sys
from pathlib import Path
from config.database import embedded
embedded.start(Path(sys.argv[1]), database="piaojue", options=embedded.HASTY)
print("joined", flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return a directory for an embedded server; its data are made by the first test that starts it."""
    directory = tmp_path_factory.mktemp("var") / "postgres"
    yield directory
    embedded.leave(directory)
    assert embedded.running_at(directory) is None


def start(directory: Path) -> Path:
    return embedded.start(directory, database="piaojue", options=embedded.HASTY)


def ask(sockets: Path, question: str) -> object:
    with psycopg.connect(host=str(sockets), user=embedded.USER, dbname="piaojue") as server:
        (answer,) = server.execute(question).fetchone() or (None,)
    return answer


def another_user(directory: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", USER, str(directory)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline() == "joined\n"
    return process


def test_a_server_is_made_joined_and_stopped_by_its_last_user(home: Path) -> None:
    sockets = start(home)
    assert ask(sockets, "SELECT current_database()") == "piaojue"
    assert start(home) == sockets
    embedded.leave(home)
    assert embedded.running_at(home) is None


def test_it_listens_on_a_private_socket_only(home: Path) -> None:
    sockets = start(home)
    assert ask(sockets, "SHOW listen_addresses") == ""
    assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


def test_its_log_holds_no_statement_and_no_row(home: Path) -> None:
    sockets = start(home)
    with psycopg.connect(host=str(sockets), user=embedded.USER, dbname="piaojue", autocommit=True) as server:
        server.execute("CREATE TABLE canary (name text PRIMARY KEY)")
        server.execute("INSERT INTO canary VALUES ('zeisig')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            server.execute("INSERT INTO canary VALUES ('zeisig')")
        server.execute("DROP TABLE canary")
    assert "zeisig" not in (home / "log").read_text()
    assert "duplicate key" in (home / "log").read_text()


def test_processes_share_it_and_a_killed_one_does_not_keep_it_running(home: Path) -> None:
    start(home)
    orderly, killed = another_user(home), another_user(home)
    embedded.leave(home)
    assert embedded.running_at(home), "two others use it"
    orderly.communicate(timeout=30)
    assert embedded.running_at(home), "another one uses it"
    killed.kill()
    killed.communicate(timeout=30)
    start(home)
    embedded.leave(home)
    assert embedded.running_at(home) is None, "nobody uses it any more"


def test_it_starts_again_after_a_crash(home: Path) -> None:
    sockets = start(home)
    ask(sockets, "SELECT 1")
    os.kill(int((home / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    _until_it_is_gone(home)
    assert ask(start(home), "SELECT 1") == 1


def test_a_crash_whose_process_number_belongs_to_another_program_is_forgotten(home: Path) -> None:
    start(home)
    embedded.leave(home)
    (home / "postmaster.pid").write_text(f"{os.getpid()}\n{home}\n0\n5432\n{home}\n\n0 0\nready\n")
    assert ask(start(home), "SELECT 1") == 1


def test_another_version_is_refused(home: Path) -> None:
    start(home)
    embedded.leave(home)
    version = home / "PG_VERSION"
    version.write_text("12\n")
    with pytest.raises(DatabaseUnavailable, match="belongs to PostgreSQL 12"):
        start(home)
    version.write_text(f"{embedded.VERSION}\n")


def test_it_is_not_discarded_in_use(home: Path) -> None:
    start(home)
    user = another_user(home)
    embedded.leave(home)
    with pytest.raises(DatabaseUnavailable, match="is in use; stop the demo first"):
        embedded.discard(home)
    user.communicate(timeout=30)
    embedded.discard(home)
    assert not home.exists()
    embedded.discard(home)  # gone already


@pytest.mark.parametrize("name", ["x" * 120, "a b'c"])
def test_a_path_that_a_socket_cannot_have(tmp_path: Path, name: str) -> None:
    directory = tmp_path / name / "postgres"
    sockets = start(directory)
    try:
        assert ask(sockets, "SELECT 1") == 1
        assert sockets.parent == Path("/tmp")  # noqa: S108
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    finally:
        embedded.leave(directory)
        sockets.rmdir()


def test_a_directory_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file")
    with pytest.raises(DatabaseUnavailable, match="PIAOJUE_VAR names another directory"):
        start(tmp_path / "var" / "postgres")


def test_without_the_wheel_the_sentence_names_database_url(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "find_spec", lambda _: None)
    with pytest.raises(
        DatabaseUnavailable, match=r"Set DATABASE_URL=postgres://user:password@host:port/name"
    ):
        start(tmp_path / "postgres")


def _until_it_is_gone(directory: Path) -> None:
    for _ in range(100):
        if embedded.running_at(directory) is None:
            return
        time.sleep(0.05)


# --------------------------------------------------------------------------------------------------- the pool


@pytest.fixture
def pooled(db: None) -> Iterator[DatabaseWrapper]:
    """Return a pooled connection to the test's database, as a process that serves has."""
    known = connection.settings_dict
    pool = {"min_size": 1, "max_size": 1, "timeout": 2, "connection_class": PatientConnection}
    options = {**known["OPTIONS"], "pool": pool}
    wrapper = DatabaseWrapper({**known, "OPTIONS": options}, alias="pooled")
    wrapper.inc_thread_sharing()
    yield wrapper
    wrapper.close()
    wrapper.close_pool()


def backend_of(wrapper: DatabaseWrapper) -> int:
    with wrapper.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def test_a_pooled_connection_is_used_again(pooled: DatabaseWrapper) -> None:
    first = backend_of(pooled)
    pooled.close()
    assert backend_of(pooled) == first


def test_a_pooled_connection_whose_server_hung_up_is_replaced_before_use(pooled: DatabaseWrapper) -> None:
    first = backend_of(pooled)
    pooled.close()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [first])
        assert cursor.fetchone() == (True,)
    assert backend_of(pooled) != first


def test_a_pooled_connection_from_before_an_absence_is_not_used_again(
    pooled: DatabaseWrapper, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = backend_of(pooled)
    pooled.close()
    monkeypatch.setattr(absence, "over", time.monotonic())
    second = backend_of(pooled)
    assert second != first
    pooled.close()
    assert backend_of(pooled) == second


def test_a_pooled_connection_that_was_only_told_something_is_kept(pooled: DatabaseWrapper) -> None:
    first = backend_of(pooled)
    with pooled.cursor() as cursor:
        cursor.execute("LISTEN news")
    pooled.close()
    with connection.copy("another").cursor() as another:
        another.execute("NOTIFY news")
        another.connection.close()
    assert backend_of(pooled) == first


# ---------------------------------------------------------------------------------------------------- several hosts


@pytest.fixture
def two_servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Path]]:
    """Return the sockets of two servers, of which the first takes nothing, as a standby does."""
    directories = [tmp_path_factory.mktemp("var") / "postgres" for _each in range(2)]
    sockets = [embedded.start(each, database="piaojue", options=embedded.HASTY) for each in directories]
    let_read_only(sockets[0], "on")
    yield sockets
    for directory in directories:
        embedded.leave(directory)


def let_read_only(sockets: Path, value: str) -> None:
    with psycopg.connect(host=str(sockets), user=embedded.USER, dbname="postgres", autocommit=True) as server:
        server.execute(f"ALTER DATABASE piaojue SET default_transaction_read_only = {value}")


def test_of_several_hosts_the_one_is_used_that_takes_ballots_and_its_successor_is_found(
    db: None, two_servers: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards ``config.env`` and the pool of ``config.settings``."""
    hosts = ",".join(["/nobody/there", *map(str, two_servers)])
    monkeypatch.setenv("DATABASE_URL", f"postgresql:///piaojue?host={hosts}&user={embedded.USER}")
    monkeypatch.setenv("DATABASE_POOL", "on")
    known = runpy.run_path(str(ROOT / "config" / "settings.py"))["DATABASES"]["default"]
    wrapper = DatabaseWrapper({**connection.settings_dict, "EMBEDDED_IN": None, **known}, alias="hosts")
    try:
        assert serving(wrapper) == str(two_servers[1])
        wrapper.close()
        let_read_only(two_servers[0], "off")
        kill_server(two_servers[1])
        began = time.monotonic()
        assert serving(wrapper) == str(two_servers[0])
        assert time.monotonic() - began < 5
    finally:
        wrapper.close()
        wrapper.close_pool()


def serving(wrapper: DatabaseWrapper) -> str:
    with wrapper.cursor() as cursor:
        cursor.execute("SHOW unix_socket_directories")
        return str(cursor.fetchone()[0])


def kill_server(sockets: Path) -> None:
    """Let it end as in a crash, and wait until it has."""
    with psycopg.connect(host=str(sockets), user=embedded.USER, dbname="postgres") as server:
        row = server.execute("SHOW data_directory").fetchone()
    assert row
    directory = Path(row[0])
    os.kill(int((directory / "postmaster.pid").read_text().split()[0]), signal.SIGQUIT)
    for _attempt in range(100):
        if embedded.running_at(directory) is None:
            break
        time.sleep(0.05)
    time.sleep(0.3)  # and its children
