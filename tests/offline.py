"""Counts that are made elsewhere and come back as a file, and one that a clerk makes up."""

from __future__ import annotations

import json

from tests.factories import Vote, make_vote
from voting.count.formats.files import COUNT, URN
from voting.count.working import expand, work_out
from voting.domain.vote import counts, urn_files
from voting.models import Round, Tally
from voting.recount import unseal


def offline_count(vote: Vote, urn: str, *, slips: list[str] | None = None) -> str:
    """Return the count file that the scrutineers' device writes for this urn."""
    body = URN.read(urn)
    seed = unseal.rebuild(slips or vote.slips[:3], needed=body["slips_needed"], key=body["facts"]["key"])
    counted = unseal.count(body, seed)
    return unseal.count_file(counted, unseal.proof(body, seed, counted))


def forged_count(round_: Round) -> str:
    """Return a count file that a clerk makes up without a slip: every ballot for the last project, every sum right."""
    facts = counts.facts_of(round_)
    marks = [0] * len(json.loads(facts["definition"])["items"])
    marks[-1] = 1
    times = facts["urn"]["ballots"]
    counted = work_out(facts, expand([(marks, 0, times)] if times else []))
    return COUNT.write(
        {"format": "piaojue-count/1", "working": counted.working, "patterns": counted.patterns}
    )


def imported(vote: Vote, text: str) -> Tally:
    return urn_files.import_count(
        round_=vote.round, text=text, by=vote.clerk, at=vote.later(), second=vote.chief
    )


def with_imported_count(*, forged: bool = False) -> Vote:
    """Return a vote whose count was imported."""
    vote = make_vote(until="closed", delegates=6, candidates=3, seats=2, ballots=[[1, 2]] * 4 + [[3]])
    vote.imported_file = forged_count(vote.round) if forged else offline_count(vote, vote.urn())
    imported(vote, vote.imported_file)
    return vote
