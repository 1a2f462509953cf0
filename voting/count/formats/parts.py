"""What several formats have in common: how hashes, moments and figures are written."""

from typing import Annotated, Literal, NotRequired, TypedDict

from voting.count.formats.shapes import Form
from voting.count.measures import (
    BallotType,
    Base,
    BlankBallot,
    Comparator,
    DoubleMark,
    FirstReading,
    Scoring,
    SecondReading,
    ShortfallRule,
    TieRule,
    UnderVote,
)
from voting.count.money import Method

Digest = Annotated[str, Form(r"[0-9a-f]{64}", "a SHA-256 in 64 hexadecimal digits")]
#: A moment in UTC to the second.
Moment = Annotated[str, Form(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\+00:00", "a moment")]
Base64 = Annotated[str, Form(r"[A-Za-z0-9+/]*={0,2}", "bytes in base64")]
#: An exact number as text: no program rounds it.
Decimal = Annotated[str, Form(r"-?[0-9]+(\.[0-9]+)?", "a number as text")]
Month = Annotated[str, Form(r"[0-9]{4}-(0[1-9]|1[0-2])", "a month")]
#: What kind of data a record is of.
Kind = Literal["official", "demo", "rehearsal"]
ChannelName = Literal["online", "paper"]
#: Why another round follows.
Because = Literal["tie", "shortfall", "void", "annulled"]


class PaperNames(TypedDict):
    """The names on a paper beside place and session, as they were on its day; the first records have none of them.

    ``congress_en`` is the session in English, ``name`` that of the congress itself.
    """

    place_en: NotRequired[str]
    congress_en: NotRequired[str]
    name: NotRequired[str]
    name_en: NotRequired[str]
    issuer: NotRequired[str]
    issuer_en: NotRequired[str]
    seal: NotRequired[str]


class Settings(TypedDict):
    """What a plenary adopts (票决办法): everything of the rules that is hashed and frozen.

    Without ``double_mark`` two marks in one row void the ballot; without ``first_reading`` and ``second_reading`` all
    paper ballots are read by two people. ``method`` and ``budget`` stand only where a sum of money is shared out, in
    yuan, and ``most_cost``, what the projects of one ballot may cost, only where that is limited; ``points`` and
    ``most_points``, of a ballot and for one project of it, only where it gives any. ``residents`` stands only where
    residents vote by letter, and is how many letters: without it delegates vote.
    """

    quorum_comparator: Comparator
    quorum_numerator: int
    quorum_denominator: int
    seats: int
    ballot_type: BallotType
    scoring: Scoring | Literal[""]
    under_vote: UnderVote
    blank_ballot: BlankBallot
    floor_base: Base | Literal[""]
    floor_comparator: Comparator
    floor_numerator: int
    floor_denominator: int
    group_name: str
    group_base: Base | Literal[""]
    group_comparator: Comparator
    group_numerator: int
    group_denominator: int
    tie_rule: TieRule
    shortfall_rule: ShortfallRule
    most_rounds: NotRequired[int]
    double_mark: NotRequired[DoubleMark]
    first_reading: NotRequired[FirstReading]
    second_reading: NotRequired[SecondReading]
    method: NotRequired[Method]
    budget: NotRequired[int]
    residents: NotRequired[int]
    most_cost: NotRequired[int]
    points: NotRequired[int]
    most_points: NotRequired[int]


class GradeSettings(Settings):
    """The settings of an assessment, which has a share for the better grade besides."""

    satisfied_base: Base
    satisfied_comparator: Comparator
    satisfied_numerator: int
    satisfied_denominator: int


class BallotLine(TypedDict):
    """A project as it stands on the ballot; its cost, in yuan, only where a sum of money is shared out."""

    number: int
    name: str
    name_en: str
    cost: NotRequired[int]


class UrnFigures(TypedDict):
    """The sealed urn: its ballots, and the one hash over the sorted list of their hashes.

    ``group_root`` is one over those of the ballots that by the roll's word the sub-group with its own threshold cast;
    ``tests`` and ``test_root`` are of the test ballots, which are in no urn; ``by_server`` is how many ballots of the
    urn the server sealed. Urns from before there were test ballots say nothing of all this.
    """

    ballots: int
    root: Digest
    group_root: NotRequired[Digest]
    tests: NotRequired[int]
    test_root: NotRequired[Digest]
    by_server: NotRequired[int]


class GroupFigures(TypedDict):
    """The sub-group with its own threshold, as it came to the vote."""

    roll: int
    present: int
    issued: int


class AttendanceFigures(TypedDict):
    """应到, 实到, 发出, and those who were not there. Where residents vote by letter, everyone counts as present."""

    roll: int
    present: int
    on_leave: int
    left: int
    absent: int
    quorum_least: int
    quorum_met: bool
    issued: int
    group: GroupFigures | None


class DrawFigures(TypedDict):
    """The sample of a second reading: so many misread of so many sheets could change the result; the dice, the hash of
    the first readings that they were thrown after, and the places that both give (``voting.count.sampling``).
    """

    sheets: int
    misread: int
    dice: str
    root: Digest
    places: list[int]


class ReadingFigures(TypedDict):
    """How the paper ballots were read: first by the scanner, by two people or the scanner and one, settled."""

    scanned: int
    twice: int
    settled: int
    sample: DrawFigures | None


class BoxFigures(TypedDict):
    """The box of paper ballots, with one hash over what was agreed to stand on them.

    ``readings`` is said where not two people read all of them.
    """

    issued: int
    returned: int
    returned_group: int
    digest: Digest
    readings: NotRequired[ReadingFigures]
