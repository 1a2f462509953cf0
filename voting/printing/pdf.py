"""Draw a document of the vote as PDF: A4, for print and file.

The Chinese type is Adobe's standard STSong-Light, which every reader brings or replaces: no font file is needed here,
and the text stays text, to be searched, copied and compared.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from reportlab.graphics.shapes import Drawing, Rect
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    Flowable,
    HRFlowable,
    KeepInFrame,
    KeepTogether,
    SimpleDocTemplate,
    Spacer,
    TableStyle,
)
from reportlab.platypus import Table as Grid
from reportlab.platypus.doctemplate import LayoutError

from voting.printing.blocks import Bars, Block, Document, Facts, Figures, Heading, Listing, Table, Text, Tiles
from voting.printing.pdf_tiles import figures, tiles
from voting.printing.pdf_type import HAIR, INK, SONG, paragraph
from voting.text.turns import Turns

MARGIN = 18 * mm
#: A column of numbers, one of a time, one of a name.
_NUMBER, _TIME, _NAME = 15 * mm, 31 * mm, 38 * mm
_ORDINAL = 10 * mm
_PADDING = 6  # points, of reportlab's own frame
#: One paper is drawn at a time, so that readers of papers never take the threads from the voters.
DRAWING = Turns(waiting=1, patience=3)


def as_pdf(document: Document) -> bytes:
    """Return the document as a PDF file; the same document gives the same bytes.

    Rows of a table stay whole, but for one that is taller than a page. Raises NoTurn while others are drawn.
    """
    with DRAWING.turn():
        pdfmetrics.registerFont(UnicodeCIDFont(SONG))
        try:
            return _built(document, whole_rows=True)
        except LayoutError:
            return _built(document, whole_rows=False)


def own_words() -> list[str]:
    """Return what the drawing says by itself, in the reader's language."""
    return [_("Page %(place)d of %(pages)d"), pgettext("place of the seal", "(seal)")]


def _built(document: Document, *, whole_rows: bool) -> bytes:
    buffer = io.BytesIO()
    name, digest = document.chief_digest
    size = landscape(A4) if document.landscape else A4
    template = SimpleDocTemplate(
        buffer, pagesize=size, leftMargin=MARGIN, rightMargin=MARGIN, topMargin=MARGIN, bottomMargin=22 * mm,
        title=document.title, author=document.overline, subject=f"{name} {digest}", lang=get_language(), invariant=1,
    )  # fmt: skip

    class Numbered(_Numbered):
        foot = f"{name} {digest}"
        across = size[0]

    width, height = template.width - 2 * _PADDING, template.height - 2 * _PADDING
    flow = _flow(document, width)
    for each in flow:
        if isinstance(each, Grid) and not whole_rows:
            each.splitInRow = 1
    if document.one_page:
        flow = [KeepInFrame(width, height, flow, mode="shrink")]
    template.build(flow, canvasmaker=Numbered)
    return buffer.getvalue()


class _Numbered(Canvas):  # type: ignore[misc]  # reportlab has no types
    """A canvas that knows how many pages there are before it writes the first footer."""

    foot = ""
    across = A4[0]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._pages: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802 reportlab's name
        self._pages.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        for place, page in enumerate(self._pages, start=1):
            self.__dict__.update(page)
            self._foot(place, len(self._pages))
            super().showPage()
        super().save()

    def _foot(self, place: int, pages: int) -> None:
        width = self.across - 2 * MARGIN
        self.setStrokeColor(INK)
        self.setLineWidth(0.5)
        self.line(MARGIN, 17 * mm, self.across - MARGIN, 17 * mm)
        page_words = _("Page %(place)d of %(pages)d") % {"place": place, "pages": pages}
        for text, name, room in (
            (self.foot, "foot", width - 30 * mm),
            (page_words, "page", width),
        ):
            drawn = paragraph(text, name)
            _wide, high = drawn.wrap(room, 20 * mm)
            drawn.drawOn(self, MARGIN, 16 * mm - high)


def _flow(document: Document, width: float) -> list[Flowable]:
    flow: list[Flowable] = [
        paragraph(document.overline, "over"),
        paragraph(document.title, "title"),
    ]
    flow += [
        HRFlowable(width="100%", thickness=2, color=INK, spaceAfter=1),
        HRFlowable(width="100%", thickness=0.5, color=INK, spaceAfter=4 * mm),
    ]
    if document.note:
        flow.append(paragraph(document.note, "note"))
    drawn = [_drawn(block, width) for block in document.blocks]
    closing = _closing(document, width)
    if document.one_page:  # it is together anyhow, and can hold no group
        return [*flow, *chain.from_iterable(drawn), *closing]
    for block, parts in zip(document.blocks[:-1], drawn, strict=False):
        flow += [KeepTogether(parts)] if isinstance(block, Bars) else parts
    last = document.blocks[-1]
    if isinstance(last, Table):
        return [*flow, _grid(last, width, closing=closing)]
    return [*flow, KeepTogether([*drawn[-1], *closing])]


