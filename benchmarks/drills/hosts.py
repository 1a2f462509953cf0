"""Machines for a drill: network namespaces on one bridge, and what runs on them."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

NET = "10.0.0"
ADDRESSES = {"db1": 11, "db2": 12, "third": 13, "app1": 21, "app2": 22, "front": 30}
START_SECONDS = 60


class DidNotStart(Exception):
    """Something that a drill needs did not come up; ``str()`` says what."""


class Host:
    """One machine: its address, and the processes that the drill started on it."""

    def __init__(self, name: str, logs: Path) -> None:
        self.name, self.logs = name, logs
        self.space = f"drill-{secrets.token_hex(4)}-{name}"
        self.address = f"{NET}.{ADDRESSES[name]}"
        self.cable = f"drill{secrets.token_hex(4)}"  # the cable of the drill before may still be there
        self.running: list[subprocess.Popen[bytes]] = []
        self.kept: list[Kept] = []

    def plug_in(self, bridge: str) -> None:
        """Make the namespace and its cable to the bridge."""
        ip("netns", "add", self.space)
        ip("link", "add", self.cable, "type", "veth", "peer", "name", "eth0", "netns", self.space)
        ip("link", "set", self.cable, "master", bridge, "up")
        for words in (
            ("addr", "add", f"{self.address}/24", "dev", "eth0"),
            ("link", "set", "eth0", "up"),
            LOOPBACK,
        ):
            ip("-n", self.space, *words)

    def command(self, words: Sequence[str | Path], *, user: str = "") -> list[str]:
        """Return the words that run a program on this machine, as a user of it."""
        as_user = ("setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups") if user else ()
        return ["ip", "netns", "exec", self.space, *as_user, *map(str, words)]

    def start(
        self,
        words: Sequence[str | Path],
        *,
        user: str = "",
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> subprocess.Popen[bytes]:
        """Start a program, with its output in a log of this machine; ``ip`` and ``setpriv`` become it."""
        with (self.logs / f"{self.name}-{Path(str(words[0])).name}.log").open("ab") as log:
            process = subprocess.Popen(
                self.command(words, user=user), env=env, cwd=cwd, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                start_new_session=True,
            )  # fmt: skip
        self.running.append(process)
        return process

    def run(
        self,
        words: Sequence[str | Path],
        *,
        user: str = "",
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        text: str = "",
    ) -> str:
        """Run a program to its end and return what it printed. Raises DidNotStart with what it complained of."""
        ended = subprocess.run(
            self.command(words, user=user),
            env=env,
            cwd=cwd,
            input=text,
            capture_output=True,
            text=True,
            check=False,
        )
        if ended.returncode:
            raise DidNotStart(f"{self.name}: {' '.join(map(str, words))[:120]}: {ended.stderr[-1500:]}")
        return ended.stdout

    def cut_from(self, *others: Host) -> None:
        """Let nothing pass between this machine and the others any more; nobody is told."""
        for here, there in [pair for other in others for pair in ((self, other), (other, self))]:
            here.run(["nft", "add", "table", "ip", "drill"])
            here.run(["nft", "add chain ip drill in { type filter hook input priority 0; }"])
            here.run(["nft", "add", "rule", "ip", "drill", "in", "ip", "saddr", there.address, "drop"])

    def heal(self) -> None:
        """Let everything pass again."""
        with suppress(DidNotStart):
            self.run(["nft", "delete", "table", "ip", "drill"])

    def pids(self) -> list[int]:
        """Return the numbers of all processes on this machine."""
        return [int(pid) for pid in ip("netns", "pids", self.space).split()]

    def unplug(self) -> None:
        """End what runs here, and remove the machine."""
        for each in self.kept:
            each.leave()
        for pid in self.pids():
            send(pid, signal.SIGCONT)
            send(pid, signal.SIGKILL)
        for process in self.running:
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=5)
        ip("netns", "del", self.space)


LOOPBACK = ("link", "set", "lo", "up")


class Kept:
    """A service as systemd keeps it: started again a second after it ended."""

    def __init__(
        self, host: Host, start: Callable[[], subprocess.Popen[bytes]], *, after: float = 1.0
    ) -> None:
        host.kept.append(self)
        self._start, self._after = start, after
        self.process = start()
        self._kept = True
        self._thread = threading.Thread(target=self._keep, daemon=True)
        self._thread.start()

    def _keep(self) -> None:
        while self._kept:
            self.process.wait()
            time.sleep(self._after)
            if self._kept:
                self.process = self._start()

    def leave(self) -> None:
        """Do not start it again."""
        self._kept = False


def ip(*words: str) -> str:
    return subprocess.run(["ip", *words], check=True, capture_output=True, text=True).stdout


def send(pid: int, what: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, what)


def wait_until(there: Callable[[], bool], what: str, *, seconds: float = START_SECONDS) -> None:
    """Wait until it is there. Raises DidNotStart."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with suppress(OSError, DidNotStart):
            if there():
                return
        time.sleep(0.3)
    raise DidNotStart(f"{what} is not there after {seconds:.0f} s")


@contextmanager
def machines(*names: str) -> Iterator[dict[str, Host]]:
    """Give machines of these names, and a directory for their logs; remove them in the end."""
    base = Path(tempfile.mkdtemp(prefix="piaojue-drill-", dir="/var/tmp"))
    base.chmod(0o755)
    bridge = f"drill{secrets.token_hex(4)}"
    hosts = {name: Host(name, base) for name in names}
    ip("link", "add", bridge, "type", "bridge")
    try:
        ip("link", "set", bridge, "up")
        for host in hosts.values():
            host.plug_in(bridge)
        yield hosts
    finally:
        for host in hosts.values():
            with suppress(subprocess.CalledProcessError):
                host.unplug()
        ip("link", "del", bridge)
        if not os.environ.get("DRILL_KEEP"):
            shutil.rmtree(base, ignore_errors=True)
