"""What is written on the paper that a step leaves: read on the step's own page, to tell what no font has of it."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone

from voting.domain.before import slate_reports
from voting.domain.vote.notices import notice_body
from voting.domain.vote.rolls import eligible
from voting.domain.vote.step_conditions import VoteSoFar


def nothing(_vote: VoteSoFar) -> Iterable[object]:
    return ()


def on_the_slate(vote: VoteSoFar) -> Iterable[object]:
    return vote.cycle.candidates.values()


def on_the_report(vote: VoteSoFar) -> Iterable[object]:
    return [slate_reports.body_of(slate_reports.current_draft(vote.cycle))]


def on_the_roll(vote: VoteSoFar) -> Iterable[object]:
    return eligible(vote.cycle).values_list("name", "delegation__name")


def on_the_notice(vote: VoteSoFar) -> Iterable[object]:
    return [notice_body(round_=vote.round, at=timezone.now())] if vote.round else []
