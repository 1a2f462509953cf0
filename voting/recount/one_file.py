"""One Python file that recounts: the sources of the count and of the recount as they are, and what starts them.

Whoever gets it needs Python 3.8 or newer and nothing else. The shapes of the formats are left out, for they need a
newer Python: a file that does not have its format's shape is said to be unreadable where it fails.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from voting.count.formats.definition import DEFINITION
from voting.count.formats.files import PUBLIC, RECOUNT
from voting.count.formats.notice import NOTICE
from voting.count.formats.records import Format
from voting.count.formats.working import PATTERNS, WORKING

#: In any order: they are found by their names.
MODULES = (
    "voting.count", "voting.count.canonical", "voting.count.kinds", "voting.count.money", "voting.count.measures",
    "voting.count.judging", "voting.count.points", "voting.count.totals", "voting.count.turnout",
    "voting.count.grading", "voting.count.outcomes", "voting.count.counting", "voting.count.choices",
    "voting.count.definition", "voting.count.budget", "voting.count.equal_shares", "voting.count.funding",
    "voting.count.singles", "voting.count.key_marks",
    "voting.count.working", "voting.recount", "voting.recount.report", "voting.recount.singles",
    "voting.recount.notice", "voting.recount.ballots", "voting.recount.pb_figures", "voting.recount.pb_file",
    "voting.recount.pabulib", "voting.recount.pb_rules", "voting.recount.pb", "voting.recount.__main__",
)  # fmt: skip
_FORMATS: dict[str, Format[Any]] = {
    "PUBLIC": PUBLIC, "RECOUNT": RECOUNT, "NOTICE": NOTICE, "WORKING": WORKING, "PATTERNS": PATTERNS,
    "DEFINITION": DEFINITION,
}  # fmt: skip
_QUOTES = "'''"


@cache
def one_file() -> str:
    """Return the text of the file. It is the same for everybody who runs this edition."""
    sources = "".join(f"    {name!r}: r{_QUOTES}{_escaped(source(name))}{_QUOTES},\n" for name in MODULES)
    formats = {key: each.name for key, each in _FORMATS.items()}
    characters = _text("voting.count", "key_mark_characters.txt")
    return (
        _text("voting.recount", "one_file_start.txt")
        .replace("<<FORMATS>>", repr(formats))
        .replace("<<CHARACTERS>>", repr("".join(characters.split())))
        .replace("<<SOURCES>>", sources)
    )


def source(module: str) -> str:
    """Return the source of one of the modules."""
    package, name = (
        (module, "__init__") if module in {"voting.count", "voting.recount"} else module.rsplit(".", 1)
    )
    return _text(package, f"{name}.py")


def _text(package: str, name: str) -> str:
    return files(package).joinpath(name).read_text(encoding="utf-8")


def _escaped(text: str) -> str:
    """Return the text of a source for a raw string. Raises ValueError where it cannot stand in one."""
    if _QUOTES in text or text.endswith("\\"):
        raise ValueError("a source of the recount has three single quotes, or ends in a backslash")
    return text
