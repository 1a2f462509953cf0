"""``make demo``: serves, says how to get in, stops cleanly, keeps its data, and says in a sentence what it cannot.

Guards ``voting.management.commands.demo`` and ``voting.management.demo.places``.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import translation

from accounts.models import User
from tests.factories import make_vote
from voting.domain.vote.rounds import close_round
from voting.management.demo import places
from voting.management.demo.places import Place, PlaceTaken, environment_for
from voting.management.demo.reset import ResetRefused, reset_demo
from voting.management.demo.secrets import read_secrets, secrets_file
from voting.management.demo.server import LEAST_SECONDS
from voting.management.demo.sheet import sheet, table
from voting.models import Cycle, RollEntry, Round

PATIENCE = 90  # seconds, for a machine that runs other tests beside


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def environment(var: Path, **more: str) -> dict[str, str]:
    """Return the environment of a person at a terminal; without DATABASE_URL the demo takes the embedded server."""
    kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "HOST", "PORT"}}
    return kept | {"PIAOJUE_VAR": str(var), "LC_ALL": "C.UTF-8", "PYTHONUTF8": "1"} | more


def manage(*arguments: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=settings.BASE_DIR, env=env, capture_output=True, text=True,
        timeout=PATIENCE, check=False,
    )  # fmt: skip


class Demo:
    """A running demo, with what it has printed so far in a file."""

    def __init__(self, env: dict[str, str], log: Path) -> None:
        self.url, self.log = f"http://127.0.0.1:{env['PORT']}", log
        with log.open("w") as said:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "demo"],
                cwd=settings.BASE_DIR,
                env=env,
                stdout=said,
                stderr=said,
            )

    @property
    def said(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def wait_until_said(self, text: str) -> str:
        deadline = time.monotonic() + PATIENCE
        while text not in self.said:
            assert self.process.poll() is None, self.said
            assert time.monotonic() < deadline, self.said
            time.sleep(0.05)
        return self.said

    def stop(self, number: int = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(timeout=PATIENCE)


@contextmanager
def demo(env: dict[str, str], log: Path) -> Iterator[Demo]:
    running = Demo(env, log)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.process.terminate()
            running.process.wait(timeout=PATIENCE)


@pytest.fixture(scope="module")
def gathered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Gather the static files once; compressing them takes seconds."""
    var = tmp_path_factory.mktemp("gathered")
    done = manage("collectstatic", "--no-input", "-v0", env=environment(var))
    assert done.returncode == 0, done.stderr
    return var / "static"


@pytest.fixture
def static(tmp_path: Path, gathered: Path) -> Path:
    """Return a place of its own that has the static files."""
    (tmp_path / "static").symlink_to(gathered)
    return tmp_path


@pytest.mark.django_db(transaction=True)
def test_it_serves_says_how_to_get_in_stops_keeps_its_data_and_outlives_its_server(
    static, database_url, tmp_path
):
    env = environment(static, DATABASE_URL=database_url, PORT=str(free_port()))
    with demo(env, tmp_path / "first") as first:
        said = first.wait_until_said("Stop with Ctrl-C")
        assert httpx.get(f"{first.url}/healthz").text == "ok\n"
        number, code = re.search(r"^  (\d{3})  ((?:\d{4} ){4}\d{4})  演示代表", said, re.MULTILINE).groups()
        sign_in_and_vote(first.url, number, code)
        staff_sign_in(first.url, *re.search(r"^  (demo-clerk) +(\S+)", said, re.MULTILINE).groups())
        assert said.startswith("preparing the database\nloading the seeds\n")
        assert len(re.findall(r"^  \d  (?:[a-z]+ ?){10}$", said, re.MULTILINE)) == 5
        workers = [worker.pid for worker in psutil.Process(first.process.pid).children(recursive=True)]
        assert len(workers) >= 3
        assert first.stop() == 0
    assert "Traceback" not in first.said
    assert first.said.endswith("The demo has stopped.\n")
    assert not any(psutil.pid_exists(worker) for worker in workers)
    with demo(env, tmp_path / "second") as second:
        again = second.wait_until_said("Stop with Ctrl-C")
        kill_the_server(second)
        assert second.stop(signal.SIGTERM) == 0
    assert "loading the seeds" not in again
    assert re.findall(r"^  demo-.*", again, re.MULTILINE) == re.findall(r"^  demo-.*", said, re.MULTILINE)
    assert f"  {number}  {code}" not in again
    assert RollEntry.objects.filter(round__cycle__slug="2018", voted=True).count() == 1


