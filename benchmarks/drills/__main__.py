"""``python -m benchmarks.drills [NAME …]``: one line a drill, as in ``deploy/drills.md``."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.drills.databases import Database, OneServer, TwoServers
from benchmarks.drills.faults import ONE, TWO, Fault, Ground
from benchmarks.drills.hosts import DidNotStart, machines, wait_until
from benchmarks.drills.site import Application, Proxy, secret
from benchmarks.ground import BASE

PYTHON = BASE / ".venv/bin/python"
#: Seconds until the fault, and the whole.
QUIET, WHOLE = 5.0, {"one": 30.0, "two": 50.0}
DELEGATES = {"one": 190, "two": 310}
#: What is about one server, and has machines of its own.
OWN = {"disk-full", "clock"}
CLOCK = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1")


@contextmanager
def ground(name: str) -> Iterator[Ground]:
    """Give the machines of a drill, everything running and a vote's tables there."""
    two = name in TWO
    names = ("db1", "db2", "third", "app1", "app2", "front") if two else ("db1", "app1", "front")
    with machines(*names) as hosts:
        base = hosts["db1"].logs
        database: Database
        if two:
            database = TwoServers([hosts["db1"], hosts["db2"]], hosts["third"], base)
        else:
            database = OneServer(hosts["db1"], base, room="160m" if name == "disk-full" else "")
        try:
            more = {"SECRET_KEY": secret()}
            if name == "clock":
                (base / "clock").write_text("+0\n")
                more |= {
                    "LD_PRELOAD": str(CLOCK), "FAKETIME_TIMESTAMP_FILE": str(base / "clock"),
                    "FAKETIME_CACHE_DURATION": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1",
                }  # fmt: skip
            webs = [
                Application(host, base, url=database.url(), more=more)
                for key, host in hosts.items()
                if key.startswith("app")
            ]
            owner = {**webs[0].env, "DATABASE_URL": database.url("piaojue_owner")}
            webs[0].host.run([PYTHON, "manage.py", "migrate", "-v0", "--no-input"], env=owner, cwd=BASE)
            for web in webs:
                web.serve()
            yield Ground(hosts, database, webs, Proxy(hosts["front"], base, webs), base)
        finally:
            database.stop()


def in_the_vote(ground: Ground, *words: str, text: str = "") -> Any:
    """Run ``benchmarks.drills.vote`` where the last web server runs."""
    web = ground.applications[-1]
    env = {key: value for key, value in web.env.items() if not key.startswith(("FAKETIME", "LD_"))}
    return json.loads(
        web.host.run([PYTHON, "-m", "benchmarks.drills.vote", *words], env=env, cwd=BASE, text=text)
    )


def drill(name: str, fault: Fault | None, ground: Ground) -> str:
    """Let the delegates come, break it, and return the line of the table."""
    size = "two" if name in TWO else "one"
    task = in_the_vote(ground, "prepare", str(DELEGATES[size])) | {"seconds": WHOLE[size]}
    crowd = subprocess.Popen(
        ground.hosts["front"].command([sys.executable, "-m", "benchmarks.drills.delegates"]),
        cwd=BASE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    how: list[str] = []
    breaking = threading.Timer(QUIET, lambda: how.append(fault(ground) if fault else ""))
    breaking.start()
    answer = json.loads(crowd.communicate(json.dumps(task))[0])
    breaking.join()
    sums = in_the_vote(ground, "check", text=json.dumps(answer["receipts"]))
    same = (
        f"{sums['marked']} = {sums['urn']}"
        if sums["marked"] == sums["urn"]
        else f"{sums['marked']} ≠ {sums['urn']}"
    )
    saw = "; ".join(f"{what} ×{count}" for what, count in answer["saw"]) or "nothing but their pages"
    cells = [
        name, " ".join(how), str(len(answer["receipts"])), str(sums["lost"]), str(answer["told"]), same,
        f"{answer['gap']:.1f} s", saw,
    ]  # fmt: skip
    return f"| {' | '.join(cells)} |"


def main(names: list[str]) -> None:
    drills: dict[str, Fault | None] = {"nothing": None, **ONE, **TWO}
    if os.geteuid() != 0:
        sys.exit("drills make machines out of network namespaces: run them as root, on a machine for trying")
    if unknown := set(names) - set(drills):
        sys.exit(f"no such drill: {', '.join(sorted(unknown))}; there are {', '.join(drills)}")
    signal.signal(signal.SIGTERM, lambda *_signal: sys.exit(1))  # and the machines are removed
    todo = names or list(drills)
    while todo:
        name = todo[0]
        try:
            with ground(name) as everything:
                # What is about one server and leaves it whole stays on the same machines.
                while todo and (todo[0] == name or not {name, todo[0]} & {*TWO, *OWN}):
                    name = todo.pop(0)
                    print(drill(name, drills[name], everything), flush=True)
                    for web in everything.applications:
                        wait_until(web.can_vote, f"the web server after {name}")
        except DidNotStart as problem:
            todo = [other for other in todo if other != name]
            print(f"| {name} | DID NOT RUN: {' '.join(str(problem).split())[:300]} |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
