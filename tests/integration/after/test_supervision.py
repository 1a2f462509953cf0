"""监督: who inspects, what becomes of a finding, and what is overdue.

Guards ``voting.domain.after.supervision``.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Delegate
from accounts.roles import Kind, Role
from tests.autumn import clock
from tests.cases_after import ask
from tests.factories import DelegateFactory, UserFactory
from tests.pages import text_of
from tests.security.test_crawl import BACKEND
from tests.spring import Spring, make_spring
from voting.domain.after import supervision
from voting.domain.after.progress import DayAhead
from voting.domain.before.screening import DueInThePast, NotYourUnit
from voting.domain.core.refusals import StepNotAllowed
from voting.models import Finding, FindingStep, Inspection, JournalEntry
from voting.states import Act

pytestmark = pytest.mark.django_db


@pytest.fixture
def spring() -> Spring:
    spring = make_spring()
    numbers = [spring.vote.delegates[0].number]
    supervision.name_group(delivery=spring.delivery(), numbers=numbers, **spring.acting)
    return spring


def watcher(spring: Spring):
    return spring.vote.delegates[0].user


def look(spring: Spring, *faults: str, by=None, days: int = 10, **more) -> Inspection:
    today = timezone.localdate(spring.at)
    given = {"text": "现场查看。", "day": today, "delivery": spring.delivery()} | more
    return supervision.inspect(
        faults=[(fault, spring.unit, today + timedelta(days=days)) for fault in faults],
        by=by or watcher(spring),
        at=spring.at,
        **given,
    )


def finding(spring: Spring) -> Finding:
    look(spring, "围挡破损")
    return Finding.objects.get()


def test_a_fault_is_found_answered_and_closed(spring):
    found = finding(spring)
    supervision.reply(finding=found, text="已更换围挡。", by=spring.officer, at=spring.at)
    supervision.close(finding=found, text="复查属实。", by=watcher(spring), at=spring.at)
    found.refresh_from_db()
    assert found.closed_at == spring.at
    assert list(FindingStep.objects.values_list("what", flat=True)) == ["replied", "closed"]
    acts = list(JournalEntry.objects.order_by("sequence").values_list("act", flat=True))[-3:]
    assert acts == [Act.INSPECTED, Act.FINDING_REPLIED, Act.FINDING_CLOSED]
    with pytest.raises(StepNotAllowed):
        supervision.reply(finding=found, text="再说一次", by=spring.officer, at=spring.at)


def test_a_poor_answer_is_sent_back_and_in_the_end_escalated(spring):
    found = finding(spring)
    supervision.reply(finding=found, text="正在研究。", by=spring.officer, at=spring.at)
    supervision.send_back(finding=found, text="没有整改。", by=watcher(spring), at=spring.at)
    with pytest.raises(supervision.NotAnswered):
        supervision.close(finding=found, text="算了", by=watcher(spring), at=spring.at)
    supervision.send_back(finding=found, text="报常委会。", by=watcher(spring), at=spring.at, escalate=True)
    found.refresh_from_db()
    assert found.escalated_at == spring.at
    supervision.reply(finding=found, text="已整改。", by=spring.officer, at=spring.at)
    supervision.close(finding=found, text="属实。", by=watcher(spring), at=spring.at)


def test_only_the_group_and_the_clerk_inspect_and_close(spring):
    other = DelegateFactory().user
    rehearsing = UserFactory(role=Role.CLERK, kind=Kind.REHEARSAL)
    for user in (other, spring.officer, spring.vote.scrutineer, rehearsing):
        with pytest.raises(supervision.NotOfTheGroup):
            look(spring, "围挡破损", by=user)
    found = finding(spring)
    supervision.reply(finding=found, text="已更换。", by=spring.officer, at=spring.at)
    with pytest.raises(supervision.NotOfTheGroup):
        supervision.close(finding=found, text="好", by=other, at=spring.at)
    supervision.close(finding=found, text="好", by=spring.vote.clerk, at=spring.at)


def test_a_delegate_of_a_rehearsal_is_of_no_group_and_says_nothing_of_a_real_delivery(spring):
    other = DelegateFactory(kind=Kind.REHEARSAL)
    with pytest.raises(supervision.NotInOffice):
        supervision.name_group(delivery=spring.delivery(), numbers=[other.number], **spring.acting)
    assert supervision.may_remark(watcher(spring), spring.delivery())
    assert not supervision.may_remark(other.user, spring.delivery())
    with pytest.raises(supervision.NotADelegateInOffice):
        supervision.remark(delivery=spring.delivery(), text="好。", by=other.user, at=spring.at)


def test_a_delegate_who_is_no_longer_in_office_is_of_no_group(spring):
    found = finding(spring)
    supervision.reply(finding=found, text="已更换。", by=spring.officer, at=spring.at)
    user = watcher(spring)
    assert supervision.is_watcher(user, spring.delivery())
    Delegate.objects.filter(user=user).update(is_active=False)
    assert not supervision.is_watcher(user, spring.delivery())
    for act in (
        lambda: look(spring, "围挡破损", by=user),
        lambda: supervision.close(finding=found, text="好", by=user, at=spring.at),
        lambda: supervision.send_back(finding=found, text="不行", by=user, at=spring.at, escalate=True),
    ):
        with pytest.raises(supervision.NotOfTheGroup):
            act()
    assert (Inspection.objects.count(), FindingStep.objects.count()) == (1, 1)


def waiting(client, spring: Spring, on: date) -> dict[str, list[int]]:
    """Return what the clerk's desk says on a day that it waits for, without what is silent."""
    moment = timezone.make_aware(datetime.combine(on, time(9)))
    client.force_login(spring.vote.clerk)
    with clock(moment):
        found = dict(client.get("/en/admin/vote/2018/delivery/").context["waiting"])
    return {what: numbers for what, numbers in found.items() if not what.startswith("no report")}


