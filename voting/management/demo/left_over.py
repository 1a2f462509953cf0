"""A web server that outlived its demo: whoever kills the demo outright leaves its server behind, with the port.

The demo holds a lock while it lives, and its server another one, which the system takes back whatever happens.
A server without its demo is a left-over, and the next demo at that port stops it.
"""

from __future__ import annotations

import fcntl
import os
import signal
import time
from contextlib import suppress
from pathlib import Path

from django.conf import settings

from voting.management.demo.places import Place

#: So long a server may take to stop when it is asked; then it is ended.
STOP_SECONDS = 10.0


def demo_lock(place: Place) -> int | None:
    """Take the lock of the demo at that port until this process ends, and return it; None where another demo lives."""
    return _lock(_file(place, "demo"))


def server_lock(place: Place) -> int:
    """Return a lock for a server that is about to start, which inherits it; ``name_server`` says later who it is."""
    handle = _lock(_file(place, "server"))
    if handle is None:  # it has just ended, and its last worker is going
        handle = os.open(_file(place, "server"), os.O_RDWR | os.O_CREAT, 0o600)
    # The number of the server before may be another program's by now.
    os.ftruncate(handle, 0)
    return handle


def name_server(place: Place, process: int) -> None:
    """Write down the group of processes that serves there."""
    _file(place, "server").write_text(f"{process}\n")


def stop_left_over(place: Place) -> bool:
    """Stop the server that a demo which lives no more has left at that port; return whether there was one."""
    file = _file(place, "server")
    if (handle := _lock(file)) is not None:
        os.close(handle)
        return False
    with suppress(OSError, ValueError):
        group = int(file.read_text())
        for number, seconds in ((signal.SIGTERM, STOP_SECONDS), (signal.SIGKILL, STOP_SECONDS)):
            os.killpg(group, number)
            deadline = time.monotonic() + seconds
            while time.monotonic() < deadline:
                if (handle := _lock(file)) is not None:
                    os.close(handle)
                    return True
                time.sleep(0.05)
    return False


def _file(place: Place, name: str) -> Path:
    return Path(settings.VAR) / "demo" / f"{name}-{place.port}.lock"


def _lock(file: Path) -> int | None:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    return handle
