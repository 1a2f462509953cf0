"""After the vote: the survey with a million answers beside an empty one, and the page of all projects, few and many."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from django.db import connection
from django.test import Client, override_settings

from accounts.models import Unit, User
from accounts.roles import Kind, Role
from benchmarks import report, votes
from benchmarks.congresses import in_bulk
from voting.count.grading import Grade
from voting.domain.after import surveys
from voting.models import (
    Breakdown,
    Candidate,
    Cycle,
    Delivery,
    DeliveryMilestone,
    DeliveryTarget,
    LightSetting,
    ProgressReport,
    Survey,
    SurveyCount,
    TargetFigure,
)
from voting.states import Became, Stage

ANSWERS = 1_000_000
PROJECTS, MANY = 12, 120
REPORTS = 12
FORMS = 300
REPEATED = 5
_AT = datetime(2018, 2, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Cost:
    """Seconds: one form with an answer for every project, and the page of what became of the projects."""

    form: float
    page: float


def measure(answers: int) -> list[report.Row]:
    """Measure on the database in use, and return the rows of the table."""
    few, many = _year("after-few", PROJECTS), _year("after-many", MANY)
    survey = _survey(few)
    empty = Cost(_forms(survey), _page(few))
    _fill(survey, answers)
    full = Cost(_forms(survey), _page(few))
    long = _page(many)
    return [
        _row(f"a survey form among {answers:,} answers beside the first ones", full.form, empty.form),
        _row(f"the page of {PROJECTS} projects with {answers:,} answers beside none", full.page, empty.page),
        _row(f"the page of {MANY} projects with {REPORTS} reports each beside {PROJECTS}", long, full.page),
    ]


def _row(what: str, ours: float, other: float) -> report.Row:
    return report.Row(what, f"{ours * 1000:.2f} ms", f"{other * 1000:.2f} ms", ours / other)


@in_bulk()
def _year(slug: str, projects: int) -> Cycle:
    """Return a year on its way, with so many projects and a year of reports."""
    congress = votes.congress(Kind.DEMO)
    clerk = User.objects.create_user(slug, name=slug, role=Role.CLERK, congress=congress)
    unit = Unit.objects.create(congress=congress, name=slug)
    cycle = Cycle.objects.create(
        congress=congress,
        slug=slug,
        year=2018,
        seats=projects,
        stage=Stage.DELIVERY,
    )
    LightSetting.objects.create(
        cycle=cycle, preset="yinchuan", yellow=10, yellow_from="ge", red=30, red_from="gt"
    )
    Breakdown.objects.create(
        cycle=cycle, version=1, body="{}", digest="0" * 64, issued_by=clerk, issued_at=_AT
    )
    for number in range(1, projects + 1):
        candidate = Candidate.objects.create(cycle=cycle, number=number, name=f"项目{number}")
        delivery = Delivery.objects.create(
            cycle=cycle, number=number, candidate=candidate, became=Became.CHOSEN, lead_unit=unit
        )
        target = DeliveryTarget.objects.create(
            delivery=delivery, position=1, text="公厕", number=Decimal(100), unit="座"
        )
        DeliveryMilestone.objects.bulk_create(
            DeliveryMilestone(delivery=delivery, position=month, month=date(2018, month, 1), text="节点")
            for month in range(1, 13)
        )
        reports = ProgressReport.objects.bulk_create(
            ProgressReport(
                delivery=delivery, day=date(2018, month, 20), text="按计划推进。" * 10, reported_by=clerk,
                reported_at=_AT + timedelta(days=30 * month),
            )
            for month in range(1, REPORTS + 1)
        )  # fmt: skip
        TargetFigure.objects.bulk_create(
            TargetFigure(report=each, target=target, figure=Decimal(place))
            for place, each in enumerate(reports)
        )
    return cycle


def _survey(cycle: Cycle) -> Survey:
    clerk = User.objects.get(username=cycle.slug)
    survey = surveys.open_survey(
        cycle=cycle, opens_at=_AT + timedelta(minutes=1), closes_at=_AT + timedelta(days=30), by=clerk, at=_AT
    )
    # No survey may be set to last this long; the page is measured by the clock of today.
    Survey.objects.filter(pk=survey.pk).update(closes_at=_AT + timedelta(days=3650))
    return Survey.objects.get(pk=survey.pk)


def _fill(survey: Survey, answers: int) -> None:
    """Let so many forms of one answer each be there, spread as the verb spreads them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO voting_surveyform (digest, survey_id) "
            "SELECT substring(sha256(n::text::bytea) for 16), %s FROM generate_series(1, %s) n",
            [survey.pk, answers],
        )
        share = answers // SurveyCount.objects.filter(survey=survey).count()
        SurveyCount.objects.filter(survey=survey).update(answers=share)
        cursor.execute("VACUUM ANALYZE voting_surveyform, voting_surveycount")


def _forms(survey: Survey) -> float:
    """Return the median seconds of a form with an answer for every project, each from another address."""
    deliveries = list(Delivery.objects.filter(cycle=survey.cycle_id).values_list("pk", flat=True))
    answers = dict.fromkeys(deliveries, Grade.SATISFIED.value)
    at = survey.opens_at + timedelta(minutes=1)
    seconds = []
    for place in range(FORMS):
        ticket, address = surveys.survey_ticket(survey), f"192.0.2.{place % 250}"
        begun = time.perf_counter()
        surveys.answer(survey=survey, ticket=ticket, answers=answers, address=address, at=at)
        seconds.append(time.perf_counter() - begun)
    return sorted(seconds)[FORMS // 2]


@override_settings(KEPT_SECONDS=0)
def _page(cycle: Cycle) -> float:
    client = Client(SERVER_NAME="127.0.0.1")

    def ask() -> None:
        answer = client.get(f"/{cycle.slug}/delivery/")
        if answer.status_code != 200:  # noqa: PLR2004
            raise SystemExit(f"the page was answered with {answer.status_code}")

    ask()
    return min(_timed(ask) for _ in range(REPEATED))


def _timed(act: Callable[[], None]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun
