"""Where the measuring happens: one PostgreSQL, throw-away databases in it, a throw-away directory.

The server is the one that ``DATABASE_URL`` names, else an embedded one of our own, made for the run with the
settings that a real vote would have, and deleted after it.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from config import env
from config.database import embedded

BASE = Path(__file__).resolve().parent.parent
#: A server for many has room for what it works on (PostgreSQL 15, 20.4.1); by itself it takes 128 MB.
MEMORY = ("shared_buffers=512MB",)
#: What tells how durable a commit is.
DURABILITY = ("server_version", "fsync", "synchronous_commit", "full_page_writes")


class Ground:
    """The server, and the names of our databases on it."""

    def __init__(self, server: dict[str, Any], directory: Path) -> None:
        self.server, self.directory = server, directory
        self._made: list[str] = []

    def url(self, name: str) -> str:
        """Return the address of a database, as ``DATABASE_URL`` takes it."""
        options = {key: value for key, value in self.server.items() if key != "dbname"}
        return f"postgresql:///{quote(name)}?{urlencode(options)}"

    def connect(self, name: str = "") -> psycopg.Connection[Any]:
        """Return a connection that commits each statement; without a name, to the server's own database."""
        return psycopg.connect(
            **{**self.server, **({"dbname": name} if name else {})}, autocommit=True, connect_timeout=5
        )

    def create(self, what: str, *, like: str = "") -> str:
        """Make a database, empty or a copy; return its name."""
        name = f"piaojue_bench_{os.getpid()}_{what}"
        template = sql.SQL(" TEMPLATE {}").format(sql.Identifier(like)) if like else sql.SQL("")
        with self.connect() as server:
            server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)) + template)
        self._made.append(name)
        return name

    def drop_all(self) -> None:
        """Drop every database that we made."""
        with self.connect() as server:
            while self._made:
                name = sql.Identifier(self._made.pop())
                server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))

    def settle(self, *names: str) -> None:
        """Let the planner see what the tables hold, and write out what is pending, before something is timed."""
        for name in names:
            with self.connect(name) as database:
                database.execute("VACUUM ANALYZE")
        with self.connect() as server:
            server.execute("CHECKPOINT")

    def describe(self) -> str:
        """Say what this PostgreSQL is and how durable its commits are."""
        with self.connect() as server:
            known = [(name, server.execute(f"SHOW {name}").fetchone()) for name in DURABILITY]
        version, *rest = [(name, row[0].split()[0]) for name, row in known if row]
        return f"PostgreSQL {version[1]}, " + ", ".join(f"{name} {value}" for name, value in rest)


@contextmanager
def ground() -> Iterator[Ground]:
    """Prepare the server, and leave nothing behind."""
    var = Path(env.text("PIAOJUE_VAR", default=str(BASE / "var"))).expanduser().resolve()
    directory = var / f"bench-{os.getpid()}"
    directory.mkdir(parents=True)
    # The settings of every program of this run, ours included.
    os.environ |= {
        "PIAOJUE_ENV": "production",
        "PIAOJUE_VAR": str(directory),
        "SECRET_KEY": secrets.token_urlsafe(48),
        # Clerks are measured at their pages, not at the app on their phone.
        "SECOND_FACTOR": "optional",
        "ALLOWED_HOSTS": "127.0.0.1",
        "HTTPS": "off",
        "BEHIND_PROXY": "off",
        "DEBUG": "off",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    os.environ.pop("DATABASE_POOL", None)
    ours = directory / "postgres"
    try:
        url = env.text("DATABASE_URL")
        if url:
            server = {"dbname": "postgres", **conninfo_to_dict(url)}
        else:
            sockets = embedded.start(ours, database="postgres", options=MEMORY)
            server = {
                "host": str(sockets),
                "port": embedded.PORT,
                "user": embedded.USER,
                "dbname": "postgres",
            }
        place = Ground(server, directory)
        os.environ["DATABASE_URL"] = place.url(str(server["dbname"]))
        try:
            yield place
        finally:
            place.drop_all()
    finally:
        embedded.leave(ours)
        shutil.rmtree(directory, ignore_errors=True)


def run(*arguments: str, given: str = "", **environment: str) -> str:
    """Run one of our Python programs to its end and return what it printed. Raises CalledProcessError."""
    ended = subprocess.run(
        [sys.executable, *arguments],
        cwd=BASE,
        env=os.environ | environment,
        input=given,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return ended.stdout
