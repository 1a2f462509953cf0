"""Lay a flat sheet's ink exactly under its print: what feeders stretch and paper bends is moved back, smoothly.

The method is that of Lucas and Kanade, over windows so wide that what a hand drew weighs little beside what is printed.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from voting.scan.layout import Layout
from voting.scan.prints import dots_of, print_of
from voting.scan.registering import DOTS, NoSheet, Real

_COARSE = 3  # dots a millimetre here
_CELL = 3  # millimetres of one cell of the field: whole dots of the coarse picture
#: Blur in millimetres, and how often the field is mended at it.
_LEVELS = ((0.8, 2), (0.35, 2))
_NEAR, _FAR, _FAR_WEIGHT = 7.0, 25.0, 0.15  # millimetres of the windows
_MOST_MOVED = 2.5  # millimetres
_MOST_BEND = 0.25  # millimetres from one cell to the next
_TRUSTED = 0.35  # of printed black: more is ink of a hand, or dirt


def aligned(ink: Real, layout: Layout) -> Real:
    """Return the ink where the print has it. Raises NoSheet ``residual``."""
    half = cv2.resize(ink, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    size = (ink.shape[1] * _COARSE // DOTS, ink.shape[0] * _COARSE // DOTS)
    small = cv2.resize(half, size, interpolation=cv2.INTER_LINEAR)
    rows, columns = small.shape
    cells = (round(columns / (_COARSE * _CELL)), round(rows / (_COARSE * _CELL)))
    field = np.zeros((cells[1], cells[0], 2), np.float32)
    for blur, times in _LEVELS:
        model, slope_x, slope_y, weights = _model(layout, blur, cells)
        soft = cv2.GaussianBlur(small, (0, 0), blur * _COARSE)
        for _time in range(times):
            wide = cv2.resize(field, (columns, rows), interpolation=cv2.INTER_LINEAR)
            wrong = _moved(soft, wide) - model
            wrong *= np.exp(-((wrong / _TRUSTED) ** 2))
            field = field - _step(slope_x * wrong, slope_y * wrong, weights, cells)
    if not np.isfinite(field).all() or np.abs(field).max() > _MOST_MOVED * _COARSE:
        raise NoSheet("residual")
    wide = cv2.resize(field * (DOTS / _COARSE), (ink.shape[1], ink.shape[0]), interpolation=cv2.INTER_LINEAR)
    return _moved(ink, wide)


def _moved(picture: Real, field: NDArray[Any]) -> Real:
    """Return the picture with every dot taken from where the field points, beside its own place."""
    how = cv2.INTER_LINEAR | cv2.WARP_RELATIVE_MAP
    moved: Real = cv2.remap(picture, field, None, how, borderMode=cv2.BORDER_REPLICATE)  # type: ignore[call-overload]
    return moved


@lru_cache(maxsize=8)
def _model(layout: Layout, blur: float, cells: tuple[int, int]) -> tuple[Real, Real, Real, tuple[Real, ...]]:
    """Return the print at that blur, its slopes, and what the windows weigh."""
    small = cv2.resize(
        print_of(layout).ink, None, fx=_COARSE / DOTS, fy=_COARSE / DOTS, interpolation=cv2.INTER_AREA
    )
    model = cv2.GaussianBlur(small, (0, 0), blur * _COARSE)
    slope_x = cv2.Scharr(model, cv2.CV_32F, 1, 0, scale=1 / 32)
    slope_y = cv2.Scharr(model, cv2.CV_32F, 0, 1, scale=1 / 32)
    # What a hand draws lies in and about the boxes: only what is printed elsewhere is looked at.
    for box in layout.boxes:
        where = tuple(
            slice(cut.start * _COARSE // DOTS, cut.stop * _COARSE // DOTS) for cut in dots_of(box, 0.9)
        )
        slope_x[where] = slope_y[where] = 0
    weights = tuple(
        _windowed(each, cells) for each in (slope_x * slope_x, slope_x * slope_y, slope_y * slope_y)
    )
    return model, slope_x, slope_y, weights


def _windowed(values: Real, cells: tuple[int, int]) -> Real:
    """Return the mean of the values around each cell, the near ones weighing most."""
    small = cv2.resize(values, cells, interpolation=cv2.INTER_AREA)
    near = cv2.GaussianBlur(small, (0, 0), _NEAR / _CELL, borderType=cv2.BORDER_CONSTANT)
    return near + _FAR_WEIGHT * cv2.GaussianBlur(small, (0, 0), _FAR / _CELL, borderType=cv2.BORDER_CONSTANT)


def _step(across: Real, down: Real, weights: tuple[Real, ...], cells: tuple[int, int]) -> NDArray[Any]:
    """Return by how much each cell is to be moved."""
    xx, xy, yy = weights
    little = 1e-6 + 0.02 * (xx + yy)
    xx, yy = xx + little, yy + little
    bx, by = _windowed(across, cells), _windowed(down, cells)
    whole = xx * yy - xy * xy
    return np.stack([(yy * bx - xy * by) / whole, (xx * by - xy * bx) / whole], axis=2).astype(np.float32)
