"""The files that leave the house and come back: keys, urns, counts, and what others need to recount."""

from typing import Literal, NotRequired, TypedDict

from voting.count.formats.notice import NoticeBody
from voting.count.formats.parts import AttendanceFigures, Base64, Digest, ReadingFigures, UrnFigures
from voting.count.formats.records import Format
from voting.count.formats.working import PatternsBody, WorkingBody

#: The marks of a paper ballot, and whether the sub-group cast it (0, 1).
PaperBallot = tuple[list[int], int]
#: The projects that a ballot marks, and how many ballots mark just these.
SingleBallots = tuple[list[int], int]


class PaperFacts(TypedDict):
    """The box of paper ballots, and what was agreed to stand on each."""

    issued: int
    returned: int
    returned_group: int
    ballots: list[PaperBallot]
    readings: NotRequired[ReadingFigures]


class RoundFacts(TypedDict):
    """What a round fixed before any ballot was opened: the count's input beside the online ballots.

    ``definition`` is the definition's own canonical text.
    """

    definition: str
    key: Digest
    urn: UrnFigures
    attendance: AttendanceFigures
    paper: PaperFacts | None


class KeyBody(TypedDict):
    """The public half of a key that was made offline."""

    format: Literal["piaojue-key/1"]
    key: Base64
    fingerprint: Digest
    needed: int
    issued: int


class TrialBody(TypedDict):
    """A trial ballot with a word sealed in it."""

    format: Literal["piaojue-trial/1"]
    info: str
    key: Digest
    slips_needed: int
    ballot: Base64


class UrnChallenge(TypedDict):
    """A word sealed to the round's key for whoever took the urn: it signs the count, and only k slips open it."""

    info: str
    sealed: Base64


class UrnBody(TypedDict):
    """A closed round's sealed ballots and test ballots, each sorted by hash.

    ``groups`` says of every ballot whether the sub-group cast it (0, 1; None: the ballot itself says it), in the order
    of the ballots; it is empty where the rules have no second threshold.
    """

    format: Literal["piaojue-urn/1"]
    info: str
    slips_needed: int
    facts: RoundFacts
    ballots: list[Base64]
    groups: NotRequired[list[int | None]]
    tests: NotRequired[list[Base64]]
    proof: NotRequired[UrnChallenge]


class CountBody(TypedDict):
    """What the offline unsealing counted; ``proof`` binds it to the person who took the urn."""

    format: Literal["piaojue-count/1"]
    working: WorkingBody
    patterns: PatternsBody
    proof: NotRequired[Digest]


class RoundSingles(TypedDict):
    """The single ballots of a round by equal shares: the projects that they mark, sorted, and how many are alike."""

    round: int
    rows: list[SingleBallots]


class PublicBody(TypedDict):
    """What everybody needs to recount a published round.

    ``singles`` only where equal shares decide, of this round and of those before it.
    """

    format: Literal["piaojue-public/1"]
    notice: NoticeBody
    notice_digest: Digest
    hashes: list[Digest]
    singles: NotRequired[list[RoundSingles]]


class RecountBody(TypedDict):
    """What the scrutineers need to recount every ballot of a round."""

    format: Literal["piaojue-recount/1"]
    facts: RoundFacts
    key_mark: NotRequired[str]
    patterns: PatternsBody
    hashes: list[Digest]
    working: WorkingBody
    digest: Digest


KEY = Format(KeyBody, "The public half of a key that was made offline.")
TRIAL = Format(TrialBody, "A trial ballot, which the key slips must open before the vote is opened.")
URN = Format(UrnBody, "The sealed urn of a closed round, to be unsealed offline.")
COUNT = Format(CountBody, "The count that the offline unsealing made.")
PUBLIC = Format(
    PublicBody, "What everybody needs to recount a published round: the notice and the urn's list."
)
RECOUNT = Format(RecountBody, "What the scrutineers need to recount every ballot of a round.")
