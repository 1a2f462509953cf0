"""Whole sessions looked at by an attacker: S4 after it, S5 during it, S10 from the outside; F5 and F15.

Guards ``voting.domain.vote.ballots`` and ``voting.domain.vote.rounds``.
"""

from __future__ import annotations

import itertools
import json
import logging
import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.serializers import JSONSerializer
from django.core import signing
from django.core.cache import caches
from django.db import IntegrityError, InternalError, connection, transaction
from django.test import Client
from django.urls import URLPattern
from django.utils import timezone

from accounts.kept_sessions import KeptSession
from accounts.models import Delegate
from accounts.sessions import salt_of
from tests.factories import Vote, make_vote
from tests.integration.vote.test_ballot_pages import CAST, REVIEW, enter
from tests.integration.vote.test_ballot_types import sent, ticket
from voting.count import choices, sealing
from voting.count.counting import BallotType
from voting.domain.vote import ballots, counts, keys, paper_ballots, rounds
from voting.domain.vote.definitions import definition_of, sealing_info
from voting.domain.vote.receipts import friendly
from voting.models import Candidate, RollEntry, SealedBallot, Tally
from voting.states import RoundStatus
from voting.urls.public import urlpatterns

pytestmark = pytest.mark.django_db
CANARY = 7


def tables() -> dict[str, list[str]]:
    """Return every row of every table as the text that a dump would hold."""
    with connection.cursor() as cursor:
        found = {}
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            found[table] = [row for (row,) in cursor.fetchall()]
    return found


# ------------------------------------------------------------------------------------------------------------- S4


def plain_forms(vote: Vote, numbers: Sequence[int]) -> list[str]:
    """Return what a choice looks like in the clear: as the sealed plaintext, as marks, as a form."""
    marks = [int(number in numbers) for number in range(1, 13)]
    data = choices.encode(marks, ballot_type=BallotType.UP_TO, items=12)
    forms = [data.hex(), data.rstrip(b"\0").hex(), str(marks), json.dumps(marks, separators=(",", ":"))]
    return [*forms, "".join(map(str, marks)), *(f"mark={number}" for number in numbers)]


def test_s4_nothing_that_is_left_of_a_session_holds_a_voter_together_with_a_choice(
    tmp_path, settings, caplog
):
    settings.VAR = tmp_path
    caplog.set_level(logging.DEBUG)
    vote = make_vote(delegates=4, ballots=[[1, 2], [1, 2], [3]])
    canary = Candidate.objects.get(cycle=vote.cycle, number=CANARY)
    client = Client()
    enter(client, vote, 3)
    reviewed = client.post(REVIEW, ticket(client) | {"mark": [str(CANARY), "9"]})
    assert "核对表决票" in reviewed.content.decode()
    assert client.post(CAST, sent(reviewed)).status_code == 200
    voter = RollEntry.objects.get(delegate=vote.delegates[3])
    assert voter.voted
    forms = plain_forms(vote, [CANARY, 9])
    names = [canary.name, f"projects/{CANARY}", *forms]
    is_about = re.compile(rf"\b({voter.number}|{re.escape(voter.name)})\b")
    told = {table: [row for row in rows if is_about.search(row)] for table, rows in tables().items()}
    assert told["voting_rollentry"], "the voter is somewhere"
    for table, rows in told.items():
        assert not [row for row in rows if any(name in row for name in names)], table
    for table, rows in tables().items():
        assert not [row for row in rows if any(form in row for form in forms)], table
    for session in KeptSession.objects.all():
        kept = json.dumps(
            signing.Signer(salt=salt_of(session.session_key)).unsign_object(
                session.session_data, serializer=JSONSerializer
            )
        )
        assert not [name for name in [*names, "mark"] if name in kept]
    lines = [record.getMessage() for record in caplog.records]
    assert not [line for line in lines if any(form in line for form in forms)]
    assert not [line for line in lines if is_about.search(line) and canary.name in line]
    kept = [str(value) for cache in caches.all() for value in getattr(cache, "_cache", {}).values()]
    assert not [value for value in kept if any(form in value for form in forms)]
    assert list(tmp_path.rglob("*")) == []


