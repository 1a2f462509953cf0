"""Who may do what after the vote: every role at every form, by GET and by POST; the kinds never mix.

Guards ``voting.permissions``, ``voting.admin.after.clerk_desk`` and ``voting.admin.after.unit_desk``.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.roles import Kind, Role
from tests.cases_after import archived_with_nothing_left, ask, assess, inspect
from tests.factories import UserFactory
from tests.security.test_crawl import database
from tests.spring import Spring, make_spring
from voting.count.counting import Mark
from voting.domain.after import supervision
from voting.models import ChangeRequest, Completion, Finding

pytestmark = pytest.mark.django_db
DESK, UNIT = "/admin/vote/2018/delivery/", "/admin/vote/2018/unit/"
#: Who belongs to another congress, or to none.
ELSEWHERE = {"stranger", "keeper of the installation"}
PEOPLE = [*Role.values, "keeper of the installation", "stranger", "gone", "nobody"]


def begun(spring: Spring) -> None:
    """Nothing more: the breakdown is issued."""


def handed_in(spring: Spring) -> None:
    spring.report(1, figures={1: 10, 2: 800}, delay="无")
    from voting.domain.after import completions  # noqa: PLC0415

    acting = spring.acting | {"by": spring.officer}
    acting["at"] = acting["at"].replace(year=2019)
    completions.hand_in(delivery=spring.delivery(1), evidence="建成。", **acting)


def found_fault(spring: Spring) -> None:
    inspect(spring, faults=[("围挡", spring.unit, date(2019, 6, 1))])


def poor(spring: Spring) -> None:
    assess(spring, {1: Mark.AGAINST})


#: What is done → where, what comes before, what is sent, who may.
SOON = (timezone.localdate() + timedelta(days=30)).isoformat()
DECIDED = {"on": "2018-01-23", "shown": "{shown}", "confirm": "on"}
ACTS = {
    "issue": (DESK, None, {"confirm": "on"}, {"clerk"}),
    "plan": (f"{DESK}1/", None, {"content": "新的内容"}, {"clerk"}),
    "lights": (
        DESK, begun,
        {"yellow": "5", "yellow_from": "ge", "red": "20", "red_from": "gt", "report_days": "20"},
        {"clerk"},
    ),
    "assess": (DESK, begun, {"body": "delegates", "numbers": "1 2", "confirm": "on"}, {"clerk"}),
    "survey": (DESK, begun, {"opens_at": "2030-01-01T09:00", "closes_at": "2030-02-01T09:00"}, {"clerk"}),
    "group": (f"{DESK}1/", begun, {"numbers": "{delegate}"}, {"clerk"}),
    "approve": (f"{DESK}1/", ask, DECIDED | {"text": "同意"}, {"clerk", "presiding"}),
    "refuse": (f"{DESK}1/", ask, DECIDED | {"text": "不同意"}, {"clerk", "presiding"}),
    "accept": (f"{DESK}1/", handed_in, {"text": "合格", "shown": "{shown}"}, {"clerk"}),
    "return": (f"{DESK}1/", handed_in, {"text": "返工", "shown": "{shown}"}, {"clerk"}),
    "mend": (f"{DESK}1/", poor, {"text": "改", "due": SOON}, {"clerk"}),
    "dispose": (
        DESK, archived_with_nothing_left,
        {"slips": "5", "witnesses": "监票人", "note": "粉碎", "confirm": "on"},
        {"clerk"},
    ),
    "report": (f"{UNIT}1/", begun, {"day": "2018-02-20", "text": "完成"}, {"clerk", "unit"}),
    "change": (f"{UNIT}1/", begun, {"content": "改做", "reason": "汛期", "lead_unit": "{unit}"}, {"clerk", "unit"}),
    "hand_in": (
        f"{UNIT}1/", lambda s: s.report(1, figures={1: 10, 2: 800}, delay="无"), {"text": "建成"}, {"clerk", "unit"}
    ),
    "finding-{finding}": (f"{UNIT}1/", found_fault, {"text": "已拆"}, {"unit"}),
}  # fmt: skip


def person(name: str, spring: Spring, allowed: set[str]) -> User | None:
    if name == "nobody":
        return None
    if name == "keeper of the installation":
        return UserFactory(role=Role.KEEPER, congress=None)
    role = min(allowed)
    if name == "stranger":
        return UserFactory(role=role, kind=Kind.REHEARSAL, unit=None)
    if name == "gone":
        return UserFactory(role=role, is_active=False)
    known = {"clerk": spring.vote.clerk, "unit": spring.officer, "presiding": spring.vote.presiding}
    if name == Role.DELEGATE:
        return spring.vote.delegates[0].user
    return known.get(name) or UserFactory(role=name)


def at(do: str) -> tuple[Spring, str, str, dict[str, str], set[str]]:
    page, before, data, allowed = ACTS[do]
    spring = make_spring(issued=before is not None)
    if before is None:
        for number in (1, 2, 3, 4):
            spring.plan(number)
    else:
        before(spring)
    finding = Finding.objects.first()
    waiting = ChangeRequest.objects.first() or Completion.objects.first()
    names = {
        "finding": finding.pk if finding else 0,
        "delegate": spring.vote.delegates[0].number,
        "shown": waiting.pk if waiting else 0,
        "unit": spring.unit.pk,
    }
    sent = {name: value.format(**names) for name, value in data.items()}
    return spring, page, do.format(**names), sent, allowed


def changed(before: dict[str, str]) -> set[str]:
    """Return the tables of which a row changed."""
    after = database()
    return {table for table in before if before[table] != after[table]} - {"accounts_session"}


@pytest.mark.parametrize("do", ACTS)
def test_those_who_may_can_and_nobody_else_and_nothing_comes_of_an_empty_form(do: str):
    spring, page, doing, data, allowed = at(do)
    others = [(name, person(name, spring, allowed)) for name in PEOPLE if name not in allowed]
    before = database()
    for name, user in others:
        client = Client()
        if user:
            client.force_login(user)
        answer = client.post(page, {"do": doing, **data})
        assert answer.status_code in ({404} if name in ELSEWHERE else {302, 403}), (name, answer.status_code)
        if answer.status_code == 302:
            assert "login" in answer["Location"], name
    assert not changed(before)
    client = Client()
    client.force_login(person(min(allowed), spring, allowed))
    assert client.get(page).status_code == 200
    if data and do != "plan":
        empty = client.post(page, {"do": doing})
        assert empty.status_code in {409, 422}
        assert 'aria-invalid="true"' in empty.content.decode(), "the sentence stands on its field"
        assert not changed(before)
    answer = client.post(page, {"do": doing, **data})
    assert answer.status_code == 302, re.sub(r"<[^>]+>|\s+", " ", answer.content.decode())[:2000]


def test_another_units_officer_sees_nothing_of_it():
    spring = make_spring()
    client = Client()
    client.force_login(spring.stranger)
    assert client.get(f"{UNIT}1/").status_code == 403
    for page in (f"{DESK}table/", f"{DESK}table.xlsx"):
        answer = client.get(page)
        assert answer.status_code == 200
        assert "第1项目" not in answer.content.decode("utf-8", "replace")


def test_the_group_supervises_and_no_other_delegate():
    spring = make_spring(delegates=4)
    first, second = spring.vote.delegates[:2]
    supervision.name_group(delivery=spring.delivery(1), numbers=[first.number], **spring.acting)
    day = timezone.localdate().isoformat()
    sent = {"do": "inspect", "visit": "inspection", "day": day, "text": "看了。"}
    for delegate, status in ((second, 403), (first, 302)):
        client = Client()
        client.force_login(delegate.user)
        answer = client.post("/2018/delivery/1/supervise/", sent)
        assert answer.status_code == status
        assert ("supervise" in client.get("/2018/delivery/1/").content.decode()) == (status == 302)
    assert spring.delivery(1).inspections.count() == 1
    assert Client().get("/2018/delivery/1/supervise/").status_code == 403


def test_every_delegate_may_remark_and_nobody_else():
    spring = make_spring()
    for user, status in (
        (spring.vote.delegates[0].user, 302), (spring.officer, 409), (spring.vote.clerk, 409), (None, 403),
    ):  # fmt: skip
        client = Client()
        if user:
            client.force_login(user)
        assert client.post("/2018/delivery/1/remark/", {"text": "办得好。"}).status_code == status
    assert spring.delivery(1).remarks.count() == 1
    client = Client()
    client.force_login(spring.vote.delegates[0].user)
    empty = client.post("/2018/delivery/1/remark/", {"text": " "})
    assert empty.status_code == 422
    assert 'aria-invalid="true"' in empty.content.decode()
