"""What rules that let a scanner read first ask of the ballot: a sheet that a scanner can read has room for it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from voting.count.measures import BallotType, FirstReading
from voting.domain.core.refusals import Condition
from voting.models import Cycle, VotingRules
from voting.scan.layout import NoLayout, make_layout


def scanner_conditions(cycle: Cycle, rules: VotingRules | None) -> list[Condition]:
    """What adopting these rules needs where a scanner reads first; nothing where people do."""
    if rules is None or rules.first_reading != FirstReading.SCANNER:
        return []
    return [
        Condition(
            _has_room(cycle, rules),
            _("a sheet that a scanner can read has room for the ballot"),
            _(
                "A scanner is to read the paper ballots first, and no sheet that it can read has room for so many "
                "projects, or for so many places or points beside each. Let a person read first, or ask for fewer "
                "places or points."
            ),
        )
    ]


def _has_room(cycle: Cycle, rules: VotingRules) -> bool:
    numbers = list(cycle.candidates.order_by("number").values_list("number", flat=True))
    kind = BallotType(rules.ballot_type)
    places = rules.most_points if kind is BallotType.POINTS else rules.seats
    try:
        make_layout(kind, numbers, places=places)
    except NoLayout:
        return not numbers  # before there is a slate, another condition says so
    return True
