"""Draw a document as PDF: A4, for print, file and archive.

``paper.typ`` is the drawing; Typst sets it. Every font is embedded with the characters that are used and no others;
the file is tagged (PDF/UA-1) and says its language and its title. What shows a record is dated by it and fit for the
archive (PDF/A-2a); what shows how things stand at this moment has no date: the same paper is the same file.
"""

from __future__ import annotations

import io
import json
import math
from collections.abc import Sequence
from datetime import UTC
from functools import cache
from pathlib import Path
from typing import Any, Final, cast

import typst
from django.conf import settings
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from PIL import Image

from voting.printing.blocks import Bars, Block, Document, Table
from voting.printing.fonts import SANS, SERIF, directories, texts_in, undrawable
from voting.text.amounts import digits_together
from voting.text.plain import plain
from voting.text.turns import Turns

TEMPLATE, PICTURE = (Path(__file__).with_name(name) for name in ("paper.typ", "share.typ"))
#: Enough for ink, three lamps and the edges of letters; few make a small file.
_COLOURS = 32
_GREYS = 16
#: Tagged for whoever is read to; and complete in itself for whoever opens it in thirty years, which asks for a date.
TAGGED: Final = "ua-1"
ARCHIVED: Final = "a-2a"
_MM = 72 / 25.4  # points
_MARGIN = 18 * _MM
_WIDTH, _HEIGHT = 210 * _MM, 297 * _MM
#: A column of numbers, one of a time, one of a name, one of ordinals, any other.
_NUMBER, _TIME, _NAME, _ORDINAL, _OTHER = 15 * _MM, 31 * _MM, 38 * _MM, 10 * _MM, 22 * _MM
_TYPE, _LEADING, _INSET = 9, 15, 3 * _MM  # of a table, in points
#: A row that may be taller than this part of the page is let run over.
_WHOLE = 0.5
#: So many characters of a taller last row may go to the next page with what closes the paper.
_END = 40
#: One paper is drawn at a time, so that readers of papers never take the threads from the voters.
DRAWING = Turns(waiting=1, patience=3)


class Undrawable(Exception):
    """The document has characters that no font has; a paper without them would say something else."""

    def __init__(self, characters: Sequence[str]) -> None:
        self.characters = list(characters)
        super().__init__(" ".join(characters))


def as_pdf(document: Document) -> bytes:
    """Return the document as a PDF file; the same document gives the same bytes.

    Rows of a table stay whole, but for one that is taller than a page. Raises NoTurn while others are drawn, and
    Undrawable.
    """
    with DRAWING.turn():
        return _built(document)


def as_picture(document: Document) -> bytes:
    """Return a 图解 as a PNG of 1200 by 630 to share: the same numbers. Raises NoTurn and Undrawable, as ``as_pdf``."""
    with DRAWING.turn():
        drawn = _set(_drawable(document), template=PICTURE, format="png", ppi=144)
    picture = io.BytesIO()
    with Image.open(io.BytesIO(drawn)) as image:
        image.convert("RGB").quantize(_COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(
            picture, "PNG", optimize=True
        )
    return picture.getvalue()


def set_paper(words: dict[str, Any], *, template: Path, **how: Any) -> bytes:
    """Return another template's paper, from its words. Raises NoTurn and Undrawable, as ``as_pdf``."""
    paper = cast("dict[str, Any]", _drawn_texts(words))
    if lacking := undrawable(texts_in(paper)):
        raise Undrawable(lacking)
    with DRAWING.turn():
        return _set(paper, template=template, **how)


def grey_png(drawn: bytes, times: int = 1) -> bytes:
    """Return a picture that we have just drawn in sixteen greys, so many times smaller."""
    picture = io.BytesIO()
    with Image.open(io.BytesIO(drawn)) as image:
        grey = (
            image.convert("L")
            .reduce(times)
            .quantize(_GREYS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        )
        grey.save(picture, "PNG", optimize=True, bits=4)
    return picture.getvalue()


def own_words() -> list[str]:
    """Return what the drawing says by itself, in the reader's language."""
    return [_("Page %(place)d of %(pages)d"), pgettext("place of the seal", "(seal)")]


def _built(document: Document) -> bytes:
    paper = _drawable(document)
    drawn = _drawn(document, paper)
    # Nobody signs a page without text: the last row of the table goes there too.
    if (
        isinstance(document.blocks[-1], Table)
        and _compiler(tuple(settings.MORE_FONTS)).query("<alone>") != "[]"
    ):
        paper["blocks"][-1] = _ending_short(paper["blocks"][-1])
        return _drawn(document, paper | {"together": True})
    return drawn


def _drawable(document: Document) -> dict[str, Any]:
    """Return the document as plain data. Raises Undrawable."""
    paper = cast("dict[str, Any]", _drawn_texts(_paper(document)))
    if lacking := undrawable(texts_in(paper)):
        raise Undrawable(lacking)
    return paper


def _drawn_texts(value: Any) -> Any:
    """Return plain data without what of its texts nobody sees, and with every number in one piece."""
    if isinstance(value, str):
        return digits_together(plain(value))
    if isinstance(value, dict):
        return {key: _drawn_texts(each) for key, each in value.items()}
    return [_drawn_texts(each) for each in value] if isinstance(value, list | tuple) else value


def _drawn(document: Document, paper: dict[str, Any]) -> bytes:
    dated = document.dated.astimezone(UTC).replace(microsecond=0) if document.dated else None
    standards = [TAGGED, ARCHIVED] if dated else [TAGGED]
    return _set(paper, template=TEMPLATE, format="pdf", pdf_standards=standards, timestamp=dated)


def _set(paper: dict[str, Any], *, template: Path, **how: Any) -> bytes:
    inputs = {"paper": json.dumps(paper, ensure_ascii=False)}
    compiler = _compiler(tuple(settings.MORE_FONTS))
    return cast("bytes", compiler.compile(input=template, sys_inputs=inputs, **how))


@cache
def _compiler(_more: tuple[str, ...]) -> typst.Compiler:
    """Return what sets the papers, with our fonts and no others: every machine draws the same."""
    fonts = typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(each) for each in directories()],
    )
    return typst.Compiler(root=TEMPLATE.parent, font_paths=fonts, ignore_system_fonts=True)


