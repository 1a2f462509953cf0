"""Read a text with a delimiter, in whatever encoding a program left it. Runs in the child process alone."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from voting.foreign.unfit import Unfit

_DELIMITERS = ",;\t，"
#: What some programs write above the header, for other programs.
_SEPARATOR_LINE = re.compile(r"\s*\"?sep=(.)\"?[,;\t]*\s*", re.IGNORECASE)
_LOOKED = 30  # lines by which the delimiter is chosen
#: So much of a text must be characters that a list is written with, for a guess of its encoding to hold.
_MOST_LIKELY = 0.9
_USUAL = re.compile("[\t\n\r -~\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
#: Where the most frequent characters stand: the first bytes of level 1 of GB 2312, and of Big5.
_COMMON = {"gb18030": range(0xB0, 0xD8), "big5": range(0xA4, 0xC7)}

Line = tuple[int, list[str], dict[str, str]]


def sheets(content: bytes) -> Iterator[tuple[dict[str, Any], Iterator[Line]]]:
    """Yield the one sheet of the text. Raises Unfit ``encoding``."""
    text, encoding = decoded(content)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    first = next((place for place, line in enumerate(lines) if line.strip()), 0)
    separator = _SEPARATOR_LINE.fullmatch(lines[first])
    if separator:
        lines[first] = ""
    delimiter = separator[1] if separator else _delimiter(lines)
    head: dict[str, Any] = {
        "name": "",
        "hidden": False,
        "partly": False,
        "delimiter": delimiter,
        "encoding": encoding,
        "merged": [],
    }
    yield head, _rows(lines, delimiter)


def _delimiter(lines: list[str]) -> str:
    """Return the mark that stands in most of the first lines, a comma where that is no answer."""
    looked = [line for line in lines if line.strip()][:_LOOKED]
    counts = {
        mark: (sum(mark in line for line in looked), sum(line.count(mark) for line in looked))
        for mark in _DELIMITERS
    }
    return max(_DELIMITERS, key=lambda mark: (counts[mark], mark == ","))


def _rows(lines: list[str], delimiter: str) -> Iterator[Line]:
    """Yield the rows; a line with a quotation mark that is not closed as it should be is a row by itself, marked."""
    start = 1
    while start <= len(lines):
        before = start - 1
        reader = csv.reader(
            (f"{each}\n" for each in islice(lines, before, None)), delimiter=delimiter, strict=True
        )
        try:
            for cells in reader:
                yield start, cells, {}
                start = before + reader.line_num + 1
        except csv.Error:
            cells = next(csv.reader([lines[start - 1]], delimiter=delimiter))
            quoted = next((place for place, cell in enumerate(cells) if '"' in cell), len(cells) - 1)
            yield start, cells, {str(quoted): "quote"}
            start += 1


def decoded(content: bytes) -> tuple[str, str]:
    """Return the text and its encoding. Raises Unfit ``encoding``.

    By its byte order mark; UTF-16 without one, where the text is full of zero bytes; UTF-8; else GB18030 or Big5,
    whichever makes more of it common characters.
    """
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return _text(content, "utf-16"), "utf-16"
    if b"\0" in content:
        texts = {name: _text(content, name, strict=False) for name in ("utf-16-le", "utf-16-be")}
        name = max(texts, key=lambda each: _likely(texts[each]))
        if _likely(texts[name]) < _MOST_LIKELY:
            raise Unfit("encoding")
        return texts[name], name
    try:
        return content.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        pass
    texts = {name: _text(content, name, strict=False) for name in _COMMON}
    name = max(_COMMON, key=lambda each: _common(texts[each], each))
    if not texts[name]:
        raise Unfit("encoding")
    return texts[name], name


def _text(content: bytes, encoding: str, *, strict: bool = True) -> str:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        text = "\0"
    if "\0" not in text:
        return text
    if strict:
        raise Unfit("encoding")
    return ""


def _likely(text: str) -> float:
    """Return how much of a text is characters that a list is usually written with."""
    return len(_USUAL.findall(text)) / len(text) if text else 0


def _common(text: str, encoding: str) -> float:
    """Return how much of a text, beside ASCII, is frequent characters of that encoding; GB18030 goes first."""
    others = [letter.encode(encoding) for letter in text[:20_000] if not letter.isascii()]
    frequent = sum(len(each) == 2 and each[0] in _COMMON[encoding] for each in others)  # noqa: PLR2004 bytes
    return (frequent + (encoding == "gb18030") / 100) / max(len(others), 1) if text else -1
