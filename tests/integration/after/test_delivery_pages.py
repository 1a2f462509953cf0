"""What citizens read after the vote: overview, project, papers, open data, feeds; the same in every form.

Guards ``voting.views.after.deliveries``, ``voting.read_models.after.documents`` and
``voting.read_models.core.words``.
"""

from __future__ import annotations

import csv
import html
import io
import json
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pypdf
import pytest
import python_calamine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from accounts.models import Delegate
from tests.cases_after import ask, assess, survey
from tests.factories import POINTS, CongressFactory, Vote, make_vote
from tests.pages import html_of
from tests.pages import text_of as text
from tests.spring import Spring, make_spring
from tests.worlds import kept
from voting.count.counting import Mark
from voting.domain.after import assessments, changes, completions, deliveries, supervision
from voting.domain.core import uploads
from voting.models import Cycle, Finding
from voting.printing.blocks import Tile
from voting.read_models.after.documents import glance
from voting.read_models.after.overview import overview
from voting.states import Body

pytestmark = pytest.mark.django_db
LANGUAGES = ("", "/en")
PAGES = (
    "/", "/2018/", "/2018/delivery/", "/2018/delivery/1/", "/2018/delivery/4/", "/2018/projects/1/", "/years/",
    "/open-data/", "/2018/widget/", "/2018/breakdown/", "/2018/quarters/1/", "/2018/bulletins/3/",
    "/2018/half-years/1/", "/2018/glance/",
)  # fmt: skip
ATOM = "{http://www.w3.org/2005/Atom}"
PICTURE = b"\x89PNG\r\n\x1a\n"


@kept
def lived() -> Spring:
    """A year with reports, a picture, a finding, an assessment and a survey."""
    spring = make_spring()
    spring.report(1, figures={1: 6, 2: 900}, reached={1: date(2018, 3, 15)}, day=date(2018, 3, 20))
    spring.report(2, delay="汛期长。", day=date(2018, 7, 20), text="只完成一部分 <b>x</b>。")
    fault = [("围挡未拆", spring.unit, date(2018, 4, 30))]
    acting = spring.acting
    supervision.inspect(
        delivery=spring.delivery(1), day=date(2018, 1, 23), text="看了现场。", faults=fault, **acting
    )
    finding = Finding.objects.get()
    supervision.reply(
        finding=finding, text="已拆除。", by=spring.officer, at=acting["at"] + timedelta(days=1)
    )
    assess(spring, {1: Mark.FOR, 2: Mark.AGAINST})
    return spring


@pytest.mark.parametrize("prefix", LANGUAGES, ids=["zh", "en"])
def test_every_page_is_there_in_both_languages(prefix, client):
    lived()
    for page in PAGES:
        answer = client.get(prefix + page)
        assert answer.status_code == 200, page
        assert "%(" not in answer.content.decode()


def test_what_became_of_a_project_stands_one_tap_from_home(client):
    lived()
    home = client.get("/").content.decode()
    assert 'href="/2018/delivery/2/"' in home
    assert "只完成一部分 &lt;b&gt;x&lt;/b&gt;。" in html_of(client.get("/2018/delivery/2/"))
    page = text(client.get("/2018/delivery/2/"))
    assert "汛期长。" in page
    assert "严重滞后" in page
    assert "测评结果：不满意" in page


def test_the_light_stands_with_its_working_and_its_rule(client):
    lived()
    page = text(client.get("/2018/delivery/1/"))
    assert "按节点应完成100%，已完成25%，落后75个百分点。" in page
    assert "黄灯：落后 10 个百分点以上（含）；红灯：落后超过 30 个百分点；其余为绿灯。" in page
    assert "围挡未拆" in page
    assert "已拆除。" in page


def test_targets_stand_as_bars_and_figures(client):
    lived()
    page = client.get("/2018/delivery/1/").content.decode()
    assert 'width="60.0%"' in page
    assert 'width="100.0%"' in page
    assert "6 / 10 座" in page
    assert "900 / 800 个" in page


