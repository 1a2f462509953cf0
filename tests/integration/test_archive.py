"""归档: projects that take years go on, the year is read-only, contacts are gone, keys and urns disposed of."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from tests.cases_after import archived_with_nothing_left, assess, survey
from tests.factories import make_vote
from tests.spring import Spring, make_spring
from voting.domain import archive, changes, completions, deliveries, progress, supervision, surveys
from voting.domain.counting import Mark
from voting.domain.refusals import StepNotAllowed
from voting.models import Cycle, Delivery, Disposal, JournalEntry, Notice, Proposal, SealedBallot, UrnSeal
from voting.states import Act, DeliveryStatus, Stage

pytestmark = pytest.mark.django_db


def next_year(spring: Spring) -> Cycle:
    """Return the following year, its projects on their way and its breakdown not issued."""
    vote = make_vote(
        until="published", slug="2019", candidates=3, seats=2, delegates=3, ballots=[[1, 2]] * 3,
        quorum_denominator=3, quorum_numerator=1, floor_base="",
    )  # fmt: skip
    Cycle.objects.filter(pk=vote.cycle.pk).update(year=2019)
    deliveries.begin_delivery(cycle=vote.cycle, by=vote.clerk, at=vote.later())
    return Cycle.objects.get(pk=vote.cycle.pk)


def test_a_project_that_takes_years_goes_on_in_the_next_with_its_plan_and_a_goal():
    spring = make_spring()
    to = next_year(spring)
    spring.report(1, figures={1: 4})
    made = archive.carry_over(delivery=spring.delivery(1), to=to, stage_goal="完成其余六座", **spring.acting)
    assert (made.number, made.cycle, made.continues.number) == (4, to, 1)
    assert made.stage_goal == "完成其余六座"
    plan = deliveries.plan_of(Delivery.objects.get(pk=made.pk))
    old = deliveries.plan_of(spring.delivery(1))
    assert {name: plan[name] for name in ("content", "targets", "milestones")} == {
        name: old[name] for name in ("content", "targets", "milestones")
    }
    assert spring.delivery(1).status == DeliveryStatus.CARRIED
    with pytest.raises(StepNotAllowed):
        archive.carry_over(delivery=spring.delivery(1), to=to, stage_goal="", **spring.acting)
    with pytest.raises(StepNotAllowed):
        spring.report(1)


@pytest.mark.parametrize("wrong", ["earlier", "issued"])
def test_a_year_that_cannot_take_it_over_does_not(wrong):
    spring = make_spring()
    to = next_year(spring)
    if wrong == "earlier":
        Cycle.objects.filter(pk=to.pk).update(year=2018)
    else:
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


def test_an_archived_year_is_read_only_and_complete(client):
    spring = make_spring()
    archived_with_nothing_left(spring)
    assert spring.cycle.stage == Stage.ARCHIVED
    delivery, acting = spring.delivery(1), spring.acting
    attempts = [
        lambda: spring.report(1),
        lambda: spring.plan(1),
        lambda: changes.ask_change(delivery=delivery, plan={"content": "x"}, reason="x", **acting),
        lambda: completions.hand_in(delivery=delivery, evidence="x", **acting),
        lambda: supervision.inspect(delivery=delivery, day=date(2018, 1, 1), text="x", faults=[], **acting),
        lambda: supervision.remark(
            delivery=delivery, text="x", by=spring.vote.delegates[0].user, at=acting["at"]
        ),
        lambda: progress.set_lights(
            cycle=spring.cycle, rule=progress.rule_of(spring.cycle)[0], report_days=3, **acting
        ),
        lambda: surveys.open_survey(
            cycle=spring.cycle, opens_at=acting["at"], closes_at=acting["at"] + timedelta(days=1), **acting
        ),
        lambda: archive.archive(cycle=spring.cycle, **acting),
    ]
    for attempt in attempts:
        with pytest.raises((StepNotAllowed, deliveries.BreakdownFixed)):
            attempt()
    for page in (
        "/2018/delivery/",
        "/2018/delivery/1/",
        "/2018/result/",
        "/2018/glance/",
        "/2018/projects.csv",
    ):
        assert client.get(page).status_code == 200, page


def test_contacts_are_deleted_when_the_year_is_archived():
    spring = make_spring()
    Proposal.objects.create(
        cycle=spring.cycle, number=1, title="建公厕", content="河边", source="resident", submitted_at=spring.at,
        contact="13800000000", contact_name="某人",
    )  # fmt: skip
    archived_with_nothing_left(spring)
    kept = Proposal.objects.get(cycle=spring.cycle)
    assert (kept.title, kept.contact, kept.contact_name) == ("建公厕", "", "")
    entry = JournalEntry.objects.get(cycle=spring.cycle, act=Act.ARCHIVED)
    assert entry.data == {"contacts": 1}


def test_what_is_not_finished_is_named_and_the_year_stays_open():
    spring = make_spring()
    assess(spring, {1: Mark.FOR})
    with pytest.raises(archive.StillRunning) as refused:
        archive.archive(cycle=spring.cycle, **spring.acting)
    assert refused.value.numbers == [1, 2, 3, 4]
    assert spring.cycle.stage == Stage.ASSESSMENT


def dispose(spring: Spring) -> Disposal:
    return archive.dispose(
        cycle=spring.cycle, slips=5, witnesses="总监票人、工作人员", note="当场粉碎。", **spring.acting
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


def test_survey_forms_go_with_the_urns():
    spring = make_spring()
    opened = survey(spring)
    surveys.answer(
        survey=opened, ticket=surveys.make_ticket(opened), answers={spring.delivery(1).pk: "satisfied"},
        address="192.0.2.1", at=opened.opens_at + timedelta(minutes=1),
    )  # fmt: skip
    archived_with_nothing_left(spring)
    dispose(spring)
    assert surveys.forms_sent(opened) == 0
    assert surveys.totals(opened)[spring.delivery(1).pk]["satisfied"] == 1


def test_the_moment_of_the_archive_is_the_last_of_the_journal():
    spring = make_spring()
    archived_with_nothing_left(spring)
    last = JournalEntry.objects.filter(cycle=spring.cycle).order_by("sequence").last()
    assert (last.act, isinstance(last.at, datetime)) == (Act.ARCHIVED, True)