def test_s4_the_search_would_find_such_a_row():
    vote = make_vote(delegates=2, ballots=[[CANARY]])
    form = plain_forms(vote, [CANARY])[2]
    voter = vote.delegates[0]
    Delegate.objects.filter(pk=voter.pk).update(name=form)
    assert [row for row in tables()["accounts_delegate"] if form in row and voter.number in row]


# ------------------------------------------------------------------------------------------------------------- S5


def test_s5_a_dump_after_every_vote_gives_sealed_bytes_that_only_k_slips_open():
    """The attacker knows whose ballot each row is, has the public key, and may seal guesses himself."""
    vote = make_vote(delegates=12)
    known: dict[int, bytes] = {}
    seen: set[Any] = set()
    chosen = [[1, 2, 3], [4, 5]]
    for place in range(12):
        vote.cast(place, chosen[place % 2])
        (new,) = set(SealedBallot.objects.values_list("pk", flat=True)) - seen
        seen.add(new)
        known[place] = bytes(SealedBallot.objects.get(pk=new).blob)
    assert len({len(blob) for blob in known.values()}) == 1
    parts = [blob[at : at + 8] for blob in known.values() for at in range(len(blob) - 7)]
    repeated = len(parts) - len(set(parts))
    assert repeated == 0, "no two ballots, of one choice or of two, share even eight bytes"
    round_ = vote.round
    public, info = sealing.load_public_key(bytes(round_.public_key)), sealing_info(round_)
    definition = definition_of(round_)
    for guess in chosen:
        marks = [int(number in guess) for number in range(1, 13)]
        plain = choices.encode(marks, ballot_type=definition.ballot_type, items=12)
        assert sealing.seal(public, plain, info=info) not in known.values()
    everything = json.dumps(tables(), default=str)
    seed = keys.rebuild_seed(round_=round_, slips=vote.slips[:3])
    for secret in (seed.hex(), *vote.slips):
        assert secret not in everything
    for few in itertools.combinations(vote.slips, 2):
        with pytest.raises(keys.SlipsRefused):
            keys.rebuild_seed(round_=round_, slips=list(few))
    wrong = sealing.private_key(sealing.new_seed())
    for blob in known.values():
        with pytest.raises(sealing.CannotUnseal):
            sealing.unseal(wrong, blob, info=info)
    right = sealing.private_key(seed)
    opened = {sealing.unseal(right, blob, info=info) for blob in known.values()}
    assert len(opened) == 2, "with three slips they are the two choices, so the ballots were there to be read"


# ------------------------------------------------------------------------------------------------------------ S10


BEFORE_THE_VOTE = re.compile(r"/(?:delegate|call|propose|proposals|slate-reports?)\b")


def public_files(chosen: list[list[int]]) -> dict[str, str]:
    """Play a session to its notice and return every public page and text file, and every receipt's answer.

    What is random by nature is taken out: hashes, marks of keys, receipts, tokens and the staff's serial numbers.
    """
    with transaction.atomic():
        vote = make_vote(until="published", delegates=len(chosen), ballots=chosen, floor_base="")
        client = Client()
        found = {}
        for pattern in urlpatterns:
            assert isinstance(pattern, URLPattern)
            path = "/" + str(pattern.pattern).replace("<slug:slug>", "2018").replace(
                "<slug:name>", "piaojue-notice"
            )
            path = re.sub(r"<small:(?:number|version)>", "1", path)
            if path.endswith((".pdf", ".xlsx")):
                continue  # the same read models; tests/integration/test_pdf.py and test_downloads.py hold them
            if BEFORE_THE_VOTE.search(path):
                continue  # there was no call; nothing of it knows a ballot
            if "/pictures/" in path:
                continue  # nobody added one to a project
            if path == "/look/":
                continue  # takes a form only, and leads back
            answer = client.get(path, follow=True)
            assert answer.status_code == 200, path
            found[path] = answer.content.decode()
        for place, receipt in enumerate(vote.receipts):
            answer = client.post("/receipt/", {"receipt": friendly(receipt.digest)})
            found[f"receipt {place}"] = answer.content.decode()
        transaction.set_rollback(True)
    noise = re.compile(
        r"[0-9a-f]{64}|[0-9a-f]{8}(?: [0-9a-f]{8}){7}|[0-9A-Z]{4,5}(?:-[0-9A-Z]{4,5}){3,}"
        r"|[\u4e00-\u9fff]{6}(?=</b>| \d{4} \d{4})|\d{4}(?: \d{4}){5}"
        r"|csrfmiddlewaretoken\" value=\"[^\"]*\"|user-\d+|value=\"[^\"]*\""
    )
    return {path: noise.sub("*", text) for path, text in found.items()}


