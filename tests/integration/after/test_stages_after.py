"""Every verb after the vote in every stage: done where the table allows it, refused everywhere else.

All of them get objects that were loaded before the cycle was moved: what counts is where it stands now.

Guards ``voting.domain.after.locks`` and ``voting.domain.after.light_settings``.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection, transaction

from tests.cases_after import assess, survey
from tests.spring import Spring, make_next_year, make_spring
from voting.count.counting import Mark
from voting.domain.after import (
    archive,
    assessments,
    changes,
    completions,
    deliveries,
    light_settings,
    progress,
    rectifications,
    supervision,
    surveys,
)
from voting.domain.core.refusals import Refused
from voting.models import ChangeRequest, Completion, Cycle, Delivery, Finding, Rectification, Survey
from voting.states import Stage

pytestmark = pytest.mark.django_db
MODULES = (
    archive,
    assessments,
    rectifications,
    changes,
    completions,
    deliveries,
    light_settings,
    progress,
    supervision,
    surveys,
)
GOING_ON = frozenset({Stage.DELIVERY, Stage.ASSESSMENT})
DUE = date(2019, 6, 1)
DAY = date(2018, 1, 23)
END = datetime(2019, 1, 2, 9, tzinfo=UTC)


@dataclass
class Year:
    """A year in which every verb finds what it needs, and the year after it; loaded before anything moves."""

    spring: Spring
    held: Cycle
    order: Rectification
    finding: Finding
    change: ChangeRequest
    survey: Survey
    to: Cycle

    def __post_init__(self) -> None:
        self.cycle = self.spring.cycle
        self.deliveries = [self.spring.delivery(number) for number in range(1, 7)]
        self.handed_in = Completion.objects.get()
        self.new = Delivery.objects.select_related("cycle").get(cycle=self.to, number=1)
        self.acting = self.spring.acting
        self.unit = self.acting | {"by": self.spring.officer}
        self.delegate = self.acting | {"by": self.spring.vote.delegates[0].user}
        self.during = self.acting | {"at": self.survey.opens_at + timedelta(hours=1)}

    def __getitem__(self, number: int) -> Delivery:
        return self.deliveries[number - 1]


@pytest.fixture
def year() -> Year:
    """1 to be put right, 2 poor, 3 with a finding, 4 asks for a change, 5 handed in, 6 can be; a survey tomorrow."""
    spring = make_spring(candidates=6, seats=5)
    held = assess(spring, {1: Mark.AGAINST, 2: Mark.AGAINST}).cycle
    acting, unit = spring.acting, {"by": spring.officer, "at": END}
    order = rectifications.order_rectification(
        assessment=held, delivery=spring.delivery(1), text="改。", due=DUE, **acting
    )
    fault = [("围挡破损", spring.unit, DUE)]
    supervision.inspect(delivery=spring.delivery(3), day=DAY, text="看。", faults=fault, **acting)
    finding = Finding.objects.get()
    supervision.reply(finding=finding, text="已修。", **unit)
    change = changes.ask_change(delivery=spring.delivery(4), plan={"content": "改"}, reason="汛期。", **unit)
    for number in (5, 6):
        spring.report(number, figures={1: 10, 2: 800})
    completions.hand_in(delivery=spring.delivery(5), evidence="建成。", **unit)
    return Year(spring, held, order, finding, change, survey(spring, days=2), make_next_year())


def withdrawn(y: Year) -> object:
    """Withdraw the assessment as if its roll were not frozen yet; a cycle in delivery stands where it goes back to."""
    place(y.held, Stage.DELIBERATION)
    with patch("voting.domain.after.assessments.move_cycle"):
        return assessments.withdraw_assessment(assessment=y.held, **y.acting)


def begun(y: Year) -> object:
    """Begin the deliveries of the year anew, as if there were none yet."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("DELETE FROM voting_delivery WHERE cycle_id = %s", [y.to.pk])
        cursor.execute("DELETE FROM voting_lightsetting WHERE cycle_id = %s", [y.to.pk])
        cursor.execute("SET LOCAL session_replication_role = origin")
    return deliveries.begin_delivery(cycle=y.to, **y.acting)


def finished(y: Year) -> object:
    """Archive the next year, of which nothing is left to do."""
    Delivery.objects.filter(cycle=y.to).update(status="completed")
    return archive.archive(cycle=y.to, **y.acting)


def reported(y: Year) -> object:
    return progress.report(delivery=y[3], day=DAY, text="开工。", delay="无", **y.unit)


def answered(y: Year) -> object:
    ticket, at = surveys.survey_ticket(y.survey), y.during["at"]
    answers = {y[1].pk: "satisfied"}
    return surveys.answer(survey=y.survey, ticket=ticket, answers=answers, address="192.0.2.1", at=at)


def disposed(y: Year) -> object:
    return archive.dispose(cycle=y.cycle, slips=5, witnesses="某人", note="粉碎。", **y.acting)


