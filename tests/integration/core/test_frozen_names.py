"""A paper that is published keeps heading, signature and seal of its day, in both languages.

Guards ``voting.read_models.core.letterhead`` and ``voting.domain.core.names``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils.translation import override

from accounts.models import Congress
from accounts.names import NamesShown
from tests.autumn import make_autumn
from tests.factories import CongressFactory
from tests.spring import make_spring
from voting.count.formats import ALL
from voting.count.formats.breakdown import BREAKDOWN
from voting.count.formats.notice import NOTICE
from voting.count.formats.slate_report import SLATE_REPORT
from voting.domain.before import slate_reports
from voting.domain.core import cycles
from voting.domain.core.congresses import change_congress
from voting.domain.core.names import names_of
from voting.models import Breakdown, Cycle, Notice, SlateReport
from voting.printing.blocks import Document
from voting.read_models.after.documents import breakdown_document
from voting.read_models.before.slate_report import slate_document
from voting.read_models.vote import documents
from voting.read_models.vote.results import Result

pytestmark = pytest.mark.django_db
LANGUAGES = {"zh-hans": "", "en": "/en"}
PAGES = ("/2018/notice/", "/2018/report/", "/2018/minutes/", "/2018/breakdown/", "/2019/slate-report/")
FILES = (
    "/2018/notice.pdf", "/2018/report.pdf", "/2018/breakdowns/1.pdf", "/2018/breakdowns/1.xlsx",
    "/2019/slate-report.pdf",
)  # fmt: skip
NAMES = {
    "name": "某区人民代表大会", "name_en": "Its Congress", "place": "某区", "place_en": "Some District",
    "seal": "某区人大之印",
}  # fmt: skip
ISSUER = {"issuer": "某区人大主席团", "issuer_en": "The Presidium"}
SESSION = {"session": "第七届人民代表大会第二次会议", "session_en": "The Second Session"}
LATER = {name: f"后来 Later {name}" for name in NAMES | ISSUER}
#: Records of before have none of these.
KEYS = {"name", "name_en", "place_en", "congress_en", "issuer", "issuer_en", "seal"}


@pytest.fixture
def publish(monkeypatch) -> Callable[..., Congress]:
    """Return what makes a congress that has published a notice, a breakdown and, the year after, a slate report."""

    def make(names: dict[str, str], session: dict[str, str]) -> Congress:
        monkeypatch.setattr(cycles, "create_cycle", partial(cycles.create_cycle, **session))
        congress = CongressFactory(**names)
        make_spring()
        make_autumn(until="report", congress=congress)
        return congress

    return make


def papers() -> list[Document]:
    """Return every paper that is made of a frozen record, as PDF and print have it."""
    result, breakdown = Result(Notice.objects.get()), Breakdown.objects.get()
    report = SlateReport.objects.exclude(issued_at=None).get()
    units = NamesShown(breakdown.cycle.congress_id)
    return [
        documents.notice(result), documents.count_report(result), breakdown_document(breakdown, units),
        slate_document(
            slate_reports.read_body(report), report.cycle, units, digest=report.digest, issued_at=report.issued_at
        ),
    ]  # fmt: skip


def everything(client: Client) -> dict[tuple[str, str], Any]:
    """Return what the papers, the pages and the marks of the files are, in each language."""
    seen: dict[tuple[str, str], Any] = {}
    for language, prefix in LANGUAGES.items():
        with override(language):
            seen[language, "papers"] = papers()
        for page in PAGES:
            answer = client.get(prefix + page)
            seen[language, page] = re.findall(r"<article.*?</article>", answer.content.decode(), re.DOTALL)
            assert seen[language, page], page
        for file in FILES:
            seen[language, file] = client.get(prefix + file)["ETag"]
    return seen


def make_records_of_before() -> None:
    """Take out of the records what they have only since it is frozen, as the database alone could."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for model in (Notice, Breakdown, SlateReport):
            for each in model.objects.all():
                body = json.loads(each.body)
                body["cycle"] = {key: value for key, value in body["cycle"].items() if key not in KEYS}
                if model is Breakdown:
                    del body["cycle"]["congress"]
                model.objects.filter(pk=each.pk).update(body=ALL[body["format"]].write(body))
        cursor.execute("SET LOCAL session_replication_role = origin")


@pytest.mark.parametrize(
    ("names", "session"),
    [(NAMES | ISSUER, SESSION), (NAMES, SESSION), (NAMES, {}), (NAMES | {"seal": "", "place_en": ""}, {})],
    ids=["issuer", "session", "congress", "little"],
)
def test_what_is_published_keeps_the_names_of_its_time(
    client: Client, publish: Callable[..., Congress], names: dict[str, str], session: dict[str, str]
):
    congress = publish(names, session)
    before = everything(client)
    change_congress(congress, **LATER)
    Cycle.objects.update(session="后来的会议", session_en="A Later Session")
    after = everything(client)
    assert [key for key in before if after[key] != before[key]] == []
    for records, format_ in [
        (Notice.objects.all(), NOTICE), (SlateReport.objects.exclude(issued_at=None), SLATE_REPORT),
        (Breakdown.objects.all(), BREAKDOWN),
    ]:  # fmt: skip
        assert format_.read(records.get().body)["cycle"].keys() >= KEYS | {"place", "congress"}


def test_a_draft_has_the_names_of_today(publish: Callable[..., Congress]):
    congress = publish(NAMES | ISSUER, SESSION)
    change_congress(congress, **LATER)
    cycle = Cycle.objects.get(slug="2019")
    body = slate_reports.body_of(SlateReport(cycle=cycle, version=2))
    assert body["cycle"]["seal"] == LATER["seal"]
    assert body["cycle"].items() >= names_of(cycle).items()


def test_a_record_of_before_has_its_own_place_and_session_and_the_other_names_of_today(
    client: Client, publish: Callable[..., Congress]
):
    congress = publish(NAMES | ISSUER, SESSION)
    make_records_of_before()
    before = everything(client)
    change_congress(congress, **LATER)
    after = everything(client)
    pdfs = [key for key in before if key[1].endswith(".pdf")]
    assert all(after[key] != before[key] for key in pdfs), "whoever has an old file is sent the new one"
    with override("zh-hans"):
        notice, _report, breakdown, slate = papers()
    assert (notice.title, notice.sealed_by[:-1]) == (
        f"{LATER['issuer']}公告",
        [LATER["issuer"], LATER["seal"]],
    )
    assert (slate.overline, slate.sealed_by[0]) == (SESSION["session"], LATER["seal"])
    assert breakdown.sealed_by[0] == LATER["seal"]
    assert "某区" in str(notice.blocks[0])
    with override("en"):
        assert papers()[0].title == f"Notice of {LATER['issuer_en']}"
