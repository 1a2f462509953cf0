"""After the vote in real browsers: from the published result to the published assessment, annual tasks included."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from accounts.roles import Role
from tests.assessing import begin
from tests.browser import DESK, PHONE, Live, assert_good, assert_good_in_the_dark
from tests.e2e.test_before import press, sign_in_as
from tests.e2e.test_delegate import SMALL
from tests.e2e.test_round import sign_in
from tests.factories import UnitFactory, UserFactory, Vote, make_vote
from tests.integration.after.test_delivery_pages import lived
from tests.unit.domain.test_uploads import with_place
from voting.domain.after import surveys
from voting.models import Cycle, Delivery, Notice, SealedBallot

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

DESK_PAGE = "/admin/vote/2018/delivery/"
UNIT_PAGE = "/admin/vote/2018/unit/"


def month(back: int) -> str:
    """Return a month counted from the present one: −1 is over, 1 lies ahead."""
    first = timezone.localdate().replace(day=15) - timedelta(days=30 * back)
    return f"{first:%Y-%m}"


def said(page: Page, words: str) -> None:
    expect(page.get_by_role("status").first).to_contain_text(words)


def act(page: Page, do: str, **fields: str) -> None:
    """Fill in the form whose button says *do*, tick what cannot be undone, and press it."""
    form = page.locator("form", has=page.locator(f"[name=do][value='{do}']")).first
    details = page.locator("details", has=form)
    if details.count() and details.first.get_attribute("open") is None:
        details.first.locator("summary").click()
    for name, value in fields.items():
        field = form.locator(f"[name='{name}']").first
        if field.evaluate("each => each.tagName") == "SELECT":
            field.select_option(label=value)
        else:
            field.fill(value)
    tick = form.locator("[name=confirm]")
    if tick.count():
        tick.check()
    form.locator(f"[name=do][value='{do}']").click()


def plan(clerk: Page, number: int) -> None:
    clerk.goto(f"{DESK_PAGE}{number}/")
    act(
        clerk, "plan", lead_unit="区城管局", content=f"第{number}项的工作内容", targets="公厕 | 10 | 座",
        milestones=f"{month(2)} | 开工\n{month(-2)} | 完工", leader="分管副区长",
    )  # fmt: skip
    said(clerk, "计划已保存")


def report(officer: Page, number: int, figure: str, *, picture: Path | None = None) -> None:
    """Report on a phone: figure, the first milestone, words, a picture."""
    officer.goto(f"{UNIT_PAGE}{number}/")
    delivery = Delivery.objects.get(cycle__slug="2018", number=number)
    target, milestone = delivery.targets.get(), delivery.milestones.first()
    officer.locator("#id_text").fill(f"完成{figure}座。")
    officer.locator(f"#id_target_{target.pk}").fill(figure)
    officer.locator(f"#id_milestone_{milestone.pk}").fill(timezone.localdate().isoformat())
    if picture:
        officer.locator("#id_files").set_input_files(picture)
    press(officer, "发布报告")
    said(officer, "报告已发布")


def enter(page: Page, vote: Vote, place: int) -> None:
    delegate = vote.delegates[place]
    page.goto("/enter/")
    page.get_by_label("代表号").fill(delegate.number)
    page.get_by_label("登录码").fill(vote.codes[delegate.number])
    press(page, "登录")
    expect(page).not_to_have_url(re.compile("/enter/"))


def test_from_the_published_result_to_the_published_assessment(live: Live, tmp_path: Path):  # noqa: PLR0915 one story
    vote = make_vote(until="published", delegates=3, candidates=3, seats=2, ballots=[[1, 2]] * 3)
    Cycle.objects.update(year=timezone.localdate().year)  # its milestones are of these months
    unit = UnitFactory(name="区城管局")
    officer_user = UserFactory(role=Role.UNIT, unit=unit)
    clerk = sign_in(live.person(viewport=DESK), vote.clerk)
    with clerk.expect_navigation():
        clerk.get_by_role("link", name="责任分解").first.click()
    assert_good(clerk)
    clerk.locator("#id_confirm").check()
    press(clerk, "开始办理")
    said(clerk, "3 个项目已开始办理")
    for number in (1, 2, 3):
        plan(clerk, number)
    assert_good(clerk)
    clerk.goto(DESK_PAGE)
    clerk.locator("#i_confirm").check()
    press(clerk, "印发责任分解")
    said(clerk, "责任分解已印发（第 1 版）")
    assert_good(clerk)

    citizen = live.person()
    citizen.goto("/")
    assert_good(citizen)
    citizen.get_by_role("link", name="第1项目").click()
    expect(citizen.locator(".standing-light .light")).to_have_text("严重滞后")

    officer = live.person(viewport=PHONE)
    officer.goto("/admin/")
    sign_in_as(officer, officer_user)
    with officer.expect_navigation():
        officer.get_by_role("link", name="第1项目").click()
    assert_good(officer)
    picture = tmp_path / "现场.jpg"
    picture.write_bytes(with_place())
    report(officer, 1, "6", picture=picture)
    citizen.reload()
    expect(citizen.locator(".standing-light .light")).to_have_text("正常推进")
    expect(citizen.locator(".pictures img")).to_be_visible()
    assert_good(citizen)

    clerk.goto(f"{DESK_PAGE}1/")
    act(clerk, "group", numbers=vote.delegates[0].number)
    said(clerk, "监督小组已确定")
    delegate = live.person()
    enter(delegate, vote, 0)
    delegate.goto("/2018/delivery/1/")
    with delegate.expect_navigation():
        delegate.get_by_role("link", name="监督：检查和督办").click()
    assert_good(delegate)
    delegate.locator("#inspect [name=text]").fill("到现场看了。")
    delegate.locator("[name=fault_1]").fill("围挡未拆")
    delegate.locator("[name=due_1]").fill((timezone.localdate() + timedelta(days=7)).isoformat())
    press(delegate, "记录；问题将转交有关单位")
    expect(delegate.locator(".finding h3")).to_have_text("围挡未拆")
    officer.goto(f"{UNIT_PAGE}1/")
    officer.locator("section", has_text="围挡未拆").locator("textarea").fill("已拆除。")
    press(officer, "反馈整改情况")
    said(officer, "已反馈")
    delegate.reload()
    expect(delegate.locator(".finding")).to_contain_text("已拆除。")
    delegate.locator(".finding textarea").fill("复查合格。")
    press(delegate, "销号")
    expect(delegate.locator(".finding")).to_contain_text("已销号")

    officer.goto(f"{UNIT_PAGE}1/")
    act(officer, "change", targets="公厕 | 8 | 座", reason="两处列入拆迁。")
    said(officer, "变更申请已提交")
    presiding = sign_in(live.person(viewport=DESK), vote.presiding)
    presiding.goto(f"{DESK_PAGE}1/")
    assert_good(presiding)
    act(presiding, "approve", text="同意。", on=timezone.localdate().isoformat())
    said(presiding, "已批准")
    citizen.goto("/2018/delivery/1/")
    expect(citizen.locator("section.change")).to_contain_text("公厕 10 座")
    expect(citizen.locator("section.change")).to_contain_text("公厕 8 座")

    for number in (1, 3):
        report(officer, number, "10")
        act(officer, "hand_in", text="全部建成，验收单在档。")
        said(officer, "已提交")
        clerk.goto(f"{DESK_PAGE}{number}/")
        act(clerk, "accept", text="合格。")
        said(clerk, "项目已完成")
    citizen.goto("/2018/delivery/")
    expect(citizen.locator(".light.done")).to_have_count(2)
    expect(citizen.locator("ol.slate").last).to_contain_text("第3项目")

    clerk.goto(DESK_PAGE)
    clerk.locator("details", has=clerk.locator("#a_confirm")).locator("summary").click()
    clerk.locator("#a_confirm").check()
    act(clerk, "assess", vote_at="第四次会议")
    said(clerk, "测评已发起")
    held = assessment_of(vote)
    held.run("adopted", "rolled", "keyed", "ready", "open")
    grades = [("for", "basically", "for"), ("for", "against", "for"), ("basically", "against", "for")]
    for place, chosen in enumerate(grades):
        assess(live.person(javascript=place != 1), held, place, chosen)
    assert SealedBallot.objects.filter(round=held.round).count() == 3
    held.run("closed", "counted", "certified", "published")
    assert Notice.objects.filter(round=held.round).exists()
    citizen.goto("/2018-assessment/result/")
    assert_good(citizen)
    expect(citizen.locator("main")).to_contain_text("满意 2 项，基本满意 0 项，不满意 1 项。")
    citizen.goto("/2018/delivery/3/")
    expect(citizen.locator("main")).to_contain_text("满意 3；3 的 1/2 以上，即 2：达到")
    clerk.goto(f"{DESK_PAGE}2/")
    act(clerk, "mend", text="年内重新施工。", due=(timezone.localdate() + timedelta(days=30)).isoformat())
    said(clerk, "已记录")


def assessment_of(vote: Vote) -> Vote:
    """Return the assessment as a vote of the same people."""
    return Vote(
        cycle=Cycle.objects.get(assesses=vote.cycle), clerk=vote.clerk, scrutineer=vote.scrutineer,
        other_scrutineer=vote.other_scrutineer, presiding=vote.presiding, chief=vote.chief,
        delegates=vote.delegates, at=timezone.now(),
    )  # fmt: skip


def assess(page: Page, held: Vote, place: int, chosen: tuple[str, ...]) -> None:
    enter(page, held, place)
    expect(page.get_by_role("heading", level=1)).to_contain_text("测评票")
    if place == 0:
        assert_good(page, SMALL)
    for number, grade in enumerate(chosen, start=1):
        page.locator(f"label:has([name=mark-{number}][value={grade}])").click()
    press(page, "核对")
    expect(page.get_by_role("button", name="投入票箱")).to_be_visible()
    if place == 0:
        assert_good(page, SMALL)
    press(page, "投入票箱")
    expect(page.get_by_role("heading", level=1)).to_contain_text("投入票箱")


def test_what_became_of_project_two_is_two_taps_from_home(live: Live):
    lived()
    page = live.person(viewport=PHONE)
    page.goto("/")
    page.get_by_role("link", name="项目办得怎样").first.tap()
    page.get_by_role("link", name="第2项目").first.tap()
    expect(page).to_have_url(f"{live.url}/2018/delivery/2/")
    expect(page.locator("main")).to_contain_text("只完成一部分")


PUBLIC = (
    "/", "/2018/", "/2018/delivery/", "/2018/delivery/1/", "/2018/delivery/2/", "/2018/projects/1/", "/years/",
    "/open-data/", "/2018/widget/", "/2018/breakdown/", "/2018/quarters/1/", "/2018/bulletins/3/",
    "/2018/half-years/1/", "/2018/glance/", "/2018-assessment/result/", "/2018-assessment/notice/",
    "/2018-assessment/rules/", "/2018-assessment/ballot-paper/",
)  # fmt: skip


@pytest.mark.parametrize("language", ["", "/en"])
def test_every_page_after_the_vote_is_good_on_a_phone_and_at_a_desk(live: Live, language: str):
    lived()
    page = live.person(viewport=DESK)
    for path in PUBLIC:
        page.goto(language + path)
        assert_good(page, SMALL)
        page.set_viewport_size(DESK)
    assert_good_in_the_dark(page)


#: Words that do not stand in one piece: a word broken inside has more than one box.
BROKEN = """scope => [...document.querySelectorAll(scope)].flatMap(each => {
    if (each.closest("thead")?.offsetHeight === 1) return [];  // kept for screen readers alone
    const words = [], walker = document.createTreeWalker(each, NodeFilter.SHOW_TEXT);
    while (walker.nextNode())
        for (const found of walker.currentNode.data.matchAll(/[A-Za-z]+/g)) {
            const range = document.createRange();
            range.setStart(walker.currentNode, found.index);
            range.setEnd(walker.currentNode, found.index + found[0].length);
            if (range.getClientRects().length > 1) words.push(found[0]);
        }
    return each.scrollWidth > each.clientWidth + 1 ? [...words, "wide: " + each.textContent] : words;
})"""


def whole(page: Page, scope: str, number: int) -> None:
    """So many things are there, and each shows its English words whole, inside its own frame."""
    expect(page.locator(scope)).to_have_count(number)
    assert page.evaluate(BROKEN, scope) == []


def test_english_grades_stand_whole_on_the_phone_and_in_the_hall(live: Live):
    spring = lived()
    now = timezone.now()
    surveys.open_survey(
        cycle=spring.cycle, opens_at=now - timedelta(hours=1), closes_at=now + timedelta(days=1), **spring.acting
    )  # fmt: skip
    held = begin(spring, (3, 4))
    held.run("adopted", "rolled", "keyed", "ready", "open")
    phone = live.person(viewport=PHONE)
    enter(phone, held, 0)
    phone.goto("/en/ballot/")
    whole(phone, ".quad .cell", 8)
    phone.goto("/en/2018/survey/")
    whole(phone, ".answers label", 12)
    hall = live.person(viewport=DESK)
    hall.goto("/en/2018-assessment/screen/")
    whole(hall, ".board .mk", 2)


#: How wide each name may get: where a row is shown as lines, as wide as its line.
WIDTHS = """all => all.map(it => (getComputedStyle(it).display === "inline" ? it.parentElement : it).offsetWidth)"""


def test_english_tables_keep_their_names_readable_on_the_phone(live: Live):
    spring = lived()
    clerk = sign_in(live.person(viewport=PHONE), spring.vote.clerk, "/en")
    for path in (
        "/en/2018-assessment/result/", "/en/admin/vote/2018-assessment/minutes/", f"/en{DESK_PAGE}",
        "/en/2018/minutes/",
    ):  # fmt: skip
        clerk.goto(path)
        names = ".scroll > table tbody :is(th, td.n:first-child + td)"
        widths = clerk.locator(names).evaluate_all(WIDTHS)
        assert widths, path
        assert min(widths) >= 9 * 14, path
        assert clerk.evaluate(BROKEN, ".scroll > table :is(th, td)") == [], path


def test_every_desk_after_the_vote_is_good(live: Live):
    spring = lived()
    clerk = sign_in(live.person(viewport=DESK), spring.vote.clerk)
    for path in (DESK_PAGE, f"{DESK_PAGE}1/", f"{DESK_PAGE}2/", f"{DESK_PAGE}table/", f"{UNIT_PAGE}1/"):
        clerk.goto(path)
        assert_good(clerk, PHONE)
        clerk.set_viewport_size(DESK)
    assert_good_in_the_dark(clerk)


def test_a_mistake_on_the_phone_keeps_what_was_typed(live: Live):
    spring = lived()
    officer = live.person(viewport=PHONE, javascript=False)
    officer.goto("/admin/")
    sign_in_as(officer, User.objects.get(pk=spring.officer.pk))
    officer.goto(f"{UNIT_PAGE}3/")
    officer.locator("#id_text").fill("刚开始。")
    officer.locator("#id_day").fill(date(2018, 7, 1).isoformat())
    press(officer, "发布报告")
    expect(officer.locator("#id_delay")).to_have_attribute("aria-invalid", "true")
    expect(officer.locator("#id_text")).to_have_value("刚开始。")
