"""One cell of a list as people type, paste and convert it: what is taken out, and what is a mistake. Pure."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

from voting.text.likeness import unpadded

#: What stands in a column: text with its line breaks, one line, a person's name, the number of somebody or something,
#: a day, or a figure (in some columns a figure or a day).
Kind = Literal["text", "line", "name", "number", "day", "figure"]
#: What was taken out of a cell, and what is wrong with one.
Taken = Literal["invisible", "quoted", "padded"]
Wrong = Literal["error", "formula", "date", "rounded", "fraction", "quote", "private"]

#: No heading has more letters.
LONGEST_HEADING = 200
_ESCAPED = re.compile(r"_x(00[01][0-9A-Fa-f]|007[Ff]|FEFF|200[BEF])_")
_AS_FORMULA = re.compile(r'="(.*)"')
_APOSTROPHES = "'’‘`´"
_ERROR = re.compile(r"#(N/A|REF!|VALUE!|NAME\?|DIV/0!|NULL!|NUM!|SPILL!|CALC!|FIELD!|GETTING_DATA)|########+")
_DATE = re.compile(
    r"[12]\d{3}[-/.年][01]?\d[-/.月][0-3]?\d日?( \d{1,2}:\d{2}(:\d{2})?)?|[01]?\d月[0-3]?\d日"
    r"|\d{1,2}-(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)|(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)-\d{1,2}",
    re.IGNORECASE,
)
_ROUNDED = re.compile(r"\d(\.\d+)?e\+\d{2,3}", re.IGNORECASE)
_FRACTION = re.compile(r"\d+\.\d+")
_TOTAL = re.compile(
    r"(?:.{0,20}?)(合计|总计|小计|共计|总人数|subtotal|grandtotal|total)"
    r":?\(?共?[\d.,]*[人名位项个件条]?\)?",
    re.IGNORECASE,
)


def clean(raw: str, kind: Kind) -> tuple[str, set[Taken]]:
    """Return a cell as it was meant, and what was taken out of it."""
    taken: set[Taken] = set()
    text = _ESCAPED.sub(lambda code: chr(int(code[1], 16)), raw) if "_x" in raw else raw
    seen = text if text.isprintable() else _visible(text)
    if seen != text:
        taken.add("invisible")
    if kind == "text":
        return seen.strip(), taken
    line = " ".join(seen.split())
    if formula := _AS_FORMULA.fullmatch(line):
        line = formula[1].strip()
        taken.add("quoted")
    if len(line) > 1 and _is_stray(line, kind):
        line = line[1:].lstrip()
        taken.add("quoted")
    if kind == "name" and unpadded(line) != line:
        line = unpadded(line)
        taken.add("padded")
    return line, taken


def _visible(text: str) -> str:
    return "".join(
        each for each in text if each in "\n\r\t" or unicodedata.category(each) not in {"Cf", "Cc"}
    )


def _is_stray(line: str, kind: Kind) -> bool:
    """Tell whether the mark before a cell only kept a spreadsheet from reading it as a number or a formula."""
    if kind == "number":
        return line[0] in _APOSTROPHES
    return line[0] == "'" and (kind == "name" or line[1] in "=+-@0123456789")


def wrong(text: str, kind: Kind, mark: str) -> Wrong | None:
    """Return what is wrong with a cleaned cell of a column that is read, whatever the list."""
    names = kind in {"number", "name"}
    checks: dict[Wrong, bool] = {
        "quote": mark == "quote",
        "formula": mark == "formula",
        "error": bool(_ERROR.fullmatch(text)),
        "private": not text.isprintable() and any(unicodedata.category(each) == "Co" for each in text),
        "date": names and (mark == "date" or bool(_DATE.fullmatch(text))),
        "rounded": names and (mark == "rounded" or bool(_ROUNDED.fullmatch(text))),
        "fraction": kind == "number" and bool(_FRACTION.fullmatch(text)),
    }
    return next((code for code, holds in checks.items() if holds), None)


def is_total(text: str) -> bool:
    """Tell whether a cell is the label of a row of sums."""
    return bool(_TOTAL.fullmatch("".join(unicodedata.normalize("NFKC", text).split())))


def heading_keys(raw: str) -> tuple[str, ...]:
    """Return how a heading is looked up: whole first, then without what stands in brackets and behind it.

    What is longer than any heading is none: brackets are looked for in every letter's distance from every other.
    """
    line = clean(raw, "line")[0]
    if len(line) > LONGEST_HEADING:
        return ()
    whole = "".join(unicodedata.normalize("NFKC", line).lower().split()).strip("*:·.、")
    plain = re.sub(r"\(.*?\)|\[.*?\]|【.*?】|〔.*?〕", "", whole).strip("*:·.、")
    bare = re.sub(r"\((必填|必须|选填|可选|required|optional)\)", "", whole).strip("*:·.、")
    return tuple(dict.fromkeys(key for key in (whole, bare, plain) if key))
