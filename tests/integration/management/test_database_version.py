"""A database whose migrations were squashed away has nothing to apply, and yet cannot be read: every way in says so.

Guards ``voting.management.database_version``, ``voting.management.taken_addresses`` and
``voting.management.terminal_language``.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import nullcontext

import pytest
from django.apps import apps
from django.core.management import ManagementUtility, call_command
from django.core.management.base import CommandError, SystemCheckError
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from accounts.roles import Kind
from tests.factories import make_vote
from voting.management.commands.demo import Command as Demo
from voting.management.database_version import require_no_open_round, require_tables
from voting.management.seeds.loading import Point
from voting.management.seeds.next_year import NextPoint
from voting.management.taken_addresses import unshadowed_addresses

pytestmark = pytest.mark.django_db

SENTENCE = "This database was made by a version that this one cannot read. Make it anew"


def test_an_address_that_the_site_took_since_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    vote = make_vote(until="drafted", delegates=1, slug="spring")
    assert unshadowed_addresses(databases=["default"]) == []
    words = sorted(["spring", vote.cycle.congress.slug])
    monkeypatch.setattr("voting.management.taken_addresses.RESERVED", frozenset(words))
    with pytest.raises(SystemCheckError, match=", ".join(words)):
        call_command("check", databases=["default"])


@pytest.fixture
def _squashed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    MigrationRecorder(connection).record_applied("voting", "0012_assessment_withdrawn")


WAYS: dict[str, Callable[[], object]] = {
    "migrate": lambda: call_command("migrate", verbosity=0, interactive=False),
    "demo": lambda: Demo(stdout=io.StringIO()).prepare(until=Point.OPEN, next_year=NextPoint.CALL),
    "check": lambda: call_command("check", databases=["default"]),
    "seed": require_tables,
}


@pytest.mark.usefixtures("_squashed")
@pytest.mark.parametrize("way", WAYS)
def test_an_unreadable_database_is_refused_with_a_sentence(way: str):
    with pytest.raises((CommandError, SystemCheckError), match=SENTENCE):
        WAYS[way]()


@pytest.mark.usefixtures("_squashed")
@pytest.mark.parametrize(
    "words", [["migrate"], ["check", "--database", "default"], ["seed"]], ids=lambda words: words[0]
)
def test_at_a_terminal_it_is_a_sentence_and_exit_status_1(
    words: list[str], capsys: pytest.CaptureFixture[str]
):
    with pytest.raises(SystemExit) as ended:
        ManagementUtility(["manage.py", *words]).execute()
    message = f"{ended.value.code}{capsys.readouterr().err}"
    assert SENTENCE in message
    assert ended.value.code == 1 or str(ended.value.code).startswith(
        "piaojue: "
    )  # a text as code is status 1


@pytest.mark.usefixtures("_squashed")
@pytest.mark.parametrize(("place", "told"), [(None, "anew."), ("var", "anew: make demo-reset")])
def test_the_demo_names_how(place: str | None, told: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(connection.settings_dict, "EMBEDDED_IN", place)
    with pytest.raises(CommandError, match=told):
        require_tables()


def test_a_database_of_this_version_is_not_refused():
    for name in ("migrate", "check", "seed"):
        WAYS[name]()


def test_an_open_vote_of_this_version_is_no_hindrance_where_nothing_is_to_be_migrated():
    make_vote(until="open", delegates=2, present=2)
    call_command("migrate", verbosity=0, interactive=False)


@pytest.mark.parametrize(
    ("kind", "refused"), [(Kind.OFFICIAL, True), (Kind.DEMO, False), (Kind.REHEARSAL, False)]
)
def test_a_migration_waits_until_an_official_vote_is_over(
    kind: Kind, refused: bool, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    vote = make_vote(until="open", delegates=2, present=2, kind=kind)
    with pytest.raises(CommandError) if refused else nullcontext() as refusal:
        require_no_open_round(plan=["a migration"], apps=apps)
    assert not refused or str(refusal.value) == (
        f"{vote.cycle.slug} 年度的表决正在进行。未作任何改动:请待表决结束、计票完成后再升级。"
    )
