"""A hall full of browsers, as light as Python makes them: the machine's cores belong to the server.

Every request is put together before the clock starts; sixteen lines (TCP connections that stay open) then send
them, each as soon as its last answer has come in full.
"""

from __future__ import annotations

import socket
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import quantiles
from urllib.parse import urlencode

LINES = 16
PATIENCE = 60.0  # seconds for one answer


class WrongAnswer(Exception):
    """An answer that is not the one expected: then nothing was measured."""


@dataclass(frozen=True)
class Answer:
    status: int
    cookies: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass
class Burst:
    """What a burst of requests took."""

    seconds: float
    latencies: list[float]
    answers: list[Answer]

    @property
    def rate(self) -> float:
        """Answers per second."""
        return len(self.answers) / self.seconds

    def __add__(self, other: Burst) -> Burst:
        return Burst(
            self.seconds + other.seconds, self.latencies + other.latencies, self.answers + other.answers
        )


@dataclass
class Visitor:
    """One browser: it keeps its cookies and nothing else."""

    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> bytes:
        return self._request("GET", path)

    def post(self, path: str, fields: Mapping[str, str | Sequence[str]]) -> bytes:
        """Return a form's request, with the token against forgery."""
        token = {"csrfmiddlewaretoken": self.cookies.get("csrftoken", "")}
        return self._request("POST", path, urlencode({**token, **fields}, doseq=True))

    def take(self, answer: Answer) -> None:
        """Keep the cookies that the answer sets, and drop those that it takes away."""
        for name, value in answer.cookies.items():
            if value:
                self.cookies[name] = value
            else:
                self.cookies.pop(name, None)

    def _request(self, method: str, path: str, body: str = "") -> bytes:
        head = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Accept: text/html", "Accept-Language: zh-CN"]
        if self.cookies:
            head.append("Cookie: " + "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
        if method == "POST":
            head += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        return "\r\n".join([*head, "", body]).encode()


class Line:
    """One connection that stays open."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.answers = self.socket.makefile("rb")

    def ask(self, request: bytes) -> Answer:
        """Send a request and return its whole answer."""
        self.socket.sendall(request)
        first = self.answers.readline().split(maxsplit=2)
        if not first:
            raise WrongAnswer("the server hung up")
        length, cookies = 0, {}
        while line := self.answers.readline().rstrip():
            name, _, value = line.partition(b":")
            match name.lower():
                case b"content-length":
                    length = int(value)
                case b"set-cookie":
                    key, _, content = value.partition(b";")[0].decode().partition("=")
                    cookies[key.strip()] = content.strip('"')
                case b"transfer-encoding":
                    raise WrongAnswer(f"an answer in pieces is not expected here: {int(first[1])}")
        return Answer(int(first[1]), cookies, self.answers.read(length))

    def close(self) -> None:
        self.answers.close()
        self.socket.close()


def burst(port: int, requests: Sequence[bytes], *, expect: int, lines: int = LINES) -> Burst:
    """Send all requests over so many lines; the clock runs from the first to the last answer's end.

    Raises WrongAnswer unless every answer has the expected status.
    """
    waiting = deque(enumerate(requests))
    answers: list[Answer | None] = [None] * len(requests)
    latencies = [0.0] * len(requests)
    opened = [Line(port) for _ in range(min(lines, len(requests)))]
    gate = threading.Barrier(len(opened) + 1)
    faults: list[Exception] = []

    def serve(line: Line) -> None:
        gate.wait()
        try:
            while True:
                try:
                    place, request = waiting.popleft()
                except IndexError:
                    return
                begun = time.perf_counter()
                answers[place] = line.ask(request)
                latencies[place] = time.perf_counter() - begun
        except Exception as fault:  # noqa: BLE001 told to whoever called
            faults.append(fault)

    threads = [threading.Thread(target=serve, args=(line,), daemon=True) for line in opened]
    for thread in threads:
        thread.start()
    gate.wait()
    begun = time.perf_counter()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - begun
    for line in opened:
        line.close()
    if faults:
        raise faults[0]
    done = [answer for answer in answers if answer is not None]
    wrong = [answer for answer in done if answer.status != expect]
    if wrong:
        raise WrongAnswer(
            f"{len(wrong)} of {len(done)} answers had not the status {expect} but {wrong[0].status}: "
            f"{wrong[0].text[:2000]}"
        )
    return Burst(seconds, latencies, done)


def percentiles(latencies: Sequence[float]) -> tuple[float, float]:
    """Return the middle and the slowest hundredth, in seconds."""
    cuts = quantiles(latencies, n=100)
    return cuts[49], cuts[98]
