"""An assessment speaks of itself: not of a vote, of candidates, of choosing; and a second one says that it is.

Guards ``voting.read_models.vote.grades`` and ``voting.read_models.vote.result_tables``.
"""

from __future__ import annotations

import html
import re

import pytest
from django.test import Client
from django.utils.translation import override

from tests.assessing import GOOD, POOR, begin, finish
from tests.cases_after import assess
from tests.factories import PASSWORD, make_vote
from tests.pages import html_of
from tests.spring import make_spring
from voting.forms.vote.rules import RulesForm
from voting.models import Cycle, Notice
from voting.read_models.vote import result_tables
from voting.read_models.vote.results import Result

pytestmark = pytest.mark.django_db

PAGES = ("screen/", "rules/", "result/", "notice/", "report/", "ballot-paper/")


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    plain = re.sub(r"<[^>]*>", " ", re.sub(r"(?s)<(head|script).*?</\1>", "", answer.content.decode()))
    return " ".join(html.unescape(plain).split())


def test_no_page_of_an_assessment_speaks_of_choosing_candidates(client):
    spring = make_spring()
    held = assess(spring, {1: GOOD, 2: POOR})
    clerk = Client()
    clerk.force_login(spring.vote.clerk)
    for page in (*PAGES, "cycle"):
        shown = text(client, f"/en/{held.cycle.slug}/{page if page != 'cycle' else ''}")
        for word in ("andidate project", "Vote on the livelihood", "Rules for the vote", "To choose"):
            assert word not in shown, (page, word)
    report = text(clerk, f"/en/admin/vote/{held.cycle.slug}/certify/")
    assert "Count report" in report
    for word in ("To choose", "Votes needed", "Candidate project"):
        assert word not in report, word
    assert "Satisfaction assessment of the livelihood projects of 2018" in text(
        client, "/en/2018-assessment/screen/"
    )
    assert "Rules for the satisfaction assessment" in text(client, "/en/2018-assessment/rules/")


def test_a_vote_still_speaks_of_candidates_and_of_the_votes_needed(client):
    vote = make_vote(until="published", delegates=3, ballots=[[1]] * 3)
    clerk = Client()
    clerk.force_login(vote.clerk)
    assert "Candidate project" in text(client, "/en/2018/result/")
    assert "To choose: 10. Votes needed at least: 2." in text(clerk, "/en/admin/vote/2018/certify/")


def test_the_files_of_an_assessment_have_its_words():
    spring = make_spring()
    held = assess(spring, {1: GOOD})
    with override("en"):
        graded = Result(Notice.objects.get(round=held.round))
        chosen = Result(Notice.objects.get(round=spring.vote.round))
        assert [result_tables.table(each)[0][1] for each in (graded, chosen)] == [
            "Project",
            "Candidate project",
        ]
        assert [result_tables.standings(each)[0][1] for each in (graded, chosen)] == [
            "Project",
            "Candidate project",
        ]
        named = [[row[0] for row in result_tables.facts(each)] for each in (graded, chosen)]
    assert ["Votes needed at least" in each for each in named] == [False, True]


def test_the_rules_of_an_assessment_offer_no_empty_share():
    held = begin(make_spring())
    form = RulesForm(instance=held.cycle.rules)
    everybody = ["all", "present", "returned", "valid"]
    assert {name: [each[0] for each in form.fields[name].choices] for name in ("satisfied_base", "floor_base")} == {
        "satisfied_base": everybody, "floor_base": everybody,
    }  # fmt: skip


def test_the_slips_of_an_assessment_say_so_and_warn_first():
    spring = make_spring()
    held = begin(spring)
    held.run("adopted", "rolled")
    clerk = Client()
    clerk.force_login(spring.vote.clerk)
    address = f"/en/admin/vote/{held.cycle.slug}/slips/"
    warning = "New slips make the older ones invalid, also those of the vote"
    assert warning in text(clerk, address)
    assert warning not in text(clerk, "/en/admin/vote/2018/slips/")
    sent = {"do": "all", "printed": clerk.get(address).context["printed"], "confirm": "on"}
    printed = html.unescape(html_of(clerk.post(address, sent)))
    assert printed.count("Slip for the assessment") == 3
    assert printed.count("2018, assessment</p>") == 3
    assert "Voting slip" not in printed


def test_a_second_assessment_of_a_year_is_numbered(client):
    spring = make_spring()
    assess(spring, {1: GOOD})
    held = begin(spring, (2,))
    finish(held, [{2: GOOD}])
    first, second = spring.cycle.assessments.order_by("pk")
    assert [each.assessment_number for each in (first, second)] == [1, 2]
    with override("zh-hans"):
        assert [str(first), str(second)] == [
            "杭州市拱墅区2018年满意度测评",
            "杭州市拱墅区2018年第2次满意度测评",
        ]
    for page in ("result/", "screen/", "rules/"):
        assert "(no. 2)" in text(client, f"/en/2018-assessment-2/{page}"), page
        assert "(no. " not in text(client, f"/en/2018-assessment/{page}"), page


def test_the_first_page_begins_with_the_year_that_the_clerk_was_at_work_on():
    spring = make_spring()
    held = begin(spring)
    held.run("adopted", "rolled")
    other = make_vote(until="drafted", slug="2030")
    Cycle.objects.filter(pk=other.cycle.pk).update(year=2030)
    client = Client()
    client.force_login(spring.vote.clerk)

    def shown(address: str) -> list[str]:
        context = client.get(address).context
        assert len(context["orders"]) == 1
        return [order.cycle.slug for order, _refusal in [*context["orders"], *context["others"]]]

    known = shown("/admin/")
    assert known[0] == held.cycle.slug, "its roll is frozen, the other year is being prepared"
    assert shown("/admin/?first=nothing") == known
    assert shown("/admin/?first=2030") == sorted(known, key=lambda slug: slug != "2030")
    client.post("/admin/vote/2018-assessment/check-in/", {"do": "rest", "confirm": "on"})
    held.run("keyed", "ready")
    beside = {"second_name": held.chief.username, "second_password": PASSWORD}
    done = client.post("/admin/vote/2018-assessment/open/", {"confirm": "on", "mark": held.mark, **beside})
    assert done["Location"] == "/admin/?first=2018-assessment"
