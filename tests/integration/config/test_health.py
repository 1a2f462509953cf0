"""What monitors ask: does this process live, and could a ballot be cast now, whatever the database does.

An own little PostgreSQL is frozen, filled with faults and thawed; the one of the other tests is left alone.
Guards ``config.health``, ``config.readiness``, ``config.monitor``, ``config.metrics`` and ``config.database.patience``.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import psutil
import psycopg
import pytest
from django.conf import settings
from django.test import Client

from config import metrics
from config.away import DISK_FULL, Troubles
from config.database import DatabaseUnavailable, embedded
from config.database.patience import Absence, NoneToSpare, PatientConnection, absence, waiting_at_most
from config.readiness import _WRITE, NO_ANSWER, Readiness

#: With the slowness of a busy machine.
AT_ONCE = 2.0


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return where the socket of an own server is, which holds this version's tables and rules."""
    directory = tmp_path_factory.mktemp("own") / "postgres"
    sockets = embedded.start(directory, database="piaojue", options=embedded.HASTY)
    try:
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "-v0"],
            env=environment(sockets, directory.parent),
            cwd=settings.BASE_DIR,
            check=True,
        )
        yield sockets
    finally:
        embedded.leave(directory)


def environment(sockets: Path, var: Path) -> dict[str, str]:
    return os.environ | {
        "DATABASE_URL": f"postgresql:///piaojue?host={quote(str(sockets))}&user={embedded.USER}",
        "PIAOJUE_VAR": str(var),
        "SECRET_KEY": settings.SECRET_KEY,
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }


def connect(place: Path) -> PatientConnection:
    known: dict[str, Any] = {
        "host": str(place),
        "user": embedded.USER,
        "dbname": "piaojue",
        "connect_timeout": 2,
    }
    return PatientConnection.connect(autocommit=True, **known)


@pytest.fixture
def own(place: Path) -> Iterator[PatientConnection]:
    with connect(place) as connection:
        yield connection


@pytest.fixture
def asked(place: Path) -> Iterator[Readiness]:
    readiness = Readiness(lambda: connect(place))
    yield readiness
    readiness.close()


@contextmanager
def frozen(place: Path) -> Iterator[None]:
    """Stop every process of the own server, and let them go on."""
    postmaster = psutil.Process(int((place / "postmaster.pid").read_text().splitlines()[0]))
    processes = [postmaster, *postmaster.children(recursive=True)]
    try:
        for process in processes:
            process.suspend()
        yield
    finally:
        for process in [*processes, *postmaster.children(recursive=True)]:
            with suppress(psutil.NoSuchProcess):
                process.resume()


def took(call: Callable[[], Any]) -> tuple[float, Any]:
    begun = time.monotonic()
    answer = call()
    return time.monotonic() - begun, answer


# --------------------------------------------------------------------------------------------------- the database


def test_a_database_that_can_take_a_ballot_has_no_obstacle(asked: Readiness, own: PatientConnection) -> None:
    """Nothing hinders a vote on a migrated database; the question leaves nothing. Guards ``config.readiness``."""
    assert asked.obstacles() == []
    assert own.execute("SELECT count(*) FROM accounts_session").fetchone() == (0,)


FAULTS = {
    "read-only": (
        "ALTER SYSTEM SET default_transaction_read_only = on",
        "ALTER SYSTEM RESET default_transaction_read_only",
        "the database is read-only",
    ),
    "a trigger gone": (
        "ALTER TABLE voting_sealedballot RENAME TO voting_moved",
        "ALTER TABLE voting_moved RENAME TO voting_sealedballot",
        "rules of the database are not there or off: ",
    ),
    "a trigger off": (
        "ALTER TABLE voting_sealedballot DISABLE TRIGGER ALL",
        "ALTER TABLE voting_sealedballot ENABLE TRIGGER ALL",
        "rules of the database are not there or off: ",
    ),
    "all rules off": (
        "ALTER ROLE postgres SET session_replication_role = replica",
        "ALTER ROLE postgres RESET session_replication_role",
        "the rules of the database are switched off for this role",
    ),
    "a migration waits": (
        "UPDATE django_migrations SET name = name || '.' WHERE id = (SELECT max(id) FROM django_migrations)",
        "UPDATE django_migrations SET name = rtrim(name, '.')",
        "migrations have not been carried out: 1",
    ),
    "a sign-in refused": (
        "ALTER TABLE accounts_session ADD CONSTRAINT none CHECK (false) NOT VALID",
        "ALTER TABLE accounts_session DROP CONSTRAINT none",
        "the database refused a question: 23514",
    ),
}


