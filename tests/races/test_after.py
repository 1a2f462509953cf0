"""After the vote, real threads: many residents answer at once, one form counts once, one change waits at a time."""

from __future__ import annotations

from datetime import date
from functools import partial

import pytest

from tests.cases_after import accept, answer, ask, hand_in, survey
from tests.races.crowd import at_once
from tests.spring import make_spring
from voting.domain import changes, completions, deliveries, surveys
from voting.domain.refusals import StepNotAllowed
from voting.models import Breakdown, ChangeRequest
from voting.states import DeliveryStatus

pytestmark = pytest.mark.django_db(transaction=True)


def test_many_residents_at_once_are_all_counted():
    spring = make_spring()
    opened = survey(spring)
    pks = [spring.delivery(number).pk for number in (1, 2, 3, 4)]
    acts = [
        partial(
            answer, spring, opened, address=f"192.0.2.{place}",
            answers=dict.fromkeys(pks if place % 2 else reversed(pks), "satisfied"),
        )
        for place in range(24)
    ]  # fmt: skip
    results = at_once(acts)
    assert [each for each in results if each is not None] == []
    assert {pk: sums["satisfied"] for pk, sums in surveys.totals(opened).items()} == dict.fromkeys(pks, 24)


def test_one_form_sent_many_times_at_once_counts_once():
    spring = make_spring()
    opened = survey(spring)
    ticket = surveys.make_ticket(opened)
    results = at_once(
        [partial(answer, spring, opened, ticket=ticket, address=f"192.0.2.{n}") for n in range(12)]
    )
    assert sum(each is None for each in results) == 1
    assert sum(isinstance(each, surveys.AnsweredAlready) for each in results) == 11
    assert surveys.totals(opened)[spring.delivery(1).pk]["satisfied"] == 1


def test_two_requests_for_a_change_at_once_leave_one_waiting():
    spring = make_spring()
    results = at_once([partial(ask, spring, plan={"content": f"改法{n}"}) for n in range(4)])
    assert sum(isinstance(each, ChangeRequest) for each in results) == 1
    assert sum(isinstance(each, changes.AnotherChangeWaits) for each in results) == 3


def test_two_clerks_issue_versions_that_follow_each_other():
    spring = make_spring()
    acting = {"by": spring.vote.clerk, "at": spring.at}
    at_once([partial(deliveries.issue_breakdown, cycle=spring.cycle, **acting)] * 3)
    versions = list(Breakdown.objects.order_by("version").values_list("version", flat=True))
    assert versions == [1, 2, 3, 4]


def test_two_who_decide_one_change_at_once_record_one_decision():
    spring = make_spring()
    change = ask(spring)
    said = {"decision": "已议。", "on": date(2018, 1, 23), "at": spring.at}
    results = at_once(
        [
            partial(changes.decide_change, change=change, approved=approved, by=by, **said)
            for approved in (True, False)
            for by in (spring.vote.clerk, spring.vote.presiding)
        ]
    )
    assert sum(isinstance(each, ChangeRequest) for each in results) == 1
    assert sum(isinstance(each, changes.DecidedAlready) for each in results) == 3


def test_no_change_waits_for_a_project_that_is_completed_at_the_same_moment():
    spring = make_spring()
    results = at_once([partial(ask, spring), partial(accept, spring, hand_in(spring))])
    completed = spring.delivery().status == DeliveryStatus.COMPLETED
    refused = StepNotAllowed if completed else completions.ChangeWaits
    assert sum(isinstance(each, refused) for each in results) == 1
    assert spring.delivery().changes.exists() is not completed
