"""F41 in a real browser: requests that never come back, reloads, ways back; faults take the focus and the title."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from accounts.roles import Kind
from tests.browser import Live, assert_good
from tests.e2e.test_delegate import enter, mark
from tests.factories import Vote, make_vote
from voting.models import SealedBallot

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

SMALLEST: ViewportSize = {"width": 320, "height": 568}
A_FIFTH = 0.2
LATE = "尚未收到回复。可以再按一次，不会重复计入。"


@pytest.fixture
def vote(live: Live) -> Vote:
    return make_vote(delegates=3, kind=Kind.DEMO)


def reviewed(page: Page, vote: Vote, *numbers: int) -> None:
    enter(page, vote)
    mark(page, *numbers)
    with page.expect_navigation():
        page.get_by_role("button", name="核对").click()
    page.wait_for_load_state()


#: Press every button that matches, the first one first; return what the first says then, and how many submits went out.
PRESS = """selector => {
  const buttons = [...document.querySelectorAll(selector)];
  let out = 0;
  addEventListener("submit", (event) => { out += !event.defaultPrevented; });
  for (const button of [buttons.at(-1), ...buttons]) button.click();
  return [buttons.at(-1).textContent, document.querySelector(".sending").textContent, out];
}"""


def patient(live: Live) -> Page:
    """A phone whose clock is ours, and whose browser does not tell a page that a way was broken off."""
    page = live.person()
    page.add_init_script("Object.defineProperty(window, 'navigation', { value: undefined });")
    page.clock.install()
    return page


def test_c1_the_button_says_that_it_is_busy_and_a_second_press_sends_nothing(live, vote):
    page = patient(live)
    reviewed(page, vote, 1, 2)
    page.route("**/ballot/cast/", lambda route: route.abort("aborted"), times=1)
    with page.expect_event("requestfailed"):
        assert page.evaluate(PRESS, ".cast .btn") == ["正在投入…", "正在投入…", 1]
    page.clock.run_for(7_000)
    expect(page.locator("#cast")).to_have_text("正在投入…")
    page.clock.run_for(2_000)
    expect(page.locator("#cast")).to_have_text("投入票箱")
    expect(page.locator(".sending")).to_have_text(LATE)
    with page.expect_navigation():
        page.locator("#cast").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("您的表决票已投入票箱")
    assert SealedBallot.objects.count() == 1


@pytest.mark.parametrize("button", ["投入票箱", "返回修改"])
def test_c1_an_interrupted_submit_leaves_living_buttons(live, vote, button):
    page = live.person()
    page.clock.install()
    reviewed(page, vote, 1, 2)
    page.route("**/ballot/cast/", lambda route: route.abort("aborted"), times=1)
    page.locator("#cast").click(no_wait_after=True)
    expect(page.locator(".sending")).not_to_be_empty()
    page.clock.fast_forward(9_000)
    expect(page.locator(".sending")).to_have_text(LATE)
    assert_good(page, SMALLEST)
    with page.expect_navigation():
        page.get_by_role("button", name=button).click()
    if button == "投入票箱":
        expect(page.get_by_role("heading", level=1)).to_have_text("您的表决票已投入票箱")
    else:
        expect(page.locator("input:checked")).to_have_count(2)


def test_c1_every_form_is_guarded_by_the_one_script(live, vote):
    page = patient(live)
    for address, button in (("/enter/", "#enter .btn"), ("/receipt/", "main .btn"), ("/", ".look button")):
        page.goto(address)
        page.wait_for_load_state()
        page.evaluate("[...document.forms].forEach(form => { form.noValidate = true; })")
        page.route("**/*", lambda route: route.abort("aborted"), times=1)
        before = (page.locator(button).text_content() or "").strip()
        with page.expect_event("requestfailed"):
            assert page.evaluate(PRESS, button) == ["正在提交…", "正在提交…", 1], address
        page.clock.run_for(9_000)
        expect(page.locator(button)).to_have_text(before)
        with page.expect_navigation():
            page.locator(button).click()


def test_c1_a_reload_and_the_way_back_keep_the_marks(live, vote):
    page = live.person()
    enter(page, vote)
    mark(page, 2, 5, 7)
    page.reload()
    expect(page.locator("input:checked")).to_have_count(3)
    expect(page.locator("#bar .tally")).to_contain_text("已选")
    mark(page, 7)
    with page.expect_navigation():
        page.get_by_role("button", name="核对").click()
    with page.expect_navigation():
        page.get_by_role("button", name="返回修改").click()
    expect(page.locator("input:checked")).to_have_count(2)
    mark(page, 9)
    page.reload()
    assert [int(each.get_attribute("value") or "") for each in page.locator("input:checked").all()] == [
        2,
        5,
        9,
    ]
    with page.expect_navigation():
        page.get_by_role("button", name="核对").click()
    page.go_back()
    expect(page.locator("input:checked")).to_have_count(3)


def test_f8_the_tab_forgets_the_marks_with_the_cast_and_the_sign_in(live, vote):
    page = live.person()
    kept = "sessionStorage.length"
    reviewed(page, vote, 1, 2)
    assert page.evaluate(kept) == 1
    with page.expect_navigation():
        page.get_by_role("button", name="投入票箱").click()
    expect(page.locator(".groups")).to_be_visible()
    page.wait_for_load_state()
    assert page.evaluate(kept) == 0
    enter(page, vote, 1)
    mark(page, 3)
    assert page.evaluate(kept) == 1
    page.goto("/enter/")
    page.wait_for_load_state()
    assert page.evaluate(kept) == 0
    enter(page, vote, 2)
    expect(page.locator("input:checked")).to_have_count(0)


def test_f8_the_tab_forgets_the_marks_where_a_ballot_is_in_the_urn_already(live, vote):
    """The answer to the cast was lost, or another window cast: no end page was shown in this one."""
    page = live.person()
    reviewed(page, vote, 1, 2)
    vote.cast(0, (1, 2))
    with page.expect_navigation():
        page.get_by_role("button", name="投入票箱").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("您的表决票已投入票箱")
    page.wait_for_load_state()
    assert page.evaluate("sessionStorage.length") == 0


@pytest.mark.parametrize("javascript", [True, False])
def test_c4_the_session_ends_while_marking(live, vote, javascript):
    page = live.person(javascript=javascript)
    enter(page, vote)
    mark(page, 2, 5)
    page.context.clear_cookies(name="sessionid")
    with page.expect_navigation():
        page.get_by_role("button", name="核对").click()
    if javascript:  # the review asks nobody
        with page.expect_navigation():
            page.get_by_role("button", name="投入票箱").click()
    expect(page).to_have_title("您已退出登录 · 代表登录")
    expect(page.get_by_role("alert")).to_be_focused()
    if javascript:
        assert_good(page, SMALLEST)
    with page.expect_navigation():
        page.get_by_role("button", name="English").click()
    page.get_by_label("Delegate number").fill(vote.delegates[0].number.lstrip("0") or "0")
    page.get_by_label("Access code").fill(vote.codes[vote.delegates[0].number])
    with page.expect_navigation():
        page.get_by_role("button", name="Sign in").click()
    if javascript:
        page.wait_for_load_state()
        assert_good(page, SMALLEST)
        with page.expect_navigation():
            page.get_by_role("link", name="Open my ballot").click()
    expect(page.locator("input:checked")).to_have_count(2)
    assert page.url.endswith("/en/ballot/sign-in/" if not javascript else "/en/ballot/")


def test_c3_the_second_window_says_that_its_marks_were_not_cast(live, vote):
    first = live.person()
    enter(first, vote)
    mark(first, 1)
    second = first.context.new_page()
    second.goto("/ballot/")
    mark(second, 2)
    with first.expect_navigation():
        first.get_by_role("button", name="核对").click()
    with first.expect_navigation():
        first.get_by_role("button", name="投入票箱").click()
    with second.expect_navigation():
        second.get_by_role("button", name="核对").click()
    with second.expect_navigation():
        second.get_by_role("button", name="投入票箱").click()
    expect(second.locator(".note")).to_contain_text("本页的选择没有投出")
    expect(second.get_by_role("heading", level=1)).to_be_focused()
    assert_good(second, SMALLEST)


# --------------------------------------------------------------------------------------- what is wrong is first


@pytest.mark.parametrize("javascript", [True, False])
def test_what_is_wrong_with_a_ballot_takes_the_focus_and_the_title(live, vote, javascript):
    page = live.person(javascript=javascript)
    enter(page, vote)
    mark(page, *range(1, 12))
    page.get_by_role("button", name="核对").click()
    expect(page).to_have_title("您选了11件，最多可选10件。请取消1件。您的选择已保留。 · 表决票")
    expect(page.locator("#refusal")).to_be_focused()


@pytest.mark.parametrize("javascript", [True, False])
def test_what_is_wrong_with_a_sign_in_takes_the_focus_and_the_title(live, vote, javascript):
    page = live.person(javascript=javascript)
    page.goto("/enter/")
    page.locator("#enter").evaluate("form => { form.noValidate = true; }")
    with page.expect_navigation():
        page.get_by_role("button", name="登录").click()
    expect(page).to_have_title("请输入登录凭条上的代表号。 · 代表登录")
    expect(page.get_by_label("代表号")).to_be_focused()


# -------------------------------------------------------------------------------------------- the smallest screen


@pytest.mark.parametrize("look", ["standard", "large"])
@pytest.mark.parametrize(("language", "button"), [("", "核对"), ("/en", "Review")])
def test_the_bar_of_the_review_takes_no_more_than_a_fifth_of_the_smallest_screen(
    live, vote, language, button, look
):
    page = live.person(viewport=SMALLEST)
    if look == "large":
        page.context.add_cookies([{"name": "elder", "value": "large", "url": live.url}])
    enter(page, vote)
    if language:
        with page.expect_navigation():
            page.get_by_role("button", name="English").click()
    mark(page, 1, 2)
    with page.expect_navigation():
        page.get_by_role("button", name=button).click()
    bar = page.locator(".cast").bounding_box()
    assert bar["height"] <= A_FIFTH * SMALLEST["height"]
    assert_good(page)


def test_the_end_page_prints_the_receipt_and_leads_on(live, vote):
    page = live.person()
    page.add_init_script("window.printed = 0; window.print = () => { window.printed += 1; };")
    reviewed(page, vote, 1)
    with page.expect_navigation():
        page.get_by_role("button", name="投入票箱").click()
    page.get_by_role("button", name="打印").click()
    page.wait_for_function("window.printed === 1")
    page.emulate_media(media="print")
    for shown in (".groups", ".qr svg", "h1"):
        expect(page.locator(shown)).to_be_visible()
    for unseen in (".actions", ".look"):
        expect(page.locator(unseen)).to_be_hidden()
    page.emulate_media(media="screen")
    with page.expect_navigation():
        page.get_by_role("link", name="下一位登录").click()
    expect(page).to_have_title("代表登录")
