"""The import of a list of delegates: what its preview showed, and what takes it back."""

from typing import Literal, NotRequired, TypedDict

from voting.count.formats.parts import Digest
from voting.count.formats.records import Format

#: Why a row cannot be taken.
FaultCode = Literal[
    "no_number", "no_name", "no_delegation", "long_number", "long_name", "long_delegation", "repeated", "other_kind",
    "sub_group", "shifted",
]  # fmt: skip
#: Line of the file, code, and what it is about.
Fault = tuple[int, FaultCode, str]


#: What is wrong with a cell, whatever the list.
CellCode = Literal["error", "formula", "date", "rounded", "fraction", "quote", "private", "outside"]
#: Line of the file, heading of the column, code, and what stands there.
CellFaultRecord = tuple[int, str, CellCode, str]
#: Code, what or where it is about, and more of it (``voting.domain.core.list_words``).
RemarkRecord = tuple[str, str, str]
#: A delegation, with how many delegates are in office before the import and after it.
Strength = tuple[str, int, int]


class EntryRecord(TypedDict):
    """A delegate as a list says it."""

    number: str
    name: str
    delegation: str
    in_group: bool


class ImportBody(TypedDict):
    """What an import would change, with one hash over the delegates as they stood.

    Previews of before name nobody, and say nothing of the file.
    """

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
    cells: NotRequired[list[CellFaultRecord]]
    people: NotRequired[list[EntryRecord]]
    leaving: NotRequired[list[EntryRecord]]
    strengths: NotRequired[list[Strength]]
    remarks: NotRequired[list[RemarkRecord]]
    questions: NotRequired[list[RemarkRecord]]


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
    #: The delegations of before, each with the position that it had.
    order: NotRequired[list[tuple[str, int]]]


ROSTER_IMPORT = Format(ImportBody, "The preview of an import of delegates.")
ROSTER_UNDO = Format(UndoBody, "What takes an import of delegates back.")
