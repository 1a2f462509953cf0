"""The sealed urn: S1, S2, S3, S6, S8, S9, S12 of TRUST.md, and F17, F29.

Guards ``voting.domain.vote.counts``, ``voting.domain.vote.definitions``, ``voting.domain.vote.keys`` and
``voting.domain.vote.rounds``.
"""

from __future__ import annotations

import hashlib
import itertools
import json

import pytest
from django.db import connection

from accounts.roles import Kind
from tests.factories import Vote, make_vote
from voting.count import sealing
from voting.count.formats.working import PATTERNS, WORKING
from voting.domain.vote import counts, keys, receipts, rounds
from voting.domain.vote.definitions import definition_of, sealing_info
from voting.models import RollEntry, Round, SealedBallot, Tally
from voting.states import RoundStatus

pytestmark = pytest.mark.django_db

TEN = tuple(range(1, 11))
BALLOTS = [TEN, (1,), (), (12,), (1, 2, 3)]


@pytest.fixture
def closed() -> Vote:
    return make_vote(until="closed", delegates=6, ballots=BALLOTS)


def attack(sql: str, *args: object) -> None:
    """Change evidence as somebody who owns the database can: past every trigger."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(sql, args)
        cursor.execute("SET session_replication_role = origin")


def count(vote: Vote, slips: list[str] | None = None) -> Tally:
    return counts.count_round(
        round_=vote.round, slips=vote.slips[:3] if slips is None else slips, by=vote.clerk, at=vote.later()
    )


def test_s1_the_urn_has_a_random_key_the_round_the_sealed_bytes_and_the_rolls_word_and_nothing_else():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name, data_type, column_default FROM information_schema.columns"
            " WHERE table_name = 'voting_sealedballot' ORDER BY 1"
        )
        assert cursor.fetchall() == [
            ("blob", "bytea", None), ("id", "uuid", None), ("in_group", "boolean", None), ("round_id", "bigint", None),
        ]  # fmt: skip


def test_s1_f29_no_table_but_the_roll_links_a_delegate_to_a_round():
    make_vote(delegates=2, ballots=[TEN])
    columns = {field.name for field in RollEntry._meta.get_fields()}
    assert columns == {
        "id", "round", "delegate", "number", "name", "delegation", "presence", "in_group", "excluded", "paper", "voted",
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = 'accounts_user'"
        )
        assert "last_login" not in {name for (name,) in cursor.fetchall()}


def test_s1_all_128_bits_of_the_key_are_random():
    vote = make_vote(delegates=64, ballots=[TEN] * 64)
    ids = [int(pk) for pk in SealedBallot.objects.values_list("pk", flat=True)]
    assert all(any(number >> bit & 1 for number in ids) for bit in range(128))
    assert not any(all(number >> bit & 1 for number in ids) for bit in range(128))
    assert vote.round.urn.count() == 64


def tau(order: list[int]) -> float:
    """Kendall's tau between an order and 0, 1, 2, …"""
    pairs = list(itertools.combinations(order, 2))
    return sum(1 if a < b else -1 for a, b in pairs) / len(pairs)


def test_s2_no_stored_or_exported_order_follows_the_order_of_casting():
    vote = make_vote(until="closed", delegates=150, ballots=[TEN] * 150)
    cast = {receipt.digest: place for place, receipt in enumerate(vote.receipts)}
    hashes = bytes(vote.round.seal.hashes).hex()
    published = [cast[hashes[i : i + 64]] for i in range(0, len(hashes), 64)]
    assert sorted(published) == list(range(150))
    # For 150 ballots in an independent order tau has a standard deviation of 0.055.
    assert abs(tau(published)) < 0.3
    by_key = [
        hashlib.sha256(bytes(b)).hexdigest()
        for b in vote.round.urn.order_by("pk").values_list("blob", flat=True)
    ]
    assert abs(tau([cast[digest] for digest in by_key])) < 0.3


