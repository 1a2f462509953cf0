"""``manage.py verify`` while people vote: what is cast between two of its questions is no damage.

Guards ``voting.management.verification.checks`` and ``voting.management.commands.verify``.
"""

from __future__ import annotations

import io
from functools import partial

import pytest
from django.core.management import call_command
from django.db import InternalError

from tests.factories import make_vote
from tests.races.crowd import at_once
from voting.domain.vote.ballots import Receipt
from voting.domain.vote.casting import cast_ballot
from voting.management.verification import votes
from voting.management.verification.checks import one_moment
from voting.models import SealedBallot, Verification

pytestmark = pytest.mark.django_db(transaction=True)
TEN = tuple(range(1, 11))


def test_a_ballot_cast_between_two_questions_is_no_damage(monkeypatch: pytest.MonkeyPatch):
    vote = make_vote(until="open", delegates=3)
    entries = iter(list(vote.round.roll.all()))
    look = votes.attendance

    def cast_meanwhile(round_):
        entry = next(entries)
        [receipt] = at_once([partial(cast_ballot, entry_id=entry.pk, round_id=entry.round_id, chosen=TEN)])
        assert isinstance(receipt, Receipt)
        return look(round_)

    monkeypatch.setattr(votes, "attendance", cast_meanwhile)
    spoken = io.StringIO()
    call_command("verify", stdout=spoken, stderr=io.StringIO())
    assert "✗" not in spoken.getvalue()
    assert SealedBallot.objects.count() == 1
    assert Verification.objects.get().held, "the run itself is noted"


def test_nothing_can_be_written_while_it_is_held_together():
    with pytest.raises(InternalError), one_moment():
        Verification.objects.create(at="2018-01-01T00:00Z", checks=1, damages=0)
