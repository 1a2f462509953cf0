"""The autumn in real browsers: from a resident's phone over screening, slate and report to the vote on that slate."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from accounts.roles import Role
from tests.autumn import Autumn, make_autumn
from tests.browser import DESK, PHONE, Live, assert_good, assert_good_in_the_dark
from tests.e2e.test_delegate import SMALL, mark
from tests.e2e.test_round import sign_in, take
from tests.factories import PASSWORD, UserFactory, Vote
from tests.unit.domain.test_uploads import with_place
from voting.domain.vote import rules
from voting.models import Attachment, Proposal

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

VOTE = "/admin/vote/2019/"


def moment(hours: int) -> str:
    return f"{timezone.localtime(timezone.now() + timedelta(hours=hours)):%Y-%m-%dT%H:%M}"


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def send(page: Page, name: str) -> None:
    """Press a button and wait until the server has answered: another person may look at what became of it."""
    with page.expect_navigation():
        press(page, name)


def publish_call(clerk: Page) -> None:
    clerk.goto("/admin/")
    clerk.get_by_role("link", name="办理这一步").click()
    clerk.locator("#id_text").fill("征集2019年民生实事项目建议。")
    clerk.locator("#id_criteria").fill("普惠性\n公益性")
    clerk.locator("#id_fields_of_work").fill("环境卫生\n养老服务")
    clerk.locator("#id_opens_at").fill(moment(-1))
    clerk.locator("#id_closes_at").fill(moment(24))
    assert_good(clerk)
    send(clerk, "保存草案")
    clerk.locator("#id_confirm").check()
    press(clerk, "发布征集公告")
    expect(clerk.get_by_role("status").first).to_contain_text("征集公告已发布")


def propose(page: Page, title: str, picture: Path | None = None) -> str:
    """From the home page to the code; return the code."""
    page.goto("/")
    page.get_by_role("link", name="我要提建议").first.click()
    page.locator("#id_title").fill(title)
    page.locator("#id_content").fill(f"{title}，大家都方便。")
    page.locator("#id_field").select_option("环境卫生")
    if picture:
        page.locator("#id_attachments").set_input_files(picture)
    press(page, "提交建议")
    expect(page.get_by_role("heading", level=1)).to_have_text("您的建议已收到")
    return page.locator("#code").inner_text()


def decide(clerk: Page, number: int, outcome: str) -> None:
    clerk.goto(f"{VOTE}proposals/{number}/")
    form = clerk.locator(
        "form", has=clerk.get_by_role("button", name="记录结论").or_(clerk.locator("[value=decide]"))
    )
    form.get_by_label("普惠性").check()
    form.get_by_label(outcome).check()
    form.locator("[name=public_reason]").fill(f"第{number}号建议的答复。")
    form.locator("[value=decide]").click()
    expect(clerk.get_by_role("status").first).to_contain_text("结论已记录")


def draft(clerk: Page, name: str, number: int) -> None:
    clerk.goto(f"{VOTE}candidates/new/?from={number}")
    clerk.locator("#id_name").fill(name)
    clerk.locator("#id_content").fill(f"{name}的内容")
    clerk.locator("#id_investment_total").fill("120")
    clerk.locator("#id_funds_text").fill("区财政 | 100\n街道 | 20")
    clerk.locator("#id_targets_text").fill("公厕 | 10 | 座")
    assert_good(clerk)
    press(clerk, "保存")
    expect(clerk.get_by_role("status").first).to_contain_text("候选项目已保存")


def reading_code(clerk: Page) -> str:
    clerk.goto(f"{VOTE}reading-slips/")
    assert_good(clerk)
    clerk.locator("form.act .btn-primary").click()
    expect(clerk.locator(".slip").first).to_be_visible()
    return clerk.locator(".slip .secret").first.inner_text()


def enter(page: Page, autumn: Autumn, code: str) -> None:
    page.goto("/enter/")
    page.get_by_label("代表号").fill(autumn.delegate.number)
    page.get_by_label("登录码").fill(code)
    press(page, "登录")


def test_from_a_residents_phone_to_the_vote(live: Live, tmp_path: Path):  # noqa: PLR0915 one story
    autumn = make_autumn(seats=2)
    clerk = sign_in(live.person(viewport=DESK), autumn.clerk)
    publish_call(clerk)

    picture = tmp_path / "河边.jpg"
    picture.write_bytes(with_place())
    resident = live.person(viewport=PHONE, javascript=False)
    code = propose(resident, "河边建公厕", picture)
    assert b"SECRET-NOTE" not in bytes(Attachment.objects.get().data)

    delegate = live.person()
    enter(delegate, autumn, reading_code(clerk))
    expect(delegate.get_by_role("heading", level=1)).to_have_text(autumn.delegate.name)
    assert_good(delegate)
    propose(delegate, "沿河建公厕")
    officer = live.person(viewport=DESK)
    officer.goto("/admin/")
    sign_in_as(officer, autumn.officer)
    officer.goto(f"{VOTE}unit/")
    assert_good(officer)
    propose(officer, "改建菜场")
    assert list(Proposal.objects.order_by("number").values_list("source", flat=True)) == [
        "resident",
        "delegate",
        "unit",
    ]

    clerk.goto(f"{VOTE}call/")
    clerk.locator("#id_confirm").check()
    send(clerk, "现在结束征集")
    clerk.locator("#id_confirm").check()
    send(clerk, "开始筛选")
    clerk.goto(f"{VOTE}proposals/1/")
    assert_good(clerk)
    send(clerk, "公开")
    clerk.goto(f"{VOTE}proposals/1/")
    clerk.get_by_label("其他建议（填编号）").fill("2")
    press(clerk, "一并查看并合并")
    expect(clerk.locator(".proposals")).to_contain_text("沿河建公厕")
    assert_good(clerk, PHONE, DESK)
    press(clerk, "合并")
    expect(clerk.get_by_role("status").first).to_contain_text("已合并：1 条")
    assert_good(clerk, PHONE, DESK)
    decide(clerk, 1, "已采纳，列入候选项目")
    decide(clerk, 3, "已采纳，列入候选项目")
    resident.goto("/track/")
    resident.locator("#id_code").fill(code)
    press(resident, "显示")
    expect(resident.locator("#answer")).to_contain_text("第1号建议的答复。")

    for name, number in (("公厕项目", 1), ("菜场项目", 3), ("绿道项目", 1)):
        draft(clerk, name, number)
    clerk.goto(f"{VOTE}candidates/")
    assert_good(clerk)
    take(clerk, "确定候选项目名单")
    clerk.goto(f"{VOTE}report/")
    clerk.locator("#id_opening").fill("各位代表：")
    send(clerk, "保存草案")
    assert_good(clerk)
    clerk.locator("#id_confirm").check()
    send(clerk, "印发报告")

    delegate.goto("/delegate/")
    press(delegate, "查看报告")
    expect(delegate.get_by_role("heading", level=1)).to_have_text(
        "关于2019年政府民生实事候选项目形成情况的报告"
    )
    delegate.goto("/delegate/")
    expect(delegate.get_by_text("您已打开。")).to_be_visible()
    delegate.get_by_role("link", name="提问或发表意见").click()
    delegate.locator("#ask textarea").fill("为什么是十座？")
    delegate.locator("#ask [name=unit]").select_option(label=autumn.unit.name)
    assert_good(delegate)
    send(delegate, "提交")
    officer.goto("/2019/deliberation/")
    officer.locator(".question textarea").fill("按步行五百米测算。")
    assert_good(officer)
    send(officer, "答复")
    citizen = live.person()
    citizen.goto("/")
    citizen.get_by_role("link", name="代表团的提问").click()
    expect(citizen.locator(".answer")).to_contain_text("按步行五百米测算。")
    presiding = sign_in(live.person(viewport=DESK), autumn.presiding)
    take(presiding, "审议并确认正式名单")

    vote = the_vote(autumn)
    enter(delegate, autumn, vote.codes[autumn.delegate.number])
    expect(delegate.get_by_role("heading", level=1)).to_contain_text("表决票")
    mark(delegate, 1, 2)
    press(delegate, "核对")
    press(delegate, "投入票箱")
    expect(delegate.get_by_role("heading", level=1)).to_contain_text("投入票箱")
    vote.run("closed", "counted", "certified", "published")
    citizen.goto("/")
    citizen.get_by_role("link", name="查看结果").click()
    expect(citizen.locator(".chart .chosen")).to_have_count(2)
    citizen.goto("/2019/projects/1/")
    expect(citizen.locator(".origins li")).to_have_text(
        ["1. 河边建公厕 居民群众", "2. 沿河建公厕 两代表一委员 · 合并"]
    )


def sign_in_as(page: Page, user: User) -> None:
    """Sign a person in whose first page is no running order."""
    page.locator("#id_username").fill(user.username)
    page.locator("#id_password").fill(PASSWORD)
    page.locator("#login-form button").click()


def the_vote(autumn: Autumn) -> Vote:
    """Prepare and open the vote on the slate of this autumn; the delegate stays signed in."""
    autumn.cycle.refresh_from_db()
    vote = Vote(
        cycle=autumn.cycle,
        clerk=autumn.clerk,
        scrutineer=UserFactory(role=Role.SCRUTINEER),
        other_scrutineer=UserFactory(role=Role.SCRUTINEER),
        presiding=autumn.presiding,
        chief=UserFactory(role=Role.CHIEF),
        delegates=[autumn.delegate],
        at=timezone.now(),
    )
    rules.draft_rules(
        cycle=vote.cycle, by=vote.clerk, at=vote.at, **rules.PRESETS["gongshu-2018"] | {"seats": 2}
    )
    vote.run("adopted", "rolled", "keyed", "ready", "open")
    return vote


@pytest.mark.parametrize("language", ["", "/en"])
def test_a_clerk_opens_a_year_and_publishes_its_call(live: Live, language: str):
    clerk = sign_in(live.person(viewport=DESK), UserFactory(role=Role.CLERK), language)
    clerk.goto(f"{language}/admin/new-year/")
    assert_good(clerk, PHONE)
    for name, text in (("year", "2019"), ("session", "测试会议"), ("seats", "0"), ("slug", "2019")):
        clerk.locator(f"#id_{name}").fill(text)
    clerk.locator("form.act .btn-primary").click()
    expect(clerk.locator("#id_seats")).to_have_attribute("aria-invalid", "true")
    expect(clerk.locator("#id_session")).to_have_value("测试会议")
    clerk.locator("#id_seats").fill("10")
    clerk.locator("form.act .btn-primary").click()
    expect(clerk).to_have_url(f"{live.url}{language}{VOTE}call/")
    citizen = live.person()
    citizen.goto("/")
    expect(citizen.locator("main")).not_to_contain_text("测试会议")


PUBLIC = (
    "/", "/2019/", "/2019/call/", "/2019/propose/", "/2019/proposals/", "/2019/proposals/1/", "/track/",
    "/2019/slate-report/", "/2019/deliberation/", "/2019/projects/1/",
)  # fmt: skip
STAFF = {
    "proposals": ("call/", "screening/", "proposals/1/", "proposals/import/"),
    "screening": ("proposals/1/", "proposals/2/", "candidates/", "candidates/new/", "slate/"),
    "report": ("call/", "candidates/", "candidates/1/", "report/", "reading-slips/", "confirm/"),
}


@pytest.mark.parametrize(("until", "language"), [("proposals", "/en"), ("confirmed", "")])
def test_every_public_page_is_good_on_a_phone_and_at_a_desk(live: Live, language: str, until: str):
    autumn = make_autumn(until=until)
    if until == "proposals":
        autumn.cycle.call.closes_at = timezone.now() + timedelta(days=1)
        autumn.cycle.call.save()
    page = live.person(viewport=DESK)
    for path in PUBLIC:
        page.goto(language + path)
        assert_good(page, SMALL)
        page.set_viewport_size(DESK)


@pytest.mark.parametrize("until", STAFF)
def test_every_page_of_the_clerk_is_good(live: Live, until: str):
    autumn = make_autumn(until=until)
    clerk = sign_in(live.person(viewport=DESK), autumn.clerk)
    for path in STAFF[until]:
        clerk.goto(VOTE + path)
        assert_good(clerk)
    assert_good_in_the_dark(clerk)


def test_a_long_form_is_kept_when_something_is_wrong(live: Live):
    """A resident without JavaScript, one mistake: the sentence stands on its field, everything else is there."""
    autumn = make_autumn(until="call")
    autumn.cycle.call.closes_at = timezone.now() + timedelta(days=1)
    autumn.cycle.call.save()
    page = live.person(javascript=False)
    page.goto("/2019/propose/")
    page.locator("#id_content").fill("字" * 10_001)
    page.locator("summary").click()
    page.locator("#id_reason").fill("理由")
    press(page, "提交建议")
    expect(page.locator("#id_title")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#id_content")).to_have_value("字" * 10_001)
    expect(page.locator("#id_reason")).to_have_value("理由")
    assert not Proposal.objects.exists()
