"""Targets and milestones keep what was reported of them, whatever their order, number or month; and what is refused.

Guards ``voting.domain.after.plan_rows``.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import make_vote
from tests.spring import MILESTONES, TARGETS, Spring, make_spring
from voting.domain.after import archive, deliveries, plan_rows
from voting.forms.core.plan_lines import milestones_in, targets_in
from voting.models import Candidate, Cycle, JournalEntry
from voting.states import Act

pytestmark = pytest.mark.django_db

REACHED = {1: date(2018, 3, 10), 2: None, 3: date(2018, 9, 5), 4: None}


@pytest.fixture
def spring() -> Spring:
    spring = make_spring()
    spring.report(figures={1: 7, 2: 300}, reached=REACHED, day=date(2018, 9, 30), delay="雨季")
    return spring


def told(spring: Spring) -> tuple[dict[str, Decimal], dict[str, date | None]]:
    """Return what was reported: figures by the target's words, days by the milestone's words."""
    report = spring.delivery().reports.get()
    return (
        {f"{each.target.text} {each.target.unit}": each.figure for each in report.figures.all()},
        {each.milestone.text: each.reached_on for each in report.milestones.all()},
    )


def test_the_plan_and_what_is_told_of_it(spring):
    assert told(spring) == (
        {"公厕 座": Decimal(7), "泊位 个": Decimal(300)},
        {f"{month}月的节点": day for month, day in zip((3, 6, 9, 12), REACHED.values(), strict=True)},
    )


numbers = st.integers(0, 10**6).map(str)
months = st.integers(0, 83).map(lambda n: f"{2017 + n // 12}-{n % 12 + 1:02}")
words = st.text(st.characters(categories=["L"]), min_size=1, max_size=6)


@st.composite
def plans(draw) -> dict[str, list[dict[str, str]]]:
    """The targets and milestones of the spring, in any order, with any number and month, and others between them."""
    targets = [each | {"number": draw(numbers)} for each in TARGETS]
    milestones = [each | {"month": draw(months)} for each in MILESTONES]
    known = {(each["text"], each["unit"]) for each in targets}
    for text, unit in draw(st.sets(st.tuples(st.sampled_from(["公厕", "泊位", "绿地"]), words), max_size=4)):
        if (text, unit) not in known:
            targets.append({"text": text, "number": draw(numbers), "unit": unit})
    milestones += [{"month": draw(months), "text": f"新{text}"} for text in draw(st.sets(words, max_size=4))]
    return {"targets": draw(st.permutations(targets)), "milestones": draw(st.permutations(milestones))}


def test_every_figure_stays_with_its_target_and_every_day_with_its_milestone(spring):
    before = told(spring)

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(plans())
    def holds(plan) -> None:
        with transaction.atomic():
            deliveries.set_plan(spring.delivery(), plan)
            written = deliveries.plan_of(spring.delivery())
            assert {name: written[name] for name in plan} == plan
            assert told(spring) == before
            for rows in (spring.delivery().targets, spring.delivery().milestones):
                assert list(rows.values_list("position", flat=True)) == list(range(1, rows.count() + 1))
            transaction.set_rollback(True)

    holds()


def test_a_target_with_other_words_or_another_unit_is_a_new_one():
    spring = make_spring()
    old = {each.text: each.pk for each in spring.delivery().targets.all()}
    deliveries.set_plan(
        spring.delivery(),
        {
            "targets": [
                {"text": "泊位", "number": "700", "unit": "个"},
                {"text": "公厕", "number": "10", "unit": "处"},
            ]
        },
    )
    new = {each.text: each.pk for each in spring.delivery().targets.all()}
    assert new["泊位"] == old["泊位"]
    assert new["公厕"] != old["公厕"]


@pytest.mark.parametrize(
    ("plan", "field", "named"),
    [
        ({"targets": TARGETS[:1]}, "targets", ["泊位 800 个"]),
        ({"targets": [TARGETS[1], TARGETS[0] | {"unit": "处"}]}, "targets", ["公厕 10 座"]),
        (
            {"milestones": [*MILESTONES[:1], *MILESTONES[2:3]]},
            "milestones",
            ["2018-06 6月的节点", "2018-12 12月的节点"],
        ),
    ],
)
def test_what_was_reported_on_is_neither_dropped_nor_reworded(spring, plan, field, named):
    with pytest.raises(plan_rows.PlanReported) as refusal, transaction.atomic():
        deliveries.set_plan(spring.delivery(), plan)
    assert (refusal.value.field, refusal.value.rows) == (field, named)
    with override("zh-hans"):
        assert str(refusal.value) == (
            f"以下内容已有进展报告：{'; '.join(named)}。可以调整数量或月份；文字和单位不得改动，也不得删去。"
        )


DUPLICATE = "第 2 行：计划中已有相同的内容，请用不同的文字加以区分。"
MONTH = "第 1 行：月份应在 2017 年 1 月至 2023 年 12 月之间。"


@pytest.mark.parametrize(
    ("field", "rows", "sentences"),
    [
        ("targets", [TARGETS[0], TARGETS[0] | {"number": "3"}], [DUPLICATE]),
        ("targets", [TARGETS[0], TARGETS[0] | {"text": " 公厕 "}], [DUPLICATE]),
        ("targets", [TARGETS[0] | {"number": "1.234"}], ["第 1 行：确认小数不超过 2 位."]),
        ("targets", [TARGETS[0] | {"number": "-1"}], ["第 1 行：确保该值大于或等于0。"]),
        ("targets", [TARGETS[0] | {"number": "NaN"}], ["第 1 行：“NaN”的值应该是一个十进制数字。"]),
        ("targets", [TARGETS[0], TARGETS[1] | {"text": "  "}], ["第 2 行：此字段不能为空。"]),
        ("milestones", [MILESTONES[0], MILESTONES[0] | {"month": "2018-06"}], [DUPLICATE]),
        ("milestones", [MILESTONES[0] | {"month": "2016-12"}], [MONTH]),
        ("milestones", [MILESTONES[0] | {"month": "2024-01"}], [MONTH]),
        ("milestones", [MILESTONES[0] | {"month": "9999-12"}], [MONTH]),
        ("milestones", [MILESTONES[0] | {"month": "0000-06"}], [MONTH]),
        ("milestones", [MILESTONES[0] | {"month": "明年"}], [MONTH]),
        ("milestones", [MILESTONES[0] | {"text": "长" * 201}], None),
        ("milestones", [{"month": "2018-06", "text": f"节点{place}"} for place in range(201)], None),
    ],
)
def test_what_no_plan_can_hold_is_refused_on_its_field(field, rows, sentences):
    spring = make_spring(issued=False)
    spring.plan(1)
    with override("zh-hans"), pytest.raises(ValidationError) as refusal, transaction.atomic():
        deliveries.set_plan(spring.delivery(), {field: rows})
    assert list(refusal.value.message_dict) == [field]
    if sentences:
        assert refusal.value.message_dict[field] == sentences
    assert (
        deliveries.plan_of(spring.delivery())[field] == {"targets": TARGETS, "milestones": MILESTONES}[field]
    )


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        ({"milestones": "2024-01 | 竣工"}, "milestones", MONTH),
        ({"targets": "公厕 | 1.234 | 座"}, "targets", "第 1 行：确认小数不超过 2 位."),
        ({"targets": "公厕 | 1 | 座\n公厕 | 2 | 座"}, "targets", DUPLICATE),
    ],
)
def test_the_form_of_a_plan_says_on_the_field_what_is_wrong(fields, field, sentence, client):
    spring = make_spring(issued=False)
    client.force_login(spring.vote.clerk)
    answer = client.post("/admin/vote/2018/delivery/1/", {"do": "plan", **fields})
    assert answer.status_code == 409
    assert answer.context["forms"]["plan"].errors == {field: [sentence]}
    assert not spring.delivery().milestones.exists()


@pytest.mark.parametrize("month", ["2017-01", "2023-12", "２０１８-０６"])
def test_the_months_that_a_plan_can_hold(month):
    spring = make_spring(issued=False)
    spring.plan(1, milestones=[{"month": month, "text": "竣工"}])
    assert deliveries.plan_of(spring.delivery())["milestones"] == [
        {"month": month.translate(str.maketrans("０１２６８", "01268")), "text": "竣工"}
    ]


def test_what_came_over_from_an_earlier_year_keeps_its_months():
    spring = make_spring()
    to = make_spring_of(2023)
    made = archive.carry_over(delivery=spring.delivery(1), to=to, stage_goal="续建", **spring.acting)
    assert deliveries.plan_of(made)["milestones"] == MILESTONES


def make_spring_of(year: int) -> Cycle:
    """Return another cycle that is in delivery in that year, its breakdown not issued yet."""
    vote = make_vote(
        until="published", slug=str(year), candidates=4, seats=3, delegates=3, ballots=[[1, 2, 3]] * 3,
        quorum_denominator=3, quorum_numerator=1, floor_base="",
    )  # fmt: skip
    Cycle.objects.filter(pk=vote.cycle.pk).update(year=year)
    cycle = Cycle.objects.get(pk=vote.cycle.pk)
    deliveries.begin_delivery(cycle=cycle, by=vote.clerk, at=vote.later())
    return Cycle.objects.get(pk=cycle.pk)


def test_a_dossier_with_what_no_plan_can_hold_does_not_stop_the_delivery():
    """The dossier is fixed after the vote: nobody could mend it any more."""
    vote = make_vote(until="published", candidates=4, seats=3, delegates=3, ballots=[[1, 2, 3]] * 3)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        Candidate.objects.filter(number=1).update(
            targets=[TARGETS[0], TARGETS[0] | {"number": "11"}],
            milestones=[{"month": "9999-12", "text": "竣工"}, MILESTONES[0]],
        )
        cursor.execute("SET LOCAL session_replication_role = origin")
    made = deliveries.begin_delivery(cycle=vote.cycle, by=vote.clerk, at=vote.later())
    plan = deliveries.plan_of(made[0])
    assert (plan["targets"], plan["milestones"]) == (TARGETS[:1], MILESTONES[:1])
    assert JournalEntry.objects.get(act=Act.DELIVERY_BEGUN).data["left_out"] == {"1": ["公厕", "竣工"]}


@pytest.mark.parametrize(
    ("text", "month"),
    [("2018-06 | 竣工", "2018-06"), ("２０１８－０６ ｜ 竣工", "2018-06"), ("1999-12 | 竣工", "1999-12")],
)
def test_a_month_as_it_is_typed(text, month):
    assert milestones_in(text) == [{"month": month, "text": "竣工"}]


@pytest.mark.parametrize("month", ["9999-12", "0000-01", "2018-13", "2018-00", "201-06", "2018-6", "٢٠١٨-٠٦"])
def test_a_month_that_is_none(month):
    with override("zh-hans"), pytest.raises(ValidationError) as refusal:
        milestones_in(f"2018-06 | 开工\n{month} | 竣工")
    assert refusal.value.messages == ["第 2 行：月份请写成 2019-06。"]


def test_full_width_figures_are_read():
    assert targets_in("公厕｜１，０００．５｜座") == [{"text": "公厕", "number": "1000.5", "unit": "座"}]
