"""进度批量更新: 200 rows go out and come back; a fault is named and nothing is taken in; round trips lose nothing."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import xlsxwriter
from django.utils.translation import override

from tests.spring import Spring, make_spring
from voting.domain import progress, progress_lists
from voting.domain.proposal_lists import FaultyLines, ListUsed
from voting.exports import rows_as_csv
from voting.models import ProgressList, ProgressReport

pytestmark = pytest.mark.django_db
AT = datetime(2018, 7, 15, 4, tzinfo=UTC)
TODAY = date(2018, 7, 15)


def workbook(rows: list[list[str]]) -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_numbers": False}) as book:
        sheet = book.add_worksheet()
        for line, row in enumerate(rows):
            for column, cell in enumerate(row):
                sheet.write_string(line, column, cell)
    return content.getvalue()


def big() -> Spring:
    """Ten deliveries with ten targets and ten milestones each: 200 rows."""
    spring = make_spring(candidates=10, seats=8, issued=False)
    targets = [{"text": f"目标{n}", "number": str(10 * n), "unit": "个"} for n in range(1, 11)]
    milestones = [{"month": f"2018-{n:02}", "text": f"节点{n}"} for n in range(3, 13)]
    for number in range(1, 11):
        spring.plan(number, targets=targets, milestones=milestones)
    from voting.domain.deliveries import issue_breakdown  # noqa: PLC0415

    issue_breakdown(cycle=spring.cycle, **spring.acting)
    return spring


def out(spring: Spring) -> list[list[str]]:
    return progress_lists.table(progress_lists.deliveries_of(spring.cycle), on=TODAY)


def come_back(spring: Spring, content: bytes) -> int:
    staged = progress_lists.stage(
        cycle=spring.cycle, file_name="进度.xlsx", content=content, by=spring.vote.clerk, at=AT
    )
    return progress_lists.apply(staged=staged, by=spring.vote.clerk, at=AT)


def fill(rows: list[list[str]]) -> list[list[str]]:
    """Write something new into every row, as a clerk would."""
    filled = [rows[0]]
    for row in rows[1:]:
        reached = "3.5" if row[2] == progress_lists.TARGET else ("2018-06-30" if row[5] <= "2018-06" else "")
        filled.append([*row[:6], reached, "2018-07-10", "按计划推进，=完成一半", ""])
    return filled


def test_two_hundred_rows_come_back_as_they_went_out_and_nothing_happens():
    spring = big()
    rows = out(spring)
    assert len(rows) == 1 + 200
    for content in (workbook(rows), rows_as_csv(rows)):
        with pytest.raises(progress_lists.NothingNew):
            come_back(spring, content)
    assert not ProgressReport.objects.exists()


def test_a_filled_table_becomes_one_report_for_each_project_and_comes_out_identical():
    spring = big()
    filled = fill(out(spring))
    assert come_back(spring, workbook(filled)) == 10
    assert ProgressReport.objects.count() == 10
    delivery = spring.delivery(3)
    now = progress.progress_of(delivery, on=TODAY, rule=progress.rule_of(spring.cycle)[0])
    assert list(now.figures.values()) == [Decimal("3.50")] * 10
    assert list(now.reached.values()) == [date(2018, 6, 30)] * 4
    again = out(spring)
    assert again == filled
    with pytest.raises(progress_lists.NothingNew):
        come_back(spring, workbook(again))


def test_five_faulty_rows_are_named_and_nothing_is_taken_in_until_they_are_mended():
    spring = big()
    mended = fill(out(spring))
    faulty = [list(row) for row in mended]
    faulty[1][0] = "99"
    faulty[22][6] = "许多"
    faulty[33][6] = "2018-13-01"
    faulty[44][6] = "-1"
    faulty[55][2] = "其他"
    staged = progress_lists.stage(
        cycle=spring.cycle, file_name="进度.xlsx", content=workbook(faulty), by=spring.vote.clerk, at=AT
    )
    with override("zh-hans"):
        found = progress_lists.preview(
            cycle=spring.cycle, content=bytes(staged.content), by=spring.vote.clerk, at=AT
        )
    assert (found.rows, [line for line, _why in found.faults]) == (200, [2, 23, 34, 45, 56])
    assert [why for _line, why in found.faults] == [
        "没有序号为“99”的项目",
        "“许多”不是数字",
        "“2018-13-01”不是 2018-03-31 这样的日期",
        "数值应为 0 或以上，而不是“-1”",
        "“其他”既不是目标，也不是节点",
    ]
    with pytest.raises(FaultyLines):
        progress_lists.apply(staged=staged, by=spring.vote.clerk, at=AT)
    assert not ProgressReport.objects.exists()
    assert come_back(spring, workbook(mended)) == 10
    progress_lists.drop(staged=staged)
    assert bytes(ProgressList.objects.get(pk=staged.pk).content) == b""
    with pytest.raises(ListUsed):
        progress_lists.apply(staged=staged, by=spring.vote.clerk, at=AT)


def test_a_unit_reports_of_its_own_projects_alone():
    spring = make_spring()
    rows = out(spring)
    rows[1][6:9] = ["5", "2018-07-10", "完成一半"]
    found = progress_lists.preview(cycle=spring.cycle, content=workbook(rows), by=spring.stranger, at=AT)
    assert [line for line, _why in found.faults] == [2]
    own = progress_lists.preview(cycle=spring.cycle, content=workbook(rows), by=spring.officer, at=AT)
    assert [(line, why) for line, why in own.faults if "delay" in why or "迟延" in why] != [], "it is behind"
    rows[1][9] = "汛期"
    own = progress_lists.preview(cycle=spring.cycle, content=workbook(rows), by=spring.officer, at=AT)
    assert own.faults == []
    assert [each.delivery.number for each in own.changes] == [1]
    assert progress_lists.deliveries_of(spring.cycle, spring.stranger) == []


@pytest.mark.parametrize(
    ("cells", "chinese"),
    [
        ({1: "别的项目"}, "项目 1 的名称是“第1项目”"),
        ({3: "7"}, "项目 1 没有目标 7"),
        ({6: "5", 7: "2018-07-10"}, "报告了新的情况，请说明做了什么"),
        ({6: "5", 8: "完成"}, "报告了新的情况，请填写日期"),
        ({6: "5", 7: "2018-07-16", 8: "完成"}, "2018-07-16 还没有到"),
        ({6: "5", 7: "昨天", 8: "完成"}, "日期“昨天”不是 2018-03-31 这样的日期"),
    ],
)
def test_every_fault_of_a_row_has_its_sentence(cells, chinese):
    spring = make_spring()
    rows = out(spring)
    for column, cell in cells.items():
        rows[1][column] = cell
    with override("zh-hans"):
        found = progress_lists.preview(
            cycle=spring.cycle, content=workbook(rows), by=spring.vote.clerk, at=AT
        )
    assert found.faults == [(2, chinese)]


@pytest.mark.parametrize("content", [b"", "序号,名称\n1,一\n".encode(), b"PK\x03\x04broken"])
def test_what_is_no_table_is_refused_whole(content):
    spring = make_spring()
    with pytest.raises(progress_lists.TableRefused) as refused:
        progress_lists.preview(cycle=spring.cycle, content=content, by=spring.vote.clerk, at=AT)
    assert str(refused.value)
