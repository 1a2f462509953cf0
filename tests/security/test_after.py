"""F9, F10, F11 and S11 after the vote: no GET changes anything, no text becomes markup, no cell a formula.

Guards ``voting.views.after.deliveries``.
"""

from __future__ import annotations

import html
import re
from datetime import date
from xml.etree import ElementTree as ET

import pytest
from django.test import Client

from accounts.roles import Role
from tests.cases_after import answer, ask, assess, decide, survey
from tests.factories import UserFactory
from tests.security.test_before import EVIL, SHORT, TAG
from tests.security.test_crawl import BACKEND, PARAMETER, database, patterns
from tests.spring import Spring, make_spring
from voting.count.counting import Mark
from voting.domain.after import changes, deliveries, rectifications, supervision

pytestmark = pytest.mark.django_db
VALUES = {"slug": "2018"}


BOOKS = (
    "/2018/projects.xlsx", "/2018/quarters/1.xlsx", "/2018/breakdowns/1.xlsx", "/admin/vote/2018/delivery/table.xlsx",
)  # fmt: skip


def addresses() -> list[str]:
    from django.urls import get_resolver  # noqa: PLC0415

    found = set()
    for pattern in patterns(get_resolver()):
        path = "/" + re.sub(r"[\^$]|\\Z", "", pattern).lstrip("/")
        if re.match(r"/(<slug:slug>/|admin/vote/|api/|years|open-data|feed|sitemap|robots|$)", path):
            found.add(PARAMETER.sub(lambda match: VALUES.get(match[1] or match[2], "1"), path))
    return sorted(each for each in found if not re.search(r"[<>()?\\*]|\.pdf$|\.xlsx$", each))


def filled_with(text: str, short: str) -> Spring:
    """Bring a year to its assessment with *text* in every field that anybody can write."""
    spring = make_spring(issued=False)
    spring.unit.name = short
    spring.unit.save()
    spring.plan(
        1, content=text, leader=short, responsible_units=short, supporting_units=short, stage_goal=short,
        targets=[{"text": short, "number": "10", "unit": short[:20]}],
        milestones=[{"month": "2018-03", "text": short}],
    )  # fmt: skip
    for number in (2, 3, 4):
        spring.plan(number)
    deliveries.issue_breakdown(cycle=spring.cycle, **spring.acting)
    spring.report(1, text=text, delay=text, figures={1: 3})
    supervision.name_group(
        delivery=spring.delivery(1), numbers=[spring.vote.delegates[0].number], **spring.acting
    )
    acting = spring.acting
    visit = supervision.inspect(
        delivery=spring.delivery(1), day=date(2018, 1, 23), text=text,
        faults=[(text, spring.unit, date(2019, 6, 1))], **acting,
    )  # fmt: skip
    supervision.reply(finding=visit.findings.get(), text=text, by=spring.officer, at=acting["at"])
    supervision.remark(
        delivery=spring.delivery(1), text=text, by=spring.vote.delegates[0].user, at=acting["at"]
    )
    change = ask(spring, plan={"content": text + "2"}, reason=text)
    changes.decide_change(change=change, approved=True, decision=text, on=date(2018, 1, 23), **spring.acting)
    ask(spring, plan={"content": text + "3"}, reason=text)
    held = assess(spring, {1: Mark.AGAINST, 2: Mark.FOR})
    rectifications.order_rectification(
        assessment=held.cycle, delivery=spring.delivery(1), text=text, due=date(2019, 6, 1), **spring.acting
    )
    answer(spring, survey(spring))
    return spring


def people(spring: Spring) -> list[Client]:
    clients = [Client()]
    for user in (
        spring.vote.clerk, spring.officer, spring.vote.delegates[0].user, UserFactory(role=Role.KEEPER, congress=None),
    ):  # fmt: skip
        client = Client()
        client.force_login(user, backend=BACKEND)
        clients.append(client)
    return clients


