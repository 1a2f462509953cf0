"""Who may do what before the vote: every role at every page, by GET and by POST; the kinds never mix.

Guards ``voting.permissions``, ``voting.admin.before.solicitation`` and ``voting.admin.before.slates``.
"""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import User
from accounts.roles import Kind, Role
from tests.autumn import Autumn, make_autumn
from tests.factories import UserFactory
from tests.security.test_crawl import database

pytestmark = pytest.mark.django_db

#: Page → at which point, what is sent, who may send it.
ACTS: dict[str, tuple[str, dict[str, str], set[str]]] = {
    "call/": ("call", {"do": "close", "confirm": "on"}, {"clerk"}),
    "screening/": (
        "proposals",
        {"do": "enter", "source": "resident", "title": "一", "content": "二"},
        {"clerk"},
    ),
    "proposals/1/": ("proposals", {"do": "hide", "reason": "理由"}, {"clerk"}),
    "proposals/import/": ("proposals", {"do": "drop", "staged": "1"}, {"clerk"}),
    "candidates/": ("screening", {"do": "order", "order": ""}, {"clerk"}),
    "candidates/new/": ("screening", {"do": "save", "name": "项目"}, {"clerk"}),
    "slate/": ("screening", {"confirm": "on"}, {"clerk"}),
    "report/": ("slate", {"do": "draft", "opening": "一"}, {"clerk"}),
    "reading-slips/": ("slate", {"confirm": "on"}, {"clerk"}),
    "confirm/": ("report", {"do": "confirm", "confirm": "on"}, {"clerk", "presiding"}),
    "unit/": ("proposals", {"opinion": "1", "feasible": "yes", "text": "可"}, {"unit"}),
}
#: Who belongs to another congress, or to none.
ELSEWHERE = {"stranger", "keeper of the installation"}
PEOPLE = [*Role.values, "keeper of the installation", "stranger", "gone", "nobody"]


def person(name: str, autumn: Autumn, allowed: set[str]) -> User | None:
    if name == "nobody":
        return None
    if name == "keeper of the installation":
        return UserFactory(role=Role.KEEPER, congress=None)
    role = min(allowed)
    if name == "stranger":
        return UserFactory(role=role, kind=Kind.REHEARSAL)
    if name == "gone":
        return UserFactory(role=role, is_active=False)
    known = {"clerk": autumn.clerk, "unit": autumn.officer, "delegate": autumn.delegate.user}
    return known.get(name) or UserFactory(role=name)


@pytest.mark.parametrize("page", ACTS)
def test_nobody_else_may(page: str):
    until, data, allowed = ACTS[page]
    autumn = make_autumn(until=until)
    refused = []
    for name in PEOPLE:
        if name in allowed:
            continue
        user = person(name, autumn, allowed)
        client = Client()
        if user:
            client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        before = database()
        answer = client.post(f"/admin/vote/2019/{page}", data)
        away = answer.status_code == 302 and "/admin/login/" in answer["Location"]
        assert answer.status_code == (404 if name in ELSEWHERE else 403) or away, (name, answer.status_code)
        assert database() == before, name
        refused.append(name)
    assert len(refused) == len(PEOPLE) - len(allowed)


@pytest.mark.parametrize(
    ("page", "role"), [(page, role) for page, act in ACTS.items() for role in sorted(act[2])]
)
def test_those_who_may_can(page: str, role: str):
    """Taken, or refused for what was sent; never for who sent it."""
    until, data, allowed = ACTS[page]
    autumn = make_autumn(until=until)
    client = Client()
    client.force_login(person(role, autumn, allowed))
    with autumn.now():
        answer = client.post(f"/admin/vote/2019/{page}", data)
    assert answer.status_code in {200, 302, 404, 409, 422}
    assert "/admin/login/" not in answer.get("Location", "")


@pytest.mark.parametrize("role", ["scrutineer", "chief", "presiding"])
def test_contacts_and_what_is_held_back_are_the_clerks_alone(role: str):
    autumn = make_autumn(until="call")
    autumn.propose("压着的标题", content="请打 13800000000", contact="wechat-4711")
    client = Client()
    client.force_login(UserFactory(role=role))
    for page in ("screening/", "proposals/1/", "proposals/import/"):
        answer = client.get(f"/admin/vote/2019/{page}")
        assert not any(word in answer.content.decode() for word in ("压着的标题", "wechat-4711")), page
    clerk = Client()
    clerk.force_login(autumn.clerk)
    assert "wechat-4711" in clerk.get("/admin/vote/2019/proposals/1/").content.decode()
