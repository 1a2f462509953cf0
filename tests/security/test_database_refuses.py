"""The database itself refuses, attacked with raw SQL: evidence, states, kinds, the second person (Must show 5).

Guards ``voting.models``.
"""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.roles import Kind
from tests.factories import DelegateFactory, Vote, make_vote
from voting.domain.vote import counts

pytestmark = pytest.mark.django_db

TEN = tuple(range(1, 11))
EVIDENCE = [
    ("voting_sealedballot", "blob = ''"),
    ("voting_urnseal", "root = repeat('0', 64)"),
    ("voting_tally", "working = '{}'"),
    ("voting_certification", "certified_at = now()"),
    ("voting_notice", "body = '{}'"),
    ("voting_journalentry", "at = now()"),
]


MORE_ROLL = """INSERT INTO voting_rollentry (number, name, delegation, presence, voted, delegate_id, round_id)
SELECT number, name, delegation, presence, voted, delegate_id, round_id FROM voting_rollentry"""


@pytest.fixture
def vote() -> Vote:
    return make_vote(until="published", delegates=3, ballots=[TEN, TEN])


def execute(sql: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(sql)


@pytest.mark.parametrize(("table", "change"), EVIDENCE)
def test_evidence_cannot_be_updated_deleted_or_emptied(vote, table, change):
    for sql in [f"UPDATE {table} SET {change}", f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"]:
        with pytest.raises(IntegrityError, match="append-only"):
            execute(sql)


@pytest.mark.parametrize(
    ("sql", "answer"),
    [
        ("UPDATE voting_round SET status = 'open'", "no such step"),
        ("UPDATE voting_cycle SET stage = 'voting'", "no such step"),
        ("UPDATE accounts_congress SET kind = 'demo'", "the kind is fixed"),
        ("UPDATE voting_cycle SET slate_frozen_at = NULL", "the slate is frozen"),
        ("UPDATE voting_round SET definition = '{}'", "definition is frozen"),
        ("UPDATE voting_round SET seats = 12", "definition is frozen"),
        ("UPDATE voting_round SET public_key = 'x'", "key is fixed"),
        ("UPDATE voting_votingrules SET seats = 12", "adopted rules are frozen"),
        ("DELETE FROM voting_votingrules", "adopted rules are frozen"),
        ("UPDATE voting_rollentry SET voted = false WHERE voted", "the roll is frozen"),
        ("UPDATE voting_rollentry SET number = 'x' || number", "the roll is frozen"),
        ("DELETE FROM voting_rollentry", "a frozen roll is kept"),
        ("UPDATE voting_rollentry SET presence = 'on_leave'", "the vote is closed"),
        (MORE_ROLL, "the roll is frozen"),
        ("UPDATE voting_round SET issued = 1", "fixed at the opening and the close"),
        ("UPDATE voting_round SET opened_at = now()", "fixed at the opening and the close"),
        ("UPDATE voting_round SET closed_at = now()", "fixed at the opening and the close"),
        ("UPDATE voting_candidate SET name = 'x' || name", "the slate is frozen"),
        ("DELETE FROM voting_candidate", "the slate is frozen"),
        ("INSERT INTO voting_candidate SELECT * FROM voting_candidate LIMIT 1", "the slate is frozen"),
        ("UPDATE voting_ballotitem SET number = number + 100", "the ballot is fixed"),
        ("DELETE FROM voting_ballotitem", "the ballot is fixed"),
        ("INSERT INTO voting_ballotitem SELECT * FROM voting_ballotitem LIMIT 1", "the ballot is fixed"),
        ("DELETE FROM voting_round", "a round is kept"),
        ("DELETE FROM voting_cycle", "a cycle is kept"),
        ("TRUNCATE voting_rollentry CASCADE", "kept as evidence"),
        ("TRUNCATE voting_round CASCADE", "kept as evidence"),
    ],
)
def test_f16_what_is_frozen_stays_frozen(vote, sql, answer):
    with pytest.raises(IntegrityError, match=answer):
        execute(sql)


def test_the_certifier_is_another_person_than_the_counter():
    vote = make_vote(until="closed", delegates=3, ballots=[TEN])
    counts.count_round(round_=vote.round, slips=vote.slips[:3], by=vote.scrutineer, at=vote.later())
    with pytest.raises(IntegrityError, match="another person"):
        execute(
            "INSERT INTO voting_certification (tally_id, certified_by_id, certified_at)"
            f" VALUES ({vote.tally.pk}, {vote.tally.counted_by_id}, now())"
        )


def test_delegates_of_another_congress_never_reach_a_roll():
    vote = make_vote(until="rolled", delegates=2)
    stranger = DelegateFactory(kind=Kind.REHEARSAL)
    with pytest.raises(IntegrityError, match="another congress"):
        execute(
            "INSERT INTO voting_rollentry (round_id, delegate_id, number, name, delegation, presence, voted)"
            f" VALUES ({vote.round.pk}, {stranger.pk}, 'R9', 'x', 'x', 'absent', false)"
        )


def test_a_second_round_cannot_run_beside_the_first():
    make_vote(until="open", delegates=2)
    with pytest.raises(IntegrityError, match="round_one_running"):
        execute(
            "INSERT INTO voting_round (cycle_id, number, rules_id, status, seats, definition, definition_digest,"
            " key_fingerprint, key_mac, paper_only)"
            " SELECT cycle_id, 2, rules_id, 'preparing', 1, '', '', '', '', false"
            " FROM voting_round"
        )


def test_joining_roll_and_urn_by_xmin_gives_only_sealed_bytes():
    """Must show 5: whoever owns the database can pair the rows, and holds bytes that nobody can open."""
    vote = make_vote(delegates=3, ballots=[])
    chosen = [(3, 7), (12,), ()]
    for place, marks in enumerate(chosen):
        vote.cast(place, marks)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.number, u.blob FROM voting_rollentry r JOIN voting_sealedballot u ON r.xmin = u.xmin"
            " WHERE r.voted"
        )
        pairs = cursor.fetchall()
    assert pairs
    blobs = {bytes(blob) for _, blob in pairs}
    assert len({len(blob) for blob in blobs}) == 1
    # The same choice sealed twice gives unlike bytes, so nothing can be compared either.
    again = make_vote(delegates=2, slug="2019", kind=Kind.DEMO, ballots=[(3, 7), (3, 7)])
    first, second = again.round.urn.values_list("blob", flat=True)
    assert bytes(first) != bytes(second)
    shared = sum(a == b for a, b in zip(bytes(first), bytes(second), strict=True))
    assert shared < len(bytes(first)) // 20