SAID = {
    "/2018/breakdowns/1": "公厕 10 座",
    "/2018/quarters/1": "公厕：已完成 6 / 10 座",
    "/2018/bulletins/3": "2018年3月20日",
    "/2018/half-years/1": "公厕：已完成 6 / 10 座",
    "/2018/glance": "6 / 10 座",
}


def test_page_and_pdf_of_every_paper_say_the_same(client):
    lived()
    for page, said in SAID.items():
        assert said in text(client.get(f"{page}/")), page
        answer = client.get(f"{page}.pdf")
        assert answer["Content-Type"] == "application/pdf"
        pdf = pypdf.PdfReader(io.BytesIO(answer.content))
        plain = re.sub(r"\s", "", "".join(one.extract_text() for one in pdf.pages))
        assert re.sub(r"\s", "", said) in plain, page
        again = client.get(f"{page}.pdf", headers={"if-none-match": answer["ETag"]})
        assert again.status_code == 304
        assert len(pdf.pages) == 1 or "glance" not in page


def test_a_quarter_says_what_was_known_at_its_end(client):
    spring = make_spring()
    spring.report(1, figures={1: 3}, day=date(2018, 3, 20))
    spring.report(1, figures={1: 7}, day=date(2018, 6, 20), delay="慢。")
    assert "已完成 3 / 10" in text(client.get("/2018/quarters/1/"))
    assert "已完成 7 / 10" in text(client.get("/2018/quarters/2/"))


def test_a_bulletin_knows_the_findings_of_its_own_month(client):
    spring = make_spring()
    fault = [("围挡未拆", spring.unit, date(2018, 4, 10))]
    supervision.inspect(
        delivery=spring.delivery(1),
        day=date(2018, 3, 5),
        text="看了现场。",
        faults=fault,
        by=spring.vote.clerk,
        at=datetime(2018, 3, 6, 9, tzinfo=UTC),
    )
    finding = Finding.objects.get()
    Finding.objects.filter(pk=finding.pk).update(closed_at=datetime(2018, 4, 30, 16, 30, tzinfo=UTC))
    said = {month: text(client.get(f"/2018/bulletins/{month}/")) for month in (2, 3, 4, 5)}
    assert ["未销号" in page for page in said.values()] == [False, True, True, False]
    assert ["其中逾期 1 项" in page for page in said.values()] == [False, False, True, False]


def test_the_picture_of_the_year_says_what_it_draws():
    spring = make_spring(issued=False)
    five = [{"text": f"第{place}项", "number": "4", "unit": "处"} for place in range(1, 6)]
    for number in (1, 2, 3, 4):
        spring.plan(number, **({"targets": five} if number == 2 else {}))
    deliveries.issue_breakdown(cycle=spring.cycle, **spring.acting)
    spring.report(2, figures={1: 1}, reached={1: date(2018, 3, 15)}, day=date(2018, 7, 2), delay="汛期长。")
    found = overview(spring.cycle, on=date(2018, 7, 2))
    with translation.override("zh-hans"):
        tiles = next(block for block in glance(found).blocks if block.kind == "tiles").tiles
    assert tiles[1] == Tile(
        number=2,
        name=spring.delivery(2).candidate.name,
        tag="民生实事项目",
        is_chosen=True,
        light="yellow",
        word="进度滞后",
        bars=[("第1项", "1 / 4 处", "25.0"), ("第2项", "— / 4 处", "0.0"), ("第3项", "— / 4 处", "0.0")],
        steps=["reached", "late", "to-come", "to-come"],
        steps_word="节点 1 / 4",
        notes=["另有 2 项目标"],
        address="/2018/delivery/2/",
    )


