"""The entry of a server without a proxy: ``granian --interface asgi config.whole:application``.

A request reaches a thread of the application when it is whole. Whoever drips a body holds a task of the event loop,
which costs a few kilobytes, and none of the threads that the voters need. Behind a proxy, which does the same,
the WSGI entry is quicker.
"""

from __future__ import annotations

import asyncio
import io
import os
import sys
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import IO, Any
from wsgiref.types import WSGIApplication

from voting.text import upload_limits

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

#: A body may take so long in all, and so long between two pieces.
WHOLE_SECONDS, PIECE_SECONDS = 120.0, 15.0
MOST_BYTES = upload_limits.REQUEST
#: Bodies stay in memory: no form of a ballot and no scanned sheet is ever written to disk. All that are on their way
#: take so much together; a small one, as every ballot is, is taken beside them.
MOST_IN_HAND, SMALL = 256 * 1024 * 1024, 64 * 1024
TOO_SLOW, TOO_LARGE, BUSY = 408, 413, 503


class BodyRefused(Exception):
    """The body came too slowly, or is too large now or ever, or its sender left; ``status`` is the answer."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class InHand:
    """How many bytes of bodies are kept at this moment, of all requests of the process."""

    def __init__(self) -> None:
        self.size = 0


class WholeRequests:
    """An ASGI application that gives whole requests to a WSGI application, so many at a time."""

    def __init__(self, application: WSGIApplication, *, threads: int) -> None:
        self.application = application
        self.threads = ThreadPoolExecutor(threads, thread_name_prefix="whole")
        self.in_hand = InHand()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        with io.BytesIO() as body:
            try:
                await self._answer(scope, receive, send, body)
            finally:
                self.in_hand.size -= body.seek(0, os.SEEK_END)

    async def _answer(self, scope: Scope, receive: Receive, send: Send, body: IO[bytes]) -> None:
        try:
            async with asyncio.timeout(WHOLE_SECONDS):
                size = await read_body(receive, body, self.in_hand)
        except (TimeoutError, BodyRefused) as refusal:
            await _send(send, getattr(refusal, "status", TOO_SLOW), [(b"connection", b"close")], b"")
            return
        environ = environ_of(scope, body, size)
        loop = asyncio.get_running_loop()
        status, headers, content = await loop.run_in_executor(self.threads, answer, self.application, environ)
        await _send(send, status, headers, content)


async def read_body(receive: Receive, body: IO[bytes], in_hand: InHand) -> int:
    """Write the body as its pieces come and return its size. Raises BodyRefused and TimeoutError."""
    size = 0
    while True:
        async with asyncio.timeout(PIECE_SECONDS):
            message = await receive()
        if message["type"] == "http.disconnect":
            raise BodyRefused(TOO_SLOW)
        piece = message.get("body", b"")
        size += len(piece)
        if size > MOST_BYTES:
            raise BodyRefused(TOO_LARGE)
        if size > SMALL and in_hand.size + len(piece) > MOST_IN_HAND:
            raise BodyRefused(BUSY)
        body.write(piece)
        in_hand.size += len(piece)
        if not message.get("more_body"):
            body.seek(0)
            return size


def environ_of(scope: Scope, body: IO[bytes], size: int) -> dict[str, Any]:
    """Return the request as PEP 3333 has it."""
    host, port = scope.get("server") or ("", 0)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": scope["path"].encode().decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": (scope.get("client") or ("", 0))[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for raw_name, raw_value in scope["headers"]:
        if b"_" in raw_name:
            continue  # It would pass for the header with a dash, which a proxy may vouch for.
        name, value = raw_name.decode("latin-1").upper().replace("-", "_"), raw_value.decode("latin-1")
        key = name if name == "CONTENT_TYPE" else f"HTTP_{name}"
        between = "; " if key == "HTTP_COOKIE" else ","
        environ[key] = f"{environ[key]}{between}{value}" if key in environ else value
    # The size is what came, whatever was announced.
    environ.pop("HTTP_CONTENT_LENGTH", None)
    environ["CONTENT_LENGTH"] = str(size)
    return environ


def answer(
    application: WSGIApplication, environ: dict[str, Any]
) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """Return the status, the headers and the content that the application answers with."""
    begun: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(
        status: str, headers: list[tuple[str, str]], exc_info: object = None
    ) -> Callable[[bytes], object]:
        begun[:] = [(status, headers)]
        return _unused

    pieces: Iterable[bytes] = application(environ, start_response)
    try:
        content = b"".join(pieces)
    finally:
        close = getattr(pieces, "close", None)
        if close is not None:
            close()
    status, headers = begun[0]
    encoded = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    return int(status.split(" ", 1)[0]), encoded, content


def _unused(data: bytes) -> None:
    """Take what PEP 3333 lets old applications write by themselves; ours does not."""


async def _send(send: Send, status: int, headers: list[tuple[bytes, bytes]], content: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content, "more_body": False})


def __getattr__(name: str) -> WholeRequests:
    """Make the site once it is asked for: whoever imports this module alone needs no settings."""
    if name != "application":
        raise AttributeError(name)
    from django.conf import settings  # noqa: PLC0415

    from config.wsgi import application as site  # noqa: PLC0415 it reads the settings

    made = WholeRequests(site, threads=settings.BLOCKING_THREADS)
    globals()["application"] = made
    return made
