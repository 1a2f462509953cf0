"""进度批量更新: 200 rows go out and come back; a fault is named and nothing is taken in; round trips lose nothing.

Guards ``voting.domain.after.progress_lists`` and ``voting.domain.after.progress_rows``.
"""

from __future__ import annotations

import io
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from tests.autumn import clock
from tests.pages import html_of
from tests.spring import MILESTONES, Spring, make_spring
from tests.tables import AT, PLACES, TODAY, big, come_back, get, look, out, put, workbook
from voting.domain.after import progress_lists
from voting.domain.core.imports import FaultyRows, FileRefused, NotStaged
from voting.models import JournalEntry, MilestoneState, ProgressList, ProgressReport, TargetFigure
from voting.printing.tables import rows_as_csv
from voting.states import Act, DeliveryStatus

pytestmark = pytest.mark.django_db
PAGE = "/admin/vote/2018/delivery/table/"
WORDS = (
    "按计划推进，=完成一半",
    "=1+1",
    "第一段\n\n第二段",
    "“引号”, 逗号; 'a' <b>&",
    "两个  空格",
    "🚧 施工",
)
DAYS = ["2018-01-{:02}", "2018/2/{}", "2018.3.{}", "2018年4月{}日", "２０１８-5-{}", "2018-06-{:02}"]


def reported() -> set[tuple[object, ...]]:
    """Return everything that the database holds of all reports, but who made them and when."""
    told: dict[int, list[tuple[object, ...]]] = {}
    for figure in TargetFigure.objects.select_related("target"):
        told.setdefault(figure.report_id, []).append(("target", figure.target.position, figure.figure))
    for state in MilestoneState.objects.select_related("milestone"):
        told.setdefault(state.report_id, []).append(("milestone", state.milestone.position, state.reached_on))
    return {
        (each.delivery.number, each.day, each.text, each.delay, each.spent, *sorted(told.get(each.pk, [])))
        for each in ProgressReport.objects.select_related("delivery")
    }


def fill(rows: list[list[str]]) -> tuple[list[list[object]], set[tuple[object, ...]]]:
    """Write something of its own into every row, as many hands would; return the rows, and what is to be reported."""
    filled: list[list[object]] = [list(rows[0])]
    expected: set[tuple[object, ...]] = set()
    for line, row in enumerate(rows[1:]):
        number, place = divmod(line, 20)
        said = list(row)
        month, of_month = line % 6, 1 + line % 28
        day, text = date(2018, month + 1, of_month), f"第{line}行：{WORDS[line % len(WORDS)]}"
        delay = "" if number % 2 == 0 else f"原因{line}，汛期"
        typed: object = DAYS[month].format(of_month) if line % 7 else datetime(2018, month + 1, of_month)  # noqa: DTZ001
        put(said, day=typed, text=text, delay=delay)
        told: list[tuple[object, ...]] = []
        spent = None
        if place == 0:
            spent = Decimal(f"{1000 + line}.25")
            put(said, spent=f"{1000 + line:,}.25" if line % 40 else float(spent))
        elif place <= 10:
            figure = Decimal(line) + Decimal("0.5")
            put(said, reached=float(figure) if line % 2 else f"{figure}")
            told = [("target", place, figure)]
        elif number % 2 and place <= 12:
            put(said, reached=day.isoformat())
            told = [("milestone", place - 10, day)]
        filled.append(said)
        expected.add((number + 1, day, text, delay, spent, *told))
    return filled, expected


def shown(rows: list[list[str]], expected: set[tuple[object, ...]]) -> list[list[str]]:
    """Return the table as it must go out after these reports."""
    after = [list(row) for row in rows]
    last = {number: max(one for one in expected if one[0] == number) for number in range(1, 11)}
    for line, row in enumerate(after[1:]):
        number, place = divmod(line, 20)
        newest = last[number + 1]
        put(row, last_day=str(newest[1]), last_text=newest[2], last_delay=newest[3])
        if place == 0:
            put(row, spent=f"{1000 + line}.25")
        elif place <= 10:
            put(row, reached=f"{line}.5")
        elif number % 2 and place <= 12:
            put(row, reached=date(2018, line % 6 + 1, 1 + line % 28).isoformat())
    return after


