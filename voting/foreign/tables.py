"""The rows of an XLSX or CSV file as text, whatever program wrote it (TRUST.md F20)."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from voting.foreign.apart import answer_of
from voting.foreign.unfit import Unfit

MOST_BYTES = 20 * 1024 * 1024
MOST_ROWS = 200_000
SHOWN = 200  # characters of a header that are quoted


class NotATable(ValueError):
    """The file as a whole cannot be read.

    ``code`` is ``too_large``, ``too_many_rows``, ``not_xlsx``, ``bomb``, ``far``, ``wide``, ``encoding``, ``empty``,
    ``header``, or what befell the reader: ``broken``, ``much`` or ``busy``. ``header`` quotes the header, or names the
    cell or the line, where it is about one.
    """

    def __init__(self, code: str, header: str = "") -> None:
        super().__init__(f"{code}: {header}")
        self.code, self.header = code, header


@dataclass(frozen=True, kw_only=True)
class Columns:
    """What the columns of a table may be called, in any order; blanks and letter case do not matter.

    ``headers`` names every column that is read and what it may be called; the ``required`` ones must be there. At most
    ``most`` rows are read. Blanks and line breaks inside a cell become one blank; ``verbatim`` keeps them.
    """

    headers: Mapping[str, frozenset[str]]
    required: Collection[str]
    most: int = MOST_ROWS
    verbatim: bool = False


def read(content: bytes, columns: Columns) -> Iterator[tuple[int, dict[str, str]]]:
    """Open the file; return every row below the header: its line, counted from 1, and its cells by names of columns.

    A column that the file does not have is not among the cells. Raises NotATable, at once but for ``too_many_rows``.
    """
    text = str.strip if columns.verbatim else _one_line
    if len(content) > MOST_BYTES:
        raise NotATable("too_large")
    lines = _lines(content)
    plain = ((line, [text(cell) for cell in cells]) for line, cells in lines)
    rows = ((line, cells) for line, cells in plain if any(cells))
    header = next(rows, None)
    if header is None:
        raise NotATable("empty")
    return _below(rows, _places(header[1], columns), columns)


def _below(
    rows: Iterator[tuple[int, list[str]]], places: Mapping[str, int], columns: Columns
) -> Iterator[tuple[int, dict[str, str]]]:
    for count, (line, cells) in enumerate(rows, start=1):
        if count > columns.most:
            raise NotATable("too_many_rows")
        yield line, {name: cells[at] if at < len(cells) else "" for name, at in places.items()}


def _places(header: Sequence[str], columns: Columns) -> dict[str, int]:
    """Return where each column stands. Raises NotATable ``header``, quoting the header."""
    plain = ["".join(cell.lower().split()) for cell in header]
    places = {
        name: next((at for at, cell in enumerate(plain) if cell in words), -1)
        for name, words in columns.headers.items()
    }
    if any(places[name] < 0 for name in columns.required):
        raise NotATable("header", " | ".join(cell for cell in header if cell)[:SHOWN])
    return {name: at for name, at in places.items() if at >= 0}


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _lines(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines that are not empty, as the child process reads them; it has read all of them before the first."""
    try:
        answer = answer_of("sheet", content)
    except Unfit as unfit:
        raise NotATable(unfit.code, unfit.about[:SHOWN]) from None
    with answer:
        for row in answer:
            line, cells = json.loads(row)
            yield line, cells