def obstacles_of(place: Path, *, until: Callable[[list[str]], bool]) -> list[str]:
    """Return the obstacles once they are as expected, or after five seconds: settings take a moment."""
    deadline = time.monotonic() + 5
    while True:
        readiness = Readiness(lambda: connect(place))
        obstacles = readiness.obstacles()
        readiness.close()
        if until(obstacles) or time.monotonic() > deadline:
            return obstacles
        time.sleep(0.1)


@pytest.mark.parametrize("name", FAULTS)
def test_what_hinders_a_ballot_is_named(place: Path, own: PatientConnection, name: str) -> None:
    """Read-only, without rules or migrations: each is an obstacle until it is mended. Guards ``config.readiness``."""
    begin, end, sentence = FAULTS[name]

    def change(statement: str) -> None:
        own.execute("SET default_transaction_read_only = off")
        own.execute(statement)
        own.execute("SELECT pg_reload_conf()")

    change(begin)
    try:
        obstacles = obstacles_of(place, until=lambda all_: any(each.startswith(sentence) for each in all_))
    finally:
        change(end)
    assert [each for each in obstacles if each.startswith(sentence)], obstacles
    assert obstacles_of(place, until=lambda all_: not all_) == []


def test_a_full_disk_is_remembered_for_a_while(asked: Readiness, monkeypatch: pytest.MonkeyPatch) -> None:
    """That a write of anybody was refused for want of room is an obstacle. Guards ``config.readiness``."""
    met = Troubles()
    met.meet(DISK_FULL)
    monkeypatch.setattr("config.readiness.troubles", met)
    assert any(DISK_FULL in each for each in asked.obstacles())


def test_a_frozen_database_is_known_in_two_seconds(place: Path, asked: Readiness) -> None:
    """The answer comes in time while nothing moves, and is yes again after it. Guards ``config.readiness``."""
    assert asked.obstacles() == []
    with frozen(place):
        time.sleep(1.1)
        seconds, obstacles = took(asked.obstacles)
        assert (obstacles, seconds < AT_ONCE) == ([NO_ANSWER], True)
        fresh = Readiness(lambda: connect(place))
        seconds, obstacles = took(fresh.obstacles)
        assert (obstacles, seconds < AT_ONCE) == ([NO_ANSWER], True)
    deadline = time.monotonic() + 5
    while asked.obstacles() and time.monotonic() < deadline:
        time.sleep(0.2)
    assert asked.obstacles() == []
    fresh.close()


