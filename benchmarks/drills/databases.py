"""The database of a drill: one PostgreSQL, or two under Patroni, from the files in ``deploy/``."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from benchmarks.drills.hosts import DidNotStart, Host, Kept, wait_until
from benchmarks.ground import BASE

PASSWORD = "only-for-drills"  # noqa: S105
PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1:] or [Path("/usr/bin")]
BIN = PROGRAMS[0]
ROLES = f"""
CREATE ROLE piaojue_owner LOGIN PASSWORD '{PASSWORD}';
CREATE ROLE piaojue LOGIN PASSWORD '{PASSWORD}';
CREATE DATABASE piaojue OWNER piaojue_owner ENCODING 'UTF8' TEMPLATE template0;
"""


class Database:
    """What every drill asks of its database."""

    def __init__(self, hosts: list[Host], base: Path, *, desk: Host) -> None:
        self.hosts, self.base, self.desk = hosts, base, desk

    def url(self, role: str = "piaojue") -> str:
        places = ",".join(f"{host.address}:5432" for host in self.hosts)
        many = "?target_session_attrs=read-write" if len(self.hosts) > 1 else ""
        return f"postgresql://{role}:{PASSWORD}@{places}/piaojue{many}"

    def ask(self, sql: str, *, database: str = "piaojue", host: Host | None = None) -> str:
        """Ask as the superuser: the server of *host*, on it, or the one that takes ballots. Raises DidNotStart."""
        places = host.address if host else ",".join(each.address for each in self.hosts)
        options = "connect_timeout=2" + (
            "" if host or len(self.hosts) == 1 else "&target_session_attrs=read-write"
        )
        address = f"postgresql://postgres:{PASSWORD}@{places}/{database}?{options}"
        return (host or self.desk).run(["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", address], text=sql).strip()

    def fill(self) -> None:
        """Make roles and tables as ``deploy/README.md`` does."""
        self.ask(ROLES, database="postgres")
        self.ask((BASE / "deploy" / "roles.sql").read_text())

    def postmaster(self, host: Host) -> int:
        """Return the number of the server's first process."""
        return int((self.data(host) / "postmaster.pid").read_text().split()[0])

    def data(self, host: Host) -> Path:
        return self.base / f"{host.name}-data" / "pg"

    def prepare_directory(self, host: Host) -> Path:
        """Make an empty directory of the account of PostgreSQL."""
        directory = self.data(host).parent
        directory.mkdir(exist_ok=True)
        shutil.chown(directory, "postgres", "postgres")
        return directory

    def stop(self) -> None:
        """End everything of it."""


class OneServer(Database):
    """PostgreSQL on one machine; whoever looks after it starts it again by hand."""

    SETTINGS = (
        "log_min_error_statement=panic", "log_error_verbosity=terse", "log_parameter_max_length=0",
        "log_parameter_max_length_on_error=0", "tcp_keepalives_idle=2", "tcp_keepalives_interval=1",
        "tcp_keepalives_count=3", "tcp_user_timeout=4000",
    )  # fmt: skip

    def __init__(self, host: Host, base: Path, *, room: str = "") -> None:
        super().__init__([host], base, desk=host)
        self.host, self.room = host, room
        self._process: subprocess.Popen[bytes] | None = None
        directory = self.prepare_directory(host)
        if room:
            subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={room}", "tmpfs", directory], check=True)
            shutil.chown(directory, "postgres", "postgres")
        secret = base / "pw"
        secret.write_text(PASSWORD)
        host.run(
            [BIN / "initdb", "-D", self.data(host), "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "-k",
             f"--pwfile={secret}", "--auth=scram-sha-256", *(("--wal-segsize=1",) if room else ())],
            user="postgres",
        )  # fmt: skip
        with (self.data(host) / "pg_hba.conf").open("a") as rules:
            rules.write("host all all 10.0.0.0/24 scram-sha-256\n")
        self.start()
        self.fill()

    def start(self) -> None:
        """Start it, again where the end of the one before is not over, and wait until it answers."""
        small = ("max_wal_size=4MB", "min_wal_size=2MB") if self.room else ()
        settings = [word for setting in (*self.SETTINGS, *small) for word in ("-c", setting)]
        program: list[str | Path] = [BIN / "postgres", "-D", self.data(self.host), "-h", self.host.address]

        def answers() -> bool:
            if self._process is None or self._process.poll() is not None:
                sockets = self.data(self.host).parent
                self._process = self.host.start([*program, "-k", sockets, *settings], user="postgres")
            return self.ask("SELECT 1", database="postgres") == "1"

        wait_until(answers, "PostgreSQL")

    def stop(self) -> None:
        if self.room:
            with suppress(FileNotFoundError, ProcessLookupError):
                os.kill(self.postmaster(self.host), signal.SIGQUIT)
            time.sleep(1)
            subprocess.run(["umount", "-l", self.data(self.host).parent], check=False)


