"""居民满意度调查: sums alone, one form once, floods held back, many at once without waiting for each other."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from tests.cases_after import answer, survey
from tests.spring import make_spring
from voting.domain import surveys
from voting.domain.refusals import StepNotAllowed
from voting.models import SurveyAddress, SurveyCount, SurveyForm

pytestmark = pytest.mark.django_db


def test_an_answer_leaves_a_sum_and_nothing_else():
    spring = make_spring()
    opened = survey(spring)
    first, second = spring.delivery(1).pk, spring.delivery(2).pk
    answer(spring, opened, answers={first: "satisfied", second: "unsatisfied"})
    answer(spring, opened, answers={first: "satisfied"}, address="192.0.2.2")
    answer(spring, opened, answers={first: "basically"}, address="192.0.2.3")
    found = surveys.totals(opened)
    assert found[first] == {"satisfied": 2, "basically": 1, "unsatisfied": 0}
    assert found[second] == {"satisfied": 0, "basically": 0, "unsatisfied": 1}
    assert surveys.forms_sent(opened) == 3
    with connection.cursor() as cursor:
        for table in ("voting_surveycount", "voting_surveyform", "voting_surveyaddress"):
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            rows = "\n".join(row for (row,) in cursor.fetchall())
            assert "192.0.2" not in rows


def test_the_number_of_rows_does_not_grow_with_the_answers_and_reading_is_one_query(
    django_assert_num_queries,
):
    spring = make_spring()
    opened = survey(spring)
    rows = SurveyCount.objects.count()
    for number in range(20):
        answer(spring, opened, address=f"192.0.2.{number}")
    assert SurveyCount.objects.count() == rows == 4 * 3 * surveys.SHARDS
    with django_assert_num_queries(1):
        surveys.totals(opened)


def test_a_faulty_answer_counts_nothing_of_the_form():
    spring = make_spring()
    opened = survey(spring)
    ticket = surveys.make_ticket(opened)
    mixed = {spring.delivery(1).pk: "satisfied", 10**9: "satisfied"}
    with pytest.raises(surveys.FormDamaged):
        answer(spring, opened, ticket=ticket, answers=mixed)
    assert surveys.forms_sent(opened) == 0
    assert sum(sum(each.values()) for each in surveys.totals(opened).values()) == 0
    answer(spring, opened, ticket=ticket)


def test_a_flood_from_one_network_stops_and_another_network_goes_on():
    spring = make_spring()
    opened = survey(spring)
    for _ in range(surveys.MOST_FORMS):
        answer(spring, opened)
    with pytest.raises(surveys.TooManyForms):
        answer(spring, opened)
    answer(spring, opened, address="192.0.2.99")
    assert surveys.forms_sent(opened) == surveys.MOST_FORMS + 1


def test_a_household_with_very_many_addresses_is_one_network():
    spring = make_spring()
    opened = survey(spring)
    for number in range(surveys.MOST_FORMS):
        answer(spring, opened, address=f"2001:db8:1:2:{number:x}::7")
    for address in ("2001:db8:1:2::", "2001:DB8:1:2:ffff:ffff:ffff:ffff"):
        with pytest.raises(surveys.TooManyForms):
            answer(spring, opened, address=address)
    answer(spring, opened, address="2001:db8:1:3::7")
    assert surveys.forms_sent(opened) == surveys.MOST_FORMS + 1


def test_the_address_of_yesterday_is_forgotten():
    spring = make_spring()
    acting = spring.acting
    opened = surveys.open_survey(
        cycle=spring.cycle, opens_at=acting["at"], closes_at=acting["at"] + timedelta(days=5), **acting
    )
    answer(spring, opened)
    before = set(SurveyAddress.objects.values_list("digest", flat=True))
    answer(spring, opened, at=opened.opens_at + timedelta(days=1))
    assert not before & set(SurveyAddress.objects.values_list("digest", flat=True))


def test_a_ticket_of_another_survey_or_day_is_none():
    spring = make_spring()
    opened = survey(spring)
    other = opened.__class__(pk=opened.pk + 1)
    with pytest.raises(surveys.FormDamaged):
        answer(spring, opened, ticket=surveys.make_ticket(other))


def test_times_are_moved_until_it_has_begun_and_not_after():
    spring = make_spring()
    opened = survey(spring, days=3)
    acting = spring.acting
    moved = surveys.open_survey(
        cycle=spring.cycle, opens_at=opened.opens_at + timedelta(days=1),
        closes_at=opened.closes_at + timedelta(days=2), **acting,
    )  # fmt: skip
    assert moved.opens_at > opened.opens_at
    assert SurveyCount.objects.count() == 4 * 3 * surveys.SHARDS
    with pytest.raises(ValidationError):
        surveys.open_survey(cycle=spring.cycle, opens_at=moved.closes_at, closes_at=moved.opens_at, **acting)
    with pytest.raises(StepNotAllowed):
        surveys.open_survey(
            cycle=spring.cycle, opens_at=moved.opens_at, closes_at=moved.closes_at,
            by=acting["by"], at=moved.opens_at + timedelta(minutes=1),
        )  # fmt: skip


def test_the_database_holds_each_counter_once_and_knows_the_grades():
    spring = make_spring()
    opened = survey(spring)
    row = SurveyCount.objects.first()
    for change in ({"pk": None}, {"pk": None, "grade": "great", "shard": 99}):
        for name, value in change.items():
            setattr(row, name, value)
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save(force_insert=True)
    assert SurveyForm.objects.filter(survey=opened).count() == 0
