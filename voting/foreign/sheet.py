"""Read the lines of an XLSX or CSV file. Runs in the child process alone.

The answer has a JSON line for every sheet, an object: its ``name``, whether it is ``hidden`` or has hidden rows
(``partly``), the ``delimiter`` and the ``encoding`` of a text (empty for a workbook), and the cells that are
``merged`` downwards, each as first line, last line and column. After it comes a list for every line of the sheet that
is not empty: its number, counted from 1, its cells, and, where there are any, marks: ``{"row": "hidden"}``, or of a
cell by its place ``date``, ``percent``, ``rounded``, ``formula`` (it was never worked out) and ``quote`` (it begins
with a quotation mark that nothing closes).
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import date, time, timedelta
from typing import IO, Any

import python_calamine

from voting.foreign import comma_text, workbook_parts
from voting.foreign.unfit import Unfit

MOST_UNPACKED = 256 * 1024 * 1024  # bytes that an XLSX may hold
MOST_PARTS = 2000
#: No list of ours is as wide or as long; a cell that stands farther makes a reader ask for all that lies before it.
MOST_COLUMNS, MOST_LINES = 400, 250_000
LONGEST_CELL = 40_000  # characters; the programs themselves take 32 767
MOST_SHEETS = 60
MOST_MERGED = 20_000  # cells of one sheet that are merged downwards
_CHUNK = 1 << 20
#: A row or a cell with something in it, and where it says that it stands. An empty one has only a format.
_CELL = re.compile(
    rb"""<(?:\w+:)?c\s[^<>]{0,200}?\br\s*=\s*["']([A-Za-z]{1,8})(\d{1,12})["'][^<>]{0,200}>(?<!/>)"""
)
_OVERLAP = 500
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
_WEB_PAGE = re.compile(rb"\s*<(!doctype|html|table|\?xml|meta)", re.IGNORECASE)
#: From so many digits on, a spreadsheet keeps a number no more as it was typed.
_ROUNDED = 10**15

Line = tuple[int, list[str], dict[str, str]]


def read(content: bytes, answer: IO[bytes]) -> None:
    """Write the sheets.

    Raises Unfit ``not_xlsx``, ``docx``, ``old_xls``, ``html``, ``bomb``, ``far``, ``wide`` or ``encoding``.
    """
    if content[:4] == _OLD_WORKBOOK:
        raise Unfit("old_xls")
    if _WEB_PAGE.match(content.removeprefix(b"\xef\xbb\xbf")[:200]):
        raise Unfit("html")
    sheets = _workbook(content) if content[:4] == b"PK\x03\x04" else comma_text.sheets(content)
    for head, lines in sheets:
        _write(answer, head)
        for line, cells, marks in lines:
            if len(cells) > MOST_COLUMNS:
                raise Unfit("wide", str(line))
            if any(cells) or marks.keys() - {"row"}:
                if max(map(len, cells)) > LONGEST_CELL:
                    raise Unfit("bomb")
                _write(answer, [line, cells, marks] if marks else [line, cells])


def _write(answer: IO[bytes], what: object) -> None:
    answer.write(json.dumps(what, ensure_ascii=False).encode("utf-8", "replace"))
    answer.write(b"\n")


def _workbook(content: bytes) -> Iterator[tuple[dict[str, Any], Iterator[Line]]]:
    """Yield the sheets, once what they would unpack to and where their cells stand is known."""
    try:
        packed = zipfile.ZipFile(io.BytesIO(content))
        _require_bounded(packed)
        if "word/document.xml" in packed.namelist():
            raise Unfit("docx")
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        parts = workbook_parts.sheet_parts(packed)
        formats = workbook_parts.cell_formats(packed)
        for kind in book.sheets_metadata[:MOST_SHEETS]:
            if kind.typ != python_calamine.SheetTypeEnum.WorkSheet:
                continue
            sheet = book.get_sheet_by_name(kind.name)
            if sheet.width > MOST_COLUMNS or sheet.height > MOST_LINES:
                raise Unfit("far")
            extras = workbook_parts.extras(packed, parts.get(kind.name, ""), formats)
            merged = [
                [top + 1, bottom + 1, left]
                for (top, left), (bottom, _right) in sheet.merged_cell_ranges or ()
                if bottom > top
            ]
            if len(merged) > MOST_MERGED:
                raise Unfit("bomb")
            head = {
                "name": kind.name,
                "hidden": kind.visible != python_calamine.SheetVisibleEnum.Visible,
                "partly": bool(extras.hidden),
                "delimiter": "",
                "encoding": "",
                "merged": merged,
            }
            yield head, _lines(sheet, extras)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, python_calamine.CalamineError, IndexError, OSError,
            RuntimeError, NotImplementedError, EOFError, workbook_parts.NotRead) as error:  # fmt: skip
        raise Unfit("not_xlsx") from error


def _lines(sheet: python_calamine.CalamineSheet, extras: workbook_parts.Extras) -> Iterator[Line]:
    for line, values in enumerate(sheet.iter_rows(), start=1):
        cells, marks = [], {}
        for place, value in enumerate(values):
            text, mark = _cell(value, extras.cells.get((line, place)))
            cells.append(text)
            if mark:
                marks[str(place)] = mark
        if line in extras.hidden:
            marks["row"] = "hidden"
        yield line, cells, marks


def _cell(value: object, extra: workbook_parts.Extra | None) -> tuple[str, str]:
    """Return the text of a cell and its mark; a number that the program shows as 007 is 007."""
    mark = ""
    if isinstance(value, date | time | timedelta):
        mark = "date"
    elif isinstance(value, float) and abs(value) >= _ROUNDED:
        mark = "rounded"
    if extra is None:
        return _text(value), mark
    if extra.kind == "error":
        return extra.text, ""
    if extra.kind == "formula":
        return _text(value), "" if _text(value) else "formula"
    if extra.kind == "percent":
        return _text(value), "percent"
    before, zeros, after = extra.text.partition("0")[0], extra.text.count("0"), extra.text.rpartition("0")[2]
    text = _text(value)
    return (f"{before}{text.zfill(zeros)}{after}" if text.isdigit() else text), mark


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
