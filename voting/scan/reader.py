"""One page: from a grey picture to what it says."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from voting.count.measures import BallotType
from voting.scan.boxes import state_of
from voting.scan.inking import Inked, inked, require_grey
from voting.scan.layout import WHOLE_LIST, Layout
from voting.scan.prints import dots_of, print_of
from voting.scan.reading import BoxReading, PageReading
from voting.scan.registering import Grey, NoSheet, Real, flat_sheet
from voting.scan.strays import doubts_of

_BY_ROWS = frozenset({BallotType.PER_ITEM, BallotType.PER_ITEM_UP_TO, BallotType.GRADES})
#: The mark of count.measures for two marks in one row.
_TWO_MARKS = 5
_PATCH = 16  # dots a side of each box in the fingerprint
#: The edges in the fingerprints of one sheet scanned twice agree at least so much. 2 of 87 measured pairs, with a
#: single tick each, came to 0.983: such a sheet is not known again; that there are more pictures than places tells of
#: it. Those of two people in the same boxes come to 0.5 where they draw rings, to 0.981 where both fill one box and
#: mark nothing else.
SAME = 0.985


def read_page(grey: Grey, layouts: Sequence[Layout], *, page: int) -> tuple[PageReading, Grey]:
    """Return what the picture says, and the sheet laid flat; where it is refused, the picture as it came."""
    try:
        require_grey(grey)
        flat = flat_sheet(grey, layouts)
        ink = inked(flat.picture, flat.layout)
    except NoSheet as refusal:
        return PageReading(page, "refused", why=refusal.why), grey
    layout = flat.layout
    boxes = tuple(BoxReading(each["number"], each["column"], state_of(each, ink)) for each in layout.boxes)
    marks = marks_of(layout, boxes)
    doubts = doubts_of(ink, layout)
    if any(each.reading == "doubtful" for each in boxes):
        doubts.add("box")
    elif marks is None:
        doubts.add("double")
    if not print_of(layout).is_whole:
        doubts.add("print")
    reading = PageReading(
        page,
        "ok",
        doubts=tuple(sorted(doubts)),
        boxes=boxes,
        marks=None if doubts else marks,
        layout=layout.digest,
        ink=fingerprint(layout, ink),
    )
    return reading, flat.picture


def marks_of(layout: Layout, boxes: Sequence[BoxReading]) -> tuple[int, ...] | None:
    """Return the mark of each project in ballot order; two rings in a row of a per-item ballot are a mark of its own.

    None where two rings are no mark that the ballot knows.
    """
    kind = layout.body["ballot_type"]
    marks: dict[int, int] = {}
    for box, each in zip(layout.boxes, boxes, strict=True):
        if each.reading == "marked":
            if each.number in marks and kind not in _BY_ROWS:
                return None
            marks[each.number] = _TWO_MARKS if each.number in marks else box["mark"]
    if kind is BallotType.WHOLE_REPORT:
        return (marks.get(WHOLE_LIST, 0),) * len(layout.body["items"])
    return tuple(marks.get(number, 0) for number in layout.body["items"])


def fingerprint(layout: Layout, ink: Inked) -> bytes:
    """Return every box as few dots: the same hand's ring on the same sheet, and no other, gives nearly the same."""
    patches = [
        cv2.resize(
            np.clip(ink.stray[dots_of(box, 1.5)], 0, 1), (_PATCH, _PATCH), interpolation=cv2.INTER_AREA
        )
        for box in layout.boxes
    ]
    return np.clip(np.stack(patches) * 255, 0, 255).astype(np.uint8).tobytes()


def same_sheet(ink: bytes, others: Sequence[bytes]) -> int | None:
    """Return the place of the first of the others that is the same sheet; a sheet without marks is like any other."""
    own = _normal(ink)
    if own is None:
        return None
    for place, other in enumerate(others):
        if len(other) == len(ink) and (theirs := _normal(other)) is not None and float(own @ theirs) >= SAME:
            return place
    return None


def _normal(ink: bytes) -> Real | None:
    dots = np.frombuffer(ink, np.uint8)
    if dots.size == 0 or dots.max() < 40:  # noqa: PLR2004 of 255: nothing is marked
        return None
    # Where ink begins and ends: two boxes that are filled are alike but for their edges.
    each = dots.reshape(-1, _PATCH, _PATCH).astype(np.float32)
    around = each[:, 2:, 1:-1] + each[:, :-2, 1:-1] + each[:, 1:-1, 2:] + each[:, 1:-1, :-2]
    values = (4 * each[:, 1:-1, 1:-1] - around).ravel()
    values = values - values.mean()
    length = float(np.linalg.norm(values))
    return values / length if length else None
