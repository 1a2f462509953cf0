"""变更: asked for, decided, issued as a new version; the original stays beside it.

Guards ``voting.domain.after.changes`` and ``voting.read_models.after.plan_words``.
"""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from accounts.models import User
from accounts.names import NamesShown
from accounts.roles import Kind, Role
from tests.factories import UnitFactory, UserFactory
from tests.pages import html_of
from tests.pages import text_of as said
from tests.spring import MILESTONES, TARGETS, Spring, make_spring
from voting.domain.after import changes, deliveries, light_settings, plan_rows, progress
from voting.domain.before.screening import NotYourUnit
from voting.domain.core.refusals import StepNotAllowed
from voting.models import Breakdown, ChangeRequest
from voting.read_models.after.plan_words import plan_differences

pytestmark = pytest.mark.django_db

MORE = [{**TARGETS[0], "number": "8"}, TARGETS[1]]


@pytest.fixture
def spring() -> Spring:
    return make_spring()


def ask(spring: Spring, by=None, reason: str = "管线改道", **plan) -> ChangeRequest:
    return changes.ask_change(
        delivery=spring.delivery(),
        plan=plan or {"targets": MORE},
        reason=reason,
        by=by or spring.officer,
        at=spring.at,
    )


def decide(spring: Spring, change: ChangeRequest, *, approved: bool = True, **more) -> ChangeRequest:
    given = {
        "decision": "常委会同意。",
        "on": timezone.localdate(spring.at),
        "by": spring.vote.presiding,
    } | more
    return changes.decide_change(change=change, approved=approved, at=spring.at, **given)


def numbers(version: int) -> list[str]:
    body = json.loads(Breakdown.objects.get(version=version).body)
    return [target["number"] for target in body["deliveries"][0]["targets"]]


def test_an_approved_change_is_issued_and_the_original_stays(spring):
    spring.report(figures={1: 3})
    change = ask(spring)
    assert deliveries.plan_of(spring.delivery())["targets"] == TARGETS, "nothing changes before the decision"
    decide(spring, change)
    assert (numbers(1), numbers(2)) == (["10", "800"], ["8", "800"])
    change.refresh_from_db()
    assert (change.before["targets"], change.after["targets"]) == (TARGETS, MORE)
    assert [f.figure for f in spring.delivery().reports.get().figures.all()] == [3], "what was reported stays"


def test_a_refused_change_changes_nothing(spring):
    decide(spring, ask(spring), approved=False, decision="不同意。")
    assert Breakdown.objects.count() == 1
    assert deliveries.plan_of(spring.delivery())["targets"] == TARGETS


def test_what_was_reported_on_is_not_taken_out(spring):
    spring.report(figures={2: 100})
    with pytest.raises(plan_rows.PlanReported):
        ask(spring, targets=TARGETS[:1])
    assert not ChangeRequest.objects.exists()


def test_what_is_reported_after_the_request_is_not_taken_out_either(spring):
    change = ask(spring, targets=TARGETS[:1])
    spring.report(figures={2: 100})
    with pytest.raises(plan_rows.PlanReported):
        decide(spring, change)
    change.refresh_from_db()
    assert change.approved is None
    assert deliveries.plan_of(spring.delivery())["targets"] == TARGETS
    decide(spring, change, approved=False, decision="已有进展，不同意。")


def test_an_approved_change_leaves_every_figure_with_its_target(spring):
    """Reported on and kept: 泊位 and the milestone of June; taken out: 公厕 and the milestone of March."""
    spring.report(figures={2: 300}, reached={2: date(2018, 3, 10)})
    plan = {"targets": [{**TARGETS[1], "number": "900"}], "milestones": MILESTONES[1:]}
    decide(spring, ask(spring, **plan))
    delivery = spring.delivery()
    rule, _days = light_settings.rule_of(spring.cycle)
    now = progress.progress_of(delivery, on=date(2018, 12, 31), rule=rule)
    assert {str(each): now.figures.get(each.pk) for each in delivery.targets.all()} == {"泊位 900 个": 300}
    assert {str(each): now.reached.get(each.pk) for each in delivery.milestones.all()} == {
        "2018-06 6月的节点": date(2018, 3, 10),
        "2018-09 9月的节点": None,
        "2018-12 12月的节点": None,
    }


