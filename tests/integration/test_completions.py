"""验收: handed in with evidence and every target reached; accepted, or sent back."""

from __future__ import annotations

from datetime import date

import pytest

from tests.spring import Spring, make_spring
from voting.domain import completions
from voting.domain.refusals import StepNotAllowed
from voting.domain.screening import NotYourUnit
from voting.states import DeliveryStatus

pytestmark = pytest.mark.django_db


@pytest.fixture
def spring() -> Spring:
    spring = make_spring()
    spring.at = spring.at.replace(month=12, day=30)
    return spring


def reach(spring: Spring) -> None:
    months = dict.fromkeys((1, 2, 3, 4), date(2018, 12, 20))
    spring.report(day=date(2018, 12, 20), figures={1: 10, 2: 800}, reached=months)


def hand_in(spring: Spring, by=None, evidence: str = "十座公厕已开放。"):
    return completions.hand_in(
        delivery=spring.delivery(), evidence=evidence, by=by or spring.officer, at=spring.at
    )


def decide(spring: Spring, *, accepted: bool = True, by=None, note: str = "属实。"):
    return completions.decide(
        delivery=spring.delivery(), accepted=accepted, note=note, by=by or spring.vote.clerk, at=spring.at
    )


def test_a_project_is_handed_in_and_accepted(spring):
    reach(spring)
    hand_in(spring)
    decide(spring)
    assert spring.delivery().status == DeliveryStatus.COMPLETED
    with pytest.raises(StepNotAllowed):
        spring.report(day=date(2018, 12, 21))


def test_what_is_sent_back_can_be_handed_in_again(spring):
    reach(spring)
    hand_in(spring)
    decide(spring, accepted=False, note="两座没有开放。")
    assert spring.delivery().status == DeliveryStatus.RUNNING
    hand_in(spring)
    decide(spring)


def test_targets_that_are_not_reached_are_named(spring):
    spring.report(day=date(2018, 3, 1), figures={1: 10, 2: 799})
    with pytest.raises(completions.TargetsOpen) as refusal:
        hand_in(spring)
    assert refusal.value.targets == ["泊位 800 个"]


def test_who_may_and_what_is_missing(spring):
    reach(spring)
    with pytest.raises(NotYourUnit):
        hand_in(spring, by=spring.stranger)
    with pytest.raises(completions.NoEvidence):
        hand_in(spring, evidence=" ")
    with pytest.raises(completions.NotHandedIn):
        decide(spring)
    hand_in(spring)
    with pytest.raises(StepNotAllowed):
        hand_in(spring)
    with pytest.raises(StepNotAllowed):
        decide(spring, by=spring.officer)
    with pytest.raises(completions.NoEvidence):
        decide(spring, note=" ")
