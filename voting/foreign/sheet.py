"""Read the lines of an XLSX or CSV file. Runs in the child process alone.

The answer has a JSON line for every line of the file that is not empty: its number, counted from 1, and its cells.
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from typing import IO

import python_calamine

from voting.foreign.unfit import Unfit

MOST_UNPACKED = 256 * 1024 * 1024  # bytes that an XLSX may hold
MOST_PARTS = 2000
#: No list of ours is as wide or as long; a cell that stands farther makes a reader ask for all that lies before it.
MOST_COLUMNS, MOST_LINES = 400, 250_000
LONGEST_CELL = 40_000  # characters; the programs themselves take 32 767
_CHUNK = 1 << 20
#: A row or a cell with something in it, and where it says that it stands. An empty one has only a format.
_CELL = re.compile(
    rb"""<(?:\w+:)?c\s[^<>]{0,200}?\br\s*=\s*["']([A-Za-z]{1,8})(\d{1,12})["'][^<>]{0,200}>(?<!/>)"""
)
_OVERLAP = 500


def read(content: bytes, answer: IO[bytes]) -> None:
    """Write the lines. Raises Unfit ``not_xlsx``, ``bomb``, ``far``, ``wide`` or ``encoding``."""
    for line, cells in _xlsx(content) if content[:4] == b"PK\x03\x04" else _csv(content):
        if len(cells) > MOST_COLUMNS:
            raise Unfit("wide", str(line))
        if any(cells):
            if max(map(len, cells)) > LONGEST_CELL:
                raise Unfit("bomb")
            answer.write(json.dumps([line, cells], ensure_ascii=False).encode("utf-8", "replace"))
            answer.write(b"\n")


def _xlsx(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines of the first sheet, once what it would unpack to and where its cells stand is known."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            _require_bounded(packed)
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheet = book.get_sheet_by_index(0)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, python_calamine.CalamineError, IndexError, OSError,
            RuntimeError, NotImplementedError, EOFError) as error:  # fmt: skip
        raise Unfit("not_xlsx") from error
    if sheet.width > MOST_COLUMNS or sheet.height > MOST_LINES:
        raise Unfit("far")
    for line, cells in enumerate(sheet.iter_rows(), start=1):
        yield line, [_text(cell) for cell in cells]


def _require_bounded(packed: zipfile.ZipFile) -> None:
    """Look through the parts, a piece at a time. Raises Unfit ``bomb`` or ``far``, naming the cell."""
    parts = packed.infolist()
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise Unfit("bomb")
    for part in parts:
        if "sheet" in part.filename.lower():
            with packed.open(part) as stream:
                _require_near(stream)


def _require_near(stream: IO[bytes]) -> None:
    before, unpacked = b"", 0
    while piece := stream.read(_CHUNK):
        unpacked += len(piece)
        if unpacked > MOST_UNPACKED:
            raise Unfit("bomb")
        for letters, digits in _CELL.findall(before + piece):
            if len(letters) > 2 or int(digits) > MOST_LINES or _column(letters) > MOST_COLUMNS:  # noqa: PLR2004 ZZ is 702
                raise Unfit("far", f"{letters.decode().upper()}{digits.decode()}")
        before = piece[-_OVERLAP:]


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = 26 * number + letter - ord("A") + 1
    return number


def _text(cell: object) -> str:
    """Return a cell as text; a whole number has no decimals, and 0.1 + 0.2 is 0.3, as the program shows it."""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else f"{cell:.15g}"
    if isinstance(cell, bool):
        return "1" if cell else "0"
    return str(cell)


def _csv(content: bytes) -> Iterator[tuple[int, list[str]]]:
    text = _decoded(content).replace("\r\n", "\n").replace("\r", "\n")
    first = next((line for line in text.split("\n", 100) if line.strip()), "")
    delimiter = max(",;\t，", key=lambda mark: (first.count(mark), mark == ","))
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise Unfit("encoding") from error
        yield line, cells


def _decoded(content: bytes) -> str:
    """Return the text of a CSV: by its byte order mark, else UTF-8, else GB18030. Raises Unfit ``encoding``."""
    wide = content[:2] in {b"\xff\xfe", b"\xfe\xff"}
    for encoding in ["utf-16"] if wide else ["utf-8-sig", "gb18030"]:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Unfit("encoding")
