"""Serve the site with granian until somebody stops it, and start it again should it end by itself."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from types import FrameType

from django.conf import settings
from django.utils.translation import gettext as _

from voting.management.demo.left_over import name_server, server_lock
from voting.management.demo.places import Place, environment_for

#: As in deploy/piaojue@.service. The interval is short on purpose: granian gives up where one worker ends twice in it.
GRANIAN = (
    "--http", "1", "--no-ws", "--workers", "2", "--backlog", "2048",
    "--respawn-failed-workers", "--respawn-interval", "0.5", "--workers-kill-timeout", "10", "--no-access-log",
    "--log-level", "error",
)  # fmt: skip
#: Behind a proxy, or for this computer alone.
BEHIND_PROXY = ("--interface", "wsgi", "--blocking-threads", "8", "config.wsgi:application")
#: For a hall without a proxy: whoever drips a request holds no thread (``config.whole``).
ALONE = ("--interface", "asgi", "--blocking-threads", "1", "config.whole:application")
START_SECONDS = 30
STOP_SECONDS = 20
#: A server that ends sooner than this after its start will not get better by another one.
LEAST_SECONDS = 5
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class ServerEnded(Exception):
    """The server cannot be kept running; ``str()`` is the sentence."""

    def __str__(self) -> str:
        return _("The web server ended by itself and does not come back; what it said stands above.")


def stop_on_any_signal() -> None:
    """Let a closed terminal or a kill end the program as Ctrl-C does, so that the database is stopped, too."""
    for number in SIGNALS:
        signal.signal(number, signal.default_int_handler)


def serve(place: Place, *, when_ready: Callable[[], None]) -> None:
    """Serve until a signal comes; call *when_ready* once the site answers. Raises ServerEnded.

    The server is a session of its own, so that a Ctrl-C in the terminal reaches us alone and stops it once.
    """
    server = _Server(place)
    for number in SIGNALS:
        signal.signal(number, server.stop)
    try:
        server.start()
        if server.answers():
            when_ready()
        server.keep_running()
    finally:
        server.end()


class _Server:
    def __init__(self, place: Place) -> None:
        self.place = place
        self.stopping = False
        self.process: subprocess.Popen[bytes] | None = None
        self.started = 0.0

    def start(self) -> None:
        where = ("--host", self.place.host, "--port", str(self.place.port))
        self.started = time.monotonic()
        lock = server_lock(self.place)
        self.process = subprocess.Popen(  # noqa: S603 our own program
            [
                sys.executable,
                "-m",
                "granian",
                *GRANIAN,
                *where,
                *(ALONE if self.place.is_everywhere else BEHIND_PROXY),
            ],
            cwd=settings.BASE_DIR,
            env=environment_for(self.place),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=[lock],
        )
        os.close(lock)
        name_server(self.place, self.process.pid)

    def stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True
        if self.process and self.process.poll() is None:
            self.process.terminate()

    def answers(self) -> bool:
        """Wait until the site answers; False where the server ended or was stopped. Raises ServerEnded after that."""
        host = "127.0.0.1" if self.place.is_everywhere else self.place.host
        deadline = time.monotonic() + START_SECONDS
        while not self.stopping and self._runs() and time.monotonic() < deadline:
            connection = HTTPConnection(host, self.place.port, timeout=5)
            with suppress(OSError, HTTPException):
                connection.request("GET", "/healthz")
                if connection.getresponse().status == 200:  # noqa: PLR2004
                    return True
            connection.close()
            time.sleep(0.1)
        if not self.stopping and self._runs():
            raise ServerEnded
        return False

    def keep_running(self) -> None:
        while not self.stopping:
            if self.process and self._runs():
                with suppress(subprocess.TimeoutExpired):
                    self.process.wait(timeout=1)
            elif time.monotonic() - self.started < LEAST_SECONDS:
                raise ServerEnded
            else:
                self.start()

    def end(self) -> None:
        """Stop the server within STOP_SECONDS, whatever it is doing."""
        self.stopping = True
        if self.process is None:
            return
        if self._runs():
            self.process.terminate()
        try:
            self.process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _runs(self) -> bool:
        return self.process is not None and self.process.poll() is None
