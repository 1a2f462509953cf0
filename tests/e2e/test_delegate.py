"""The delegate's journey in a real browser: with and without JavaScript, by keyboard, on small screens."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from accounts.roles import Kind
from tests.browser import DESK, Live, assert_good
from tests.factories import Vote, make_vote
from voting.models import SealedBallot

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

SMALL = {"width": 320, "height": 640}


@pytest.fixture
def vote(live: Live) -> Vote:
    return make_vote(delegates=3, kind=Kind.DEMO)


def fragment(vote: Vote, place: int = 0) -> str:
    """What the slip's QR code carries after the address."""
    number = vote.delegates[place].number
    return f"#{number}.{vote.codes[number].replace(' ', '')}"


def enter(page: Page, vote: Vote, place: int = 0) -> None:
    number = vote.delegates[place].number
    page.goto("/enter/")
    page.get_by_label("代表号").fill(number)
    page.get_by_label("登录码").fill(vote.codes[number])
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("表决票")
    page.wait_for_load_state()  # what is marked before the page's script runs is counted, but not announced


def mark(page: Page, *numbers: int) -> None:
    for number in numbers:
        page.locator(f"label[for=m{number}] .name").click()


@pytest.mark.parametrize("javascript", [True, False])
def test_the_key_enter_signs_in_and_leads_to_the_review(live: Live, vote: Vote, javascript: bool):
    """It presses the first button of a form: that was the switch of the look, which stands above."""
    page = live.person(javascript=javascript)
    number = vote.delegates[0].number
    page.goto("/enter/")
    page.wait_for_load_state()
    page.get_by_label("代表号").fill(number)
    page.get_by_label("登录码").fill(vote.codes[number])
    page.get_by_label("登录码").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("表决票")
    page.wait_for_load_state()
    page.locator("#m1").press("Enter")
    expect(page.get_by_role("button", name="投入票箱")).to_be_visible()


def test_the_key_enter_shows_on_the_form_s_own_button_that_it_is_sent(live: Live, vote: Vote):
    page = live.person()
    page.goto("/enter/")
    page.wait_for_load_state()
    page.get_by_label("代表号").fill(vote.delegates[0].number)
    page.get_by_label("登录码").fill(vote.codes[vote.delegates[0].number])
    page.evaluate("addEventListener('submit', event => event.preventDefault())")  # it stays on its way
    page.get_by_label("登录码").press("Enter")
    expect(page.locator("#enter button")).to_have_attribute("aria-disabled", "true")
    expect(page.locator("#enter [role=status]")).not_to_be_empty()


@pytest.mark.parametrize("dark", [False, True])
def test_from_the_slip_to_the_receipt(live, vote, dark):
    page = live.person(dark=dark)
    page.goto("/enter/" + fragment(vote))
    expect(page.get_by_label("代表号")).to_have_value(vote.delegates[0].number)
    expect(page.get_by_label("登录码")).to_have_value(vote.codes[vote.delegates[0].number])
    assert page.url == live.url + "/enter/"
    assert_good(page)
    expect(page.get_by_role("button", name="登录")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_title("表决票")
    assert_good(page)
    mark(page, *range(1, 12))
    expect(page.locator("#bar")).to_contain_text("超出1件，请取消1件")
    expect(page.get_by_role("status")).to_have_text("已选11件，最多10件 超出1件，请取消1件")
    assert_good(page)
    page.get_by_role("button", name="核对").click()
    expect(page.get_by_role("alert")).to_contain_text("您选了11件，最多可选10件。")
    assert_good(page)
    mark(page, 11)
    expect(page.get_by_role("status")).to_have_text("已选10件，最多10件")
    page.get_by_role("button", name="核对").click()
    expect(page.get_by_text("这张表决票还没有投出。")).to_be_visible()
    assert_good(page)
    page.get_by_role("button", name="投入票箱").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("您的表决票已投入票箱")
    assert re.fullmatch(
        r"([0-9A-Z]{4}-){7}[0-9A-Z]{4}", page.locator(".groups").get_attribute("aria-label") or ""
    )
    assert_good(page)
    assert SealedBallot.objects.count() == 1
    page.goto("/ballot/")
    expect(page).to_have_title("代表登录")


def test_without_javascript(live, vote):
    page = live.person(javascript=False)
    enter(page, vote)
    mark(page, 2, 5)
    page.locator("summary").nth(6).click()
    expect(page.get_by_text("来源未说明").nth(6)).to_be_visible()
    mark(page, 7)
    page.get_by_role("button", name="核对").click()
    expect(page.locator(".picked li")).to_have_count(3)
    page.get_by_role("button", name="返回修改").click()
    expect(page.locator("input:checked")).to_have_count(3)
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ballot")
    expect(page.locator("input:checked")).to_have_count(3)
    page.get_by_role("button", name="Review").click()
    page.get_by_role("button", name="Put the ballot into the urn").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your ballot is in the urn")
    assert SealedBallot.objects.count() == 1


def test_by_keyboard_alone(live, vote):
    page = live.person(viewport=DESK)
    enter(page, vote)
    first = page.locator("#m1")
    for _ in range(12):
        if first.evaluate("it => it === document.activeElement"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(first).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("details").first).to_have_attribute("open", "")
    page.get_by_role("button", name="核对").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="投入票箱").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("您的表决票已投入票箱")


def test_what_a_screen_reader_hears_of_a_line(live, vote):
    page = live.person()
    enter(page, vote)
    line = page.get_by_role("checkbox", name="3 第3项目", exact=True)
    expect(line).not_to_be_checked()
    line.check(force=True)
    expect(line).to_be_checked()
    expect(page.get_by_role("status")).to_have_text("已选1件，最多10件")