def test_the_desk_says_what_is_overdue_and_what_is_escalated(client, spring):
    """What the group escalates is named once, as the graver; closed, it waits for nobody."""
    found = finding(spring)
    ask(spring)
    asked = {"a change waits for the decision": [1]}
    assert waiting(client, spring, found.due) == asked
    late = found.due + timedelta(days=1)
    assert waiting(client, spring, late) == asked | {"a finding is overdue": [1]}
    supervision.send_back(finding=found, text="报常委会。", by=watcher(spring), at=spring.at, escalate=True)
    escalated = asked | {"a finding is escalated: for the standing committee": [1]}
    assert [waiting(client, spring, day) for day in (found.due, late)] == [escalated] * 2
    supervision.reply(finding=found, text="已整改。", by=spring.officer, at=spring.at)
    supervision.close(finding=found, text="属实。", by=watcher(spring), at=spring.at)
    assert waiting(client, spring, late) == asked


def test_the_desk_asks_as_many_queries_for_three_findings_as_for_one(client, spring):
    def queries() -> int:
        client.force_login(spring.vote.clerk)
        with CaptureQueriesContext(connection) as caught:
            assert client.get("/admin/vote/2018/delivery/").status_code == 200
        return len(caught)

    queries()
    look(spring, "围挡破损")
    one = queries()
    look(spring, "路面破损", "路灯不亮", delivery=spring.delivery(2), by=spring.vote.clerk)
    assert queries() == one


def test_the_public_page_says_where_a_finding_stands(client, spring):
    found = finding(spring)
    page = "/en/2018/delivery/1/"

    def said(on: date) -> list[str]:
        with clock(timezone.make_aware(datetime.combine(on, time(9)))):
            events = client.get(page).context["events"]
        visit = next(each for each in events if each.kind == "visit")
        assert visit.notes == (f"Finding: 围挡破损 – 区城管局, by {found.due.isoformat()}",)
        return list(visit.now)

    late = found.due + timedelta(days=1)
    assert [said(found.due), said(late)] == [[], ["围挡破损: overdue"]]
    supervision.send_back(finding=found, text="报常委会。", by=watcher(spring), at=spring.at, escalate=True)
    day = timezone.localdate(spring.at).isoformat()
    assert [said(found.due), said(late)] == [
        [f"围挡破损: escalated on {day}"], [f"围挡破损: overdue, escalated on {day}"],
    ]  # fmt: skip
    client.force_login(spring.vote.clerk)
    assert f"escalated on {day}" in text_of(client.get("/en/2018/delivery/1/supervise/"))
    supervision.reply(finding=found, text="已整改。", by=spring.officer, at=spring.at)
    supervision.close(finding=found, text="属实。", by=watcher(spring), at=spring.at)
    assert said(late) == ["围挡破损: closed"]


def test_only_the_unit_that_was_asked_answers(spring):
    with pytest.raises(NotYourUnit):
        supervision.reply(finding=finding(spring), text="已更换。", by=spring.stranger, at=spring.at)


@pytest.mark.parametrize(
    ("faults", "more", "refusal"),
    [
        (["围挡破损", " "], {}, supervision.NothingWritten),
        ([], {"text": " "}, supervision.NothingWritten),
        ([], {"day": date(2030, 1, 1)}, DayAhead),
        (["围挡破损"], {"days": -1}, DueInThePast),
    ],
)
def test_what_is_not_taken(spring, faults, more, refusal):
    with pytest.raises(refusal):
        look(spring, *faults, **more)
    assert (Inspection.objects.count(), Finding.objects.count()) == (0, 0)


@pytest.mark.parametrize("days", [0, 1])
def test_it_is_overdue_from_the_day_after(spring, days):
    found = finding(spring)
    assert supervision.is_overdue(found, found.due + timedelta(days=days)) is bool(days)
    found.closed_at = spring.at
    assert not supervision.is_overdue(found, found.due + timedelta(days=99))


def test_a_button_that_does_not_exist_does_nothing(spring, client):
    found = finding(spring)
    supervision.reply(finding=found, text="正在研究。", by=spring.officer, at=spring.at)
    client.force_login(watcher(spring), backend=BACKEND)
    address, said = "/2018/delivery/1/supervise/", {"finding": found.pk, "text": "没有整改。"}
    for doing in ("nonsense", "", "inspec"):
        answer = client.post(address, said | {"do": doing})
        assert answer.status_code == 409
        assert "请按其中一个按钮" in answer.content.decode()
        assert "没有整改。</textarea>" in answer.content.decode(), "what was typed is kept"
    assert list(found.steps.values_list("what", flat=True)) == ["replied"]
    assert client.post(address, said | {"do": "back"}).status_code == 302
    assert list(found.steps.values_list("what", flat=True)) == ["replied", "returned"]


def test_a_group_is_of_delegates_in_office(spring):
    gone = DelegateFactory(is_active=False)
    for numbers in ([], ["no such"], [gone.number], [spring.vote.delegates[0].number, "no such"]):
        with pytest.raises(supervision.NobodyNamed):
            supervision.name_group(delivery=spring.delivery(), numbers=numbers, **spring.acting)
