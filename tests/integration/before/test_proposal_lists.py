"""Proposals from a list: read, previewed, every faulty row named, taken in whole or not at all.

Guards ``voting.domain.before.proposal_lists``.
"""

from __future__ import annotations

import io
import re

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.autumn import Autumn, make_autumn
from tests.pages import text_of as said
from voting.domain.before import proposal_lists
from voting.domain.core.refusals import StepNotAllowed
from voting.models import JournalEntry, Proposal, ProposalList
from voting.states import Act, Channel, Visibility

pytestmark = pytest.mark.django_db

PAGE = "/admin/vote/2019/proposals/import/"
HEAD = ["来源", "标题", "内容", "领域", "联系方式"]
ROWS = [
    ["居民", "建公厕", "河边没有公厕", "环境", ""],
    ["两代表一委员", "修便道", "便道破损", "", ""],
    ["街道部门", "加装电梯", "请打 13800000000", "", "secret-contact"],
]


@pytest.fixture
def autumn() -> Autumn:
    return make_autumn(until="call")


def as_csv(rows: list[list[str]], encoding: str = "utf-8") -> bytes:
    quoted = (",".join(f'"{cell}"' for cell in row) for row in [HEAD, *rows])
    return "\r\n".join(quoted).encode(encoding)


def as_xlsx(rows: list[list[str]]) -> bytes:
    book = openpyxl.Workbook()
    for row in [HEAD, *rows]:
        book.active.append(row)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def clerk(autumn: Autumn) -> Client:
    client = Client()
    client.force_login(autumn.clerk)
    return client


def upload(client: Client, content: bytes, name: str = "清单.csv"):
    return client.post(PAGE, {"do": "upload", "file": SimpleUploadedFile(name, content)}, follow=True)


@pytest.mark.parametrize(
    "content", [as_csv(ROWS), as_csv(ROWS, "gb18030"), as_csv(ROWS, "utf-8-sig"), as_xlsx(ROWS)]
)
def test_a_list_is_previewed_and_taken_in_when_it_is_confirmed(autumn, content):
    client = clerk(autumn)
    page = said(upload(client, content))
    assert "建公厕" in page
    assert not Proposal.objects.exists(), "nothing before it is confirmed"
    staged = ProposalList.objects.get()
    assert client.post(PAGE, {"do": "apply", "staged": staged.pk}).status_code == 302
    first, second, third = Proposal.objects.order_by("number")
    assert [each.source for each in (first, second, third)] == ["resident", "delegate", "unit"]
    assert {each.channel for each in (first, second, third)} == {Channel.IMPORT}
    assert (first.standing, third.standing) == (Visibility.SHOWN, Visibility.HELD)
    assert third.contact == "secret-contact"
    staged.refresh_from_db()
    assert bytes(staged.content) == b"", "the file is not kept"
    assert JournalEntry.objects.filter(act=Act.PROPOSALS_IMPORTED).count() == 1
    assert client.post(PAGE, {"do": "apply", "staged": staged.pk}).status_code == 409


def test_faulty_rows_are_named_and_nothing_is_taken_in_until_it_is_said(autumn):
    rows = [
        *ROWS,
        ["火星", "标题", "内容", "", ""],
        ["居民", "", "没有标题", "", ""],
        ["居民", "题" * 81, "长", "", ""],
    ]
    client = clerk(autumn)
    page = said(upload(client, as_csv(rows)))
    for line, why in ((5, "“火星”"), (6, "标题"), (7, "80")):
        assert re.search(rf"第\s*{line}\s*行\s*：[^第]*{why}", page), (line, why)
    staged = ProposalList.objects.get()
    answer = client.post(PAGE, {"do": "apply", "staged": staged.pk})
    assert answer.status_code == 409
    assert "有 3 行有误，未导入" in said(answer)
    assert not Proposal.objects.exists()
    assert client.post(PAGE, {"do": "apply", "staged": staged.pk, "leave_out": "on"}).status_code == 302
    assert Proposal.objects.count() == 3


def test_a_preview_can_be_dropped(autumn):
    client = clerk(autumn)
    upload(client, as_csv(ROWS))
    staged = ProposalList.objects.get()
    assert client.post(PAGE, {"do": "drop", "staged": staged.pk}).status_code == 302
    staged.refresh_from_db()
    assert (bytes(staged.content), Proposal.objects.count()) == (b"", 0)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "空"),
        (b"text\ny\n", "名单须有 标题, 内容 各列"),
        (b"PK\x03\x04 no workbook", "XLSX"),
        (bytes(range(128, 256)) * 9, ""),
    ],
)
def test_a_file_that_cannot_be_read_has_its_sentence(autumn, content, sentence):
    answer = upload(clerk(autumn), content)
    assert answer.status_code in {409, 422}
    assert sentence in said(answer)
    assert not ProposalList.objects.exists()


def test_after_the_slate_is_frozen_nothing_is_taken_in():
    autumn = make_autumn(until="slate")
    assert upload(clerk(autumn), as_csv(ROWS)).status_code in {403, 409}
    with pytest.raises(StepNotAllowed):
        proposal_lists.stage(cycle=autumn.cycle, file_name="a.csv", content=as_csv(ROWS), **autumn.acting)


def test_a_preview_of_another_year_is_not_found(autumn):
    client = clerk(autumn)
    for key in ("999", "x", "-1"):
        assert client.post(PAGE, {"do": "apply", "staged": key}).status_code in {404, 409, 422}
