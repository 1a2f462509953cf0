"""The entry of a server without a proxy: ``granian --interface asgi config.whole:application``.

A request reaches a thread of the application when it is whole. Whoever drips a body holds a task of the event loop,
which costs a few kilobytes, and none of the threads that the voters need. Behind a proxy, which does the same,
the WSGI entry is quicker. Nor does a thread wait for who reads slowly: an answer is handed over at once, whole, or
piece by piece where a page grows with its work.
"""

from __future__ import annotations

import asyncio
import io
import os
import sys
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import IO, Any
from wsgiref.types import WSGIApplication

from voting.text import upload_limits

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
#: Takes the next messages of an answer from any thread; the last one is None.
Put = Callable[..., object]

#: A body may take so long in all, and so long between two pieces.
WHOLE_SECONDS, PIECE_SECONDS = 120.0, 15.0
MOST_BYTES = upload_limits.REQUEST
#: Bodies stay in memory: no form of a ballot and no scanned sheet is ever written to disk. All that are on their way
#: take so much together; a small one, as every ballot is, is taken beside them.
MOST_IN_HAND, SMALL = 256 * 1024 * 1024, 64 * 1024
TOO_SLOW, TOO_LARGE, BUSY = 408, 413, 503
#: By this header a proxy passes an answer on as it comes (``voting.admin.core.growing``); so does this server.
AS_IT_COMES = (b"x-accel-buffering", b"no")


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
            for message in _whole(getattr(refusal, "status", TOO_SLOW), [(b"connection", b"close")], b""):
                await send(message)
            return
        environ = environ_of(scope, body, size)
        loop = asyncio.get_running_loop()
        # However long it grows: the thread never waits for whoever reads.
        messages: asyncio.Queue[Message | None] = asyncio.Queue()

        def take(*those: Message | None) -> None:
            for message in those:
                messages.put_nowait(message)

        put: Put = partial(loop.call_soon_threadsafe, take)
        answered = loop.run_in_executor(self.threads, answer, self.application, environ, put)
        while (piece := await messages.get()) is not None:
            await send(piece)
        await answered


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


def answer(application: WSGIApplication, environ: dict[str, Any], put: Put) -> None:
    """Hand over what the application answers with: at once, or piece by piece where it grows. Raises what it raises."""
    begun: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(
        status: str, headers: list[tuple[str, str]], exc_info: object = None
    ) -> Callable[[bytes], object]:
        begun[:] = [(status, headers)]
        return _unused

    try:
        pieces: Iterable[bytes] = application(environ, start_response)
        try:
            status, headers = int(begun[0][0].split(" ", 1)[0]), _encoded(begun[0][1])
            if AS_IT_COMES in headers:
                put({"type": "http.response.start", "status": status, "headers": headers})
                for piece in pieces:
                    put({"type": "http.response.body", "body": piece, "more_body": True})
                put({"type": "http.response.body", "body": b"", "more_body": False})
            else:
                put(*_whole(status, headers, b"".join(pieces)))
        finally:
            close = getattr(pieces, "close", None)
            if close is not None:
                close()
    finally:
        put(None)


def _encoded(headers: list[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]


def _unused(data: bytes) -> None:
    """Take what PEP 3333 lets old applications write by themselves; ours does not."""


def _whole(status: int, headers: list[tuple[bytes, bytes]], content: bytes) -> list[Message]:
    return [
        {"type": "http.response.start", "status": status, "headers": headers},
        {"type": "http.response.body", "body": content, "more_body": False},
    ]


def __getattr__(name: str) -> WholeRequests:
    """Make the site once it is asked for: whoever imports this module alone needs no settings."""
    if name != "application":
        raise AttributeError(name)
    from django.conf import settings  # noqa: PLC0415

    from config.wsgi import application as site  # noqa: PLC0415 it reads the settings

    made = WholeRequests(site, threads=settings.BLOCKING_THREADS)
    globals()["application"] = made
    return made
