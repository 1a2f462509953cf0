"""What a paper consists of: blocks that page, print and PDF show alike (F22). Nothing here reads data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from voting.text.amounts import digits_together


@dataclass(frozen=True)
class Heading:
    """``anchor`` is the place in the page that a listing leads to."""

    text: str
    anchor: str = ""
    kind = "heading"


@dataclass(frozen=True)
class Text:
    text: str
    strong: bool = False
    small: bool = False
    kind = "text"


@dataclass(frozen=True)
class Listing:
    """Numbered lines; the numbers are the projects' own. With ``to`` each leads to the anchor of that name."""

    lines: Sequence[tuple[int, str]]
    to: str = ""
    kind = "listing"


@dataclass(frozen=True)
class Table:
    """``numeric`` columns stand to the right, the ``wide`` one takes the room that is left.

    With ``shares`` the columns divide the whole width in these parts instead; on a narrow screen each row of such
    a table stands as a block of its own, under its number and its name.
    """

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    numeric: frozenset[int] = frozenset()
    wide: int = 1
    shares: Sequence[int] = ()
    kind = "table"

    @property
    def cells(self) -> list[list[tuple[str, bool, str]]]:
        """Return every row as (text, is a number, head of the column) for the page."""
        return [
            [
                (cell, place in self.numeric, digits_together(self.head[place]))
                for place, cell in enumerate(row)
            ]
            for row in self.rows
        ]

    @property
    def head_cells(self) -> list[tuple[str, bool]]:
        return [(digits_together(cell), place in self.numeric) for place, cell in enumerate(self.head)]


@dataclass(frozen=True)
class Facts:
    """Labels and what is said under each; a text may have several lines."""

    rows: Sequence[tuple[str, str]]
    kind = "facts"


@dataclass(frozen=True)
class Bars:
    """A chart of few numbers, largest first; the table that says the same follows it."""

    caption: str
    rows: Sequence[tuple[str, int]]
    kind = "bars"

    @property
    def parts(self) -> list[tuple[str, int, str]]:
        """Return every row with its length in per cent of the longest, as text with a decimal point."""
        most = max((number for _label, number in self.rows), default=0) or 1
        return [(label, number, f"{100 * number / most:.2f}") for label, number in self.rows]


@dataclass(frozen=True)
class Figures:
    """Few numbers in large type, each with its label."""

    rows: Sequence[tuple[str, int]]
    kind = "figures"


@dataclass(frozen=True)
class Tile:
    """One project of a 图解.

    ``light`` names the lamp (``domain.after.lights.Light``) and ``word`` says it; ``bars`` are what, how much of
    how much, and the part in per cent as text with a decimal point; ``steps`` are the milestones in their order, each
    ``reached``, ``late`` or ``to-come``, and ``steps_word`` says them; ``notes`` are lines of plain text. On the page
    a tile leads to its ``address``.
    """

    number: int
    name: str
    tag: str
    is_chosen: bool
    light: str
    word: str
    bars: Sequence[tuple[str, str, str]]
    steps: Sequence[str]
    steps_word: str
    notes: Sequence[str]
    address: str = ""


@dataclass(frozen=True)
class Tiles:
    """The projects of a year side by side; all that is drawn is also said in words."""

    caption: str
    tiles: Sequence[Tile]
    kind = "tiles"


Block = Heading | Text | Listing | Table | Facts | Bars | Figures | Tiles


@dataclass(frozen=True)
class Document:
    """One paper of the procedure."""

    title: str
    overline: str
    note: str
    blocks: list[Block]
    #: Names and hashes, as they stand at the end and in the footer of every page.
    digests: list[tuple[str, str]]
    signatures: list[str] = field(default_factory=list)
    #: Who seals the paper and when; empty where nobody does.
    sealed_by: list[str] = field(default_factory=list)
    #: When the record that it shows was made; None where it shows no record, but what stands at this moment.
    dated: datetime | None = None
    #: A wide table stands across the sheet.
    landscape: bool = False
    #: The paper takes one page, whatever it says.
    one_page: bool = False

    @property
    def chief_digest(self) -> tuple[str, str]:
        """The hash in the footer."""
        return self.digests[-1]
