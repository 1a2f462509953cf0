"""A whole round in real browsers: the clerk, two scrutineers, delegates with and without JavaScript, a citizen."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from accounts.roles import Kind
from tests.browser import DESK, PHONE, Live, assert_good, assert_good_in_the_dark
from tests.e2e.test_delegate import SMALL
from tests.factories import PASSWORD, Vote, make_vote
from voting.models import Notice, SealedBallot

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

PUBLIC = (
    "/", "/2018/", "/2018/projects/3/", "/2018/ballot-paper/", "/2018/result/", "/2018/notice/", "/2018/report/",
    "/2018/rules/", "/2018/minutes/", "/2018/screen/", "/receipt/", "/secrecy/", "/2018/urn.txt", "/no-such-page/",
)  # fmt: skip


def sign_in(page: Page, user, language: str = "") -> Page:
    page.goto(f"{language}/admin/")
    page.locator("#id_username").fill(user.username)
    page.locator("#id_password").fill(PASSWORD)
    page.locator("#login-form button").click()
    expect(page.locator("h1")).to_contain_text("Running order" if language else "议程")
    return page


def take(page: Page, title: str, *, mark: str = "", second: User | None = None) -> None:
    """From the running order to the one next step, and take it; with a second person where it needs one."""
    page.goto("/admin/")
    expect(page.locator(".next h2")).to_have_text(title)
    page.get_by_role("link", name="办理这一步").click()
    expect(page.locator("h1")).to_contain_text(title)
    assert_good(page)
    if mark:
        page.locator("#id_mark").fill(mark)
    if second:
        page.locator("[name=second_name]").fill(second.username)
        page.locator("[name=second_password]").fill(PASSWORD)
    act = page.locator("form.act:has(.btn-primary)").first
    if act.locator("[name=confirm]").count():
        act.locator("[name=confirm]").check()
    act.locator(".btn-primary").first.click()


def type_slips(page: Page, title: str, slips: list[str]) -> None:
    page.goto("/admin/")
    page.get_by_role("link", name="办理这一步").click()
    expect(page.locator("h1")).to_contain_text(title)
    for place, slip in enumerate(slips, start=1):
        page.locator(f"#id_slip_{place}").fill(slip)
    if page.locator("#id_confirm").count():
        page.locator("#id_confirm").check()
    page.locator("form.act .btn-primary").click()


def vote_on_paper_like_page(page: Page, number: str, code: str, *projects: int) -> str:
    """Sign in from the slip, mark, review, cast; return the receipt that the end page shows."""
    page.goto("/enter/")
    page.get_by_label("代表号").fill(number)
    page.get_by_label("登录码").fill(code)
    page.get_by_role("button", name="登录").click()
    for project in projects:
        page.locator(f"label[for=m{project}] .name").click()
    page.get_by_role("button", name="核对").click()
    page.get_by_role("button", name="投入票箱").click()
    expect(page.locator("h1")).to_contain_text("投入票箱")
    return page.locator(".receipt .groups").get_attribute("aria-label") or ""


def test_from_the_adoption_of_the_rules_to_the_published_result(live: Live):
    vote: Vote = make_vote(until="drafted", delegates=3, kind=Kind.DEMO)
    clerk = sign_in(live.person(viewport=DESK), vote.clerk)
    take(clerk, "通过票决办法")
    take(clerk, "确定名册")
    take(clerk, "制作代表登录凭条")
    expect(clerk.locator(".slip")).to_have_count(3)
    slips = {
        slip.get_attribute("data-number"): slip.locator(".secret").inner_text()
        for slip in clerk.locator(".slip").all()
    }
    assert set(slips) == {delegate.number for delegate in vote.delegates}
    assert_good(clerk)
    clerk.goto("/2018/screen/")
    expect(clerk.locator("[data-number=present]")).to_have_text("0")
    screen, clerk = clerk, sign_in(live.person(viewport=DESK), vote.clerk)
    clerk.goto("/admin/vote/2018/check-in/")
    clerk.locator("form.rest input[name=confirm]").check()
    clerk.get_by_role("button", name="其余未签到的全部登记为到会").click()
    expect(clerk.get_by_role("status").first).to_contain_text("3 位代表")
    assert_good(clerk)
    expect(screen.locator("[data-number=present]")).to_have_text("3")
    take(clerk, "制作密钥")
    assert_good(clerk)
    key = own_slips(live, vote, code=clerk.locator(".ceremony-code").inner_text())
    type_slips(clerk, "试启封", key[:3])
    take(clerk, "开始表决", mark=vote.mark, second=vote.chief)
    expect(screen.locator("[data-number=voted]")).to_have_text("0")
    numbers = sorted(slips)
    receipt = vote_on_paper_like_page(live.person(), numbers[0], slips[numbers[0]], *range(1, 11))
    vote_on_paper_like_page(live.person(javascript=False), numbers[1], slips[numbers[1]], *range(1, 11))
    vote_on_paper_like_page(live.person(), numbers[2], slips[numbers[2]], *range(3, 11))
    assert SealedBallot.objects.count() == 3
    expect(screen.locator("[data-number=voted]")).to_have_text("3")
    take(clerk, "投票并结束表决")
    scrutineer = sign_in(live.person(viewport=DESK), vote.scrutineer)
    type_slips(scrutineer, "计票", key[2:])
    expect(scrutineer.locator(".next h2")).to_have_text("核签计票结果")
    other = sign_in(live.person(), vote.other_scrutineer)
    take(other, "核签计票结果")
    take(clerk, "公布结果")
    assert Notice.objects.count() == 1
    expect(screen.locator(".board li")).to_have_count(12)
    citizen = live.person()
    citizen.goto("/")
    citizen.get_by_role("link", name="查看结果").click()
    expect(citizen.locator(".chart .chosen")).to_have_count(10)
    expect(citizen.locator(".chart .rest .tag")).to_have_text(["年度任务"] * 2)
    citizen.get_by_role("link", name="English").click()
    expect(citizen.locator(".chart .rest .tag")).to_have_text(["annual task"] * 2)
    citizen.goto(f"/receipt/#{receipt.strip()}")
    assert citizen.url == f"{live.url}/receipt/"
    citizen.get_by_role("button", name="核对").click()
    expect(citizen.get_by_role("status")).to_contain_text("在封存的票箱中")


def own_slips(live: Live, vote: Vote, *, code: str) -> list[str]:
    return [own_slip(live.person(), holder, code) for holder in vote.holders]


def own_slip(page: Page, holder: User, code: str) -> str:
    """Take a holder's slip at their own sign-in and type it back; return its 80 digits."""
    sign_in(page, holder).goto("/admin/vote/2018/key/mine/")
    page.locator("#id_code").fill(code)
    page.locator("#id_confirm").check()
    with page.expect_navigation():
        page.get_by_role("button", name="显示我的密钥条").click()
    digits = "".join(page.locator(".own-slip .numbers b").all_inner_texts())
    page.locator("#id_slip_1").fill(digits)
    page.get_by_role("button", name="核对").click()
    expect(page.get_by_role("status").first).to_contain_text("已核对")
    return digits


