"""Days that cannot be, and words that say which: on the page the refusal stands at the field that is wrong.

Guards ``voting.forms.after.delivery`` and ``voting.forms.core.plan_lines``.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils.translation import override

from tests.autumn import clock
from tests.cases_after import ask, assess
from tests.security.test_crawl import BACKEND
from tests.spring import Spring, make_next_year, make_spring
from tests.tables import look as look_at_table
from tests.tables import out, put
from voting.count.counting import Mark
from voting.domain.after import archive, light_settings, progress, supervision
from voting.forms.core.plan_lines import targets_in
from voting.models import Finding, Inspection, ProgressReport

pytestmark = pytest.mark.django_db
#: The moment at which the pages of this module are used.
NOW = datetime(2018, 7, 15, 4, tzinfo=UTC)
UNIT, DESK, SUPERVISE = (
    "/admin/vote/2018/unit/1/", "/admin/vote/2018/delivery/1/", "/2018/delivery/1/supervise/",
)  # fmt: skip


@pytest.fixture
def spring() -> Spring:
    return make_spring()


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def errors(user, page: str, sent: dict[str, object]) -> dict[str, list[str]]:
    """Send a form that must be refused, and return what is said on which field."""
    with clock(NOW):
        answer = signed_in(user).post(page, sent)
    assert answer.status_code in {409, 422}
    form = answer.context["form"] or answer.context["forms"][sent["do"]]
    return dict(form.errors)


@pytest.mark.parametrize(
    ("on", "sentence"),
    [
        ("1990-01-01", "“6月的节点” cannot have been reached before 2017-01-01."),
        (
            "2018-07-11",
            "“6月的节点” was reached after 2018-07-10, the day of the report; report it for that day.",
        ),
    ],
)
def test_a_milestone_is_reached_in_its_time_by_form_and_by_table(spring, on, sentence):
    _first, second, *_rest = spring.delivery().milestones.all()
    sent = {
        "do": "report",
        "day": "2018-07-10",
        "text": "按计划。",
        "delay": "雨",
        f"milestone_{second.pk}": on,
    }
    assert errors(spring.officer, f"/en{UNIT}", sent) == {f"milestone_{second.pk}": [sentence]}
    rows = out(spring)
    for line in (2, 3, 4, 5):  # the first two rows below the project's are its targets
        put(rows[line], day="2018-07-10", text="按计划。", delay="雨")
    put(rows[2], reached="1")
    put(rows[5], reached=on)
    with override("en"):
        assert look_at_table(spring, rows).faults == [(6, sentence)]
    assert not ProgressReport.objects.exists()


@pytest.mark.parametrize("on", [date(2017, 1, 1), date(2018, 3, 20)])
def test_the_first_and_the_last_possible_day_are_taken(spring, on):
    spring.report(reached={1: on})
    assert progress.progress_of(
        spring.delivery(), on=date(2018, 3, 20), rule=light_settings.rule_of(spring.cycle)[0]
    ).reached == {spring.delivery().milestones.first().pk: on}


def test_what_was_carried_over_may_have_been_reached_in_the_first_of_its_years(spring):
    to = make_next_year()
    made = archive.carry_over(delivery=spring.delivery(2), to=to, stage_goal="完成", **spring.acting)
    assert progress._earliest(made) == date(2018, 1, 1)
    type(to).objects.filter(pk=to.pk).update(year=2021)
    made = type(made).objects.get(pk=made.pk)
    assert progress._earliest(made) == date(2018, 1, 1)


def test_the_same_report_is_recorded_once(spring):
    spring.report(figures={1: 3}, reached={1: date(2018, 3, 1)})
    with pytest.raises(progress.ReportedAlready):
        spring.report(figures={1: 3}, reached={1: date(2018, 3, 1)})
    for more in (
        {"figures": {1: 4}, "reached": {1: date(2018, 3, 1)}},
        {"figures": {1: 4}},
        {"figures": {1: 4}, "by": spring.vote.clerk},
        {"figures": {1: 4}, "by": spring.vote.clerk, "day": date(2018, 3, 21)},
    ):
        spring.report(**more)
    assert ProgressReport.objects.count() == 5
    spring.report(figures={1: 4}, corrects=ProgressReport.objects.latest("pk"), day=date(2018, 3, 21))


def test_reports_that_can_be_corrected_are_told_apart_the_newest_first(spring):
    old = spring.report(text="第一次。" * 20, day=date(2018, 3, 20), reached={1: date(2018, 3, 1)})
    wrong = spring.report(text="写错了。", day=date(2018, 3, 22))
    right = spring.report(text="改正了。", day=date(2018, 3, 22), corrects=wrong)
    page = signed_in(spring.officer).get(f"/en{UNIT}")
    at = "recorded 2018-12-31 09:00" if old.reported_at.utcoffset() else "recorded 2018-12-31 17:00"
    found = list(page.context["forms"]["report"].fields["corrects"].choices)[1:]
    assert [(choice.value, label) for choice, label in found] == [
        (right.pk, f"2018-03-22, {at}: 改正了。"),
        (old.pk, f"2018-03-20, {at}: {'第一次。' * 7}第…"),
    ]


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        ("2017-12-31", "The inspection lies before the year of the projects."),
        ("2018-07-16", "An inspection is recorded once it was held; this day lies ahead."),
    ],
)
def test_an_inspection_was_held_in_the_years_of_its_project(spring, day, sentence):
    sent = {"do": "inspect", "visit": "inspection", "day": day, "text": "看。"}
    assert errors(spring.vote.clerk, f"/en{SUPERVISE}", sent) == {"day": [sentence]}


@pytest.mark.parametrize(
    ("due", "sentence"),
    [
        ("2018-07-14", "The day by which the fault is to be mended lies in the past."),
        ("2020-07-17", "The day by which it is to be mended lies more than two years ahead."),
    ],
)
def test_a_wrong_day_stands_at_its_own_fault(spring, due, sentence):
    """The first fault is left out: the second that is written stands in the third row."""
    sent = {
        "do": "inspect", "visit": "inspection", "day": "2018-07-15", "text": "看。", "fault_2": "围挡破损",
        "unit_2": spring.unit.pk, "due_2": "2020-07-15", "fault_3": "未围挡", "unit_3": spring.unit.pk, "due_3": due,
    }  # fmt: skip
    assert errors(spring.vote.clerk, f"/en{SUPERVISE}", sent) == {"due_3": [sentence]}
    assert not Inspection.objects.exists()


@pytest.mark.parametrize("given", ["unit", "due"])
def test_a_day_or_a_unit_without_a_fault_is_not_dropped_in_silence(spring, given):
    other = spring.stranger.unit
    said = {"unit": {"unit_2": other.pk}, "due": {"due_2": "2018-08-01", "unit_2": spring.unit.pk}}[given]
    sent = {
        "do": "inspect",
        "visit": "inspection",
        "day": "2018-07-15",
        "text": "看。",
        "unit_1": spring.unit.pk,
    }
    assert errors(spring.vote.clerk, f"/en{SUPERVISE}", sent | said) == {
        "fault_2": ["A unit and a day are of a fault: write it, or empty them."]
    }
    assert not Inspection.objects.exists()


def test_an_inspection_without_findings_is_recorded_said_and_listed(spring):
    client = signed_in(spring.vote.clerk)
    sent = {"do": "inspect", "visit": "inspection", "day": "2018-07-15", "text": "现场整洁。"}
    with clock(NOW):
        page = client.post(f"/en{SUPERVISE}", sent | {"unit_1": spring.unit.pk}, follow=True)
    words = page.content.decode()
    assert [str(each) for each in page.context["messages"]] == [
        "The inspection is recorded, without findings."
    ]
    assert list(page.context["without"]) == [Inspection.objects.get()]
    assert "现场整洁。" in words


def test_a_finding_can_be_closed_only_once_it_is_answered(spring):
    due = date(2018, 8, 1)
    supervision.inspect(
        delivery=spring.delivery(), day=date(2018, 7, 1), text="看。", faults=[("围挡破损", spring.unit, due)],
        by=spring.vote.clerk, at=NOW - timedelta(days=10),
    )  # fmt: skip
    found, client = Finding.objects.get(), signed_in(spring.vote.clerk)
    supervision.reply(finding=found, text="在办。", by=spring.officer, at=NOW - timedelta(days=5))
    assert 'value="close"' in client.get(SUPERVISE).content.decode()
    supervision.send_back(finding=found, text="不行。", by=spring.vote.clerk, at=NOW - timedelta(days=2))
    assert 'value="close"' not in client.get(SUPERVISE).content.decode()
    sent = {"do": "close", "finding": found.pk, "text": "好。"}
    with clock(NOW):
        answer = client.post(f"/en{SUPERVISE}", sent)
    [(_finding, form, _answered)] = answer.context["findings"]
    assert form.errors == {
        "text": ["The unit has not answered since 2018-07-13. Close the finding when it has, or escalate it."]
    }
    supervision.reply(finding=found, text="已改。", by=spring.officer, at=NOW)
    assert client.post(SUPERVISE, sent).status_code == 302


def test_a_decision_is_taken_between_the_request_and_today(spring):
    change = ask(spring)  # on 23 January 2018
    sent = {"do": "approve", "confirm": "on", "shown": change.pk, "text": "同意。", "on": "2018-01-22"}
    page, user = f"/en{DESK}", spring.vote.presiding
    asked = spring.at.date().isoformat()
    assert errors(user, page, sent | {"on": "2018-01-01"}) == {
        "on": [f"The change was asked for on {asked}; it was not decided before."]
    }
    assert errors(user, page, sent | {"on": "2018-07-16"}) == {
        "on": ["A decision is recorded once it was taken; this day lies ahead."]
    }
    assert errors(user, page, sent | {"on": asked, "text": ""}) == {
        "text": ["Write what the standing committee decided."]
    }


@pytest.mark.parametrize(
    ("due", "sentence"),
    [
        ("2018-07-14", "The day by which it is to be put right lies in the past."),
        ("2020-07-17", "The day by which it is to be mended lies more than two years ahead."),
    ],
)
def test_an_order_to_put_right_ends_in_its_time(spring, due, sentence):
    assess(spring, {1: Mark.AGAINST})
    sent = {"do": "mend", "text": "改。", "due": due}
    assert errors(spring.vote.clerk, f"/en{DESK}", sent) == {"due": [sentence]}
    assert errors(spring.vote.clerk, f"/en{DESK}", sent | {"text": "", "due": "2018-08-01"}) == {
        "text": ["Write what is to be put right."]
    }


def test_numbers_of_nobody_in_office_are_named_and_noughts_may_be_left_out(spring):
    first, second, _third = spring.vote.delegates
    first.__class__.objects.filter(pk=first.pk).update(number="0007")
    assert errors(spring.vote.clerk, f"/en{DESK}", {"do": "group", "numbers": "7 8 99999"}) == {
        "numbers": ["No delegate in office has these numbers: 8, 99999."]
    }
    group = supervision.name_group(
        delivery=spring.delivery(), numbers=["7", second.number, "0007"], **spring.acting
    )
    assert set(group.delegates.all()) == {first, second}


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        ("many", "Line 1: “many” is not a number."),
        ("-5", "Line 1: “-5” is less than nought."),
        (
            "10000000000000000",
            "Line 1: “10000000000000000” is too large: at most 12 digits before the point.",
        ),
    ],
)
def test_what_is_wrong_with_a_number_of_a_plan_is_said(number, sentence):
    with override("en"), pytest.raises(ValidationError) as refused:
        targets_in(f"公厕 | {number} | 座")
    assert refused.value.messages == [sentence]
    assert targets_in("公厕 | 999999999999 | 座") == [
        {"text": "公厕", "number": "999999999999", "unit": "座"}
    ]


def test_a_text_that_is_too_long_is_told_in_our_words(spring):
    sent = {"do": "report", "day": "2018-07-10", "text": "长" * 3001, "delay": "雨"}
    assert errors(spring.officer, f"/en{UNIT}", sent) == {
        "text": ["At most 3000 characters; these are 3001."]
    }
