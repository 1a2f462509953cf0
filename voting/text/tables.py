"""The rows of an XLSX or CSV file of delegates, as text, whatever program wrote it (TRUST.md F20)."""

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

#: What the columns may be called, in any order; blanks and letter case do not matter.
HEADERS: dict[str, frozenset[str]] = {
    "number": frozenset(
        {"代表证号", "代表号", "证号", "编号", "代表编号", "number", "no.", "no", "delegatenumber"}
    ),
    "name": frozenset({"姓名", "名字", "代表姓名", "name", "fullname"}),
    "delegation": frozenset({"代表团", "团组", "所属代表团", "delegation", "group"}),
    "in_group": frozenset(
        {"分组", "属于分组", "常委会组成人员", "sub-group", "subgroup", "insub-group", "standingcommittee"}
    ),
}
REQUIRED = ("number", "name", "delegation")


class NotARoster(ValueError):
    """The file as a whole cannot be read.

    ``code`` is ``too_large``, ``too_many_rows``, ``not_xlsx``, ``bomb``, ``encoding``, ``empty`` or ``header``;
    ``found`` quotes the header where it is about one.
    """

    def __init__(self, code: str, found: str = "") -> None:
        super().__init__(f"{code}: {found}")
        self.code, self.found = code, found


@dataclass(frozen=True)
class Row:
    """One row below the header: its line in the file, counted from 1, and its cells as text.

    ``in_group`` is None where the file has no such column: then nothing is said about the sub-group.
    """

    line: int
    number: str
    name: str
    delegation: str
    in_group: str | None = None


def read(content: bytes) -> Iterator[Row]:
    """Yield the rows of a file. Raises NotARoster."""
    for line, cells in table(content, headers=HEADERS, required=REQUIRED):
        yield Row(line, **cells)


def table(
    content: bytes,
    *,
    headers: Mapping[str, frozenset[str]],
    required: Collection[str],
    most: int | None = None,
    verbatim: bool = False,
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield every row below the header: its line, and its cells by the names of ``headers``. Raises NotARoster.

    ``most`` rows are read, ``MOST_ROWS`` unless told. Blanks and line breaks inside a cell become one blank;
    ``verbatim`` keeps them.
    """
    text = str.strip if verbatim else _one_line
    if len(content) > MOST_BYTES:
        raise NotARoster("too_large")
    lines = _xlsx(content) if content[:4] == b"PK\x03\x04" else _csv(content)
    plain = ((line, [text(cell) for cell in cells]) for line, cells in lines)
    rows = ((line, cells) for line, cells in plain if any(cells))
    header = next(rows, None)
    if header is None:
        raise NotARoster("empty")
    columns = _columns(header[1], headers, required)
    for count, (line, cells) in enumerate(rows, start=1):
        if count > (MOST_ROWS if most is None else most):
            raise NotARoster("too_many_rows")
        yield line, {name: cells[at] if at < len(cells) else "" for name, at in columns.items()}


def _columns(
    header: Sequence[str], headers: Mapping[str, frozenset[str]], required: Collection[str]
) -> dict[str, int]:
    """Return which column is which. Raises NotARoster ``header``, quoting what was found."""
    plain = ["".join(cell.lower().split()) for cell in header]
    found = {
        name: next((at for at, cell in enumerate(plain) if cell in words), -1)
        for name, words in headers.items()
    }
    if any(found[name] < 0 for name in required):
        raise NotARoster("header", " | ".join(cell for cell in header if cell)[:SHOWN])
    return {name: at for name, at in found.items() if at >= 0}


def _xlsx(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines of the first sheet. A file that would unpack to too much is not opened."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(part.file_size for part in packed.infolist()) > MOST_UNPACKED:
                raise NotARoster("bomb")
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheet = book.get_sheet_by_index(0)
    except (zipfile.BadZipFile, python_calamine.CalamineError, IndexError, OSError) as error:
        raise NotARoster("not_xlsx") from error
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
            raise NotARoster("encoding") from error
        yield line, cells


def _decoded(content: bytes) -> str:
    """Return the text of a CSV: by its byte order mark, else UTF-8, else GB18030. Raises NotARoster ``encoding``."""
    wide = content[:2] in {b"\xff\xfe", b"\xfe\xff"}
    for encoding in ["utf-16"] if wide else ["utf-8-sig", "gb18030"]:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise NotARoster("encoding")
