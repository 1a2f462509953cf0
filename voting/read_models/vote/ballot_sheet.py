"""What a paper 表决票 shows, for the specimen and for the sheets that are handed out."""

from __future__ import annotations

from dataclasses import dataclass

from voting.count.counting import BallotType
from voting.count.measures import BlankBallot, UnderVote
from voting.models import Candidate, Cycle, Round


@dataclass(frozen=True)
class BallotSheet:
    """One ballot paper: the round, its candidates in their order, and how it is marked."""

    number: int
    seats: int
    kind: BallotType
    candidates: tuple[Candidate, ...]
    all_needed: bool
    blank_is_void: bool
    group: str

    @property
    def per_item(self) -> bool:
        return self.kind in {BallotType.PER_ITEM, BallotType.PER_ITEM_UP_TO}

    @property
    def graded(self) -> bool:
        return self.kind is BallotType.GRADES

    @property
    def ranking(self) -> bool:
        return self.kind is BallotType.RANKING

    @property
    def whole(self) -> bool:
        return self.kind is BallotType.WHOLE_REPORT

    @property
    def limited(self) -> bool:
        return self.kind.limited

    @property
    def count(self) -> int:
        return len(self.candidates)


def ballot_sheet(cycle: Cycle, round_: Round | None) -> BallotSheet:
    """Return the paper of a round; before there is one, that of the first round as far as it is known."""
    candidates = tuple(cycle.candidates.order_by("number") if round_ is None else _candidates(round_))
    rules = round_.rules if round_ else getattr(cycle, "rules", None)
    return BallotSheet(
        number=round_.number if round_ else 1,
        seats=round_.seats if round_ else rules.seats if rules else cycle.seats,
        kind=BallotType(rules.ballot_type) if rules else BallotType.UP_TO,
        candidates=candidates,
        all_needed=bool(rules and rules.under_vote == UnderVote.VOID),
        blank_is_void=bool(rules and rules.blank_ballot == BlankBallot.VOID),
        group=rules.group_name if rules else "",
    )


def _candidates(round_: Round) -> list[Candidate]:
    return [item.candidate for item in round_.items.select_related("candidate").order_by("number")]
