"""The rows of an XLSX or CSV file as text, whatever program wrote it (TRUST.md F20)."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import python_calamine

MOST_BYTES = 20 * 1024 * 1024
MOST_UNPACKED = 400 * 1024 * 1024  # bytes that an XLSX may hold
MOST_ROWS = 200_000
SHOWN = 200  # characters of a header that are quoted


class NotATable(ValueError):
    """The file as a whole cannot be read.

    ``code`` is ``too_large``, ``too_many_rows``, ``not_xlsx``, ``bomb``, ``encoding``, ``empty`` or ``header``;
    ``header`` quotes the header where it is about one.
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
    """Yield every row below the header: its line in the file, counted from 1, and its cells by the names of columns.

    A column that the file does not have is not among the cells. Raises NotATable.
    """
    text = str.strip if columns.verbatim else _one_line
    if len(content) > MOST_BYTES:
        raise NotATable("too_large")
    lines = _xlsx(content) if content[:4] == b"PK\x03\x04" else _csv(content)
    plain = ((line, [text(cell) for cell in cells]) for line, cells in lines)
    rows = ((line, cells) for line, cells in plain if any(cells))
    header = next(rows, None)
    if header is None:
        raise NotATable("empty")
    places = _places(header[1], columns)
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


def _xlsx(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines of the first sheet. A file that would unpack to too much is not opened."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(part.file_size for part in packed.infolist()) > MOST_UNPACKED:
                raise NotATable("bomb")
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheet = book.get_sheet_by_index(0)
    except (zipfile.BadZipFile, python_calamine.CalamineError, IndexError, OSError) as error:
        raise NotATable("not_xlsx") from error
    for line, cells in enumerate(sheet.iter_rows(), start=1):
        yield line, [_text(cell) for cell in cells]


def _text(cell: object) -> str:
    """Return a cell as text; a whole number has no decimals, and 0.1 + 0.2 is 0.3, as the program shows it."""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else f"{cell:.15g}"
    if isinstance(cell, bool):
        return "1" if cell else "0"
    return str(cell)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _csv(content: bytes) -> Iterator[tuple[int, list[str]]]:
    text = _decoded(content).replace("\r\n", "\n").replace("\r", "\n")
    first = next((line for line in text.split("\n") if line.strip()), "")
    delimiter = max(",;\t，", key=lambda mark: (first.count(mark), mark == ","))
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise NotATable("encoding") from error
        yield line, cells


def _decoded(content: bytes) -> str:
    """Return the text of a CSV: by its byte order mark, else UTF-8, else GB18030. Raises NotATable ``encoding``."""
    wide = content[:2] in {b"\xff\xfe", b"\xfe\xff"}
    for encoding in ["utf-16"] if wide else ["utf-8-sig", "gb18030"]:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise NotATable("encoding")