Verb = Callable[[Year], object]
#: Every verb: in which stages of the year it is done, and the call. Those of NEXT are tried in the year after it.
VERBS: dict[Callable[..., Any], tuple[frozenset[Stage], Verb]] = {
    deliveries.begin_delivery: (frozenset({Stage.PUBLICATION}), begun),
    deliveries.change_delivery: (
        frozenset({Stage.DELIVERY}),
        lambda y: deliveries.change_delivery(delivery=y.new, targets=[], milestones=[], **y.acting),
    ),
    deliveries.issue_breakdown: (GOING_ON, lambda y: deliveries.issue_breakdown(cycle=y.cycle, **y.acting)),
    light_settings.set_lights: (
        GOING_ON,
        lambda y: light_settings.set_lights(
            cycle=y.cycle, rule=light_settings.rule_of(y.cycle)[0], report_days=9, **y.acting
        ),
    ),
    progress.report: (GOING_ON, reported),
    changes.ask_change: (
        GOING_ON,
        lambda y: changes.ask_change(delivery=y[3], plan={"content": "改"}, reason="汛期。", **y.unit),
    ),
    changes.decide_change: (
        GOING_ON,
        lambda y: changes.decide_change(
            change=y.change, approved=True, decision="同意。", on=date(2019, 1, 2), **y.acting | {"at": END}
        ),
    ),
    completions.hand_in: (
        GOING_ON,
        lambda y: completions.hand_in(delivery=y[6], evidence="建成。", **y.unit | {"at": END}),
    ),
    completions.decide: (
        GOING_ON,
        lambda y: completions.decide(completion=y.handed_in, accepted=True, note="合格。", **y.acting),
    ),
    supervision.name_group: (
        GOING_ON,
        lambda y: supervision.name_group(
            delivery=y[3], numbers=[y.spring.vote.delegates[0].number], **y.acting
        ),
    ),
    supervision.inspect: (
        GOING_ON,
        lambda y: supervision.inspect(delivery=y[3], day=DAY, text="看。", faults=[], **y.acting),
    ),
    supervision.remark: (
        GOING_ON,
        lambda y: supervision.remark(delivery=y[3], text="好。", **y.delegate),
    ),
    supervision.reply: (GOING_ON, lambda y: supervision.reply(finding=y.finding, text="已修。", **y.unit)),
    supervision.close: (GOING_ON, lambda y: supervision.close(finding=y.finding, text="属实。", **y.acting)),
    supervision.send_back: (
        GOING_ON,
        lambda y: supervision.send_back(finding=y.finding, text="不行。", **y.acting),
    ),
    assessments.open_assessment: (
        GOING_ON,
        lambda y: assessments.open_assessment(cycle=y.cycle, body="delegates", numbers=[3], **y.acting),
    ),
    assessments.withdraw_assessment: (GOING_ON, withdrawn),
    rectifications.order_rectification: (
        GOING_ON,
        lambda y: rectifications.order_rectification(
            assessment=y.held, delivery=y[2], text="改。", due=DUE, **y.acting
        ),
    ),
    rectifications.reply_rectification: (
        GOING_ON,
        lambda y: rectifications.reply_rectification(rectification=y.order, text="已改。", **y.unit),
    ),
    surveys.open_survey: (
        GOING_ON,
        lambda y: surveys.open_survey(
            cycle=y.cycle, opens_at=y.survey.opens_at, closes_at=y.survey.closes_at, **y.acting
        ),
    ),
    surveys.set_survey_end: (
        GOING_ON,
        lambda y: surveys.set_survey_end(cycle=y.cycle, closes_at=END, **y.during),
    ),
    surveys.close_survey: (GOING_ON, lambda y: surveys.close_survey(cycle=y.cycle, **y.during)),
    surveys.answer: (GOING_ON, answered),
    archive.carry_over: (
        GOING_ON,
        lambda y: archive.carry_over(delivery=y[6], to=y.to, stage_goal="完成", **y.acting),
    ),
    archive.archive: (frozenset({Stage.ASSESSMENT}), finished),
    archive.dispose: (frozenset({Stage.ARCHIVED}), disposed),
}
NEXT = {deliveries.begin_delivery, deliveries.change_delivery, archive.archive}


def place(cycle: Cycle, stage: Stage) -> None:
    """Put the cycle into a stage, whatever leads there."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE voting_cycle SET stage = %s WHERE id = %s", [stage.value, cycle.pk])
        cursor.execute("SET LOCAL session_replication_role = origin")


def outcome(act: Callable[[], object]) -> str:
    """Return what became of a call, and take it back."""
    try:
        with transaction.atomic():
            act()
            transaction.set_rollback(True)
    except Refused:
        return "refused"
    return "done"


#: A year is given up before its call alone, and is found by nothing after that.
KNOWN = [stage for stage in Stage if stage != Stage.GIVEN_UP]


def test_every_verb_in_every_stage(year):
    found = {}
    for verb, (_stages, call) in VERBS.items():
        cycle = year.to if verb in NEXT else year.cycle
        for stage in KNOWN:
            with transaction.atomic():
                place(cycle, stage)
                found[verb.__name__, stage] = outcome(lambda call=call: call(year))
                transaction.set_rollback(True)
    assert found == {
        (verb.__name__, stage): "done" if stage in stages else "refused"
        for verb, (stages, _call) in VERBS.items()
        for stage in KNOWN
    }


def test_the_table_names_every_verb():
    """A verb says by whom it is called, or, for the residents who are nobody, at which moment."""
    known = {
        value
        for module in MODULES
        for name, value in vars(module).items()
        if inspect.isfunction(value) and value.__module__ == module.__name__ and not name.startswith("_")
        if {"by", "at"} <= set(inspect.signature(value).parameters) or value is surveys.answer
    }
    assert known == set(VERBS)
