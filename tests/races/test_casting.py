"""F1, F2, F24 and S7: real threads on PostgreSQL.

Guards ``voting.domain.vote.ballots`` and ``voting.domain.vote.rounds``.
"""

from __future__ import annotations

import hashlib
import re
import threading
import time
from functools import partial

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.factories import make_vote
from tests.races.crowd import at_once
from voting.count import sealing
from voting.count.canonical import sha256_hex
from voting.domain.core.refusals import StepNotAllowed
from voting.domain.vote import counts, keys, rounds
from voting.domain.vote.ballots import AlreadyCast, NotSealed, Receipt, RoundNotOpen
from voting.domain.vote.casting import cast_ballot, cast_sealed, seal_choice
from voting.domain.vote.definitions import definition_of, sealing_info
from voting.domain.vote.tried_keys import key_mac
from voting.models import RollEntry, Round, SealedBallot, UrnSeal

pytestmark = pytest.mark.django_db(transaction=True)

TEN = tuple(range(1, 11))


def test_f1_64_parallel_submits_by_one_delegate_leave_one_ballot():
    vote = make_vote(delegates=2)
    entry = vote.round.roll.get(delegate=vote.delegates[0])
    cast = partial(cast_ballot, entry_id=entry.pk, round_id=entry.round_id, chosen=TEN)
    results = at_once([cast] * 64)
    receipts = [result for result in results if isinstance(result, Receipt)]
    refusals = [result for result in results if isinstance(result, AlreadyCast)]
    assert (len(receipts), len(refusals)) == (1, 63)
    blob = SealedBallot.objects.get().blob
    assert hashlib.sha256(bytes(blob)).hexdigest() == receipts[0].digest
    assert list(RollEntry.objects.filter(voted=True)) == [entry]


@pytest.mark.parametrize("head_start", [0.0, 0.01, 0.05])
def test_f2_casting_while_closing_loses_nothing_acknowledged_and_counts_nothing_else(head_start):
    vote = make_vote(delegates=48)
    round_ = vote.round
    entries = list(round_.roll.all())

    def close() -> UrnSeal:
        time.sleep(head_start)
        return vote.close()

    acts = [partial(cast_ballot, entry_id=e.pk, round_id=round_.pk, chosen=TEN) for e in entries]
    results = at_once([*acts, close])
    seal = results.pop()
    assert isinstance(seal, UrnSeal)
    receipts = {result.digest for result in results if isinstance(result, Receipt)}
    late = [result for result in results if isinstance(result, RoundNotOpen)]
    assert len(receipts) + len(late) == len(entries)
    stored = bytes(UrnSeal.objects.get().hashes).hex()
    assert {stored[i : i + 64] for i in range(0, len(stored), 64)} == receipts
    assert seal.ballots == len(receipts) == RollEntry.objects.filter(voted=True).count()
    tally = counts.count_round(round_=round_, slips=vote.slips[:3], by=vote.clerk, at=vote.later())
    assert f'"returned":{len(receipts)},' in tally.working


def test_two_clerks_close_and_count_once():
    vote = make_vote(delegates=3, ballots=[TEN, TEN])
    round_, at = vote.round, vote.later()
    closed = at_once(
        [partial(rounds.close_round, round_=round_, by=vote.clerk, at=at, second=vote.chief)] * 8
    )
    assert sum(isinstance(result, UrnSeal) for result in closed) == 1
    assert sum(isinstance(result, StepNotAllowed) for result in closed) == 7
    count = partial(counts.count_round, round_=round_, slips=vote.slips[:3], by=vote.clerk, at=at)
    counted = at_once([count] * 4)
    assert sum(isinstance(result, StepNotAllowed) for result in counted) == 3


def test_s7_at_every_moment_marked_delegates_and_ballots_are_equal_in_number():
    vote = make_vote(delegates=40)
    entries = list(vote.round.roll.all())
    seen: list[tuple[int, int]] = []

    def look() -> None:
        for _ in range(30):
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT (SELECT count(*) FROM voting_rollentry WHERE voted),"
                    " (SELECT count(*) FROM voting_sealedballot)"
                )
                seen.append(cursor.fetchone())

    acts = [partial(cast_ballot, entry_id=e.pk, round_id=e.round_id, chosen=TEN) for e in entries]
    results = at_once([*acts, look])
    assert results[-1] is None
    assert len(seen) == 30
    assert all(marked == ballots for marked, ballots in seen)
    assert SealedBallot.objects.count() == len(entries)


