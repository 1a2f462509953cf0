"""What a paper consists of: blocks that page, print and PDF show alike (F22). Nothing here reads data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


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

    With ``shares`` the columns divide the whole width in these parts instead.
    """

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    numeric: frozenset[int] = frozenset()
    wide: int = 1
    shares: Sequence[int] = ()
    kind = "table"

    @property
    def cells(self) -> list[list[tuple[str, bool]]]:
        """Return every row as (text, is a number) for the page."""
        return [[(cell, place in self.numeric) for place, cell in enumerate(row)] for row in self.rows]

    @property
    def head_cells(self) -> list[tuple[str, bool]]:
        return [(cell, place in self.numeric) for place, cell in enumerate(self.head)]


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


Block = Heading | Text | Listing | Table | Facts | Bars


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
    #: A wide table stands across the sheet.
    landscape: bool = False
    #: The paper takes one page, whatever it says.
    one_page: bool = False

    @property
    def chief_digest(self) -> tuple[str, str]:
        """The hash in the footer."""
        return self.digests[-1]
