"""Drawn papers, kept by what they show: who asks for the same paper again gets the same bytes, drawn once.

The name of a kept file is a hash over everything that the paper says, its language and the code that draws it, so a
file is never stale and never another paper's. All processes of a server share the directory. For papers of everybody
alone: what the staff see before it is published is drawn anew and kept nowhere (``pdf.as_pdf``).
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import fields, is_dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

from django.conf import settings
from django.utils.translation import get_language

from voting.printing import blocks, fonts, pdf, sheets
from voting.printing.blocks import Document
from voting.printing.sheets import PrintedSheet

MOST_KEPT = 64 * 1024 * 1024  # bytes, of all papers together
_ENDING = ".drawn"
_HASH = hashlib.sha256().digest_size
Paper = TypeVar("Paper", Document, PrintedSheet)


def kept_pdf(document: Document) -> bytes:
    """Return the document as a PDF file, from what is kept where it is there. Raises NoTurn (``pdf.as_pdf``)."""
    return _kept(document, "", pdf.as_pdf)


def kept_picture(document: Document) -> bytes:
    """Return a 图解 as a picture to share, in the same way. Raises NoTurn."""
    return _kept(document, "-picture", pdf.as_picture)


def kept_sheet(sheet: PrintedSheet) -> bytes:
    """Return a specimen of a paper ballot as a PDF file, in the same way. Raises NoTurn."""
    return _kept(sheet, "-sheet", sheets.sheet_pdf)


def _kept(document: Paper, kind: str, draw: Callable[[Paper], bytes]) -> bytes:
    place = Path(settings.DRAWN_PAPERS) / f"{key_of(document)}{kind}{_ENDING}"
    kept = _read(place)
    if kept is None:
        kept = draw(document)
        with suppress(OSError):  # a full or read-only disk costs time, not the paper
            _write(place, kept)
            _bound(place.parent)
    return kept


def key_of(document: Document | PrintedSheet) -> str:
    """Return the hash of all that the drawing depends on."""
    depends = [_code(), get_language(), pdf.own_words(), _plain(document)]
    return hashlib.sha256(json.dumps(depends, ensure_ascii=False).encode()).hexdigest()


@cache
def _code() -> str:
    """Return a hash of what draws, its fonts among them."""
    modules = [Path(str(module.__file__)) for module in (blocks, fonts, pdf, sheets)]
    templates = [pdf.TEMPLATE, pdf.PICTURE, sheets.TEMPLATE]
    sources = b"".join(path.read_bytes() for path in [*modules, *templates])
    type_of = [(path.name, path.stat().st_size) for path in fonts.font_files()]
    return hashlib.sha256(sources + f"{version('typst')} {type_of}".encode()).hexdigest()


def _plain(value: object) -> object:
    """Return a document, a block or a value of one as plain lists and texts, its kind among them."""
    if is_dataclass(value) and not isinstance(value, type):
        return [type(value).__name__, [_plain(getattr(value, field.name)) for field in fields(value)]]
    if isinstance(value, frozenset | set):
        return sorted(map(str, value))
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value if value is None or isinstance(value, bool | int) else str(value)


def _read(place: Path) -> bytes | None:
    """Return what is kept there and whole, and let it count as the newest."""
    try:
        raw = place.read_bytes()
    except OSError:
        return None
    content = raw[_HASH:]
    if hashlib.sha256(content).digest() != raw[:_HASH]:
        return None
    with suppress(OSError):
        os.utime(place)
    return content


def _write(place: Path, content: bytes) -> None:
    """Keep the content: under its name stands the whole of it or nothing."""
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(dir=place.parent)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(hashlib.sha256(content).digest() + content)
        Path(name).replace(place)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


def _bound(directory: Path) -> None:
    """Delete what was not asked for the longest, until the rest fits."""
    kept = sorted(_files(directory), reverse=True)
    room = MOST_KEPT
    for _asked, size, path in kept:
        room -= size
        if room < 0:
            path.unlink(missing_ok=True)


def _files(directory: Path) -> Iterator[tuple[float, int, Path]]:
    """Yield every file with when it was asked for last and its size; one that is just being deleted is left out."""
    for path in directory.iterdir():
        with suppress(OSError):
            seen = path.stat()
            yield seen.st_mtime_ns, seen.st_size, path