def test_f2_a_cast_that_waited_for_the_close_is_not_taken():
    vote = make_vote(delegates=2)
    first, second = vote.round.roll.order_by("number")
    cast_ballot(entry_id=first.pk, round_id=first.round_id, chosen=TEN)
    closing, waiting = threading.Event(), threading.Event()

    def close() -> UrnSeal:
        with transaction.atomic():
            seal = vote.close()
            closing.set()
            assert waiting.wait(timeout=30)
        return seal

    def cast() -> Receipt:
        assert closing.wait(timeout=30)
        return cast_ballot(entry_id=second.pk, round_id=second.round_id, chosen=TEN)

    def watch() -> None:
        deadline = time.monotonic() + 30
        try:
            while time.monotonic() < deadline:
                with connection.cursor() as cursor:
                    cursor.execute(
                        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database()"
                        " AND wait_event_type = 'Lock' AND query LIKE '%FOR SHARE%'"
                    )
                    if cursor.fetchone():
                        return
                time.sleep(0.01)
            pytest.fail("the cast did not wait for the close")
        finally:
            waiting.set()

    seal, late, watched = at_once([close, cast, watch])
    assert watched is None
    assert isinstance(seal, UrnSeal)
    assert isinstance(late, RoundNotOpen)
    assert seal.ballots == SealedBallot.objects.count() == RollEntry.objects.filter(voted=True).count() == 1


def test_a_ballot_is_sealed_to_the_key_that_the_database_holds_now():
    """A process that knows the round of a database since replaced (restored, say) must not use its old key."""
    vote = make_vote(delegates=2, ballots=[TEN])
    entry = vote.round.roll.get(delegate=vote.delegates[1])
    stale = seal_choice(round_id=entry.round_id, chosen=TEN)
    seed = sealing.new_seed()
    key = sealing.public_key(seed)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            "UPDATE voting_round SET public_key = %s, key_fingerprint = %s", [key.raw, key.fingerprint]
        )
        # As in the database restored: its key is one that was tried.
        Round.objects.filter(pk=vote.round.pk).update(key_mac=key_mac(vote.round))
        cursor.execute("SET session_replication_role = origin")
    with pytest.raises(NotSealed):  # what was sealed to the old key would be void at the count
        cast_sealed(entry_id=entry.pk, round_id=entry.round_id, blob=stale)
    assert SealedBallot.objects.count() == 1
    receipt = cast_ballot(entry_id=entry.pk, round_id=entry.round_id, chosen=TEN)
    blobs = [bytes(blob) for blob in SealedBallot.objects.values_list("blob", flat=True)]
    blob = next(blob for blob in blobs if hashlib.sha256(blob).hexdigest() == receipt.digest)
    plain = sealing.unseal(sealing.private_key(seed), blob, info=sealing_info(vote.round))
    assert definition_of(vote.round).decode(plain).marks == (1,) * 10 + (0, 0)


def test_a_ballot_is_sealed_to_the_definition_that_the_database_holds_now():
    """As with the key: marks must not be read by the order of items that a process remembers."""
    vote = make_vote(delegates=2, ballots=[TEN])
    entry = vote.round.roll.get(delegate=vote.delegates[1])
    text = vote.round.definition.replace("第1项目", "改名的项目")
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            "UPDATE voting_round SET definition = %s, definition_digest = %s", [text, sha256_hex(text)]
        )
        # As in the database restored: its key is one that was tried.
        Round.objects.filter(pk=vote.round.pk).update(key_mac=key_mac(vote.round))
        cursor.execute("SET session_replication_role = origin")
    receipt = cast_ballot(entry_id=entry.pk, round_id=entry.round_id, chosen=TEN)
    blobs = [bytes(blob) for blob in SealedBallot.objects.values_list("blob", flat=True)]
    blob = next(blob for blob in blobs if hashlib.sha256(blob).hexdigest() == receipt.digest)
    seed = keys.rebuild_seed(round_=vote.round, slips=vote.slips[:3])
    plain = sealing.unseal(sealing.private_key(seed), blob, info=sealing_info(vote.round))
    assert definition_of(vote.round).decode(plain).marks == (1,) * 10 + (0, 0)


def test_f24_a_cast_is_one_statement_and_writes_no_row_that_others_write():
    vote = make_vote(delegates=3, ballots=[TEN])
    entry = vote.round.roll.get(delegate=vote.delegates[1])
    blob = seal_choice(round_id=entry.round_id, chosen=TEN)
    with CaptureQueriesContext(connection) as queries:
        cast_sealed(entry_id=entry.pk, round_id=entry.round_id, blob=blob)
    (statement,) = (query["sql"] for query in queries)
    assert re.findall(r"\b(UPDATE|INSERT INTO|DELETE FROM) (\w+)", statement) == [
        ("UPDATE", "voting_rollentry"),
        ("INSERT INTO", "voting_sealedballot"),
    ]