FAULTS = [
    (2, {"number": "99"}, "没有序号为“99”的项目"),
    (23, {"reached": "1_000"}, "“1_000”不是数字"),
    (64, {"day": "2018-13-01"}, "日期“2018-13-01”不是 2018-03-31 这样的日期"),
    (85, {"place": "2", "kind": "目标", "what": ""}, "第 84 行对同一事项另有不同的内容，请只保留一行"),
    (146, {"text": "", "delay": ""}, "报告了新的情况，请说明做了什么"),
]


def test_two_hundred_rows_five_faulty_nothing_is_taken_in_until_mended_and_the_round_trip_is_identical():
    spring = big()
    rows = out(spring)
    assert len(rows) == 1 + 200
    mended, expected = fill(rows)
    assert len(expected) == 200
    faulty = [list(row) for row in mended]
    for line, cells, _why in FAULTS:
        put(faulty[line - 1], **cells)
    staged = progress_lists.stage(
        cycle=spring.cycle, file_name="进度.xlsx", content=workbook(faulty), by=spring.vote.clerk, at=AT
    )
    with override("zh-hans"):
        found = look(spring, bytes(staged.content))
    assert (found.rows, found.known, found.faulty) == (200, 0, 5)
    assert found.faults == [(line, why) for line, _cells, why in FAULTS]
    with pytest.raises(FaultyRows):
        progress_lists.apply(staged=staged, by=spring.vote.clerk, at=AT)
    assert reported() == set()

    content = workbook(mended)
    assert come_back(spring, content, agreed=["beyond"]) == 200
    assert reported() == expected
    after = out(spring)
    assert after == shown(rows, expected)
    for again in (content, workbook(mended), after, rows_as_csv(after)):
        with pytest.raises(progress_lists.NothingNew):
            come_back(spring, again)
    assert reported() == expected

    progress_lists.drop(staged=staged)
    assert bytes(ProgressList.objects.get(pk=staged.pk).content) == b""
    with pytest.raises(NotStaged):
        progress_lists.apply(staged=staged, by=spring.vote.clerk, at=AT)


def test_a_table_that_comes_back_as_it_went_out_makes_no_report():
    spring = make_spring()
    rows = out(spring)
    for content in (rows, rows_as_csv(rows)):
        with pytest.raises(progress_lists.NothingNew):
            come_back(spring, content)
    assert look(spring, rows) == progress_lists.Preview(rows=28, known=28)


def test_rows_of_a_project_become_one_report_for_each_day_text_and_reason_in_the_order_of_the_days():
    spring = make_spring()
    rows = out(spring)
    put(rows[2], reached="5", day="2018-07-10", text="丙", delay="雨")
    put(rows[3], reached="300", day="2018-03-31", text="甲", delay="雨")
    put(rows[4], reached="2018-03-30", day="2018-03-31", text="乙", delay="雨")
    put(rows[5], reached="2018-06-30", day="2018-07-10", text="丙", delay="雨")
    put(rows[6], day="2018-07-10", text="丙", delay="风")
    assert come_back(spring, rows) == 4
    assert reported() == {
        (1, date(2018, 3, 31), "甲", "雨", None, ("target", 2, Decimal(300))),
        (1, date(2018, 3, 31), "乙", "雨", None, ("milestone", 1, date(2018, 3, 30))),
        (
            1, date(2018, 7, 10), "丙", "雨", None,
            ("milestone", 2, date(2018, 6, 30)), ("target", 1, Decimal(5)),
        ),
        (1, date(2018, 7, 10), "丙", "风", None),
    }  # fmt: skip
    days = list(ProgressReport.objects.order_by("pk").values_list("day", flat=True))
    assert days == sorted(days)


def test_the_words_of_the_last_report_go_out_beside_the_new_cells_and_never_come_back():
    spring = make_spring()
    spring.report(
        day=date(2018, 3, 20), text="上次\n说的", delay="雨", figures={1: 3}, spent=Decimal("12.50")
    )
    rows = out(spring)
    names = ("reached", "spent", "day", "text", "delay", "last_day", "last_text", "last_delay")
    last = ["2018-03-20", "上次\n说的", "雨"]
    assert get(rows[1], *names) == ["", "12.5", "", "", "", *last]
    assert get(rows[2], *names) == ["3", "", "", "", "", *last]
    put(rows[2], reached="5", last_day="昨天", last_text="改过")
    with override("zh-hans"):
        assert look(spring, rows).faults == [(3, "报告了新的情况，请说明做了什么")]
    put(rows[2], text="完成一半", delay="风")
    before = reported()
    assert come_back(spring, rows) == 1
    assert reported() - before == {(1, TODAY, "完成一半", "风", None, ("target", 1, Decimal(5)))}


