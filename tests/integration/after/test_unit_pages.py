"""What a unit reads on its pages: what it waits for, what is waited for from it, and why something came back.

Guards ``voting.read_models.after.unit_desk``.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.autumn import clock
from tests.cases_after import accept, ask, assess, hand_in
from tests.spring import Spring, make_spring
from voting.count.counting import Mark
from voting.domain.after import changes, completions, rectifications, supervision
from voting.models import Delivery, Finding
from voting.read_models.after.unit_desk import Pending, StepWords

pytestmark = pytest.mark.django_db
PAGE = "/en/admin/vote/2018/unit/1/"
NOW = datetime(2018, 7, 15, 4, tzinfo=UTC)
DUE = date(2018, 8, 1)


@pytest.fixture
def spring() -> Spring:
    return make_spring()


def page(spring: Spring, address: str = PAGE):
    client = Client()
    client.force_login(spring.officer)
    with clock(NOW):
        answer = client.get(address)
    assert answer.status_code == 200
    return answer


def found(spring: Spring, *faults: str) -> list[Finding]:
    given = [(fault, spring.unit, DUE) for fault in faults]
    made = supervision.inspect(
        delivery=spring.delivery(), day=date(2018, 7, 1), text="看。", faults=given, by=spring.vote.clerk,
        at=NOW - timedelta(days=9),
    )  # fmt: skip
    return list(made.findings.order_by("pk"))


def test_nothing_is_pending_where_nothing_was_asked(spring):
    assert page(spring).context["pending"] == []


@pytest.mark.parametrize("approved", [None, True, False])
def test_the_unit_reads_what_became_of_its_change(spring, approved):
    change, on = ask(spring), date(2018, 7, 10)
    asked = spring.at.date().isoformat()
    title, words = (
        f"A change was asked for on {asked}; it waits for the decision of the standing committee.",
        "汛期。",
    )
    if approved is not None:
        changes.decide_change(
            change=change, approved=approved, decision="会议认为……", on=on, by=spring.vote.presiding, at=NOW
        )
        was = "was approved" if approved else "was not approved"
        title, words = f"The change asked for on {asked} {was} on 2018-07-10.", "会议认为……"
    answer = page(spring)
    assert answer.context["pending"] == [Pending(title, words)]
    assert title in answer.content.decode()
    assert words in answer.content.decode()


def test_the_unit_reads_that_its_hand_in_waits_and_why_it_came_back(spring):
    handed_in = hand_in(spring, at=NOW - timedelta(days=3))
    waits = Pending("Handed in as completed on 2018-07-12; it waits for the acceptance.", "建成。")
    assert page(spring).context["pending"] == [waits]
    assert [notes for _cycle, rows in page(spring, "/en/admin/").context["unit_rows"] for _line, notes in rows] == [
        [], [], [], [],
    ]  # fmt: skip
    accept(spring, handed_in, accepted=False, note="缺照片。", at=NOW - timedelta(days=1))
    answer = page(spring)
    assert answer.context["pending"] == [Pending("Sent back on 2018-07-14, with this reason:", "缺照片。")]
    assert "缺照片。" in answer.content.decode()
    first = page(spring, "/en/admin/")
    assert [notes for _cycle, rows in first.context["unit_rows"] for _line, notes in rows] == [
        ["Handed in and sent back on 2018-07-14"], [], [], [],
    ]  # fmt: skip
    assert "Handed in and sent back on 2018-07-14" in first.content.decode()
    again = completions.hand_in(delivery=spring.delivery(), evidence="补齐。", by=spring.officer, at=NOW)
    accept(spring, again, at=NOW)
    assert page(spring).context["pending"] == [Pending("Accepted as completed on 2018-07-15.", "合格。")]
    assert "sent back" not in page(spring, "/en/admin/").content.decode()


def test_an_order_to_put_right_stands_on_the_first_page_of_the_unit(spring):
    held = assess(spring, {2: Mark.AGAINST})
    rectifications.order_rectification(
        assessment=held.cycle, delivery=spring.delivery(2), text="改。", due=DUE, **spring.acting
    )
    first = page(spring, "/en/admin/")
    assert [notes for _cycle, rows in first.context["unit_rows"] for _line, notes in rows] == [
        [], ["To be put right by 2018-08-01"], [], [],
    ]  # fmt: skip
    assert "To be put right by 2018-08-01" in first.content.decode()


def test_a_finding_says_for_whom_it_waits_and_who_said_what_of_it(spring):
    new, answered, back = found(spring, "甲", "乙", "丙")
    for each in (answered, back):
        supervision.reply(finding=each, text="已改。", by=spring.officer, at=NOW - timedelta(days=5))
    supervision.send_back(
        finding=back, text="没有改。", by=spring.vote.clerk, at=NOW - timedelta(days=2), escalate=True
    )
    answer = page(spring)
    shown = {each.pk: (where, steps) for each, _form, where, steps in answer.context["findings"]}
    reply = StepWords(date(2018, 7, 10), "unit officer", "finding answered by the unit", "已改。")
    assert shown == {
        new.pk: ("Waits for the unit's answer.", []),
        answered.pk: ("Answered on 2018-07-10; it waits for the supervision group.", [reply]),
        back.pk: (
            "Waits for the unit's answer since 2018-07-13.",
            [reply, StepWords(date(2018, 7, 13), "clerk", "finding escalated", "没有改。")],
        ),
    }
    words = answer.content.decode()
    assert "escalated on 2018-07-13" in words
    assert "clerk · finding escalated: 没有改。" in words


@pytest.mark.parametrize("address", [PAGE, "/en/admin/"])
def test_the_pages_of_a_unit_ask_as_many_queries_for_many_matters_as_for_one(spring, address):
    def asked() -> int:
        page(spring, address)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page(spring, address)
        return len(queries)

    for each in found(spring, "甲"):
        supervision.reply(finding=each, text="已改。", by=spring.officer, at=NOW)
    accept(spring, hand_in(spring), accepted=False)
    one = asked()
    for each in found(spring, "乙", "丙", "丁"):
        supervision.reply(finding=each, text="已改。", by=spring.officer, at=NOW)
    for number in (2, 3):
        spring.report(number, figures={1: 10, 2: 800})
        handed_in = Delivery.objects.get(number=number).completions.model(
            delivery=spring.delivery(number), evidence="建成。", handed_in_by=spring.officer, handed_in_at=NOW,
            accepted=False, note="缺。", decided_by=spring.vote.clerk, decided_at=NOW,
        )  # fmt: skip
        handed_in.save()
    assert asked() == one
