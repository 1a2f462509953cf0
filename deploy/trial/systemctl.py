#!/usr/bin/env python3
"""Stands in for systemctl where there is no systemd: reads a unit and does what it says.

Knows what our units and nginx' use: accounts, environment, directories, Exec lines, Restart=, timers as far as starting
what they would start. The lines that lock a service in mean nothing here.
"""

from __future__ import annotations

import contextlib
import fnmatch
import os
import pwd
import runpy
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

UNITS = (Path("/etc/systemd/system"), Path("/lib/systemd/system"))
STATE = Path("/run/trial-units")
DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Unit:
    """One unit: its lines, and what is known of its process."""

    def __init__(self, name: str) -> None:
        self.name = name if "." in name else f"{name}.service"
        stem, at, rest = self.name.partition("@")
        self.instance = rest.rpartition(".")[0] if at else ""
        file = f"{stem}@.service" if at else self.name
        path = next((place / file for place in UNITS if (place / file).exists()), None)
        if path is None:
            sys.exit(f"Unit {self.name} could not be found.")
        self.lines: defaultdict[str, list[str]] = defaultdict(list)
        for line in path.read_text().replace("\\\n", " ").splitlines():
            key, equals, value = line.strip().partition("=")
            if equals and not line.startswith(("#", ";")):
                self.lines[key].append(value.replace("%i", self.instance))
        self.pid_file, self.keep = STATE / f"{self.name}.pid", STATE / f"{self.name}.keep"
        self.log = Path("/var/log") / f"{self.name}.log"

    def last(self, key: str, default: str = "") -> str:
        return self.lines[key][-1] if self.lines[key] else default

    def main(self) -> int:
        """The number of the main process, 0 where it does not run."""
        file = Path(self.last("PIDFile")) if self.last("PIDFile") else self.pid_file
        try:
            number = int(file.read_text())
            os.kill(number, 0)
        except (OSError, ValueError):
            return 0
        return number

    def environment(self) -> dict[str, str]:
        account = pwd.getpwnam(self.last("User", "root"))
        values = {"PATH": DEFAULT_PATH, "LANG": "C.UTF-8", "HOME": account.pw_dir, "USER": account.pw_name}
        for line in self.lines["Environment"]:
            values |= dict(each.split("=", 1) for each in shlex.split(line))
        for file in self.lines["EnvironmentFile"]:
            values |= runpy.run_path("/opt/piaojue/deploy/manage")["variables"](Path(file))
        return values

    def command(self, line: str) -> subprocess.Popen[bytes]:
        main = str(self.main())
        words = [main if word == "$MAINPID" else word for word in shlex.split(line.lstrip("-"))]
        account = pwd.getpwnam(self.last("User", "root"))
        groups = os.getgrouplist(account.pw_name, account.pw_gid)
        with self.log.open("ab") as log:
            return subprocess.Popen(
                words, env=self.environment(), cwd=self.last("WorkingDirectory", "/"), user=account.pw_uid,
                group=account.pw_gid, extra_groups=groups, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip

    def run(self, key: str) -> bool:
        """Run the lines one after the other; whether all of them went well, those that must."""
        return all(self.command(line).wait() == 0 or line.startswith("-") for line in self.lines[key])

    def directories(self) -> None:
        for key, place in (("RuntimeDirectory", "/run"), ("StateDirectory", "/var/lib")):
            for name in self.last(key).split():
                directory = Path(place, name)
                directory.mkdir(exist_ok=True)
                if self.last("User"):
                    shutil.chown(directory, self.last("User"), self.last("Group") or None)

    def clear(self) -> None:
        for name in self.last("RuntimeDirectory").split():
            shutil.rmtree(Path("/run", name), ignore_errors=True)

    def start(self) -> None:
        if self.name.endswith(".timer"):
            Unit(self.name.replace(".timer", ".service")).start()
            return
        if self.main():
            return
        self.directories()
        if not self.run("ExecStartPre"):
            self.fail()
        if self.last("Type") in {"forking", "oneshot"}:
            if not self.run("ExecStart"):
                self.fail()
            return
        self.keep.touch()
        if os.fork() == 0:
            self.supervise()
        self.wait_for(lambda: self.main() > 0, seconds=5)
        if not self.run("ExecStartPost"):
            self.stop()
            self.fail()

    def supervise(self) -> None:
        """Keep the main process, in a process of its own, as long as the unit is wanted."""
        os.setsid()
        null = os.open(os.devnull, os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(null, number)
        first = True
        while self.keep.exists():
            process = self.command(self.last("ExecStart"))
            self.pid_file.write_text(str(process.pid))
            if not first:
                self.run("ExecStartPost")
            first = False
            process.wait()
            # What is left of it goes with it, as a group of control would see to.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            self.clear()
            if self.keep.exists():
                time.sleep(float(self.last("RestartSec", "0.1")))
                self.directories()
        self.pid_file.unlink(missing_ok=True)
        os._exit(0)

    def stop(self) -> None:
        main = self.main()
        self.run("ExecStop")
        self.keep.unlink(missing_ok=True)
        with contextlib.suppress(ProcessLookupError):
            if main:
                os.kill(main, signal.SIGTERM)
        self.wait_for(lambda: not self.main(), seconds=float(self.last("TimeoutStopSec", "90")))
        with contextlib.suppress(ProcessLookupError):
            if main:
                os.killpg(main, signal.SIGKILL)
        self.wait_for(lambda: not self.pid_file.exists(), seconds=5)

    def fail(self) -> None:
        sys.stderr.write(self.log.read_text()[-2000:])
        sys.exit(f"Job for {self.name} failed.")

    @staticmethod
    def wait_for(done, *, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not done() and time.monotonic() < deadline:
            time.sleep(0.05)


def named(patterns: list[str]) -> list[Unit]:
    """Return the units of those names; a pattern names those that run."""
    running = [each.name.removesuffix(".pid") for each in STATE.glob("*.pid")]
    names = []
    for pattern in patterns:
        names += fnmatch.filter(running, f"{pattern}.service") if "*" in pattern else [pattern]
    return [Unit(name) for name in names]


def main() -> None:
    STATE.mkdir(exist_ok=True)
    verb, *names = [word for word in sys.argv[1:] if not word.startswith("--")]
    units = named(names)
    if verb in {"stop", "restart"}:
        for unit in units:
            unit.stop()
    if verb in {"enable", "start", "restart"}:
        for unit in units:
            unit.start()
    elif verb == "reload":
        # All at once, as systemd does.
        jobs = [(unit, unit.command(line)) for unit in units for line in unit.lines["ExecReload"]]
        for unit, job in jobs:
            if job.wait():
                unit.fail()
    elif verb not in {"stop", "daemon-reload"}:
        sys.exit(f"this stand-in knows no {verb}")


if __name__ == "__main__":
    main()
