"""Slow clients beside the delegates (TRUST.md F25): they hold a connection and dribble into it until stopped."""

from __future__ import annotations

import socket
import threading
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from voting.management.hall.browser import tls

PAUSE = 0.5  # seconds between two bytes
TIMEOUT = 5  # seconds, for connecting
LENGTH = 100_000  # bytes that a body promises and never delivers
TOKEN = 32  # letters of a token against forgery


class SlowClients:
    """So many clients of each kind at the server *url* while the context lasts: some never finish their headers, some
    never finish a body. One that the server cuts off comes back.
    """

    def __init__(self, url: str, number: int) -> None:
        parts = urlsplit(url)
        self._host, self._tls = parts.hostname or "", parts.scheme == "https"
        self._port = parts.port or (443 if self._tls else 80)
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._dribble, kwargs={"body": body}, daemon=True)
            for body in (False, True)
            for _client in range(number)
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(TIMEOUT)

    def _dribble(self, *, body: bool) -> None:
        while not self._stop.is_set():
            try:
                with self._connect() as connection:
                    connection.sendall(self._beginning(body=body))
                    while not self._stop.wait(PAUSE):
                        connection.sendall(b"x")
            except OSError:
                self._stop.wait(PAUSE)

    def _connect(self) -> socket.socket:
        plain = socket.create_connection((self._host, self._port), timeout=TIMEOUT)
        if not self._tls:
            return plain
        return tls().wrap_socket(plain, server_hostname=self._host)

    def _beginning(self, *, body: bool) -> bytes:
        if not body:
            return f"GET / HTTP/1.1\r\nHost: {self._host}\r\nX-Slow: ".encode()
        form = "Content-Type: application/x-www-form-urlencoded"
        # Without a token the site refuses before it reads: nothing would wait for the body.
        token = f"Cookie: csrftoken={'x' * TOKEN}"
        head = f"POST /enter/ HTTP/1.1\r\nHost: {self._host}\r\n{form}\r\n{token}\r\n"
        return f"{head}Content-Length: {LENGTH}\r\n\r\n".encode()