def test_a_row_without_a_text_belongs_to_the_one_text_of_its_project_and_day():
    spring = make_spring()
    rows = out(spring)
    put(rows[1], text="完成一半", delay="雨")
    put(rows[2], reached="5")
    put(rows[3], reached="400", day=TODAY.isoformat(), delay="雨")
    put(rows[4], reached="2018-03-30", day="2018-03-31")
    put(rows[8], text="另一个项目", delay="雨")
    put(rows[9], reached="1", delay="风")
    with override("zh-hans"):
        assert look(spring, rows).faults == [
            (5, "报告了新的情况，请说明做了什么"),
            (10, "迟延原因须与进展说明同行，请在本行也填写说明"),
        ]
    put(rows[4], reached="", day="", text="别的话", delay="雨")
    put(rows[9], delay="")
    with override("zh-hans"):
        assert look(spring, rows).faults == [
            (3, "该项目同一日期有几条不同的说明，请在本行写明用哪一条"),
            (4, "该项目同一日期有几条不同的说明，请在本行写明用哪一条"),
        ]
    put(rows[4], text="", delay="")
    assert come_back(spring, rows) == 2
    assert reported() == {
        (1, TODAY, "完成一半", "雨", None, ("target", 1, Decimal(5)), ("target", 2, Decimal(400))),
        (2, TODAY, "另一个项目", "雨", None, ("target", 1, Decimal(1))),
    }


def test_a_text_alone_is_a_report_and_a_day_or_a_reason_alone_is_named():
    spring = make_spring()
    spring.report(day=date(2018, 3, 20), text="开工", figures={1: 3})
    rows = out(spring)
    put(rows[3], text="只有文字", delay="雨", day="2018-07-10")
    put(rows[9], day="2018-07-10")
    put(rows[16], delay="雨")
    with override("zh-hans"):
        assert look(spring, rows).faults == [
            (10, "报告了新的情况，请说明做了什么"),
            (17, "报告了新的情况，请说明做了什么"),
        ]
    put(rows[9], day="")
    put(rows[16], delay="")
    before = reported()
    assert come_back(spring, rows) == 1
    assert reported() - before == {(1, date(2018, 7, 10), "只有文字", "雨", None)}


@pytest.mark.parametrize("day", ["", "2018-07-10"])
def test_the_same_file_makes_no_second_report_also_after_another_report(day):
    spring = make_spring()
    rows = out(spring)
    put(rows[2], reached="5", day=day, text="完成一半", delay="雨")
    content = workbook(rows)
    assert come_back(spring, content) == 1
    put(rows[9], reached="2", day=day, text="又一个项目", delay="雨")
    assert come_back(spring, rows) == 1, "what was imported already is known, the rest is new"
    spring.report(day=TODAY, figures={1: 8}, delay="雨")
    later = {"at": AT + timedelta(days=3)}
    before = reported()
    with pytest.raises(progress_lists.NothingNew):
        come_back(spring, content, **later)
    assert reported() == before
    imported = look(spring, content, **later)
    assert imported == progress_lists.Preview(rows=28, known=28, imported=AT)
    entries = JournalEntry.objects.filter(act=Act.PROGRESS_IMPORTED).order_by("sequence")
    assert [each.data["numbers"] for each in entries] == [[1], [2]]


def test_a_row_for_an_earlier_day_than_the_newest_of_its_item_is_a_correction_and_named():
    spring = make_spring()
    spring.report(
        day=date(2018, 6, 20), figures={1: 3}, reached={1: date(2018, 3, 30)}, delay="雨", spent=Decimal(9)
    )
    rows = out(spring)
    words = {"text": "更正", "delay": "雨"}
    put(rows[1], spent="8", day="2018-06-19", **words)
    put(rows[2], reached="2", day="2018-06-19", **words)
    put(rows[3], reached="7", day="2018-06-19", **words)
    put(rows[4], reached="", day="2018-06-19", **words)
    sentence = "该事项已报告至 2018-06-20；更正更早日期的数值请到项目页面"
    with override("zh-hans"):
        assert look(spring, rows).faults == [(2, sentence), (3, sentence), (5, sentence)]
    for row in (rows[1], rows[2], rows[4]):
        put(row, day="2018-06-20")
    before = reported()
    assert come_back(spring, rows, agreed=["less"]) == 2
    assert reported() - before == {
        (1, date(2018, 6, 19), "更正", "雨", None, ("target", 2, Decimal(7))),
        (
            1, date(2018, 6, 20), "更正", "雨", Decimal(8),
            ("milestone", 1, None), ("target", 1, Decimal(2)),
        ),
    }  # fmt: skip


