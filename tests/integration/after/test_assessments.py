"""测评: deliveries graded through the same urn and rounds; both bodies, units' parts, a poor grade put right.

Guards ``voting.domain.after.assessments``.
"""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override

from tests.assessing import GOOD, NO_WORD, POOR, SO_SO, begin, finish
from tests.factories import make_vote
from tests.spring import make_spring
from voting.count import counting
from voting.count.formats.files import PUBLIC
from voting.count.grading import Grade
from voting.domain.after import assessments, deliveries
from voting.domain.core.refusals import StepNotAllowed
from voting.domain.vote import rules
from voting.domain.vote.urn_files import public_file
from voting.forms.core.drafts import SEEN
from voting.models import Cycle
from voting.recount.notice import recount
from voting.states import Body, Stage

pytestmark = pytest.mark.django_db


def test_an_assessment_is_a_vote_with_its_own_rules_and_the_same_urn():
    spring = make_spring()
    vote = begin(spring)
    assert vote.cycle.assesses == spring.cycle
    assert (vote.cycle.slug, vote.cycle.stage, vote.cycle.seats) == ("2018-assessment", Stage.DELIBERATION, 4)
    assert spring.cycle.stage == Stage.ASSESSMENT
    assert vote.cycle.rules.preset == "zhenhai"
    assert list(vote.cycle.candidates.values_list("number", "assesses__number")) == [
        (n, n) for n in range(1, 5)
    ]
    result = finish(
        vote,
        [
            {1: GOOD, 2: SO_SO, 3: POOR, 4: GOOD},
            {1: GOOD, 2: GOOD, 3: POOR, 4: NO_WORD},
            {1: SO_SO, 2: SO_SO, 3: SO_SO},
        ],
    )
    items = result.body["items"]
    assert [item["grade"] for item in items] == ["satisfied", "basically", "unsatisfied", "unsatisfied"]
    assert [(i["for"], i["basically"], i["against"], i["abstain"], i["not_pressed"]) for i in items] == [
        (2, 1, 0, 0, 0), (1, 2, 0, 0, 0), (0, 1, 2, 0, 0), (1, 0, 0, 1, 1),
    ]  # fmt: skip
    body = result.body
    assert (body["status"], body["final"], body["next"]) == ("decided", True, None)
    assert body["annual_tasks"] == body["left_over"] == []
    assert vote.cycle.stage == Stage.PUBLICATION
    with override("en"):
        assert result.status == "1 satisfied, 1 basically satisfied, 2 unsatisfied."
        assert result.columns == ["Satisfied", "Basically satisfied", "Unsatisfied", "Abstain", "Not pressed"]
        assert result.items[1].cells == (1, 2, 0, 0, 0)
        assert result.items[1].decided == "basically satisfied"
        assert result.items[1].reason == (
            "satisfied 1; at least 1/2 of 3 is 2: not reached; "
            "satisfied and basically satisfied 3; at least 1/2 of 3 is 2: reached"
        )
    checked = recount(PUBLIC.read(public_file(vote.round)))
    assert checked.agrees, checked.to_dict()["disagreements"]


def test_exactly_half_is_graded_as_the_rule_says_and_the_working_shows_it():
    spring = make_spring(delegates=4)
    ballots = [{1: GOOD}, {1: GOOD}, {1: SO_SO}, {1: POOR}]
    result = finish(begin(spring, (1,)), ballots)
    with override("en"):
        assert (result.items[0].decided, result.items[0].reason) == (
            "satisfied", "satisfied 2; at least 1/2 of 4 is 2: reached",
        )  # fmt: skip
    strict = begin(spring, (2,))
    rules.draft_rules(cycle=strict.cycle, satisfied_comparator="gt", **spring.acting)
    result = finish(strict, [{2: mark} for ballot in ballots for mark in ballot.values()])
    with override("en"):
        assert result.items[0].decided == "basically satisfied"
        assert result.items[0].reason.startswith("satisfied 2; more than 1/2 of 4 is 3: not reached; ")
    assert strict.cycle.slug == "2018-assessment-2"


def test_the_standing_committee_alone_is_on_its_roll():
    spring = make_spring(delegates=6, group=5)
    vote = begin(spring, (1, 4), body=Body.COMMITTEE)
    assert (vote.cycle.rules.quorum_comparator, vote.cycle.rules.quorum_denominator) == ("gt", 2)
    result = finish(vote, [{1: GOOD, 4: SO_SO}] * 5)
    assert result.roll == 5
    assert [item["grade"] for item in result.body["items"]] == ["satisfied", "basically"]


