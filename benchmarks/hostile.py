"""298 delegates vote while others send files that were made to stop the server, again and again; beside the same alone.

A rehearsal (``manage.py rehearse``) is one congress of the server; a unit officer, a clerk and strangers of another
send the files to the same workers. It takes turns with a rehearsal that is left in peace.
"""

from __future__ import annotations

import itertools
import json
import re
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from statistics import median

from django.db import connection
from django.utils import timezone

from accounts.models import Unit, User
from accounts.roles import Kind, Role
from benchmarks import report, votes
from benchmarks.congresses import signed_in
from benchmarks.ground import Ground, run
from benchmarks.serving import Server, children, serving
from tests import hostile_files
from voting.domain.before import calls
from voting.domain.core import cycles
from voting.management.commands.seed import PAPER_TOWN
from voting.management.seeds.towns import load_towns

DELEGATES, TURNS = 298, 3
MOST_SLOWER = 1.5
MEGABYTE = 1024 * 1024
FIGURES = re.compile(r"^(.+?): (\d+) in ([\d.]+) s, .* p50 (\d+) ms, p99 (\d+) ms", re.MULTILINE)


@dataclass(frozen=True)
class Attack:
    """Who sends what, where; ``cookies`` of whoever is signed in. Strangers come from another network each time."""

    page: str
    name: str
    files: list[tuple[str, bytes]]
    cookies: Mapping[str, str] = field(default_factory=dict)
    more: dict[str, str] = field(default_factory=dict)


@dataclass
class Sent:
    """What became of what was sent: statuses by the name of the file."""

    answers: Counter[tuple[str, int | str]] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, name: str, status: int | str) -> None:
        with self.lock:
            self.answers[name, status] += 1


@dataclass
class Took:
    """The milliseconds of sign-ins and casts of one rehearsal: p50 and p99."""

    steps: dict[str, tuple[int, int]]


def measure(place: Ground, empty: str, *, say: Callable[[str], None]) -> list[report.Row]:
    """Measure, print what became of the files, and return the rows of the table."""
    database = place.create("hostile", like=empty)
    votes.use(database)
    attacks = _prepare()
    connection.close()
    url = {"DATABASE_URL": place.url(database), "DATABASE_POOL": "on", "BEHIND_PROXY": "on"}
    calm: list[Took] = []
    hostile: list[Took] = []
    sent = Sent()
    with serving("config.wsgi:application", **url) as server:
        say("a rehearsal to warm up")
        rehearse(server, url)
        before = _peaks(server)
        for turn in range(1, TURNS + 1):
            say(f"turn {turn} of {TURNS}: {DELEGATES} delegates vote, in peace and beside hostile files")
            acts: list[Callable[[], None]] = [
                lambda: calm.append(rehearse(server, url)),
                lambda: hostile.append(_beside(server, url, attacks, sent)),
            ]
            for act in acts if turn % 2 else reversed(acts):
                act()
        after = _peaks(server)
        alive = sorted(children(server.pid))
    print("\nanswers to hostile files:")
    for (name, status), times in sorted(sent.answers.items(), key=str):
        print(f"  {name}: {status} × {times}")
    print(f"workers at the end: {len(alive)}; peak of each {after}, before the files {before} (MB)")
    return [
        *(slower(what, calm, hostile, beside="hostile files") for what in calm[0].steps),
        report.Row(
            "peak memory of a web worker after hostile files beside before",
            f"{max(after)} MB",
            f"{max(before)} MB",
            max(after) / max(before),
        ),
    ]


def slower(what: str, calm: list[Took], hostile: list[Took], *, beside: str) -> report.Row:
    """Return how much longer the slowest in a hundred wait."""
    ours, other = (median(took.steps[what][1] for took in each) for each in (hostile, calm))
    name = f"{what} of {DELEGATES} at once beside {beside}, p99, beside in peace"
    return report.at_most(name, f"{ours:.0f} ms", f"{other:.0f} ms", ours / other, MOST_SLOWER)


def rehearse(server: Server, environment: dict[str, str]) -> Took:
    """Play a session; any error of it ends the measuring."""
    url = f"http://127.0.0.1:{server.port}"
    said = run(
        "manage.py",
        "rehearse",
        "--url",
        url,
        "--delegates",
        str(DELEGATES),
        LC_ALL="en_GB.UTF-8",
        **environment,
    )
    if "errors: 0" not in said:
        raise SystemExit(said)
    time.sleep(1.1)  # the next one has another address
    return Took({name: (int(p50), int(p99)) for name, _done, _seconds, p50, p99 in FIGURES.findall(said)})


def _beside(server: Server, environment: dict[str, str], attacks: list[Attack], sent: Sent) -> Took:
    with _attacking(server.port, attacks, sent):
        return rehearse(server, environment)


