"""A clerk opens a new year; it is nobody's business before its call is published.

Guards ``voting.admin.core.years`` and ``voting.domain.core.cycles``.
"""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.roles import Kind, Role
from tests.autumn import clock, make_autumn
from tests.factories import NOW, UserFactory, make_vote
from voting.models import Cycle, JournalEntry
from voting.states import Act, Stage

pytestmark = pytest.mark.django_db

PAGE = "/admin/new-year/"
FORM = {"year": "2019", "seats": "10", "slug": "2019", "asked": "群众\n街道部门\n"}


def signed_in(role: str, **more: str) -> Client:
    client = Client()
    client.force_login(UserFactory(role=role, **more))
    return client


def test_the_clerk_opens_a_year_and_stands_at_its_call():
    client = signed_in(Role.CLERK)
    answer = client.post(PAGE, FORM)
    assert answer["Location"] == "/admin/vote/2019/call/"
    cycle = Cycle.objects.get()
    assert (cycle.stage, cycle.kind, cycle.solicited_from) == (
        Stage.SOLICITATION,
        Kind.OFFICIAL,
        ["群众", "街道部门"],
    )
    assert JournalEntry.objects.get().act == Act.CYCLE_CREATED
    assert client.get("/admin/vote/2019/call/").status_code == 200
    assert PAGE in client.get("/admin/").content.decode()


def test_the_form_begins_with_the_year_after_the_last_one():
    vote = make_vote(until="published", delegates=3, ballots=[[1]] * 3, floor_base="")
    client = Client()
    client.force_login(vote.clerk)
    initial = client.get(PAGE).context["form"].initial
    assert (initial["year"], initial["slug"], initial["seats"]) == (2019, "2019", vote.cycle.seats)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"year": ""}, "year"), ({"seats": "0"}, "seats"), ({"slug": "Zwei"}, "slug"), ({"slug": "admin"}, "slug"),
        ({"slug": "taken"}, "slug"), ({"year": "-1"}, "year"),
    ],
)  # fmt: skip
def test_a_mistake_stands_on_its_field(more, field):
    make_autumn(slug="taken")
    answer = signed_in(Role.CLERK).post(PAGE, FORM | more)
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {field}
    assert "街道部门" in answer.content.decode()
    assert Cycle.objects.count() == 1


@pytest.mark.parametrize("role", [role for role in Role.values if role != Role.CLERK])
def test_nobody_else_opens_a_year(role):
    client = signed_in(role)
    for answer in (client.get(PAGE), client.post(PAGE, FORM)):
        assert answer.status_code in {302, 403}
    assert not Cycle.objects.exists()


def test_a_clerk_of_another_kind_opens_a_year_of_that_kind():
    signed_in(Role.CLERK, kind=Kind.DEMO).post(PAGE, FORM)
    assert Cycle.objects.get().kind == Kind.DEMO


def test_a_year_is_shown_when_its_call_is_published_and_says_by_the_clock_what_goes_on():
    autumn = make_autumn()
    assert "/2019/" not in Client().get("/").content.decode()
    assert "正在筹备本年度" in Client().get("/2019/").content.decode()
    autumn.run("call")
    with autumn.now():
        assert "正在征集建议" in Client().get("/2019/").content.decode()
    with clock(NOW.replace(year=2020)):
        page = Client().get("/2019/").content.decode()
        assert "正在筛选建议" in page
        assert "正在征集建议" not in page