@pytest.mark.parametrize(
    ("plan", "field"),
    [
        ({"targets": [{**TARGETS[0], "number": "1.234"}]}, "targets"),
        ({"targets": [TARGETS[0], TARGETS[0]]}, "targets"),
        ({"milestones": [{**MILESTONES[0], "month": "0000-06"}]}, "milestones"),
        ({"milestones": [{**MILESTONES[0], "month": "9999-12"}]}, "milestones"),
        ({"content": "长" * 5001}, "content"),
        ({"investment": "-1"}, "investment"),
        ({"investment": "1.234"}, "investment"),
        ({"responsible_units": "长" * 201}, "responsible_units"),
        ({"lead_unit": "没有的单位"}, "lead_unit"),
    ],
)
def test_a_plan_that_could_not_be_approved_is_not_asked_for(spring, plan, field):
    before = deliveries.plan_of(spring.delivery())
    with pytest.raises(ValidationError) as refusal:
        ask(spring, **plan)
    assert list(refusal.value.message_dict) == [field]
    assert not ChangeRequest.objects.exists()
    assert deliveries.plan_of(spring.delivery()) == before


def test_a_request_keeps_the_plan_as_it_will_be_written(spring):
    change = ask(
        spring, targets=[TARGETS[0], {**TARGETS[1], "number": "８００.50"}], investment="90", content=""
    )
    assert change.after == {
        "targets": [TARGETS[0], {**TARGETS[1], "number": "800.5"}],
        "investment": "90.00",
    }
    assert change.before == {"targets": TARGETS, "investment": None}


def test_the_same_number_written_otherwise_is_no_change(spring):
    with pytest.raises(changes.NothingChanged):
        ask(spring, targets=[{**TARGETS[0], "number": "10.00"}, TARGETS[1]])


def test_who_does_it_changes_too_and_the_new_lead_unit_reports(spring):
    new = spring.stranger
    change = ask(spring, lead_unit=new.unit.name, leader="王副区长", supporting_units="区财政局")
    assert change.before == {"leader": "", "lead_unit": "区城管局", "supporting_units": ""}
    assert change.after == {"leader": "王副区长", "lead_unit": "区民政局", "supporting_units": "区财政局"}
    with pytest.raises(NotYourUnit):
        spring.report(by=new)
    decide(spring, change)
    assert spring.report(by=new).reported_by == new
    with pytest.raises(NotYourUnit):
        spring.report(by=spring.officer)
    first, second = (json.loads(Breakdown.objects.get(version=n).body)["deliveries"][0] for n in (1, 2))
    assert (first["lead_unit"], second["lead_unit"]) == ("区城管局", "区民政局")
    with override("zh-hans"):
        assert plan_differences(change.before, change.after, NamesShown(spring.cycle.congress_id)) == [
            ("分管领导", "未说明", "王副区长"),
            ("牵头单位", "区城管局", "区民政局"),
            ("配合单位", "未说明", "区财政局"),
        ]


def test_somebody_must_be_able_to_report_after_a_change(spring):
    with pytest.raises(deliveries.NoLeadUnit):
        ask(spring, lead_unit="")
    assert spring.delivery().lead_unit == spring.unit


def test_a_unit_of_a_rehearsal_leads_no_real_project(spring):
    UnitFactory(name="区水务局", kind=Kind.REHEARSAL)
    with pytest.raises(ValidationError) as refused:
        ask(spring, lead_unit="区水务局")
    assert set(refused.value.message_dict) == {"lead_unit"}


def test_who_asks_does_not_record_the_decision(spring):
    change = ask(spring, by=spring.vote.clerk)
    for approved in (True, False):
        with pytest.raises(changes.OwnRequest):
            decide(spring, change, approved=approved, by=spring.vote.clerk)
    decide(spring, change, by=UserFactory(role=Role.CLERK))
    assert Breakdown.objects.count() == 2


def test_who_asks_and_who_decides(spring):
    with pytest.raises(NotYourUnit):
        ask(spring, by=spring.stranger)
    change = ask(spring)
    strangers = [UserFactory(role=role, kind=Kind.REHEARSAL) for role in (Role.CLERK, Role.PRESIDING)]
    for user in (spring.officer, spring.vote.scrutineer, *strangers):
        with pytest.raises(StepNotAllowed):
            decide(spring, change, by=user)


