"""When the proxy may send requests to an instance: ``python -m config.traffic on|off|renew DIRECTORY [PROCESS]``.

``deploy/piaojue@.service`` calls it. Each instance has a directory of its own in which granian listens at one socket,
and the proxy knows that socket by another name. The name is there only while the instance can answer: a proxy that
finds none sends the request, of which nothing has been sent yet, to the next instance. So instances are restarted and
renewed one after the other, and nobody is refused.
"""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: What granian listens at, and what the proxy knows.
OWN, KNOWN = "granian.sock", "proxy.sock"
#: Asked of an instance; the answer says whether a ballot could be cast through it now.
READY = "/readyz"
OK, MOVED = 200, 300
#: So long an instance may take to answer at all, and to be ready: it may wait for its database, and says so to people.
ANSWER_SECONDS, READY_SECONDS = 60.0, 20.0
#: So long what has reached the socket may take to be accepted, after the name has gone.
ACCEPTED_SECONDS = 1.0
RENEWED_SECONDS = 60.0
PAUSE = 0.1


class NotServing(Exception):
    """The instance does not do what was waited for; ``str()`` is the sentence."""


class OneInstance(HTTPConnection):
    """A connection to the instance that listens at a socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("127.0.0.1", timeout=5)
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self.path))


def status(path: Path) -> int:
    """Return the status of the answer of the instance at that socket, 0 where there is none."""
    connection = OneInstance(path)
    try:
        connection.request("GET", READY)
        return connection.getresponse().status
    except (OSError, HTTPException):
        return 0
    finally:
        connection.close()


def on(directory: Path) -> None:
    """Let the proxy send requests, once the instance is ready; one that answers but is not ready gets them later all
    the same, for its pages tell people what is the matter. Raises NotServing where nothing answers.
    """
    began = time.monotonic()
    while (answer := status(directory / OWN)) != OK:
        waited = time.monotonic() - began
        if not answer and waited > ANSWER_SECONDS:
            raise NotServing(f"nothing answers at {directory / OWN}")
        if answer and waited > READY_SECONDS:
            sys.stderr.write(
                f"piaojue: {directory.name} answers {answer} to {READY}; it gets requests all the same\n"
            )
            break
        time.sleep(PAUSE)
    draft = directory / f"{KNOWN}.new"
    draft.unlink(missing_ok=True)
    os.link(directory / OWN, draft)
    draft.rename(directory / KNOWN)


def off(directory: Path) -> None:
    """Let the proxy send no more requests, and wait until those on their way have been accepted."""
    with suppress(FileNotFoundError):
        (directory / KNOWN).unlink()
        time.sleep(ACCEPTED_SECONDS)


def renew(directory: Path, main: int) -> None:
    """Let granian, whose main process is *main*, replace its workers; one instance after the other, and without the
    proxy's requests where another instance takes them meanwhile. Raises NotServing: before anything was done where the
    program that stands there now does not load, for no instance would be left.
    """
    with _one_at_a_time():
        if subprocess.run([sys.executable, "manage.py", "check"], cwd=ROOT, check=False).returncode:
            raise NotServing(f"{directory.name}: the program does not load; the workers of before go on")
        others = [each for each in directory.parent.glob(f"piaojue-*/{KNOWN}") if each.parent != directory]
        if any(status(each) == OK for each in others):
            off(directory)
        try:
            before = workers(main)
            os.kill(main, signal.SIGHUP)
            deadline = time.monotonic() + RENEWED_SECONDS
            while before & workers(main):
                if time.monotonic() > deadline:
                    raise NotServing(f"{directory.name}: the old workers do not go")
                time.sleep(PAUSE)
        finally:  # Old workers that stay answer as well as new ones.
            on(directory)


def workers(main: int) -> set[int]:
    """Return the processes that granian has started to serve."""
    children = " ".join(each.read_text() for each in Path(f"/proc/{main}/task").glob("*/children"))
    return {int(number) for number in children.split() if b"resource_tracker" not in _command(number)}


def _command(process: str) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return b""


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    place = Path(os.environ.get("PIAOJUE_VAR") or "/var/lib/piaojue", "traffic.lock")
    handle = os.open(place, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def main() -> None:
    """Do what the command line says; a refusal is one sentence and exit status 1."""
    act, directory, *process = sys.argv[1:]
    try:
        if act == "renew":
            renew(Path(directory), int(process[0]))
        else:
            {"on": on, "off": off}[act](Path(directory))
    except NotServing as refusal:
        sys.exit(f"piaojue: {refusal}")


if __name__ == "__main__":
    main()
