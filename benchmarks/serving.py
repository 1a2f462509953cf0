"""A web server as in production (``deploy/piaojue@.service``), for ours and for the bare project alike."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.ground import BASE

WORKERS, THREADS = 2, 8
START_SECONDS = 30
STOP_SECONDS = 15
OPTIONS = (
    *("--interface", "wsgi", "--http", "1", "--no-ws", "--no-access-log", "--log-level", "error"),
    *("--workers", str(WORKERS), "--blocking-threads", str(THREADS), "--backlog", "2048"),
)


@dataclass(frozen=True)
class Server:
    """A running server on 127.0.0.1."""

    port: int
    pid: int

    def memory(self) -> list[int]:
        """Return the bytes that each worker holds now, private or shared."""
        return sorted(resident(pid) for pid in children(self.pid))[-WORKERS:]


@contextmanager
def serving(application: str, **environment: str) -> Iterator[Server]:
    """Serve the application until the block ends."""
    port = free_port()
    command = [sys.executable, "-m", "granian", *OPTIONS, "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen([*command, application], cwd=BASE, env=os.environ | environment)
    try:
        _wait_for(process, port)
        yield Server(port, process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def _wait_for(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the web server does not start; what it said is above")


def children(pid: int) -> list[int]:
    """Return the numbers of a process's children."""
    return [int(line.split()[0]) for line in _processes() if int(line.split()[1]) == pid]


def resident(pid: int) -> int:
    """Return the resident memory of a process in bytes."""
    return next(int(line.split()[2]) * 1024 for line in _processes() if int(line.split()[0]) == pid)


def _processes() -> list[str]:
    """Return a line ``pid ppid kilobytes`` for every process, from /proc or, where there is none, from ps."""
    if not Path("/proc/self/status").exists():
        ps = ["ps", "-A", "-o", "pid=,ppid=,rss="]
        return subprocess.run(ps, capture_output=True, text=True, check=True).stdout.splitlines()
    lines = []
    for path in Path("/proc").glob("[0-9]*/status"):
        try:
            known = dict(line.split(":", 1) for line in path.read_text().splitlines() if ":" in line)
        except OSError:
            continue  # it has ended meanwhile
        if "VmRSS" in known:
            lines.append(f"{known['Pid']} {known['PPid']} {known['VmRSS'].split()[0]}")
    return lines
