"""The sheet as it is printed, in dots: from its layout, or drawn from the layout's lines where nobody drew it."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from voting.count.formats.sheet_layout import SheetArea
from voting.scan.layout import FRAME_LINE, HEIGHT, LINE, WIDTH, Layout
from voting.scan.markers import SIDE
from voting.scan.registering import DOTS, Real

Mask = NDArray[np.bool_]
_BORDER = 5  # millimetres: where a picture of a sheet may show what lies beside it
_FINER = 4  # so many times are the drawn lines drawn larger


@dataclass(frozen=True)
class Print:
    """Printed ink (0 to 1) of a sheet; ``known`` is False where the words are not known."""

    ink: Real
    is_whole: bool
    #: Where neither print nor a zone of seal and stamp nor the edge is.
    looked: Mask


@lru_cache(maxsize=8)
def print_of(layout: Layout) -> Print:
    """Return what is printed on the sheet."""
    blank = layout.body["blank"]
    if blank:
        raw = np.frombuffer(base64.b64decode(blank), np.uint8)
        grey = cv2.imdecode(raw, cv2.IMREAD_GRAYSCALE)
        if grey is not None:
            grey = cv2.resize(grey, (WIDTH * DOTS, HEIGHT * DOTS), interpolation=cv2.INTER_AREA)
            return Print(
                (1 - grey / 255).astype(np.float32), is_whole=True, looked=_looked(layout, whole=True)
            )
    return Print(_lines_drawn(layout), is_whole=False, looked=_looked(layout, whole=False))


def dots_of(area: SheetArea, more: float = 0.0) -> tuple[slice, slice]:
    """Return the dots of an area, with so many millimetres more on every side."""
    x, y = area["x"] - more, area["y"] - more
    return (
        slice(max(0, round(y * DOTS)), min(HEIGHT * DOTS, round((y + area["h"] + 2 * more) * DOTS))),
        slice(max(0, round(x * DOTS)), min(WIDTH * DOTS, round((x + area["w"] + 2 * more) * DOTS))),
    )


def _looked(layout: Layout, *, whole: bool) -> Mask:
    looked = np.zeros((HEIGHT * DOTS, WIDTH * DOTS), np.bool_)
    edge = _BORDER * DOTS
    looked[edge:-edge, edge:-edge] = True
    for each in layout.body["markers"]:
        looked[dots_of(each, 1)] = False
    for slot in layout.body["slots"]:
        if slot["kind"] in {"seal", "stamp"}:
            looked[dots_of(slot, 1)] = False
        elif not whole:
            looked[dots_of(slot, -1)] = False
    return looked


def _lines_drawn(layout: Layout) -> Real:
    side = DOTS * _FINER
    page = np.zeros((HEIGHT * side, WIDTH * side), np.uint8)

    def drawn(area: SheetArea, micrometres: int) -> None:
        half = micrometres * side / 2000
        x, y, w, h = (area[key] * side for key in ("x", "y", "w", "h"))
        for left, top, right, bottom in (
            (x, y, x + w, y),
            (x, y + h, x + w, y + h),
            (x, y, x, y + h),
            (x + w, y, x + w, y + h),
        ):
            page[round(top - half) : round(bottom + half), round(left - half) : round(right + half)] = 255

    for frame in layout.body["frames"]:
        drawn(frame, FRAME_LINE)
    for each in [*layout.body["lines"], *layout.boxes]:
        drawn(each, LINE)
    for marker in layout.body["markers"]:
        x, y, cell = marker["x"] * side, marker["y"] * side, marker["w"] * side / (SIDE + 2)
        page[y : y + marker["w"] * side, x : x + marker["w"] * side] = 255
        for place, white in enumerate(marker["cells"]):
            top, left = y + cell * (1 + place // SIDE), x + cell * (1 + place % SIDE)
            if white == "1":
                page[round(top) : round(top + cell), round(left) : round(left + cell)] = 0
    small = cv2.resize(page, (WIDTH * DOTS, HEIGHT * DOTS), interpolation=cv2.INTER_AREA)
    return (small / 255).astype(np.float32)
