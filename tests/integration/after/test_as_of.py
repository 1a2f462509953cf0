"""What is said of a past day is what was true on it: the plan, the month's end, corrections, completion.

Guards ``voting.read_models.after.plans``, ``voting.read_models.after.lines`` and
``voting.domain.after.progress``.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from tests.spring import MILESTONES, TARGETS, Spring, make_spring
from voting.domain.after import changes, light_settings, progress
from voting.domain.after.lights import Light
from voting.forms.after.progress import ReportForm
from voting.models import ProgressReport
from voting.read_models.after.lines import Line
from voting.read_models.after.overview import overview

pytestmark = pytest.mark.django_db


@pytest.fixture
def spring() -> Spring:
    return make_spring()


def line(spring: Spring, on: date, *, ended: bool = True) -> Line:
    found = overview(spring.cycle, on=on, ended=ended)
    assert found is not None
    return found.lines[0]


def change(spring: Spring, at: datetime, **plan) -> None:
    asked = changes.ask_change(
        delivery=spring.delivery(), plan=plan, reason="管线改道", by=spring.officer, at=at
    )
    changes.decide_change(
        change=asked,
        approved=True,
        decision="同意。",
        on=timezone.localdate(at),
        by=spring.vote.presiding,
        at=at,
    )


def text(client: Client, page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", client.get(page).content.decode()))


def test_a_quarter_keeps_the_plan_it_had(spring, client):
    spring.report(figures={1: 3}, day=date(2018, 3, 20))
    later = [{**each, "month": "2018-12"} for each in MILESTONES]
    change(
        spring,
        datetime(2018, 8, 1, tzinfo=UTC),
        milestones=later,
        targets=[{**TARGETS[0], "number": "4"}, TARGETS[1]],
    )
    june = line(spring, date(2018, 6, 30))
    assert (june.due, june.targets[0].sentence, [each.late for each in june.milestones]) == (
        "50.0", "公厕：已完成 3 / 10 座", [True, True, False, False],
    )  # fmt: skip
    december = line(spring, date(2018, 9, 30))
    assert (december.due, december.targets[0].sentence) == ("0.0", "公厕：已完成 3 / 4 座")
    assert "公厕：已完成 3 / 10 座" in text(client, "/2018/quarters/2/")
    assert "公厕：已完成 3 / 4 座" in text(client, "/2018/quarters/3/")


def test_the_table_of_a_quarter_counts_the_milestone_of_its_last_month(spring, client):
    spring.report(day=date(2018, 3, 20), text="推进")
    assert line(spring, date(2018, 3, 31), ended=False).light is Light.GREEN
    assert line(spring, date(2018, 3, 31)).light is Light.YELLOW
    assert [each.late for each in line(spring, date(2018, 3, 31)).milestones] == [True, False, False, False]
    assert "进度滞后" in text(client, "/2018/quarters/1/")


def test_a_correction_replaces_what_it_corrects_whatever_its_day(spring):
    wrong = spring.report(
        figures={1: 9}, reached={1: date(2018, 3, 1)}, spent=Decimal(5), day=date(2018, 8, 20), delay="慢"
    )
    right = spring.report(figures={2: 3}, day=date(2018, 2, 20), corrects=wrong)
    now = progress.progress_of(
        spring.delivery(), on=date(2018, 12, 1), rule=light_settings.rule_of(spring.cycle)[0]
    )
    assert (list(now.figures.values()), dict(now.reached), now.spent, now.last_day) == (
        [Decimal(3)], {}, None, date(2018, 2, 20),
    )  # fmt: skip
    with pytest.raises(progress.NotItsReport):
        spring.report(figures={1: 1}, corrects=wrong)
    with pytest.raises(progress.NotItsReport):
        spring.report(2, figures={1: 1}, corrects=right)
    with pytest.raises(progress.DayTooEarly):
        spring.report(figures={1: 1}, day=date(2017, 12, 31))
    assert ProgressReport.objects.count() == 2


def test_silence_is_counted_from_the_breakdown_at_the_earliest(spring):
    issued = line(spring, date(2018, 2, 1)).begun
    spring.report(day=date(2018, 1, 1), text="开工")
    assert line(spring, date(2018, 2, 1)).silent == (date(2018, 2, 1) - issued).days


def form(spring: Spring, **sent) -> ReportForm:
    """Return the form as one person saw it, sent with what that person changed."""
    seen = progress.progress_of(
        spring.delivery(), on=date(2018, 12, 1), rule=light_settings.rule_of(spring.cycle)[0]
    )
    blank = ReportForm(None, delivery=spring.delivery(), now=seen)
    data = QueryDict(mutable=True)
    for field in blank:
        value = field.value()
        data[field.html_name] = "" if value is None else str(value)
        if field.field.show_hidden_initial:
            data[field.html_initial_name] = data[field.html_name]
    data.update({"day": "2018-06-01", "text": "推进", "delay": "雨季"} | sent)
    return lambda: ReportForm(data, {}, delivery=spring.delivery(), now=seen)


def test_who_saw_an_older_state_overwrites_nothing_of_a_newer_one(spring):
    targets, milestones = list(spring.delivery().targets.all()), list(spring.delivery().milestones.all())
    late = form(spring, **{f"target_{targets[1].pk}": "700"})
    spring.report(figures={1: 8}, reached={1: date(2018, 3, 1)}, spent=Decimal(7))
    sent = late()
    assert sent.is_valid(), sent.errors
    said = sent.values
    assert (said["figures"], said["reached"], said["spent"]) == ({targets[1]: Decimal(700)}, {}, None)
    taken_back = form(spring, **{f"milestone_{milestones[0].pk}": ""})()
    assert taken_back.is_valid()
    assert (taken_back.values["figures"], taken_back.values["reached"]) == ({}, {milestones[0]: None})


def test_a_correction_says_again_what_it_does_not_change(spring):
    targets, milestones = list(spring.delivery().targets.all()), list(spring.delivery().milestones.all())
    wrong = spring.report(figures={1: 9, 2: 700}, reached={1: date(2018, 3, 1)}, spent=Decimal(7))
    sent = form(
        spring, corrects=str(wrong.pk), **{f"target_{targets[0].pk}": "6", f"target_{targets[1].pk}": ""}
    )()
    assert sent.is_valid(), sent.errors
    said = sent.values
    assert (said["figures"], said["reached"], said["spent"]) == (
        {targets[0]: Decimal(6)}, {milestones[0]: date(2018, 3, 1)}, Decimal(7),
    )  # fmt: skip
