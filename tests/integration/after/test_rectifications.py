"""整改: what follows a poor grade: the order, who answers it, the second assessment, and what waits on the desk.

Guards ``voting.domain.after.assessments``, ``voting.read_models.after.timeline`` and
``voting.domain.after.rectifications``.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from accounts.models import Unit
from accounts.roles import Role
from tests.assessing import GOOD, POOR, SO_SO, begin, finish
from tests.autumn import clock
from tests.factories import CongressFactory, UnitFactory, UserFactory, Vote
from tests.spring import Spring, make_spring
from voting.admin.after.unit_desk import unit_rows
from voting.count.grading import Grade
from voting.domain.after import assessments, completions, deliveries, rectifications
from voting.domain.core.refusals import StepNotAllowed
from voting.models import Candidate, JournalEntry
from voting.read_models.after.overview import overview
from voting.read_models.after.timeline import events
from voting.states import Act, DeliveryStatus

pytestmark = pytest.mark.django_db


def test_a_poor_grade_is_put_right_and_assessed_a_second_time():
    spring = make_spring()
    vote = begin(spring, (1, 2))
    finish(vote, [{1: POOR, 2: GOOD}] * 3)
    poor, fine = spring.delivery(1), spring.delivery(2)
    assert [each.number for each in assessments.assessable(spring.cycle)] == [3, 4]
    order = {"assessment": vote.cycle, "text": "重新施工。", "due": date(2019, 3, 31)}
    with pytest.raises(rectifications.NotPoor):
        rectifications.order_rectification(delivery=fine, **order, **spring.acting)
    made = rectifications.order_rectification(delivery=poor, **order, **spring.acting)
    with pytest.raises(rectifications.NotPoor):
        rectifications.order_rectification(delivery=poor, **order, **spring.acting)
    assert [each.number for each in assessments.assessable(spring.cycle)] == [3, 4]
    elsewhere = CongressFactory(slug="yuhang")
    namesake = UnitFactory(congress=elsewhere, name=spring.unit.name)
    for user in (spring.stranger, UserFactory(role=Role.UNIT, congress=elsewhere, unit=namesake)):
        with pytest.raises(rectifications.NotYourUnit):
            rectifications.reply_rectification(
                rectification=made, text="已完成。", **spring.acting | {"by": user}
            )
    with pytest.raises(rectifications.NothingOrdered):
        rectifications.reply_rectification(
            rectification=made, text=" ", **spring.acting | {"by": spring.officer}
        )
    unit = spring.acting | {"by": spring.officer}
    rectifications.reply_rectification(rectification=made, text="已重新施工。", **unit)
    with pytest.raises(StepNotAllowed):
        rectifications.reply_rectification(rectification=made, text="再说一次。", **unit)
    assert [each.number for each in assessments.assessable(spring.cycle)] == [1, 3, 4]
    second = begin(spring, (1,))
    finish(second, [{1: GOOD}] * 3)
    grades = [each.grade for each in assessments.published_grades(spring.cycle) if each.delivery == poor.pk]
    assert grades == [Grade.UNSATISFIED, Grade.SATISFIED]
    assert [each.number for each in assessments.assessable(spring.cycle)] == [3, 4]
    acts = JournalEntry.objects.filter(cycle=spring.cycle).values_list("act", flat=True)
    assert [act for act in acts if act in {Act.ASSESSMENT_OPENED, Act.RECTIFICATION_ORDERED, Act.RECTIFIED}] == [
        Act.ASSESSMENT_OPENED, Act.RECTIFICATION_ORDERED, Act.RECTIFIED, Act.ASSESSMENT_OPENED,
    ]  # fmt: skip


def test_an_order_lies_ahead_and_says_something():
    spring = make_spring()
    vote = begin(spring, (1,))
    finish(vote, [{1: POOR}] * 3)
    acting = spring.acting
    given = {"assessment": vote.cycle, "delivery": spring.delivery(1), **acting}
    with pytest.raises(rectifications.NothingOrdered):
        rectifications.order_rectification(text="", due=date(2019, 6, 1), **given)
    with pytest.raises(rectifications.DueInThePast):
        rectifications.order_rectification(
            text="改。", due=(acting["at"] - timedelta(days=2)).date(), **given
        )
    assert Unit.objects.count() == 2


def completed(spring: Spring, number: int, at: datetime) -> None:
    """Let the unit hand a project in and the clerk accept it."""
    given = {"delivery": spring.delivery(number), "at": at}
    handed_in = completions.hand_in(evidence="建成。", by=spring.officer, **given)
    completions.decide(completion=handed_in, accepted=True, note="合格。", by=spring.vote.clerk, at=at)


def test_a_completed_project_that_is_graded_poor_goes_on_until_it_is_completed_again():
    """Completed → unsatisfied → order → answer and report → hand in → accepted → assessed again: satisfied."""
    spring = make_spring()
    at = datetime(2019, 1, 2, 9, tzinfo=UTC)
    spring.report(1, figures={1: 10, 2: 800})
    completed(spring, 1, at)
    vote = begin(spring, (1,))
    finish(vote, [{1: POOR}] * 3)
    with pytest.raises(StepNotAllowed):
        spring.report(1)
    order = rectifications.order_rectification(
        assessment=vote.cycle,
        delivery=spring.delivery(1),
        text="重新施工。",
        due=date(2019, 3, 31),
        **spring.acting,
    )
    assert spring.delivery(1).status == DeliveryStatus.RUNNING
    entry = JournalEntry.objects.get(act=Act.RECTIFICATION_ORDERED)
    assert entry.data == {
        "number": 1, "assessment": "2018-assessment", "due": "2019-03-31", "reopened": True,
    }  # fmt: skip
    rectifications.reply_rectification(rectification=order, text="已重新施工。", by=spring.officer, at=at)
    assert [each.number for each in assessments.assessable(spring.cycle)] == [2, 3, 4], (
        "not completed again yet"
    )
    spring.report(1, day=date(2018, 12, 20), text="重新施工完成。", figures={1: 11}, delay="返工。")
    completed(spring, 1, at + timedelta(days=1))
    assert spring.delivery(1).status == DeliveryStatus.COMPLETED
    assert [each.number for each in assessments.assessable(spring.cycle)] == [1, 2, 3, 4]
    finish(begin(spring, (1,)), [{1: GOOD}] * 3)
    assert [(each.assessment.slug, each.grade) for each in assessments.published_grades(spring.cycle)] == [
        ("2018-assessment", Grade.UNSATISFIED),
        ("2018-assessment-2", Grade.SATISFIED),
    ]
    line = overview(spring.cycle, on=date(2019, 2, 1)).line(1)
    with override("en"):
        titles = [each.title for each in events(line) if each.kind == "grade"]
    assert titles == ["Assessed: satisfied", "Assessed: unsatisfied"]


def test_an_order_to_one_that_still_goes_on_reopens_nothing():
    spring = make_spring()
    vote = begin(spring, (1,))
    finish(vote, [{1: POOR}] * 3)
    given = {"assessment": vote.cycle, "text": "改。", "due": date(2019, 3, 31)}
    rectifications.order_rectification(delivery=spring.delivery(1), **given, **spring.acting)
    assert JournalEntry.objects.get(act=Act.RECTIFICATION_ORDERED).data["reopened"] is False
    assert spring.delivery(1).status == DeliveryStatus.RUNNING


def by_unit(spring: Spring) -> Vote:
    """Grade the first project by its three units: its lead fair, the second poor, the third well."""
    spring.plan(1, responsible_units="区民政局、街道")
    for number in (2, 3, 4):
        spring.plan(number)
    deliveries.issue_breakdown(cycle=spring.cycle, **spring.acting)
    vote = begin(spring, (1,), by_unit=True)
    finish(vote, [{1: SO_SO, 2: POOR, 3: GOOD}] * 3)
    return vote


def test_the_unit_that_was_graded_poor_answers_and_so_may_the_lead_unit(client):
    spring = make_spring(issued=False)
    vote = by_unit(spring)
    third = UserFactory(role=Role.UNIT, unit=UnitFactory(name="街道"))
    order = rectifications.order_rectification(
        assessment=vote.cycle,
        delivery=spring.delivery(1),
        text="改。",
        due=date(2019, 3, 31),
        **spring.acting,
    )
    told = {
        user: [each.pk for each in rectifications.orders_for(user)]
        for user in (spring.officer, spring.stranger, third)
    }
    assert told == {spring.officer: [order.pk], spring.stranger: [order.pk], third: []}
    assert not rectifications.may_answer(vote.clerk, order)
    page = "/admin/vote/2018/unit/1/"
    statuses = {}
    for user in (spring.officer, spring.stranger, third, vote.clerk):
        client.force_login(user)
        answer = client.get(page)
        asked = bool(answer.status_code == 200 and f"order-{order.pk}" in answer.context["forms"])
        statuses[user] = (answer.status_code, asked)
    assert statuses == {
        spring.officer: (200, True), spring.stranger: (200, True), third: (403, False), vote.clerk: (200, False),
    }  # fmt: skip
    client.force_login(spring.stranger)
    assert [row.number for _cycle, rows in unit_rows(spring.stranger) for row, _waits in rows] == [1]
    with pytest.raises(rectifications.NotYourUnit):
        rectifications.reply_rectification(
            rectification=order, text="已改。", **spring.acting | {"by": third}
        )
    assert client.post(page, {"do": f"order-{order.pk}", "text": "已改。"}).status_code == 302
    order.refresh_from_db()
    assert (order.reply, order.replied_by) == ("已改。", spring.stranger)
    assert rectifications.orders_for(spring.stranger) == []


def test_a_long_name_is_cut_and_the_unit_is_not():
    spring = make_spring(issued=False)
    name, english = "很长的项目名称" * 17, "A very long name " * 11
    with connection.cursor() as cursor:  # the slate is frozen: such a name came with it
        cursor.execute("SET LOCAL session_replication_role = replica")
        Candidate.objects.filter(cycle=spring.cycle, number=1).update(name=name, name_en=english)
        cursor.execute("SET LOCAL session_replication_role = origin")
    spring.plan(1, responsible_units="区民政局")
    made = list(begin(spring, (1,), by_unit=True).cycle.candidates.values_list("name", "name_en"))
    assert made == [
        (f"{name[: 119 - len(part)]}…{part}", f"{english}{part}") for part in (" · 区城管局", " · 区民政局")
    ]
    assert [len(short) for short, _english in made] == [120, 120]


def waiting(client, spring: Spring, on: date) -> dict[str, list[int]]:
    """Return what waits on the clerk's desk on a day, without what is silent."""
    client.force_login(spring.vote.clerk)
    with clock(datetime(on.year, on.month, on.day, 1, tzinfo=UTC)):
        found = dict(client.get("/en/admin/vote/2018/delivery/").context["waiting"])
    return {what: numbers for what, numbers in found.items() if not what.startswith("no report")}