def sign_in_and_vote(url: str, number: str, code: str) -> None:
    with httpx.Client(base_url=url, follow_redirects=True, timeout=20) as phone:
        phone.get("/enter/")
        token = phone.cookies["csrftoken"]
        ballot = phone.post(
            "/enter/", data={"csrfmiddlewaretoken": token, "number": number, "code": code}
        ).text
        ticket = re.search(r'name="ticket" value="([^"]+)"', ballot)[1]
        choice = {"csrfmiddlewaretoken": phone.cookies["csrftoken"], "ticket": ticket, "mark": ["1", "2"]}
        assert "您的表决票已投入票箱" in phone.post("/ballot/cast/", data=choice).text


def staff_sign_in(url: str, username: str, password: str) -> None:
    with httpx.Client(base_url=url, timeout=20) as desk:
        desk.get("/admin/login/")
        form = {"csrfmiddlewaretoken": desk.cookies["csrftoken"], "username": username, "password": password}
        assert desk.post("/admin/login/", data=form).status_code == 302


def kill_the_server(running: Demo) -> None:
    """Kill the server with all its workers, and wait until another answers in its place."""
    time.sleep(LEAST_SECONDS)  # one that ends sooner is not started again
    server = psutil.Process(running.process.pid).children()[0]
    family = [*server.children(recursive=True), server]
    for process in family:
        process.kill()
    psutil.wait_procs(family, timeout=10)
    deadline = time.monotonic() + PATIENCE
    while not answers(running.url):
        assert time.monotonic() < deadline, running.said
        time.sleep(0.1)


def answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz").status_code == 200
    except httpx.HTTPError:
        return False


def test_a_database_that_does_not_answer_is_named_within_seconds(static):
    port = free_port()
    began = time.monotonic()
    done = manage("demo", env=environment(static, DATABASE_URL=f"postgres://nobody@127.0.0.1:{port}/none"))
    assert time.monotonic() - began < 15
    assert done.returncode == 1
    assert f"at 127.0.0.1, port {port} gives no connection" in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_port_in_use_is_named(static):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = manage("demo", env=environment(static, PORT=str(port)))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"piaojue: Port {port} on 127.0.0.1 is in use.")
    assert not (static / "postgres").exists()


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"PORT": "eighty"}, "PORT must be a whole number from 1 to 65535, not 'eighty'."),
        ({"HOST": "203.0.113.7", "PORT": "8123"}, "This machine has no address 203.0.113.7."),
        ({"PIAOJUE_ENV": "production"}, "SECRET_KEY must be set in production"),
    ],
)
def test_what_the_demo_cannot_do_is_one_sentence(static, more, sentence):
    done = manage("demo", env=environment(static, **more))
    assert done.returncode == 1
    assert sentence in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_it_starts_over_by_throwing_the_embedded_database_away(tmp_path):
    env = environment(tmp_path)
    assert manage("migrate", "-v0", env=env).returncode == 0
    assert manage("seed", "--until", "slate", env=env).returncode == 0
    kept = tmp_path / "demo" / "embedded.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    done = manage("demo", "--reset", env=env)
    assert (done.returncode, done.stderr) == (0, "")
    assert not kept.exists()
    assert not (tmp_path / "postgres").exists()
    assert manage("demo", "--reset", env=env).returncode == 0


