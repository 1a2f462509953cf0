"""After the vote, real threads: many residents answer at once, one form counts once, one change waits at a time.

Guards ``voting.domain.after.surveys`` and ``voting.domain.after.locks``.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import partial
from itertools import count
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from tests.cases_after import accept, answer, ask, assess, hand_in, survey
from tests.races.crowd import at_once
from tests.spring import Spring, make_spring
from voting.count.counting import Mark
from voting.domain.after import (
    archive,
    changes,
    completions,
    deliveries,
    light_settings,
    rectifications,
    supervision,
    surveys,
)
from voting.domain.after.locks import hold_going_on
from voting.domain.core.refusals import StepNotAllowed
from voting.models import (
    Breakdown,
    ChangeRequest,
    Delivery,
    Inspection,
    JournalEntry,
    ProgressReport,
    Rectification,
    Remark,
    SurveyForm,
)
from voting.states import Act, DeliveryStatus, Stage

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
    assert {pk: sums["satisfied"] for pk, sums in surveys.totals(opened.pk).items()} == dict.fromkeys(pks, 24)


def test_one_form_sent_many_times_at_once_counts_once():
    spring = make_spring()
    opened = survey(spring)
    ticket = surveys.survey_ticket(opened)
    results = at_once(
        [partial(answer, spring, opened, ticket=ticket, address=f"192.0.2.{n}") for n in range(12)]
    )
    assert sum(each is None for each in results) == 1
    assert sum(isinstance(each, surveys.AnsweredAlready) for each in results) == 11
    assert surveys.totals(opened.pk)[spring.delivery(1).pk]["satisfied"] == 1


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


def many(act: Any, times: int) -> None:
    for _ in range(times):
        act()


def test_the_rule_of_the_lights_is_set_while_many_reports_come_in():
    """A lock of the cycle's key would hold up the journal's reference to it and be held up by the journal: deadlock."""
    spring = make_spring()
    rule, days = light_settings.rule_of(spring.cycle)
    setting = partial(
        light_settings.set_lights,
        cycle=spring.cycle,
        rule=rule,
        report_days=days,
        by=spring.vote.clerk,
        at=spring.at,
    )
    told = count()

    def report(number: int) -> None:
        spring.report(number % 4 + 1, delay="无", text=f"第{next(told)}报")

    acts = [partial(many, each, 10) for number in range(12) for each in (partial(report, number), setting)]
    assert at_once(acts) == [None] * 24
    assert ProgressReport.objects.count() == 120
    assert JournalEntry.objects.filter(act=Act.LIGHTS_SET).count() == 120


def test_a_poor_project_is_ordered_to_be_put_right_once():
    spring = make_spring()
    held = assess(spring, {1: Mark.AGAINST}).cycle
    given = {"assessment": held, "delivery": spring.delivery(1), "text": "改。", "due": date(2019, 6, 1)}
    results = at_once([partial(rectifications.order_rectification, **given, **spring.acting)] * 4)
    assert Counter(type(each) for each in results) == {Rectification: 1, rectifications.NotPoor: 3}
    assert Rectification.objects.count() == 1


def completed() -> Spring:
    """Return a year of which nothing is left to do, its survey open."""
    spring = make_spring()
    assess(spring, {1: Mark.FOR})
    Delivery.objects.update(status=DeliveryStatus.COMPLETED)
    return spring


def test_nothing_lands_in_a_year_while_it_is_archived():
    """Whoever comes first is there, whoever comes after the archive is refused, and nobody is left hanging."""
    spring = completed()
    opened = survey(spring)
    during = opened.opens_at
    given = {"delivery": spring.delivery(1), "text": "好。", "at": during}
    delegates = [each.user for each in spring.vote.delegates]
    acts = [
        *[partial(supervision.remark, by=by, **given) for by in delegates],
        *[partial(supervision.inspect, day=date(2018, 1, 23), faults=[], by=spring.vote.clerk, **given)] * 3,
        *[partial(answer, spring, opened, address=f"192.0.2.{place}", at=during) for place in range(4)],
        partial(archive.archive, cycle=spring.cycle, by=spring.vote.clerk, at=during),
    ]
    results = at_once(acts)
    refusals = [each for each in results if isinstance(each, Exception)]
    assert all(isinstance(each, StepNotAllowed | surveys.SurveyClosed) for each in refusals), refusals
    assert spring.cycle.stage == Stage.ARCHIVED
    answered = SurveyForm.objects.filter(survey=opened).count()
    assert answered + Remark.objects.count() + Inspection.objects.count() == len(acts) - 1 - len(refusals)
    last = JournalEntry.objects.filter(cycle=spring.cycle).order_by("sequence").last()
    assert last.act == Act.ARCHIVED


def test_a_year_is_archived_or_a_finding_opens_and_never_both():
    spring = completed()
    fault = [("围挡破损", spring.unit, date(2019, 6, 1))]
    results = at_once(
        [
            partial(
                supervision.inspect, delivery=spring.delivery(2), day=date(2018, 1, 23), text="看。", faults=fault,
                by=spring.vote.clerk, at=spring.at,
            ),
            partial(archive.archive, cycle=spring.cycle, by=spring.vote.clerk, at=spring.at),
        ]
    )  # fmt: skip
    looked, closed = (type(each) for each in results)
    archived = spring.cycle.stage == Stage.ARCHIVED
    assert (looked is StepNotAllowed, closed is archive.StillOpen) == (archived, not archived)


def test_a_verb_holds_its_year_where_it_stands_and_no_other_verb_up():
    spring = make_spring()

    def hold(number: int) -> str:
        with transaction.atomic():
            return hold_going_on(spring.delivery(number)).cycle.stage

    def move() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '300ms'")
            cursor.execute("UPDATE voting_cycle SET stage = stage")

    with transaction.atomic():
        hold_going_on(spring.delivery(1))
        other, moved = at_once([partial(hold, 2), move])
    assert other == Stage.DELIVERY
    assert isinstance(moved, OperationalError)
