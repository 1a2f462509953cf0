"""Renew and restart the instances while delegates cast, and say what was refused: ``make deploy-try THEN=renewal``.

Runs where the page of ``deploy/README.md`` was run to its end. A rehearsal lets delegates sign in and cast meanwhile,
and beside it somebody opens a page ten times a second; exit status 1 where one request was refused.
"""

from __future__ import annotations

import itertools
import ssl
import subprocess
import sys
import threading
import time
from http.client import HTTPException, HTTPSConnection

SITE, CERTIFICATE = "vote.example.org", "/etc/ssl/piaojue/fullchain.pem"
SECONDS, PAUSE, OK = 60, 0.1, 200
ACTS = (
    ["systemctl", "reload", "piaojue@*"],
    ["systemctl", "restart", "piaojue@1"],
    ["systemctl", "restart", "piaojue@2"],
)


class Reader(threading.Thread):
    """Somebody who opens the first page again and again."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.done = threading.Event()
        self.answers: list[tuple[float, float, int]] = []

    def run(self) -> None:
        trusted = ssl.create_default_context(cafile=CERTIFICATE)
        while not self.done.wait(PAUSE):
            began = time.monotonic()
            connection = HTTPSConnection(SITE, timeout=30, context=trusted)
            try:
                connection.request("GET", "/")
                status = connection.getresponse().status
            except (OSError, HTTPException):
                status = 0
            finally:
                connection.close()
            self.answers.append((began, time.monotonic(), status))


def main() -> int:
    reader = Reader()
    rehearsal = subprocess.Popen(
        ["/opt/piaojue/deploy/manage", "rehearse", "--url", f"https://{SITE}", "--ca", CERTIFICATE,
         "--in-one-go", "--seconds", str(SECONDS)],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    lines = iter(rehearsal.stdout or ())
    sys.stdout.write(next(lines, ""))
    time.sleep(8)  # the vote is opened
    reader.start()
    for act in ACTS:
        began = time.monotonic()
        subprocess.run(act, check=True)
        sys.stdout.write(f"{time.monotonic() - began:5.1f} s  {' '.join(act)}\n")
    for line in lines:
        sys.stdout.write(line)
    reader.done.set()
    reader.join()
    refused = [status for _began, _ended, status in reader.answers if status != OK]
    ends = [ended for _began, ended, status in reader.answers if status == OK]
    gap = max(later - earlier for earlier, later in itertools.pairwise(ends))
    slowest = max(ended - began for began, ended, _status in reader.answers)
    sys.stdout.write(
        f"pages opened: {len(reader.answers)}, refused: {len(refused)} {sorted(set(refused))}, "
        f"slowest: {slowest:.2f} s, longest time without an answer: {gap:.2f} s\n"
    )
    return 1 if rehearsal.wait() or refused else 0


if __name__ == "__main__":
    sys.exit(main())
