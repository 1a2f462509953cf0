"""Two congresses on one server, voting at the same time, in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from accounts.roles import Role
from tests.browser import DESK, Live, assert_good
from tests.factories import CongressFactory, UserFactory, Vote, make_vote
from voting.models import RollEntry, SealedBallot

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
PASSWORD = "wahl-und-tal-17"


@pytest.fixture
def votes(live: Live) -> list[Vote]:
    """Two towns with the same year and the same delegate numbers, both open."""
    towns = [("jia", "甲镇", "Jia Town"), ("yi", "乙镇", "Yi Town")]
    congresses = [CongressFactory(slug=slug, place=place, place_en=english) for slug, place, english in towns]
    votes = [make_vote(until="drafted", delegates=2, congress=congress) for congress in congresses]
    for vote in votes:
        for place, delegate in enumerate(vote.delegates, start=1):
            delegate.number = f"{place:03d}"
            delegate.save()
        vote.run("adopted", "rolled", "keyed", "ready", "open")
    return votes


def enter(page: Page, vote: Vote, address: str) -> None:
    number = vote.delegates[0].number
    page.goto(f"{address}#{number}.{vote.codes[number].replace(' ', '')}")
    # On the sign-in page itself only the part after # changes, and the page's script hears of it later.
    expect(page.get_by_role("button", name="登录")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("表决票")
    page.wait_for_load_state()


def test_two_delegates_of_one_number_vote_at_once_each_in_their_own_congress(live: Live, votes: list[Vote]):
    """Step by step in turns, so that both are on their way all the time."""
    pages = [live.person() for _vote in votes]
    for page, vote in zip(pages, votes, strict=True):
        slug, place = vote.cycle.congress.slug, vote.cycle.congress.place
        enter(page, vote, f"/{slug}/enter/")
        assert page.url == f"{live.url}/{slug}/ballot/"
        expect(page.get_by_role("heading", level=1)).to_contain_text(place)
        assert_good(page)
    for page, number in zip(pages, (1, 2), strict=True):
        page.locator(f"label[for=m{number}] .name").click()
    for page in pages:
        page.get_by_role("button", name="核对").click()
        expect(page.locator(".picked li")).to_have_count(1)
    for page in pages:
        page.get_by_role("button", name="投入票箱").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("您的表决票已投入票箱")
    for vote in votes:
        assert SealedBallot.objects.filter(round=vote.round).count() == 1
        assert RollEntry.objects.filter(round=vote.round, voted=True).count() == 1


def test_a_delegate_without_the_slips_address_finds_the_congress_by_its_name(live: Live, votes: list[Vote]):
    page = live.person()
    page.goto("/enter/")
    expect(page.get_by_role("link", name="甲镇人民代表大会")).to_be_visible()
    assert_good(page)
    page.get_by_label("名称或者地区").fill("乙镇")
    page.get_by_role("button", name="搜索").click()
    expect(page.get_by_role("link", name="甲镇人民代表大会")).to_have_count(0)
    with page.expect_navigation():
        page.get_by_role("link", name="乙镇人民代表大会").click()
    assert page.url == f"{live.url}/yi/enter/"
    assert_good(page)
    enter(page, votes[1], "/yi/enter/")
    page.goto("/en/")
    expect(page.get_by_role("heading", level=1)).to_have_text("People's congresses")
    assert_good(page)


def test_a_congress_and_its_first_year_are_opened_from_nothing_in_the_browser(live: Live):
    """The installation's keeper, the congress's keeper, the clerk: nothing but the browser, no password twice."""
    User.objects.create_superuser("root", PASSWORD, name="管理员")
    page = live.person(viewport=DESK)
    sign_in(page, "/admin/", "root", PASSWORD)
    page.get_by_role("link", name="新设人民代表大会").click()
    page.get_by_role("button", name="新设").click()
    expect(page.get_by_text("请填写人民代表大会的名称。", exact=True)).to_be_visible()
    assert_good(page)
    page.locator("#id_name").fill("丙镇人民代表大会")
    page.locator("#id_place").fill("丙镇")
    page.locator("#id_slug").fill("bing")
    page.get_by_label("级别").select_option("town")
    page.get_by_label("账号管理员姓名").fill("办公室")
    page.get_by_label("代表团数量").fill("3")
    page.locator("#id_confirm").check()
    with page.expect_navigation():
        page.get_by_role("button", name="新设").click()
    keeper, initial = passwords(page)[0]
    assert_good(page)
    page = live.person(viewport=DESK)
    sign_in(page, "/bing/admin/", keeper, initial)
    own_password(page, initial)
    assert page.url == f"{live.url}/bing/admin/people/"
    assert_good(page)
    for row in range(1, 8):
        page.locator(f"#id_name_{row}").fill(f"工作人员{row}")
    page.locator("#id_confirm").check()
    with page.expect_navigation():
        page.get_by_role("button", name="登记并显示初始密码").click()
    staff = dict(passwords(page))
    assert list(staff) == [
        "bing-clerk",
        "bing-chief",
        "bing-scrutineer",
        "bing-scrutineer-2",
        "bing-scrutineer-3",
        "bing-scrutineer-4",
        "bing-presiding",
    ]
    page = live.person(viewport=DESK)
    sign_in(page, "/bing/admin/", "bing-clerk", staff["bing-clerk"])
    own_password(page, staff["bing-clerk"])
    page.get_by_role("link", name="新建年度").click()
    page.locator("#id_year").fill("2027")
    page.locator("#id_seats").fill("1")
    page.locator("#id_slug").fill("2027")
    page.get_by_role("button", name="新建").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("征集公告")
    assert page.url == f"{live.url}/bing/admin/vote/2027/call/"
    assert User.objects.get(username="bing-clerk").congress.cycles.get().slug == "2027"


def sign_in(page: Page, address: str, name: str, password: str) -> None:
    page.goto(address)
    page.locator("[name=username]").fill(name)
    page.locator("[name=password]").fill(password)
    page.keyboard.press("Enter")
    expect(page.locator("[name=username]")).to_have_count(0)


def own_password(page: Page, initial: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("设置自己的密码")
    assert_good(page)
    page.locator("[name=old_password]").fill(initial)
    page.locator("[name=new_password1]").fill(PASSWORD)
    page.locator("[name=new_password2]").fill(PASSWORD)
    page.get_by_role("button", name="设置密码").click()
    expect(page.get_by_text("密码已设置")).to_be_visible()


def passwords(page: Page) -> list[tuple[str, str]]:
    codes = page.locator("dd.code").all_inner_texts()
    return list(zip(codes[::2], codes[1::2], strict=True))


def test_a_clerk_meets_no_page_of_the_other_congress(live: Live, votes: list[Vote]):
    clerk = UserFactory(role=Role.CLERK, congress=votes[0].cycle.congress)
    clerk.set_password(PASSWORD)
    clerk.save()
    page = live.person(viewport=DESK)
    sign_in(page, "/admin/", clerk.username, PASSWORD)
    assert page.url.startswith(f"{live.url}/jia/admin/") or page.url == f"{live.url}/admin/"
    expect(page.get_by_text("甲镇").first).to_be_visible()
    expect(page.get_by_text("乙镇")).to_have_count(0)
    for address in ("/yi/admin/", "/yi/admin/vote/2018/check-in/", "/yi/ballot/", "/yi/delegate/"):
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 404, address