def test_what_is_not_taken(spring):
    with pytest.raises(changes.ChangeUnexplained):
        ask(spring, reason=" ")
    with pytest.raises(changes.NothingChanged):
        ask(spring, targets=TARGETS)
    change = ask(spring)
    with pytest.raises(changes.AnotherChangeWaits):
        ask(spring)
    with pytest.raises(changes.DecisionUnworded):
        decide(spring, change, decision=" ")
    with pytest.raises(changes.DecisionAhead):
        decide(spring, change, on=date(2030, 1, 1))
    decide(spring, change)
    with pytest.raises(changes.DecidedAlready):
        decide(spring, change, on=timezone.localdate(spring.at) - timedelta(days=1))


def test_before_the_breakdown_there_is_nothing_to_change():
    with pytest.raises(StepNotAllowed):
        ask(make_spring(issued=False))


# ---------------------------------------------------------------------------------------------------- the pages

PAGE, UNIT_PAGE = "/admin/vote/2018/delivery/1/", "/admin/vote/2018/unit/1/"


def page_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_a_page_decides_the_change_that_it_showed(spring):
    """The first change was refused meanwhile, and another one was asked for."""
    stale = ask(spring)
    decide(spring, stale, approved=False)
    clerk = page_of(spring.vote.clerk)
    sent = {"do": "approve", "confirm": "on", "text": "同意", "on": "2018-01-23"}
    alone = clerk.post(PAGE, sent | {"shown": stale.pk})
    waiting = ask(spring, content="改做别的")
    beside = clerk.post(PAGE, sent | {"shown": stale.pk})
    for answer in (alone, beside):
        assert answer.status_code == 409
        assert "该变更已另有决定" in said(answer)
    assert f'name="shown" value="{waiting.pk}"' in html_of(beside)
    assert clerk.post(PAGE, sent).status_code == 404
    waiting.refresh_from_db()
    assert waiting.approved is None
    assert Breakdown.objects.count() == 1
    assert clerk.post(PAGE, sent | {"shown": waiting.pk}).status_code == 302
    assert spring.delivery().content == "改做别的"


def test_the_page_offers_nobody_to_decide_their_own_request(spring):
    ask(spring, by=spring.vote.clerk)
    own = page_of(spring.vote.clerk).get(PAGE)
    assert 'value="approve"' not in own.content.decode()
    assert "该变更由您提出" in said(own)
    assert 'value="approve"' in page_of(spring.vote.presiding).get(PAGE).content.decode()


def change_sent(spring: Spring, **fields: object) -> dict[str, object]:
    """Return what the form of a change sends when nothing but *fields* is altered."""
    return {
        "do": "change", "lead_unit": spring.unit.pk, "reason": "汛期",
        "targets": "公厕 | 10 | 座\n泊位 | 800 | 个",
        "milestones": "\n".join(f"{each['month']} | {each['text']}" for each in MILESTONES),
    } | fields  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        (
            {"targets": "公厕 | 1.234 | 座\n泊位 | 800 | 个"},
            "targets",
            "第 1 行：确认小数不超过 2 位.",
        ),
        (
            {"targets": "公厕 | 1 | 座\n泊位 | 8 | 个\n公厕 | 2 | 座"},
            "targets",
            "第 3 行：计划中已有相同的内容",
        ),
        ({"targets": "公厕 | 10 | 座"}, "targets", "以下内容已有进展报告：泊位 800 个。"),
        (
            {"milestones": "2030-01 | 竣工"},
            "milestones",
            "第 1 行：月份应在 2017 年 1 月至 2023 年 12 月之间。",
        ),
        ({"milestones": "9999-12 | 竣工"}, "milestones", "第 1 行：月份请写成 2019-06。"),
        ({"lead_unit": ""}, "lead_unit", "这个字段是必填项。"),
        ({}, "reason", "没有任何变更。"),
    ],
)
def test_the_form_of_a_change_says_on_the_field_what_is_wrong(spring, fields, field, sentence):
    spring.report(figures={2: 100})
    answer = page_of(spring.officer).post(UNIT_PAGE, change_sent(spring, **fields))
    assert answer.status_code in {409, 422}
    errors = answer.context["forms"]["change"].errors
    assert list(errors) == [field]
    assert sentence in " ".join(errors[field])
    assert not ChangeRequest.objects.exists()


def test_the_form_of_a_change_alters_who_does_it(spring):
    sent = change_sent(spring, lead_unit=spring.stranger.unit.pk)
    assert page_of(spring.officer).post(UNIT_PAGE, sent).status_code == 302
    assert ChangeRequest.objects.get().after == {"lead_unit": "区民政局"}