def test_two_rows_of_one_item_must_not_say_different_things():
    spring = make_spring()
    rows = out(spring)
    put(rows[2], reached="5", text="甲", delay="雨")
    rows.insert(3, list(rows[2]))
    assert look(spring, rows).faults == [], "the same twice says one thing"
    put(rows[3], reached="6")
    rows.insert(6, list(rows[5]))
    put(rows[6], reached="2018-03-30")
    rows.insert(2, list(rows[1]))
    put(rows[1], spent="10")
    put(rows[2], spent="11")
    said = "第 {} 行对同一事项另有不同的内容，请只保留一行"
    with override("zh-hans"):
        assert look(spring, rows).faults == [(line, said.format(line - 1)) for line in (3, 5, 8)]


def test_a_project_without_targets_and_milestones_reports_words_and_money():
    spring = make_spring(issued=False)
    for number in (1, 2, 3, 4):
        spring.plan(number, targets=[], milestones=[], investment=Decimal(500))
    from voting.domain.after.deliveries import issue_breakdown  # noqa: PLC0415

    issue_breakdown(cycle=spring.cycle, **spring.acting)
    rows = out(spring)
    names = ("number", "name", "kind", "place", "what", "plan", "reached", "spent")
    assert [get(row, *names) for row in rows[1:]] == [
        [str(number), f"第{number}项目", "项目", "", "", "500万元", "", ""] for number in (1, 2, 3, 4)
    ]
    put(rows[1], spent="１，２００．５", text="付了首期")
    put(rows[2], text="开工")
    put(rows[3], spent="0", text="未付")
    assert come_back(spring, rows, agreed=["beyond"]) == 3
    assert reported() == {
        (1, TODAY, "付了首期", "", Decimal("1200.50")),
        (2, TODAY, "开工", "", None),
        (3, TODAY, "未付", "", Decimal(0)),
    }
    after = out(spring)
    assert [get(row, "spent", "last_text") for row in after[1:]] == [
        ["1200.5", "付了首期"], ["", "开工"], ["0", "未付"], ["", ""],
    ]  # fmt: skip
    with pytest.raises(progress_lists.NothingNew):
        come_back(spring, after)


def test_columns_may_be_moved_added_and_named_in_the_other_language():
    spring = make_spring()
    with override("en"):
        rows = out(spring)
    assert get(rows[2], "kind", "what") == ["target", "公厕"]
    put(rows[2], reached=5, day=datetime(2018, 7, 10), text="Half is done", delay="Rain")  # noqa: DTZ001
    put(rows[3], reached=0.1 + 0.2, day=date(2018, 7, 10), text="Half is done", delay="Rain")
    put(rows[4], reached=datetime(2018, 3, 30), day="2018/7/10", text="Half is done", delay="Rain")  # noqa: DTZ001
    order = sorted(range(len(rows[0])), key=lambda column: -column)
    moved = [["备注", *[row[column] for column in order], "x"] for row in rows]
    moved += [["", *[""] * len(rows[0]), " "]] * 50
    book = openpyxl.load_workbook(io.BytesIO(workbook(moved)))
    book.active.title = "改过名"
    content = io.BytesIO()
    book.save(content)
    with override("zh-hans"):
        assert come_back(spring, content.getvalue()) == 1
    assert reported() == {
        (
            1, date(2018, 7, 10), "Half is done", "Rain", None,
            ("milestone", 1, date(2018, 3, 30)), ("target", 1, Decimal(5)), ("target", 2, Decimal("0.30")),
        )
    }  # fmt: skip


def test_a_table_without_the_columns_of_money_and_reason_says_nothing_of_them():
    spring = make_spring()
    spring.report(day=date(2018, 3, 20), spent=Decimal(9))
    kept = [PLACES[name] for name in ("number", "kind", "place", "reached", "day", "text")]
    rows = out(spring)
    assert look(spring, [[row[column] for column in kept] for row in rows]) == progress_lists.Preview(28, 28)


