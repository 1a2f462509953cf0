"""A request reaches a thread when it is whole: whoever drips a body holds none.

Guards ``config.whole``.
"""

from __future__ import annotations

import asyncio
import io
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from config import whole
from config.whole import WholeRequests

SLOW = 40


def site(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    names = ("REQUEST_METHOD", "PATH_INFO", "QUERY_STRING", "REMOTE_ADDR", "HTTP_COOKIE", "CONTENT_TYPE")
    start_response("201 Created", [("X-Size", str(len(body))), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")])
    return [" ".join(str(environ.get(name)) for name in names).encode(), b"|", body]


def scope(**more: Any) -> dict[str, Any]:
    return {
        "type": "http", "method": "POST", "path": "/票/", "query_string": b"a=%E7%A5%A8", "http_version": "1.1",
        "headers": [(b"content-type", b"text/x"), (b"content-length", b"999"), (b"cookie", b"k=v")],
        "client": ("192.0.2.7", 99), "server": ("127.0.0.1", 80), "scheme": "http", **more,
    }  # fmt: skip


class Client:
    """Sends these pieces; after them, where it is slow, nothing more for ever."""

    def __init__(self, *pieces: bytes, is_slow: bool = False) -> None:
        self.pieces, self.is_slow = list(pieces), is_slow
        self.got: list[Any] = []

    async def receive(self) -> dict[str, Any]:
        if self.pieces:
            piece = self.pieces.pop(0)
            return {"type": "http.request", "body": piece, "more_body": bool(self.pieces) or self.is_slow}
        if self.is_slow:
            await asyncio.Event().wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        self.got.append(message)

    @property
    def status(self) -> int:
        status: int = self.got[0]["status"]
        return status


def test_a_whole_request_is_answered_with_everything_it_said():
    client = Client(b"one ", b"two")
    asyncio.run(WholeRequests(site, threads=1)(scope(), client.receive, client.send))
    assert client.status == 201
    assert client.got[0]["headers"] == [(b"x-size", b"7"), (b"set-cookie", b"a=1"), (b"set-cookie", b"b=2")]
    said = "/票/".encode().decode("latin-1")
    assert client.got[1]["body"] == f"POST {said} a=%E7%A5%A8 192.0.2.7 k=v text/x|one two".encode()


def test_however_many_drip_a_body_the_others_are_answered_at_once():
    async def hall() -> float:
        served = WholeRequests(site, threads=1)
        slow = [Client(b"x", is_slow=True) for _ in range(SLOW)]
        waiting = [asyncio.create_task(served(scope(), each.receive, each.send)) for each in slow]
        await asyncio.sleep(0.05)
        loop = asyncio.get_running_loop()
        begun = loop.time()
        client = Client(b"ballot")
        async with asyncio.timeout(5):
            await served(scope(), client.receive, client.send)
        seconds = loop.time() - begun
        assert client.status == 201
        for each in waiting:
            each.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        return seconds

    assert asyncio.run(hall()) < 2


def test_whoever_sends_nothing_more_is_cut_off(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(whole, "PIECE_SECONDS", 0.05)
    client = Client(b"x", is_slow=True)
    asyncio.run(WholeRequests(site, threads=1)(scope(), client.receive, client.send))
    assert client.status == 408


def test_whoever_drips_for_ever_is_cut_off_although_every_piece_is_in_time(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(whole, "WHOLE_SECONDS", 0.1)

    class Dripping(Client):
        async def receive(self) -> dict[str, Any]:
            await asyncio.sleep(0.01)
            return {"type": "http.request", "body": b"x", "more_body": True}

    client = Dripping()
    asyncio.run(WholeRequests(site, threads=1)(scope(), client.receive, client.send))
    assert client.status == 408


def test_a_body_that_is_too_large_is_refused_before_it_is_whole(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(whole, "MOST_BYTES", 10)
    client = Client(b"x" * 11, is_slow=True)
    asyncio.run(WholeRequests(site, threads=1)(scope(), client.receive, client.send))
    assert client.status == 413


def test_one_who_leaves_in_the_middle_reaches_no_thread():
    reached: list[str] = []
    client = Client()
    served = WholeRequests(lambda _environ, _start: reached.append("x") or [], threads=1)  # type: ignore[func-returns-value]
    asyncio.run(served(scope(), client.receive, client.send))
    assert reached == []


def test_a_page_that_grows_is_sent_as_it_grows_and_its_thread_waits_for_nobody_who_reads():
    """Guards ``voting.admin.core.growing``, which says so by a header; another answer is sent whole."""
    seen, work_done = threading.Event(), threading.Event()

    def growing(_environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", [("X-Accel-Buffering", "no")])
        return pieces()

    def pieces() -> Iterator[bytes]:
        yield b"first"
        assert seen.wait(5), "the first piece was kept back"
        yield from (b"x" for _line in range(100))
        work_done.set()
        raise ValueError("the work failed")

    class Stuck(Client):
        """It takes the first piece, and then nothing before the work is done."""

        async def send(self, message: Any) -> None:
            await super().send(message)
            if message.get("body") == b"first":
                seen.set()
                await asyncio.to_thread(work_done.wait, 5)
                assert work_done.is_set(), "the thread waits for the reader"

    client = Stuck(b"x")
    with pytest.raises(ValueError, match="the work failed"):
        asyncio.run(WholeRequests(growing, threads=1)(scope(), client.receive, client.send))
    assert [each.get("more_body") for each in client.got] == [None, *[True] * 101]  # cut off, not ended


def test_headers_that_would_pass_for_others_are_left_out_and_cookies_are_put_together():
    headers = [(b"x-forwarded-proto", b"http"), (b"x_forwarded_proto", b"https"), (b"content_type", b"x"),
               (b"content-type", b"text/x"), (b"cookie", b"a=1"), (b"cookie", b"b=2")]  # fmt: skip
    environ = whole.environ_of(scope(headers=headers), io.BytesIO(), 0)
    assert environ["HTTP_X_FORWARDED_PROTO"] == "http"
    assert environ["CONTENT_TYPE"] == "text/x"
    assert environ["HTTP_COOKIE"] == "a=1; b=2"


def test_bodies_on_their_way_fill_no_memory_and_a_ballot_comes_through(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(whole, "MOST_IN_HAND", 1000)
    monkeypatch.setattr(whole, "SMALL", 100)

    async def hall() -> None:
        served = WholeRequests(site, threads=1)
        slow = Client(b"x" * 950, is_slow=True)
        waiting = asyncio.create_task(served(scope(), slow.receive, slow.send))
        await asyncio.sleep(0.05)
        large, ballot = Client(b"x" * 101), Client(b"x" * 100)
        await served(scope(), large.receive, large.send)
        await served(scope(), ballot.receive, ballot.send)
        assert (large.status, ballot.status) == (503, 201)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        assert served.in_hand.size == 0
        again = Client(b"x" * 950)
        await served(scope(), again.receive, again.send)
        assert again.status == 201

    asyncio.run(hall())