def test_monitors_cannot_flood_the_database(asked: Readiness, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was learnt a second ago is not asked again. Guards ``config.readiness``."""
    looks: list[None] = []
    look = asked._look

    def counted() -> Iterator[str]:
        looks.append(None)
        return look()

    monkeypatch.setattr(asked, "_look", counted)
    threads = [threading.Thread(target=asked.obstacles) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(looks) == 1


@pytest.fixture
def full(own: PatientConnection) -> Iterator[str]:
    """Return a role for which the server has no connection left."""
    own.execute("CREATE ROLE full_up LOGIN CONNECTION LIMIT 0")
    yield "full_up"
    own.execute("DROP ROLE full_up")


def test_a_server_that_is_full_is_not_away(place: Path, full: str) -> None:
    """Pages go on with the connections that there are; one that is frozen or not there is away.

    Guards ``config.database.patience``.
    """

    def alone(host: str | Path = place) -> PatientConnection:
        return PatientConnection.alone(host=str(host), user=full, dbname="piaojue")

    with pytest.raises(NoneToSpare, match="too many connections"):
        alone()
    own = Absence()
    own.connect = alone
    own.suspect(all_connections=False)
    deadline = time.monotonic() + 5
    while own._away.is_set() and time.monotonic() < deadline:
        time.sleep(0.05)
    own.refuse()
    with frozen(place), pytest.raises(psycopg.errors.ConnectionTimeout):
        alone()
    with pytest.raises(psycopg.OperationalError) as caught:
        alone("/nowhere")
    assert not isinstance(caught.value, NoneToSpare)


def test_pages_are_made_ready_once_the_database_is_there_and_not_for_ever(
    asked: Readiness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the database hindered is tried again; a record that cannot be read is not. Guards ``config.readiness``."""
    hindered: list[Exception] = [ValueError("unreadable"), DatabaseUnavailable("away")]
    asked.prepare = hindered.pop
    monkeypatch.setattr("config.readiness.FRESH", 0.0)
    assert [asked.obstacles() for _ in range(3)] == [[], [], []]
    assert hindered == []
    assert asked.prepare is None


def test_nothing_is_ready_while_pages_are_refused(asked: Readiness) -> None:
    """Whoever is told that a ballot could be cast can cast one: the process must have taken the database back, too.

    Guards ``config.readiness``.
    """
    absence._away.set()
    try:
        assert asked.obstacles() == [NO_ANSWER]
    finally:
        absence._away.clear()


def test_of_a_full_server_the_own_connection_is_kept(
    place: Path, full: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A vote is not off because a monitor gets no newer connection. Guards ``config.readiness``."""
    monkeypatch.setattr("config.readiness.RENEW_EVERY", 0.0)
    made = [connect(place)]
    asked = Readiness(
        lambda: made.pop() if made else PatientConnection.alone(host=str(place), user=full, dbname="piaojue")
    )
    monkeypatch.setattr("config.readiness.FRESH", 0.0)
    assert [asked.obstacles(), asked.obstacles()] == [[], []]
    asked.close()


def test_readiness_asks_again_after_there_was_no_thread(
    asked: Readiness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that could start no thread is not unready for ever. Guards ``config.readiness``."""

    def start(_thread: object) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as without:
        without.setattr("config.readiness.threading.Thread.start", start)
        assert asked.obstacles() == [NO_ANSWER]
    assert asked.obstacles() == []


def test_the_write_of_readiness_is_no_clock(own: PatientConnection) -> None:
    """The row that is taken back lies on in the table's file, beside others': it has no moment. Guards
    ``config.readiness``.
    """
    with own.transaction(force_rollback=True):
        own.execute(_WRITE)
        own.execute(_WRITE)  # as another worker does before this one has taken its row back
        rows = own.execute("SELECT DISTINCT extract(epoch FROM expire_date)::int FROM accounts_session")
        assert rows.fetchall() == [(0,)]


def test_a_statement_ends_although_the_server_does_not(place: Path) -> None:
    """Whoever waits for a frozen server waits so long and no longer. Guards ``config.database.patience``."""
    with connect(place) as connection:
        with (
            frozen(place),
            waiting_at_most(0.5),
            pytest.raises(psycopg.OperationalError, match="no answer within"),
        ):
            connection.execute("SELECT 1")
        assert connection.closed


# ------------------------------------------------------------------------------------------------------ the server


class Served:
    """A worker with two threads on the own database."""

    def __init__(self, sockets: Path, var: Path) -> None:
        self.port, self.monitor_port = free_port(), free_port()
        self.url, self.monitor = (f"http://127.0.0.1:{port}" for port in (self.port, self.monitor_port))
        known = environment(sockets, var) | {
            "MONITOR_PORT": str(self.monitor_port),
            "ALLOWED_HOSTS": "vote.example.org",
        }
        subprocess.run(
            [sys.executable, "manage.py", "collectstatic", "--no-input", "-v0"],
            env=known, cwd=settings.BASE_DIR, check=True,
        )  # fmt: skip
        self.process = subprocess.Popen(
            [sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", "1", "--blocking-threads", "2",
             "--host", "127.0.0.1", "--port", str(self.port), "config.wsgi:application"],
            env=known, cwd=settings.BASE_DIR,
        )  # fmt: skip

    def get(self, path: str, host: str = "vote.example.org") -> httpx.Response:
        return httpx.get(f"{self.url}{path}", headers={"Host": host}, timeout=60)

    def becomes(self, path: str, status: int, *, within: float) -> bool:
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            with suppress(httpx.HTTPError):
                if httpx.get(f"{self.monitor}{path}", timeout=5).status_code == status:
                    return True
            time.sleep(0.1)
        return False


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


@pytest.fixture(scope="module")
def served(place: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    server = Served(place, tmp_path_factory.mktemp("served"))
    try:
        assert server.becomes("/readyz", 200, within=60)
        yield server
    finally:
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(timeout=20)


def test_a_frozen_database_holds_no_voter_and_no_monitor(place: Path, served: Served) -> None:
    """While both threads wait the monitor has its answers; every page ends in 503; after it all goes on by itself.

    Guards ``config.monitor`` and ``config.database.patience``.
    """
    ends: list[tuple[float, httpx.Response]] = []
    session = {"Cookie": "sessionid=somebody"}

    def ask(path: str) -> httpx.Response:
        return httpx.get(served.url + path, headers={"Host": "vote.example.org", **session}, timeout=60)

    assert ask("/years/").status_code == 200
    with frozen(place):
        threads = [
            threading.Thread(target=lambda: ends.append(took(lambda: ask("/ballot/")))) for _ in range(6)
        ]
        threads.append(threading.Thread(target=lambda: ends.append(took(lambda: ask("/en/admin/people/")))))
        for thread in threads:
            thread.start()
        time.sleep(1.1)  # what was learnt before is not told any more
        seconds, lives = took(lambda: httpx.get(served.monitor + "/healthz", timeout=10))
        assert (lives.status_code, seconds < AT_ONCE) == (200, True)
        seconds, ready = took(lambda: httpx.get(served.monitor + "/readyz", timeout=10))
        assert (ready.status_code, ready.text, seconds < AT_ONCE) == (503, f"{NO_ANSWER}\n", True)
        assert "\npiaojue_ready 0\n" in httpx.get(served.monitor + "/metrics", timeout=10).text
        for thread in threads:
            thread.join()
        assert {answer.status_code for _seconds, answer in ends} == {503}
        assert max(seconds for seconds, _answer in ends) < 20
        seconds, answer = took(lambda: ask("/en/years/"))
        assert (answer.status_code, seconds < AT_ONCE) == (503, True)
    assert served.becomes("/readyz", 200, within=5)
    assert served.get("/years/").status_code == 200


def test_the_port_of_the_monitor_answers_this_computer_and_nothing_else(served: Served) -> None:
    """It has three addresses, none of them the site's. Guards ``config.monitor``."""
    assert httpx.get(served.monitor + "/healthz").text == "ok\n"
    assert httpx.get(served.monitor + "/").status_code == 404
    assert httpx.get(served.monitor + "/en/enter/").status_code == 404
    assert httpx.post(served.monitor + "/readyz").status_code == 501
    [listening] = [
        each.laddr.ip
        for process in [psutil.Process(served.process.pid), *psutil.Process(served.process.pid).children()]
        for each in process.net_connections("tcp")
        if each.status == "LISTEN" and each.laddr.port == served.monitor_port
    ]
    assert listening == "127.0.0.1"


def test_hosts(served: Served) -> None:
    """Loopback is answered whatever ALLOWED_HOSTS says, a foreign name by 400 everywhere. Guards ``config.health``."""
    for host in ("127.0.0.1:8000", "localhost", "[::1]:80", "vote.example.org"):
        assert (served.get("/healthz", host).text, served.get("/readyz", host).text) == ("ok\n", "ok\n")
    for path in (
        "/",
        "/en/",
        "/ballot/",
        "/en/admin/",
        "/api/v1/cycles/",
        "/healthz",
        "/readyz",
        "/static/x.css",
    ):
        for host in ("evil.example.org", "localhost.evil.example.org", "127.0.0.1.evil:1", "a b", "["):
            assert served.get(path, host).status_code == 400, (path, host)
    assert served.get("/enter/", "127.0.0.1").status_code == 400


# ------------------------------------------------------------------------------------------------------- the pages


def test_health_needs_no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """This test may use no database: ``/healthz`` lives without one, ``/readyz`` says so. Guards ``config.health``."""

    def unavailable() -> PatientConnection:
        raise DatabaseUnavailable("away")

    monkeypatch.setattr("config.health.readiness", Readiness(unavailable))
    client = Client()
    assert client.get("/healthz").content == b"ok\n"
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content.decode()) == (503, f"{NO_ANSWER}\n")
    assert client.post("/healthz").status_code == 405
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize(
    ("path", "words"), [("/", "无法识别这次请求"), ("/en/enter/", "This request cannot be read")]
)
def test_a_foreign_host_is_refused_in_the_language_of_the_page(path: str, words: str) -> None:
    """It is 400, not 500, without a database. Guards ``config.health``."""
    answer = Client().get(path, headers={"Host": "evil.example.org"})
    assert answer.status_code == 400
    assert words in answer.content.decode()


def test_the_figures_are_as_of_the_last_minute(
    monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path
) -> None:
    """What was counted since is in no answer; a worker that ended is left out. Guards ``config.metrics``."""
    settings.VAR = tmp_path
    monkeypatch.setattr(metrics, "_counts", metrics.Counter())
    metrics.count("vote", 200)
    metrics.publish()
    metrics.count("vote", 200)
    metrics.count("vote", 503)
    line = f'piaojue_requests_total{{page="vote",end="ok",worker="{os.getpid()}"}}'
    assert f"{line} 1\n" in metrics.text(ready=True)
    assert "unavailable" not in metrics.text(ready=True)
    metrics.publish()
    assert f"{line} 2\n" in metrics.text(ready=True)
    (tmp_path / "metrics" / "999999999.json").write_text('{"piaojue_memory_bytes{": 1}')
    assert "999999999" not in metrics.text(ready=True)