def sorted_lines(files: dict[str, str]) -> dict[str, list[str]]:
    return {path: sorted(text.splitlines()) for path, text in files.items()}


NINE = list(range(1, 10))


def test_s10_two_voters_who_trade_their_choices_leave_the_same_public_files():
    rest = [[*NINE, 10]] * 4
    one = public_files([[1, 2, 3], [11, 12], *rest])
    other = public_files([[11, 12], [1, 2, 3], *rest])
    assert sorted_lines(one) == sorted_lines(other)
    assert len(one) > 20


def test_s10_another_choice_changes_numbers_and_no_kind_of_thing():
    rest = [[*NINE, 10]] * 4
    one = public_files([[1, 2, 3], *rest])
    other = public_files([[1, 2, 4], *rest])
    assert one != other, "the counts differ"

    def kinds(files: dict[str, str]) -> dict[str, str]:
        return {path: re.sub(r"\d+(?:\.\d+)?", "0", text) for path, text in files.items()}

    assert kinds(one) == kinds(other)
    assert one["receipt 0"] == other["receipt 0"]


# ------------------------------------------------------------------------------------------------------------- F5


def test_f5_a_database_restored_from_an_older_backup_is_not_counted():
    """The seal knows four ballots and the journal its root; the urn of an hour ago has three."""
    vote = make_vote(until="closed", delegates=5, ballots=[[1]] * 4)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            "DELETE FROM voting_sealedballot WHERE id = (SELECT id FROM voting_sealedballot LIMIT 1)"
        )
        cursor.execute("SET session_replication_role = origin")
    with pytest.raises(counts.UrnDamaged):
        counts.count_round(round_=vote.round, slips=vote.slips[:3], by=vote.clerk, at=vote.later())
    assert (vote.round.status, Tally.objects.count()) == (RoundStatus.CLOSED, 0)


# ------------------------------------------------------------------------------------------------------------ F15


def test_f15_only_the_step_opens_and_closes_never_a_clock():
    vote = make_vote(until="ready", delegates=3)
    long_ago = timezone.now() - timedelta(hours=5)
    vote.open_vote(at=long_ago, minutes=1)
    assert vote.round.announced_close < timezone.now()
    assert vote.cast(0, [1]).digest, "after the announced minute a ballot is still taken: nobody has closed"
    vote.close()
    with pytest.raises(rounds.StepNotAllowed):
        vote.open_vote()


@pytest.mark.parametrize("column", ["opened_at", "closed_at", "announced_close"])
def test_f15_the_times_of_the_record_cannot_be_edited(column: str):
    vote = make_vote(until="closed", delegates=3, ballots=[[1]])
    with pytest.raises((InternalError, IntegrityError)), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE voting_round SET {column} = now() WHERE id = %s", [vote.round.pk])


def test_f15_nobody_votes_before_the_opening_whatever_the_channel():
    vote = make_vote(until="ready", delegates=3)
    with pytest.raises(rounds.StepNotAllowed):
        vote.close()
    entry = vote.round.roll.get(delegate=vote.delegates[0])
    with pytest.raises(ballots.RoundNotOpen):
        vote.cast(0, [1])
    with pytest.raises(rounds.StepNotAllowed):
        paper_ballots.record_box(round_=vote.round, returned=1, by=vote.clerk, at=vote.later())
    assert not RollEntry.objects.get(pk=entry.pk).voted