def test_a_period_that_does_not_exist_is_not_there(client):
    make_spring()
    for page in ("quarters/0/", "quarters/5/", "bulletins/13/", "half-years/3/", "breakdowns/9/"):
        assert client.get(f"/2018/{page}").status_code == 404, page


def test_a_period_that_lies_ahead_is_not_there(client):
    spring = make_spring()
    spring.vote.cycle.__class__.objects.filter(pk=spring.cycle.pk).update(year=timezone.localdate().year + 1)
    assert client.get("/2018/quarters/1/").status_code == 404


def test_before_anything_is_on_its_way_there_is_a_helpful_page_or_none(client):
    spring = make_spring(issued=False)
    assert client.get("/2018/breakdown/").status_code == 200
    assert "尚未印发" in text(client.get("/2018/breakdown/"))
    assert client.get("/2018/breakdowns/1.pdf").status_code == 404
    assert "尚无报告" in text(client.get("/2018/delivery/"))
    assert spring.cycle.stage == "delivery"


def test_open_data_equals_the_pages(client):
    lived()
    records = client.get("/2018/projects.json").json()
    assert [each["number"] for each in records["projects"]] == [1, 2, 3, 4]
    rows = list(csv.reader(io.StringIO(client.get("/2018/projects.csv").content.decode("utf-8-sig"))))
    book = python_calamine.CalamineWorkbook.from_filelike(
        io.BytesIO(client.get("/2018/projects.xlsx").content)
    )
    cells = [
        ["" if cell is None else str(cell) for cell in row] for row in book.get_sheet_by_index(0).to_python()
    ]
    assert [row[1] for row in cells] == [row[1] for row in rows]
    assert [[cell.removesuffix(".0") for cell in row] for row in cells] == [
        [cell.removesuffix(".0") for cell in row] for row in rows
    ]
    names = rows[0]
    for row, record in zip(rows[1:], records["projects"], strict=True):
        for name in ("name", "status", "light", "lead_unit", "became"):
            assert row[names.index(name)] == record[name]
        page = text(client.get(f"/2018/delivery/{record['number']}/"))
        assert record["name"] in page
        for target in record["targets"]:
            assert f"{target['reached'] or '未报告'} / {target['planned']} {target['unit']}" in page
    assert set(records["disclosure"]) >= {"index", "publisher", "published", "source"}


def test_every_row_of_the_open_data_says_where_it_comes_from(client):
    spring = make_spring()
    fields = {
        "index": "002489604/2018", "document_number": "拱政〔2018〕1 号", "mode": "主动公开", "scope": "面向全社会",
        "term": "长期公开", "publisher": "区政府办公室", "generated": "2018-01-20", "published": "2018-01-23",
    }  # fmt: skip
    given = {f"disclosure_{name}": value for name, value in fields.items()}
    Cycle.objects.filter(pk=spring.cycle.pk).update(source="政府工作报告", **given)
    fields["source"] = "政府工作报告"
    assert client.get("/2018/projects.json").json()["disclosure"] == fields
    table = csv.DictReader(io.StringIO(client.get("/2018/projects.csv").content.decode("utf-8-sig")))
    assert [{name: row[name] for name in fields} for row in table] == [fields] * 4
    assert list(table.fieldnames or ())[-9:] == list(fields)


@pytest.mark.parametrize("prefix", LANGUAGES, ids=["zh", "en"])
def test_every_column_of_the_open_data_is_explained(prefix, client):
    make_spring()
    (header, *_rows) = csv.reader(io.StringIO(client.get("/2018/projects.csv").content.decode("utf-8-sig")))
    page = client.get(f"{prefix}/open-data/").content.decode()
    explained = re.findall(r"<dt><code>(\w+)</code></dt><dd>([^<]+)", page)
    assert [name for name, _said in explained] == header
    said = dict(explained)
    assert said["publisher"] == ("Publisher" if prefix else "发布机构")
    in_chinese = [bool(re.search(r"[\u4e00-\u9fff]", each)) for each in said.values()]
    assert in_chinese == [not prefix] * len(header)


