"""``deploy/recovery.md``, its commands one after the other on a server of their own: restored to a moment in mid-vote,
everything holds, and the vote goes on.

Guards ``deploy/recovery.md`` and ``voting.evidence``.
"""

from __future__ import annotations

import json
import os
import pwd
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from config.database.embedded import find_programs

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "deploy" / "recovery.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
#: Opens a vote and prints its slips; or lets some of its delegates cast, and prints what each was told.
PLAY = """
import json, re, sys
import django
django.setup()
from django.test import Client
from benchmarks.drills.vote import check, prepare
from voting.management.hall.delegate import cast_fields
do, text = sys.argv[1], sys.stdin.read()
def cast(place, number, code):
    browser = Client()
    page = browser.post(f"/{place}/enter/", {"number": number, "code": code}, follow=True).content.decode()
    ticket = re.search(r'name="ticket" value="([^"]+)"', page)
    if not ticket:
        return "IN" if "您的表决票已投入票箱" in page else "?" + page[:2000]
    fields = {"ticket": ticket[1], "mark": [str(n) for n in range(1, 11)]}
    page = browser.post(f"/{place}/ballot/review/", fields, follow=True).content.decode()
    page = browser.post(f"/{place}/ballot/cast/", cast_fields(page), follow=True).content.decode()
    receipt = re.search(r"(?:[0-9A-Z]{4}-){7}[0-9A-Z]{4}", page)
    return receipt[0] if receipt else "?" + page[:2000]
if do == "prepare":
    answer = prepare(9)
elif do == "check":
    answer = check(json.loads(text))
else:
    vote = json.loads(text)
    answer = {number: cast(vote["place"], number, vote["codes"][number]) for number in vote["codes"]}
print(json.dumps(answer))
"""


class Server:
    """A machine as the page has it: its paths stand in a directory, its ``sudo`` and ``systemctl`` know one server."""

    def __init__(self, base: Path) -> None:
        self.base, self.programs = base, find_programs()
        self.data = base / "main"
        as_root = os.geteuid() == 0
        self.account = "nobody" if as_root else pwd.getpwuid(os.geteuid()).pw_name
        as_user = "exec setpriv --reuid=nobody --regid=nogroup --clear-groups" if as_root else "exec"
        self.environment = {
            "PATH": f"{base / 'bin'}:{self.programs}:{os.defpath}", "LC_ALL": "C.UTF-8", "TZ": "UTC",
            "PGHOST": str(base), "PGUSER": "postgres", "PGPORT": "5432",
        }  # fmt: skip
        (base / "bin").mkdir()
        self._program("sudo", f'shift 2\ncd {base}\n{as_user} "$@"')
        options = f"-c listen_addresses= -c unix_socket_directories={base} -c fsync=off"
        control = f"sudo -u postgres pg_ctl -s -w -D {self.data}"
        self._program(
            "systemctl",
            'case "$*" in *postgresql*) ;; *) exit 0;; esac\n'
            f'[ "$1" = start ] || {control} -m immediate stop || exit 1\n'
            f'[ "$1" = stop ] || {control} -l {base}/log -o "{options}" start',
        )
        self._program(
            "manage",
            f"set -a; . {base}/piaojue.env; set +a; export DJANGO_SETTINGS_MODULE=config.settings\n"
            'if [ "$1" = --owner ]; then shift; DATABASE_URL=$OWNER_URL; fi\n'
            f'exec {sys.executable} manage.py "$@"',
        )
        if as_root:
            shutil.chown(base, "nobody", "nogroup")
        self.sh(
            f"sudo -u postgres initdb -D {self.data} -U postgres -E UTF8 --no-locale --auth=trust >/dev/null"
        )
        self.sh("systemctl start postgresql")

    def _program(self, name: str, text: str) -> None:
        file = self.base / "bin" / name
        file.write_text(f"#!/bin/sh\n{text}\n")
        file.chmod(0o755)

    def sh(self, text: str, **environment: str) -> str:
        """Run commands of the page, with this machine's paths in them."""
        for there, here in {
            "/var/lib/postgresql/15": str(self.base), "/var/backups": str(self.base / "backups"),
            "/etc/piaojue.env": str(self.base / "piaojue.env"), "deploy/manage": str(self.base / "bin" / "manage"),
        }.items():  # fmt: skip
            text = text.replace(there, here)
        done = subprocess.run(
            ["sh", "-euc", text],
            cwd=ROOT,
            env=self.environment | environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{text}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        return done.stdout

    def ask(self, statement: str) -> Any:
        with psycopg.connect(
            host=str(self.base), user="postgres", dbname="piaojue", autocommit=True
        ) as server:
            row = server.execute(statement).fetchone()
        return row and row[0]

    def play(self, what: str, given: object = None) -> Any:
        """Run ``PLAY`` with the settings of the page."""
        return json.loads(
            subprocess.run(
                [sys.executable, "-c", PLAY, what], cwd=ROOT, input=json.dumps(given), text=True, check=True,
                env=self.environment | self.settings(), stdout=subprocess.PIPE,
            ).stdout
        )  # fmt: skip

    def settings(self) -> dict[str, str]:
        lines = (self.base / "piaojue.env").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines) | {"DJANGO_SETTINGS_MODULE": "config.settings"}


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    base = tmp_path_factory.mktemp("r")
    for place in (base, *base.parents[:2]):
        place.chmod(0o755)
    machine = Server(base)
    try:
        yield machine
    finally:
        machine.sh("systemctl stop postgresql || true")


