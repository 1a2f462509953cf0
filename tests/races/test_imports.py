"""Two people confirm at once: a list is taken in once, whether they confirm one file or each their own of the same.

Guards ``voting.domain.core.imports``.
"""

from __future__ import annotations

from functools import partial

import pytest

from accounts.models import StagedFile
from tests.importing import WORLDS
from tests.races.crowd import at_once
from voting.domain.core.imports import NotStaged
from voting.domain.core.journal import first_break

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("model", WORLDS)
@pytest.mark.parametrize("files", [1, 2])
def test_of_two_who_confirm_at_once_one_is_refused(model: type[StagedFile], files: int):
    world = WORLDS[model]()
    staged = [world.staged(person=person) for person in range(files)]
    before = world.made()
    results = at_once([partial(world.applied, staged[person % files], person) for person in range(2)])
    [refusal] = [each for each in results if isinstance(each, Exception)]
    assert type(refusal) is (NotStaged if files == 1 else world.too_late)
    assert world.made() == before + 1
    assert first_break(world.cycle) is None