def test_no_cell_of_the_open_data_is_a_formula(client):
    spring = make_spring(issued=False)
    for number in (1, 2, 3, 4):
        spring.plan(number, content="=1+1", leader="@cmd")
    deliveries.issue_breakdown(cycle=spring.cycle, **spring.acting)
    rows = client.get("/2018/projects.csv").content.decode("utf-8-sig")
    assert "'=1+1" in rows
    assert "'@cmd" in rows


DRAFT = {"leader": "草拟领导", "content": "草拟内容", "stage_goal": "草拟目标"}


def test_a_plan_is_nobodys_before_it_is_issued(client):
    spring = make_spring(issued=False)
    for number in (1, 2, 3, 4):
        spring.plan(number, **DRAFT)
    public = (
        "delivery/",
        "delivery/1/",
        "glance/",
        "quarters/1/",
        "half-years/2/",
        "projects.csv",
        "projects.json",
    )
    api = ("/api/v1/cycles/2018/projects/", "/api/v1/cycles/2018/projects/1/")
    for page in (*(f"/2018/{each}" for each in public), *api):
        said = client.get(page).content.decode()
        assert "草拟" not in said, page
        assert "月的节点" not in said, page
    assert client.get("/api/v1/cycles/2018/projects/1/").json()["light"] == "none"
    deliveries.issue_breakdown(cycle=spring.cycle, **spring.acting)
    assert "草拟领导" in text(client.get("/2018/delivery/1/"))


def test_before_the_delivery_begins_the_page_says_so(client):
    make_vote(until="published")
    answer = client.get("/2018/delivery/")
    assert (answer.status_code, "尚未分解" in text(answer)) == (404, True)


def test_a_page_names_its_addresses_in_both_languages(client):
    make_spring()
    page = html_of(client.get("/en/2018/delivery/1/?x=1"))
    assert '<link rel="canonical" href="http://testserver/en/2018/delivery/1/">' in page
    assert '<link rel="alternate" hreflang="zh-hans" href="http://testserver/2018/delivery/1/">' in page
    assert '<meta property="og:url" content="http://testserver/en/2018/delivery/1/">' in page


FEEDS = ("/feed.atom", "/2018/feed.atom", "/2018/delivery/1/feed.atom", "/en/2018/feed.atom")


def entries_of(client: Client, feed: str) -> list[ET.Element]:
    return ET.fromstring(client.get(feed).content).findall(f"{ATOM}entry")  # noqa: S314 our own


def test_feeds_are_valid_atom(client):
    """RFC 4287: ids once in the feed, updated as its newest entry, absolute links, an author."""
    spring = lived()
    happened(spring)
    for feed in FEEDS:
        answer = client.get(f"{feed}?again")
        assert answer["Content-Type"].startswith("application/atom+xml")
        root = ET.fromstring(answer.content)  # noqa: S314 our own
        assert root.tag == f"{ATOM}feed"
        for name in ("id", "title", "updated"):
            assert root.findtext(f"{ATOM}{name}"), name
        entries = root.findall(f"{ATOM}entry")
        assert entries
        keys = [entry.findtext(f"{ATOM}id") for entry in entries]
        assert len({*keys, root.findtext(f"{ATOM}id")}) == len(keys) + 1
        assert all(each.get("href").startswith("http://testserver/") for each in root.iter(f"{ATOM}link"))
        (own,) = [each.get("href") for each in root.findall(f"{ATOM}link") if each.get("rel") == "self"]
        assert own == f"http://testserver{feed}"
        assert root.findtext(f"{ATOM}author/{ATOM}name")
        assert root.findtext(f"{ATOM}updated") == entries[0].findtext(f"{ATOM}updated")
        for entry in entries:
            for name in ("id", "title", "updated", "summary"):
                assert entry.find(f"{ATOM}{name}") is not None, name
            page, _hash, place = entry.find(f"{ATOM}link").get("href").partition("#")
            shown = client.get(page.removeprefix("http://testserver"))
            assert shown.status_code == 200
            assert f'id="{place}"' in shown.content.decode(), place
        moments = [entry.findtext(f"{ATOM}updated") for entry in entries]
        assert moments == sorted(moments, reverse=True)


