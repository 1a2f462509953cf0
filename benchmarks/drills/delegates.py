"""Delegates who come all the time: sign in, mark, review, cast; whoever is interrupted signs in again.

A program of its own, run on the proxy's machine, with the standard library alone. It reads ``place``, ``codes`` and
``seconds`` from standard input and prints what came of it.
"""

from __future__ import annotations

import http.client
import json
import queue
import random
import re
import ssl
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from html import unescape
from http.cookies import SimpleCookie
from itertools import pairwise
from typing import Any
from urllib.parse import urlencode

HOST, PLACE = "vote.example.org", ("10.0.0.30", 443)
PER_SECOND, AT_ONCE = 6.0, 16
#: Seconds: so long somebody looks at a page that does not come, and so long until they try again.
PATIENCE, PAUSE = 15.0, 0.5
OF_A_CAST = re.compile(r'name="(ticket|sealed|sealer)" value="([^"]+)"')
RECEIPT = re.compile(r"(?:[0-9A-Z]{4}-){7}[0-9A-Z]{4}")
TICKET = re.compile(r'name="ticket" value="([^"]+)"')
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
HEADING = re.compile(r"<h1[^>]*>(.*?)</h1>|<title>(.*?)</title>", re.DOTALL)
CHINESE = re.compile(r"[\u4e00-\u9fff]")
IN_THE_URN = "您的表决票已投入票箱"
TLS = ssl.create_default_context()
TLS.check_hostname, TLS.verify_mode = False, ssl.CERT_NONE  # made for this drill, on this machine


class Interrupted(Exception):
    """What came is not the page that was wanted; ``str()`` is what somebody saw."""


@dataclass
class Browser:
    """One person's phone."""

    place: str
    cookies: dict[str, str] = field(default_factory=dict)
    line: http.client.HTTPSConnection | None = None

    def ask(self, method: str, path: str, fields: dict[str, Any] | None = None) -> tuple[int, str]:
        headers = {"Host": HOST, "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        body = None
        if fields is not None:
            body = urlencode({"csrfmiddlewaretoken": self.cookies.get("csrftoken", ""), **fields}, doseq=True)
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"https://{HOST}",
                        "Referer": f"https://{HOST}/"}  # fmt: skip
        if self.line is None:
            self.line = http.client.HTTPSConnection(*PLACE, timeout=PATIENCE, context=TLS)
        try:
            self.line.request(method, f"/{self.place}{path}", body, headers)
            answer = self.line.getresponse()
            text = answer.read().decode(errors="replace")
        except TimeoutError:
            self.close()
            raise Interrupted("no answer") from None
        except (OSError, http.client.HTTPException) as problem:
            self.close()
            raise Interrupted(f"no connection ({type(problem).__name__})") from None
        for value in answer.headers.get_all("Set-Cookie", []):
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(value).items()}
        return answer.status, text

    def close(self) -> None:
        if self.line is not None:
            self.line.close()
            self.line = None


@dataclass
class Outcome:
    """What came of all of them."""

    receipts: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    told: int = 0  # signed in again, and were told that their ballot is in the urn
    saw: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0


def page_as_seen(status: int, text: str) -> str:
    """Return status, heading and whether it has Chinese; never what a form holds."""
    heading = HEADING.search(text)
    words = (
        " ".join(unescape(re.sub(r"<[^>]+>", " ", heading[1] or heading[2] or "")).split())
        if heading
        else text[:60]
    )
    trace = ", a traceback" if "Traceback (most recent" in text else ""
    return f"{status} “{words[:60]}”{'' if CHINESE.search(text) else ' (no Chinese)'}{trace}"


def vote(place: str, number: str, code: str, outcome: Outcome) -> bool:
    """Sign in and cast; return whether the ballot is in the urn, by receipt or by what the page says."""
    browser = Browser(place)
    try:
        wanted(browser.ask("GET", "/enter/"), 200)
        wanted(browser.ask("POST", "/enter/", {"number": number, "code": code}), 302)
        status, text = wanted(browser.ask("GET", "/ballot/"), 200)
        if IN_THE_URN in text:
            outcome.told += 1
            return True
        ticket = TICKET.search(text)
        if not ticket:
            raise Interrupted(page_as_seen(status, text))
        fields = {"ticket": ticket[1], "mark": random.sample([str(n) for n in range(1, 13)], 10)}
        _status, review = wanted(browser.ask("POST", "/ballot/review/", fields), 200)
        began = time.monotonic()
        status, text = wanted(browser.ask("POST", "/ballot/cast/", dict(OF_A_CAST.findall(review))), 200)
        receipt = RECEIPT.search(text)
        if not receipt:
            raise Interrupted(page_as_seen(status, text))
        outcome.slowest = max(outcome.slowest, time.monotonic() - began)
        outcome.receipts.append(receipt[0])
        outcome.times.append(time.monotonic())
        return True
    finally:
        browser.close()


def wanted(answer: tuple[int, str], *statuses: int) -> tuple[int, str]:
    """Return the answer where it is one that was wanted. Raises Interrupted."""
    if answer[0] not in statuses:
        raise Interrupted(page_as_seen(*answer))
    return answer


def main() -> None:
    task = json.load(sys.stdin)
    people: queue.Queue[tuple[str, str]] = queue.Queue()
    for person in task["codes"].items():
        people.put(person)
    outcome, began = Outcome(), time.monotonic()
    ends, latest = began + task["seconds"], began + task["seconds"] + 20
    turn = threading.Lock()

    def come() -> None:
        while time.monotonic() < ends:
            with turn:  # one after the other, as at a door
                time.sleep(1 / PER_SECOND)
                try:
                    number, code = people.get_nowait()
                except queue.Empty:
                    return
            while time.monotonic() < latest:
                try:
                    if vote(task["place"], number, code, outcome):
                        break
                except Interrupted as problem:
                    outcome.saw[str(problem)] += 1
                    time.sleep(PAUSE)

    crowd = [threading.Thread(target=come) for _ in range(AT_ONCE)]
    for thread in crowd:
        thread.start()
    for thread in crowd:
        thread.join()
    moments = sorted(outcome.times if people.empty() else [*outcome.times, ends])
    gaps = [after - before for before, after in pairwise(moments)]
    json.dump(
        {"receipts": outcome.receipts, "told": outcome.told, "saw": outcome.saw.most_common(8),
         "gap": max(gaps, default=0.0), "slowest": outcome.slowest},
        sys.stdout,
    )  # fmt: skip


if __name__ == "__main__":
    main()
