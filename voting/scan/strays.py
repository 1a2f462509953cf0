"""Ink that is neither print nor in a box: a name struck out, something written, dirt. A person looks at it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from voting.scan.inking import Inked
from voting.scan.layout import HEIGHT, WIDTH, Layout
from voting.scan.prints import dots_of, print_of
from voting.scan.registering import DOTS

Labels = NDArray[np.uint8]
_DOT = 1 / (DOTS * DOTS)  # square millimetres
_SPECK = 0.04  # square millimetres of ink that hold together, and may be dust
_MOST_IN_SLOT = 0.25  # square millimetres beside the letters of one name
_MOST_PIECE, _LONGEST_PIECE = 0.45, 1.8  # square millimetres, millimetres, elsewhere
_MOST_DUST = 3.0  # square millimetres of the whole sheet
_AROUND_BOX = 1.5
_EDGE, _LONG_EDGE = 8.5, 20.0  # millimetres from the page's edge, and along it
#: So many dots thin is the rim of a printed stroke, of which the large letters of the title have many; no pen is.
_HAIR = 1
#: A seal is so much ink, so widely spread; less is writing.
_LEAST_SEAL, _WIDEST_WRITING = 60.0, 24.0


def doubts_of(inked: Inked, layout: Layout) -> set[str]:
    """Return ``strike`` and ``writing`` where there is such ink."""
    places = _places(layout)
    is_ink = cv2.compare(inked.stray, inked.weak, cv2.CMP_GT)  # type: ignore[call-overload]
    mask = cv2.bitwise_and(is_ink, places.looked)
    doubts: set[str] = set()
    in_slot: dict[int, float] = {}
    dust = 0.0
    for stats, centre in _pieces(mask):
        area = stats[cv2.CC_STAT_AREA] * _DOT
        if area < _SPECK or _is_edge(stats):
            continue
        sides = sorted(int(stats[each]) for each in (cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT))
        longest = sides[1] / DOTS
        slot = int(places.slots[int(centre[1]), int(centre[0])])
        if slot == places.title and sides[0] <= _HAIR:
            continue
        if slot:
            in_slot[slot] = in_slot.get(slot, 0.0) + area
        else:
            dust += area
        if not slot and (area > _MOST_PIECE or longest > _LONGEST_PIECE):
            doubts.add("writing")
    if any(area > _MOST_IN_SLOT for area in in_slot.values()):
        doubts.add("strike")
    if dust > _MOST_DUST or _is_written_over(inked, layout):
        doubts.add("writing")
    return doubts


def _pieces(mask: NDArray[Any]) -> Iterator[tuple[NDArray[np.int32], NDArray[np.float64]]]:
    """Yield what holds together in the mask: its place and size, and its middle.

    Looked for between empty lines, of which a sheet has many.
    """
    filled = np.flatnonzero(mask.max(axis=1))
    for band in np.split(filled, np.flatnonzero(np.diff(filled) > 1) + 1):
        if not band.size:
            continue
        top = int(band[0])
        _count, _labels, stats, centres = cv2.connectedComponentsWithStats(
            mask[top : int(band[-1]) + 1], connectivity=8
        )
        stats[:, cv2.CC_STAT_TOP] += top
        centres[:, 1] += top
        yield from zip(stats[1:], centres[1:], strict=True)


def _is_edge(stats: NDArray[np.int32]) -> bool:
    """Tell whether a piece is the edge of the paper: the print may be larger than drawn, or beside its place."""
    x, y, w, h = (int(each) / DOTS for each in stats[: cv2.CC_STAT_AREA])
    along = (w, min(y + h, HEIGHT - y)), (h, min(x + w, WIDTH - x))
    return any(length > _LONG_EDGE and depth < _EDGE for length, depth in along)


def _is_written_over(inked: Inked, layout: Layout) -> bool:
    """Tell whether there is ink where the seal belongs that is too little for a seal."""
    for slot in layout.body["slots"]:
        if slot["kind"] == "seal":
            mask = inked.stray[dots_of(slot, -0.5)] > inked.weak
            area = float(mask.sum()) * _DOT
            columns = np.nonzero(mask)[1]
            if area > _MOST_PIECE and (area < _LEAST_SEAL or np.ptp(columns) < _WIDEST_WRITING * DOTS):
                return True
    return False


class _Places:
    """Where such ink is looked for, and in which slot with words a dot lies (0: in none; ``title`` is the title's)."""

    def __init__(self, looked: NDArray[np.uint8], slots: Labels, title: int) -> None:
        self.looked, self.slots, self.title = looked, slots, title


@lru_cache(maxsize=4)
def _places(layout: Layout) -> _Places:
    looked = print_of(layout).looked.copy()
    for box in layout.boxes:
        looked[dots_of(box, _AROUND_BOX)] = False
    slots, title = np.zeros(looked.shape, np.uint8), -1
    for number, slot in enumerate(layout.body["slots"], start=1):
        if slot["kind"] not in {"seal", "stamp"}:
            slots[dots_of(slot)] = min(number, 255)
        if slot["kind"] == "title":
            title = number
    return _Places(looked.astype(np.uint8), slots, title)
