"""Every import in one world: two people, a change between, twice, a stranger, nothing, a fault: nothing half saved.

Guards ``voting.domain.core.imports``.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.utils.translation import override

from accounts.models import FileStatus, StagedFile
from tests.factories import CongressFactory
from tests.importing import WORLDS, World
from tests.security.test_crawl import database
from voting.domain.core import imports
from voting.domain.core.imports import CannotUndo, FaultyRows, FileRefused, NotStaged
from voting.domain.core.refusals import Refused
from voting.foreign.apart import answer_of
from voting.foreign.tables import NotATable
from voting.models import Cycle, JournalEntry

pytestmark = pytest.mark.django_db


@pytest.fixture(params=WORLDS, ids=lambda model: model.__name__)
def world(request: pytest.FixtureRequest) -> World:
    world = WORLDS[request.param]()
    assert world.way.model is request.param
    return world


def refuses(refusal: type[Refused], act: Callable[[], object]) -> None:
    """See that an act is refused with a sentence in both languages, and leaves every row as it was."""
    before = database()
    with pytest.raises(refusal) as refused:
        act()
    assert database() == before
    sentences = []
    for language in ("zh-hans", "en"):
        with override(language):
            sentences.append(str(refused.value))
    assert sentences[0] != sentences[1]
    assert sentences[0].endswith("。")


def test_every_kind_of_staged_file_has_its_world():
    staged = {model for model in apps.get_models() if issubclass(model, StagedFile)}
    assert staged == set(WORLDS)


def test_a_list_is_taken_in_by_the_person_who_confirms_and_the_file_is_not_kept(world: World):
    file, before = world.staged(), world.made()
    assert world.made() == before, "a preview makes nothing"
    world.applied(file, person=1)
    assert world.made() == before + 1
    file.refresh_from_db()
    assert (file.status, bytes(file.content), file.uploaded_by) == (
        FileStatus.APPLIED, b"", world.people[0],
    )  # fmt: skip
    [entry] = JournalEntry.objects.filter(act=world.way.act)
    assert (entry.actor, entry.at) == (world.people[1], world.at)
    assert (entry.data["file"], entry.data["digest"]) == (file.file_name, imports.digest_of(world.good))
    assert world.way.imported_at(world.good, cycle=world.cycle) == world.at


def test_a_file_is_opened_before_anything_is_locked(world: World, monkeypatch: pytest.MonkeyPatch):
    """Its child may take a minute; whoever waits for the locks would wait with it."""
    file = world.staged()
    depths: list[int] = []
    monkeypatch.setattr(
        "voting.foreign.tables.answer_of",
        lambda *asked: depths.append(len(connection.savepoint_ids)) or answer_of(*asked),
    )
    world.applied(file)
    assert depths == [len(connection.savepoint_ids)]


def test_a_file_that_changed_while_it_was_opened_is_not_taken_in(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    file = world.staged()
    held = world.way.hold

    def meanwhile(cycle: Cycle) -> object:
        type(file).objects.filter(pk=file.pk).update(content=world.faulty)
        return held(cycle)

    monkeypatch.setitem(vars(world.way), "hold", meanwhile)
    with pytest.raises(NotStaged):
        world.applied(file)


def test_of_one_list_that_two_people_staged_the_second_is_refused(world: World):
    first, second = world.staged(person=0), world.staged(person=1)
    world.applied(first)
    refuses(world.too_late, lambda: world.applied(second, person=1))


def test_what_was_changed_in_between_is_not_written_over(world: World):
    file = world.staged()
    world.change()
    refuses(world.changed, lambda: world.applied(file))


def test_a_list_is_applied_once(world: World):
    file = world.staged()
    world.applied(file)
    refuses(NotStaged, lambda: world.applied(file, person=1))
    refuses(NotStaged, lambda: world.drop(file))


def test_a_dropped_list_is_gone(world: World):
    file = world.staged()
    world.drop(file)
    file.refresh_from_db()
    assert (file.status, bytes(file.content)) == (FileStatus.DROPPED, b"")
    refuses(NotStaged, lambda: world.drop(file))
    refuses(NotStaged, lambda: world.applied(file))


def test_a_file_of_another_year_or_kind_is_no_staged_one(world: World):
    file = world.staged()
    elsewhere = type(world.cycle)(pk=world.cycle.pk + 1, congress=CongressFactory(kind="demo"))
    refuses(NotStaged, lambda: world.way.drop(file, cycle=elsewhere))


@pytest.mark.parametrize("act", ["apply", "drop"])
def test_a_person_who_may_not_import_does_nothing_with_a_list_of_others(world: World, act: str):
    file = world.staged()
    client = Client()
    client.force_login(world.stranger)
    before = database()
    answer = client.post(world.page, {"do": act, "staged": file.pk})
    assert answer.status_code in {403, 404}
    assert database() == before


@pytest.mark.parametrize("content", [b"\n", b"PK\x03\x04", "甲\n1\n".encode()])
def test_a_file_of_nothing_is_not_staged(world: World, content: bytes):
    refuses(FileRefused, lambda: world.staged(content))


def test_one_faulty_row_keeps_the_whole_list_out(world: World):
    file = world.staged(world.faulty)
    refuses(FaultyRows, lambda: world.applied(file))
    file.refresh_from_db()
    assert file.status == FileStatus.STAGED, "it can still be confirmed without the row, or dropped"


def test_an_import_is_undone_once_where_it_can_be(world: World):
    if world.undo is None:
        assert FileStatus.UNDONE not in dict(world.way.model._meta.get_field("status").choices)
        return
    before, file = world.made(), world.staged()
    refuses(CannotUndo, lambda: world.undo(file, **world.acting(0)))
    world.applied(file)
    world.undo(file, **world.acting(1))
    assert world.made() == before
    refuses(CannotUndo, lambda: world.undo(file, **world.acting(1)))


@pytest.mark.parametrize("code", imports.WHOLE_FILE)
def test_whatever_is_wrong_with_a_whole_file_is_said_in_both_languages(code: str):
    refusal = FileRefused(NotATable(code, "x"), wanted="甲", most=20_000)
    with override("en"):
        english = str(refusal)
    assert "%" not in english
    assert english != str(refusal)
    if code == "too_many_rows":
        assert english == "The file has more than 20 000 rows."
