"""验收: handed in with evidence and every target reached; accepted, or sent back.

Guards ``voting.domain.after.completions``.
"""

from __future__ import annotations

import io
from datetime import date

import pytest
from django.test import Client
from PIL import Image

from accounts.models import User
from accounts.roles import Kind, Role
from tests.factories import UserFactory
from tests.pages import html_of
from tests.pages import text_of as said
from tests.spring import Spring, make_spring
from voting.domain.after import changes, completions, deliveries
from voting.domain.before.screening import NotYourUnit
from voting.domain.core import uploads
from voting.domain.core.refusals import StepNotAllowed
from voting.models import ChangeRequest, Completion
from voting.states import DeliveryStatus

pytestmark = pytest.mark.django_db


@pytest.fixture
def spring() -> Spring:
    spring = make_spring()
    spring.at = spring.at.replace(month=12, day=30)
    return spring


def reach(spring: Spring) -> None:
    months = dict.fromkeys((1, 2, 3, 4), date(2018, 12, 20))
    spring.report(day=date(2018, 12, 20), figures={1: 10, 2: 800}, reached=months)


def hand_in(spring: Spring, by=None, evidence: str = "十座公厕已开放。"):
    return completions.hand_in(
        delivery=spring.delivery(), evidence=evidence, by=by or spring.officer, at=spring.at
    )


def decide(spring: Spring, handed_in: Completion, *, accepted: bool = True, by=None, note: str = "属实。"):
    return completions.decide(
        completion=handed_in, accepted=accepted, note=note, by=by or spring.vote.clerk, at=spring.at
    )


def ask(spring: Spring) -> ChangeRequest:
    return changes.ask_change(
        delivery=spring.delivery(), plan={"content": "改做"}, reason="汛期", by=spring.officer, at=spring.at
    )


def test_a_project_is_handed_in_and_accepted(spring):
    reach(spring)
    decide(spring, hand_in(spring))
    assert spring.delivery().status == DeliveryStatus.COMPLETED
    with pytest.raises(StepNotAllowed):
        spring.report(day=date(2018, 12, 21))


def test_what_is_sent_back_can_be_handed_in_again(spring):
    reach(spring)
    first = hand_in(spring)
    decide(spring, first, accepted=False, note="两座没有开放。")
    assert spring.delivery().status == DeliveryStatus.RUNNING
    again = hand_in(spring)
    with pytest.raises(completions.HandInDecided):
        decide(spring, first)
    again.refresh_from_db()
    assert again.accepted is None, "what was not seen is not accepted"
    decide(spring, again)
    assert spring.delivery().status == DeliveryStatus.COMPLETED


def test_targets_that_are_not_reached_are_named(spring):
    spring.report(day=date(2018, 3, 1), figures={1: 10, 2: 799})
    with pytest.raises(completions.TargetsOpen) as refusal:
        hand_in(spring)
    assert refusal.value.targets == ["泊位 800 个"]


def test_who_may_and_what_is_missing(spring):
    reach(spring)
    with pytest.raises(NotYourUnit):
        hand_in(spring, by=spring.stranger)
    with pytest.raises(completions.NoEvidence):
        hand_in(spring, evidence=" ")
    handed_in = hand_in(spring)
    with pytest.raises(StepNotAllowed):
        hand_in(spring)
    for user in (spring.officer, UserFactory(role=Role.CLERK, kind=Kind.REHEARSAL)):
        with pytest.raises(StepNotAllowed):
            decide(spring, handed_in, by=user)
    with pytest.raises(completions.NoEvidence):
        decide(spring, handed_in, note=" ")


def test_who_hands_in_does_not_accept_and_may_take_it_back(spring):
    reach(spring)
    handed_in = hand_in(spring, by=spring.vote.clerk)
    with pytest.raises(completions.OwnHandIn):
        decide(spring, handed_in)
    assert spring.delivery().status == DeliveryStatus.RUNNING
    decide(spring, handed_in, accepted=False, note="交错了。")
    again = hand_in(spring, by=spring.vote.clerk)
    decide(spring, again, by=UserFactory(role=Role.CLERK))
    assert spring.delivery().status == DeliveryStatus.COMPLETED


def test_nothing_is_completed_while_a_change_waits(spring):
    """Else neither approval nor refusal could be recorded any more."""
    reach(spring)
    change = ask(spring)
    with pytest.raises(completions.ChangeWaits):
        hand_in(spring)
    decision = {
        "decision": "不同意。",
        "on": date(2018, 12, 30),
        "by": spring.vote.presiding,
        "at": spring.at,
    }
    changes.decide_change(change=change, approved=False, **decision)
    handed_in = hand_in(spring)
    change = ask(spring)
    with pytest.raises(completions.ChangeWaits):
        decide(spring, handed_in)
    changes.decide_change(change=change, approved=True, **decision)
    decide(spring, handed_in)
    assert spring.delivery().status == DeliveryStatus.COMPLETED


