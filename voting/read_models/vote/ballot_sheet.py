"""What a paper 表决票 shows, for the specimen and for the sheets that are handed out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from voting.count.counting import BallotType
from voting.count.measures import BlankBallot, UnderVote
from voting.count.points import Points
from voting.domain.core.amounts import yuan_words
from voting.domain.vote.definitions import definition_of
from voting.models import Candidate, Cycle, Round, VotingRules
from voting.read_models.core.days import money_words
from voting.text.amounts import TEN_THOUSAND


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
    #: The last place, or the most points for one project.
    places: int = 0
    #: The points of the ballot, and in words what the marked may cost together.
    points: int = 0
    most_cost: str = ""
    #: What every project costs, in words by its number, where a sum of money is shared out.
    costs: Mapping[int, str] = field(default_factory=dict)

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
    def pointed(self) -> bool:
        return self.kind is BallotType.POINTS

    @property
    def single(self) -> bool:
        return self.kind is BallotType.CHOOSE_ONE

    @property
    def priced(self) -> list[tuple[Candidate, str]]:
        """The candidates, each with what it costs."""
        return [(each, self.costs.get(each.number, "")) for each in self.candidates]

    @property
    def whole(self) -> bool:
        return self.kind is BallotType.WHOLE_REPORT

    @property
    def limited(self) -> bool:
        return self.kind.limited

    @property
    def any_number(self) -> bool:
        """Money alone is limited: as many may be voted for as there are."""
        limited = self.kind in {BallotType.UP_TO, BallotType.PER_ITEM_UP_TO}
        return limited and bool(self.costs) and self.seats >= self.count

    @property
    def count(self) -> int:
        return len(self.candidates)


def ballot_sheet(cycle: Cycle, round_: Round | None) -> BallotSheet:
    """Return the paper of a round; before there is one, that of the first round as far as it is known."""
    candidates = tuple(cycle.candidates.order_by("number") if round_ is None else _candidates(round_))
    rules = round_.rules if round_ else getattr(cycle, "rules", None)
    kind = BallotType(rules.ballot_type) if rules else BallotType.UP_TO
    seats = round_.seats if round_ else rules.seats if rules else cycle.seats
    costs = {each.number: money_words(each.investment_total) for each in candidates}
    return BallotSheet(
        number=round_.number if round_ else 1,
        seats=seats,
        kind=kind,
        candidates=candidates,
        all_needed=bool(rules and rules.under_vote == UnderVote.VOID),
        blank_is_void=bool(rules and rules.blank_ballot == BlankBallot.VOID),
        group=rules.group_name if rules else "",
        places=rules.most_points if rules and kind is BallotType.POINTS else seats,
        points=Points(rules.points, rules.most_points).due(len(candidates)) if rules else 0,
        most_cost=_most_cost(rules, round_) if rules else "",
        costs=costs if rules and rules.method else {},
    )


def _most_cost(rules: VotingRules, round_: Round | None) -> str:
    """Return what the marked may cost together: of a further round no more than the money that is left."""
    if not rules.most_cost:
        return ""
    most = definition_of(round_).rule.most_cost if round_ else rules.most_cost * TEN_THOUSAND
    return yuan_words(most or 0)


def _candidates(round_: Round) -> list[Candidate]:
    return [item.candidate for item in round_.items.select_related("candidate").order_by("number")]
