"""Each ballot type in a real browser: with and without JavaScript, refused and mended, back and forth, small."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from accounts.roles import Kind
from tests.browser import DESK, Live, assert_good
from tests.e2e.test_delegate import SMALL, enter
from tests.factories import make_vote
from tests.integration.vote.test_ballot_pages import in_urn

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

#: The settings, the marks that are refused, what is added to mend them, and what is in the urn then.
CASES = {
    "exactly": (
        {"ballot_type": "exactly", "under_vote": "void"}, ["1"], ["3"], "还缺 1 件", (1, 0, 1, 0),
    ),
    "per_item": (
        {"ballot_type": "per_item", "under_vote": "void"}, ["1 for", "2 against", "4 abstain"], ["3 for"],
        "未标记：3。", (1, 2, 1, 3),
    ),
    "per_item_up_to": (
        {"ballot_type": "per_item_up_to"}, ["1 for", "2 for", "3 for"], ["3 against"], "请取消1件。", (1, 1, 2, 0),
    ),
    "ranking": ({"preset": "liyang"}, ["1 at 2", "3 at 2"], ["3 at 1"], "第 2 名给了不止一件：1、3。", (2, 0, 1, 0)),
    "choose_one": ({"ballot_type": "choose_one"}, ["1", "3"], ["1"], "最多可选1件", (0, 0, 1, 0)),
    "sum": (
        {"method": "greedy", "budget": 100, "most_cost": 90, "costs": [40, 70, 30, 60]}, ["1", "4"], ["1"],
        "超出10万元", (0, 0, 0, 1),
    ),
    "points": (
        {"ballot_type": "points", "points": 5, "most_points": 3}, ["1 at 3", "3 at 3"], ["3 at 2"], "多给了1分",
        (3, 0, 2, 0),
    ),
}  # fmt: skip


def mark(page: Page, *said: str) -> None:
    """Mark ``3`` or ``3 against``, or put it ``3 at 1``, where a finger would."""
    for number, *word in map(str.split, said):
        if not word:
            page.locator(f"label[for=m{number}] .name").click()
        elif word[0] == "at":
            page.locator(f"#m{number}").select_option(word[1])
        else:
            page.locator(f".{word[0]}:has([name=mark-{number}])").click()


def marks(page: Page) -> list[str]:
    """Everything the form would send but its hidden fields."""
    said: list[str] = page.locator("#ballot").evaluate(
        "form => [...form.elements].filter(it => it.type !== 'hidden' && (it.checked || it.tagName === 'SELECT'))"
        ".filter(it => it.value).map(it => `${it.name}=${it.value}`)"
    )
    return said


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()


def turn_back(page: Page) -> None:
    """Go back from the review to the ballot, which is there once its last button is."""
    press(page, "返回修改")
    expect(page.get_by_role("button", name="核对")).to_be_visible()


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize("name", CASES)
def test_refused_mended_reviewed_and_cast(live: Live, name: str, javascript: bool):
    settings, wrong, more, sentence, urn = CASES[name]
    vote = make_vote(delegates=2, candidates=4, seats=2, kind=Kind.DEMO, **settings)
    page = live.person(javascript=javascript)
    enter(page, vote)
    mark(page, *wrong)
    before = marks(page)
    press(page, "核对")
    expect(page.get_by_role("alert")).to_contain_text(sentence)
    if javascript:
        assert_good(page)
    assert marks(page) == before
    mark(page, *more)
    mended = marks(page)
    press(page, "核对")
    expect(page.get_by_role("heading", level=1)).to_have_text("核对表决票")
    if javascript:
        assert_good(page)
    turn_back(page)
    assert marks(page) == mended
    press(page, "English")
    expect(page.get_by_role("button", name="Review")).to_be_visible()
    assert marks(page) == mended
    if javascript:
        assert_good(page)
    press(page, "Review")
    press(page, "Put the ballot into the urn")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your ballot is in the urn")
    assert in_urn(vote) == [urn]


@pytest.mark.parametrize("javascript", [True, False])
def test_one_question_about_the_whole_list(live: Live, javascript: bool):
    vote = make_vote(delegates=2, candidates=4, seats=4, kind=Kind.DEMO, preset="yangpu")
    page = live.person(javascript=javascript)
    enter(page, vote)
    expect(page.locator("#bar")).to_contain_text("请在名单之后作答")
    page.get_by_role("group", name="是否同意全部 4 件项目？").locator(".against").click()
    expect(page.locator("#bar .said")).to_be_visible()
    if javascript:
        assert_good(page)
    press(page, "核对")
    expect(page.locator(".sum")).to_have_text("反对")
    turn_back(page)
    assert marks(page) == ["mark-0=against"]
    press(page, "核对")
    press(page, "投入票箱")
    expect(page.get_by_role("heading", level=1)).to_have_text("您的表决票已投入票箱")
    assert in_urn(vote) == [(2, 2, 2, 2)]


def test_tapping_in_the_order_of_priority(live: Live):
    vote = make_vote(delegates=2, candidates=4, seats=3, kind=Kind.DEMO, preset="liyang")
    page = live.person()
    enter(page, vote)
    expect(page.locator(".tap-hint")).to_be_visible()
    mark(page, "4", "1", "2")
    expect(page.get_by_role("status")).to_contain_text("序号2：第3名。")
    assert marks(page) == ["place-1=2", "place-2=3", "place-4=1"]
    mark(page, "3")
    expect(page.locator(".over-note")).to_have_text("3个名次已排满")
    mark(page, "4")
    expect(page.get_by_role("status")).to_contain_text("序号4：已取消名次。")
    assert marks(page) == ["place-1=1", "place-2=2"]
    mark(page, "3")
    press(page, "核对")
    expect(page.locator(".picked li")).to_have_text(
        ["第1第1项目序号 1", "第2第2项目序号 2", "第3第3项目序号 3"]
    )
    press(page, "投入票箱")
    expect(page.get_by_role("heading", level=1)).to_have_text("您的表决票已投入票箱")
    assert in_urn(vote) == [(1, 2, 3, 0)]


@pytest.mark.parametrize("name", CASES)
def test_the_browser_s_own_way_back_keeps_the_marks(live: Live, name: str):
    """From the review, and from the review of a ballot that was refused before."""
    settings, wrong, more, _sentence, _urn = CASES[name]
    vote = make_vote(delegates=2, candidates=4, seats=2, kind=Kind.DEMO, **settings)
    page = live.person()
    enter(page, vote)
    mark(page, *wrong)
    press(page, "核对")
    mark(page, *more)
    mended = marks(page)
    press(page, "核对")
    expect(page.get_by_role("heading", level=1)).to_have_text("核对表决票")
    page.go_back()
    expect(page.get_by_role("button", name="核对")).to_be_visible()
    assert marks(page) == mended


@pytest.mark.parametrize("name", CASES)
def test_by_keyboard_alone(live: Live, name: str):
    settings, _wrong, _more, _sentence, _urn = CASES[name]
    settings = settings | ({"costs": [40, 70]} if "costs" in settings else {})
    vote = make_vote(delegates=2, candidates=2, seats=1, kind=Kind.DEMO, **settings)
    page = live.person(viewport=DESK)
    enter(page, vote)
    key = {"ranking": "ArrowDown", "points": "ArrowDown", "exactly": " ", "choose_one": " ", "sum": " "}.get(
        name
    )
    keys = [key] if key else ["ArrowRight", "ArrowRight"]
    page.locator(".frame input, .frame select").first.focus()
    for key in keys:
        page.keyboard.press(key)
    if name == "per_item":
        for key in ("Tab", "Tab", "ArrowRight", "ArrowRight"):
            page.keyboard.press(key)
    page.get_by_role("button", name="核对").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="投入票箱").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("您的表决票已投入票箱")


@pytest.mark.parametrize("name", [*CASES, "whole"])
def test_small_screen_and_large_text(live: Live, name: str):
    settings = CASES[name][0] if name in CASES else {"preset": "yangpu"}
    vote = make_vote(delegates=2, candidates=4, seats=4 if name == "whole" else 2, kind=Kind.DEMO, **settings)
    page = live.person(viewport=SMALL, text_percent=200, dark=True)
    enter(page, vote)
    assert_good(page)
    page.goto("/en/ballot/")
    assert_good(page)
    small = """[...document.querySelectorAll('a, button, summary, .cell, select')]
        .filter(it => !it.matches('.skip, [aria-hidden=true]'))
        .map(it => [it.outerHTML.slice(0, 80), it.getBoundingClientRect()])
        .filter(([_, box]) => box.width && (box.width < 44 || box.height < 44)).map(([html]) => html)"""
    assert page.evaluate(small) == []


def test_what_a_screen_reader_hears(live: Live):
    vote = make_vote(delegates=2, candidates=4, seats=2, kind=Kind.DEMO, **CASES["per_item"][0])
    page = live.person()
    enter(page, vote)
    line = page.get_by_role("radiogroup", name="3 第3项目", exact=True)
    line.get_by_role("radio", name="反对", exact=True).check(force=True)
    expect(page.get_by_role("status")).to_have_text("已表决 1 件，共 4 件")
    press(page, "核对")
    expect(page.get_by_role("radiogroup", name="1 第1项目", exact=True)).to_have_attribute(
        "aria-invalid", "true"
    )
    page.get_by_role("link", name="到其中第一件").click()
    expect(page.locator("#fault")).to_be_in_viewport()
    assert page.url.endswith("#fault")


def test_a_place_has_a_name(live: Live):
    vote = make_vote(delegates=2, candidates=4, seats=2, kind=Kind.DEMO, preset="liyang")
    page = live.person()
    enter(page, vote)
    page.get_by_role("combobox", name="名次 3 第3项目", exact=True).select_option("1")
    assert marks(page) == ["place-3=1"]
