"""变更: asked for, decided, issued as a new version; the original stays beside it."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from django.utils import timezone

from tests.spring import TARGETS, Spring, make_spring
from voting.domain import changes, deliveries
from voting.domain.refusals import StepNotAllowed
from voting.domain.screening import NotYourUnit
from voting.models import Breakdown, ChangeRequest

pytestmark = pytest.mark.django_db

MORE = [{**TARGETS[0], "number": "8"}, TARGETS[1]]


@pytest.fixture
def spring() -> Spring:
    return make_spring()


def ask(spring: Spring, by=None, reason: str = "管线改道", **plan) -> ChangeRequest:
    return changes.ask_change(
        delivery=spring.delivery(),
        plan=plan or {"targets": MORE},
        reason=reason,
        by=by or spring.officer,
        at=spring.at,
    )


def decide(spring: Spring, change: ChangeRequest, *, approved: bool = True, **more) -> ChangeRequest:
    given = {
        "decision": "常委会同意。",
        "on": timezone.localdate(spring.at),
        "by": spring.vote.presiding,
    } | more
    return changes.decide_change(change=change, approved=approved, at=spring.at, **given)


def numbers(version: int) -> list[str]:
    body = json.loads(Breakdown.objects.get(version=version).body)
    return [target["number"] for target in body["deliveries"][0]["targets"]]


def test_an_approved_change_is_issued_and_the_original_stays(spring):
    spring.report(figures={1: 3})
    change = ask(spring)
    assert deliveries.plan_of(spring.delivery())["targets"] == TARGETS, "nothing changes before the decision"
    decide(spring, change)
    assert (numbers(1), numbers(2)) == (["10", "800"], ["8", "800"])
    change.refresh_from_db()
    assert (change.before["targets"], change.after["targets"]) == (TARGETS, MORE)
    assert [f.figure for f in spring.delivery().reports.get().figures.all()] == [3], "what was reported stays"


def test_a_refused_change_changes_nothing(spring):
    decide(spring, ask(spring), approved=False, decision="不同意。")
    assert Breakdown.objects.count() == 1
    assert deliveries.plan_of(spring.delivery())["targets"] == TARGETS


def test_what_was_reported_on_is_not_taken_out(spring):
    spring.report(figures={2: 100})
    change = ask(spring, targets=TARGETS[:1])
    with pytest.raises(deliveries.PlanReported):
        decide(spring, change)
    change.refresh_from_db()
    assert change.approved is None


def test_who_asks_and_who_decides(spring):
    with pytest.raises(NotYourUnit):
        ask(spring, by=spring.stranger)
    change = ask(spring)
    for user in (spring.officer, spring.vote.scrutineer):
        with pytest.raises(StepNotAllowed):
            decide(spring, change, by=user)


def test_what_is_not_taken(spring):
    with pytest.raises(changes.ChangeUnexplained):
        ask(spring, reason=" ")
    with pytest.raises(changes.NothingChanged):
        ask(spring, targets=TARGETS)
    change = ask(spring)
    with pytest.raises(changes.AnotherChangeWaits):
        ask(spring)
    with pytest.raises(changes.ChangeUnexplained):
        decide(spring, change, decision=" ")
    with pytest.raises(changes.DayAhead):
        decide(spring, change, on=date(2030, 1, 1))
    decide(spring, change)
    with pytest.raises(changes.DecidedAlready):
        decide(spring, change, on=timezone.localdate(spring.at) - timedelta(days=1))


def test_before_the_breakdown_there_is_nothing_to_change():
    with pytest.raises(StepNotAllowed):
        ask(make_spring(issued=False))