def test_units_are_graded_apart():
    spring = make_spring(issued=False)
    spring.plan(1, responsible_units="区民政局、区城管局，街道")
    for number in (2, 3, 4):
        spring.plan(number)
    deliveries.issue_breakdown(cycle=spring.cycle, **spring.acting)
    vote = begin(spring, (1, 2), by_unit=True)
    assert list(vote.cycle.candidates.values_list("number", "name", "lead_unit")) == [
        (1, "第1项目 · 区城管局", "区城管局"),
        (2, "第1项目 · 区民政局", "区民政局"),
        (3, "第1项目 · 街道", "街道"),
        (4, "第2项目 · 区城管局", "区城管局"),
    ]
    finish(vote, [{1: GOOD, 2: POOR, 3: GOOD, 4: GOOD}] * 3)
    grades = [(each.delivery, each.grade) for each in assessments.published_grades(spring.cycle)]
    first, second = spring.delivery(1).pk, spring.delivery(2).pk
    assert grades == [
        (first, Grade.SATISFIED), (first, Grade.UNSATISFIED), (first, Grade.SATISFIED), (second, Grade.SATISFIED),
    ]  # fmt: skip


def test_more_ballots_returned_than_issued_void_it_and_grade_nothing():
    """The same engine: a void assessment is held again as a further round."""
    half = counting.Floor(counting.Base.ALL, 1, 2, counting.Comparator.AT_LEAST)
    rule = counting.Rule(
        ballot_type=counting.BallotType.GRADES,
        seats=1,
        floor=half,
        blank=counting.BlankBallot.VALID,
        tie_rule=counting.TieRule.FURTHER_BALLOT,
        shortfall_rule=counting.ShortfallRule.FURTHER_ROUND,
        satisfied_floor=half,
    )
    outcome = counting.count(rule, (1,), [(1,), (1,)], counting.Turnout(roll=3, present=2, issued=1))
    assert outcome.voided
    assert [item.grade for item in outcome.items] == [None]


@pytest.mark.parametrize("numbers", [(), (9,), (1, 9)])
def test_what_is_not_there_is_not_assessed(numbers):
    spring = make_spring()
    with pytest.raises(assessments.NothingToAssess):
        begin(spring, numbers)
    assert Cycle.objects.count() == 1
    assert spring.cycle.stage == Stage.DELIVERY


def test_one_assessment_at_a_time_and_never_one_of_an_assessment():
    spring = make_spring()
    vote = begin(spring, (1,))
    with pytest.raises(assessments.AssessmentRunning):
        begin(spring, (2,))
    finish(vote, [{1: GOOD}] * 3)
    with pytest.raises(StepNotAllowed):
        assessments.open_assessment(cycle=vote.cycle, body=Body.DELEGATES, numbers=[1], **spring.acting)
    with pytest.raises(StepNotAllowed):
        deliveries.begin_delivery(cycle=vote.cycle, **spring.acting)


def test_an_assessments_rules_name_two_shares_or_are_refused_on_the_field():
    spring = make_spring()
    vote = begin(spring)
    for changes, field in (
        ({"floor_base": ""}, "floor_base"),
        ({"satisfied_base": ""}, "floor_base"),
        ({"satisfied_numerator": 3}, "satisfied_numerator"),
        ({"seats": 3}, "seats"),
    ):
        with pytest.raises(ValidationError) as refused:
            rules.draft_rules(cycle=vote.cycle, **changes, **spring.acting)
        assert list(refused.value.message_dict) == [field], changes


@pytest.mark.parametrize("language", ["", "/en"])
def test_the_clerk_sets_the_shares_of_the_grades_and_nothing_of_a_choice(client, language):
    spring = make_spring()
    vote = begin(spring)
    client.force_login(vote.clerk)
    page = f"{language}/admin/vote/2018-assessment/rules/"
    draft = client.get(page).context["forms"]["draft"]
    asked = {name for name in draft.fields if not name.startswith("quorum_")} - {SEEN}
    assert asked == {
        "satisfied_base", "satisfied_comparator", "satisfied_numerator", "satisfied_denominator", "floor_base",
        "floor_comparator", "floor_numerator", "floor_denominator", "under_vote", "blank_ballot",
        "double_mark", "first_reading", "second_reading",
    }  # fmt: skip
    sent = {name: draft[name].value() for name in draft.fields if name != SEEN} | {
        "do": "draft", "satisfied_comparator": "gt", "satisfied_numerator": "2", "satisfied_denominator": "3",
    }  # fmt: skip
    assert client.post(page, sent).status_code == 302
    changed = vote.cycle.rules.__class__.objects.get(cycle=vote.cycle)
    assert (changed.satisfied_comparator, changed.satisfied_numerator, changed.ballot_type) == (
        "gt",
        2,
        "grades",
    )
    wrong = client.post(page, sent | {"satisfied_numerator": "4"})
    assert wrong.status_code == 409
    assert "satisfied_numerator" in wrong.context["forms"]["draft"].errors
    filled = client.get(f"{page}?preset=zhenhai").context["forms"]["draft"]
    assert filled["satisfied_numerator"].value() == 1
    words = client.get(page).content.decode()
    assert "镇海" in words or "Zhenhai" in words


def test_a_vote_on_projects_offers_no_grades(client):
    vote = make_vote(until="drafted", delegates=1)
    client.force_login(vote.clerk)
    draft = client.get("/admin/vote/2018/rules/").context["forms"]["draft"]
    assert "grades" not in dict(draft.fields["ballot_type"].choices)
    assert not {name for name in draft.fields if name.startswith("satisfied")}