def test_f9_f10_no_get_changes_anything_and_no_text_becomes_markup():
    spring = filled_with(EVIL, SHORT)
    asked = addresses()
    assert {"/2018/delivery/1/", "/admin/vote/2018/delivery/", "/api/v1/cycles/", "/2018/feed.atom"} <= set(
        asked
    )
    seen, clients = 0, people(spring)
    before = database()
    for client in clients:
        for address in asked:
            answer_ = client.get(address)
            assert answer_.status_code < 500, address
            body = b"".join(answer_) if answer_.streaming else answer_.content
            kind = answer_.get("Content-Type", "text/html")
            if kind.startswith(("text/html", "application/atom", "application/xml")):
                words = body.decode()
                assert not TAG.search(words), (address, TAG.search(words))
                seen += "&lt;img src=x" in words
    after = database()
    assert {table for table in before if before[table] != after[table]} <= {"accounts_session"}
    assert seen > 20, "the texts were really there"


def test_f10_no_text_of_a_feed_is_markup_to_its_reader():
    """A reader takes a summary for HTML (RFC 4287, section 3.1.1.2): its tags are our lines, the rest is text."""
    filled_with(EVIL, SHORT)
    seen = set()
    for feed in ("/feed.atom", "/2018/feed.atom", "/2018/delivery/1/feed.atom"):
        root = ET.fromstring(Client().get(feed).content)  # noqa: S314 our own
        for each in root.iter():
            assert each.get("type") in {None, "html", "application/atom+xml"}
            if each.get("type") == "html":
                assert set(re.findall(r"<\s*/?\s*([^\s>]+)", each.text)) <= {"p", "br"}
                seen |= {name for name in (EVIL, SHORT) if name in html.unescape(each.text)}
            else:
                assert each.tag.rpartition("}")[2] not in {"summary", "content"}
    assert seen == {EVIL, SHORT}, "the texts were really there"


@pytest.mark.parametrize("start", ["=", "＝"])
def test_f11_no_cell_of_any_table_is_a_formula(start):
    import csv  # noqa: PLC0415
    import io  # noqa: PLC0415

    import openpyxl  # noqa: PLC0415

    evil = f"{start}HYPERLINK(1)"
    spring = filled_with(evil, evil)
    clerk = Client()
    clerk.force_login(spring.vote.clerk, backend=BACKEND)
    found = 0
    for page in ("/2018/projects", "/2018/quarters/1"):
        text = clerk.get(f"{page}.csv").content.decode("utf-8-sig")
        for row in csv.reader(io.StringIO(text)):
            for cell in row:
                assert not cell.lstrip(" \u3000").startswith(("=", "+", "@", "\t", "＝"))
                found += "HYPERLINK" in cell
    for page in (
        "/2018/projects.xlsx",
        "/2018/quarters/1.xlsx",
        "/2018/breakdowns/1.xlsx",
        "/admin/vote/2018/delivery/table.xlsx",
    ):
        book = openpyxl.load_workbook(io.BytesIO(clerk.get(page).content))
        for sheet in book:
            for row in sheet.iter_rows():
                for cell in row:
                    assert cell.data_type != "f", (page, cell.coordinate)
                    found += "HYPERLINK" in str(cell.value)
    assert found > 5


def test_f17_an_assessment_keeps_its_secret_like_any_vote():
    """S1, S3: the urn of an assessment holds sealed bytes of one length and nothing else."""
    from voting.models import SealedBallot  # noqa: PLC0415

    spring = make_spring()
    held = assess(spring, {1: Mark.FOR, 2: Mark.BASICALLY, 3: Mark.AGAINST, 4: Mark.ABSTAIN})
    blobs = list(SealedBallot.objects.filter(round=held.round))
    assert len({len(bytes(each.blob)) for each in blobs}) == 1
    assert len({bytes(each.blob) for each in blobs}) == len(blobs)
    assert {field.name for field in SealedBallot._meta.fields} == {"id", "round", "blob", "in_group"}
    assert not SealedBallot.objects.filter(round=held.round, in_group__isnull=False).exists()


def test_a_decided_change_is_never_decided_again():
    spring = make_spring()
    change = ask(spring)
    decide(spring, change)
    with pytest.raises(changes.DecidedAlready):
        decide(spring, change)