@pytest.mark.django_db
def test_a_database_of_ones_own_is_never_deleted(tmp_path, settings, monkeypatch):
    settings.VAR = tmp_path
    monkeypatch.delitem(settings.DATABASES["default"], "EMBEDDED_IN", raising=False)
    with (
        translation.override("en"),
        pytest.raises(ResetRefused, match="Only the embedded database is deleted"),
    ):
        reset_demo()


@pytest.mark.django_db
def test_a_database_with_a_real_vote_is_neither_served_as_a_demo_nor_deleted(tmp_path, settings, monkeypatch):
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    make_vote(until="drafted", slug="real")
    settings.VAR = settings.STATIC_ROOT = tmp_path
    (tmp_path / "staticfiles.json").touch()
    settings.DEMO_PLACE = ("127.0.0.1", free_port())
    monkeypatch.setattr("voting.management.commands.demo.stop_on_any_signal", lambda: None)
    with pytest.raises(
        CommandError, match=r"holds a real vote \(real\); the demo wants a database of its own"
    ):
        call_command("demo")
    monkeypatch.setitem(settings.DATABASES["default"], "EMBEDDED_IN", tmp_path)
    with pytest.raises(CommandError, match=r"holds a real vote \(real\), so it is not the demo's alone"):
        call_command("demo", "--reset")
    assert not User.objects.filter(kind="demo").exists()


@pytest.mark.django_db
def test_the_sheet_follows_the_vote(tmp_path, settings):
    settings.VAR = tmp_path
    call_command("seed", verbosity=0)
    place, known, cycle = Place("127.0.0.1", 8123), read_secrets(), Cycle.objects.get()

    def printed() -> str:
        with translation.override("en"):
            return "\n".join(sheet(place, cycle=cycle, known=known))

    assert "http://127.0.0.1:8123/2018/screen/" in printed()
    assert "PORT=8123 make demo-votes" in printed()
    assert known.codes["001"] in printed()
    assert known.codes["041"] not in printed()  # on leave
    round_ = Round.objects.select_related("cycle").get()
    close_round(round_=round_, by=User.objects.get(username="demo-clerk"), at=round_.opened_at)
    assert known.codes["001"] not in printed()
    assert "any 3 of the 5 open the urn" in printed()
    known.key = "another"
    assert "are not in" in printed()
    assert secrets_file().name in printed()


def test_a_phone_finds_the_demo_in_the_local_network(monkeypatch, settings):
    monkeypatch.setattr(places, "local_network", lambda: ["192.168.1.5", "10.0.0.9"])
    everywhere = Place("0.0.0.0", 8123)  # noqa: S104
    assert everywhere.addresses == [
        "http://127.0.0.1:8123",
        "http://192.168.1.5:8123",
        "http://10.0.0.9:8123",
    ]
    settings.ALLOWED_HOSTS = [".localhost", "127.0.0.1", "[::1]"]
    assert environment_for(everywhere)["ALLOWED_HOSTS"] == ".localhost,127.0.0.1,[::1],192.168.1.5,10.0.0.9"
    settings.ALLOWED_HOSTS = ["vote.example.org"]
    assert environment_for(everywhere)["ALLOWED_HOSTS"] == "vote.example.org,192.168.1.5,10.0.0.9"
    assert Place("127.0.0.1", 8000).addresses == ["http://127.0.0.1:8000"]
    assert Place("::1", 8000).here == "http://[::1]:8000"


def test_the_place_comes_from_the_environment(tmp_path):
    assert Place(*settings.DEMO_PLACE) == Place("127.0.0.1", 8000)
    done = manage("check", env=environment(tmp_path, PORT="70000"))
    assert done.returncode == 1
    assert "PORT" in done.stderr.splitlines()[-1]
    with translation.override("en"), pytest.raises(PlaceTaken, match="has no address"):
        Place("203.0.113.7", 8123).require_free()


def test_columns_stand_under_one_another_in_both_scripts():
    assert list(table([("会场", "a"), ("x", "b")])) == ["  会场  a", "  x     b"]