def test_poor_grades_and_overdue_orders_wait_on_the_desk(client):
    spring = make_spring()
    vote = begin(spring, (1, 2, 3))
    finish(vote, [{1: POOR, 2: POOR, 3: GOOD}] * 3)
    poor = "graded unsatisfied and not yet ordered to be put right"
    due = date(2018, 3, 31)
    late = due + timedelta(days=1)
    assert waiting(client, spring, due) == {poor: [1, 2]}
    order = rectifications.order_rectification(
        assessment=vote.cycle, delivery=spring.delivery(1), text="改。", due=due, **spring.acting
    )
    assert waiting(client, spring, due) == {poor: [2]}
    assert waiting(client, spring, late) == {poor: [2], "an order to put right is overdue": [1]}
    rectifications.reply_rectification(rectification=order, text="已改。", by=spring.officer, at=spring.at)
    assert waiting(client, spring, late) == {poor: [2]}
    assert rectifications.not_followed_up(assessments.published_grades(spring.cycle)) == {
        spring.delivery(2).pk: vote.cycle
    }


def test_the_desk_asks_as_many_queries_for_three_poor_grades_as_for_one(client):
    def queries(spring: Spring) -> int:
        client.force_login(spring.vote.clerk)
        with CaptureQueriesContext(connection) as caught:
            assert client.get("/admin/vote/2018/delivery/").status_code == 200
        return len(caught)

    spring = make_spring()
    vote = begin(spring, (1, 2, 3))
    finish(vote, [{1: POOR, 2: POOR, 3: POOR}] * 3)
    queries(spring)
    three = queries(spring)
    for number in (1, 2):
        rectifications.order_rectification(
            assessment=vote.cycle,
            delivery=spring.delivery(number),
            text="改。",
            due=date(2019, 6, 1),
            **spring.acting,
        )
    assert queries(spring) == three
