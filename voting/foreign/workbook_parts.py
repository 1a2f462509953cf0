"""What the parts of an XLSX say of its cells besides their values: formats, errors, formulas, hidden rows.

Runs in the child process alone. The library that reads the values gives none of it.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple
from xml.parsers import expat

_PERCENT = frozenset({9, 10})
_CHUNK = 1 << 18
#: A whole number that is filled up with zeros, with or without letters around it: 000, "第"000"号".
_PADDED = re.compile(r"([^0#?.,%E;]*)(0{2,})([^0#?.,%E;]*)")
_QUOTED = re.compile(r'"([^"]*)"|\\(.)|\[[^\]]*\]|[_*].')


class NotRead(ValueError):
    """A part is no XML that can be read."""


class Extra(NamedTuple):
    """Of one cell: filled up with zeros (``text`` is the pattern), a percentage, an error, or never worked out."""

    kind: Literal["padded", "percent", "error", "formula"]
    text: str = ""


@dataclass
class Extras:
    """Of one sheet: by line, counted from 1, and place."""

    hidden: set[int] = field(default_factory=set)
    cells: dict[tuple[int, int], Extra] = field(default_factory=dict)


def sheet_parts(packed: zipfile.ZipFile) -> dict[str, str]:
    """Return the part of every sheet by the sheet's name. Raises NotRead."""
    targets: dict[str, str] = {}
    parts: dict[str, str] = {}

    def relation(name: str, values: dict[str, str]) -> None:
        if name == "Relationship":
            targets[values.get("Id", "")] = values.get("Target", "")

    def sheet(name: str, values: dict[str, str]) -> None:
        if name == "sheet":
            target = targets.get(values.get("id", ""), "")
            parts[values.get("name", "")] = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")

    _parse(packed, "xl/_rels/workbook.xml.rels", relation)
    _parse(packed, "xl/workbook.xml", sheet)
    return parts


def cell_formats(packed: zipfile.ZipFile) -> list[Extra | None]:
    """Return what every format of a cell makes of a number, by its place. Raises NotRead."""
    codes: dict[int, str] = {}
    formats: list[Extra | None] = []
    inside: list[str] = []

    def start(name: str, values: dict[str, str]) -> None:
        inside.append(name)
        if name == "numFmt":
            codes[_whole(values.get("numFmtId", ""))] = values.get("formatCode", "")
        elif name == "xf" and "cellXfs" in inside:
            number = _whole(values.get("numFmtId", ""))
            formats.append(_extra_of(codes.get(number, "0%" if number in _PERCENT else "")))

    _parse(packed, "xl/styles.xml", start, lambda _name: inside.pop())
    return formats


def _extra_of(code: str) -> Extra | None:
    first = code.partition(";")[0]
    plain = _QUOTED.sub(lambda part: part[1] or (part[2] or ""), first)
    if "%" in _QUOTED.sub("", first):
        return Extra("percent")
    return Extra("padded", plain) if _PADDED.fullmatch(plain) else None


@dataclass
class _Cell:
    kind: str
    format: int
    formula: bool = False
    has_value: bool = False
    text: str = ""


def extras(packed: zipfile.ZipFile, part: str, formats: list[Extra | None]) -> Extras:
    """Return what one sheet says beside its values. Raises NotRead."""
    walk = _Walk(formats)
    if part:
        _parse(packed, part, walk.start, walk.end, walk.text)
    return walk.extras


class _Walk:
    """Goes over the elements of a sheet."""

    def __init__(self, formats: list[Extra | None]) -> None:
        self.extras, self._formats = Extras(), formats
        self._line, self._place = 0, -1
        self._cell: _Cell | None = None
        self._in_value = False

    def start(self, name: str, values: dict[str, str]) -> None:
        if name == "row":
            self._line, self._place = _whole(values.get("r", "")) or self._line + 1, -1
            if values.get("hidden") in {"1", "true"}:
                self.extras.hidden.add(self._line)
        elif name == "c":
            self._place = _place(values["r"]) if "r" in values else self._place + 1
            self._cell = _Cell(values.get("t", "n"), _whole(values.get("s", "")))
        elif self._cell and name == "f":
            self._cell.formula = True
        elif self._cell and name == "v":
            self._in_value = True
            self._cell.has_value = (
                self._cell.kind == "str"
            )  # an empty text is a value, an empty number is none

    def end(self, name: str) -> None:
        if name == "v":
            self._in_value = False
        elif name == "c" and self._cell:
            if extra := _extra(self._cell, self._formats):
                self.extras.cells[self._line, self._place] = extra
            self._cell = None

    def text(self, letters: str) -> None:
        if self._in_value and self._cell:
            self._cell.has_value = True
            if self._cell.kind == "e":
                self._cell.text += letters[:40]


def _extra(cell: _Cell, formats: list[Extra | None]) -> Extra | None:
    if cell.kind == "e":
        return Extra("error", cell.text[:40] or "#N/A")
    if cell.formula and not cell.has_value:
        return Extra("formula")
    if cell.kind == "n" and cell.has_value and cell.format < len(formats):
        return formats[cell.format]
    return None


def _place(reference: str) -> int:
    number = 0
    for letter in reference.rstrip("0123456789")[:3].upper():
        number = 26 * number + ord(letter) - ord("A") + 1
    return number - 1


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0  # noqa: PLR2004 digits


def _parse(
    packed: zipfile.ZipFile,
    part: str,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], object] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Walk over the elements of a part, each by its name without a prefix; what is not there says nothing."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, values: start(
        name.rpartition(":")[2], {key.rpartition(":")[2]: value for key, value in values.items()}
    )
    if end is not None:
        parser.EndElementHandler = lambda name: end(name.rpartition(":")[2])
    if text is not None:
        parser.CharacterDataHandler = text
    try:
        with packed.open(part) as stream:
            while piece := stream.read(_CHUNK):
                parser.Parse(piece)
            parser.Parse(b"", True)  # noqa: FBT003 the library takes it so
    except KeyError:
        return
    except expat.ExpatError as error:
        raise NotRead(part) from error
