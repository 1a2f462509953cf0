"""Notes, incidents and planned dates: in the journal, on the first page, in the minutes; and the papers for the hall.

Guards ``voting.domain.vote.daybook``, ``voting.forms.vote.daybook``, ``voting.admin.vote.daybook`` and
``voting.read_models.vote.hall_papers``.
"""

from __future__ import annotations

from datetime import date

import pytest

from accounts.roles import Role
from tests.factories import NOW, UserFactory, make_vote
from tests.pages import text_of
from voting.domain.core.cycles import create_cycle
from voting.domain.core.journal import first_break
from voting.domain.core.refusals import StepNotAllowed
from voting.domain.vote import daybook
from voting.domain.vote.further_rounds import begin_round
from voting.domain.vote.running_order import RunningOrder
from voting.domain.vote.step_keys import StepKey
from voting.models import JournalEntry
from voting.read_models.vote import hall_papers
from voting.states import Act

pytestmark = pytest.mark.django_db
PAGE, FIRST = "/en/admin/vote/2018/daybook/", "/en/admin/"


def test_a_note_stands_on_the_first_page_of_everybody_who_works_on_the_vote(client):
    vote = make_vote(until="rolled", delegates=3)
    client.force_login(vote.scrutineer)
    answer = client.post(PAGE, {"do": "note", "words": "钥匙在保险柜"}, follow=True)
    assert answer.status_code == 200
    client.force_login(vote.clerk)
    assert "钥匙在保险柜" in client.get(FIRST).content.decode()
    assert first_break(vote.cycle) is None
    client.force_login(UserFactory(role=Role.UNIT, congress=vote.cycle.congress))
    assert client.post(PAGE, {"do": "note", "words": "x"}).status_code == 403


def test_an_incident_stands_in_the_minutes_with_time_and_words(client):
    vote = make_vote(until="open", delegates=3, ballots=[[1]] * 3)
    client.force_login(vote.clerk)
    sent = {"do": "incident", "happened": "2018-01-23T10:05", "words": "会场停电五分钟"}
    assert client.post(PAGE, sent).status_code == 302
    for step in ("closed", "counted", "certified"):
        vote.run(step)
    page = text_of(client.get("/en/admin/vote/2018/minutes/"))
    assert "2018-01-23 10:05" in page
    assert "会场停电五分钟" in page


def test_an_incident_of_tomorrow_or_without_words_is_refused_and_changes_nothing(client):
    vote = make_vote(until="open", delegates=3)
    client.force_login(vote.clerk)
    before = JournalEntry.objects.count()
    for more in (
        {"happened": "2100-01-01T10:00", "words": "x"},
        {"happened": "2018-01-23T10:05", "words": " "},
    ):
        answer = client.post(PAGE, {"do": "incident"} | more)
        assert answer.status_code in {409, 422}
        assert answer.context["refused"]
    assert JournalEntry.objects.count() == before


def test_the_minutes_of_a_published_round_take_no_incident():
    vote = make_vote(until="published", delegates=3, ballots=[[1]] * 3)
    with pytest.raises(StepNotAllowed):
        daybook.record_incident(round_=vote.round, happened=NOW, words="x", by=vote.clerk, at=NOW)


def test_a_planned_date_stands_at_its_step_until_another_is_set(client):
    vote = make_vote(until="adopted", delegates=3)
    acting = {"cycle": vote.cycle, "by": vote.clerk, "at": NOW}
    day = date(2018, 1, 20)
    assert daybook.plan_steps(dates={StepKey.ROLL: day, StepKey.OPEN: day}, **acting) == 2
    assert daybook.plan_steps(dates={StepKey.ROLL: day, StepKey.OPEN: None}, **acting) == 1
    assert daybook.plan_steps(dates={StepKey.ROLL: day}, **acting) == 0
    assert JournalEntry.objects.filter(act=Act.STEPS_PLANNED).count() == 2
    order = RunningOrder(vote.cycle, user=vote.clerk)
    assert order.step(StepKey.ROLL).planned == day
    assert order.step(StepKey.ROLL).is_late
    assert order.step(StepKey.OPEN).planned is None
    client.force_login(vote.clerk)
    page = client.get(FIRST).content.decode()
    assert "2018-01-20" in page
    assert "overdue" in page
    client.force_login(vote.scrutineer)
    assert client.post(PAGE, {"do": "plan", "on_open": "2018-01-21"}).status_code == 403


def test_the_first_page_shows_the_year_at_work_and_leads_to_the_others(client):
    vote = make_vote(until="keyed", delegates=3)
    create_cycle(congress=vote.cycle.congress, slug="2019", year=2019, seats=1, by=vote.clerk, at=NOW)
    client.force_login(vote.scrutineer)
    context = client.get(FIRST).context
    assert [order.cycle.slug for order, _unread in context["orders"]] == ["2018"]
    assert [order.cycle.slug for order, _unread in context["others"]] == ["2019"]
    client.force_login(vote.clerk)
    answer = client.get(FIRST)
    assert [order.cycle.slug for order in answer.context["waiting"]] == ["2019"]
    assert "?first=2019" in answer.content.decode()
    other = client.get(FIRST + "?first=2019").context
    assert [order.cycle.slug for order, _unread in other["orders"]] == ["2019"]


def test_whoever_waits_reads_for_whom_and_for_what(client):
    vote = make_vote(until="adopted", delegates=3)
    client.force_login(vote.scrutineer)
    page = client.get(FIRST).content.decode()
    assert "Your next step is" in page
    assert str(vote.clerk) in page


@pytest.mark.parametrize("until", ["drafted", "rolled", "published"])
def test_the_papers_for_the_hall_have_the_numbers_of_the_roll(client, until):
    vote = make_vote(until=until, delegates=7, present=6, ballots=[[1]] * 6 if until == "published" else [])
    client.force_login(vote.clerk)
    page = client.get("/en/admin/vote/2018/script/").content.decode()
    if until != "drafted":
        assert "of 7 delegates who should attend, 6 are present" in page
    for candidate in vote.cycle.candidates.all():
        assert candidate.name_en in page
    for name in ("script", "running-sheet"):
        assert client.get(f"/en/admin/vote/2018/{name}/?file=pdf").content.startswith(b"%PDF")


def script_of(client) -> str:
    return client.get("/en/admin/vote/2018/script/").content.decode()


def test_the_script_says_what_will_stand_where_the_result_is_until_it_is_certified(client):
    vote = make_vote(until="open", delegates=7, present=6, ballots=[[1]] * 6)
    client.force_login(vote.presiding)
    for step in ("closed", "counted"):
        vote.run(step)
        page = script_of(client)
        assert hall_papers.BLANK in page
        assert "Once the count is certified, its numbers and the projects chosen stand here" in page
        assert "6 for" not in page
    vote.run("certified")
    page = script_of(client)
    assert hall_papers.BLANK not in page
    assert "Once the count is certified" not in page
    assert "issued 6, returned 6, valid 6, void 0" in page
    assert "Project 1, 6 for" in page


def test_the_script_of_a_further_round_has_no_result_of_the_round_before(client):
    vote = make_vote(until="published", delegates=7, seats=2, candidates=3, ballots=[[1]] * 7)
    client.force_login(vote.clerk)
    assert "Project 1, 7 for" in script_of(client)
    begin_round(cycle=vote.cycle, by=vote.clerk, at=NOW)
    page = script_of(client)
    assert "Project 1, 7 for" not in page
    assert "Once the count is certified" in page
