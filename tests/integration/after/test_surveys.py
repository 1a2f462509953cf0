"""居民满意度调查: sums alone, one form once, floods held back, many at once without waiting for each other.

Guards ``voting.domain.after.surveys``.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from tests.autumn import clock
from tests.cases_after import answer, survey
from tests.spring import Spring, make_spring
from voting.domain.after import surveys
from voting.domain.core.refusals import StepNotAllowed
from voting.models import Cycle, JournalEntry, Knock, Survey, SurveyCount, SurveyForm
from voting.states import Act

pytestmark = pytest.mark.django_db


def test_an_answer_leaves_a_sum_and_nothing_else():
    spring = make_spring()
    opened = survey(spring)
    first, second = spring.delivery(1).pk, spring.delivery(2).pk
    answer(spring, opened, answers={first: "satisfied", second: "unsatisfied"})
    answer(spring, opened, answers={first: "satisfied"}, address="192.0.2.2")
    answer(spring, opened, answers={first: "basically"}, address="192.0.2.3")
    found = surveys.totals(opened.pk)
    assert found[first] == {"satisfied": 2, "basically": 1, "unsatisfied": 0}
    assert found[second] == {"satisfied": 0, "basically": 0, "unsatisfied": 1}
    assert SurveyForm.objects.filter(survey=opened).count() == 3
    with connection.cursor() as cursor:
        for table in ("voting_surveycount", "voting_surveyform", "voting_knock"):
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
        surveys.totals(opened.pk)


def test_a_faulty_answer_counts_nothing_of_the_form():
    spring = make_spring()
    opened = survey(spring)
    ticket = surveys.survey_ticket(opened)
    mixed = {spring.delivery(1).pk: "satisfied", 10**9: "satisfied"}
    with pytest.raises(surveys.FormDamaged):
        answer(spring, opened, ticket=ticket, answers=mixed)
    assert SurveyForm.objects.filter(survey=opened).count() == 0
    assert sum(sum(each.values()) for each in surveys.totals(opened.pk).values()) == 0
    answer(spring, opened, ticket=ticket)


def test_a_flood_from_one_network_stops_and_another_network_goes_on():
    spring = make_spring()
    opened = survey(spring)
    for _ in range(surveys.MOST_FORMS):
        answer(spring, opened)
    with pytest.raises(surveys.TooManyForms):
        answer(spring, opened)
    answer(spring, opened, address="192.0.2.99")
    assert SurveyForm.objects.filter(survey=opened).count() == surveys.MOST_FORMS + 1


def test_a_household_with_very_many_addresses_is_one_network():
    spring = make_spring()
    opened = survey(spring)
    for number in range(surveys.MOST_FORMS):
        answer(spring, opened, address=f"2001:db8:1:2:{number:x}::7")
    for address in ("2001:db8:1:2::", "2001:DB8:1:2:ffff:ffff:ffff:ffff"):
        with pytest.raises(surveys.TooManyForms):
            answer(spring, opened, address=address)
    answer(spring, opened, address="2001:db8:1:3::7")
    assert SurveyForm.objects.filter(survey=opened).count() == surveys.MOST_FORMS + 1


def test_the_address_of_yesterday_is_forgotten():
    spring = make_spring()
    acting = spring.acting
    opened = surveys.open_survey(
        cycle=spring.cycle, opens_at=acting["at"], closes_at=acting["at"] + timedelta(days=5), **acting
    )
    answer(spring, opened)
    before = set(Knock.objects.values_list("digest", flat=True))
    answer(spring, opened, at=opened.opens_at + timedelta(days=1))
    assert not before & set(Knock.objects.values_list("digest", flat=True))


def test_a_ticket_of_another_survey_or_day_is_none():
    spring = make_spring()
    opened = survey(spring)
    other = opened.__class__(pk=opened.pk + 1)
    with pytest.raises(surveys.FormDamaged):
        answer(spring, opened, ticket=surveys.survey_ticket(other))


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


def opened_now(spring: Spring) -> Survey:
    acting = spring.acting
    return surveys.open_survey(
        cycle=spring.cycle, opens_at=acting["at"], closes_at=acting["at"] + timedelta(days=5), **acting
    )


YEAR = timedelta(days=366)


@pytest.mark.parametrize(
    ("opens", "closes", "field"),
    [
        (timedelta(minutes=-2), timedelta(days=1), "opens_at"),
        (-2010 * YEAR, timedelta(days=1), "opens_at"),
        (11 * YEAR, 12 * YEAR, "opens_at"),
        (timedelta(), timedelta(), "closes_at"),
        (timedelta(), timedelta(minutes=-1), "closes_at"),
        (timedelta(), 2 * YEAR + timedelta(minutes=1), "closes_at"),
        (timedelta(), 7000 * YEAR, "closes_at"),
    ],
)
def test_times_that_no_survey_has_are_refused_on_their_field(opens, closes, field):
    spring = make_spring()
    at = spring.at
    first, last = at + opens, at + closes
    with pytest.raises(ValidationError) as refused:
        surveys.open_survey(cycle=spring.cycle, opens_at=first, closes_at=last, by=spring.vote.clerk, at=at)
    assert list(refused.value.message_dict) == [field]
    assert not Survey.objects.exists()


def test_it_does_not_open_before_the_year_of_its_projects():
    spring = make_spring()
    Cycle.objects.filter(pk=spring.cycle.pk).update(year=2019)
    with pytest.raises(ValidationError) as refused:
        opened_now(spring)
    assert list(refused.value.message_dict) == ["opens_at"]


def test_a_form_of_a_minute_ago_that_opens_it_at_once_is_taken():
    spring = make_spring()
    at = spring.at
    made = surveys.open_survey(
        cycle=spring.cycle, opens_at=at - timedelta(minutes=1), closes_at=at + 2 * YEAR - timedelta(minutes=1),
        by=spring.vote.clerk, at=at,
    )  # fmt: skip
    assert surveys.is_open(made, at)


def test_the_end_of_a_running_survey_is_moved_and_it_ends_early_for_good():
    spring = make_spring()
    opened = opened_now(spring)
    later = opened.opens_at + timedelta(days=9)
    moved = surveys.set_survey_end(cycle=spring.cycle, closes_at=later, **spring.acting)
    assert (moved.opens_at, moved.closes_at) == (opened.opens_at, later)
    for wrong in (spring.at, opened.opens_at + 2 * YEAR + timedelta(minutes=1)):
        with pytest.raises(ValidationError) as refused:
            surveys.set_survey_end(cycle=spring.cycle, closes_at=wrong, **spring.acting)
        assert list(refused.value.message_dict) == ["closes_at"]
    answer(spring, opened, at=spring.at)
    acting = spring.acting
    ended = surveys.close_survey(cycle=spring.cycle, **acting)
    assert Survey.objects.get().closes_at == ended.closes_at == acting["at"]
    with pytest.raises(surveys.SurveyClosed):
        answer(spring, opened, at=acting["at"])
    for again in (
        lambda: surveys.close_survey(cycle=spring.cycle, **spring.acting),
        lambda: surveys.set_survey_end(cycle=spring.cycle, closes_at=later, **spring.acting),
        lambda: opened_now(spring),
    ):
        with pytest.raises(StepNotAllowed):
            again()
    entries = JournalEntry.objects.filter(act=Act.SURVEY_ENDED).order_by("sequence")
    said = [opened.closes_at, later, acting["at"]]
    assert [entry.data for entry in entries] == [
        {"was": was.isoformat(), "closes": closes.isoformat()} for was, closes in pairwise(said)
    ]


@pytest.mark.parametrize("days", [None, 3])
def test_only_a_running_survey_is_ended(days):
    spring = make_spring()
    if days:
        survey(spring, days=days)
    with pytest.raises(StepNotAllowed):
        surveys.close_survey(cycle=spring.cycle, **spring.acting)
    with pytest.raises(StepNotAllowed):
        surveys.set_survey_end(cycle=spring.cycle, closes_at=spring.at + YEAR, **spring.acting)


DESK = "/admin/vote/2018/delivery/"


def test_the_desk_ends_it_and_moves_its_end(client):
    spring = make_spring()
    opened = opened_now(spring)
    offered = {"survey", "survey_end", "survey_close"}

    def forms() -> set[str]:
        client.force_login(spring.vote.clerk)
        return offered & set(client.get(DESK).context["forms"])

    with clock(opened.opens_at - timedelta(hours=1)):
        assert forms() == {"survey"}
    with clock(opened.opens_at + timedelta(hours=1)):
        assert forms() == {"survey_end", "survey_close"}
        wrong = client.post(DESK, {"do": "survey_end", "closes_at": "2018-01-01T10:00"})
        assert (wrong.status_code, "closes_at" in wrong.context["forms"]["survey_end"].errors) == (409, True)
        assert client.post(DESK, {"do": "survey_end", "closes_at": "2018-02-10T10:00"}).status_code == 302
        assert Survey.objects.get().closes_at == datetime(2018, 2, 10, 2, tzinfo=UTC)
        assert client.get("/2018/survey/").context["open"] is True
        assert client.post(DESK, {"do": "survey_close", "confirm": "on"}).status_code == 302
        assert client.get("/2018/survey/").context["open"] is False
        assert forms() == set()
        assert client.post(DESK, {"do": "survey_end", "closes_at": "2018-02-10T10:00"}).status_code == 403


def test_a_year_that_no_calendar_has_is_refused_at_the_desk_and_every_page_still_opens(client):
    spring = make_spring()
    client.force_login(spring.vote.clerk)
    with clock(spring.at):
        for opens in ("0001-01-01T00:00", "0001-06-01T00:00"):
            sent = {"do": "survey", "opens_at": opens, "closes_at": "2018-03-01T00:00"}
            assert client.post(DESK, sent).status_code in {409, 422}, opens
        assert client.get(DESK).status_code == client.get("/2018/delivery/").status_code == 200
        assert client.get("/2018/survey/").status_code == 404


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