def test_a_unit_reports_of_its_own_projects_alone():
    spring = make_spring()
    rows = out(spring)
    put(rows[2], reached="5", day="2018-07-10", text="完成一半")
    with override("zh-hans"):
        assert look(spring, rows, by=spring.stranger).faults == [(3, "项目 1 由其他单位负责，该行须保持原样")]
        assert look(spring, rows, by=spring.officer).faults == [(3, "项目进度落后于计划，请说明迟延原因。")]
    put(rows[2], delay="汛期")
    own = look(spring, rows, by=spring.officer)
    assert (own.faults, [each.delivery.number for each in own.changes]) == ([], [1])
    assert progress_lists.deliveries_of(spring.cycle, spring.stranger) == []


def test_of_a_completed_project_nothing_more_is_reported():
    spring = make_spring()
    rows = out(spring)
    spring.cycle.deliveries.filter(number=1).update(status=DeliveryStatus.COMPLETED)
    assert look(spring, rows).faults == []
    put(rows[2], reached="5", text="完成一半", delay="雨")
    with override("zh-hans"):
        assert look(spring, rows).faults == [(3, "项目 1 已完成，不再报告")]


def test_on_one_day_a_reached_milestone_speaks_for_the_other_reports_of_its_project():
    spring = make_spring(issued=False)
    for number in (1, 2, 3, 4):
        spring.plan(number, milestones=MILESTONES[:1])
    from voting.domain.after.deliveries import issue_breakdown  # noqa: PLC0415

    issue_breakdown(cycle=spring.cycle, **spring.acting)
    rows = out(spring)
    put(rows[2], reached="5", text="甲")
    put(rows[4], reached="2018-03-30", text="乙")
    assert come_back(spring, rows) == 2


@pytest.mark.parametrize(
    ("line", "cells", "chinese"),
    [
        (3, {"name": "别的项目"}, "项目 1 的名称是“第1项目”"),
        (3, {"place": "7"}, "项目 1 没有目标 7"),
        (5, {"place": ""}, "项目 1 没有节点 –"),
        (3, {"what": "别的"}, "下载表格后计划已变更：此行现为“公厕”，请重新下载表格"),
        (3, {"kind": "其他"}, "“其他”既不是项目、目标，也不是节点"),
        (3, {"reached": "5"}, "报告了新的情况，请说明做了什么"),
        (3, {"reached": ""}, "已报告的数值不能清空；如有误请填 0"),
        (2, {"spent": ""}, "已报告的数值不能清空；如有误请填 0"),
        (
            2,
            {"spent": "10000000000", "text": "甲"},
            "“10000000000”位数过多：整数部分最多 10 位，小数部分最多 2 位",
        ),
        (2, {"reached": "5"}, "项目行填已支出；数值填在下面的目标行"),
        (3, {"spent": "5"}, "已支出只填在项目行"),
        (5, {"reached": "三月"}, "“三月”不是 2018-03-31 这样的日期"),
        (3, {"reached": "5", "day": "2018-07-16", "text": "完成"}, "2018-07-16 还没有到"),
        (3, {"reached": "5", "day": "昨天", "text": "完成"}, "日期“昨天”不是 2018-03-31 这样的日期"),
        (3, {"text": "长" * 3001}, "文字过长：最多 3000 字"),
        (3, {"text": "甲", "delay": "长" * 1001}, "文字过长：最多 1000 字"),
    ],
)
def test_every_fault_of_a_row_has_its_sentence(line, cells, chinese):
    spring = make_spring()
    spring.report(day=date(2018, 3, 20), figures={1: 3}, spent=Decimal(9))
    rows = out(spring)
    put(rows[line - 1], **cells)
    with override("zh-hans"):
        assert look(spring, rows).faults == [(line, chinese)]


@pytest.mark.parametrize("content", [b"", "序号,名称\n1,一\n".encode(), b"PK\x03\x04broken"])
def test_what_is_no_table_is_refused_whole(content):
    spring = make_spring()
    with pytest.raises(FileRefused) as refused:
        progress_lists.stage(cycle=spring.cycle, file_name="a", content=content, by=spring.vote.clerk, at=AT)
    assert str(refused.value)
    assert not ProgressList.objects.exists()


def client_of(spring: Spring) -> Client:
    client = Client()
    client.force_login(spring.vote.clerk)
    return client


