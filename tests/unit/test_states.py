"""The transition tables are the truth for the one writer and for the database alike.

Guards ``voting.states``, ``voting.labels``, ``voting.domain.core.cycles`` and ``voting.domain.vote.rounds``.
"""

from __future__ import annotations

import itertools

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils.functional import Promise

from tests.factories import make_vote
from voting import labels
from voting.domain.core.cycles import move_cycle
from voting.domain.core.refusals import StepNotAllowed
from voting.domain.vote.rounds import move_round
from voting.models import Cycle, Round
from voting.states import (
    CHECK_IN_STATUSES,
    COUNT_STATUSES,
    OVER_STATUSES,
    ROUND_STEPS,
    SEALED_STATUSES,
    STAGE_STEPS,
    Act,
    RoundStatus,
    Stage,
)  # fmt: skip

STAGES = list(itertools.product(Stage, Stage))
STATUSES = list(itertools.product(RoundStatus, RoundStatus))


def set_state(table: str, column: str, value: str) -> None:
    """Put every row of the table into a state, past the triggers."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(f"UPDATE {table} SET {column} = %s", [value])
        cursor.execute("SET LOCAL session_replication_role = origin")


def hold_steps_alone(table: str) -> None:
    """Let the database hold the table of steps, and of what else a step needs nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER step_known")


def database_allows(table: str, column: str, value: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE {table} SET {column} = %s", [value])
            transaction.set_rollback(True)
    except DatabaseError:
        return False
    return True


@pytest.mark.django_db
def test_the_verb_and_the_database_allow_just_the_steps_of_a_cycle():
    vote = make_vote(until="drafted", delegates=1)
    hold_steps_alone("voting_cycle")
    by_verb, by_database = set(), set()
    for since, to in STAGES:
        set_state("voting_cycle", "stage", since)
        if since != to and database_allows("voting_cycle", "stage", to):
            by_database.add((since, to))
        cycle = Cycle.every.get()
        try:
            with transaction.atomic():
                move_cycle(cycle, to=to, by=vote.clerk, at=vote.later())
                by_verb.add((since, to))
        except StepNotAllowed:
            assert Cycle.every.get().stage == since
    table = {(since, to) for since, steps in STAGE_STEPS.items() for to in steps}
    assert by_verb == table
    assert by_database == table


@pytest.mark.django_db
def test_the_verb_allows_just_the_steps_of_a_round():
    vote = make_vote(until="published", delegates=1, ballots=[[1]])
    allowed = set()
    for since, to in STATUSES:
        with transaction.atomic():
            set_state("voting_round", "status", since)
            round_ = Round.every.select_related("cycle").get()
            try:
                with transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute("SET LOCAL session_replication_role = replica")
                    move_round(round_, to=to, act=Act.ROUND_OPENED, by=vote.clerk, at=vote.later(), data={})
                    allowed.add((since, to))
                    transaction.set_rollback(True)
            except StepNotAllowed:
                assert Round.every.get().status == since
    assert allowed == {(since, to) for since, steps in ROUND_STEPS.items() for to in steps}


@pytest.mark.django_db
def test_the_database_allows_just_the_steps_of_a_round():
    make_vote(until="published", delegates=1, ballots=[[1]])
    hold_steps_alone("voting_round")
    allowed = set()
    for since, to in STATUSES:
        set_state("voting_round", "status", since)
        if since != to and database_allows("voting_round", "status", to):
            allowed.add((since, to))
    assert allowed == {(since, to) for since, steps in ROUND_STEPS.items() for to in steps if since != to}


@pytest.mark.django_db
def test_a_step_taken_twice_at_the_same_time_is_taken_once():
    vote = make_vote(until="ready", delegates=1)
    first, second = vote.round, vote.round
    move = {"to": RoundStatus.OPEN, "act": Act.ROUND_OPENED, "by": vote.clerk, "at": vote.later(), "data": {}}
    move_round(first, opened_at=vote.at, **move)
    with pytest.raises(StepNotAllowed):
        move_round(second, **move)


@pytest.mark.django_db
def test_a_stage_reached_by_two_at_the_same_time_is_reached_once():
    vote = make_vote(until="drafted", delegates=1)
    first, second = (Cycle.objects.get(pk=vote.cycle.pk) for _ in range(2))
    move_cycle(first, to=Stage.VOTING, by=vote.clerk, at=vote.later())
    entries = vote.cycle.journal.count()
    with pytest.raises(StepNotAllowed):
        move_cycle(second, to=Stage.VOTING, by=vote.clerk, at=vote.later())
    assert vote.cycle.journal.count() == entries


def test_every_word_of_the_count_has_its_label():
    """Every table of labels names all words of one enum of the count; empty stands for what is left out."""
    tables = {
        name: table for name, table in vars(labels).items() if name.isupper() and isinstance(table, dict)
    }
    labelled = {
        name: table for name, table in tables.items() if all(isinstance(v, Promise) for v in table.values())
    }
    assert len(labelled) == 15
    for name, table in labelled.items():
        (kind,) = {type(word) for word in table if word}
        assert set(table) - {""} == set(kind), name
        assert all(type(word) is str for word, _label in labels.choices_of(table))


def test_every_state_is_in_its_table_and_the_groups_do_not_overlap():
    assert set(STAGE_STEPS) == set(Stage)
    assert set(ROUND_STEPS) == set(RoundStatus)
    assert set(RoundStatus) == CHECK_IN_STATUSES | SEALED_STATUSES | OVER_STATUSES
    assert not CHECK_IN_STATUSES & (SEALED_STATUSES | OVER_STATUSES)
    assert {RoundStatus.PUBLISHED} == SEALED_STATUSES & OVER_STATUSES
    assert {status for status, steps in ROUND_STEPS.items() if not steps} == OVER_STATUSES
    assert COUNT_STATUSES < SEALED_STATUSES
