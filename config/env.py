"""Read the settings from the environment, and refuse what is not understood.

A variable that is unset or empty takes its default. Everything else is either understood or refused with
:class:`MisunderstoodSetting`, whose text names the variable, what it may be, and what was found.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from voting.text.numbers import small_whole

ON = frozenset({"1", "on", "true", "yes"})
OFF = frozenset({"0", "off", "false", "no"})
#: Options of libpq that notice a server which is gone without a word (a cut line, a dead host) within seconds, where
#: the system's own would take hours. The address may say otherwise.
LOST_SERVER: dict[str, Any] = {
    "connect_timeout": 3,  # seconds, for each of several hosts
    "tcp_user_timeout": 3000,  # milliseconds until what was sent must have arrived
    "keepalives_idle": 2,  # seconds of silence, then …
    "keepalives_interval": 1,  # … so long between questions …
    "keepalives_count": 3,  # … of which so many stay unanswered
}


class MisunderstoodSetting(ImproperlyConfigured):
    """A variable of the environment holds something that Piaojue does not understand, or is missing."""


def text(name: str, *, default: str = "") -> str:
    """Return the variable without surrounding blanks."""
    return os.environ.get(name, "").strip() or default


def boolean(name: str, *, default: bool) -> bool:
    """Return on, true, yes or 1 as True and off, false, no or 0 as False."""
    value = text(name).lower()
    if not value:
        return default
    if value not in ON | OFF:
        raise MisunderstoodSetting(f"{name} must be on or off, not {value!r}.")
    return value in ON


def integer(name: str, *, default: int, least: int, most: int) -> int:
    """Return a whole number between *least* and *most*, both included."""
    value = text(name)
    if not value:
        return default
    number = small_whole(value, most=most)
    if number is None or number < least:
        raise MisunderstoodSetting(f"{name} must be a whole number from {least} to {most}, not {value!r}.")
    return number


def directories(name: str) -> list[str]:
    """Return the directories that are there, written one after the other with colons between them."""
    paths = [path for path in text(name).split(":") if path]
    for path in paths:
        if not Path(path).is_dir():
            raise MisunderstoodSetting(f"{name} must name directories that exist, not {path!r}.")
    return paths


def choice(name: str, *, options: Collection[str], default: str) -> str:
    """Return one of *options*."""
    value = text(name, default=default)
    if value not in options:
        raise MisunderstoodSetting(f"{name} must be one of {', '.join(sorted(options))}, not {value!r}.")
    return value


def listing(name: str, *, default: Collection[str] = ()) -> list[str]:
    """Return the parts of a list with commas, each without surrounding blanks."""
    parts = [part.strip() for part in text(name).split(",")]
    return [part for part in parts if part] or list(default)


def hosts(name: str, *, default: Collection[str] = ()) -> list[str]:
    """Return host names: without scheme, path or port."""
    names = listing(name, default=default)
    for host in names:
        if "/" in host or " " in host or (":" in host and not (host.startswith("[") and host.endswith("]"))):
            raise MisunderstoodSetting(
                f"{name} must hold host names like vote.example.org, without scheme or port, not {host!r}."
            )
    return names


def origins(name: str) -> list[str]:
    """Return web origins: scheme and host, nothing after them."""
    listed = listing(name)
    for origin in listed:
        try:
            parts = urlsplit(origin)
            understood = (
                parts.scheme in {"http", "https"}
                and parts.netloc
                and origin == f"{parts.scheme}://{parts.netloc}"
            )
        except ValueError:
            understood = False
        if not understood:
            raise MisunderstoodSetting(
                f"{name} must hold origins like https://vote.example.org, not {origin!r}."
            )
    return listed


def database(name: str) -> dict[str, Any] | None:
    """Return Django's settings of the PostgreSQL server that the URL names, None where it is unset.

    Understands what libpq understands (RFC 3986 with percent escapes; a socket directory as host, in the
    query or escaped), for example ``postgres://piaojue:secret@db.example.org/piaojue?sslmode=require`` or
    ``postgresql:///piaojue?host=/run/postgresql``. Of several hosts (``postgresql://db1,db2/piaojue``) the one that
    takes ballots is used: ``target_session_attrs`` is ``read-write`` then; what would find another is refused. The
    password never appears in a refusal.
    """
    url = text(name)
    if not url:
        return None
    scheme = url.partition(":")[0]
    if scheme not in {"postgres", "postgresql"} or not url.startswith(f"{scheme}://"):
        raise MisunderstoodSetting(
            f"{name} must be the address of a PostgreSQL server, postgres://user:password@host:port/name; "
            f"it begins with {scheme[:20]!r}. No other database will do."
        )
    try:
        options = dict(conninfo_to_dict(url))
    except ProgrammingError:
        raise MisunderstoodSetting(
            f"{name} is not a well-formed address: postgres://user:password@host:port/name?option=value, "
            "with special characters in the password written as percent escapes."
        ) from None
    if not options.get("dbname"):
        raise MisunderstoodSetting(f"{name} names no database: postgres://user:password@host:port/NAME.")
    if "," in str(options.get("host", "")) and options.setdefault(
        "target_session_attrs", "read-write"
    ) not in {
        "read-write",
        "primary",
    }:
        raise MisunderstoodSetting(
            f"{name} names several hosts: target_session_attrs must be read-write, which finds the one "
            "that takes ballots."
        )
    return {
        "NAME": str(options.pop("dbname")),
        "USER": str(options.pop("user", "")),
        "PASSWORD": str(options.pop("password", "")),
        "HOST": str(options.pop("host", "")),
        "PORT": str(options.pop("port", "")),
        "OPTIONS": {key: value for key, value in options.items() if value is not None},
    }


def private_file(path: Path, *, number_of_bytes: int = 48) -> str:
    """Return the secret kept in *path*; on first use draw it, readable for its owner only.

    Safe when several processes start at once: one of them wins, and all return the same secret.
    """
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            _draw(path, number_of_bytes=number_of_bytes)
        return path.read_text().strip()
    except OSError as problem:
        raise MisunderstoodSetting(
            f"{path} cannot be used: {problem.strerror}. PIAOJUE_VAR names another directory."
        ) from problem


def _draw(path: Path, *, number_of_bytes: int) -> None:
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")  # mode 600
    try:
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(number_of_bytes) + "\n")
        with suppress(FileExistsError):  # another process was first
            os.link(draft, path)
    finally:
        Path(draft).unlink()