@pytest.mark.parametrize("ballot_type", ["up_to", "per_item"])
def test_s3_all_sealed_ballots_have_one_length_whatever_the_choice(ballot_type):
    make_vote(delegates=5, ballots=BALLOTS, ballot_type=ballot_type)
    assert len({len(bytes(blob)) for blob in SealedBallot.objects.values_list("blob", flat=True)}) == 1


def test_s6_any_three_slips_unseal_and_no_two_do(closed):
    round_ = closed.round
    seeds = {
        keys.rebuild_seed(round_=round_, slips=list(three))
        for three in itertools.combinations(closed.slips, 3)
    }
    assert len(seeds) == 1
    for two in itertools.combinations(closed.slips, 2):
        with pytest.raises(keys.SlipsRefused, match="3"):
            keys.rebuild_seed(round_=round_, slips=list(two))
    assert closed.round.status == RoundStatus.CLOSED


def test_s6_three_slips_of_another_ceremony_are_refused(closed):
    other = sealing.split(sealing.new_seed(), needed=3, issued=5)
    with pytest.raises(keys.SlipsRefused):
        count(closed, other[:3])
    with pytest.raises(keys.SlipsRefused):
        count(closed, [*closed.slips[:2], other[0]])
    assert closed.round.status == RoundStatus.CLOSED


def test_the_same_urn_and_slips_give_the_same_bytes(closed):
    seed = keys.rebuild_seed(round_=closed.round, slips=closed.slips[:3])
    facts = counts.facts_of(closed.round)
    first = counts.count_urn(round_=closed.round, facts=facts, seed=seed)
    assert first == counts.count_urn(round_=closed.round, facts=facts, seed=seed)
    tally = count(closed, closed.slips[2:])
    assert WORKING.read(tally.working) == first.working
    assert PATTERNS.read(tally.patterns) == first.patterns


