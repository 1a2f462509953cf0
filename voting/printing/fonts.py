"""The type of the papers: the files that carry it, and which characters it has.

Noto Serif SC sets the papers. What it lacks, rare characters of names above all, comes from Noto Sans CJK, and what
that lacks from the fonts in the directories of the setting ``MORE_FONTS``. What none of them has can't be drawn, and is
never replaced: ``undrawable`` names it before a paper is issued.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path

from django.conf import settings

from voting.text.plain import plain

SERIF = "Noto Serif SC"
SANS = "Noto Sans CJK SC"
_ENDINGS = {".otf", ".ttf", ".ttc", ".otc"}
#: What is laid out and not drawn.
_LAID_OUT = frozenset("\n\r\t")
_SEGMENTED = 12
_AFTER_EVERY_CHARACTER = 0x110000


def directories() -> list[Path]:
    """Return where the fonts are, in the order in which they are asked."""
    packaged = [Path(str(files(name))) for name in ("pylopdf_fonts_zh_cn", "noto_cjk_sans_otc")]
    return [*packaged, *map(Path, settings.MORE_FONTS)]


def font_files() -> list[Path]:
    """Return every file, in the same order."""
    return [
        path
        for directory in directories()
        for path in sorted(directory.rglob("*"))
        if path.suffix.lower() in _ENDINGS
    ]


def undrawable(texts: Iterable[str]) -> list[str]:
    """Return the characters of the texts that no font has, in their order, each once."""
    known = _known(tuple(settings.MORE_FONTS))
    return [
        letter
        for letter in dict.fromkeys("".join(texts))
        if letter not in _LAID_OUT and not _within(known, ord(letter))
    ]


def texts_in(value: object) -> list[str]:
    """Return every text of data as it is drawn: of lists and of what is named in dictionaries, however deep."""
    if isinstance(value, str):
        return [plain(value)]
    if isinstance(value, dict):
        value = list(value.values())
    return [text for each in value for text in texts_in(each)] if isinstance(value, list | tuple) else []


def _within(known: list[tuple[int, int]], number: int) -> bool:
    place = bisect_right(known, (number, _AFTER_EVERY_CHARACTER)) - 1
    return place >= 0 and known[place][0] <= number <= known[place][1]


@cache
def _known(_more: tuple[str, ...]) -> list[tuple[int, int]]:
    """Return the ranges of characters that can be drawn, sorted and apart from each other."""
    known: list[tuple[int, int]] = []
    for first, last in sorted(pair for path in font_files() for pair in ranges_of(path.read_bytes())):
        if known and first <= known[-1][1] + 1:
            known[-1] = (known[-1][0], max(last, known[-1][1]))
        else:
            known.append((first, last))
    return known


def ranges_of(font: bytes) -> Iterator[tuple[int, int]]:
    """Yield the first and the last of every range of characters that a font has.

    Of a collection the first font is asked: those of Noto CJK have the same characters. Of the tables only the one for
    all planes is read (OpenType, "cmap", format 12); a font without it counts as having nothing.
    """
    start = _number(font, 12, 4) if font[:4] == b"ttcf" else 0
    for entry in range(start + 12, start + 12 + 16 * _number(font, start + 4, 2), 16):
        if font[entry : entry + 4] == b"cmap":
            table = _number(font, entry + 8, 4)
            places = {_number(font, table + 8 + 8 * each, 4) for each in range(_number(font, table + 2, 2))}
            for place in places:
                yield from _segments(font, table + place)


def _segments(font: bytes, place: int) -> Iterator[tuple[int, int]]:
    if _number(font, place, 2) == _SEGMENTED:
        for each in range(place + 16, place + 16 + 12 * _number(font, place + 12, 4), 12):
            yield _number(font, each, 4), _number(font, each + 4, 4)


def _number(font: bytes, place: int, size: int) -> int:
    return int.from_bytes(font[place : place + size], "big")
