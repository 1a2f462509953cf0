"""What a list from a file consists of: what may be called what, what a person chose, rows, and what is said of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from voting.foreign.cells import Kind

MOST_ROWS = 200_000
NAMED = 20  # lines that a remark names


class NotATable(ValueError):
    """The file as a whole cannot be read.

    ``code`` is ``too_large``, ``too_many_rows``, ``not_xlsx``, ``docx``, ``old_xls``, ``html``, ``bomb``, ``far``,
    ``wide``, ``encoding``, ``empty``, ``header``, or what befell the reader: ``broken``, ``much`` or ``busy``.
    ``header`` quotes the header, or names the cell or the line, where it is about one.
    """

    def __init__(self, code: str, header: str = "") -> None:
        super().__init__(f"{code}: {header}")
        self.code, self.header = code, header


@dataclass(frozen=True, kw_only=True)
class Columns:
    """What the columns of a list may be called, in any order.

    ``headers`` names every column that is read and what it may be called, blanks, width, letter case and remarks in
    brackets aside; the ``required`` ones must be there. ``stand_in`` are names that stand for a column where nothing
    better does, if a person says so. ``kinds`` says what stands in a column, ``line`` where nothing is said. ``fills``
    is a column that may be taken from the row above where it is empty, ``aside`` are headings that are there to be read
    by people alone. At most ``most`` rows are read.
    """

    headers: Mapping[str, frozenset[str]]
    required: Collection[str]
    stand_in: Mapping[str, frozenset[str]] = field(default_factory=dict)
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    fills: str = ""
    aside: frozenset[str] = frozenset()
    most: int = MOST_ROWS

    def kind(self, column: str) -> Kind:
        return self.kinds.get(column, "line")


@dataclass(frozen=True)
class Choices:
    """What a person said of a file; None where they said nothing and the reader proposes.

    ``header`` is its line, 0 where there is none; ``places`` where each column stands. ``fill`` takes what is empty in
    the column named from the row above; ``leave_hidden`` leaves hidden rows out.
    """

    sheet: str | None = None
    header: int | None = None
    places: Mapping[str, int] | None = None
    fill: str = ""
    leave_hidden: bool = False


class Observation(NamedTuple):
    """Something that a person should know of a file: what, of which column, sheet or line, and what it is about."""

    code: str
    where: str = ""
    about: str = ""


class CellFault(NamedTuple):
    """What is wrong with one cell: under which heading, what (``cells.Wrong``, ``outside``), what stands there."""

    heading: str
    code: str
    about: str


class Row(NamedTuple):
    """A row below the header: its line, counted from 1, its cells by column, what is wrong with it, marks of cells."""

    line: int
    cells: dict[str, str]
    faults: Sequence[CellFault] = ()
    marks: Mapping[str, str] = {}


@dataclass
class ListSheet:
    """A sheet as the child read it, and its first lines."""

    name: str
    hidden: bool
    partly: bool
    delimiter: str
    encoding: str
    merged: list[tuple[int, int, int]]
    offset: int
    first: list[tuple[int, list[str]]] = field(default_factory=list)


class FileColumn(NamedTuple):
    """A column of the file: where it stands, what it is called, an example of what stands there."""

    place: int
    name: str
    example: str


def column_letter(place: int) -> str:
    """Return the letter by which a spreadsheet names a column."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def lines_named(lines: Sequence[int]) -> str:
    """Return the numbers of lines, runs drawn together: 4, 7–9."""
    runs: list[list[int]] = []
    for line in lines:
        if runs and runs[-1][1] == line - 1:
            runs[-1][1] = line
        else:
            runs.append([line, line])
    shown = [f"{first}–{last}" if last > first else f"{first}" for first, last in runs[:NAMED]]
    return ", ".join([*shown, "…"] if len(runs) > NAMED else shown)
