"""What a word processor leaves in a text: it goes at the forms, and what is kept of old takes no feed or file down.

Guards ``voting.text.plain`` and ``voting.forms.core.plain``.
"""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from xml.etree import ElementTree as ET

import openpyxl
import pypdf
import pytest
from django.test import Client
from django.utils import timezone

from tests.security.test_crawl import BACKEND
from tests.spring import Spring, make_spring
from voting.domain.after import deliveries, supervision
from voting.models import ChangeRequest, FindingStep, Inspection, ProgressReport, Remark
from voting.text.plain import plain

pytestmark = pytest.mark.django_db
PASTED, LEFT = "第一行\r\n第二\x0b行\x00\t完\x1f。\ufffe", "第一行\n第二行\t完。"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("a\r\nb\rc\nd\te", "a\nb\nc\nd\te"),
        ("".join(map(chr, range(0x20))), "\t\n\n"),
        ("\x7f\x85 \u3000é😀\ufffd", "\x7f\x85 \u3000é😀\ufffd"),
        ("\ud800\udfff\ufffe\uffff", ""),
    ],
)
def test_plain_text_is_what_xml_takes(text, left):
    assert plain(text) == left
    assert ET.fromstring(f"<a>{plain(text)}</a>").text in {left, None}  # noqa: S314 our own


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def watched() -> tuple[Spring, Client]:
    spring = make_spring()
    numbers = [spring.vote.delegates[0].number]
    supervision.name_group(delivery=spring.delivery(), numbers=numbers, **spring.acting)
    return spring, signed_in(spring.vote.delegates[0].user)


def test_the_forms_after_the_vote_take_in_plain_text():
    spring, delegate = watched()
    unit = signed_in(spring.officer)
    page = "/2018/delivery/1/"
    asked = [
        (delegate, f"{page}remark/", {"text": PASTED}),
        (
            delegate,
            f"{page}supervise/",
            {
                "do": "inspect", "visit": "inspection", "day": "2018-03-01", "text": PASTED, "fault_1": PASTED,
                "unit_1": spring.unit.pk, "due_1": (timezone.localdate() + timedelta(days=30)).isoformat(),
            },
        ),
        (unit, "/admin/vote/2018/unit/1/", {"do": "report", "day": "2018-03-01", "text": PASTED, "delay": PASTED}),
        (unit, "/admin/vote/2018/unit/1/", {
            "do": "change", "content": PASTED, "reason": PASTED, "lead_unit": spring.unit.pk,
        }),
    ]  # fmt: skip
    for client, address, data in asked:
        assert client.post(address, data).status_code == 302, data
    visit, report, change = (
        Inspection.objects.get(),
        ProgressReport.objects.get(),
        ChangeRequest.objects.get(),
    )
    kept = [
        Remark.objects.get().text, visit.text, visit.findings.get().text, report.text, report.delay,
        change.after["content"], change.reason,
    ]  # fmt: skip
    assert kept == [LEFT] * 7
    answer = {"do": f"finding-{visit.findings.get().pk}", "text": PASTED}
    assert unit.post("/admin/vote/2018/unit/1/", answer).status_code == 302
    assert FindingStep.objects.get().text == LEFT


def test_a_plan_sent_as_it_is_shown_changes_nothing():
    spring = make_spring(issued=False)
    for number in (1, 2, 3, 4):
        spring.plan(number, content="第一行\n第二行")
    deliveries.issue_breakdown(cycle=spring.cycle, **spring.acting)
    unit = signed_in(spring.officer)
    shown = unit.get("/admin/vote/2018/unit/1/").context["forms"]["change"].initial
    names = ("content", "targets", "milestones", "stage_goal")
    sent = {name: shown[name].replace("\n", "\r\n") for name in names}
    answer = unit.post(
        "/admin/vote/2018/unit/1/",
        {
            **sent,
            "investment": shown["investment"] or "",
            "lead_unit": spring.unit.pk,
            "reason": "无",
            "do": "change",
        },
    )
    assert (answer.status_code, ChangeRequest.objects.count()) == (409, 0)


def test_what_is_kept_of_old_takes_no_feed_and_no_file_down(client):
    """Reports are append-only: a control character that came in before the forms took it out stays in the table."""
    old = "已完成\x0b一半\x01。\uffff"
    spring = make_spring(issued=False)
    spring.plan(1, content=old, targets=[{"text": old, "number": "10", "unit": "座"}])
    for number in (2, 3, 4):
        spring.plan(number)
    deliveries.issue_breakdown(cycle=spring.cycle, **spring.acting)
    report = spring.report(1, text=old, delay=old, figures={1: 3}, day=date(2018, 3, 20))
    assert report.text == old
    for feed in ("/feed.atom", "/2018/feed.atom", "/2018/delivery/1/feed.atom", "/en/2018/feed.atom"):
        root = ET.fromstring(client.get(feed).content)  # noqa: S314 our own
        assert "已完成一半。" in "".join(root.itertext()), feed
    for page in ("/2018/projects.csv", "/2018/quarters/1.csv"):
        rows = list(csv.reader(io.StringIO(client.get(page).content.decode("utf-8-sig"))))
        assert any("已完成一半。" in cell for row in rows for cell in row), page
    for page in ("/2018/projects.xlsx", "/2018/quarters/1.xlsx", "/2018/breakdowns/1.xlsx"):
        book = openpyxl.load_workbook(io.BytesIO(client.get(page).content))
        cells = [str(cell) for row in book.worksheets[0].iter_rows(values_only=True) for cell in row]
        assert any("已完成一半。" in cell for cell in cells), page
    record = client.get("/2018/projects.json").json()["projects"][0]
    assert record["content"] == old, "JSON carries every character, escaped"
    for page in ("quarters/1", "bulletins/3", "half-years/1", "breakdowns/1", "glance"):
        answer = client.get(f"/2018/{page}.pdf")
        assert answer.status_code == 200, page
        assert pypdf.PdfReader(io.BytesIO(answer.content)).pages
