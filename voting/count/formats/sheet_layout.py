"""The layout of a paper ballot: where everything stands on it, in whole millimetres, so that a scanner's picture of it
can be read.
"""

from typing import Literal, TypedDict

from voting.count.formats.parts import Base64, Digest
from voting.count.formats.records import Format
from voting.count.measures import BallotType


class SheetArea(TypedDict):
    """A rectangle, from the upper left corner of the page; of what is drawn with a line, the middle of the line."""

    x: int
    y: int
    w: int
    h: int


class SheetMarker(SheetArea):
    """A printed marker: which corner of the page, its number in the dictionary, and its 36 cells row by row."""

    corner: Literal["top_left", "top_right", "bottom_right", "bottom_left"]
    id: int
    cells: str


class SheetBox(SheetArea):
    """A box for one ring: the project's number (0: the whole list), what its column is called, and what a ring says."""

    number: int
    column: str
    mark: int


class SheetSlot(SheetArea):
    """Room for printed words: of a ``heading`` the column, of a ``name`` or ``number`` the project."""

    kind: Literal["heading", "number", "name", "question", "title", "note", "seal", "stamp", "code"]
    column: str
    number: int


class SheetLayoutBody(TypedDict):
    """A sheet of A4; ``digest`` is over all but itself, the markers (which carry it) and ``blank``.

    ``blank`` is the sheet as it is printed, a PNG of eight dots a millimetre; it is empty where it was not drawn.
    """

    format: Literal["piaojue-sheet-layout/1"]
    definition: Digest | Literal[""]
    language: str
    in_group: bool
    ballot_type: BallotType
    items: list[int]
    page: SheetArea
    frames: list[SheetArea]
    lines: list[SheetArea]
    slots: list[SheetSlot]
    boxes: list[SheetBox]
    markers: list[SheetMarker]
    digest: Digest
    blank: Base64


SHEET_LAYOUT = Format(
    SheetLayoutBody, "The layout of a round's paper ballot, by which a scanner's picture is read."
)