ONE = "(SELECT id FROM voting_sealedballot LIMIT 1)"
MARKED = "(SELECT id FROM voting_rollentry WHERE voted LIMIT 1)"
FLIP = "set_byte(blob, 600, get_byte(blob, 600) # 1)"
ADD = "INSERT INTO voting_sealedballot (id, round_id, blob) SELECT gen_random_uuid(), round_id, "
DAMAGE = {
    "flipped": f"UPDATE voting_sealedballot SET blob = {FLIP} WHERE id = {ONE}",
    "added": f"{ADD} {FLIP} FROM voting_sealedballot LIMIT 1",
    "dropped": f"DELETE FROM voting_sealedballot WHERE id = {ONE}",
    "copied": f"DO $$ BEGIN DROP INDEX sealed_ballot_once; {ADD} blob FROM voting_sealedballot LIMIT 1; END $$",
    "mark taken away": f"UPDATE voting_rollentry SET voted = false WHERE id = {MARKED}",
    "mark added": "UPDATE voting_rollentry SET voted = true WHERE NOT voted",
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_s8_a_damaged_urn_is_not_counted(closed, damage):
    before = closed.round.seal.root
    attack(damage)
    with pytest.raises(counts.UrnDamaged):
        count(closed)
    assert closed.round.status == RoundStatus.CLOSED
    assert not Tally.objects.exists()
    with pytest.raises(counts.UrnDamaged):
        closed.urn()
    if "sealedballot" in damage:
        assert rounds.root_of(rounds.urn_hashes(closed.round)) != before


def test_s8_the_number_that_was_sealed_is_held_against_the_urn_by_itself(closed):
    attack("UPDATE voting_urnseal SET ballots = ballots + 1")
    with pytest.raises(counts.UrnDamaged):
        counts.require_sealed(closed.round, rounds.urn_hashes(closed.round))


#: Each changes one of the figures that the journal holds, and no other.
FIGURES = {
    "roll": "DELETE FROM voting_rollentry WHERE NOT voted",
    "root": "UPDATE voting_urnseal SET root = repeat('0', 64)",
    "ballots": "UPDATE voting_urnseal SET ballots = ballots + 1",
    "issued": "UPDATE voting_round SET issued = issued + 1",
    "paper issued": "UPDATE voting_round SET paper_issued = paper_issued + 1",
}


@pytest.mark.parametrize("change", FIGURES.values(), ids=FIGURES.keys())
def test_f18_nothing_is_counted_when_a_figure_is_not_the_journals(closed, change):
    attack(change)
    for act in (lambda: count(closed), closed.urn):
        with pytest.raises(counts.FiguresChanged):
            act()
    assert not Tally.objects.exists()


def test_f18_a_delegate_put_into_the_sub_group_after_the_vote_stops_the_count():
    vote = make_vote(until="closed", delegates=10, ballots=[TEN] * 8, group=5, preset="shigu")
    attack("UPDATE voting_rollentry SET in_group = true WHERE number = %s", vote.delegates[5].number)
    with pytest.raises(counts.FiguresChanged):
        count(vote)
    assert not Tally.objects.exists()


def test_s9_every_receipt_is_found_and_a_random_one_is_not(closed):
    assert all(receipts.is_in_urn(closed.round, receipt.friendly) for receipt in closed.receipts)
    forgiving = closed.receipts[0].friendly.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert receipts.is_in_urn(closed.round, forgiving)
    assert receipts.is_in_urn(closed.round, receipts.friendly("5a" * 32)) is False
    with pytest.raises(receipts.NotAReceipt):
        receipts.is_in_urn(closed.round, closed.receipts[0].friendly[:-1])


def test_s9_before_the_close_nothing_is_said():
    vote = make_vote(delegates=2, ballots=[TEN])
    assert receipts.is_in_urn(vote.round, vote.receipts[0].friendly) is None


def test_s12_a_ballot_of_one_round_opens_in_no_other():
    vote = make_vote(delegates=2, ballots=[TEN])
    other = make_vote(delegates=2, slug="2019", kind=Kind.DEMO)
    blob = bytes(SealedBallot.objects.get(round=vote.round).blob)
    key = sealing.private_key(keys.rebuild_seed(round_=vote.round, slips=vote.slips[:3]))
    plain = sealing.unseal(key, blob, info=sealing_info(vote.round))
    assert definition_of(vote.round).decode(plain).marks == (1,) * 10 + (0, 0)
    with pytest.raises(sealing.CannotUnseal):
        sealing.unseal(key, blob, info=sealing_info(other.round))


@pytest.mark.parametrize(
    "other", [{"pk": 2}, {"definition_digest": "d" * 64}, {"key_fingerprint": "f" * 64}], ids=str
)
def test_s12_the_same_key_opens_no_ballot_of_another_round_definition_or_key(other):
    """The key file of a ceremony may serve two rounds by mistake; the seal holds each of the three by itself."""
    one = {"pk": 1, "definition_digest": "a" * 64, "key_fingerprint": "b" * 64}
    seed = sealing.new_seed()
    public = sealing.load_public_key(sealing.public_key(seed).raw)
    blob = sealing.seal(public, b"marks", info=sealing_info(Round(**one)))
    assert sealing.unseal(sealing.private_key(seed), blob, info=sealing_info(Round(**one))) == b"marks"
    with pytest.raises(sealing.CannotUnseal):
        sealing.unseal(sealing.private_key(seed), blob, info=sealing_info(Round(**one | other)))


def test_f17_a_delegate_who_leaves_office_or_is_renamed_changes_no_total():
    vote = make_vote(delegates=3, ballots=[TEN, TEN])
    delegate = vote.delegates[0]
    delegate.is_active, delegate.name, delegate.number = False, "另一人", "99999"
    delegate.save()
    vote.close()
    working = json.loads(count(vote).working)
    assert working["attendance"]["roll"] == 3
    assert working["outcome"]["returned"] == 2