class TwoServers(Database):
    """Two of them under Patroni, with etcd on three machines: ``deploy/ha``."""

    def __init__(self, hosts: list[Host], third: Host, base: Path) -> None:
        super().__init__(hosts, base, desk=third)
        self.etcd: dict[str, Kept] = {}
        self.patroni: dict[str, Kept] = {}
        for host in (*hosts, third):
            self._start_etcd(host)
        for host in hosts:
            self._start_patroni(host)
            wait_until(lambda: bool(self.primary()), "a primary")
        wait_until(lambda: self.ask(SYNCHRONOUS, database="postgres") == "1", "the synchronous standby")
        self.fill()

    def _start_etcd(self, host: Host) -> None:
        directory = self.prepare_directory(host)
        lines = self._of_host((BASE / "deploy" / "ha" / "etcd").read_text(), host).splitlines()
        settings = dict(line.split("=", 1) for line in lines if line.startswith("ETCD_"))
        settings["ETCD_DATA_DIR"] = str(directory / "etcd")
        settings["PATH"] = os.defpath
        self.etcd[host.name] = Kept(
            host, lambda: host.start(["/usr/bin/etcd"], user="postgres", env=settings)
        )

    def _start_patroni(self, host: Host) -> None:
        directory = self.prepare_directory(host)
        text = self._of_host((BASE / "deploy" / "ha" / "patroni.yml").read_text(), host)
        text = re.sub(r"CHANGE-ME-\d", PASSWORD, text)
        text = re.sub(r"data_dir: .*", f"data_dir: {self.data(host)}", text)
        text = re.sub(r"bin_dir: .*", f"bin_dir: {BIN}", text)
        text = re.sub(r"pgpass: .*", f"pgpass: {directory / 'pgpass'}", text)
        text = re.sub(r"unix_socket_directories: .*", f"unix_socket_directories: {directory}", text)
        file = directory / "patroni.yml"
        file.write_text(text)
        shutil.chown(file, "postgres")
        env = {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "HOME": str(directory)}
        self.patroni[host.name] = Kept(
            host, lambda: host.start(["/usr/bin/patroni", file], user="postgres", env=env)
        )

    @staticmethod
    def _of_host(text: str, host: Host) -> str:
        """Change what the file says is to be changed on another machine than db1."""
        lines = [
            line if "hosts:" in line or "CLUSTER=" in line else line.replace("10.0.0.11", host.address)
            for line in text.splitlines()
        ]
        return (
            "\n".join(lines)
            .replace("name: db1", f"name: {host.name}")
            .replace("NAME=db1", f"NAME={host.name}")
        )

    def primary(self) -> Host | None:
        """Return the machine whose server takes ballots."""
        for host in self.hosts:
            with suppress(DidNotStart):
                if self.ask("SELECT pg_is_in_recovery()", database="postgres", host=host) == "f":
                    return host
        return None

    def standby(self) -> Host:
        """Return the other one."""
        primary = self.primary()
        return next(host for host in self.hosts if host is not primary)


SYNCHRONOUS = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'"
