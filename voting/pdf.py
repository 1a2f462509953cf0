"""Draw a document of the vote as PDF: A4, for print and file.

The Chinese type is Adobe's standard STSong-Light, which every reader brings or replaces: no font file is needed here,
and the text stays text, to be searched, copied and compared.
"""

from __future__ import annotations

import io
import re
from functools import cache
from typing import Any
from xml.sax.saxutils import escape

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from reportlab.graphics.shapes import Drawing, Rect
from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    Flowable,
    HRFlowable,
    KeepInFrame,
    KeepTogether,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    TableStyle,
)
from reportlab.platypus import Table as Grid

from voting.blocks import Bars, Block, Document, Facts, Heading, Listing, Table, Text

SONG = "STSong-Light"
LATIN = "Times-Roman"
MARGIN = 18 * mm
#: A column of numbers, one of a time, one of a name.
_NUMBER, _TIME, _NAME = 15 * mm, 31 * mm, 38 * mm
_ORDINAL = 10 * mm
_PADDING = 6  # points, of reportlab's own frame
#: What Times has; everything else is set in Song.
_WESTERN = re.compile(r"[\x20-\x7e\xa0-\xff\u2013\u2014\u2018\u2019\u201c\u201d\u2026]+")
_INK = colors.HexColor("#1b1a17")
_HAIR = colors.HexColor("#b8b2a6")


def as_pdf(document: Document) -> bytes:
    """Return the document as a PDF file; the same document gives the same bytes."""
    pdfmetrics.registerFont(UnicodeCIDFont(SONG))
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
        self.setStrokeColor(_INK)
        self.setLineWidth(0.5)
        self.line(MARGIN, 17 * mm, self.across - MARGIN, 17 * mm)
        said = _("Page %(place)d of %(pages)d") % {"place": place, "pages": pages}
        for text, style, room in (
            (self.foot, _style("foot"), width - 30 * mm),
            (said, _style("page"), width),
        ):
            paragraph = _paragraph(text, style)
            _wide, high = paragraph.wrap(room, 20 * mm)
            paragraph.drawOn(self, MARGIN, 16 * mm - high)


@cache
def _style_of(name: str, spaced: bool) -> ParagraphStyle:  # noqa: FBT001 the cache's key
    size, more = {
        "over": (11, {"alignment": TA_CENTER}),
        "title": (22, {"alignment": TA_CENTER, "spaceAfter": 3 * mm}),
        "note": (11, {"alignment": TA_CENTER}),
        "heading": (13, {"spaceBefore": 4 * mm, "spaceAfter": 2 * mm, "keepWithNext": 1}),
        "text": (10.5, {"spaceAfter": 2 * mm}),
        "strong": (11.5, {"spaceBefore": 1 * mm, "spaceAfter": 2 * mm}),
        "small": (8.5, {"spaceAfter": 2 * mm}),
        "cell": (9, {}),
        "number": (9, {"alignment": TA_RIGHT}),
        "foot": (7, {}),
        "page": (8, {"alignment": TA_RIGHT}),
        "sealed": (11, {"alignment": TA_RIGHT}),
    }[name]
    return ParagraphStyle(
        f"{name}-{spaced}",
        fontName=SONG,
        fontSize=size,
        leading=size * 1.5,
        textColor=_INK,
        wordWrap=None if spaced else "CJK",
        **more,
    )


def _style(name: str) -> ParagraphStyle:
    """Return a style; a language that writes blanks between its words breaks lines there alone."""
    return _style_of(name, not (get_language() or "").startswith("zh"))


def _paragraph(text: str, style: ParagraphStyle) -> Paragraph:
    marked = _WESTERN.sub(lambda run: f'<font name="{LATIN}">{escape(run.group())}</font>', text)
    return Paragraph(marked.replace("\n", "<br/>"), style)