@pytest.mark.parametrize("language", ["", "/en"])
@pytest.mark.parametrize("until", ["open", "published"])
def test_every_public_page_is_good_on_a_phone_and_at_a_desk(live: Live, language, until):
    make_vote(until=until, delegates=4, ballots=[range(1, 11)] * 4, kind=Kind.DEMO)
    page = live.person(viewport=DESK)
    for path in PUBLIC:
        page.goto(language + path)
        if not path.endswith(".txt"):
            assert_good(page, SMALL)
            page.set_viewport_size(DESK)


def test_every_page_of_the_staff_is_good(live: Live):
    vote = make_vote(until="certified", delegates=4, ballots=[range(1, 11)] * 4, kind=Kind.DEMO)
    clerk = live.person(viewport=DESK)
    clerk.goto("/admin/")
    assert_good(clerk)
    sign_in(clerk, vote.clerk)
    for key in (
        "rules",
        "roll",
        "slips",
        "check-in",
        "key",
        "trial",
        "open",
        "close",
        "count",
        "certify",
        "publish",
        "decide",
        "desk",
        "roll-changes",
        "roster",
        "paper-ballots",
        "further",
        "minutes",
    ):
        clerk.goto(f"/admin/vote/2018/{key}/")
        assert_good(clerk)
        assert_good_in_the_dark(clerk)
    clerk.goto("/admin/vote/2018/journal/")
    assert_good(clerk)


def test_f21_the_screens_and_the_turnout_move_without_a_reload(live: Live):
    vote = make_vote(until="open", delegates=3, kind=Kind.DEMO)
    clerk = sign_in(live.person(viewport=DESK), vote.clerk)
    clerk.goto("/admin/vote/2018/close/")
    clerk.locator("#id_confirm").check()
    vote.cast(0, range(1, 11))
    expect(clerk.locator("#turnout dd").nth(1)).to_have_text("1")
    expect(clerk.locator("#id_confirm")).to_be_checked()


@pytest.mark.parametrize("language", ["", "/en"])
def test_a_refusal_stands_below_its_tick_box_on_a_phone(live: Live, language: str):
    vote = make_vote(until="open", delegates=3, kind=Kind.DEMO)
    page = sign_in(live.person(viewport=PHONE), vote.clerk)
    page.goto(f"{language}/admin/vote/2018/close/")
    page.locator("#id_confirm").evaluate("box => { box.form.noValidate = true; box.form.requestSubmit(); }")
    said = page.locator(".form-check .invalid-feedback")
    expect(said).to_be_visible()
    label, refusal = page.locator(".form-check .form-check-label").bounding_box(), said.bounding_box()
    assert label is not None
    assert refusal is not None
    assert label["width"] > PHONE["width"] / 2, "the words of the box are not squeezed"
    assert refusal["y"] >= label["y"] + label["height"]
