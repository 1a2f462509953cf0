"""A database of every release opens, shows, recounts and holds together in this one (TRUST.md F40).

Guards ``voting.evidence`` and ``voting.count.formats``. The dumps are made by ``python -m tests.dump``.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from tests.dump import DUMPS
from tests.pages import text_of
from voting.domain.core.journal import first_break
from voting.evidence.installed import differences
from voting.models import Cycle, Notice, Round, SlateReport
from voting.recount.__main__ import recount_text

PAGES = (
    "/", "/2018/", "/2018/result/", "/2018/rules/", "/2018/notice/", "/2018/report/", "/2018/minutes/", "/2018/screen/",
    "/2018/projects/1/", "/2018/urn.txt", "/2018/result.csv", "/2018/result.xlsx", "/2018/result.json",
    "/2018/delivery/", "/2018/delivery/1/", "/2018/breakdown/", "/2018/quarters/1/", "/2018/feed.atom",
    "/2018/recount.json", "/2019/slate-report/", "/2019/deliberation/", "/api/v1/cycles/2018/projects/",
)  # fmt: skip


@pytest.fixture(params=sorted(DUMPS.glob("*.sql.gz")), ids=lambda path: path.name.removesuffix(".sql.gz"))
def dumped(request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker) -> Iterator[Path]:
    """Stand in the database of that release, as it was dumped."""
    text = gzip.decompress(request.param.read_bytes()).decode()
    with django_db_blocker.unblock():
        here = connection.settings_dict["NAME"]
        there = f"{here}_older"
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{there}"')
            cursor.execute(f'CREATE DATABASE "{there}"')
        connection.close()
        connection.settings_dict["NAME"] = there
        try:
            with connection.cursor() as cursor:
                cursor.execute(text)
            connection.close()  # the dump leaves a search path behind
            yield request.param
        finally:
            connection.close()
            connection.settings_dict["NAME"] = here
            with connection.cursor() as cursor:
                cursor.execute(f'DROP DATABASE "{there}"')


@pytest.fixture
def older(dumped: Path) -> Path:
    """Bring that database up to date as a server is."""
    call_command("migrate", verbosity=0, interactive=False)
    return dumped


def test_there_is_a_dump():
    assert list(DUMPS.glob("*.sql.gz"))


def test_a_database_of_an_older_release_opens_shows_and_recounts(older: Path):
    assert Notice.objects.exists()
    assert Round.objects.exists()
    assert SlateReport.objects.exists()
    for prefix in ("", "/en"):
        for page in PAGES:
            answer = Client().get(page if page.startswith("/api/") else prefix + page)
            assert answer.status_code == 200, page
    assert "第1项目" in text_of(Client().get("/2018/result/"))
    report = recount_text(Client().get("/2018/recount.json").content.decode())
    assert report.agrees, json.dumps(report.to_dict(), ensure_ascii=False)
    for cycle in Cycle.objects.all():
        assert first_break(cycle) is None
    assert differences(connection) == []


def applied() -> list[tuple[str, str]]:
    return sorted(MigrationRecorder(connection).applied_migrations())


@pytest.mark.usefixtures("dumped")
def test_while_a_vote_is_open_nothing_is_migrated(monkeypatch: pytest.MonkeyPatch):
    """Guards ``voting.management.database_version``."""
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    before = applied()
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE voting_round SET status = 'open'")
        cursor.execute("UPDATE voting_cycle SET kind = 'official'")
    connection.close()
    with pytest.raises(CommandError, match=r"^The vote of 201[89] is open\. Nothing was changed"):
        call_command("migrate", verbosity=0, interactive=False)
    assert applied() == before
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE voting_round SET status = 'published'")
    connection.close()
    call_command("migrate", verbosity=0, interactive=False)
    assert len(applied()) > len(before)
    assert Notice.objects.exists()
