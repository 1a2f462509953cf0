"""The records that outlive the code: whatever is frozen, hashed, or leaves the house. Pure: the standard library.

Each has one typed definition, one writer, one reader and one JSON Schema. Formats begin at ``/1``; from the first
release on another shape is another number, and both are read.
"""

from __future__ import annotations

from typing import Any

from voting.count.formats.breakdown import BREAKDOWN
from voting.count.formats.definition import DEFINITION
from voting.count.formats.files import COUNT, KEY, PUBLIC, RECOUNT, TRIAL, URN
from voting.count.formats.notice import NOTICE
from voting.count.formats.records import Format
from voting.count.formats.roster import ROSTER_IMPORT, ROSTER_UNDO
from voting.count.formats.shapes import UnreadableRecord
from voting.count.formats.sheet_layout import SHEET_LAYOUT
from voting.count.formats.slate_report import SLATE_REPORT
from voting.count.formats.working import PATTERNS, WORKING

__all__ = ["ALL", "Format", "UnreadableRecord"]

#: Every format by its name, in the order of a cycle.
ALL: dict[str, Format[Any]] = {
    each.name: each
    for each in (
        SLATE_REPORT, ROSTER_IMPORT, ROSTER_UNDO, DEFINITION, SHEET_LAYOUT, KEY, TRIAL, URN, COUNT, WORKING,
        PATTERNS, RECOUNT, NOTICE, PUBLIC, BREAKDOWN,
    )
}  # fmt: skip
