"""A resident on a phone: likes while typing, seconding, the link to keep, correction; with and without JavaScript.

Guards ``voting.views.before.tracking`` and ``voting.views.before.seconding``.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.autumn import Autumn, make_autumn
from tests.browser import DESK, PHONE, Live, assert_good, assert_good_in_the_dark
from tests.e2e.test_before import press
from tests.e2e.test_delegate import SMALL
from voting.models import Call, Proposal, ProposalVersion

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

PLACES = (SMALL, PHONE, DESK)
WITHOUT_SCRIPTS: list[Page] = []


@pytest.fixture
def autumn() -> Autumn:
    autumn = make_autumn(until="proposals")
    Call.objects.update(closes_at=timezone.now() + timedelta(days=3))
    return autumn


def good(page: Page) -> None:
    """Axe needs a page whose scripts run; without them nothing scrolls sideways, in any size."""
    if page in WITHOUT_SCRIPTS:
        for viewport in PLACES:
            page.set_viewport_size(viewport)
            assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, viewport
    else:
        assert_good(page, *PLACES)


def good_in_the_dark(page: Page) -> None:
    if page not in WITHOUT_SCRIPTS:
        assert_good_in_the_dark(page)


def person(live: Live, *, javascript: bool = True) -> Page:
    page = live.person(viewport=PHONE, javascript=javascript)
    if not javascript:
        WITHOUT_SCRIPTS.append(page)
    return page


def fill(page: Page, title: str, content: str, prefix: str = "") -> None:
    page.goto(f"{prefix}/2019/propose/")
    page.locator("#id_title").fill(title)
    page.locator("#id_content").fill(content)


@pytest.mark.parametrize("javascript", [True, False])
def test_a_resident_seconds_what_somebody_proposed(live: Live, autumn: Autumn, javascript: bool):
    page = person(live, javascript=javascript)
    page.goto("/2019/proposals/7/")
    good(page)
    with page.expect_navigation():
        page.get_by_role("link", name="附议", exact=True).click()
    good(page)
    with page.expect_navigation():
        press(page, "附议")
    expect(page.get_by_role("status")).to_have_text("已计入，感谢您的附议。")
    good(page)
    assert Proposal.objects.get(number=7).seconds == 1
    page.goto("/2019/proposals/7/second/")
    with page.expect_navigation():
        press(page, "附议")
    expect(page.get_by_role("alert")).to_contain_text("您已附议过本建议")
    expect(page.locator("#refused")).to_be_focused()
    good(page)
    page.goto("/2019/proposals/?sort=seconded")
    expect(page.locator(".proposals li").first).to_contain_text("附议 1 人次")
    good(page)
    good_in_the_dark(page)


def test_likes_are_named_while_a_title_is_typed_and_not_asked_for_again(live: Live, autumn: Autumn):
    page = person(live)
    fill(page, "小区建停车场", "没有地方停车。")
    like = page.locator("#alike")
    expect(like.get_by_role("link", name="7. 建停车场")).to_have_attribute("href", "/2019/proposals/7/")
    expect(like.get_by_role("link", name="附议")).to_have_attribute("href", "/2019/proposals/7/second/")
    expect(page.locator("#id_content")).to_be_focused()
    good(page)
    good_in_the_dark(page)
    page.locator("#id_title").fill("修一条跑步道")
    expect(like.get_by_role("link")).to_have_count(0)
    page.locator("#id_title").fill("小区建停车场")
    expect(like.get_by_role("link")).to_have_count(2)
    with page.expect_navigation():
        press(page, "提交建议")
    expect(page.get_by_role("heading", level=1)).to_have_text("您的建议已收到")


def test_without_javascript_likes_are_asked_before_it_is_final(live: Live, autumn: Autumn):
    page = person(live, javascript=False)
    count = Proposal.objects.count()
    fill(page, "小区建停车场", "没有地方停车。")
    with page.expect_navigation():
        press(page, "提交建议")
    expect(page.locator("#asked")).to_be_focused()
    expect(page.get_by_role("alert")).to_contain_text("您的建议尚未提交")
    expect(page.locator("#id_content")).to_have_value("没有地方停车。")
    good(page)
    assert Proposal.objects.count() == count
    with page.expect_navigation():
        press(page, "不同，提交我的建议")
    expect(page.get_by_role("heading", level=1)).to_have_text("您的建议已收到")
    assert Proposal.objects.count() == count + 1


@pytest.mark.parametrize("javascript", [True, False])
def test_the_link_is_kept_followed_and_the_text_corrected(live: Live, autumn: Autumn, javascript: bool):
    page = person(live, javascript=javascript)
    fill(page, "修路灯", "路灯坏了，请打 13800000000")
    with page.expect_navigation():
        press(page, "提交建议")
    good(page)
    good_in_the_dark(page)
    code, link = page.locator("#code").inner_text(), page.locator("#link").get_attribute("href") or ""
    assert link.endswith(f"/track/#{code}")

    kept = person(live, javascript=javascript)
    kept.goto(link)
    if not javascript:
        kept.locator("#id_code").fill(code.lower())
        with kept.expect_navigation():
            press(kept, "显示")
    expect(kept.locator("#answer")).to_contain_text("似乎含有电话号码")
    assert kept.url.endswith("/track/"), "the code is taken out of the address"
    good(kept)
    with kept.expect_navigation():
        press(kept, "更正内容")
    good(kept)
    kept.locator("#id_content").fill("")
    with kept.expect_navigation():
        press(kept, "提交更正")
    expect(kept.locator("#refused")).to_be_focused()
    expect(kept.get_by_role("alert").first).to_contain_text("请写明要办什么事")
    expect(kept.locator("#id_content")).to_have_attribute("aria-invalid", "true")
    good(kept)
    kept.locator("#id_content").fill("路灯坏了半年。")
    with kept.expect_navigation():
        press(kept, "提交更正")
    expect(kept.get_by_role("status").first).to_contain_text("建议现已公开")
    good(kept)
    good_in_the_dark(kept)
    assert ProposalVersion.objects.get().texts["content"].endswith("13800000000")


def test_the_pages_are_whole_in_english(live: Live, autumn: Autumn):
    page = person(live)
    fill(page, "Street lights", "Call 13800000000", prefix="/en")
    with page.expect_navigation():
        press(page, "Send the proposal")
    link = page.locator("#link").get_attribute("href") or ""
    for address in (
        "/en/2019/proposals/?sort=seconded",
        "/en/2019/proposals/7/",
        "/en/2019/proposals/7/second/",
    ):
        page.goto(address)
        good(page)
    page.goto(link)
    expect(page.locator("#answer")).to_contain_text("It seems to contain a telephone number.")
    good(page)
    with page.expect_navigation():
        press(page, "Correct the text")
    good(page)
