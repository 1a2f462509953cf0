"""Several clerks, or one with two fingers, where nothing of a vote is at stake yet: once, and said; never an error.

Guards ``voting.domain.core.cycles``, ``voting.domain.vote.daybook``, ``voting.admin.core.kept_people`` and
``voting.admin.core.verbs``.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override

from accounts.models import Delegate, Delegation, Unit
from tests.factories import Vote, make_vote
from tests.races.test_desk import TIMES, all_at_once
from voting.admin.core.verbs import VerbPage
from voting.domain.core import cycles
from voting.domain.core.refusals import StepNotAllowed
from voting.domain.vote import rolls, unfreezing
from voting.forms.core.verbs import NotNow
from voting.models import Cycle, JournalEntry
from voting.states import Act

pytestmark = pytest.mark.django_db(transaction=True)

YEAR = {"year": "2030", "seats": "10", "slug": "2030"}
ONCE: list[tuple[str, dict[str, str], int, type[Any], dict[str, Any]]] = [
    ("/admin/new-year/", YEAR, 422, Cycle, {"slug": "2030"}),
    ("/admin/vote/2018/daybook/", {"do": "note", "words": "换班"}, 409, JournalEntry, {"act": Act.NOTE_LEFT}),
    (
        "/admin/vote/2018/daybook/",
        {"do": "incident", "happened": "2018-01-23T09:00", "words": "停电"},
        409,
        JournalEntry,
        {"act": Act.INCIDENT},
    ),
    ("/admin/accounts/unit/add/", {"name": "水务局"}, 422, Unit, {"name": "水务局"}),
    (
        "/admin/accounts/delegation/add/",
        {"name": "新代表团", "position": "9"},
        422,
        Delegation,
        {"name": "新代表团"},
    ),
    ("/admin/accounts/delegate/add/", {"number": "999", "name": "新人"}, 422, Delegate, {"number": "999"}),
]


@pytest.mark.parametrize(("path", "sent", "refused", "model", "row"), ONCE, ids=lambda each: str(each)[:40])
def test_what_is_sent_several_times_at_once_is_kept_once_and_the_others_are_told(
    path: str, sent: dict[str, str], refused: int, model: Any, row: dict[str, Any]
):
    vote = make_vote(until="rolled", delegates=3)
    delegation = str(Delegation.objects.values_list("pk", flat=True)[0])
    codes = all_at_once(vote.clerk, path, sent | {"delegation": delegation})
    assert codes == [302] + [refused] * (TIMES - 1)
    assert model.objects.filter(**row).count() == 1


def test_an_address_that_a_given_up_year_has_is_no_error():
    vote = make_vote(until="drafted", delegates=3)
    away = cycles.create_cycle(
        by=vote.clerk, at=vote.later(), congress=vote.cycle.congress, year=2030, seats=1, slug="x"
    )
    cycles.give_up_year(cycle=away, reason="错", by=vote.clerk, at=vote.later())
    taken = Cycle.every.get(pk=away.pk).slug
    client = Client()
    client.force_login(vote.clerk)
    assert client.post("/admin/new-year/", YEAR | {"slug": taken}).status_code == 422


def unfreeze(vote: Vote) -> None:
    unfreezing.unfreeze_roll(
        round_=vote.round, reason="错", by=vote.clerk, at=vote.later(), second=vote.presiding
    )


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("slips/", {"do": "all", "printed": "", "confirm": "on"}),
        ("check-in/", {"do": "record", "numbers": "001", "presence": "present"}),
        ("roll-changes/", {"do": "exclude", "number": "001", "reason": "x", "confirm": "on"}),
        ("daybook/", {"do": "incident", "happened": "2018-01-23T09:00", "words": "停电"}),
    ],
)
def test_who_works_on_a_roll_that_is_unfrozen_meanwhile_is_told(
    path: str, sent: dict[str, str], monkeypatch: Any
):
    vote = make_vote(until="adopted", delegates=3)
    rolls.freeze_roll(cycle=vote.cycle, by=vote.clerk, at=vote.later())
    act = VerbPage.act_on

    def after_it_was_unfrozen(page: Any, verb: Any, form: Any) -> Any:
        unfreeze(vote)
        return act(page, verb, form)

    monkeypatch.setattr(VerbPage, "act_on", after_it_was_unfrozen)
    client = Client()
    client.force_login(vote.clerk)
    answer = client.post(f"/admin/vote/2018/{path}", sent)
    assert answer.status_code == 409
    with override("zh-hans"):
        assert any(str(each()) in answer.content.decode() for each in (NotNow, StepNotAllowed))