def test_what_waits_for_a_change_can_still_be_sent_back(spring):
    reach(spring)
    handed_in = hand_in(spring)
    ask(spring)
    decide(spring, handed_in, accepted=False)
    assert spring.delivery().status == DeliveryStatus.RUNNING


# ---------------------------------------------------------------------------------------------------- the pages

PAGE = "/admin/vote/2018/delivery/1/"


def page_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_who_accepts_sees_the_last_report_with_its_pictures_and_what_is_open(spring):
    raw = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(raw, "JPEG")
    report = spring.report(
        day=date(2018, 12, 20), figures={1: 10, 2: 800}, text="十座都开放了。", delay="雨季",
        reached=dict.fromkeys((1, 2, 3), date(2018, 12, 20)), files=[uploads.clean("现场.jpg", raw.getvalue())],
    )  # fmt: skip
    handed_in = hand_in(spring)
    page = page_of(spring.vote.clerk).get(PAGE)
    assert f'src="/2018/delivery/1/files/{report.pk}/1/"' in html_of(page)
    assert f'name="shown" value="{handed_in.pk}"' in html_of(page)
    for words in (
        "十座公厕已开放。",
        "十座都开放了。",
        "公厕：已完成 10 / 10 座",
        "未完成的节点： 2018-12 12月的节点",
    ):
        assert words in said(page)
    assert "未完成的目标" not in said(page)


def test_the_form_of_the_hand_in_names_what_is_open(spring):
    spring.report(day=date(2018, 3, 1), figures={1: 10}, reached={1: date(2018, 3, 1)})
    page = said(page_of(spring.officer).get("/admin/vote/2018/unit/1/"))
    assert "按已报告的情况，下列目标尚未达到：泊位 800 个。" in page
    assert (
        "按已报告的情况，以下节点尚未完成：2018-06 6月的节点; 2018-09 9月的节点; 2018-12 12月的节点。" in page
    )
    reach(spring)
    page = said(page_of(spring.officer).get("/admin/vote/2018/unit/1/"))
    assert "尚未达到" not in page
    assert "尚未完成" not in page


def test_the_words_of_a_plan_are_no_markup():
    spring = make_spring(issued=False)
    spring.plan(1, milestones=[{"month": "2018-12", "text": "<b>竣工</b>"}])
    for number in (2, 3, 4):
        spring.plan(number)
    deliveries.issue_breakdown(cycle=spring.cycle, **spring.acting)
    spring.report(figures={1: 10, 2: 800})
    spring.at = spring.at.replace(month=12, day=30)
    pages = [page_of(spring.officer).get("/admin/vote/2018/unit/1/")]
    hand_in(spring)
    pages.append(page_of(spring.vote.clerk).get(PAGE))
    for page in pages:
        assert "2018-12 &lt;b&gt;竣工&lt;/b&gt;" in page.content.decode()
        assert "<b>竣工</b>" not in page.content.decode()


def test_a_page_accepts_what_it_showed(spring):
    """The first hand-in was sent back meanwhile, and another one came."""
    reach(spring)
    stale = hand_in(spring)
    decide(spring, stale, accepted=False)
    again = hand_in(spring)
    clerk = page_of(spring.vote.clerk)
    sent = {"do": "accept", "text": "合格", "shown": stale.pk}
    answer = clerk.post(PAGE, sent)
    assert answer.status_code == 409
    assert "该次验收申请已另有处理" in said(answer)
    assert f'name="shown" value="{again.pk}"' in html_of(answer)
    assert spring.delivery().status == DeliveryStatus.RUNNING
    assert clerk.post(PAGE, sent | {"shown": "9" * 30}).status_code == 404
    assert clerk.post(PAGE, sent | {"shown": again.pk}).status_code == 302
    assert spring.delivery().status == DeliveryStatus.COMPLETED


def test_the_page_offers_nobody_to_accept_their_own_hand_in(spring):
    reach(spring)
    hand_in(spring, by=spring.vote.clerk)
    own = page_of(spring.vote.clerk).get(PAGE)
    assert 'value="accept"' not in own.content.decode()
    assert "由您申请验收" in said(own)
    assert 'value="accept"' in page_of(UserFactory(role=Role.CLERK)).get(PAGE).content.decode()
