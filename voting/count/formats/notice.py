"""公告: the public notice of a round, which every page, paper and export reads."""

from typing import Literal, NotRequired, TypedDict

from voting.count.formats.definition import Previous
from voting.count.formats.parts import (
    AttendanceFigures,
    BallotLine,
    Because,
    BoxFigures,
    ChannelName,
    Digest,
    GradeSettings,
    Kind,
    Moment,
    PaperNames,
    Settings,
    UrnFigures,
)
from voting.count.formats.records import Format
from voting.count.formats.working import (
    BallotFigures,
    ChannelRecord,
    FloorFigures,
    Judged,
    OpenedTest,
    ThresholdFigures,
)
from voting.count.outcomes import Reason, Status

#: Why a tied project is in or out after a decision on the record.
TieReason = Literal["presidium_for", "presidium_against", "lot_for", "lot_against"]


class AdoptedSettings(Settings):
    digest: Digest


class AdoptedGradeSettings(GradeSettings):
    digest: Digest


class NoticeItem(Judged):
    """A project with its names, as the count or a recorded decision of a tie leaves it."""

    name: str
    name_en: str
    reason: Reason | TieReason


class NoticeBallots(BallotFigures):
    issued: int


class NoticeTie(TypedDict):
    """How a tie was decided on the record."""

    method: Literal["presidium", "lot"]
    chosen: list[int]
    drawn: list[int]
    reason: str
    witnesses: str
    recorded_by: str
    recorded_at: Moment


class FurtherBallot(TypedDict):
    """The further round that a result calls for: its candidates, its seats, why, and the money left for it, if any."""

    candidates: list[int]
    seats: int
    because: Because
    money_left: NotRequired[int]


class RoundPart(TypedDict):
    """What a notice says of any round, and what is shown of a count that is not published yet.

    Where equal shares decide, ``singles`` is the hash of the single ballots that the recount file has, and ``raised``
    how many times the shares were raised.
    """

    ballots: NoticeBallots
    attendance: AttendanceFigures
    paper: BoxFigures | None
    floor: FloorFigures
    group: ThresholdFigures | None
    items: list[NoticeItem]
    status: Status
    tie: NoticeTie | None
    next: FurtherBallot | None
    urn: UrnFigures
    tests: NotRequired[list[OpenedTest]]
    singles: NotRequired[Digest]
    raised: NotRequired[int]


class EarlierRound(RoundPart):
    """What a later notice says of an earlier round, with the hash of that round's own notice."""

    number: int
    seats: int
    chosen: list[int]
    notice: Digest
    imported: NotRequired[bool]
    proof: NotRequired[Literal["", "slips", "file"]]


class AnnulledRound(TypedDict):
    """A round that the presidium annulled: its urn stays sealed and was not counted, or its count not published."""

    number: int
    decision: str
    reason: str
    counted: bool
    urn: UrnFigures
    recorded_by: str
    recorded_at: Moment


class Disclosure(TypedDict):
    """The disclosure fields of the source document."""

    index: str
    mode: str
    publisher: str
    scope: str
    document_number: str
    term: str
    generated: str
    published: str


class NoticeCycle(PaperNames):
    slug: str
    year: int
    place: str
    congress: str
    vote_at: str
    rest: str
    candidate_report: str
    source: str
    disclosure: Disclosure


class NoticeRound(TypedDict):
    """The round that the notice is of.

    ``booth`` is the hash of the script that sealed ballots on the delegates' devices, as pages name it (``integrity``);
    it is empty where none was served when the vote was opened.
    """

    number: int
    previous: Previous | None
    seats: int
    opened_at: Moment
    closed_at: Moment
    definition: Digest
    key: Digest
    key_mark: NotRequired[str]
    booth: NotRequired[str]
    slips_needed: int
    slips_issued: int
    paper_only: bool


class NoticeTally(TypedDict):
    """Who counted and who certified; whether the count was imported, and how that was proven."""

    digest: Digest
    counted_by: str
    counted_at: Moment
    certified_by: str
    certified_at: Moment
    imported: NotRequired[bool]
    proof: NotRequired[Literal["", "slips", "file"]]


class NoticeBody(RoundPart):
    """The result of a round, and of all rounds before it."""

    format: Literal["piaojue-notice/1"]
    kind: Kind
    cycle: NoticeCycle
    round: NoticeRound
    rules: AdoptedSettings | AdoptedGradeSettings
    channels: dict[ChannelName, ChannelRecord]
    final: bool
    chosen: list[int]
    tied: list[int]
    seats_left: int
    missing: int
    slate: list[BallotLine]
    rounds: list[EarlierRound]
    annulled: NotRequired[list[AnnulledRound]]
    chosen_in_all: list[int]
    annual_tasks: list[int]
    left_over: list[int]
    tally: NoticeTally
    published_at: Moment


NOTICE = Format(NoticeBody, "The public notice of a round: its result, with everything it follows from.")
