"""归档: projects that take years go on, the year is read-only, contacts are gone, keys and urns disposed of.

Guards ``voting.domain.after.archive``.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils.translation import override

from accounts.models import Delegate
from tests.autumn import clock
from tests.cases_after import answer, archived_with_nothing_left, ask, assess, inspect, survey
from tests.factories import CongressFactory
from tests.security.test_urn import attack
from tests.spring import MILESTONES, Spring, make_next_year, make_spring
from voting.count.counting import Mark
from voting.domain.after import (
    archive,
    completions,
    deliveries,
    light_settings,
    progress,
    rectifications,
    supervision,
    surveys,
)
from voting.domain.after.lights import Light, LightStanding
from voting.domain.core.refusals import StepNotAllowed
from voting.models import (
    Cycle,
    Delivery,
    Disposal,
    Finding,
    JournalEntry,
    Notice,
    ProgressList,
    Proposal,
    ProposalList,
    SealedBallot,
    SupervisionGroup,
    Survey,
    SurveyCount,
    SurveyForm,
    TestBallot,
    UrnSeal,
)
from voting.states import Act, DeliveryStatus, Stage

pytestmark = pytest.mark.django_db


def carry(spring: Spring, number: int = 1, to: Cycle | None = None) -> Delivery:
    to = to or make_next_year()
    made = archive.carry_over(
        delivery=spring.delivery(number), to=to, stage_goal="完成其余六座", **spring.acting
    )
    return (
        Delivery.objects.select_related("cycle", "continues")
        .prefetch_related("targets", "milestones", "reports__figures", "reports__milestones")
        .get(pk=made.pk)
    )


def test_a_project_that_takes_years_goes_on_in_the_next_with_its_plan_and_a_goal():
    spring = make_spring()
    made = carry(spring)
    assert (made.number, made.cycle.slug, made.continues.number) == (4, "2019", 1)
    assert deliveries.plan_of(made) == deliveries.plan_of(spring.delivery(1)) | {"stage_goal": "完成其余六座"}
    assert list(made.reports.all()) == [], "nothing was reported, so nothing is"
    assert spring.delivery(1).status == DeliveryStatus.CARRIED
    with pytest.raises(StepNotAllowed):
        carry(spring, to=made.cycle)
    with pytest.raises(StepNotAllowed):
        spring.report(1)
    acts = JournalEntry.objects.filter(act=Act.CARRIED_OVER).order_by("pk")
    assert [(each.cycle.slug, each.data) for each in acts] == [
        ("2018", {"number": 1, "to": "2019", "as": 4}),
        ("2019", {"number": 4, "from": "2018", "was": 1}),
    ]


def test_what_was_reached_goes_with_it_and_what_was_not_stays_due():
    """Two of four milestones, four of ten toilets and some money: the next year begins with just that."""
    spring = make_spring()
    spring.report(1, figures={1: 3}, reached={1: date(2018, 3, 15)}, spent=Decimal("12.50"))
    spring.report(
        1, day=date(2018, 9, 20), figures={1: 4}, reached={2: date(2018, 6, 1), 3: None}, delay="汛期。"
    )
    spring.at = datetime(2018, 12, 20, 9, tzinfo=UTC)
    made = carry(spring)
    (report,) = made.reports.all()
    assert (report.day, report.spent, report.reported_by) == (
        date(2018, 12, 20), Decimal("12.50"), spring.vote.clerk,
    )  # fmt: skip
    assert report.text == "承接2018年：截至当时的完成情况。\n2018-03 3月的节点\n2018-06 6月的节点"
    assert deliveries.plan_of(made)["milestones"] == MILESTONES[2:]
    rule, _days = light_settings.rule_of(made.cycle)
    assert progress.progress_of(made, on=date(2019, 1, 2), rule=rule) == progress.Progress(
        figures={made.targets.get(position=1).pk: Decimal(4)},
        reached={},
        spent=Decimal("12.50"),
        last_day=date(2018, 12, 20),
        standing=LightStanding(Light.RED, Fraction(100), Fraction(0)),
    )
    assert progress.progress_of(made, on=date(2018, 12, 21), rule=rule).standing == LightStanding(
        Light.RED, Fraction(50), Fraction(0)
    ), "the milestone of September is late in truth, that of December is not yet"


def test_a_clerk_in_english_carries_over_in_the_language_of_the_place():
    spring = make_spring()
    spring.report(1, figures={1: 4})
    spring.at = datetime(2018, 12, 20, 9, tzinfo=UTC)
    with override("en"):
        (report,) = carry(spring).reports.all()
    assert report.text == "承接2018年：截至当时的完成情况。"


def test_the_supervision_group_goes_with_it_as_far_as_it_is_in_office():
    spring = make_spring()
    first, gone = spring.vote.delegates[:2]
    numbers = [first.number, gone.number]
    supervision.name_group(delivery=spring.delivery(1), numbers=numbers, **spring.acting)
    Delegate.objects.filter(pk=gone.pk).update(is_active=False)
    made = carry(spring)
    assert list(made.group.delegates.all()) == [first]
    assert not SupervisionGroup.objects.filter(delivery__number=4, delivery__cycle__slug="2018").exists()


def fault(spring: Spring) -> Finding:
    faults = [("围挡破损", spring.unit, date(2018, 2, 1))]
    inspect(spring, faults=faults)
    return Finding.objects.get()


def handed_in(spring: Spring) -> object:
    spring.report(1, figures={1: 10, 2: 800})
    return completions.hand_in(
        delivery=spring.delivery(1), evidence="建成。", by=spring.officer, at=datetime(2019, 1, 1, tzinfo=UTC)
    )


def ordered(spring: Spring) -> object:
    held = assess(spring, {1: Mark.AGAINST}).cycle
    given = {"assessment": held, "delivery": spring.delivery(1), "text": "改。", "due": date(2019, 6, 1)}
    return rectifications.order_rectification(**given, **spring.acting)


OPEN = [fault, ask, handed_in, ordered]


@pytest.mark.parametrize("wait", OPEN)
def test_nothing_goes_on_while_something_of_it_is_open(wait):
    spring = make_spring()
    wait(spring)
    with override("en"), pytest.raises(archive.StillOpen, match=r"at these projects: 1\. Close or decide"):
        carry(spring)
    assert spring.delivery(1).status == DeliveryStatus.RUNNING
    assert not Delivery.objects.exclude(continues=None).exists()


@pytest.mark.parametrize("wait", OPEN)
def test_the_year_is_not_archived_while_something_is_open_and_says_where(wait):
    """Even of a project that is completed, as those are whose delivery ended before the order to put it right."""
    spring = make_spring()
    wait(spring)
    finish_all(spring)
    if not spring.cycle.assessments.exists():
        assess(spring, {2: Mark.FOR})
    with pytest.raises(archive.StillOpen) as refused:
        archive.archive(cycle=spring.cycle, **spring.acting)
    assert refused.value.numbers == [1]
    assert spring.cycle.stage == Stage.ASSESSMENT


def finish_all(spring: Spring) -> None:
    Delivery.objects.filter(cycle=spring.vote.cycle).update(status=DeliveryStatus.COMPLETED)


@pytest.mark.parametrize("wrong", ["earlier", "of another congress", "issued"])
def test_a_year_that_cannot_take_it_over_does_not(wrong):
    spring = make_spring()
    to = make_next_year(CongressFactory(slug="yuhang") if wrong == "of another congress" else None)
    if wrong == "earlier":
        Cycle.objects.filter(pk=to.pk).update(year=2018)
    elif wrong == "issued":
        replace(spring, vote=make_vote_of(to, spring)).issue()
    with pytest.raises(archive.NoNextYear):
        archive.carry_over(delivery=spring.delivery(1), to=to, stage_goal="", **spring.acting)
    assert spring.delivery(1).status == DeliveryStatus.RUNNING


def make_vote_of(cycle: Cycle, spring: Spring):
    vote = spring.vote
    return vote.__class__(
        cycle=cycle, clerk=vote.clerk, scrutineer=vote.scrutineer, other_scrutineer=vote.other_scrutineer,
        presiding=vote.presiding, chief=vote.chief, delegates=vote.delegates,
    )  # fmt: skip


def test_an_archived_year_is_complete(client):
    """That it is read-only, ``test_stages_after`` shows for every verb."""
    spring = make_spring()
    archived_with_nothing_left(spring)
    assert spring.cycle.stage == Stage.ARCHIVED
    for page in (
        "/2018/delivery/",
        "/2018/delivery/1/",
        "/2018/result/",
        "/2018/glance/",
        "/2018/projects.csv",
    ):
        assert client.get(page).status_code == 200, page


def test_contacts_are_deleted_when_the_year_is_archived_and_so_are_lists_that_nobody_took_in():
    spring = make_spring()
    Proposal.objects.create(
        cycle=spring.cycle, number=1, title="建公厕", content="河边", source="resident", submitted_at=spring.at,
        contact="13800000000", contact_name="某人",
    )  # fmt: skip
    given = {"cycle": spring.cycle, "uploaded_by": spring.vote.clerk, "uploaded_at": spring.at}
    for kind in (ProposalList, ProgressList):
        for status, _name in kind._meta.get_field("status").choices:
            content = b"13900000000" if status == kind.Status.STAGED else b""
            kind.objects.create(file_name=f"{status}.csv", status=status, content=content, **given)
    archived_with_nothing_left(spring)
    kept = Proposal.objects.get(cycle=spring.cycle)
    assert (kept.title, kept.contact, kept.contact_name) == ("建公厕", "", "")
    for kind in (ProposalList, ProgressList):
        rows = kind.objects.values_list("file_name", "status", "content")
        assert {(name, status, bytes(content)) for name, status, content in rows} == {
            ("staged.csv", "dropped", b""), ("applied.csv", "applied", b""), ("dropped.csv", "dropped", b""),
        }  # fmt: skip
    entry = JournalEntry.objects.get(cycle=spring.cycle, act=Act.ARCHIVED)
    assert entry.data == {"contacts": 1, "lists": 2}


def test_what_is_not_finished_is_named_and_the_year_stays_open():
    spring = make_spring()
    assess(spring, {1: Mark.FOR})
    with pytest.raises(archive.StillRunning) as refused:
        archive.archive(cycle=spring.cycle, **spring.acting)
    assert refused.value.numbers == [1, 2, 3, 4]
    assert spring.cycle.stage == Stage.ASSESSMENT


def dispose(spring: Spring, slips: int = 5) -> Disposal:
    return archive.dispose(
        cycle=spring.cycle, slips=slips, witnesses="总监票人、工作人员", note="当场粉碎。", **spring.acting
    )


def test_keys_and_urns_are_disposed_of_on_the_record_and_the_result_stays_checkable(client):
    spring = make_spring()
    archived_with_nothing_left(spring)
    notices = list(Notice.objects.order_by("pk").values_list("digest", flat=True))
    seals = list(UrnSeal.objects.order_by("pk").values_list("root", flat=True))
    assert SealedBallot.objects.count() == 6
    made = dispose(spring)
    assert (made.cycle, made.ballots, made.slips) == (spring.cycle, 3, 5)
    assert Disposal.objects.count() == 2, "of the assessment too"
    assert SealedBallot.objects.count() == 0
    assert list(Notice.objects.order_by("pk").values_list("digest", flat=True)) == notices
    assert list(UrnSeal.objects.order_by("pk").values_list("root", flat=True)) == seals
    assert client.get("/2018/urn.txt").status_code == 200
    assert client.get("/2018/recount.json").status_code == 200
    with pytest.raises(StepNotAllowed):
        dispose(spring)
    acts = JournalEntry.objects.filter(act=Act.DISPOSED)
    assert {entry.cycle.slug for entry in acts} == {"2018", "2018-assessment"}


def test_as_many_slips_are_disposed_of_as_the_vote_and_its_assessments_had_and_the_journal_says_how_many():
    spring = make_spring()
    archived_with_nothing_left(spring)
    with pytest.raises(archive.TooManySlips) as refused:
        dispose(spring, slips=11)
    assert refused.value.issued == 10
    assert SealedBallot.objects.count() == 6
    dispose(spring, slips=10)
    assert set(Disposal.objects.values_list("slips", flat=True)) == {10}
    entries = JournalEntry.objects.filter(act=Act.DISPOSED)
    assert [(entry.data["slips"], entry.data["ballots"]) for entry in entries] == [(10, 3), (10, 3)]


def test_nothing_is_disposed_of_before_the_archive():
    spring = make_spring()
    with pytest.raises(StepNotAllowed):
        dispose(spring)
    assert SealedBallot.objects.count() == 3


def test_the_database_itself_keeps_every_ballot_until_the_record_is_there():
    spring = make_spring()
    for statement in (
        "DELETE FROM voting_sealedballot",
        "UPDATE voting_sealedballot SET blob = ''",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    archived_with_nothing_left(spring)
    dispose(spring)
    for statement in ("DELETE FROM voting_disposal", "UPDATE voting_disposal SET slips = 0"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_test_ballots_are_kept_as_long_as_the_urn_and_go_with_it():
    spring = make_spring()
    attack(
        "INSERT INTO voting_testballot (id, round_id, blob) SELECT gen_random_uuid(), round_id, 'x' FROM voting_urnseal"
    )
    for statement in ("DELETE FROM voting_testballot", "UPDATE voting_testballot SET blob = ''"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    archived_with_nothing_left(spring)
    assert TestBallot.objects.exists()
    dispose(spring)
    assert not TestBallot.objects.exists()


def test_the_survey_ends_with_the_year_and_a_form_counts_no_second_time(client):
    """Not even where the digests of the tickets are deleted, and though the survey would still be open by its times."""
    spring = make_spring()
    acting = spring.acting
    opened = surveys.open_survey(
        cycle=spring.cycle, opens_at=acting["at"], closes_at=acting["at"] + timedelta(days=700), **acting
    )
    ticket = surveys.survey_ticket(opened)
    answer(spring, opened, ticket=ticket)
    archived_with_nothing_left(spring)
    moment = spring.at + timedelta(minutes=5)
    assert Survey.objects.get().closes_at == spring.at
    Survey.objects.update(closes_at=moment + timedelta(days=1))
    dispose(spring)
    for stale in (opened, Survey.objects.get()):
        with pytest.raises(surveys.SurveyClosed):
            answer(spring, stale, ticket=ticket, at=moment)
    assert SurveyForm.objects.filter(survey=opened).count() == 0
    assert surveys.totals(opened.pk)[spring.delivery(1).pk]["satisfied"] == 1
    with clock(moment):
        assert client.get("/2018/survey/").context["open"] is False


def test_a_survey_that_has_not_begun_is_never_held():
    spring = make_spring()
    survey(spring, days=600)
    archived_with_nothing_left(spring)
    assert (Survey.objects.count(), SurveyCount.objects.count()) == (0, 0)


def test_the_moment_of_the_archive_is_the_last_of_the_journal():
    spring = make_spring()
    archived_with_nothing_left(spring)
    last = JournalEntry.objects.filter(cycle=spring.cycle).order_by("sequence").last()
    assert (last.act, isinstance(last.at, datetime)) == (Act.ARCHIVED, True)
