"""An assessment of a spring's deliveries, from its opening to its published result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.factories import POINTS, Vote
from tests.spring import Spring
from voting.count.counting import Mark
from voting.domain.after import assessments
from voting.models import Notice
from voting.read_models.vote.results import Result
from voting.states import Body

GOOD, SO_SO, POOR, NO_WORD = Mark.FOR, Mark.BASICALLY, Mark.AGAINST, Mark.ABSTAIN


def begin(spring: Spring, numbers: tuple[int, ...] = (1, 2, 3, 4), **more: Any) -> Vote:
    """Open an assessment and return it as a vote of the same people."""
    given = {"body": Body.DELEGATES, "numbers": numbers} | more
    cycle = assessments.open_assessment(cycle=spring.cycle, **given, **spring.acting)
    vote = spring.vote
    body = vote.delegates if given["body"] == Body.DELEGATES else [d for d in vote.delegates if d.in_group]
    return Vote(
        cycle=cycle, clerk=vote.clerk, scrutineer=vote.scrutineer, other_scrutineer=vote.other_scrutineer,
        presiding=vote.presiding, chief=vote.chief, delegates=body, at=spring.at,
    )  # fmt: skip


def finish(vote: Vote, ballots: list[Mapping[int, int]]) -> Result:
    vote.run(*POINTS[1:], chosen=ballots)
    return Result(Notice.objects.get(round=vote.round))
