"""The whole vote through the verbs, and what every step leaves behind.

Guards ``voting.domain.vote.counts`` and ``voting.domain.vote.notices``.
"""

from __future__ import annotations

import json

import pytest

from tests.factories import make_vote
from voting.count.canonical import sha256_hex
from voting.domain.core.journal import first_break
from voting.models import JournalEntry, Notice
from voting.states import Act, RoundStatus, Stage

pytestmark = pytest.mark.django_db

FIRST_TEN = range(1, 11)


def test_twelve_candidates_in_ten_published_two_annual_tasks():
    vote = make_vote(until="published", delegates=6, ballots=[FIRST_TEN, FIRST_TEN, FIRST_TEN, FIRST_TEN, []])
    notice = Notice.objects.get(round=vote.round)
    body = json.loads(notice.body)
    assert body["chosen"] == list(FIRST_TEN)
    assert body["annual_tasks"] == [11, 12]
    assert body["status"] == "decided"
    reasons = dict.fromkeys(
        ["over_vote", "under_vote", "repeated_place", "missing_place", "blank", "malformed"], 0
    )
    assert body["ballots"] == {
        "issued": 6, "returned": 5, "valid": 5, "void": 0, "blank": 1, "void_reasons": reasons,
    }  # fmt: skip
    assert [item["for"] for item in body["items"]] == [4] * 10 + [0, 0]
    assert notice.digest == sha256_hex(notice.body)
    assert vote.cycle.stage == Stage.PUBLICATION
    assert vote.round.status == RoundStatus.PUBLISHED


def test_a_shortfall_is_published_and_the_cycle_waits_for_the_next_round():
    vote = make_vote(until="published", delegates=6, ballots=[[1, 2], [1, 2], [1], [1]])
    body = json.loads(Notice.objects.get(round=vote.round).body)
    assert (body["status"], body["chosen"], body["missing"], body["final"]) == ("shortfall", [1], 9, False)
    assert body["annual_tasks"] == []
    assert vote.cycle.stage == Stage.COUNTING


def test_a_tie_across_the_cut_names_who_is_concerned():
    vote = make_vote(
        until="published", delegates=4, candidates=3, seats=2, ballots=[[1, 2], [1, 3], [1, 2], [1, 3]],
        floor_base="",
    )  # fmt: skip
    body = json.loads(Notice.objects.get(round=vote.round).body)
    assert (body["status"], body["chosen"], body["tied"], body["seats_left"]) == ("tie", [1], [2, 3], 1)


def test_every_step_is_in_the_journal_and_the_chain_holds():
    vote = make_vote(until="published", delegates=3, ballots=[FIRST_TEN, FIRST_TEN])
    acts = [e.act for e in JournalEntry.objects.filter(cycle=vote.cycle) if e.act != Act.CANDIDATE_ADDED]
    assert acts == [
        Act.CYCLE_CREATED, Act.STAGE_CHANGED, Act.STAGE_CHANGED, Act.SLATE_FROZEN, Act.RULES_DRAFTED,
        Act.RULES_ADOPTED, Act.ROLL_FROZEN, Act.STAGE_CHANGED, Act.PRESENCE_SET, Act.CODES_ISSUED, Act.KEY_SPLIT,
            *[Act.KEY_TAKEN, Act.KEY_PROVEN] * 5,
        Act.KEY_TRIED, Act.ROUND_OPENED, Act.ROUND_CLOSED, Act.STAGE_CHANGED, Act.ROUND_COUNTED,
        Act.TALLY_CERTIFIED, Act.NOTICE_PUBLISHED, Act.STAGE_CHANGED,
    ]  # fmt: skip
    assert first_break(vote.cycle) is None