def fill(server: Server) -> None:
    """Make the database as ``deploy/README.md`` does, and the settings of the site."""
    server.sh(
        "createuser piaojue_owner; createuser piaojue; createdb --owner piaojue_owner --encoding UTF8 piaojue"
    )
    server.sh("psql -q piaojue < deploy/roles.sql")
    address = f"postgresql://%s@/piaojue?host={server.base}"
    (server.base / "piaojue.env").write_text(
        f"DATABASE_URL={address % 'piaojue'}\nOWNER_URL={address % 'piaojue_owner'}\n"
        f"SECRET_KEY={'recovery' * 8}\nPIAOJUE_VAR={server.base / 'var'}\n"
        "ALLOWED_HOSTS=testserver\nDEBUG=on\n"
    )
    (server.base / "backups").mkdir(mode=0o777)
    (server.base / "backups").chmod(0o777)
    server.sh("deploy/manage --owner migrate --verbosity 0")


def test_the_page_restores_to_a_moment_in_mid_vote_and_the_vote_goes_on(server: Server):
    archive, base, restore, after, dump = BLOCKS
    fill(server)
    server.sh(archive)
    vote = server.play("prepare")
    server.sh(base)
    numbers = sorted(vote["codes"])

    def cast(some: list[str]) -> dict[str, str]:
        return server.play("cast", {**vote, "codes": {number: vote["codes"][number] for number in some}})

    early = cast(numbers[:3])
    moment = str(server.ask("SELECT clock_timestamp()"))
    time.sleep(0.1)
    late = cast(numbers[3:6])
    server.ask("SELECT pg_switch_wal()")
    wait_for_archive(server)
    server.sh(re.sub(r"^MOMENT=.*", f"MOMENT='{moment}'", restore, flags=re.MULTILINE))
    assert "Everything holds." in server.sh(after, LC_ALL="C.UTF-8")
    assert server.play("check", list(early.values())) == {"marked": 3, "urn": 3, "lost": 0}
    assert server.play("check", list(late.values()))["lost"] == 3
    again = cast(numbers)
    assert [again[number] for number in numbers[:3]] == ["IN"] * 3, "who is in the urn is told so"
    receipts = [*early.values(), *(again[number] for number in numbers[3:])]
    assert server.play("check", receipts) == {"marked": 9, "urn": 9, "lost": 0}
    # … and the dump that was made before the opening opens where there is nothing.
    server.sh("dropdb --force piaojue; dropuser piaojue; dropuser piaojue_owner")
    assert "Everything holds." in server.sh(dump)
    assert server.play("check", []) == {"marked": 0, "urn": 0, "lost": 0}


def wait_for_archive(server: Server) -> None:
    """Wait until everything is in the archive that was written until now."""
    last = server.ask("SELECT pg_walfile_name(pg_current_wal_lsn() - 1)")
    for _attempt in range(200):
        if server.ask("SELECT last_archived_wal FROM pg_stat_archiver") >= last:
            return
        time.sleep(0.1)
    pytest.fail("nothing was archived")