def _flow(document: Document, width: float) -> list[Flowable]:
    flow: list[Flowable] = [
        _paragraph(document.overline, _style("over")),
        _paragraph(document.title, _style("title")),
    ]
    flow += [
        HRFlowable(width="100%", thickness=2, color=_INK, spaceAfter=1),
        HRFlowable(width="100%", thickness=0.5, color=_INK, spaceAfter=4 * mm),
    ]
    if document.note:
        flow.append(_paragraph(document.note, _style("note")))
    for block in document.blocks:
        drawn = _drawn(block, width)
        # What shrinks to one page is together anyhow, and can hold no such group.
        flow += drawn if document.one_page else [KeepTogether(drawn)] if isinstance(block, Bars) else drawn
    flow += [_paragraph(f"{name} {digest}", _style("small")) for name, digest in document.digests]
    if document.signatures:
        flow.append(_lines_to_sign(document.signatures, width))
    if document.sealed_by:
        flow.append(_place_of_the_seal(document.sealed_by))
    return flow


def _drawn(block: Block, width: float) -> list[Flowable]:
    if isinstance(block, Heading):
        return [_paragraph(block.text, _style("heading"))]
    if isinstance(block, Text):
        name = "strong" if block.strong else "small" if block.small else "text"
        return [_paragraph(block.text, _style(name))] if block.text else []
    if isinstance(block, Listing):
        return [_paragraph(f"{number}. {line}", _style("text")) for number, line in block.lines]
    if isinstance(block, Facts):
        return [_facts(block, width), Spacer(1, 3 * mm)]
    if isinstance(block, Bars):
        return [*_bars(block, width), Spacer(1, 3 * mm)]
    return [_grid(block, width), Spacer(1, 3 * mm)]


def _facts(block: Facts, width: float) -> Grid:
    """Return labels and texts without lines around them."""
    rows = [
        [_paragraph(label, _style("cell")), _paragraph(text, _style("cell"))] for label, text in block.rows
    ]
    hair = ("LINEBELOW", (0, 0), (-1, -1), 0.25, _HAIR)
    top = ("VALIGN", (0, 0), (-1, -1), "TOP")
    return Grid(rows, colWidths=[_TIME, width - _TIME], style=TableStyle([hair, top]))


def _bars(block: Bars, width: float) -> list[Flowable]:
    """Return a bar for every number, its label before and the number behind it."""
    room = width - _NAME - _NUMBER
    rows = [
        [
            _paragraph(label, _style("cell")),
            _bar(room * float(part) / 100),
            _paragraph(str(number), _style("number")),
        ]
        for label, number, part in block.parts
    ]
    middle = TableStyle([("VALIGN", (0, 0), (-1, -1), "MIDDLE"), ("LEFTPADDING", (1, 0), (1, -1), 0)])
    return [
        _paragraph(block.caption, _style("heading")),
        Grid(rows, colWidths=[_NAME, room, _NUMBER], style=middle),
    ]


def _bar(length: float) -> Drawing:
    drawing = Drawing(length, 4 * mm)
    drawing.add(Rect(0, 0, length, 4 * mm, fillColor=_INK, strokeWidth=0))
    return drawing


def _grid(table: Table, width: float) -> Grid:
    """Return a table whose head stands on every page it runs over."""
    rows = [
        [
            _paragraph(cell, _style("number" if place in table.numeric else "cell"))
            for place, cell in enumerate(row)
        ]
        for row in [table.head, *table.rows]
    ]
    rules = TableStyle(
        [
            ("GRID", (0, 0), (-1, -1), 0.5, _INK),
            ("BOX", (0, 0), (-1, -1), 1.25, _INK),
            ("LINEBELOW", (0, 0), (-1, 0), 1, _INK),
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


def _lines_to_sign(names: list[str], width: float) -> Flowable:
    cells = [[_paragraph(name, _style("cell")) for name in names]]
    each = width / len(names)
    line = Grid(cells, colWidths=[each] * len(names), rowHeights=[14 * mm])
    gaps = [("LINEABOVE", (place, 0), (place, 0), 0.75, _INK) for place in range(len(names))]
    line.setStyle(
        TableStyle([*gaps, ("VALIGN", (0, 0), (-1, -1), "TOP"), ("RIGHTPADDING", (0, 0), (-1, -1), 6 * mm)])
    )
    return KeepTogether([Spacer(1, 16 * mm), line])


def _place_of_the_seal(lines: list[str]) -> Flowable:
    seal = pgettext("place of the seal", "(seal)")
    shown = [_paragraph(line, _style("sealed")) for line in [*lines, seal]]
    return KeepTogether([Spacer(1, 16 * mm), *shown])