def test_small_screen_and_large_text_scroll_in_one_direction(live, vote):
    page = live.person(viewport=SMALL, text_percent=200)
    page.goto("/enter/")
    assert_good(page)
    enter(page, vote)
    assert_good(page)
    mark(page, 1)
    with page.expect_navigation():
        page.get_by_role("button", name="核对").click()
    assert_good(page)
    page.get_by_role("button", name="投入票箱").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("您的表决票已投入票箱")
    assert_good(page)


def test_everything_to_tap_is_large_enough(live, vote):
    page = live.person(viewport=SMALL)
    enter(page, vote)
    small = """[...document.querySelectorAll('a, button, summary, .cell, input:not([type=hidden])')]
        .filter(it => !it.matches('.skip, [aria-hidden=true]'))
        .map(it => [it.outerHTML.slice(0, 80), it.getBoundingClientRect()])
        .filter(([_, box]) => box.width && (box.width < 44 || box.height < 44))
        .map(([html, box]) => `${html} ${box.width}×${box.height}`)"""
    assert page.evaluate(small) == []
    mark(page, 1)
    with page.expect_navigation():
        page.get_by_role("button", name="核对").click()
    assert page.evaluate(small) == []


def test_the_focused_control_is_never_under_the_bar(live, vote):
    page = live.person(viewport=SMALL)
    enter(page, vote)
    for number in range(1, 13):
        page.locator(f"#m{number}").focus()
        circle = page.locator(f"label[for=m{number}] .cell").bounding_box()
        bar = page.locator("#bar").bounding_box()
        assert circle["y"] + circle["height"] <= bar["y"] + 1


def test_a_double_click_sends_one_ballot_and_shows_its_receipt(live, vote):
    page = live.person()
    enter(page, vote)
    mark(page, 1)
    page.get_by_role("button", name="核对").click()
    page.get_by_role("button", name="投入票箱").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text("您的表决票已投入票箱")
    expect(page.locator(".groups")).to_be_visible()
    assert SealedBallot.objects.count() == 1


def test_two_tabs_cast_one_ballot_and_the_other_tells_the_truth(live, vote):
    first = live.person()
    enter(first, vote)
    mark(first, 1)
    first.get_by_role("button", name="核对").click()
    second = first.context.new_page()
    second.goto("/ballot/")
    mark(second, 2)
    second.get_by_role("button", name="核对").click()
    first.get_by_role("button", name="投入票箱").click()
    expect(first.get_by_role("heading", level=1)).to_have_text("您的表决票已投入票箱")
    second.get_by_role("button", name="投入票箱").click()
    expect(second.locator(".lead")).to_contain_text("您的表决票已在票箱内")
    expect(second.locator(".groups")).to_have_count(0)
    assert_good(second)
    assert SealedBallot.objects.count() == 1


def test_the_next_person_on_the_same_phone_finds_nothing_of_the_first_f8(live, vote):
    page = live.person()
    enter(page, vote, 0)
    mark(page, 1)
    page.get_by_role("button", name="核对").click()
    page.get_by_role("button", name="投入票箱").click()
    enter(page, vote, 1)
    expect(page.locator("input:checked")).to_have_count(0)
    page.get_by_role("button", name="核对").click()
    page.get_by_role("checkbox", name="我确认投空白票。").check()
    assert_good(page)
    page.get_by_role("button", name="投入票箱").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("您的表决票已投入票箱")
    assert SealedBallot.objects.count() == 2


def test_a_round_closed_while_marking_is_said_calmly(live, vote):
    page = live.person()
    enter(page, vote)
    mark(page, 1)
    vote.close()
    page.get_by_role("button", name="核对").click()
    page.get_by_role("button", name="投入票箱").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("表决已截止")
    assert_good(page)


def test_wrong_codes_are_said_beside_the_field(live, vote):
    page = live.person()
    number = vote.delegates[0].number
    page.goto("/enter/")
    page.get_by_label("代表号").fill(number)
    page.get_by_label("登录码").fill(vote.codes[number][:-1])
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_text("登录码不完整")).to_be_visible()
    expect(page.get_by_label("登录码")).to_be_focused()
    assert_good(page)
    page.get_by_label("登录码").fill(vote.codes[vote.delegates[1].number])
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_text("代表号与登录码不符")).to_be_visible()
    assert_good(page)


def test_f21_nothing_touches_a_half_filled_ballot(live, vote):
    page = live.person()
    enter(page, vote)
    mark(page, 2, 5)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    vote.cast(1, range(1, 11))
    page.clock.install()
    page.clock.fast_forward("10:00")
    expect(page.locator("input:checked")).to_have_count(2)
    assert asked == [], "the page asks for nothing by itself"


@pytest.mark.parametrize("javascript", [True, False])
def test_f30_a_review_is_not_taken_for_a_cast(live, vote, javascript):
    page = live.person(javascript=javascript)
    enter(page, vote)
    mark(page, 2, 5)
    page.get_by_role("button", name="核对").click()
    expect(page.locator("main")).to_contain_text("这张表决票还没有投出")
    expect(page.locator("main")).not_to_contain_text("已投入票箱")
    page.goto("/")
    assert SealedBallot.objects.count() == 0
    page.goto("/ballot/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("表决票")
    assert SealedBallot.objects.count() == 0


def test_f30_back_from_the_end_page_stays_there(live, vote):
    page = live.person()
    enter(page, vote)
    mark(page, 2)
    page.get_by_role("button", name="核对").click()
    page.get_by_role("button", name="投入票箱").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("您的表决票已投入票箱")
    page.wait_for_load_state("load")
    page.evaluate("history.back()")
    page.wait_for_timeout(300)
    expect(page.get_by_role("heading", level=1)).to_have_text("您的表决票已投入票箱")
    assert SealedBallot.objects.count() == 1
