"""Each preset in the browser: drafted and adopted by the clerk, voted in both languages, read by a citizen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from accounts.roles import Kind
from tests.browser import DESK, PHONE, Live, assert_good
from tests.e2e.test_round import sign_in
from tests.factories import Vote, make_vote
from voting.domain.vote import delegate_slips, rolls
from voting.models import VotingRules
from voting.states import Presence

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

TEN = range(1, 11)
NUMBER = {"": "代表号", "/en": "Delegate number"}
CODE = {"": "登录码", "/en": "Access code"}
WORDS = {
    "": ("核对", "投入票箱", "已投入票箱"),
    "/en": ("Review", "Put the ballot into the urn", "is in the urn"),
}


def mark(page: Page) -> None:
    for number in TEN:
        page.locator(f'input[name="mark"][value="{number}"]').check(force=True)


def press(page: Page) -> None:
    for number in TEN:
        page.locator(f'input[name="mark-{number}"][value="for"]').check(force=True)
    page.locator('input[name="mark-11"][value="against"]').check(force=True)


def rank(page: Page) -> None:
    for number in TEN:
        page.locator(f'select[name="place-{number}"]').select_option(str(11 - number))


def approve(page: Page) -> None:
    page.locator('input[name="mark-0"][value="for"]').check(force=True)


@dataclass(frozen=True)
class Case:
    """How a ballot of the preset is filled in, and what its pages say in both languages."""

    fill: Callable[[Page], None]
    rules: tuple[str, str]
    ballot: tuple[str, str]
    result: tuple[str, str]
    members: int = 0
    delegates: int = 3


CASES = {
    "gongshu-2018": Case(mark, ("过半数", "more than half"), ("最多", "at most"), ("须得", "needed")),
    "binjiang": Case(mark, ("最多", "most"), ("最多", "at most"), ("入选", "chosen")),
    "dongyang": Case(press, ("逐项", "each"), ("反对", "Against"), ("未按", "Not pressed")),
    "liyang": Case(rank, ("名次", "place"), ("名次", "Place"), ("得分", "Points")),
    "yangpu": Case(
        approve, ("全部", "list"), ("是否同意", "approve"), ("全部 12 件项目", "The whole list of 12")
    ),
    "shigu": Case(
        mark, ("人大代表", "人大代表"), ("最多", "at most"), ("人大代表", "人大代表"), members=5, delegates=10
    ),
}


def draft_and_adopt(live: Live, vote: Vote, name: str) -> None:
    """The clerk fills the form in from the preset, saves the draft and adopts it."""
    page = sign_in(live.person(viewport=DESK), vote.clerk)
    page.goto(f"/admin/vote/2018/rules/?preset={name}")
    if name == "yangpu":
        page.locator("#id_seats").fill("12")
    page.get_by_role("button", name="保存草案").click()
    expect(page.locator("#adopt")).to_be_visible()
    assert_good(page)
    page.locator("#id_confirm").check()
    page.get_by_role("button", name="大会已通过本办法").click()
    expect(page.locator("h1")).to_contain_text("议程")


def cast(page: Page, number: str, code: str, case: Case, language: str) -> None:
    """A delegate signs in, reads the ballot, fills it in, reviews and casts it."""
    review, put, done = WORDS[language]
    page.goto(f"{language}/enter/")
    page.get_by_label(NUMBER[language]).fill(number)
    page.get_by_label(CODE[language]).fill(code)
    page.locator("#enter button").click()
    expect(page.locator("#ballot")).to_contain_text(case.ballot[bool(language)])
    case.fill(page)
    page.get_by_role("button", name=review).click()
    page.get_by_role("button", name=put).click()
    expect(page.locator("h1")).to_contain_text(done)


@pytest.mark.parametrize("name", list(CASES))
def test_a_preset_from_adoption_to_publication(live: Live, name: str):
    case = CASES[name]
    vote = make_vote(until="drafted", delegates=case.delegates, kind=Kind.DEMO)
    for delegate in vote.delegates[: case.members]:
        delegate.in_group = True
        delegate.save()
    draft_and_adopt(live, vote, name)
    assert VotingRules.objects.get().preset == name
    rolls.freeze_roll(cycle=vote.cycle, by=vote.clerk, at=vote.later())
    present = [delegate.number for delegate in vote.delegates]
    given = {"round_": vote.round, "by": vote.clerk, "at": vote.later()}
    rolls.set_presence(numbers=present, presence=Presence.PRESENT, **given)
    codes = {entry.number: code for entry, code in delegate_slips.issue_slips(**given)}
    vote.run("keyed", "ready", "open")
    for number, language in zip(present, ["", "/en"], strict=False):
        cast(live.person(viewport=PHONE), number, codes[number], case, language)
    for place in range(2, case.delegates):
        vote.cast(place, chosen_by(case))
    vote.run("closed", "counted", "certified", "published")
    page = live.person(viewport=DESK)
    for english, language in enumerate(["", "/en"]):
        page.goto(f"{language}/2018/rules/")
        expect(page.locator("main")).to_contain_text(case.rules[english])
        page.goto(f"{language}/2018/result/")
        expect(page.locator("main")).to_contain_text(case.result[english])
        assert_good(page)


def chosen_by(case: Case) -> dict[int, int]:
    """Return the same choice as the browser's delegates make."""
    if case.fill is approve:
        return {0: 1}
    if case.fill is rank:
        return {number: 11 - number for number in TEN}
    return dict.fromkeys(TEN, 1)


