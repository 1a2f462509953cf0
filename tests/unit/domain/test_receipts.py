"""Receipts: read out, typed with look-alikes, and found in the sealed list.

Guards ``voting.domain.vote.receipts``.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import CongressFactory, make_vote
from voting.domain.vote import receipts
from voting.models import UrnSeal

DIGEST = st.binary(min_size=32, max_size=32).map(bytes.hex)


@given(DIGEST)
def test_a_receipt_is_read_as_it_was_written(digest):
    text = receipts.friendly(digest)
    assert [len(group) for group in text.split("-")] == [4] * 8
    assert not set(text) & set("ILOU")
    wanted = bytes.fromhex(digest)[:20]
    assert receipts.read(text) == wanted
    assert receipts.read(text.lower().replace("-", " ")) == wanted
    assert receipts.read(text.replace("0", "O").replace("1", "I")) == wanted
    assert receipts.read(text.replace("0", "o").replace("1", "l")) == wanted


@pytest.mark.parametrize("text", ["", "-", "0" * 31, "0" * 33, "!" * 32, "中" * 32, "É" * 32])
def test_what_is_no_receipt_is_refused(text):
    with pytest.raises(receipts.NotAReceipt):
        receipts.read(text)


@pytest.mark.django_db
def test_s9_every_receipt_is_found_in_its_own_round_and_a_random_one_nowhere():
    votes = [
        make_vote(until="closed", delegates=7, ballots=[[n] for n in range(1, 8)], congress=congress)
        for congress in (CongressFactory(), CongressFactory(slug="yuhang"))
    ]
    for vote in votes:
        assert len(vote.receipts) == 7
        for receipt in vote.receipts:
            assert receipts.is_in_urn(vote.round, receipt.friendly) is True
            assert receipts.find(receipt.friendly) == vote.round
    assert receipts.is_in_urn(votes[0].round, votes[1].receipts[0].friendly) is False
    for digest in ("00" * 32, "ff" * 32, "5a" * 32):
        assert receipts.find(receipts.friendly(digest)) is None


@pytest.mark.django_db
def test_before_the_close_nothing_is_said_of_a_receipt():
    vote = make_vote(until="open", delegates=2, ballots=[[1]])
    assert receipts.is_in_urn(vote.round, vote.receipts[0].friendly) is None
    assert receipts.find(vote.receipts[0].friendly) is None


@pytest.mark.django_db
def test_a_receipt_across_two_hashes_is_not_taken_for_one():
    vote = make_vote(until="closed", delegates=3, ballots=[[1], [2], [3]])
    across = bytes(UrnSeal.objects.get().hashes)[20:52].hex()
    assert receipts.find(receipts.friendly(across)) is None
    assert receipts.is_in_urn(vote.round, receipts.friendly(across)) is False


@pytest.mark.django_db
def test_the_urns_of_other_congresses_are_read_only_where_the_own_ones_do_not_hold_it(
    django_assert_num_queries,
):
    mine, other = (
        make_vote(until="closed", delegates=2, ballots=[[1]], congress=congress)
        for congress in (CongressFactory(), CongressFactory(slug="yuhang"))
    )
    congress, own_round, other_round = mine.cycle.congress, mine.round, other.round
    with django_assert_num_queries(2) as caught:
        assert receipts.find(mine.receipts[0].friendly, congress) == own_round
    looked, _read = (query["sql"] for query in caught.captured_queries)
    assert f'"congress_id" = {congress.pk}' in looked
    with django_assert_num_queries(3):
        assert receipts.find(other.receipts[0].friendly, congress) == other_round
    with django_assert_num_queries(2):
        assert receipts.find("0000" * 8, congress) is None


@pytest.mark.django_db
def test_looking_for_a_receipt_costs_the_same_for_one_round_and_for_two(django_assert_num_queries):
    for congress in (CongressFactory(), CongressFactory(slug="yuhang")):
        vote = make_vote(until="closed", delegates=2, ballots=[[1]], congress=congress)
        round_ = vote.round
        with django_assert_num_queries(2):
            assert receipts.find(vote.receipts[0].friendly) == round_