def happened(spring: Spring) -> None:
    """Let a finding be closed, a change be approved and another not, and a project be completed."""
    clerk, later = spring.vote.clerk, spring.at + timedelta(days=400)
    supervision.close(
        finding=Finding.objects.get(), text="复查属实。", by=clerk, at=spring.at + timedelta(days=2)
    )
    for approved, decision in ((True, "同意。"), (False, "不同意。")):
        change = ask(spring, plan={"content": f"改做{decision}"})
        changes.decide_change(
            change=change, approved=approved, decision=decision, on=date(2018, 1, 23), **spring.acting
        )
    spring.report(3, figures={1: 10, 2: 800}, delay="无", day=date(2018, 8, 1))
    done = spring.delivery(3)
    handed = completions.hand_in(delivery=done, evidence="建成。", by=spring.officer, at=later)
    completions.decide(
        completion=handed, accepted=True, note="合格。", by=clerk, at=later + timedelta(minutes=1)
    )
    supervision.remark(delivery=done, text="很好。", by=spring.vote.delegates[0].user, at=later)


#: The news of the year that ``lived`` and ``happened`` make, the newest first: title, text.
NEWS = [
    ("3. 第3项目：通过验收", "合格。"),
    ("3. 第3项目：申请验收", "建成。"),
    ("3. 第3项目：进展报告", "按计划推进。 公厕：10 座；泊位：800 个 迟延原因：无"),
    ("2. 第2项目：进展报告", "只完成一部分 <b>x</b>。 迟延原因：汛期长。"),
    ("1. 第1项目：进展报告", "按计划推进。 公厕：6 座；泊位：900 个；3月的节点：2018年3月15日完成"),
    ("1. 第1项目：督办事项销号", "复查属实。 围挡未拆"),
    ("1. 第1项目：单位反馈督办事项", "已拆除。 围挡未拆"),
    ("杭州市拱墅区2018年满意度测评：结果已公布", "满意 1 项，基本满意 0 项，不满意 1 项。"),
    ("1. 第1项目：常委会批准变更", "同意。"),
    ("1. 第1项目：现场检查", "看了现场。 督办：围挡未拆——区城管局，2018年4月30日前整改"),
    ("杭州市拱墅区 2018：结果已公布", "表决结果已定。"),
]


def test_the_years_feed_tells_the_news_in_their_order(client):
    spring = lived()
    happened(spring)
    told = [
        (each.findtext(f"{ATOM}title"), text_of(each.findtext(f"{ATOM}summary")))
        for each in entries_of(client, "/2018/feed.atom")
    ]
    assert told == NEWS


def text_of(summary: str) -> str:
    """Return what a reader sees of a summary."""
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", summary))).strip()


def test_an_entry_keeps_its_id_whatever_comes_later(client):
    spring = lived()
    before = {each.findtext(f"{ATOM}id") for each in entries_of(client, "/2018/feed.atom")}
    happened(spring)
    after = {each.findtext(f"{ATOM}id") for each in entries_of(client, "/2018/feed.atom")}
    assert before < after


@pytest.mark.parametrize("projects", [1, 3])
def test_a_feed_costs_the_same_however_much_happened(client, projects):
    spring = make_spring()
    for number in range(1, projects + 1):
        for again in range(projects):
            spring.report(number, figures={1: 3 + again}, reached={1: date(2018, 3, 2)})
            look = supervision.inspect(
                delivery=spring.delivery(number), day=date(2018, 1, 23), text="看了现场。",
                faults=[("围挡未拆", spring.unit, date(2018, 4, 30))] * projects, **spring.acting,
            )  # fmt: skip
            finding = look.findings.first()
            supervision.reply(finding=finding, text="已拆除。", by=spring.officer, at=spring.at)
    client.get("/")
    assert [queries(client, feed) for feed in FEEDS[:2]] == [23, 21]


