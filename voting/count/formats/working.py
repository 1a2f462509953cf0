"""The working of a count, which is certified, and the distinct ballots, which are the scrutineers' alone."""

from typing import Literal, NotRequired, TypedDict

from voting.count.formats.parts import AttendanceFigures, BoxFigures, ChannelName, Digest, UrnFigures
from voting.count.formats.records import Format
from voting.count.grading import Grade
from voting.count.judging import VoidReason
from voting.count.measures import (
    BallotType,
    Base,
    BlankBallot,
    Comparator,
    DoubleMark,
    Scoring,
    ShortfallRule,
    TieRule,
    UnderVote,
)
from voting.count.money import Method
from voting.count.outcomes import ItemDecision, Reason, Status

#: The marks of a ballot, whether the sub-group cast it (0, 1), and how many ballots are like it.
Pattern = tuple[list[int], int, int]

_For = TypedDict("_For", {"for": int})


class ItemVotes(_For):
    """The votes of one project; on a ranking the ballots that give it each place, on one with points 1, 2, 3 points.

    ``double_marked`` are the ballots on paper with two marks in its row; said where the rules void the project for it.
    """

    number: int
    against: int
    abstain: int
    not_pressed: int
    places: list[int]
    basically: int
    double_marked: NotRequired[int]


class Judged(ItemVotes):
    """A project's votes held against the rule.

    ``money_left`` is in yuan, the money left when its turn came; by equal shares what its supporters held together at
    the end, and ``paid`` what each of them paid for it, in hundredths of a yuan.
    """

    score: list[int]
    points: int | None
    place: int
    passes_floor: bool
    group_for: int | None
    passes_group: bool
    decision: ItemDecision
    grade: Grade | None
    cost: NotRequired[int]
    money_left: NotRequired[int | None]
    paid: NotRequired[int | None]


class CountedItem(Judged):
    reason: Reason


class FloorRecord(TypedDict):
    base: Base
    numerator: int
    denominator: int
    comparator: Comparator


class MoneyRecord(TypedDict):
    """The sum of money that a round shares out."""

    method: Method
    budget: int


class PointsRecord(TypedDict):
    """The points that a ballot has in all, and those it may give to one project."""

    whole: int
    most: int


class RuleRecord(TypedDict):
    """The rule as the count understood it."""

    ballot_type: BallotType
    seats: int
    floor: FloorRecord | None
    blank: BlankBallot
    tie_rule: TieRule
    shortfall_rule: ShortfallRule
    under: UnderVote
    scoring: Scoring | None
    group_floor: FloorRecord | None
    satisfied_floor: FloorRecord | None
    double_mark: NotRequired[DoubleMark]
    money: NotRequired[MoneyRecord]
    points: NotRequired[PointsRecord]
    most_cost: NotRequired[int]


class FloorFigures(TypedDict):
    """The votes a project needs at least, of how many of what; without a floor one vote, of nothing."""

    base: Base | None
    size: int | None
    least: int


class ThresholdFigures(TypedDict):
    """The second threshold over the sub-group's own figures."""

    base: Base
    size: int
    least: int
    roll: int
    present: int
    returned: int
    valid: int


class BallotFigures(TypedDict):
    """收回, 有效, 空白, 无效, and why ballots were void."""

    returned: int
    valid: int
    blank: int
    void: int
    void_reasons: dict[VoidReason, int]


class ChannelRecord(BallotFigures):
    """The ballots that came by one channel. ``items`` are left out where so few came that they could name a voter."""

    items: list[ItemVotes]


class OutcomeRecord(BallotFigures):
    """What the count came out as."""

    rule: RuleRecord
    roll: int
    present: int
    issued: int
    voided: bool
    bases: dict[Base, int]
    floor: FloorFigures
    group: ThresholdFigures | None
    items: list[CountedItem]
    chosen: list[int]
    tied: list[int]
    seats_left: int
    missing: int
    status: Status
    money_left: NotRequired[int]
    raised: NotRequired[int]


class OpenedTest(TypedDict):
    """A test ballot by the hash of its sealed bytes, and the marks that it says; None where it cannot be read."""

    hash: Digest
    marks: list[int] | None


class WorkingBody(TypedDict):
    """Everything that a count was made from and came to; the test ballots sorted by hash, and counted nowhere.

    ``singles`` is the hash of the single ballots, where equal shares are counted from them.
    """

    format: Literal["piaojue-tally/1"]
    definition: Digest
    key: Digest
    urn: UrnFigures
    attendance: AttendanceFigures
    paper: BoxFigures | None
    channels: dict[ChannelName, ChannelRecord]
    outcome: OutcomeRecord
    singles: NotRequired[Digest]
    tests: NotRequired[list[OpenedTest]]


class PatternsBody(TypedDict):
    """The distinct ballots of each channel, sorted; whoever sees them can tell whole ballots (TRUST.md F26)."""

    format: Literal["piaojue-patterns/1"]
    online: list[Pattern]
    paper: list[Pattern]


WORKING = Format(WorkingBody, "The working of a count: what it was made from, and what it came to.")
PATTERNS = Format(
    PatternsBody, "The distinct ballots of a round with their numbers, for its scrutineers alone."
)
