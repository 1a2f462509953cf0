"""298 delegates vote while 200 strangers read the public pages, a page a second each; beside the same alone."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException

from benchmarks import report
from benchmarks.ground import Ground
from benchmarks.hostile import DELEGATES, TURNS, Took, rehearse, slower
from benchmarks.public import load
from benchmarks.serving import serving

STRANGERS = 200
OK = 200
PACE = 1.0  # seconds from one page to the next, of each stranger
#: Those of the year that is being delivered, and others that everybody reads.
PAGES = (
    "/",
    "/{year}/result/",
    "/{year}/delivery/",
    "/{year}/delivery/1/",
    "/years/",
    "/secrecy/",
    "/receipt/",
)


def measure(place: Ground, empty: str, *, say: Callable[[str], None]) -> list[report.Row]:
    """Measure, print what the strangers had, and return the rows of the table."""
    database = place.create("flood", like=empty)
    year = load(database)
    pages = [page.format(year=year) for page in PAGES]
    url = {"DATABASE_URL": place.url(database), "DATABASE_POOL": "on"}
    calm: list[Took] = []
    flooded: list[Took] = []
    answers: Counter[int | str] = Counter()
    with serving("config.wsgi:application", **url) as server:

        def beside() -> None:
            with _strangers(server.port, pages, answers):
                flooded.append(rehearse(server, url))

        say("a rehearsal to warm up")
        rehearse(server, url)
        for turn in range(1, TURNS + 1):
            say(
                f"turn {turn} of {TURNS}: {DELEGATES} delegates vote, in peace and beside {STRANGERS} strangers"
            )
            acts: list[Callable[[], None]] = [lambda: calm.append(rehearse(server, url)), beside]
            for act in acts if turn % 2 else reversed(acts):
                act()
    if answers.total() != answers[OK]:
        say("not every page was there")
    print(f"\nanswers to {STRANGERS} strangers, a page every {PACE:g} s each: {dict(answers)}")
    return [slower(what, calm, flooded, beside=f"{STRANGERS} strangers") for what in calm[0].steps]


@contextmanager
def _strangers(port: int, pages: Sequence[str], answers: Counter[int | str]) -> Iterator[None]:
    """Let everybody read, each a page a second, or the next as soon as one that took longer has come."""
    over, one = threading.Event(), threading.Lock()

    def read(place: int) -> None:
        browser = HTTPConnection("127.0.0.1", port, timeout=60)
        over.wait(PACE * place / STRANGERS)
        for number in range(place, 1_000_000):
            begun = time.monotonic()
            if over.is_set():
                break
            try:
                browser.request("GET", pages[number % len(pages)], headers={"Accept-Language": "zh-CN"})
                answer = browser.getresponse()
                answer.read()
                status: int | str = answer.status
            except (OSError, HTTPException) as problem:
                status = type(problem).__name__
                browser.close()
            with one:
                answers[status] += 1
            over.wait(max(0.0, PACE - (time.monotonic() - begun)))
        browser.close()

    threads = [threading.Thread(target=read, args=(place,)) for place in range(STRANGERS)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()
