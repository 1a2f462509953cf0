"""居民满意度调查: everybody may answer; it is no vote, decides nothing, and stands apart from the secret assessment.

Only sums are kept, spread over shards so that thousands can answer at once: no answer, no time, no address. A form
counts once, by the digest of its random ticket; a network sends at most ``MOST_FORMS`` a day (``floods.count_knock``).
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, time, timedelta

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.written import Statement, among
from voting.count.grading import Grade
from voting.domain.after.light_settings import GOING_ON
from voting.domain.after.locks import lock_cycle
from voting.domain.core.floods import TooOften, count_knock
from voting.domain.core.journal import record
from voting.domain.core.refusals import Refused, StepNotAllowed
from voting.domain.core.tickets import FormDamaged, one_time_ticket, ticket_digest
from voting.models import Cycle, Delivery, Survey, SurveyCount
from voting.states import Act

SHARDS = 16
#: Families share an address, and so do whole offices.
MOST_FORMS = 40
#: How far ahead a survey may open, and how long it may last; what lies beyond is a slip of the pen.
FARTHEST, LONGEST = timedelta(days=10 * 366), timedelta(days=2 * 366)
#: A form that says "now" takes a while to be sent.
_SLOW = timedelta(minutes=1)
_PURPOSE = "survey"


class SurveyClosed(Refused):
    def __str__(self) -> str:
        return _("The survey is not open now. Nothing was sent.")


class NothingAnswered(Refused):
    def __str__(self) -> str:
        return _("Answer for at least one project.")


class AnsweredAlready(Refused):
    def __str__(self) -> str:
        return _("This form was sent already; it counts once. Thank you.")


class TooManyForms(Refused):
    def __str__(self) -> str:
        return _(
            "Very many forms came from your network today. Please answer tomorrow, or from another network."
        )


@transaction.atomic
def open_survey(*, cycle: Cycle, opens_at: datetime, closes_at: datetime, by: User, at: datetime) -> Survey:
    """Open the survey, or move its times until it has begun. Raises StepNotAllowed, ValidationError by field."""
    locked = lock_cycle(cycle)
    if locked.stage not in GOING_ON or locked.assesses_id:
        raise StepNotAllowed
    there = Survey.objects.filter(cycle=cycle).first()
    if there and there.opens_at <= at:
        raise StepNotAllowed
    _check_opening(locked, opens_at, at)
    _check_end(opens_at, closes_at)
    survey = there or Survey(cycle=locked)
    survey.opens_at, survey.closes_at, survey.opened_by = opens_at, closes_at, by
    survey.full_clean()
    survey.save()
    deliveries = Delivery.objects.filter(cycle=cycle)
    SurveyCount.objects.bulk_create(
        [
            SurveyCount(survey=survey, delivery=delivery, grade=grade, shard=shard)
            for delivery in deliveries
            for grade in Grade
            for shard in range(SHARDS)
        ],
        ignore_conflicts=True,
    )
    data = {"opens": opens_at.isoformat(), "closes": closes_at.isoformat()}
    record(cycle=cycle, act=Act.SURVEY_OPENED, by=by, at=at, data=data)
    return survey


def _check_opening(cycle: Cycle, opens_at: datetime, at: datetime) -> None:
    if opens_at < at - _SLOW:
        raise ValidationError({"opens_at": _("The survey opens now or later.")})
    if opens_at > at + FARTHEST:
        raise ValidationError({"opens_at": _("The survey opens within ten years.")})
    if timezone.localdate(opens_at).year < cycle.year:
        raise ValidationError({"opens_at": _("The survey does not open before the year of its projects.")})


def _check_end(opens_at: datetime, closes_at: datetime) -> None:
    if closes_at <= opens_at:
        raise ValidationError({"closes_at": _("The survey must end after it begins.")})
    if closes_at > opens_at + LONGEST:
        raise ValidationError({"closes_at": _("The survey lasts at most two years.")})


@transaction.atomic
def set_survey_end(*, cycle: Cycle, closes_at: datetime, by: User, at: datetime) -> Survey:
    """Move the end of a survey that is running, to a moment that lies ahead.

    Raises StepNotAllowed before it has begun and after it has ended, ValidationError by field.
    """
    survey = _running(cycle, at)
    _check_end(survey.opens_at, closes_at)
    if closes_at <= at:
        raise ValidationError({"closes_at": _("The end lies ahead. To end the survey at once, end it now.")})
    return _end(survey, closes_at, by, at)


@transaction.atomic
def close_survey(*, cycle: Cycle, by: User, at: datetime) -> Survey:
    """End a survey that is running, now and for good. Raises StepNotAllowed unless it is running."""
    return _end(_running(cycle, at), at, by, at)


def _running(cycle: Cycle, at: datetime) -> Survey:
    locked = lock_cycle(cycle)
    survey = Survey.objects.select_for_update(no_key=True).filter(cycle=locked).first()
    if survey is None or not (locked.stage in GOING_ON and survey.opens_at < at < survey.closes_at):
        raise StepNotAllowed
    return survey


def _end(survey: Survey, closes_at: datetime, by: User, at: datetime) -> Survey:
    was, survey.closes_at = survey.closes_at, closes_at
    survey.full_clean()
    survey.save()
    data = {"was": was.isoformat(), "closes": closes_at.isoformat()}
    record(cycle=survey.cycle, act=Act.SURVEY_ENDED, by=by, at=at, data=data)
    return survey


def leave_with_the_year(cycle: Cycle, at: datetime) -> None:
    """Let the survey end with its year, which the caller has locked; one that has not begun is never held."""
    survey = Survey.objects.select_for_update(no_key=True).filter(cycle=cycle).first()
    if survey and survey.opens_at > at:
        SurveyCount.objects.filter(survey=survey).delete()
        survey.delete()
    elif survey and survey.closes_at > at:
        # An end after the beginning is what the database asks for, even where both fall on one moment.
        ends = max(at, survey.opens_at + timedelta.resolution)
        Survey.objects.filter(pk=survey.pk).update(closes_at=ends)


def is_open(survey: Survey, at: datetime) -> bool:
    return survey.cycle.stage in GOING_ON and survey.opens_at <= at < survey.closes_at


def survey_ticket(survey: Survey) -> str:
    """Return the ticket of a form that is handed out now."""
    return one_time_ticket(purpose=_PURPOSE, key=survey.pk)


@transaction.atomic
def answer(*, survey: Survey, ticket: str, answers: Mapping[int, str], address: str, at: datetime) -> None:
    """Count a form: delivery → grade. All of it or nothing.

    The survey is taken shared first, so that nothing is counted after its end or after the archive. Raises
    SurveyClosed, NothingAnswered, FormDamaged, TooManyForms or AnsweredAlready.
    """
    survey = _held(survey)
    if not is_open(survey, at):
        raise SurveyClosed
    if not answers:
        raise NothingAnswered
    digest = ticket_digest(ticket, purpose=_PURPOSE, key=survey.pk)
    _count_address(address, at)
    if not _first_time(survey, digest):
        raise AnsweredAlready
    shard = secrets.randbelow(SHARDS)
    # In one order everywhere: two forms that land on one shard wait for each other and never lock crosswise.
    pairs = sorted(answers.items())
    with connection.cursor() as cursor:
        for delivery, grade in pairs:
            cursor.execute(
                "UPDATE voting_surveycount SET answers = answers + 1 "
                "WHERE survey_id = %s AND delivery_id = %s AND grade = %s AND shard = %s",
                [survey.pk, delivery, grade, shard],
            )
            if cursor.rowcount != 1:
                raise FormDamaged


def _held(survey: Survey) -> Survey:
    """Return the survey as it is now; many forms hold it at once, and who ends it waits for them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM voting_survey WHERE cycle_id = %s FOR SHARE", [survey.pk])
    now = Survey.objects.select_related("cycle__congress").filter(pk=survey.pk).first()
    if now is None:
        raise SurveyClosed
    return now


