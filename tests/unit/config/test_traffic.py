"""An instance is known to the proxy while it is ready, and no longer. Guards ``config.traffic``."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingUnixStreamServer
from typing import Any

import pytest

from config import traffic


class Instance:
    """Something that answers at the socket of an instance, as *status* says."""

    def __init__(self, directory: Path) -> None:
        self.directory, self.status, self.asked = directory, 200, 0
        instance = self

        class Answers(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                instance.asked += 1
                self.send_response(instance.status)
                self.end_headers()

            def address_string(self) -> str:
                return "somebody"

            def log_message(self, *arguments: object) -> None:
                """Say nothing."""

        directory.mkdir()
        self.server: Any = ThreadingUnixStreamServer(str(directory / traffic.OWN), Answers)
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def is_known(self) -> bool:
        return (self.directory / traffic.KNOWN).exists()

    def end(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def instances(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Instance]]:
    """Return two instances; what takes seconds elsewhere takes moments."""
    monkeypatch.setenv("PIAOJUE_VAR", str(tmp_path))
    monkeypatch.setattr(traffic, "ROOT", tmp_path)
    (tmp_path / "manage.py").write_text("# a program that loads\n")
    for name in ("PAUSE", "ACCEPTED_SECONDS"):
        monkeypatch.setattr(traffic, name, 0.02)
    both = [Instance(tmp_path / f"piaojue-{number}") for number in (1, 2)]
    yield both
    for each in both:
        each.end()


def test_the_proxy_knows_an_instance_once_it_is_ready(instances: list[Instance]) -> None:
    """Guards ``config.traffic.on``."""
    first = instances[0]
    first.status = 503
    waiting = threading.Thread(target=traffic.on, args=(first.directory,))
    waiting.start()
    while first.asked < 3:
        time.sleep(0.01)
    assert not first.is_known
    first.status = 200
    waiting.join(5)
    assert traffic.status(first.directory / traffic.KNOWN) == 200


def test_one_that_is_not_ready_for_long_shows_its_own_page(
    instances: list[Instance], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Guards ``config.traffic.on``."""
    monkeypatch.setattr(traffic, "READY_SECONDS", 0.1)
    instances[0].status = 503
    traffic.on(instances[0].directory)
    assert instances[0].is_known
    assert "answers 503" in capsys.readouterr().err


def test_one_that_answers_nothing_is_a_failed_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards ``config.traffic.on``."""
    monkeypatch.setattr(traffic, "ANSWER_SECONDS", 0.1)
    (tmp_path / "piaojue-1").mkdir()
    with pytest.raises(traffic.NotServing, match="nothing answers"):
        traffic.on(tmp_path / "piaojue-1")
    assert not (tmp_path / "piaojue-1" / traffic.KNOWN).exists()


def test_before_it_stops_no_proxy_finds_it_and_what_waits_at_its_socket_is_answered(
    instances: list[Instance],
) -> None:
    """Guards ``config.traffic.off``."""
    first = instances[0]
    traffic.on(first.directory)
    with socket.socket(socket.AF_UNIX) as early:
        early.connect(str(first.directory / traffic.KNOWN))
        traffic.off(first.directory)
        early.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert early.recv(20).startswith(b"HTTP/1.0 200")
    assert not first.is_known
    traffic.off(first.directory)  # once more is nothing


#: Stands for granian: at SIGHUP it puts another worker in the place of its worker.
GRANIAN = """
import signal, subprocess, sys
start = lambda: subprocess.Popen(["sleep", "60"])
worker = start()
def renew(*_):
    global worker
    old, worker = worker, start()
    old.kill(); old.wait()
signal.signal(signal.SIGHUP, renew)
signal.signal(signal.SIGTERM, lambda *_: (worker.kill(), sys.exit()))
print("ready", flush=True)
while True: signal.pause()
"""


@pytest.fixture
def granian() -> Iterator[int]:
    with subprocess.Popen([sys.executable, "-c", GRANIAN], stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        yield process.pid
        process.send_signal(signal.SIGTERM)


def test_a_renewed_instance_has_new_workers_and_gets_nothing_meanwhile(
    instances: list[Instance], granian: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards ``config.traffic.renew``."""
    first, second = instances
    for each in instances:
        traffic.on(each.directory)
    before, known = traffic.workers(granian), []
    kill = os.kill

    def noted(process: int, number: int) -> None:
        known.append((first.is_known, second.is_known))
        kill(process, number)

    monkeypatch.setattr(os, "kill", noted)
    traffic.renew(first.directory, granian)
    assert known == [(False, True)]
    assert first.is_known
    assert len(before) == len(traffic.workers(granian)) == 1
    assert not before & traffic.workers(granian)


def test_the_only_instance_stays_known_while_it_is_renewed(
    instances: list[Instance], granian: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards ``config.traffic.renew``."""
    first, second = instances
    traffic.on(first.directory)
    second.status = 503
    monkeypatch.setattr(traffic, "off", lambda _directory: pytest.fail("nobody else would answer"))
    traffic.renew(first.directory, granian)
    assert first.is_known


def test_workers_that_do_not_go_get_requests_as_before(
    instances: list[Instance], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards ``config.traffic.renew``."""
    first = instances[0]
    for each in instances:
        traffic.on(each.directory)
    monkeypatch.setattr(traffic, "RENEWED_SECONDS", 0.1)
    monkeypatch.setattr(traffic, "workers", lambda _main: {1})
    monkeypatch.setattr(os, "kill", lambda _process, _number: None)
    with pytest.raises(traffic.NotServing, match="do not go"):
        traffic.renew(first.directory, 1)
    assert first.is_known


def test_a_program_that_does_not_load_takes_no_worker_away(
    instances: list[Instance], granian: int, tmp_path: Path
) -> None:
    """A reload of all instances would leave none, one after the other. Guards ``config.traffic.renew``."""
    first = instances[0]
    traffic.on(first.directory)
    before = traffic.workers(granian)
    (tmp_path / "manage.py").write_text("import what_is_not_there\n")
    with pytest.raises(traffic.NotServing, match="does not load"):
        traffic.renew(first.directory, granian)
    assert first.is_known
    assert traffic.workers(granian) == before
