"""居民满意度调查: everybody may answer; it is no vote, decides nothing, and stands apart from the secret assessment.

Only sums are kept, spread over shards so that thousands can answer at once: no answer, no time, no address. A form
counts once, by the digest of its random ticket; a network (``networks.network_of``) sends at most ``MOST_FORMS`` a
day, counted by a keyed digest that changes daily and is deleted after its day.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.core import signing
from django.db import connection, transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from accounts.models import User
from voting.domain.journal import record
from voting.domain.networks import network_of
from voting.domain.refusals import Refused, StepNotAllowed
from voting.models import Cycle, Delivery, Survey, SurveyAddress, SurveyCount, SurveyForm
from voting.states import Act, GradeName, Stage

SHARDS = 16
#: Families share an address, and so do whole offices.
MOST_FORMS = 40
_SALT = "piaojue.survey"


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


class FormDamaged(Refused):
    def __str__(self) -> str:
        return _("This form is damaged or too old. Nothing was sent; please open it again.")


@transaction.atomic
def open_survey(*, cycle: Cycle, opens_at: datetime, closes_at: datetime, by: User, at: datetime) -> Survey:
    """Open the survey, or move its times until it has begun. Raises StepNotAllowed, ValidationError by field."""
    locked = Cycle.objects.select_for_update().get(pk=cycle.pk)
    if locked.stage not in {Stage.DELIVERY, Stage.ASSESSMENT} or locked.assesses_id:
        raise StepNotAllowed
    there = Survey.objects.filter(cycle=cycle).first()
    if there and there.opens_at <= at:
        raise StepNotAllowed
    survey = there or Survey(cycle=locked)
    survey.opens_at, survey.closes_at, survey.opened_by = opens_at, closes_at, by
    survey.full_clean()
    survey.save()
    deliveries = Delivery.objects.filter(cycle=cycle)
    SurveyCount.objects.bulk_create(
        [
            SurveyCount(survey=survey, delivery=delivery, grade=grade, shard=shard)
            for delivery in deliveries
            for grade in GradeName.values
            for shard in range(SHARDS)
        ],
        ignore_conflicts=True,
    )
    data = {"opens": opens_at.isoformat(), "closes": closes_at.isoformat()}
    record(cycle=cycle, act=Act.SURVEY_OPENED, by=by, at=at, data=data)
    return survey


def is_open(survey: Survey, at: datetime) -> bool:
    return survey.opens_at <= at < survey.closes_at


def make_ticket(survey: Survey) -> str:
    """Return the ticket of a form that is handed out now: random, signed, and good for one sending."""
    return signing.dumps([survey.pk, secrets.token_hex(12)], salt=_SALT)


def _digest(survey: Survey, ticket: str) -> bytes:
    try:
        pk, nonce = signing.loads(ticket, salt=_SALT, max_age=timedelta(days=1))
    except (signing.BadSignature, ValueError, TypeError):
        raise FormDamaged from None
    if pk != survey.pk:
        raise FormDamaged
    return hashlib.sha256(f"{pk} {nonce}".encode()).digest()[:16]


@transaction.atomic
def answer(*, survey: Survey, ticket: str, answers: Mapping[int, str], address: str, at: datetime) -> None:
    """Count a form: delivery → grade. All of it or nothing.

    Raises SurveyClosed, NothingAnswered, FormDamaged, TooManyForms or AnsweredAlready.
    """
    if not is_open(survey, at):
        raise SurveyClosed
    if not answers:
        raise NothingAnswered
    digest = _digest(survey, ticket)
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


def _first_time(survey: Survey, digest: bytes) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO voting_surveyform (digest, survey_id) VALUES (%s, %s) ON CONFLICT DO NOTHING",
            [digest, survey.pk],
        )
        return bool(cursor.rowcount)


def _count_address(address: str, at: datetime) -> None:
    day = timezone.localdate(at)
    SurveyAddress.objects.filter(day__lt=day).delete()
    digest = salted_hmac(_SALT, f"{day} {network_of(address)}", algorithm="sha256").hexdigest()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO voting_surveyaddress (digest, day, forms) VALUES (%s, %s, 1) "
            "ON CONFLICT (digest) DO UPDATE SET forms = voting_surveyaddress.forms + 1 RETURNING forms",
            [digest, day],
        )
        (forms,) = cursor.fetchone()
    if forms > MOST_FORMS:
        raise TooManyForms


def totals(*surveys: Survey) -> dict[int, dict[str, int]]:
    """Return delivery → grade → answers, in one query over the shards, however many answers there are."""
    found: dict[int, dict[str, int]] = {}
    rows = (
        SurveyCount.objects.filter(survey__in=surveys)
        .values_list("delivery_id", "grade")
        .annotate(sum=Sum("answers"))
        .order_by("delivery_id")
    )
    for delivery, grade, number in rows:
        found.setdefault(delivery, dict.fromkeys(GradeName.values, 0))[grade] = int(number)
    return found


def forms_sent(survey: Survey) -> int:
    return SurveyForm.objects.filter(survey=survey).count()
