"""An assessment by the standing committee: somebody must be on its roll; one that was laid out wrongly is withdrawn.

Guards ``voting.domain.after.assessments``.
"""

from __future__ import annotations

import pytest
from django.utils.translation import override

from accounts.models import Delegate
from accounts.roster_rows import COLUMNS
from tests.assessing import GOOD, begin, finish
from tests.factories import UserFactory
from tests.spring import make_spring
from voting.domain.after import assessments
from voting.domain.core.refusals import StepNotAllowed
from voting.foreign import tables
from voting.models import Cycle, JournalEntry
from voting.states import Act, Body, Stage

pytestmark = pytest.mark.django_db
DESK = "/admin/vote/2018/delivery/"


def test_without_a_member_in_office_nothing_is_laid_out_and_the_page_says_where_members_are_marked(client):
    spring = make_spring(delegates=3)
    left = spring.vote.delegates[0]
    Delegate.objects.filter(pk=left.pk).update(in_group=True, is_active=False)
    client.force_login(spring.vote.clerk)
    answer = client.post(
        DESK, {"do": "assess", "body": Body.COMMITTEE, "numbers": "1", "vote_at": "", "confirm": "on"}
    )
    assert answer.status_code == 409
    form = answer.context["forms"]["assess"]
    assert form.errors == {"body": [str(assessments.NoCommittee())]}
    assert list(Cycle.objects.values_list("stage", flat=True)) == [Stage.DELIVERY]
    Delegate.objects.filter(pk=left.pk).update(is_active=True)
    assert begin(spring, (1,), body=Body.COMMITTEE).cycle.body == Body.COMMITTEE


def test_numbers_that_cannot_be_assessed_are_named():
    spring = make_spring()
    with pytest.raises(assessments.NotAssessable) as refused, override("en"):
        begin(spring, (1, 99, 12))
    assert refused.value.numbers == [12, 99]
    with override("en"):
        assert "these numbers: 12, 99." in str(refused.value)


def test_the_clerk_marks_a_member_in_the_list_of_delegates(client):
    spring = make_spring(delegates=3)
    delegate = spring.vote.delegates[1]
    client.force_login(spring.vote.clerk)
    page = f"/admin/accounts/delegate/{delegate.pk}/change/"
    sent = {"name": delegate.name, "delegation": delegate.delegation_id, "is_active": "on", "in_group": "on"}
    assert client.post(page, sent).status_code == 302
    assert list(Delegate.objects.filter(in_group=True)) == [delegate]
    assert "in_group" in client.get(page).context["form"].fields


def test_the_column_of_a_file_may_be_called_after_the_committee():
    content = "代表证号,姓名,代表团,常委会组成人员\n001,张三,第一代表团,是\n".encode()
    [row] = tables.read(content, COLUMNS).rows()
    assert row.cells["in_group"] == "是"


@pytest.mark.parametrize("held", [False, True], ids=["the first", "after another"])
def test_an_assessment_is_withdrawn_and_its_cycle_is_as_before(client, held):
    spring = make_spring()
    if held:
        finish(begin(spring, (1,)), [{1: GOOD}] * 3)
    before = spring.cycle.stage
    wrong = begin(spring, (2,)).cycle
    client.force_login(spring.vote.clerk)
    unticked = client.post(DESK, {"do": "withdraw"})
    assert unticked.status_code == 422
    assert Cycle.objects.get(pk=wrong.pk).stage == Stage.DELIBERATION
    assert client.post(DESK, {"do": "withdraw", "confirm": "on"}).status_code == 302
    assert (Cycle.objects.get(pk=wrong.pk).stage, spring.cycle.stage) == (Stage.WITHDRAWN, before)
    entry = JournalEntry.objects.get(cycle=spring.cycle, act=Act.ASSESSMENT_WITHDRAWN)
    assert (entry.data, entry.actor) == ({"assessment": wrong.slug}, spring.vote.clerk)
    assert "withdraw" not in client.get(DESK).context["forms"]
    again = begin(spring, (2,))
    assert again.cycle.slug not in {"2018-assessment", wrong.slug}
    finish(again, [{2: GOOD}] * 3)
    assert spring.cycle.stage == Stage.ASSESSMENT


def test_once_the_roll_is_frozen_or_by_another_person_it_is_not_withdrawn(client):
    spring = make_spring()
    vote = begin(spring, (1,))
    with pytest.raises(StepNotAllowed):
        assessments.withdraw_assessment(assessment=spring.cycle, **spring.acting)
    client.force_login(UserFactory(role="scrutineer"))
    assert client.post(DESK, {"do": "withdraw", "confirm": "on"}).status_code == 403
    vote.run("adopted", "rolled")
    with pytest.raises(assessments.NotWithdrawn):
        assessments.withdraw_assessment(assessment=vote.cycle, **spring.acting)
    assert Cycle.objects.get(pk=vote.cycle.pk).stage == Stage.VOTING


def test_the_public_page_of_a_withdrawn_assessment_says_so(client):
    spring = make_spring()
    wrong = begin(spring, (2,)).cycle
    assessments.withdraw_assessment(assessment=wrong, **spring.acting)
    page = client.get(f"/en/{wrong.slug}/")
    assert (page.status_code, "The assessment was withdrawn" in page.content.decode()) == (200, True)


def test_the_list_of_delegates_is_imported_before_the_rules_of_the_assessment_are_adopted(client):
    spring = make_spring()
    begin(spring, (1,))
    client.force_login(spring.vote.clerk)
    assert client.get("/admin/vote/2018-assessment/roster/").context["usable"] is True
    assert client.get("/admin/vote/2018/roster/").context["usable"] is False