def test_the_widget_may_stand_on_any_site_and_nothing_else_may(client):
    lived()
    widget, page = client.get("/2018/widget/"), client.get("/2018/delivery/")
    assert "frame-ancestors *" in widget["Content-Security-Policy"]
    assert "X-Frame-Options" not in widget
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
    assert page["X-Frame-Options"] == "DENY"


def test_sitemap_and_robots_lead_to_pages_that_are_there(client):
    lived()
    root = ET.fromstring(client.get("/sitemap.xml").content)  # noqa: S314 our own
    addresses = [each.text for each in root.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert "http://testserver/2018/delivery/1/" in addresses
    assert "http://testserver/en/2018/delivery/1/" in addresses
    for address in addresses:
        assert client.get(address.removeprefix("http://testserver")).status_code == 200, address
    robots = client.get("/robots.txt").content.decode()
    assert "Disallow: /admin/" in robots
    assert "Sitemap: http://testserver/sitemap.xml" in robots


def test_a_picture_is_served_as_we_made_it(client):
    from PIL import Image  # noqa: PLC0415

    raw = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(raw, "JPEG")
    spring = make_spring()
    report = spring.report(files=[uploads.clean("现场.jpg", raw.getvalue())])
    page = client.get("/2018/delivery/1/").content.decode()
    address = f"/2018/delivery/1/files/{report.pk}/1/"
    assert f'src="{address}"' in page
    answer = client.get(address)
    assert answer["Content-Type"] == "image/jpeg"
    assert Image.open(io.BytesIO(answer.content)).size == (40, 30)
    assert client.get(f"/2018/delivery/2/files/{report.pk}/1/").status_code == 404
    CongressFactory(slug="yuhang")
    assert client.get(f"/gongshu{address}").status_code == 200
    assert client.get(f"/yuhang{address}").status_code == 404


def queries(client: Client, page: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as caught:
        assert client.get(page).status_code == 200
    return len(caught)


#: What each page costs, however many projects and reports there are.
QUERIES = {
    "/": 14,
    "/2018/delivery/": 16,
    "/2018/glance/": 12,
    "/2018/delivery/1/": 21,
    "/2018/projects.csv": 13,
}


@pytest.mark.parametrize(("candidates", "reports"), [(3, 1), (12, 5)])
def test_the_number_of_queries_does_not_grow_with_projects_and_reports(candidates, reports, client):
    spring = make_spring(candidates=candidates, seats=candidates - 1)
    for number in range(1, candidates + 1):
        for again in range(reports):
            spring.report(number, figures={1: 3 + again}, reached={1: date(2018, 3, 2)})
    client.get("/")
    assert {page: queries(client, page) for page in QUERIES} == QUERIES


def assess_by_units(spring: Spring, grades: dict[int, Mark]) -> None:
    """Hold an assessment of project 1, its units graded apart, and of project 2, with these grades from everybody."""
    vote = spring.vote
    held = assessments.open_assessment(
        cycle=spring.cycle, body=Body.DELEGATES, numbers=[1, 2], by_unit=True, **spring.acting
    )
    people = {
        name: getattr(vote, name)
        for name in ("clerk", "scrutineer", "other_scrutineer", "presiding", "chief")
    }
    Vote(cycle=held, delegates=vote.delegates, at=spring.at, **people).run(
        *POINTS[1:], chosen=[grades] * len(vote.delegates)
    )


def years_of(client: Client, page: str = "/years/") -> list[list[str]]:
    """Return the rows of the table of the years, the headings first."""
    rows = re.findall(r"<tr.*?</tr>", client.get(page).content.decode(), re.DOTALL)
    cells = [re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL) for row in rows]
    return [[re.sub(r"<[^>]+>", "", cell).strip() for cell in row] for row in cells]


def another_year(slug: str, **given: Any) -> Spring:
    """Return a year of delegates of its own: those of the years before are out of office."""
    Delegate.objects.update(is_active=False)
    return make_spring(slug=slug, **given)


HEADINGS = ["年度", "项目总数", "已完成", "正常推进", "进度滞后", "严重滞后"]


def test_a_project_whose_units_were_graded_apart_counts_once_by_the_worst(client):
    spring = make_spring(issued=False)
    spring.plan(1, responsible_units="区民政局、街道")
    for number in (2, 3, 4):
        spring.plan(number)
    deliveries.issue_breakdown(cycle=spring.cycle, **spring.acting)
    good, poor = Mark.FOR, Mark.AGAINST
    assess_by_units(spring, {1: poor, 2: poor, 3: good, 4: good})
    assert years_of(client)[1][-1] == "满意 1、不满意 1"
    assert years_of(client, "/en/years/")[1][-1] == "satisfied 1, unsatisfied 1"
    said = text(client.get("/years/"))
    assert "每个项目只计一次，以最近一次测评为准；分单位测评的，以其中最差的等次计。" in said


def test_the_columns_of_the_years_are_the_same_for_every_year(client):
    make_spring()
    bare = another_year("bare", issued=False)
    for number in (1, 2, 3, 4):
        bare.plan(number, milestones=[])
    deliveries.issue_breakdown(cycle=bare.cycle, **bare.acting)
    place = "杭州市拱墅区 2018"
    assert years_of(client) == [
        [*HEADINGS, "暂不亮灯", "测评等次"],
        [place, "4", "0", "0", "0", "4", "0", "–"],
        [place, "4", "0", "0", "0", "0", "4", "–"],
    ]


@pytest.mark.parametrize("years", [1, 3])
def test_the_number_of_queries_does_not_grow_with_the_years(client, years):
    for year in range(years):
        spring = another_year(str(2018 + year))
        spring.report(1, figures={1: 3})
        assess(spring, {1: Mark.FOR})
    client.get("/")
    assert [queries(client, page) for page in ("/years/", "/feed.atom")] == [14, 22]


def test_the_survey_stands_apart_and_takes_an_answer(client):
    spring = make_spring()
    opened = survey(spring)
    opened.__class__.objects.filter(pk=opened.pk).update(
        opens_at=timezone.now() - timedelta(hours=1), closes_at=timezone.now() + timedelta(hours=1)
    )
    page = client.get("/2018/survey/")
    ticket = re.search(r'name="ticket" value="([^"]+)"', page.content.decode())[1]
    answer = client.post(
        "/2018/survey/", {"ticket": ticket, "grade-1": "satisfied", "grade-2": "unsatisfied"}
    )
    assert answer.status_code == 302
    assert "谢谢" in text(client.get(answer["Location"]))
    shown = text(client.get("/2018/delivery/1/"))
    assert "共 1 份评价。" in shown
    again = client.post("/2018/survey/", {"ticket": ticket, "grade-1": "satisfied"})
    assert again.status_code == 422
    assert "只计一次" in text(again)
    nothing = client.post("/2018/survey/", {"ticket": ticket})
    assert "请至少评价一个项目" in text(nothing)
    kept = client.post("/2018/survey/", {"ticket": "x", "grade-2": "basically"})
    assert re.search(r'name="grade-2" value="basically"[^>]* checked', html_of(kept))
    robot = client.post("/2018/survey/", {"ticket": ticket, "grade-1": "satisfied", "website": "x"})
    assert robot.status_code == 422
    assert json.dumps(client.get("/2018/projects.json").json()["projects"][0]["survey"]) == json.dumps(
        {"satisfied": 1, "basically": 0, "unsatisfied": 0}
    )
