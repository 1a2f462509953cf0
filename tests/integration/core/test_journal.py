"""The journal: one chain per cycle, without gaps under a race, and every tampering is found.

Guards ``voting.domain.core.journal``.
"""

from __future__ import annotations

import json
import threading

import pytest
from django.db import connection, transaction

from tests.factories import NOW, make_vote
from voting.domain.core.journal import digest_of, first_break, record
from voting.models import Cycle, JournalEntry
from voting.states import Act


def tamper(statement: str, *parameters: object) -> None:
    """Change the journal as somebody with all rights on the database could, past the triggers."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement, parameters)
        cursor.execute("SET LOCAL session_replication_role = origin")


@pytest.mark.django_db
def test_every_step_of_a_vote_is_in_the_chain():
    vote = make_vote(until="published", delegates=3, ballots=[[1]] * 3)
    acts = list(JournalEntry.objects.order_by("sequence").values_list("act", flat=True))
    for act in (
        Act.CYCLE_CREATED, Act.SLATE_FROZEN, Act.RULES_ADOPTED, Act.ROLL_FROZEN, Act.CODES_ISSUED, Act.KEY_SPLIT,
        Act.KEY_TRIED, Act.ROUND_OPENED, Act.ROUND_CLOSED, Act.ROUND_COUNTED, Act.TALLY_CERTIFIED,
        Act.NOTICE_PUBLISHED,
    ):  # fmt: skip
        assert act in acts
    assert first_break(vote.cycle) is None
    closed = JournalEntry.objects.get(act=Act.ROUND_CLOSED)
    counted = JournalEntry.objects.get(act=Act.ROUND_COUNTED)
    assert closed.data["root"] == vote.round.seal.root
    assert closed.sequence < counted.sequence, "the urn is fixed before any slip is asked for"


@pytest.mark.django_db
def test_f29_s1_no_entry_tells_who_voted_or_when():
    vote = make_vote(until="open", delegates=3)
    before = JournalEntry.objects.count()
    vote.cast(0, [1])
    assert JournalEntry.objects.count() == before


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE voting_journalentry SET data = '{}' WHERE sequence = 4",
        "UPDATE voting_journalentry SET at = at + interval '1 second' WHERE sequence = 4",
        "UPDATE voting_journalentry SET act = 'stage_changed' WHERE sequence = 4",
        "DELETE FROM voting_journalentry WHERE sequence = 4",
        "UPDATE voting_journalentry SET digest = repeat('0', 64) WHERE sequence = 4",
    ],
)
def test_tampering_is_found_at_its_entry(statement):
    vote = make_vote(until="adopted", delegates=1)
    tamper(statement)
    assert first_break(vote.cycle) == 4


@pytest.mark.django_db
def test_another_actor_in_an_entry_is_found():
    vote = make_vote(until="adopted", delegates=1)
    tamper("UPDATE voting_journalentry SET actor_id = %s WHERE sequence = 2", vote.scrutineer.pk)
    assert first_break(vote.cycle) == 2


def rewrite(entry: JournalEntry) -> None:
    """Write an entry down as it now is, with the digest that belongs to that."""
    entry.digest = digest_of(entry)
    tamper(
        "UPDATE voting_journalentry SET data = %s, previous = %s, digest = %s WHERE id = %s",
        json.dumps(entry.data), entry.previous, entry.digest, entry.pk,
    )  # fmt: skip


@pytest.mark.django_db
def test_an_entry_rewritten_with_its_digest_is_found_at_the_next_which_still_names_the_old_one():
    vote = make_vote(until="adopted", delegates=1)
    entry = JournalEntry.objects.get(sequence=4)
    entry.data = {"forged": True}
    rewrite(entry)
    assert first_break(vote.cycle) == 5


@pytest.mark.django_db
def test_an_entry_taken_out_is_found_though_the_chain_is_linked_anew_around_it():
    vote = make_vote(until="adopted", delegates=1)
    tamper("DELETE FROM voting_journalentry WHERE sequence = 4")
    previous = JournalEntry.objects.get(sequence=3).digest
    later = list(JournalEntry.objects.filter(sequence__gt=4).order_by("sequence"))
    assert later
    for entry in later:
        entry.previous = previous
        rewrite(entry)
        previous = entry.digest
    assert first_break(vote.cycle) == 4


@pytest.mark.django_db(transaction=True)
def test_writers_at_the_same_time_keep_one_chain_without_gaps():
    vote = make_vote(until="drafted", delegates=1)
    begin = JournalEntry.objects.count()
    barrier = threading.Barrier(8)
    failures: list[BaseException] = []

    def write() -> None:
        try:
            barrier.wait(timeout=10)
            cycle = Cycle.objects.get(pk=vote.cycle.pk)
            for _ in range(5):
                with transaction.atomic():
                    record(cycle=cycle, act=Act.RULES_DRAFTED, by=vote.clerk, at=NOW)
        except BaseException as failure:  # noqa: BLE001 told by the test's own thread
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert failures == []
    sequences = list(JournalEntry.objects.order_by("sequence").values_list("sequence", flat=True))
    assert sequences == list(range(1, begin + 41))
    assert first_break(vote.cycle) is None
