"""For every refusal after the vote the call that meets it; used by tests/integration/test_domain_refusals.py."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from unittest.mock import patch

from tests.factories import POINTS, Vote, make_vote
from tests.spring import Spring, make_next_year, make_spring
from voting.count.counting import Mark
from voting.count.formats.notice import NOTICE
from voting.domain.after import (
    archive,
    assessments,
    changes,
    completions,
    deliveries,
    light_settings,
    plan_rows,
    progress,
    progress_cells,
    progress_lists,
    rectifications,
    supervision,
    surveys,
)
from voting.domain.core import tickets
from voting.domain.core.uploads import Cleaned
from voting.models import Completion, Notice, Survey
from voting.states import Body

Case = Callable[[], Callable[[], object]]


def on(act: Callable[[Spring], object], **given: Any) -> Case:
    """Return a case: a spring, and the call that must be refused there."""

    def case() -> Callable[[], object]:
        spring = make_spring(**given)
        return lambda: act(spring)

    return case


def after(prepare: Callable[[Spring], Any], act: Callable[[Spring, Any], object], **given: Any) -> Case:
    """Return a case that first prepares something."""

    def case() -> Callable[[], object]:
        spring = make_spring(**given)
        made = prepare(spring)
        return lambda: act(spring, made)

    return case


def unit(spring: Spring) -> dict[str, Any]:
    return spring.acting | {"by": spring.officer}


def assess(spring: Spring, grades: dict[int, int]) -> Vote:
    """Hold a whole assessment with these grades from everybody."""
    given = {"body": Body.DELEGATES, "numbers": sorted(grades), **spring.acting}
    cycle = assessments.open_assessment(cycle=spring.cycle, **given)
    vote = spring.vote
    people = {n: getattr(vote, n) for n in ("clerk", "scrutineer", "other_scrutineer", "presiding", "chief")}
    held = Vote(cycle=cycle, delegates=vote.delegates, at=spring.at, **people)
    held.run(*POINTS[1:], chosen=[grades] * len(vote.delegates))
    return held


def survey(spring: Spring, *, days: int = 1) -> Survey:
    acting = spring.acting
    opens = acting["at"] + timedelta(days=days - 1)
    return surveys.open_survey(
        cycle=spring.cycle, opens_at=opens, closes_at=opens + timedelta(days=1), **acting
    )


def answer(spring: Spring, opened: Survey, **given: Any) -> None:
    said = {
        "ticket": surveys.survey_ticket(opened),
        "answers": {spring.delivery(1).pk: "satisfied"},
        "address": "192.0.2.1",
        "at": opened.opens_at + timedelta(minutes=1),
    }
    surveys.answer(survey=opened, **said | given)


def flood(spring: Spring) -> Survey:
    opened = survey(spring)
    for _ in range(surveys.MOST_FORMS):
        answer(spring, opened)
    return opened


def sent_once(spring: Spring) -> tuple[Survey, str]:
    opened = survey(spring)
    ticket = surveys.survey_ticket(opened)
    answer(spring, opened, ticket=ticket)
    return opened, ticket


def inspect(spring: Spring, **given: Any) -> object:
    said = {"day": date(2018, 1, 23), "text": "看了现场。", "faults": []} | given
    return supervision.inspect(delivery=spring.delivery(), **spring.acting | said)


def ask(spring: Spring, **given: Any) -> Any:
    said = {"plan": {"content": "改做别的"}, "reason": "汛期。"} | given
    return changes.ask_change(delivery=spring.delivery(), **unit(spring) | said)


def decide(spring: Spring, change: Any, **given: Any) -> object:
    said = {"approved": False, "decision": "不同意。", "on": date(2018, 1, 23)} | given
    return changes.decide_change(change=change, **said, **spring.acting)


def archived_with_nothing_left(spring: Spring) -> None:
    for number in (1, 2, 3, 4):
        spring.report(number, figures={1: 10, 2: 800}, delay="无")
        acting = {"at": spring.acting["at"] + timedelta(days=340)}
        handed_in = completions.hand_in(
            delivery=spring.delivery(number), evidence="建成。", by=spring.officer, **acting
        )
        completions.decide(completion=handed_in, accepted=True, note="合格。", by=spring.vote.clerk, **acting)
    assess(spring, {1: Mark.FOR})
    archive.archive(cycle=spring.cycle, **spring.acting)


def many_files(spring: Spring) -> object:
    files = [Cleaned("a.jpg", "image/jpeg", b"x")] * (progress.MOST_FILES + 1)
    return spring.report(files=files)


def undecided() -> Callable[[], object]:
    """A notice that calls for a further round lets no delivery begin, should the stage ever say so."""
    vote = make_vote(until="published", delegates=3, ballots=[range(1, 11)] * 3)
    body = NOTICE.read(Notice.objects.get().body) | {"final": False}

    def begin() -> object:
        with patch("voting.domain.after.deliveries.read_notice", return_value=body):
            return deliveries.begin_delivery(cycle=vote.cycle, by=vote.clerk, at=vote.later())

    return begin


def take_a_target_out(spring: Spring) -> Any:
    return ask(spring, plan={"targets": deliveries.plan_of(spring.delivery())["targets"][:1]})


def hand_in(spring: Spring, **given: Any) -> Completion:
    spring.report(figures={1: 10, 2: 800}, day=date(2018, 1, 22))
    return completions.hand_in(delivery=spring.delivery(), evidence="建成。", **unit(spring) | given)


def accept(spring: Spring, handed_in: Completion, **given: Any) -> object:
    said = {"accepted": True, "note": "合格。", **spring.acting} | given
    return completions.decide(completion=handed_in, **said)


CASES_AFTER: dict[type, Case] = {
    deliveries.NotDecided: undecided,
    deliveries.BreakdownFixed: on(lambda s: s.plan()),
    plan_rows.PlanReported: after(
        lambda s: s.report(figures={2: 5}), lambda s, _report: take_a_target_out(s)
    ),
    deliveries.NoLeadUnit: on(lambda s: deliveries.issue_breakdown(cycle=s.cycle, **s.acting), issued=False),
    progress.NothingReported: on(lambda s: s.report(text=" ")),
    progress.DayAhead: on(lambda s: s.report(day=date(2019, 3, 1))),
    progress.ReachedTooEarly: on(lambda s: s.report(reached={1: date(1990, 1, 1)})),
    progress.ReachedAfterReport: on(lambda s: s.report(reached={1: date(2018, 3, 21)})),
    progress.ReportedAlready: after(lambda s: s.report(), lambda s, _report: s.report()),
    progress.DayTooEarly: on(lambda s: s.report(day=date(2017, 12, 31))),
    progress.NotItsReport: after(lambda s: s.report(2), lambda s, other: s.report(corrects=other)),
    progress.TooManyFiles: on(many_files),
    light_settings.LightsImpossible: on(
        lambda _s: light_settings.light_rule(
            yellow=50, yellow_from="ge", red=10, red_from="gt", unbegun_is_red=True
        )
    ),
    progress.DelayUnexplained: on(lambda s: s.report(day=date(2018, 5, 1))),
    progress_lists.NothingNew: on(
        lambda s: progress_lists.apply(
            staged=progress_lists.stage(
                cycle=s.cycle,
                file_name="a.csv",
                content=",".join(progress_cells.headings()).encode(),
                **s.acting,
            ),
            **s.acting,
        )
    ),
    supervision.NotOfTheGroup: on(lambda s: inspect(s, by=s.vote.delegates[0].user)),
    supervision.NotADelegateInOffice: on(
        lambda s: supervision.remark(delivery=s.delivery(), text="好。", **s.acting)
    ),
    supervision.NothingWritten: on(lambda s: inspect(s, text=" ")),
    supervision.NotInOffice: on(
        lambda s: supervision.name_group(delivery=s.delivery(), numbers=["99999"], **s.acting)
    ),
    supervision.InspectionAhead: on(lambda s: inspect(s, day=date(2019, 1, 1))),
    supervision.InspectionTooEarly: on(lambda s: inspect(s, day=date(2017, 12, 31))),
    supervision.FaultDueInThePast: on(lambda s: inspect(s, faults=[("围挡破损", s.unit, date(2018, 1, 1))])),
    supervision.DueTooFar: on(lambda s: inspect(s, faults=[("围挡破损", s.unit, date(2030, 1, 1))])),
    supervision.NotAnswered: after(
        lambda s: inspect(s, faults=[("围挡破损", s.unit, date(2018, 6, 1))]),
        lambda s, made: supervision.close(finding=made.findings.get(), text="好。", **s.acting),
    ),
    supervision.NobodyNamed: on(
        lambda s: supervision.name_group(delivery=s.delivery(), numbers=[], **s.acting)
    ),
    changes.ChangeUnexplained: on(lambda s: ask(s, reason="")),
    changes.DecisionUnworded: after(ask, lambda s, change: decide(s, change, decision=" ")),
    changes.DecisionAhead: after(ask, lambda s, change: decide(s, change, on=date(2019, 1, 1))),
    changes.DecisionTooEarly: after(ask, lambda s, change: decide(s, change, on=date(2018, 1, 1))),
    changes.NothingChanged: on(lambda s: ask(s, plan={})),
    changes.AnotherChangeWaits: after(ask, lambda s, _change: ask(s)),
    changes.DecidedAlready: after(lambda s: decide(s, ask(s)), decide),
    changes.OwnRequest: after(lambda s: ask(s, by=s.vote.clerk), decide),
    completions.NoEvidence: on(lambda s: completions.hand_in(delivery=s.delivery(), evidence="", **unit(s))),
    completions.TargetsOpen: on(
        lambda s: completions.hand_in(delivery=s.delivery(), evidence="建成。", **unit(s))
    ),
    completions.HandInDecided: after(lambda s: accept(s, hand_in(s), accepted=False), accept),
    completions.OwnHandIn: after(lambda s: hand_in(s, by=s.vote.clerk), accept),
    completions.ChangeWaits: after(
        ask,
        lambda s, _change: completions.hand_in(delivery=s.delivery(), evidence="建成。", **unit(s)),
    ),
    assessments.NothingToAssess: on(
        lambda s: assessments.open_assessment(cycle=s.cycle, body="delegates", numbers=[], **s.acting)
    ),
    assessments.AssessmentRunning: after(
        lambda s: assessments.open_assessment(cycle=s.cycle, body="delegates", numbers=[1], **s.acting),
        lambda s, _held: assessments.open_assessment(
            cycle=s.cycle, body="delegates", numbers=[2], **s.acting
        ),
    ),
    assessments.NotAssessable: on(
        lambda s: assessments.open_assessment(cycle=s.cycle, body="delegates", numbers=[99], **s.acting)
    ),
    assessments.NoCommittee: on(
        lambda s: assessments.open_assessment(cycle=s.cycle, body="committee", numbers=[1], **s.acting)
    ),
    assessments.NotWithdrawn: after(
        lambda s: assess(s, {1: Mark.FOR}),
        lambda s, held: assessments.withdraw_assessment(assessment=held.cycle, **s.acting),
    ),
    rectifications.NotPoor: after(
        lambda s: assess(s, {1: Mark.FOR}),
        lambda s, held: rectifications.order_rectification(
            assessment=held.cycle, delivery=s.delivery(), text="改。", due=date(2030, 1, 1), **s.acting
        ),
    ),
    rectifications.OrderDueInThePast: after(
        lambda s: assess(s, {1: Mark.AGAINST}),
        lambda s, held: rectifications.order_rectification(
            assessment=held.cycle, delivery=s.delivery(), text="改。", due=date(2018, 1, 1), **s.acting
        ),
    ),
    rectifications.NothingOrdered: after(
        lambda s: assess(s, {1: Mark.AGAINST}),
        lambda s, held: rectifications.order_rectification(
            assessment=held.cycle, delivery=s.delivery(), text="", due=date(2030, 1, 1), **s.acting
        ),
    ),
    surveys.SurveyClosed: after(lambda s: survey(s, days=3), lambda s, opened: answer(s, opened, at=s.at)),
    surveys.NothingAnswered: after(survey, lambda s, opened: answer(s, opened, answers={})),
    tickets.FormDamaged: after(survey, lambda s, opened: answer(s, opened, ticket="x")),
    surveys.TooManyForms: after(flood, answer),
    surveys.AnsweredAlready: after(sent_once, lambda s, sent: answer(s, sent[0], ticket=sent[1])),
    archive.StillRunning: after(
        lambda s: assess(s, {1: Mark.FOR}), lambda s, _held: archive.archive(cycle=s.cycle, **s.acting)
    ),
    archive.StillOpen: after(
        lambda s: (ask(s), make_next_year()),
        lambda s, made: archive.carry_over(delivery=s.delivery(), to=made[1], stage_goal="", **s.acting),
    ),
    archive.NoNextYear: on(
        lambda s: archive.carry_over(delivery=s.delivery(), to=s.cycle, stage_goal="", **s.acting)
    ),
    archive.NoWitness: after(
        archived_with_nothing_left,
        lambda s, _none: archive.dispose(cycle=s.cycle, slips=5, witnesses="", note="焚毁。", **s.acting),
    ),
    archive.TooManySlips: after(
        archived_with_nothing_left,
        lambda s, _none: archive.dispose(
            cycle=s.cycle, slips=999, witnesses="某人", note="焚毁。", **s.acting
        ),
    ),
}


#: These leave something behind on purpose: a staged file, the report or the request that came before.
TRACES_AFTER = {progress_lists.NothingNew}