def _paper(document: Document) -> dict[str, Any]:
    """Return the document as plain data for the template."""
    page, seal = own_words()
    name, digest = document.chief_digest
    across, high = (_HEIGHT, _WIDTH) if document.landscape else (_WIDTH, _HEIGHT)
    blocks = [_plain(block, across - 2 * _MARGIN, high * _WHOLE) for block in document.blocks]
    language, region = ("zh", "cn") if (get_language() or "").startswith("zh") else ("en", None)
    return {
        "title": document.title,
        "overline": document.overline,
        "note": document.note,
        "blocks": blocks,
        "digests": document.digests,
        "signatures": document.signatures,
        "sealed_by": document.sealed_by,
        "landscape": document.landscape,
        "one_page": document.one_page,
        "together": False,
        "dated": document.dated is not None,
        "foot": f"{name} {digest}",
        "words": {"page": page, "seal": seal},
        "language": language,
        "region": region,
        "fonts": [SERIF, SANS],
    }


def _plain(block: Block, width: float, most: float) -> dict[str, Any]:
    if isinstance(block, Bars):
        return {
            "kind": block.kind,
            "caption": block.caption,
            "parts": [[a, b, float(c)] for a, b, c in block.parts],
        }
    if isinstance(block, Table):
        widths = _widths(block, width)
        return {
            "kind": block.kind,
            "head": block.head,
            "rows": [{"cells": row, "whole": _height(row, widths) < most} for row in block.rows],
            "numeric": sorted(block.numeric),
            "widths": widths,
        }
    return {"kind": block.kind, **_fields(block)}


def _ending_short(table: dict[str, Any]) -> dict[str, Any]:
    """Return the table with the end of its last row as a row of its own, where that row may be too tall to be moved."""
    *rows, last = table["rows"]
    if last["whole"]:
        return table
    cuts = [max(0, cell.rstrip("\n").rfind("\n") + 1, len(cell) - _END) for cell in last["cells"]]
    begin = [cell[:cut].removesuffix("\n") or cell for cell, cut in zip(last["cells"], cuts, strict=True)]
    end = [cell[cut:] if cut else "" for cell, cut in zip(last["cells"], cuts, strict=True)]
    return table | {"rows": [*rows, {"cells": begin, "whole": False}, {"cells": end, "whole": True}]}


def _fields(value: Any) -> Any:
    """Return a block's fields, tiles within it too, as plain data."""
    if isinstance(value, list | tuple):
        return [_fields(each) for each in value]
    return {key: _fields(each) for key, each in vars(value).items()} if hasattr(value, "__dict__") else value


def _height(row: Sequence[str], widths: Sequence[float]) -> float:
    """Return at most how high the row stands, in points: every character taken as wide as a Chinese one."""
    return _LEADING * max(
        sum(max(1, math.ceil(len(line) * _TYPE / max(_TYPE, width - _INSET))) for line in cell.split("\n"))
        for cell, width in zip(row, widths, strict=True)
    )


def _widths(table: Table, width: float) -> list[float]:
    if table.shares:
        return [width * part / sum(table.shares) for part in table.shares]
    if not table.numeric:
        return [_TIME, width - _TIME - _NAME, _NAME]
    fixed = [
        _ORDINAL if place == 0 else _NUMBER if place in table.numeric else _OTHER
        for place in range(len(table.head))
    ]
    if table.wide == 0:
        fixed = [0.0, *[26 * _MM] * (len(table.head) - 1)]
    fixed[table.wide] = width - sum(size for place, size in enumerate(fixed) if place != table.wide)
    return fixed