def test_the_page_shows_what_a_table_holds_before_it_is_published_and_what_became_of_it():
    spring = make_spring()
    client = client_of(spring)
    with clock(AT):
        sheets = openpyxl.load_workbook(io.BytesIO(client.get(f"{PAGE[:-1]}.xlsx").content)).worksheets
        rows = [[cell or "" for cell in row] for row in sheets[0].iter_rows(values_only=True)]
        assert rows == out(spring)
        notes = [list(row) for row in sheets[1].iter_rows(values_only=True)]
        page = client.get(PAGE).content.decode()
        assert [name for name, _text in notes] == [
            "累计完成",
            "已支出（万元）",
            "截至日期",
            "进展说明",
            "迟延原因",
            "上次报告：截至日期",
        ]
        assert all(f"<dt>{name}</dt><dd>{text}</dd>" in page for name, text in notes)
        put(rows[1], spent=120, text="付款", delay="雨")
        put(rows[2], reached="5", text="完成一半", delay="雨")
        content = workbook(rows)
        sent = {"do": "upload", "file": SimpleUploadedFile("进度.xlsx", content)}
        preview = html_of(client.get(client.post(PAGE, sent).headers["Location"]))
        for name, figure in (
            ("行数", 28),
            ("没有新情况的行", 26),
            ("有新情况的项目", 1),
            ("将发布的报告", 2),
            ("有误的行", 0),
        ):
            assert f"<dt>{name}</dt><dd>{figure}</dd>" in preview
        assert "2018-07-15：完成一半（雨）<ul><li>公厕：– → 5</li></ul>" in preview
        assert "<ul><li>累计支出（万元）：– → 120</li></ul>" in preview
        assert reported() == set()
        done = client.post(PAGE, {"do": "apply", **seen_in(preview)}, follow=True).content.decode()
        assert "已发布的报告：2 份" in done
        again = {"do": "upload", "file": SimpleUploadedFile("进度.xlsx", content)}
        preview = html_of(client.get(client.post(PAGE, again).headers["Location"]))
        assert "该文件已于 2018-07-15 12:00 导入，不再生成报告。" in preview
        assert 'value="apply"' not in preview


def test_a_table_is_shown_anew_when_somebody_reported_after_its_preview():
    spring = make_spring()
    client = client_of(spring)
    rows = out(spring)
    put(rows[2], reached="5", text="完成一半", delay="雨")
    with clock(AT):
        sent = {"do": "upload", "file": SimpleUploadedFile("进度.xlsx", workbook(rows))}
        page = html_of(client.get(client.post(PAGE, sent).headers["Location"]))
        confirmation = {"do": "apply", **seen_in(page)}
        assert client.post(PAGE, confirmation | {"seen": ""}).status_code == 422
        spring.report(day=TODAY, figures={1: 3}, delay="雨")
        before = reported()
        refused = client.post(PAGE, confirmation)
        assert refused.status_code == 409
        again = html_of(refused)
        assert "文件所对照的数据有变动，未导入" in again
        assert "公厕：3 → 5" in again
        assert reported() == before
        assert client.post(PAGE, {"do": "apply", **seen_in(again)}).status_code == 302
    assert len(reported()) == len(before) + 1


def seen_in(page: str) -> dict[str, str]:
    """Return what the page's confirmation sends along: which table, and the digest of what was shown."""
    return dict(re.findall(r'<input\s+type="hidden"\s+name="(staged|seen)"\s+value="(\w+)"\s*>', page))


def test_a_preview_that_does_not_exist_is_not_there():
    client = client_of(make_spring())
    for key in ("9" * 5000, "9" * 30, "9" * 18, "1", "x", "-1", "１"):
        assert client.get(PAGE, {"list": key}).status_code == 404, key[:30]
        assert client.post(PAGE, {"do": "apply", "staged": key}).status_code == 404, key[:30]
    assert client.get(PAGE).status_code == 200


def test_a_preview_of_very_many_reports_shows_the_first_and_counts_the_others():
    spring = make_spring()
    rows = out(spring)
    more = [list(rows[1]) for _place in range(23)]
    for place, row in enumerate(more):
        put(row, text=f"第{place}条", delay="雨")
    found = look(spring, [rows[0], *more], at=datetime(2018, 7, 15, 4, tzinfo=UTC))
    assert ([each.text for each in found.shown], found.more) == ([f"第{n}条" for n in range(20)], 3)


def test_the_queries_of_a_report_do_not_grow_with_the_reports_before_it():
    spring = make_spring()
    spring.report(day=date(2018, 3, 1), figures={1: 1}, reached={2: date(2018, 3, 1)})
    counts = []
    for day in range(2, 6):
        with CaptureQueriesContext(connection) as queries:
            spring.report(day=date(2018, 3, day), figures={1: day}, reached={2: date(2018, 3, day)})
        counts.append(len(queries))
    assert counts == counts[:1] * 4