def test_a_tie_a_further_ballot_and_the_notice_of_both_rounds(live: Live):
    """Must show 2, by the clerk's own pages."""
    nine = tuple(range(1, 10))
    vote = make_vote(
        until="published",
        delegates=4,
        kind=Kind.DEMO,
        ballots=[(*nine, 10), (*nine, 11), (*nine, 10), (*nine, 11)],
        floor_base="",
    )
    clerk = sign_in(live.person(viewport=DESK), vote.clerk)
    expect(clerk.locator(".next h2")).to_have_text("开始再次投票")
    clerk.get_by_role("link", name="办理这一步").click()
    expect(clerk.locator("main")).to_contain_text("从 2 件中选 1 件")
    assert_good(clerk)
    clerk.locator("#id_confirm").check()
    clerk.get_by_role("button", name="开始再次投票").click()
    expect(clerk.locator(".next h2")).to_have_text("代表签到")
    clerk.get_by_role("link", name="办理这一步").click()
    same = clerk.locator("form", has=clerk.locator("[name=do][value=same]"))
    same.locator("[name=confirm]").check()
    same.get_by_role("button").click()
    expect(clerk.get_by_role("status").first).to_contain_text("到会代表 4 名")
    clerk.goto("/admin/")
    expect(clerk.locator(".next h2")).to_have_text("制作密钥")
    assert_good(clerk)
    vote.run("keyed", "ready", "open")
    delegate = live.person(viewport=PHONE)
    number = vote.delegates[0].number
    delegate.goto(f"/enter/#{number}.{vote.codes[number]}")
    delegate.locator("#enter button").click()
    expect(delegate.locator("#ballot .row")).to_have_count(2)
    delegate.locator('input[name="mark"][value="11"]').check(force=True)
    delegate.get_by_role("button", name="核对").click()
    delegate.get_by_role("button", name="投入票箱").click()
    expect(delegate.locator("h1")).to_contain_text("已投入票箱")
    vote.cast(1, [11])
    vote.cast(2, [10])
    vote.run("closed", "counted", "certified", "published")
    for language, second, first in [("", "第 2 轮", "第 1 轮"), ("/en", "Round 2", "Round 1")]:
        for address in ["result", "notice"]:
            delegate.goto(f"{language}/2018/{address}/")
            expect(delegate.locator("main")).to_contain_text(second)
            expect(delegate.locator("main")).to_contain_text(first)
            assert_good(delegate)


@pytest.mark.parametrize("rule", ["presidium", "lot"])
def test_a_decided_tie_by_the_clerks_page(live: Live, rule: str):
    nine = tuple(range(1, 10))
    vote = make_vote(
        until="certified",
        delegates=2,
        kind=Kind.DEMO,
        ballots=[(*nine, 10), (*nine, 11)],
        floor_base="",
        tie_rule=rule,
    )
    clerk = sign_in(live.person(viewport=DESK), vote.clerk)
    expect(clerk.locator(".next h2")).to_have_text("记录得票相等的决定")
    with clerk.expect_navigation():
        clerk.get_by_role("link", name="办理这一步").click()
    assert_good(clerk)
    if rule == "lot":
        clerk.locator("#id_drawn_10").select_option("2")
        clerk.locator("#id_drawn_11").select_option("2")
        clerk.locator("#id_reason").fill("两张折好的签")
        clerk.locator("#id_witnesses").fill("总监票人")
        clerk.locator("#id_confirm").check()
        clerk.get_by_role("button", name="记录决定").click()
        expect(clerk.locator("main")).to_contain_text("已有另一项目抽为这一序号")
        clerk.locator("#id_drawn_11").select_option("1")
    else:
        clerk.locator('input[name="chosen"][value="11"]').check()
        clerk.locator("#id_reason").fill("受益面更广")
    clerk.locator("#id_confirm").check()
    clerk.get_by_role("button", name="记录决定").click()
    expect(clerk.locator(".next h2")).to_contain_text("公布")
    vote.run("published")
    citizen = live.person(viewport=PHONE)
    citizen.goto("/2018/result/")
    expect(citizen.locator("main")).to_contain_text("两张折好的签" if rule == "lot" else "受益面更广")
    assert_good(citizen)
