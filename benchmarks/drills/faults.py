"""What is broken in a drill, one function each; what it returns is added to the drill's line."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.drills.databases import Database, OneServer, TwoServers
from benchmarks.drills.hosts import DidNotStart, Host, send
from benchmarks.drills.site import Application, Proxy


@dataclass
class Ground:
    """Everything that can be broken."""

    hosts: dict[str, Host]
    database: Database
    applications: list[Application]
    proxy: Proxy
    base: Path

    @property
    def one(self) -> OneServer:
        assert isinstance(self.database, OneServer)  # noqa: S101
        return self.database

    @property
    def two(self) -> TwoServers:
        assert isinstance(self.database, TwoServers)  # noqa: S101
        return self.database


#: So long what can be given back is withheld, in seconds.
HELD = 6.0
END_ALL = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'piaojue'"


def a_worker(ground: Ground) -> str:
    send(ground.applications[0].workers()[0], signal.SIGKILL)
    return "kill -9"


def all_workers(ground: Ground) -> str:
    for pid in ground.applications[0].workers():
        send(pid, signal.SIGKILL)
    return "kill -9"


def the_proxy(ground: Ground) -> str:
    for pid in ground.hosts["front"].pids():
        if "nginx" in Path(f"/proc/{pid}/comm").read_text():
            send(pid, signal.SIGKILL)
    return "kill -9, started again by its unit"


def a_backend(ground: Ground) -> str:
    rows = ground.database.ask("SELECT pid FROM pg_stat_activity WHERE usename = 'piaojue' LIMIT 1")
    send(int(rows), signal.SIGKILL)
    return "kill -9: PostgreSQL ends all connections and recovers"


def the_postmaster(ground: Ground) -> str:
    host = ground.one.host
    send(ground.database.postmaster(host), signal.SIGKILL)
    time.sleep(2)
    ground.one.start()
    return "kill -9, started again after 2 s"


def reload(ground: Ground) -> str:
    return "" if ground.applications[0].reload() else "the unit has no ExecReload"


def restart(ground: Ground) -> str:
    ground.applications[0].restart()
    return "SIGTERM, started again by its unit"


def no_connections(ground: Ground) -> str:
    ground.database.ask(f"ALTER ROLE piaojue CONNECTION LIMIT 0; {END_ALL}")
    time.sleep(HELD)
    ground.database.ask("ALTER ROLE piaojue CONNECTION LIMIT -1")
    return f"none for {HELD:.0f} s"


def read_only(ground: Ground) -> str:
    ground.database.ask(f"ALTER DATABASE piaojue SET default_transaction_read_only = on; {END_ALL}")
    time.sleep(HELD)
    reset = "ALTER DATABASE piaojue RESET default_transaction_read_only"
    ground.database.ask(f"SET default_transaction_read_only = off; {reset}; {END_ALL}")
    return f"for {HELD:.0f} s"


def disk_full(ground: Ground) -> str:
    full = ground.database.data(ground.one.host).parent / "full"
    with full.open("wb") as file, suppress(OSError):
        while True:
            file.write(b"\0" * 65536)
            file.flush()
    time.sleep(HELD)
    full.unlink()
    time.sleep(1)
    try:
        ground.database.ask("SELECT 1")
    except DidNotStart:
        with suppress(ProcessLookupError, FileNotFoundError):
            os.kill(ground.database.postmaster(ground.one.host), signal.SIGQUIT)
            time.sleep(1)
        ground.one.start()
        return f"for {HELD:.0f} s, then started again by hand"
    return f"for {HELD:.0f} s"


def frozen(ground: Ground) -> str:
    stopped = [
        pid for pid in ground.hosts["db1"].pids() if "postgres" in Path(f"/proc/{pid}/comm").read_text()
    ]
    for pid in stopped:
        send(pid, signal.SIGSTOP)
    time.sleep(HELD)
    for pid in stopped:
        send(pid, signal.SIGCONT)
    return f"SIGSTOP for {HELD:.0f} s"


def cut_from_the_database(ground: Ground) -> str:
    application = ground.applications[0].host
    application.cut_from(*ground.database.hosts)
    time.sleep(HELD)
    for host in (application, *ground.database.hosts):
        host.heal()
    return f"for {HELD:.0f} s"


def clock_jump(ground: Ground) -> str:
    (ground.base / "clock").write_text("+1h\n")
    time.sleep(HELD)
    (ground.base / "clock").write_text("-1h\n")
    time.sleep(HELD)
    (ground.base / "clock").write_text("+0\n")
    return f"the web server's clock an hour on for {HELD:.0f} s, an hour back for {HELD:.0f} s"


def one_of_two_web_servers(ground: Ground) -> str:
    ground.applications[0].die()
    return "all its processes, for good"


def the_primary(ground: Ground) -> str:
    """Kill the server, which Patroni would start again where no standby could take over."""
    primary = ground.two.primary()
    assert primary  # noqa: S101
    began = time.monotonic()
    send(ground.database.postmaster(primary), signal.SIGKILL)
    return _successor(ground, primary, began)


def the_machine_of_the_primary(ground: Ground) -> str:
    primary = ground.two.primary()
    assert primary  # noqa: S101
    ground.two.patroni[primary.name].leave()
    ground.two.etcd[primary.name].leave()
    others = [host for host in ground.hosts.values() if host is not primary]
    primary.cut_from(*others)  # no word of the end reaches anybody
    began = time.monotonic()
    for pid in primary.pids():
        send(pid, signal.SIGKILL)
    return _successor(ground, primary, began)


def cut_off_primary(ground: Ground) -> str:
    """Cut the primary from everything but the web servers, which still reach it: it must not take a ballot alone."""
    primary = ground.two.primary()
    assert primary  # noqa: S101
    web = {application.host.name for application in ground.applications}
    primary.cut_from(
        *(host for host in ground.hosts.values() if host is not primary and host.name not in web)
    )
    began = time.monotonic()
    words = _successor(ground, primary, began)
    try:
        ground.hosts[min(web)].run(
            ["psql", "-XqAt", "-v", "ON_ERROR_STOP=1",
             ground.database.url().split("@")[0] + f"@{primary.address}/piaojue?connect_timeout=2"],
            text="SET statement_timeout = '2s'; UPDATE voting_round SET id = id WHERE false; CREATE TEMP TABLE x ()",
        )  # fmt: skip
        alone = "STILL WRITES"
    except DidNotStart:
        alone = "takes no write"
    for host in ground.hosts.values():
        host.heal()
    return f"{words}; the old one {alone}"


def the_standby(ground: Ground) -> str:
    standby = ground.two.standby()
    ground.two.patroni[standby.name].leave()
    others = [host for host in ground.hosts.values() if host is not standby]
    standby.cut_from(*others)
    return "cut off, for good"


def _successor(ground: Ground, old: Host, began: float) -> str:
    """Wait for the new primary, and say after how many seconds it took ballots."""
    new = next(host for host in ground.database.hosts if host is not old)
    while time.monotonic() - began < HANDED_OVER:
        with suppress(DidNotStart):
            if ground.database.ask("SELECT pg_is_in_recovery()", database="postgres", host=new) == "f":
                return f"{new.name} takes over after {time.monotonic() - began:.0f} s"
        time.sleep(0.2)
    return "NOBODY TOOK OVER"


HANDED_OVER = 40.0
Fault = Callable[[Ground], str]
#: By name; what stands first is about one server, the rest about two.
ONE: dict[str, Fault] = {
    "worker": a_worker,
    "workers": all_workers,
    "proxy": the_proxy,
    "backend": a_backend,
    "postmaster": the_postmaster,
    "reload": reload,
    "restart": restart,
    "connections": no_connections,
    "read-only": read_only,
    "disk-full": disk_full,
    "frozen": frozen,
    "network": cut_from_the_database,
    "clock": clock_jump,
}
TWO: dict[str, Fault] = {
    "web-server": one_of_two_web_servers,
    "primary": the_primary,
    "primary-machine": the_machine_of_the_primary,
    "cut-off": cut_off_primary,
    "standby": the_standby,
}
