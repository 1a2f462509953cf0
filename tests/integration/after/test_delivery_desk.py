"""The clerk's desk after the vote: what cannot be undone is said and ticked first, and nobody gets lost.

Guards ``voting.admin.after.clerk_desk`` and ``voting.read_models.after.overview``.
"""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.cases_after import archived_with_nothing_left, assess
from tests.factories import CongressFactory
from tests.pages import html_of
from tests.spring import Spring, make_next_year, make_spring
from voting.count.counting import Mark
from voting.domain.after import archive, supervision
from voting.models import Breakdown, Cycle, Disposal, LightSetting, SealedBallot
from voting.states import Stage

pytestmark = pytest.mark.django_db

DESK = "/admin/vote/2018/delivery/"
TICK = "请勾选确认；目前未作任何处理。"
LIGHTS = {"yellow": "10", "yellow_from": "ge", "red": "30", "red_from": "gt", "report_days": "31"}
DISPOSED = {"slips": "10", "witnesses": "监票人", "note": "粉碎", "confirm": "on"}


def clerk_of(spring: Spring) -> Client:
    client = Client()
    client.force_login(spring.vote.clerk)
    return client


def text(answer: HttpResponse) -> str:
    return html.unescape(html_of(answer))


def errors(answer: Any) -> dict[str, list[str]]:
    """Return what the form that was sent says, field by field."""
    assert answer.status_code in {409, 422}
    found: dict[str, list[str]] = answer.context["form"].errors
    return {name: list(said) for name, said in found.items()}


@pytest.mark.parametrize(
    ("sent", "field", "said"),
    [
        ({"yellow": "30", "yellow_from": "gt", "red_from": "ge"}, "red", "黄灯须先于红灯"),
        ({"yellow": "30", "yellow_from": "ge", "red_from": "ge"}, "red", "黄灯须先于红灯"),
        ({"yellow": "0", "yellow_from": "ge"}, "yellow", "按计划推进的项目也算在内"),
    ],
)
def test_a_rule_under_which_a_light_never_shows_is_refused_on_its_field(sent, field, said):
    spring = make_spring()
    known = LightSetting.objects.values().get()
    found = errors(clerk_of(spring).post(DESK, {"do": "lights", **LIGHTS, **sent}))
    assert list(found) == [field]
    assert said in found[field][0]
    assert LightSetting.objects.values().get() == known


def test_the_breakdown_is_issued_after_a_tick_beside_the_projects_without_a_plan():
    spring = make_spring(issued=False)
    spring.plan(1)
    spring.plan(2, targets=[])
    spring.plan(3, milestones=[])
    spring.plan(4, targets=[], milestones=[])
    client = clerk_of(spring)
    assert "以下项目既无可考核目标也无节点：4。" in text(client.get(DESK))
    assert errors(client.post(DESK, {"do": "issue"})) == {"confirm": [TICK]}
    assert not Breakdown.objects.exists()
    spring.plan(4)
    assert "既无可考核目标也无节点" not in text(client.get(DESK))
    assert client.post(DESK, {"do": "issue", "confirm": "on"}).status_code == 302
    assert Breakdown.objects.count() == 1


@pytest.mark.parametrize(
    ("sent", "refused"),
    [
        ({"numbers": "1 1", "confirm": "on"}, {"numbers": ["这个序号写了两次：1。"]}),
        ({"numbers": "2 1 3 2 3", "confirm": "on"}, {"numbers": ["这个序号写了两次：2, 3。"]}),
        ({"numbers": "1 2"}, {"confirm": [TICK]}),
    ],
)
def test_an_assessment_is_laid_out_after_a_tick_and_of_every_project_once(sent, refused):
    spring = make_spring()
    assert errors(clerk_of(spring).post(DESK, {"do": "assess", "body": "delegates", **sent})) == refused
    assert not spring.cycle.assessments.exists()


def test_the_year_is_archived_after_a_tick():
    spring = make_spring()
    assess(spring, {1: Mark.FOR})
    client = clerk_of(spring)
    assert "不可撤销" in text(client.get(DESK))
    assert errors(client.post(DESK, {"do": "archive"})) == {"confirm": [TICK]}
    assert spring.cycle.stage == Stage.ASSESSMENT


def test_a_project_is_offered_only_to_a_year_that_takes_it_over():
    spring = make_spring()
    assert list(archive.next_years(spring.cycle)) == []
    client = clerk_of(spring)
    assert str(archive.NoNextYear()) in text(client.get(f"{DESK}1/"))
    later = make_next_year()
    Cycle.objects.create(slug="2030", year=2030, seats=3, congress=CongressFactory())
    assert list(archive.next_years(spring.cycle)) == [later]
    shown = client.get(f"{DESK}1/")
    assert re.findall(r'<option value="(\d+)"', shown.context["forms"]["carry"].as_p()) == [str(later.pk)]
    assert str(archive.NoNextYear()) not in text(shown)


def test_no_more_key_slips_are_destroyed_than_there_were():
    """Five for the vote and five for its assessment."""
    spring = make_spring()
    archived_with_nothing_left(spring)
    client = clerk_of(spring)
    assert "本年度票决和测评共发放：10 份。" in text(client.get(DESK))
    found = errors(client.post(DESK, {"do": "dispose", **DISPOSED, "slips": "11"}))
    assert found == {"slips": ["本年度票决和测评共发放密钥条 10 份，销毁的份数不能多于此数。"]}
    assert not Disposal.objects.exists()
    assert SealedBallot.objects.count() == 6
    done = client.post(DESK, {"do": "dispose", **DISPOSED}, follow=True)
    assert "已记录。共删除票决和测评的密封票：6 张。" in text(done)


def test_an_archived_year_stays_on_the_first_page_until_its_keys_are_disposed_of():
    spring = make_spring()
    archived_with_nothing_left(spring)
    client = clerk_of(spring)
    listed = f'<a href="{DESK}">{spring.cycle}</a>· 归档 ·<b>下一步：销毁密钥和票箱</b>'
    assert listed in text(client.get("/admin/"))
    client.post(DESK, {"do": "dispose", **DISPOSED})
    assert listed not in text(client.get("/admin/"))


@pytest.mark.parametrize("language", ["", "/en"])
def test_a_delegates_own_pages_lead_to_the_own_page_and_public_ones_are_for_everybody(language: str):
    """What caches keep for everybody does not differ by person."""
    spring = make_spring()
    delegate = spring.vote.delegates[0]
    supervision.name_group(delivery=spring.delivery(1), numbers=[delegate.number], **spring.acting)
    client, nobody = Client(), Client()
    client.force_login(delegate.user)
    mine, enter = f'<a href="{language}/delegate/">', f'<a href="{language}/enter/">'
    for page in ("/2018/delivery/1/supervise/", "/2018/delivery/1/", "/delegate/"):
        answer = client.get(language + page)
        head = text(answer).partition("</header>")[0]
        assert (mine in head, enter in head) == (True, False), page
        assert "public" not in answer.get("Cache-Control", ""), page
    for page in ("/", "/2018/delivery/", "/2018/result/"):
        head = text(client.get(language + page)).partition("</header>")[0]
        assert (mine in head, enter in head) == (False, True), page
    head = text(nobody.get(f"{language}/2018/delivery/1/")).partition("</header>")[0]
    assert (mine in head, enter in head) == (False, True)
