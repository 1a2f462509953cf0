"""应到、实到、请假: how many are on a roll, here and in the urn, and the quorum."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.prepared import ask
from voting.count.counting import Base, Comparator, Floor
from voting.models import Round, VotingRules
from voting.states import Presence


@dataclass(frozen=True)
class Attendance:
    """应到 roll, 实到 present, 请假 on leave, left early, and the quorum; all are numbers of delegates.

    ``voted`` have a ballot in the urn, ``paper`` were handed a paper ballot; the ``group_`` numbers are of the
    sub-group with its own threshold. Excluded delegates count nowhere.
    """

    roll: int
    present: int
    on_leave: int
    left: int
    voted: int
    paper: int
    group_roll: int
    group_present: int
    group_voted: int
    group_paper: int
    quorum_least: int

    @property
    def absent(self) -> int:
        return self.roll - self.present - self.on_leave - self.left

    @property
    def quorum_met(self) -> bool:
        return self.present >= self.quorum_least

    @property
    def in_hand(self) -> int:
        """Who has a ballot in the urn or one on paper: with ``pending`` all who are present."""
        return self.voted + self.paper

    @property
    def pending(self) -> int:
        """Present, and neither a ballot in the urn nor one on paper in hand."""
        return self.present - self.in_hand


_COUNTED = {
    "roll": "true",
    "present": f"presence = '{Presence.PRESENT.value}'",
    "on_leave": f"presence = '{Presence.ON_LEAVE.value}'",
    "left": f"presence = '{Presence.LEFT.value}'",
    "group_roll": "in_group",
    "group_present": f"in_group AND presence = '{Presence.PRESENT.value}'",
    "group_voted": "in_group AND voted",
    "group_paper": "in_group AND paper",
    "voted": "voted",
    "paper": "paper",
}
#: In plain SQL: every page of the staff asks this, and Django takes longer to write it than the database to answer.
_ATTENDANCE = (
    f"SELECT {', '.join(f'count(*) FILTER (WHERE {which})' for which in _COUNTED.values())}"  # noqa: S608 our own words
    ' FROM "voting_rollentry" WHERE "voting_rollentry"."round_id" = %(round)s AND NOT excluded'
)


def attendance(round_: Round) -> Attendance:
    """Return the round's attendance, in one query."""
    counted = dict(zip(_COUNTED, ask(_ATTENDANCE, {"round": round_.pk}) or (), strict=True))
    return Attendance(**counted, quorum_least=quorum_floor(round_.rules).least(counted["roll"]))


def quorum_floor(rules: VotingRules) -> Floor:
    """Return the quorum as a floor on the roll (地方组织法 art. 14: at least 2/3; a setting)."""
    return Floor(
        base=Base.ALL,
        numerator=rules.quorum_numerator,
        denominator=rules.quorum_denominator,
        comparator=Comparator(rules.quorum_comparator),
    )
