"""F3, F4, F6: the web workers are killed while people vote. Every acknowledged ballot is there, and the retry of
everybody else is answered with the truth.

Guards ``voting.domain.vote.ballots``.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import httpx
import psutil
import pytest
from django.conf import settings

from accounts.roles import Kind
from tests.factories import Vote, make_vote
from voting.domain.vote import receipts
from voting.management.hall.delegate import cast_fields
from voting.models import RollEntry, SealedBallot

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = 24
GRANIAN = [
    sys.executable,
    "-m",
    "granian",
    "--interface",
    "wsgi",
    "--workers",
    "2",
    "--respawn-failed-workers",
]


@pytest.fixture
def vote(transactional_db: None) -> Vote:
    return make_vote(delegates=PEOPLE, kind=Kind.DEMO)


@pytest.fixture
def server(vote: Vote, database_url: str, tmp_path: Path) -> Iterator[tuple[str, psutil.Process]]:
    """Serve the site as in production, on the test's database."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {
        "DATABASE_URL": database_url,
        "PIAOJUE_VAR": str(tmp_path),
        "SECRET_KEY": settings.SECRET_KEY,
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    collect = [sys.executable, "manage.py", "collectstatic", "--no-input", "-v0"]
    subprocess.run(collect, env=environment, cwd=settings.BASE_DIR, check=True)
    command = [*GRANIAN, "--host", "127.0.0.1", "--port", str(port), "config.wsgi:application"]
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(command, env=environment, cwd=settings.BASE_DIR)
    try:
        wait_for(url)
        yield url, psutil.Process(process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)


def wait_for(url: str) -> None:
    for _ in range(150):
        try:
            if httpx.get(f"{url}/healthz").status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
    pytest.fail("the server does not answer")


class Voter:
    """A delegate with a slip and a browser."""

    def __init__(self, url: str, number: str, code: str) -> None:
        self.url, self.number, self.code = url, number, code
        self.receipt = ""
        self.told = ""

    def vote(self) -> None:
        """Sign in and cast; keep the receipt, or the sentence that a ballot is in the urn already."""
        with httpx.Client(base_url=self.url, follow_redirects=True, timeout=10) as browser:
            browser.get("/enter/")
            slip = {"number": self.number, "code": self.code}
            ballot = self._post(browser, "/enter/", slip)
            ticket = re.search(r'name="ticket" value="([^"]+)"', ballot)
            if ticket:
                choice = {"ticket": ticket[1], "mark": [str(n) for n in range(1, 11)]}
                review = self._post(browser, "/ballot/review/", choice)
                ballot = (
                    self._post(browser, "/ballot/cast/", cast_fields(review))
                    if "sealed" in review
                    else review
                )
            self.told = ballot
            groups = re.search(r"([0-9A-Z]{4}-){7}[0-9A-Z]{4}", ballot)
            self.receipt = (
                groups[0] if groups else "".join(re.findall(r"<span[^>]*>([0-9A-Z]{4})</span>", ballot))
            )

    @staticmethod
    def _post(browser: httpx.Client, path: str, data: dict[str, object]) -> str:
        token = browser.cookies["csrftoken"]
        answer = browser.post(path, data={"csrfmiddlewaretoken": token, **data})
        return answer.text

    def vote_or_lose_the_line(self) -> None:
        try:
            self.vote()
        except httpx.HTTPError:
            self.told = ""


def test_f3_f6_killed_workers_lose_no_acknowledged_ballot_and_a_retry_tells_the_truth(vote, server):
    url, master = server
    voters = [Voter(url, number, code) for number, code in vote.codes.items()]
    threads = [threading.Thread(target=voter.vote_or_lose_the_line) for voter in voters]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 30
    while SealedBallot.objects.count() < PEOPLE // 4 and time.monotonic() < deadline:
        time.sleep(0.01)
    for worker in master.children():
        worker.kill()
    for thread in threads:
        thread.join(timeout=60)
    wait_for(url)
    acknowledged = [voter for voter in voters if voter.receipt]
    assert len(acknowledged) < PEOPLE, "no worker was killed in the middle of anything"
    stored = {receipts.friendly(digest) for digest in digests()}
    assert {voter.receipt for voter in acknowledged} <= stored
    assert RollEntry.objects.filter(voted=True).count() == len(stored)
    for voter in voters:
        if not voter.receipt:
            was_in_urn = RollEntry.objects.get(number=voter.number).voted
            voter.vote()
            assert bool(voter.receipt) is not was_in_urn
            if was_in_urn:
                assert "您的表决票已在票箱" in voter.told
    assert SealedBallot.objects.count() == RollEntry.objects.filter(voted=True).count() == PEOPLE


def digests() -> list[str]:
    return [sha256(bytes(blob)).hexdigest() for blob in SealedBallot.objects.values_list("blob", flat=True)]
