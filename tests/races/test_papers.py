"""Paper and online at the same moment: real threads on PostgreSQL (F1, F2; Must show 3).

Guards ``voting.domain.vote.paper_ballots``.
"""

from __future__ import annotations

import time
from functools import partial

import pytest

from tests.factories import make_vote
from tests.races.crowd import at_once
from voting.domain.vote import paper_ballots, rounds
from voting.domain.vote.ballots import HoldsPaperBallot, OnPaperOnly, Receipt
from voting.domain.vote.casting import cast_ballot
from voting.domain.vote.paper_ballots import ReadAlready, VotedOnline
from voting.models import PaperReading, RollEntry, SealedBallot, UrnSeal

pytestmark = pytest.mark.django_db(transaction=True)

CROWD = 24


def test_each_delegate_ends_with_exactly_one_of_the_two():
    vote = make_vote(delegates=CROWD, candidates=3, seats=2)
    entries = list(vote.round.roll.order_by("number"))
    cast = [partial(cast_ballot, entry_id=e.pk, round_id=e.round_id, chosen=[1, 2]) for e in entries]
    given = {"round_": vote.round, "by": vote.clerk, "at": vote.later()}
    hand = [partial(paper_ballots.hand_out, numbers=[e.number], **given) for e in entries]
    results = at_once([act for pair in zip(cast, hand, strict=True) for act in pair])
    online, on_paper = results[::2], results[1::2]
    for entry, receipt, handed in zip(entries, online, on_paper, strict=True):
        entry.refresh_from_db()
        if isinstance(receipt, Receipt):
            assert isinstance(handed, VotedOnline)
        else:
            assert (type(receipt), handed) == (HoldsPaperBallot, 1)
        assert (entry.voted, entry.paper) == (isinstance(receipt, Receipt), handed == 1)
    assert SealedBallot.objects.count() == RollEntry.objects.filter(voted=True).count()
    seal = rounds.close_round(**given, second=vote.chief)
    assert seal.ballots + RollEntry.objects.filter(paper=True).count() == CROWD


@pytest.mark.parametrize("head_start", [0.0, 0.02])
def test_all_the_rest_get_paper_while_they_cast(head_start: float):
    vote = make_vote(delegates=CROWD, candidates=3, seats=2)
    entries = list(vote.round.roll.order_by("number"))
    given = {"round_": vote.round, "by": vote.clerk, "at": vote.later()}

    def hand_out() -> int:
        time.sleep(head_start)
        return paper_ballots.hand_out_to_rest(**given)

    cast = [partial(cast_ballot, entry_id=e.pk, round_id=e.round_id, chosen=[1]) for e in entries]
    *online, handed = at_once([*cast, hand_out])
    receipts = [result for result in online if isinstance(result, Receipt)]
    assert {type(result) for result in online} <= {Receipt, HoldsPaperBallot}
    assert len(receipts) + handed == CROWD
    assert RollEntry.objects.filter(voted=True, paper=False).count() == len(receipts)
    assert RollEntry.objects.filter(voted=False, paper=True).count() == handed


@pytest.mark.parametrize("head_start", [0.0, 0.01, 0.05])
def test_switching_in_mid_vote_loses_nothing_acknowledged_and_lets_nothing_in_after(head_start: float):
    vote = make_vote(delegates=CROWD, candidates=3, seats=2)
    entries = list(vote.round.roll.order_by("number"))
    given = {"round_": vote.round, "by": vote.clerk, "at": vote.later()}

    def switch() -> int:
        time.sleep(head_start)
        paper_ballots.switch_to_paper(reason="断网", **given)
        return SealedBallot.objects.count()

    cast = [partial(cast_ballot, entry_id=e.pk, round_id=e.round_id, chosen=[1]) for e in entries]
    *online, at_the_switch = at_once([*cast, switch])
    receipts = {result.digest for result in online if isinstance(result, Receipt)}
    assert {type(result) for result in online} <= {Receipt, OnPaperOnly}
    assert at_the_switch == len(receipts) == SealedBallot.objects.count()
    assert vote.cycle.journal.latest("sequence").data["online"] == len(receipts)
    assert paper_ballots.hand_out_to_rest(**given) == CROWD - len(receipts)
    rounds.close_round(**given, second=vote.chief)
    stored = bytes(UrnSeal.objects.get().hashes).hex()
    assert {stored[i : i + 64] for i in range(0, len(stored), 64)} == receipts


def test_the_same_batch_by_many_at_once_is_entered_once():
    vote = make_vote(delegates=3, candidates=3, seats=2)
    given = {"round_": vote.round, "at": vote.later()}
    paper_ballots.hand_out_to_rest(by=vote.clerk, **given)
    vote.run("closed")
    paper_ballots.record_box(returned=3, by=vote.clerk, **given)
    readers = [vote.clerk, vote.scrutineer, vote.other_scrutineer] * 3
    enter = partial(paper_ballots.read_batch, reading=1, first=1, ballots=[(1, 0, 0)] * 3, **given)
    results = at_once([partial(enter, by=reader) for reader in readers])
    assert results.count(None) == 1
    assert sum(isinstance(result, ReadAlready) for result in results) == len(readers) - 1
    assert PaperReading.objects.count() == 3
