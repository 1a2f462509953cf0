"""What a word processor leaves in a text: it goes at the forms, and what is kept of old takes no feed or file down.

Guards ``voting.text.plain`` and ``voting.forms.core.plain``.
"""

from __future__ import annotations

import csv
import importlib
import io
import pkgutil
from datetime import date, timedelta
from xml.etree import ElementTree as ET

import openpyxl
import pypdf
import pytest
from django import forms
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

import accounts
import voting
from tests.autumn import make_autumn
from tests.security.test_crawl import BACKEND
from tests.spring import Spring, make_spring
from voting.domain.after import deliveries, supervision
from voting.domain.core.uploads import plain_name
from voting.forms.core.plain import PlainForm
from voting.models import ChangeRequest, FindingStep, Inspection, ProgressReport, Proposal, Remark
from voting.text.plain import plain

pytestmark = pytest.mark.django_db
PASTED, LEFT = "第一行\r\n第二\x0b行\x00\t完\x1f。\ufffe", "第一行\n第二行\t完。"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("a\r\nb\rc\nd\te", "a\nb\nc\nd\te"),
        ("".join(map(chr, range(0x20))), "\t\n\n"),
        (" \u3000é😀\ufffd", " \u3000é😀\ufffd"),
        ("\x7fa\x9f", "a"),
        ("一\x85二\u2028三\u2029四", "一\n二\n三\n四"),
        ("建\u202e筑\u2066公\u200f厕\u200b\u2060\ufeff\xad\u061c", "建筑公厕"),
        ("\u3164\u115f\uffa0\u2800\U000e0041", ""),
        ("建\u200d厕\u200c a\u200db\u200d", "建厕 ab"),
        ("👩\u200d🏫 🏳\ufe0f\u200d🌈", "👩\u200d🏫 🏳\ufe0f\u200d🌈"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("ᠮᠠᠨᠭᠭᠣ\u180eᠯ a\u180eb", "ᠮᠠᠨᠭᠭᠣ\u180eᠯ ab"),
        ("𠮷𬭎𫚖㛃·葛\U000e0100", "𠮷𬭎𫚖㛃·葛\U000e0100"),
        ("\ud800\udfff\ufffe\uffff", ""),
    ],
)
def test_plain_text_is_what_xml_takes(text, left):
    assert plain(text) == left
    assert ET.fromstring(f"<a>{plain(text)}</a>").text in {left, None}  # noqa: S314 our own


#: Who signs in: a code is read as digits alone, and a password is what it is, to the last character.
NOT_PLAIN = {"EnterForm", "LetterForm", "OwnPasswordForm", "StaffSignIn"}


def all_forms() -> list[type]:
    for package in (voting, accounts):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if "migrations" not in module.name and not module.name.endswith("__main__"):
                importlib.import_module(module.name)

    def below(kind: type) -> set[type]:
        return {kind}.union(*(below(each) for each in kind.__subclasses__()))

    return [each for each in below(forms.BaseForm) if each.__module__.startswith(("voting.", "accounts."))]


def test_every_form_of_people_takes_in_plain_text():
    kinds = all_forms()
    assert len(kinds) > 60
    assert {each.__name__ for each in kinds if not issubclass(each, PlainForm)} == NOT_PLAIN


def test_a_password_is_read_as_it_was_typed():
    class Both(PlainForm, forms.Form):
        text = forms.CharField()
        password = forms.CharField(widget=forms.PasswordInput)

    sent = QueryDict("", mutable=True)
    sent.update({"text": "a\u200b", "password": "a\u200b"})
    for data in (sent, sent.dict()):
        form = Both(data)
        assert form.is_valid()
        assert form.cleaned_data == {"text": "a", "password": "a\u200b"}


def test_what_turns_a_title_round_reaches_nobody_whichever_way_it_comes():
    """By the form, by paper, by a list, and by the name of a file."""
    autumn = make_autumn(until="call")
    with autumn.now():
        page = Client().get("/2019/propose/")
        ticket = page.context["form"].initial["ticket"]
        sent = {"title": "建\u202e厕公\u200b", "content": "好\u2067", "ticket": ticket, "sure": "1"}
        Client().post("/2019/propose/", sent)
    autumn.propose("修\u202e路", place="东\u200b街")
    kept = Proposal.objects.order_by("number").values_list("title", "content", "place")
    assert list(kept) == [("建厕公", "好", ""), ("修路", "修路，方便大家。", "东街")]
    assert plain_name("a\u202egpj.exe\u3164") == "agpj.exe"


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
