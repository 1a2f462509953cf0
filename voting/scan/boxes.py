"""What one box says: plainly ringed, plainly empty, or neither."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from voting.count.formats.sheet_layout import SheetBox
from voting.scan.inking import Inked
from voting.scan.prints import dots_of
from voting.scan.reading import BoxState
from voting.scan.registering import DOTS

Mask = NDArray[np.bool_]
_DOT = 1 / (DOTS * DOTS)  # square millimetres
_RAYS = 72
_LEVEL, _COVERED, _CENTRE, _GAP, _HOLE, _INSIDE = 0.20, 0.80, 0.06, 45, 0.82, 0.62
_EMPTY_INK, _EMPTY_EXTENT, _EMPTY_AROUND = 0.5, 1.6, 0.35
_HOLLOW = 0.2  # of what the ring goes round
#: What the two ends of a ring may enclose where they cross: square millimetres, and a share of the ring's own hole.
_SLIVER, _SLIVER_SHARE = 0.6, 0.03
#: Ink so near behind other ink is the same stroke (dots); so many rays may meet a ring's two ends.
_JOINED, _MOST_TWICE = 5, 0.10
#: So far within the window (1.2 mm within the box) a ring's middle lies.
_WITHIN = 2.7
_AROUND = 1.5  # millimetres around a box that are looked at


def state_of(box: SheetBox, inked: Inked) -> BoxState:
    """Return what the box says."""
    window = dots_of(box, _AROUND)
    ink = inked.stray[window]
    mask = _without_specks(ink > inked.weak)
    inner = np.zeros(mask.shape, np.bool_)
    rim = round(_AROUND * DOTS)
    inner[rim:-rim, rim:-rim] = True
    if _is_empty(mask, inner):
        return "empty"
    return "marked" if _is_ring(mask, inner, ink) else "doubtful"


def _without_specks(mask: Mask) -> Mask:
    count, labels, stats, _centres = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    keep = np.zeros(count, np.bool_)
    keep[1:] = stats[1:, cv2.CC_STAT_AREA] >= 4  # noqa: PLR2004 dots
    kept: Mask = keep[labels]
    return kept


def _is_empty(mask: Mask, inner: Mask) -> bool:
    if not mask.any():
        return True
    within, around = mask & inner, mask & ~inner
    if within.sum() * _DOT >= _EMPTY_INK or around.sum() * _DOT >= _EMPTY_AROUND:
        return False
    _count, _labels, stats, _centres = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    longest = stats[1:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max() / DOTS
    return bool(longest < _EMPTY_EXTENT)


def _is_ring(mask: Mask, inner: Mask, ink: NDArray[np.float32]) -> bool:
    if float(np.percentile(ink[mask], 75)) < _LEVEL:
        return False
    if (mask & inner).sum() < _INSIDE * mask.sum():
        return False
    points = np.argwhere(mask)[:, ::-1].astype(np.int32)
    hull: Any = cv2.convexHull(points)
    whole = np.zeros(mask.shape, np.uint8)
    cv2.fillConvexPoly(whole, hull, 1)
    (_x, _y), (w, h), _angle = cv2.minAreaRect(hull)
    if min(w, h) < 3 * DOTS or max(w, h) > 2.5 * min(w, h):
        return False
    return _surrounds(mask, whole.astype(np.bool_))


def _surrounds(mask: Mask, whole: Mask) -> bool:
    """Tell whether the ink goes round something that is free of ink."""
    closed = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8)).astype(
        np.bool_
    )
    free = whole & ~closed
    count, _labels, stats, centres = cv2.connectedComponentsWithStats(free.astype(np.uint8), connectivity=4)
    if count < 2 or _is_divided(closed):  # noqa: PLR2004
        return False
    largest = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
    hole = float(stats[largest, cv2.CC_STAT_AREA])
    if hole < _HOLE * free.sum() or hole < _HOLLOW * whole.sum():
        return False
    rows, columns = np.indices(mask.shape)
    x, y = centres[largest]
    if not all(
        _WITHIN * DOTS <= each <= side - _WITHIN * DOTS
        for each, side in ((x, mask.shape[1]), (y, mask.shape[0]))
    ):
        return False
    away = np.hypot(rows - y, columns - x)
    radius = np.sqrt(hole / np.pi)
    if mask[away < 0.6 * radius].mean() > _CENTRE:
        return False
    met, twice = _rays(closed, float(x), float(y))
    return bool(met.mean() >= _COVERED and _widest_gap(met) <= _GAP and twice.mean() <= _MOST_TWICE)


def _rays(mask: Mask, x: float, y: float) -> tuple[Mask, Mask]:
    """Return of the rays from a point which meet ink, and which meet it more than once: a spiral's end, or a line."""
    far = int(np.hypot(*mask.shape))
    how = cv2.WARP_POLAR_LINEAR | cv2.INTER_NEAREST | cv2.WARP_FILL_OUTLIERS
    rays = cv2.warpPolar(mask.astype(np.uint8), (far, _RAYS), (x, y), far, how)
    joined = cv2.morphologyEx(
        np.pad(rays, ((0, 0), (8, 8))), cv2.MORPH_CLOSE, np.ones((1, _JOINED), np.uint8)
    )
    kept = cv2.morphologyEx(joined, cv2.MORPH_OPEN, np.ones((1, 2), np.uint8))
    begins = (kept[:, 1:] > kept[:, :-1]).sum(axis=1)
    met: Mask = rays.max(axis=1) > 0
    return met, begins > 1


def _is_divided(mask: Mask) -> bool:
    """Tell whether the ink goes round more than one thing: a line through a ring takes it back."""
    framed = np.pad(~mask, 1, constant_values=True).astype(np.uint8)
    count, labels, stats, _centres = cv2.connectedComponentsWithStats(framed, connectivity=4)
    areas = sorted(
        (stats[each, cv2.CC_STAT_AREA] * _DOT for each in range(1, count) if each != labels[0, 0]),
        reverse=True,
    )
    return bool(sum(areas[1:]) > max(_SLIVER, _SLIVER_SHARE * (areas[0] if areas else 0)))


def _widest_gap(met: NDArray[np.bool_]) -> float:
    longest = run = 0
    for each in np.concatenate([met, met]):
        run = 0 if each else run + 1
        longest = max(longest, run)
    return min(longest, _RAYS) * 360 / _RAYS
