"""The type and the colours of the papers as PDF: what every drawn block shares."""

from __future__ import annotations

import re
from functools import cache
from xml.sax.saxutils import escape

from django.utils.translation import get_language
from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Paragraph, TableStyle

SONG = "STSong-Light"
LATIN = "Times-Roman"
#: What Times has; everything else is set in Song.
_WESTERN = re.compile(r"[\x20-\x7e\xa0-\xff\u2013\u2014\u2018\u2019\u201c\u201d\u2026]+")
INK = colors.HexColor("#1b1a17")
HAIR = colors.HexColor("#b8b2a6")
WASH = colors.HexColor("#dedad0")
GREEN, YELLOW, RED = (colors.HexColor(each) for each in ("#2f7d4f", "#e0a400", "#c02a1a"))
TIGHT = TableStyle(
    [
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("RIGHTPADDING", (0, 0), (-1, -1), 0),
        ("TOPPADDING", (0, 0), (-1, -1), 0),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 0.5 * mm),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
    ]
)


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
        "figure": (20, {}),
        "tile": (12, {}),
        "foot": (7, {}),
        "page": (8, {"alignment": TA_RIGHT}),
        "sealed": (11, {"alignment": TA_RIGHT}),
    }[name]
    return ParagraphStyle(
        f"{name}-{spaced}",
        fontName=SONG,
        fontSize=size,
        leading=size * 1.5,
        textColor=INK,
        wordWrap=None if spaced else "CJK",
        **more,
    )


def _style(name: str) -> ParagraphStyle:
    """Return a style; a language that writes blanks between its words breaks lines there alone."""
    return _style_of(name, not (get_language() or "").startswith("zh"))


def paragraph(text: str, name: str) -> Paragraph:
    """Return the text set in the Chinese type, its western runs in Times; ``name`` is one of the styles above."""
    marked = _WESTERN.sub(lambda run: f'<font name="{LATIN}">{escape(run.group())}</font>', text)
    return Paragraph(marked.replace("\n", "<br/>"), _style(name))
