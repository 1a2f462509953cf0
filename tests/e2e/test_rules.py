"""The clerk drafts the 票决办法 on a phone without JavaScript; a citizen reads it on screen and on paper."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from accounts.roles import Kind
from tests.browser import DESK, PHONE, Live, assert_good
from tests.e2e.test_round import sign_in
from tests.factories import make_vote
from voting.models import VotingRules

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def test_a_preset_a_mistake_and_the_adoption_without_javascript(live: Live):
    vote = make_vote(until="drafted", delegates=12, kind=Kind.DEMO)
    page = sign_in(live.person(javascript=False), vote.clerk)
    page.goto("/admin/vote/2018/rules/")
    page.locator("#draft > summary").click()
    page.locator(".presets summary").click()
    page.get_by_role("link", name="石鼓：两项条件").click()
    expect(page.locator("[role=status]")).to_contain_text("尚未保存")
    page.get_by_label("第二项条件的人员范围").fill("")
    page.get_by_role("button", name="保存草案").click()
    mistake = page.locator(".alert-danger")
    expect(mistake).to_contain_text("设第二项条件的，应填写以哪一部分人员计算")
    assert VotingRules.objects.get().group_base == "", "nothing is saved"
    mistake.get_by_role("link").click()
    expect(page).to_have_url(re.compile("#id_group_name$"))
    page.get_by_label("第二项条件的人员范围").fill("人大代表")
    page.get_by_role("button", name="保存草案").click()
    expect(page.locator("#adopt")).to_contain_text("人大代表全体成员的过半数")
    page.locator("#id_confirm").check()
    page.get_by_role("button", name="大会已通过本办法").click()
    expect(page.locator("h1")).to_contain_text("议程")
    assert VotingRules.objects.get().is_adopted


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("language", ["", "/en"], ids=["zh", "en"])
def test_the_draft_and_the_public_rules_are_good(live: Live, viewport, language):
    vote = make_vote(until="drafted", delegates=12, kind=Kind.DEMO)
    page = sign_in(live.person(viewport=viewport), vote.clerk, language)
    page.goto(f"{language}/admin/vote/2018/rules/?preset=yangpu")
    assert_good(page)
    page.locator("#id_seats").fill("3")
    page.locator(".rules-form button").click()
    expect(page.locator(".alert-danger a")).to_be_visible()
    assert_good(page)
    page.goto(f"{language}/2018/rules/")
    assert_good(page)
    make_vote(
        until="rolled",
        delegates=12,
        kind=Kind.REHEARSAL,
        slug="2019",
        ballot_type="ranking",
        scoring="points",
    )
    page.goto(f"{language}/2019/rules/")
    assert_good(page)