@contextmanager
def _attacking(port: int, attacks: list[Attack], sent: Sent) -> Iterator[None]:
    """Let everybody send, each as soon as the last answer has come."""
    over = threading.Event()

    def send(place: int, attack: Attack) -> None:
        for number in itertools.count(1):
            if over.is_set():
                return
            network = f"10.{place}.{number // 250 % 250}.{number % 250}"
            try:
                status: int | str = _send(port, attack, network)
            except (OSError, HTTPException) as problem:
                status = type(problem).__name__
            sent.note(f"{attack.files[0][0]} × {len(attack.files)}", status)

    threads = [threading.Thread(target=send, args=each) for each in enumerate(attacks, start=1)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


def _send(port: int, attack: Attack, network: str) -> int:
    """Open the page, fill the form in, send it with its files; return the status."""
    token = secrets.token_hex(16)
    cookie = "; ".join(f"{name}={value}" for name, value in {**attack.cookies, "csrftoken": token}.items())
    headers = {"Cookie": cookie, "X-Forwarded-For": network, "Accept-Language": "en"}
    browser = HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        browser.request("GET", attack.page, headers=headers)
        page = browser.getresponse().read().decode("utf-8", "replace")
        ticket = re.search(r'name="ticket" value="([^"]+)"', page)
        fields = {**attack.more, "csrfmiddlewaretoken": token, "ticket": ticket[1] if ticket else ""}
        kind, body = _multipart(fields, attack.name, attack.files)
        browser.request("POST", attack.page, body, headers | {"Content-Type": kind})
        answer = browser.getresponse()
        answer.read()
        return answer.status
    finally:
        browser.close()


def _multipart(fields: dict[str, str], name: str, files: list[tuple[str, bytes]]) -> tuple[str, bytes]:
    mark = secrets.token_hex(16)
    parts = [
        f"--{mark}\r\nContent-Disposition: form-data; name={json.dumps(key)}\r\n\r\n{value}\r\n".encode()
        for key, value in fields.items()
    ]
    for file, data in files:
        head = f'--{mark}\r\nContent-Disposition: form-data; name="{name}"; filename="{file}"\r\n\r\n'
        parts += [head.encode(), data, b"\r\n"]
    return f"multipart/form-data; boundary={mark}", b"".join([*parts, f"--{mark}--\r\n".encode()])


def _peaks(server: Server) -> list[int]:
    """Return the most that each worker has held since it began, in megabytes."""
    peaks = []
    for pid in children(server.pid):
        text = Path(f"/proc/{pid}/status").read_text()
        match = re.search(r"VmHWM:\s+(\d+) kB", text)
        peaks.append(int(match[1]) * 1024 // MEGABYTE if match else 0)
    return sorted(peaks)[-2:]


def _prepare() -> list[Attack]:
    """Open a call for proposals in a congress of its own; return who sends what there."""
    ours, now = votes.congress(Kind.DEMO), timezone.now()
    unit = Unit.objects.create(congress=ours, name="单位")
    clerk = User.objects.create(username="hostile-clerk", name="clerk", role=Role.CLERK, congress=ours)
    officer = User.objects.create(
        username="hostile-officer", name="officer", role=Role.UNIT, congress=ours, unit=unit
    )
    User.objects.filter(pk__in=[clerk.pk, officer.pk]).update(password_is_initial=False)
    cycle = cycles.create_cycle(by=clerk, at=now, congress=ours, slug="2018", year=2018, seats=10)
    week = timedelta(days=7)
    calls.draft_call(
        cycle=cycle, by=clerk, at=now, text="征集。", criteria="普惠性", out_of_scope="个案", how="填表",
        fields=["教育"], opens_at=now - week, closes_at=now + week,
    )  # fmt: skip
    calls.publish_call(cycle=cycle, by=clerk, at=now)
    lists, propose = f"/{ours.slug}/admin/vote/2018/proposals/import/", f"/{ours.slug}/2018/propose/"
    at_clerk, at_officer = signed_in(clerk).cookies, signed_in(officer).cookies
    text = {"title": "建公厕", "content": "河边没有公厕。"}
    pictures = [(f"picture-{place}.png", hostile_files.picture_bomb()) for place in range(5)]
    papers = [("tree.pdf", hostile_files.page_tree_bomb()), ("packed.pdf", hostile_files.packed_bomb())]
    return [
        *(
            Attack(lists, "file", [(f"{name}.xlsx", data)], at_clerk, {"do": "upload"})
            for name, data in (
                ("far-cell", hostile_files.far_cell()),
                ("far-column", hostile_files.far_column()),
                ("strings", hostile_files.string_bomb()),
            )
        ),
        Attack(propose, "attachments", pictures, at_officer, text),
        Attack(propose, "attachments", pictures, {}, text),
        Attack(propose, "attachments", papers, at_officer, text),
        Attack(propose, "attachments", papers, {}, text),
        *_scans(),
    ]


def _scans() -> list[Attack]:
    """Load the town whose paper ballots lie in the box; return who sends what in the place of scanned sheets."""
    load_towns(PAPER_TOWN, at=timezone.now(), keep=lambda _loaded, _people: None)
    clerk = User.objects.get(username="bing-clerk")
    User.objects.filter(pk=clerk.pk).update(password_is_initial=False)
    at_clerk, more = signed_in(clerk).cookies, {"do": "scan", "first": "1", "last": "20"}
    page = "/bing/admin/vote/2027/paper/scans/"
    files = {
        "jbig2.pdf": hostile_files.scan_bomb(filters=b"/JBIG2Decode"),
        "layered.pdf": hostile_files.scan_bomb(pictures=3),
        "pages.pdf": hostile_files.scan_bomb(pages=1000),
        "packed.pdf": hostile_files.packed_bomb(),
        "points.png": hostile_files.picture_bomb(10_000, 10_000),
    }
    return [Attack(page, "pages", [each], at_clerk, more) for each in files.items()]
