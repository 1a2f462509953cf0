"""While delegates are imported, which may take minutes: residents propose, and nothing is made from half a list.

Guards ``voting.domain.before.rosters``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from accounts.models import User
from tests.autumn import make_autumn
from tests.factories import NOW, make_vote
from tests.races.crowd import at_once
from voting.domain.before import proposals, reading_slips, rosters
from voting.domain.vote import rolls
from voting.models import Cycle

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = "代表证号,姓名,代表团\nN1,甲,一\nN2,乙,一\n".encode()


@contextmanager
def importing(cycle: Cycle, by: User) -> Iterator[None]:
    """Stand in the middle of an import: its rows are written, its transaction is open."""
    acting: dict[str, Any] = {"by": by, "at": NOW}
    staged = rosters.finish(
        rosters.stage(cycle=cycle, file_name="名单.csv", content=PEOPLE, mode="append", **acting)
    )
    steps = rosters.apply(cycle=cycle, staged=staged, **acting)
    assert next(steps) == (2, 2)
    try:
        yield
    finally:
        rosters.finish(steps)


def soon(act: Callable[[], object]) -> object:
    """Do something that may wait for others no longer than a moment."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '500ms'")
        return act()


def test_a_proposal_does_not_wait_for_an_import():
    autumn = make_autumn(until="call")
    ticket = proposals.new_ticket()
    fields = {"title": "一", "content": "二"}
    submit = partial(proposals.submit, cycle=autumn.cycle, ticket=ticket, at=autumn.at, fields=fields)
    with importing(autumn.cycle, autumn.clerk):
        [submitted] = at_once([partial(soon, submit)])
    assert not isinstance(submitted, Exception), submitted
    assert submitted[0].number == 1


@pytest.mark.parametrize("verb", [rolls.freeze_roll, reading_slips.issue_reading_slips])
def test_what_is_made_from_the_list_waits_for_an_import(verb: Callable[..., object]):
    vote = make_vote(until="adopted", delegates=3)
    act = partial(verb, cycle=vote.cycle, by=vote.clerk, at=vote.later())
    with importing(vote.cycle, vote.clerk):
        [waited] = at_once([partial(soon, act)])
    assert isinstance(waited, OperationalError), waited
    soon(act)


def test_the_lists_of_two_years_are_one_list():
    vote, autumn = make_vote(until="adopted", delegates=3), make_autumn(until="call")
    assert vote.cycle.kind == autumn.cycle.kind
    with importing(autumn.cycle, autumn.clerk):
        [waited] = at_once(
            [partial(soon, partial(rolls.freeze_roll, cycle=vote.cycle, by=vote.clerk, at=NOW))]
        )
    assert isinstance(waited, OperationalError), waited
