"""A roll as an office writes it, in real browsers: columns mapped by hand, the preview read, ticked and taken in."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import DESK, PHONE, Live, assert_good
from tests.e2e.test_round import sign_in
from tests.factories import DelegateFactory, make_vote
from tests.office_files import book_of, office_roll, saved

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
PAGE = "/admin/vote/2018/roster/"
SHOTS = os.environ.get("SHOTS", "")


def look(page: Page, name: str) -> None:
    """Hold the page against axe, on a desk and on a phone, in both languages."""
    here = page.url
    for language in ("zh", "en"):
        if language == "en":
            page.goto(here.replace("/admin/", "/en/admin/"))
        for size in (DESK, PHONE):
            page.set_viewport_size(size)
            assert_good(page)
            if SHOTS:
                page.screenshot(path=Path(SHOTS) / f"{name}-{language}-{size['width']}.png", full_page=True)
    page.goto(here)


def upload(page: Page, content: bytes, name: str) -> None:
    page.goto(PAGE)
    file = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    page.locator("#id_file").set_input_files(file)
    with page.expect_navigation():
        page.locator('button[value="upload"]').click()
    with page.expect_navigation():
        page.get_by_role("link", name="继续").click()


@pytest.mark.parametrize("javascript", [True, False])
def test_a_roll_of_an_office_is_mapped_previewed_and_taken_in(live: Live, *, javascript: bool):
    vote = make_vote(until="adopted", delegates=3)
    DelegateFactory(congress=vote.cycle.congress, number="0001")  # near to the 1 of the list
    clerk = sign_in(live.person(viewport=DESK, javascript=javascript), vote.clerk)
    rows = [
        ["某某区代表"],
        ["证件", "称谓", "片区"],
        ["90101", "周　一", "东片"],
        ["90102", "吴小二", "东片"],
    ]
    upload(clerk, saved(book_of(rows)), "片区名单.xlsx")
    expect(clerk.get_by_text("读取前请先指明各列：")).to_be_visible()
    if javascript:
        look(clerk, "map")
    clerk.locator("#c_header").select_option(label="2: 证件 | 称谓 | 片区")
    for column, heading in (("number", "0"), ("name", "1"), ("delegation", "2")):
        clerk.locator(f"#c_column_{column}").select_option(heading)
    with clerk.expect_navigation():
        clerk.locator('button[value="read"]').click()
    with clerk.expect_navigation():
        clerk.get_by_role("link", name="继续").click()
    expect(clerk.locator(".roster-names")).to_contain_text("90101 周一")
    clerk.locator('button[value="apply"]').click()
    expect(clerk.get_by_role("link", name="继续")).to_be_visible()
    assert vote.cycle.congress.delegates.get(number="90101").name == "周一"

    upload(clerk, office_roll(), "代表名册.xlsx")
    expect(clerk.locator(".questions")).to_contain_text("以“序号”列作为代表号")
    expect(clerk.locator(".remarks")).to_contain_text("已略去合计行：第 9 行")
    if javascript:
        look(clerk, "preview")
    clerk.locator("#agreed_stand_in").check()
    with clerk.expect_navigation():
        clerk.locator('button[value="apply"]').click()
    expect(clerk.get_by_role("alert")).to_contain_text("预览中有 1 项待确认")
    expect(clerk.locator("#agreed_stand_in")).to_be_checked()  # what was ticked stays
    clerk.locator("#agreed_twins").check()
    clerk.locator('button[value="apply"]').click()
    expect(clerk.get_by_role("link", name="继续")).to_be_visible()
    names = vote.cycle.congress.delegations.order_by("position").values_list("name", flat=True)
    assert list(names)[-2:] == ["乙代表团", "甲代表团"], "the order of the file"
    clerk.goto("/admin/vote/2018/roll-sheet/")
    expect(clerk.locator("article.doc")).to_contain_text("李明")
    if javascript:
        look(clerk, "roll-sheet")
