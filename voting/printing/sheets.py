"""Draw a 表决票 to the millimetre, as its layout says; the reader of scans knows the sheet by the same layout."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import segno

from voting.count.formats.sheet_layout import SheetArea
from voting.printing import pdf
from voting.printing.fonts import SANS, SERIF
from voting.printing.qr import QR_MASK
from voting.scan.layout import FRAME_LINE, LINE, Layout

TEMPLATE = Path(__file__).with_name("sheet.typ")
#: Of the picture that the reader compares a scan with: eight dots a millimetre, drawn twice as fine, so that letters
#: stand where the printer puts them and not on whole dots.
_READ, _FINER, _PRINTED = 203.2, 2, 300.0
#: How wide a printed ring is, beside its box.
_RING = 0.7


@dataclass(frozen=True)
class PrintedSheet:
    """A layout and its words; ``headings`` by column, ``names`` by number. A specimen has neither seal nor stamp.

    ``code`` is what the QR code says to people.
    """

    layout: Layout
    overline: str
    title: str
    below: str
    headings: tuple[tuple[str, str], ...]
    names: tuple[tuple[int, str], ...]
    question: str
    note: str
    seal: str
    stamp: str
    code: str
    code_alt: str


@dataclass(frozen=True)
class DeckCopy:
    """One sheet of a test deck: its number among how many, and the boxes that are ringed."""

    place: str
    ringed: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class DeckKey:
    """The last page of a printed test deck: what each sheet holds, and the result; rows of number and words."""

    title: str
    note: str
    sheets: str
    lines: tuple[tuple[int, str], ...]
    result: str
    votes: tuple[tuple[int, str], ...]


def deck_pdf(sheet: PrintedSheet, copies: Sequence[DeckCopy], *, test: str, key: DeckKey) -> bytes:
    """Return a test deck as a PDF: marked sheets with ``test`` large on each, and last the key.

    Raises NoTurn and Undrawable.
    """
    boxes = {(box["number"], box["column"]): box for box in sheet.layout.boxes}
    marked = [
        {"test": test, "place": copy.place, "rings": [_ring(boxes[each]) for each in copy.ringed]}
        for copy in copies
    ]
    rows = {
        name: [{"number": number, "words": words} for number, words in getattr(key, name)]
        for name in ("lines", "votes")
    }
    told = {**vars(key), **rows}
    words = _words(sheet) | {"copies": marked, "key": told}
    return pdf.set_paper(words, template=TEMPLATE, format="pdf", pdf_standards=[pdf.TAGGED])


def _ring(box: SheetArea) -> dict[str, float]:
    """Return where a ring stands in a box, well within it."""
    side = min(box["w"], box["h"]) * _RING
    return {"x": box["x"] + (box["w"] - side) / 2, "y": box["y"] + (box["h"] - side) / 2, "w": side}


def sheet_pdf(sheet: PrintedSheet) -> bytes:
    """Return the sheet as a PDF of one page. Raises NoTurn and Undrawable."""
    return pdf.set_paper(_words(sheet), template=TEMPLATE, format="pdf", pdf_standards=[pdf.TAGGED])


def sheet_png(sheet: PrintedSheet) -> bytes:
    """Return the sheet as a grey PNG of 300 dots an inch. Raises NoTurn and Undrawable."""
    return _picture(sheet, _PRINTED)


@lru_cache(maxsize=32)
def drawn_layout(sheet: PrintedSheet) -> Layout:
    """Return the layout with the sheet as it is printed. Raises NoTurn and Undrawable."""
    return sheet.layout.drawn(base64.b64encode(_picture(sheet, _READ * _FINER, _FINER)).decode("ascii"))


def _picture(sheet: PrintedSheet, ppi: float, times: int = 1) -> bytes:
    return pdf.grey_png(pdf.set_paper(_words(sheet), template=TEMPLATE, format="png", ppi=ppi), times)


def _words(sheet: PrintedSheet) -> dict[str, Any]:
    body: Mapping[str, Any] = sheet.layout.body
    language, region = ("zh", "cn") if body["language"].startswith("zh") else ("en", None)
    return {
        **{key: body[key] for key in ("markers", "frames", "lines", "boxes", "slots")},
        **{
            key: getattr(sheet, key)
            for key in ("overline", "title", "below", "question", "note", "seal", "stamp")
        },
        "headings": dict(sheet.headings),
        "names": {str(number): name for number, name in sheet.names},
        "copies": [{"test": "", "place": "", "rings": []}],
        "key": {"lines": []},
        "code": segno.make(sheet.code, error="m", mask=QR_MASK, micro=False).svg_inline(border=0),
        "code_alt": sheet.code_alt,
        "line": LINE / 1000,
        "frame_line": FRAME_LINE / 1000,
        "language": language,
        "region": region,
        "fonts": [SERIF, SANS],
    }
