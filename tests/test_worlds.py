"""Guards ``tests.worlds``: a world put back is the world that was made, and no test sees what another did to it."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

import pytest
from django.db import transaction

from accounts.models import Congress, Unit
from tests import worlds
from tests.autumn import make_autumn
from tests.factories import UnitFactory, draft_cycle, make_vote
from tests.security.test_crawl import database
from tests.spring import make_spring
from tests.worlds import UNCALLED
from voting.domain.core.journal import first_break
from voting.models import Cycle, RollEntry
from voting.states import Stage

T = TypeVar("T")


@contextmanager
def rolled_back() -> Iterator[None]:
    """Do as the end of a test does."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "make",
    [
        lambda: make_vote(until="published", delegates=3, ballots=[[1]] * 3, slug="kept"),
        lambda: make_spring(slug="kept"),
        lambda: make_autumn(until="confirmed", slug="kept"),
    ],
    ids=["vote", "spring", "autumn"],
)
def test_a_world_put_back_is_row_by_row_the_one_that_was_made(make: Callable[[], T]):
    for _time in range(2):
        with rolled_back():
            make()
            made = database()
    with rolled_back():
        world = make()
        assert database() == made
        Congress.objects.update(name="改过")
        world.cycle.congress.name = "改过"
    again = make()
    assert database() == made, "what was done to the last one is gone"
    assert again.cycle.congress.name != "改过"
    assert first_break(again.cycle) is None


@pytest.mark.django_db
@pytest.mark.parametrize("turn", [1, 2, 3])
def test_every_test_begins_with_an_urn_in_which_nothing_is(turn: int):
    vote = make_vote(until="open", delegates=2, slug="turns")
    assert RollEntry.objects.filter(voted=True).count() == 0
    assert vote.receipts == []
    vote.cast(0, [turn])
    vote.run("closed")
    assert vote.round.seal.ballots == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2, 3])
def test_so_does_every_test_whose_transactions_end(turn: int):
    vote = make_vote(until="open", delegates=2, slug="turns")
    assert RollEntry.objects.filter(voted=True).count() == 0
    vote.cast(0, [turn])
    vote.run("closed")
    assert vote.round.seal.ballots == 1


@pytest.mark.django_db
def test_a_world_beside_other_rows_is_made_by_the_verbs_and_not_kept():
    keys = set()
    for _time in range(3):
        with rolled_back():
            UnitFactory(name="先来的")
            keys.add(make_vote(until="drafted", delegates=1, slug="beside").cycle.pk)
    assert len(keys) == 3
    with rolled_back():
        make_vote(until="drafted", delegates=1, slug="beside")
        assert not Unit.objects.exists()


@pytest.mark.django_db
def test_other_arguments_are_another_world():
    stages = set()
    for until in ("drafted", "open", "drafted", "open", "drafted", "open"):
        with rolled_back():
            stages.add((until, make_vote(until=until, delegates=1, slug="either").cycle.stage))
    assert stages == {("drafted", Stage.DELIBERATION), ("open", Stage.VOTING)}


@pytest.mark.django_db
def test_no_world_calls_what_a_test_may_put_aside_before_it_is_made(monkeypatch):
    for module, name in UNCALLED:
        monkeypatch.setattr(importlib.import_module(module), name, None)
    assert not worlds.patched()
    for make in (partial(make_vote, until="published", ballots=[[1]] * 3), make_spring, make_autumn):
        with rolled_back():
            make(slug="uncalled")
    monkeypatch.setattr(worlds, "UNCALLED", set())
    assert worlds.patched()


@pytest.mark.django_db
def test_no_world_is_kept_that_was_made_while_something_stood_in_the_place_of_the_code(monkeypatch):
    def seats() -> int:
        with rolled_back():
            return make_vote(until="drafted", slug="patched").cycle.seats

    def fewer(**how: Any) -> Cycle:
        return draft_cycle(**how | {"seats": 3})

    monkeypatch.setattr("tests.factories.draft_cycle", fewer)
    assert [seats() for _time in range(3)] == [3, 3, 3]
    monkeypatch.undo()
    assert [seats() for _time in range(3)] == [10, 10, 10]
    monkeypatch.setattr("tests.factories.draft_cycle", fewer)
    assert seats() == 3, "nor is one taken that was kept before"