def _first_time(survey: Survey, digest: bytes) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO voting_surveyform (digest, survey_id) VALUES (%s, %s) ON CONFLICT DO NOTHING",
            [digest, survey.pk],
        )
        return bool(cursor.rowcount)


def _count_address(address: str, at: datetime) -> None:
    tomorrow = timezone.localdate(at) + timedelta(days=1)
    ends_at = timezone.make_aware(datetime.combine(tomorrow, time.min))
    try:
        count_knock(purpose=_PURPOSE, address=address, most=MOST_FORMS, ends_at=ends_at, at=at)
    except TooOften as flood:
        raise TooManyForms from flood


_TOTALS = Statement(
    lambda: (
        SurveyCount.objects.filter(among("survey", "surveys"))
        .values_list("delivery_id", "grade")
        .annotate(sum=Sum("answers"))
        .order_by("delivery_id")
    )
)


def totals(*surveys: int) -> dict[int, dict[str, int]]:
    """Return delivery → grade → answers of the surveys with these keys, which are those of their years.

    One query over the shards, however many answers there are.
    """
    sums: dict[int, dict[str, int]] = {}
    for delivery, grade, number in _TOTALS.rows(surveys=list(surveys)):
        sums.setdefault(delivery, dict.fromkeys(map(str, Grade), 0))[grade] = int(number)
    return sums
