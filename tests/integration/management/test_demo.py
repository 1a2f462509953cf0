"""``make demo``: serves, says how to get in, stops cleanly, keeps its data, and says in a sentence what it cannot.

Guards ``voting.management.commands.demo``, ``voting.management.demo.places``, ``voting.management.demo.secrets`` and
``voting.management.demo.sheet``.
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone, translation

from accounts.models import User
from accounts.roles import Kind, Role
from tests.factories import CongressFactory, make_vote
from voting.domain.vote.rounds import close_round
from voting.management.commands.demo import Command
from voting.management.commands.seed import TOWNS
from voting.management.demo import places
from voting.management.demo.left_over import demo_lock, name_server, server_lock, stop_left_over
from voting.management.demo.places import Place, PlaceTaken, environment_for
from voting.management.demo.reset import ResetRefused, reset_demo
from voting.management.demo.secrets import DemoSecrets, VoteSecrets, keep_secrets, read_secrets, secrets_file
from voting.management.demo.server import LEAST_SECONDS
from voting.management.demo.sheet import sheet, table
from voting.management.hall.delegate import cast_fields
from voting.management.seeds.command import keep_loaded
from voting.management.seeds.loading import Point
from voting.management.seeds.next_year import NextPoint
from voting.management.seeds.towns import load_towns
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
        number, code = slip("演示代表", said)
        sign_in_and_vote(f"{first.url}/gongshu", number, code, ["1", "2"])
        sign_in_and_vote(f"{first.url}/jia", *slip("甲镇演示代表", said), ["2"])
        for congress, username in STAFF_SHOWN.items():
            shown = re.search(rf"\b({username}) +(\S+)", said)
            staff_sign_in(f"{first.url}{congress}", *shown.groups())
        assert said.startswith("preparing the database\nloading the seeds\n")
        key_slips = re.findall(r"^  \d  (?:[a-z]+ ?){10}$", said, re.MULTILINE)
        # Of the district, of Jia, of Bing and of Ding Town; Yi Town has published.
        assert len(key_slips) == 5 + 3 + 3 + 3
        the_addresses_of_the_sheet_lead_there(first.url, said)
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
    staff = re.compile(r"^  (?:demo|jia|yi)-.*", re.MULTILINE)
    assert staff.findall(again) == staff.findall(said)
    assert f"  {number}  {code}" not in again
    for vote in ({"cycle__slug": "2018"}, {"cycle__congress__slug": "jia"}):
        assert RollEntry.objects.filter(round__in=Round.objects.filter(**vote), voted=True).count() == 1


#: Whose sign-in is tried, and at the address of which congress.
STAFF_SHOWN = {
    "/gongshu": "demo-clerk", "/jia": "jia-clerk", "/yi": "yi-keeper", "/bing": "bing-clerk", "/ding": "ding-clerk",
    "": "demo-installation",
}  # fmt: skip


def slip(name: str, sheet: str) -> tuple[str, str]:
    """Return number and code of the first slip on the sheet of a delegate whose name begins so."""
    number, code = re.search(
        rf"^  (\d{{3}})  ((?:\d{{4}} ){{4}}\d{{4}})  {name}", sheet, re.MULTILINE
    ).groups()
    return number, code


def the_addresses_of_the_sheet_lead_there(url: str, sheet: str) -> None:
    """Every address on the sheet answers; beside those of the installation each says its congress."""
    paths = re.findall(rf"{re.escape(url)}(\S*)", sheet)
    assert {"/", "/en/", "/admin/"} == {
        path for path in paths if path.count("/") <= 2 and not CONGRESS.match(path)
    }
    for congress in ("gongshu", "jia", "yi", "bing"):
        assert {f"/{congress}/", f"/{congress}/enter/", f"/{congress}/admin/"} <= set(paths)
    assert {"/ding/", "/ding/enter/letter/", "/ding/admin/"} <= set(paths)
    assert {"/gongshu/2018/screen/", "/yi/2027/result/"} <= set(paths)
    for path in paths:
        assert httpx.get(f"{url}{path}", follow_redirects=True).status_code == 200, path
        assert CONGRESS.match(path) or path in {"/", "/en/", "/admin/"}, path


CONGRESS = re.compile("/(gongshu|jia|yi|bing|ding)/")


def sign_in_and_vote(url: str, number: str, code: str, marks: list[str]) -> None:
    with httpx.Client(base_url=url, follow_redirects=True, timeout=20) as phone:
        phone.get("/enter/")
        token = phone.cookies["csrftoken"]
        ballot = phone.post(
            "/enter/", data={"csrfmiddlewaretoken": token, "number": number, "code": code}
        ).text
        ticket = re.search(r'name="ticket" value="([^"]+)"', ballot)[1]
        choice = {"csrfmiddlewaretoken": phone.cookies["csrftoken"], "ticket": ticket, "mark": marks}
        sealed = cast_fields(phone.post("/ballot/review/", data=choice).text)
        cast = phone.post("/ballot/cast/", data=sealed | {"csrfmiddlewaretoken": phone.cookies["csrftoken"]})
        assert "您的表决票已投入票箱" in cast.text


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


def test_the_server_of_a_killed_demo_is_stopped_by_the_next_one_and_that_of_a_living_one_is_not(
    tmp_path, settings
):
    """Guards ``voting.management.demo.left_over``."""
    settings.VAR = tmp_path
    place = Place("127.0.0.1", 8000)
    living = demo_lock(place)
    assert living is not None
    lock = server_lock(place)
    server = subprocess.Popen(["sleep", "60"], pass_fds=[lock], start_new_session=True)
    os.close(lock)
    name_server(place, server.pid)
    assert demo_lock(place) is None, "the demo lives"
    os.close(living)  # as its end does
    assert demo_lock(place) is not None
    assert stop_left_over(place)
    assert server.wait(5) == -signal.SIGTERM
    assert not stop_left_over(place), "there is none any more"


def test_a_server_that_nobody_has_named_yet_ends_no_other_program(tmp_path, settings, monkeypatch):
    """The demo was killed as it started its server: the number of the one before may be any program's by now.

    Guards ``voting.management.demo.left_over``.
    """
    settings.VAR = tmp_path
    place = Place("127.0.0.1", 8000)
    os.close(server_lock(place))
    name_server(place, 4_000_000)
    lock = server_lock(place)
    monkeypatch.setattr(os, "killpg", lambda *_: pytest.fail("whose is that?"))
    assert not stop_left_over(place)
    os.close(lock)


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
    assert not User.objects.filter(congress__kind="demo").exists()


@pytest.fixture
def printed(tmp_path, settings) -> Callable[[], str]:
    settings.VAR = tmp_path

    def in_english() -> str:
        with translation.override("en"):
            return "\n".join(sheet(Place("127.0.0.1", 8123), known=read_secrets()))

    return in_english


@pytest.mark.django_db
def test_the_sheet_follows_the_vote(printed):
    call_command("seed", verbosity=0)
    codes = read_secrets().votes["gongshu/2018"].codes
    assert "http://127.0.0.1:8123/2018/screen/" in printed(), "one congress: no address needs to say which"
    assert "PORT=8123 make demo-votes" in printed()
    assert codes["001"] in printed()
    assert codes["041"] not in printed()  # on leave
    round_ = Round.objects.select_related("cycle").get()
    clerk, presiding = (User.objects.get(username=f"demo-{part}") for part in ("clerk", "presiding"))
    close_round(round_=round_, by=clerk, at=round_.opened_at, second=presiding)
    assert codes["001"] not in printed()
    assert "any 3 of the 5 open the urn" in printed()
    known = read_secrets()
    known.votes["gongshu/2018"].key = "another"
    keep_secrets(known)
    assert "are not in" in printed()
    assert secrets_file().name in printed()


@pytest.mark.django_db
def test_the_sheet_has_a_way_into_every_congress(printed):
    call_command("seed", verbosity=0)
    load_towns(TOWNS, at=timezone.now(), keep=keep_loaded)
    text = printed()
    known = read_secrets()
    district, jia, yi = re.split(r"^People's Congress of (?:Jia|Yi) Town$", text, flags=re.MULTILINE)
    for way_in, address, clerk in [(district, "gongshu", "demo"), (jia, "jia", "jia"), (yi, "yi", "yi")]:
        assert f"http://127.0.0.1:8123/{address}/enter/" in way_in
        sign_in = f"/{address}/admin/  {clerk}-clerk  {known.staff[f'{clerk}-clerk']}"
        assert sign_in in re.sub(" +", "  ", way_in)
    assert known.votes["jia/2027"].codes["001"] in jia
    assert not re.search(r"(\d{4} ){4}\d{4}", yi), "nobody votes any more in Yi Town"
    assert "http://127.0.0.1:8123/yi/2027/result/" in yi
    assert "PORT=8123 make demo-votes CONGRESS=jia" in text
    assert "CONGRESS=yi" not in text


@pytest.mark.django_db
def test_a_file_of_an_earlier_demo_keeps_its_meaning_and_one_of_nobody_is_none(tmp_path, settings):
    settings.VAR = tmp_path
    file = secrets_file()
    file.parent.mkdir()
    earlier = {
        "mark": "m",
        "staff": {"demo-clerk": "p"},
        "key": "k",
        "key_slips": ["a b"],
        "codes": {"001": "1"},
    }
    file.write_text(json.dumps(earlier))
    known = read_secrets()
    assert known.staff == {"demo-clerk": "p"}
    congress = CongressFactory(
        kind=Kind.DEMO, slug="demo"
    )  # what the migration calls the congress of such a demo
    vote = known.of(Cycle(congress=congress, slug="2018"))
    assert (vote.key, vote.key_slips, vote.codes) == ("k", ["a b"], {"001": "1"})
    assert known.of(Cycle(congress=congress, slug="2019")) == VoteSecrets()
    keep_secrets(known)
    assert read_secrets() == known
    for content in ("", "[]", '{"votes": []}', '{"votes": {"a/1": {"other": 1}}}', '{"codes": {}}', "\udcff"):
        file.write_bytes(content.encode(errors="surrogateescape"))
        assert read_secrets() == DemoSecrets(), content


@pytest.mark.django_db
def test_an_account_that_a_visitor_made_keeps_its_password(tmp_path, settings, monkeypatch):
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    settings.VAR = tmp_path
    call_command("seed", verbosity=0)
    congress = User.objects.get(username="demo-clerk").congress
    visitor = User.objects.create_user("visitor", "a password of mine", role=Role.CLERK, congress=congress)
    clerk = User.objects.get(username="demo-clerk")
    clerk.set_password("changed by a visitor")
    clerk.save()
    Command().prepare(until=Point.OPEN, next_year=NextPoint.CALL)
    visitor.refresh_from_db()
    clerk.refresh_from_db()
    assert visitor.check_password("a password of mine")
    assert clerk.check_password(read_secrets().staff["demo-clerk"]), "what is printed opens"
    assert "visitor" not in read_secrets().staff


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
