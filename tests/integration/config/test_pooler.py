"""PgBouncer in transaction mode stands before the database: nothing counts on getting the same connection again.

Guards ``config.settings`` (``DATABASE_POOL=off``) and ``accounts.prepared``.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from django.conf import settings
from django.db import connection

pytestmark = pytest.mark.django_db(transaction=True)

#: So few connections of the server serve everybody.
SIZE = 4
#: Eight at once read long lists in parts, a cursor each.
READERS = """
import threading
import django
django.setup()
from django.contrib.auth.models import Permission
wanted, came = Permission.objects.count(), []
def read():
    for _turn in range(20):
        came.append(sum(1 for _row in Permission.objects.order_by("pk").iterator(chunk_size=5)))
threads = [threading.Thread(target=read) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
assert came == [wanted] * 160, (wanted, came)
"""


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


@pytest.fixture
def pooled(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Return the environment of a program that reaches the test's database through PgBouncer."""
    program = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
    if not program:
        pytest.skip(
            "PgBouncer is wanted here: apt-get install pgbouncer"
        )  # in continuous integration, a failure
    known, port = connection.settings_dict, free_port()
    place = f"host={known['HOST']} port={known['PORT']} user={known['USER']}"
    place += f" password={known['PASSWORD']}" if known["PASSWORD"] else ""
    file = tmp_path / "pgbouncer.ini"
    file.write_text(
        f"[databases]\n* = {place}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n"
        f"auth_type = any\npool_mode = transaction\ndefault_pool_size = {SIZE}\n"
    )
    # It does not run as root; the test's database is reached by whoever runs the embedded server.
    as_other = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}
    for directory in (tmp_path, *tmp_path.parents[:2]):
        directory.chmod(directory.stat().st_mode | 0o055)
    process = subprocess.Popen([program, "-q", str(file)], **as_other)
    try:
        for _attempt in range(100):
            with socket.socket() as attempt:
                if attempt.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield os.environ | {
            "DATABASE_URL": f"postgresql://anybody@127.0.0.1:{port}/{known['NAME']}",
            "DATABASE_POOL": "off",
            "PIAOJUE_VAR": str(tmp_path / "var"),
            "SECRET_KEY": settings.SECRET_KEY,
            "SECOND_FACTOR": "optional",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "LC_ALL": "C.UTF-8",
        }
    finally:
        process.terminate()
        process.wait(timeout=10)


@pytest.fixture
def url(pooled: dict[str, str]) -> Iterator[str]:
    """Serve the site as in production, behind the pooler."""
    run(pooled, "manage.py", "collectstatic", "--no-input", "-v0")
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--workers",
        "2",
        "--blocking-threads",
        "8",
    ]
    process = subprocess.Popen(
        [*command, "--host", "127.0.0.1", "--port", str(port), "config.wsgi:application"],
        env=pooled, cwd=settings.BASE_DIR,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        for _attempt in range(150):
            try:
                httpx.get(f"{address}/healthz").raise_for_status()
                break
            except httpx.HTTPError:
                time.sleep(0.1)
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)


def run(environment: dict[str, str], *words: str) -> str:
    done = subprocess.run(
        [sys.executable, *words],
        env=environment,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


def test_a_whole_session_comes_out_right_behind_a_pooler_of_transactions(pooled: dict[str, str], url: str):
    """Sign-in, cast, count, certification and publication; then everything is held against everything."""
    heard = run(pooled, "manage.py", "rehearse", "--url", url, "--delegates", "24", "--in-one-go")
    assert "errors: 0" in heard
    assert "roll marked = urn = count: 24 = 24 = 24" in heard
    # The role of the tests is a superuser, which the third check says; all else holds.
    verified = subprocess.run(
        [sys.executable, "manage.py", "verify", "--no-record"],
        env=pooled, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False,
    )  # fmt: skip
    lines = re.findall(r"^ ?(\d+)/12 (holds|DAMAGED)", verified.stdout, re.MULTILINE)
    assert [number for number, word in lines if word == "holds"] == ["1", "2", *map(str, range(4, 13))]


def test_long_lists_are_read_in_parts_behind_a_pooler_of_transactions(pooled: dict[str, str]):
    run(pooled, "-c", READERS)
