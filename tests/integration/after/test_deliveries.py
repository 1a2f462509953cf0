"""责任分解 and 进度: deliveries from the result, plans, the issued breakdown, reports that are never overwritten.

Guards ``voting.domain.after.deliveries`` and ``voting.domain.after.progress``.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import translation

from accounts.roles import Kind, Role
from tests.factories import CongressFactory, UnitFactory, UserFactory, make_vote
from tests.spring import make_spring
from voting.domain.after import deliveries, light_settings, progress
from voting.domain.after.lights import Light
from voting.domain.before.screening import NotYourUnit
from voting.domain.core.refusals import StepNotAllowed
from voting.models import Breakdown, Delivery, JournalEntry, ProgressReport
from voting.read_models.after.overview import overview
from voting.states import Act, Became, Stage

pytestmark = pytest.mark.django_db


# ----------------------------------------------------------------------------------------------- the breakdown


def test_a_unit_of_a_rehearsal_takes_no_part_in_a_real_year():
    UnitFactory(name="区水务局", kind=Kind.REHEARSAL)
    vote = make_vote(until="published", candidates=4, seats=3, delegates=3, ballots=[(1, 2, 3)] * 3)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "UPDATE voting_candidate SET lead_unit = '区水务局' WHERE cycle_id = %s", [vote.cycle.pk]
        )
        cursor.execute("SET LOCAL session_replication_role = origin")
    deliveries.begin_delivery(cycle=vote.cycle, by=vote.clerk, at=vote.later())
    assert Delivery.objects.exists()
    assert not Delivery.objects.filter(cycle=vote.cycle).exclude(lead_unit=None).exists()


def test_every_chosen_project_and_every_annual_task_becomes_a_delivery():
    spring = make_spring(issued=False)
    became = dict(Delivery.objects.values_list("number", "became"))
    assert became == {1: Became.CHOSEN, 2: Became.CHOSEN, 3: Became.CHOSEN, 4: Became.ANNUAL}
    assert spring.cycle.stage == Stage.DELIVERY
    assert JournalEntry.objects.get(act=Act.DELIVERY_BEGUN).data == {"chosen": [1, 2, 3], "annual": [4]}


def test_after_further_rounds_the_whole_result_counts():
    """Two of three seats in the first round, the last one in the second."""
    vote = make_vote(
        until="published", candidates=4, seats=2, delegates=3, floor_base="", ballots=[[1, 2], [1, 3]],
    )  # fmt: skip
    vote.further()
    vote.finish(chosen=[[2], [2], [3]])
    deliveries.begin_delivery(cycle=vote.cycle, by=vote.clerk, at=vote.later())
    became = dict(Delivery.objects.values_list("number", "became"))
    assert became == {1: Became.CHOSEN, 2: Became.CHOSEN, 3: Became.ANNUAL, 4: Became.ANNUAL}


def test_an_open_tie_is_delivered_by_nobody():
    vote = make_vote(
        until="published", candidates=4, seats=2, delegates=3, floor_base="", ballots=[[1, 2], [1, 3]],
    )  # fmt: skip
    with pytest.raises((deliveries.NotDecided, StepNotAllowed)):
        deliveries.begin_delivery(cycle=vote.cycle, by=vote.clerk, at=vote.later())
    assert not Delivery.objects.exists()


def test_the_breakdown_is_fixed_with_its_hash():
    spring = make_spring()
    breakdown = Breakdown.objects.get()
    assert hashlib.sha256(breakdown.body.encode()).hexdigest() == breakdown.digest
    first = json.loads(breakdown.body)["deliveries"][0]
    assert first["targets"][1] == {"text": "泊位", "number": "800", "unit": "个"}
    assert first["milestones"][0] == {"month": "2018-03", "text": "3月的节点"}
    with pytest.raises(deliveries.BreakdownFixed):
        spring.plan(1, content="别的")
    with pytest.raises(IntegrityError), transaction.atomic():
        Breakdown.objects.update(body="{}")


def test_nothing_is_issued_while_nobody_can_report():
    spring = make_spring(issued=False)
    spring.plan(1)
    with pytest.raises(deliveries.NoLeadUnit) as refusal:
        deliveries.issue_breakdown(cycle=spring.cycle, **spring.acting)
    assert refusal.value.numbers == (2, 3, 4)


def test_a_bad_plan_is_refused_whole():
    spring = make_spring(issued=False)
    with pytest.raises(ValidationError):
        spring.plan(1, targets=[{"text": "", "number": "1", "unit": "座"}])
    with pytest.raises(ValidationError):
        spring.plan(1, investment=Decimal(-1))
    assert spring.delivery(1).targets.count() == 0


# ------------------------------------------------------------------------------------------------- the progress


def where(spring, on: date, number: int = 1) -> progress.Progress:
    rule, _days = light_settings.rule_of(spring.cycle)
    return progress.progress_of(spring.delivery(number), on=on, rule=rule)


def test_a_unit_reports_and_the_light_turns():
    spring = make_spring()
    assert where(spring, date(2018, 3, 31)).standing.light is Light.NONE
    assert where(spring, date(2018, 4, 1)).standing.light is Light.RED, "due and not begun"
    spring.report(figures={1: 3}, reached={1: date(2018, 3, 15)})
    assert where(spring, date(2018, 4, 1)).standing.light is Light.GREEN
    assert where(spring, date(2018, 7, 1)).standing.light is Light.YELLOW, "25 points behind"
    assert where(spring, date(2018, 10, 1)).standing.light is Light.RED, "50 points behind"
    spring.report(
        day=date(2018, 12, 20), reached=dict.fromkeys((2, 3, 4), date(2018, 12, 20)), spent=Decimal(90)
    )
    assert where(spring, date(2018, 12, 31)).standing.light is Light.DONE


def test_a_correction_is_added_and_the_first_report_stays():
    spring = make_spring()
    wrong = spring.report(figures={1: 30}, reached={1: date(2018, 3, 15)})
    spring.report(figures={1: 3}, reached={1: None}, corrects=wrong)
    now = where(spring, date(2018, 3, 31))
    assert list(now.figures.values()) == [Decimal(3)]
    assert list(now.reached.values()) == [None]
    assert ProgressReport.objects.count() == 2
    with pytest.raises(IntegrityError), transaction.atomic():
        ProgressReport.objects.filter(pk=wrong.pk).update(text="别的")


def test_what_is_reported_of_a_later_day_was_not_known_before():
    spring = make_spring()
    spring.report(figures={1: 3}, day=date(2018, 3, 10))
    spring.report(figures={1: 7}, day=date(2018, 5, 10), delay="雨季")
    assert list(where(spring, date(2018, 5, 9)).figures.values()) == [Decimal(3)]
    assert list(where(spring, date(2018, 5, 10)).figures.values()) == [Decimal(7)]


def test_being_behind_needs_a_reason():
    spring = make_spring()
    with pytest.raises(progress.DelayUnexplained):
        spring.report(day=date(2018, 7, 1))
    assert not ProgressReport.objects.exists(), "nothing half saved"
    assert spring.report(day=date(2018, 7, 1), delay="管线迁改延误").delay


@pytest.mark.parametrize(
    ("more", "refusal"),
    [
        ({"text": " "}, progress.NothingReported),
        ({"day": date(2019, 1, 1)}, progress.DayAhead),
        ({"reached": {1: date(2019, 1, 1)}}, progress.ReachedAfterReport),
        ({"reached": {1: date(2018, 3, 21)}}, progress.ReachedAfterReport),
        ({"reached": {2: date(2016, 12, 31)}}, progress.ReachedTooEarly),
        ({"figures": {1: -1}}, ValidationError),
        ({"spent": Decimal(-1)}, ValidationError),
    ],
)
def test_what_is_not_taken(more, refusal):
    spring = make_spring()
    with pytest.raises(refusal):
        spring.report(**more)
    assert not ProgressReport.objects.exists()


def test_only_the_lead_unit_and_the_clerk_report():
    spring = make_spring()
    elsewhere = CongressFactory(slug="yuhang")
    namesake = UnitFactory(congress=elsewhere, name=spring.unit.name)
    of_another_congress = (
        UserFactory(role=Role.CLERK, congress=elsewhere),
        UserFactory(role=Role.UNIT, congress=elsewhere, unit=namesake),
    )
    for user in (
        spring.stranger,
        spring.vote.scrutineer,
        spring.vote.delegates[0].user,
        *of_another_congress,
    ):
        with pytest.raises(NotYourUnit):
            spring.report(by=user)
    assert spring.report(by=spring.vote.clerk).reported_by == spring.vote.clerk


def test_nobody_reports_before_the_breakdown_is_issued():
    spring = make_spring(issued=False)
    spring.plan(1)
    with pytest.raises(StepNotAllowed):
        spring.report()


def test_figures_of_another_delivery_are_refused():
    spring = make_spring()
    other = spring.delivery(2).targets.first()
    with pytest.raises(StepNotAllowed):
        progress.report(
            delivery=spring.delivery(1), day=date(2018, 3, 1), text="推进", by=spring.officer,
            at=spring.at + timedelta(days=99), figures={other: Decimal(1)},
        )  # fmt: skip
    assert not ProgressReport.objects.exists()


@pytest.mark.parametrize(("on", "late"), [(date(2018, 4, 10), False), (date(2018, 4, 11), True)])
def test_a_report_is_overdue_after_a_month_without_one(on: date, late: bool):
    spring = make_spring()
    spring.report(day=date(2018, 3, 10))
    silent = progress.days_silent(where(spring, on), since=date(2018, 1, 23), on=on)
    assert progress.overdue(silent, days=31) is late


@pytest.mark.parametrize(
    ("silent", "said"),
    [(31, ""), (32, "报告逾期，32 天未报告"), (62, "报告逾期，62 天未报告"), (63, "63 天未报告，已升级督办")],
)
def test_an_overdue_report_is_escalated_after_twice_the_time(silent: int, said: str):
    spring = make_spring()
    spring.report(day=date(2018, 3, 10), reached={1: date(2018, 3, 1)})
    found = overview(spring.cycle, on=date(2018, 3, 10) + timedelta(days=silent))
    assert found is not None
    line = found.lines[0]
    with translation.override("zh-hans"):
        assert line.overdue_word == said
    assert (line.is_overdue, line.is_escalated) == (silent > 31, silent > 62)