def _closing(document: Document, width: float) -> list[Flowable]:
    """Return hashes, lines to sign and the place of the seal: never on a page without text, which nobody signs."""
    flow: list[Flowable] = [paragraph(f"{name} {digest}", "small") for name, digest in document.digests]
    if document.signatures:
        flow += [Spacer(1, 16 * mm), _lines_to_sign(document.signatures, width)]
    if document.sealed_by:
        lines = [*document.sealed_by, pgettext("place of the seal", "(seal)")]
        flow += [Spacer(1, 12 * mm), *(paragraph(line, "sealed") for line in lines)]
    return flow


def _drawn(block: Block, width: float) -> list[Flowable]:
    return _DRAWN[type(block)](block, width)


def _text(block: Text, _width: float) -> list[Flowable]:
    name = "strong" if block.strong else "small" if block.small else "text"
    return [paragraph(block.text, name)] if block.text else []


def _facts(block: Facts, width: float) -> Grid:
    """Return labels and texts without lines around them."""
    rows = [[paragraph(label, "cell"), paragraph(text, "cell")] for label, text in block.rows]
    hair = ("LINEBELOW", (0, 0), (-1, -1), 0.25, HAIR)
    top = ("VALIGN", (0, 0), (-1, -1), "TOP")
    return Grid(rows, colWidths=[_TIME, width - _TIME], style=TableStyle([hair, top]))


def _bars(block: Bars, width: float) -> list[Flowable]:
    """Return a bar for every number, its label before and the number behind it."""
    room = width - _NAME - _NUMBER
    rows = [
        [
            paragraph(label, "cell"),
            _bar(room * float(part) / 100),
            paragraph(str(number), "number"),
        ]
        for label, number, part in block.parts
    ]
    middle = TableStyle([("VALIGN", (0, 0), (-1, -1), "MIDDLE"), ("LEFTPADDING", (1, 0), (1, -1), 0)])
    return [
        paragraph(block.caption, "heading"),
        Grid(rows, colWidths=[_NAME, room, _NUMBER], style=middle),
    ]


def _bar(length: float) -> Drawing:
    drawing = Drawing(length, 4 * mm)
    drawing.add(Rect(0, 0, length, 4 * mm, fillColor=INK, strokeWidth=0))
    return drawing


def _grid(table: Table, width: float, *, closing: Sequence[Flowable] = ()) -> Grid:
    """Return a table whose head stands on every page it runs over; what closes the paper stays with its last row."""
    rows = [
        [paragraph(cell, "number" if place in table.numeric else "cell") for place, cell in enumerate(row)]
        for row in [table.head, *table.rows]
    ]
    end = len(rows) - 1
    kept: list[tuple[Any, ...]] = []
    if closing:
        rows.append([[Spacer(1, 3 * mm), *closing], *[""] * (len(table.head) - 1)])
        kept = [("SPAN", (0, -1), (-1, -1)), ("NOSPLIT", (0, end), (-1, -1))]
    rules = TableStyle(
        [
            *kept,
            ("GRID", (0, 0), (-1, end), 0.5, INK),
            ("BOX", (0, 0), (-1, end), 1.25, INK),
            ("LINEBELOW", (0, 0), (-1, 0), 1, INK),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 1.5 * mm),
            ("RIGHTPADDING", (0, 0), (-1, -1), 1.5 * mm),
            ("TOPPADDING", (0, 0), (-1, -1), 0.6 * mm),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 1.2 * mm),
        ]
    )
    return Grid(rows, colWidths=_widths(table, width), style=rules, repeatRows=1)


def _widths(table: Table, width: float) -> list[float]:
    if table.shares:
        return [width * part / sum(table.shares) for part in table.shares]
    if not table.numeric:
        return [_TIME, width - _TIME - _NAME, _NAME]
    fixed = [
        _ORDINAL if place == 0 else _NUMBER if place in table.numeric else 22 * mm
        for place in range(len(table.head))
    ]
    if table.wide == 0:
        fixed = [0.0, *[26 * mm] * (len(table.head) - 1)]
    fixed[table.wide] = width - sum(size for place, size in enumerate(fixed) if place != table.wide)
    return fixed


def _lines_to_sign(names: list[str], width: float) -> Grid:
    cells = [[paragraph(name, "cell") for name in names]]
    each = width / len(names)
    line = Grid(cells, colWidths=[each] * len(names), rowHeights=[14 * mm])
    gaps = [("LINEABOVE", (place, 0), (place, 0), 0.75, INK) for place in range(len(names))]
    line.setStyle(
        TableStyle([*gaps, ("VALIGN", (0, 0), (-1, -1), "TOP"), ("RIGHTPADDING", (0, 0), (-1, -1), 6 * mm)])
    )
    return line


_DRAWN: dict[type[Block], Callable[[Any, float], list[Flowable]]] = {
    Heading: lambda block, _width: [paragraph(block.text, "heading")],
    Text: _text,
    Listing: lambda block, _width: [paragraph(f"{number}. {line}", "text") for number, line in block.lines],
    Facts: lambda block, width: [_facts(block, width), Spacer(1, 3 * mm)],
    Bars: lambda block, width: [*_bars(block, width), Spacer(1, 3 * mm)],
    Figures: lambda block, width: [figures(block, width), Spacer(1, 4 * mm)],
    Tiles: lambda block, width: [tiles(block, width), Spacer(1, 2 * mm)],
    Table: lambda block, width: [_grid(block, width), Spacer(1, 3 * mm)],
}
