"""The import of a list of delegates: what its preview showed, and what takes it back."""

from typing import Literal, NotRequired, TypedDict

from voting.count.formats.parts import Digest
from voting.count.formats.records import Format

#: Why a row cannot be taken.
FaultCode = Literal[
    "no_number", "no_name", "no_delegation", "long_number", "long_name", "long_delegation", "repeated", "other_kind",
    "sub_group",
]  # fmt: skip
#: Line of the file, code, and what it is about.
Fault = tuple[int, FaultCode, str]


class EntryRecord(TypedDict):
    """A delegate as a list says it."""

    number: str
    name: str
    delegation: str
    in_group: bool


class ImportBody(TypedDict):
    """What an import would change, with one hash over the delegates as they stood."""

    format: Literal["piaojue-roster-import/1"]
    rows: int
    new: int
    corrected: int
    unchanged: int
    out: int
    faults: list[Fault]
    faulty: int
    corrections: list[tuple[EntryRecord, EntryRecord]]
    state: Digest


class FormerRecord(EntryRecord):
    """A delegate as they stood before an import corrected them."""

    is_active: bool


class UndoBody(TypedDict):
    """What takes an import back: who is new, who was corrected, who was put out of office; the delegations it made.

    Imports of before say nothing of delegations.
    """

    format: Literal["piaojue-roster-undo/1"]
    created: list[str]
    corrected: list[FormerRecord]
    out: list[str]
    delegations: NotRequired[list[str]]


ROSTER_IMPORT = Format(ImportBody, "The preview of an import of delegates.")
ROSTER_UNDO = Format(UndoBody, "What takes an import of delegates back.")
