"""The definition of a round: frozen before the first ballot, and every ballot is sealed to its hash."""

from typing import Literal, NotRequired, TypedDict

from voting.count.formats.parts import BallotLine, Because, Digest, GradeSettings, Kind, Settings
from voting.count.formats.records import Format


class Previous(TypedDict):
    """The round before, why another followed, and the hash of its notice; of an annulled round, of its definition.

    ``money_left`` is what that round left of the sum, where one is shared out.
    """

    round: int
    because: Because
    notice: Digest
    money_left: NotRequired[int]


class DefinitionBody(TypedDict):
    """A round's rules, seats and candidates in ballot order."""

    format: Literal["piaojue-definition/1"]
    cycle: str
    kind: Kind
    round: int
    previous: Previous | None
    seats: int
    rules: Settings | GradeSettings
    rules_digest: Digest
    items: list[BallotLine]


DEFINITION = Format(DefinitionBody, "The definition of a round of voting, to which every ballot is sealed.")
