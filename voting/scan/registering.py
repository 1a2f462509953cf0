"""Find the sheet in a picture by its markers, and lay it flat: eight dots a millimetre, upright."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from voting.scan.layout import HEIGHT, WIDTH, Layout
from voting.scan.markers import CORNERS, SIDE, corner_of, ids_of, patterns

#: Of bytes, and of 32-bit numbers; OpenCV's own types promise less.
Grey = NDArray[Any]
Real = NDArray[Any]

DOTS = 8  # a millimetre
#: Dots of the longer side of the pictures in which the markers are looked for, until all four are found.
_SEARCHED = (1200, 2200)
_COARSEST = 4.0  # dots a millimetre, of the picture
_MOST_RESIDUAL = 0.9  # millimetres
_CORRECTED = 0.3  # of the errors that the dictionary could mend
_FEWEST = 3


class NoSheet(Exception):
    """The page is no sheet of this layout that can be read; ``why`` is of reading.WHYS."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Flat:
    """A sheet laid flat, and the layout that its markers name."""

    layout: Layout
    picture: Grey
    #: The least dots a millimetre of the picture that it was made from.
    fineness: float


@cache
def _detector() -> Any:
    """Return what finds markers of any layout, of this round or another."""
    cells = [np.array([int(cell) for cell in each], np.uint8).reshape(SIDE, SIDE) for each in patterns()]
    listed = np.concatenate([cv2.aruco.Dictionary.getByteListFromBits(each) for each in cells])
    dictionary = cv2.aruco.Dictionary(listed, SIDE, 4)
    how = cv2.aruco.DetectorParameters()
    how.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_NONE
    how.errorCorrectionRate = _CORRECTED
    how.adaptiveThreshWinSizeMin, how.adaptiveThreshWinSizeMax, how.adaptiveThreshWinSizeStep = 11, 31, 20
    how.minMarkerPerimeterRate = 0.05
    how.maxMarkerPerimeterRate = 0.6
    return cv2.aruco.ArucoDetector(dictionary, how)


def flat_sheet(grey: Grey, layouts: Sequence[Layout]) -> Flat:
    """Return the sheet laid flat. Raises NoSheet."""
    corners, ids = markers_in(grey)
    layout = _layout_of_markers(grey, ids, layouts)
    there = np.concatenate(corners).astype(np.float32)
    want = np.concatenate([_corners_of(layout, each) for each in ids]).astype(np.float32)
    there = _refined(grey, there)
    matrix, _inside = cv2.findHomography(there, want * DOTS - 0.5, 0)
    if matrix is None:
        raise NoSheet("residual")
    straight = (cv2.perspectiveTransform(there[:, None], matrix)[:, 0] + 0.5) / DOTS
    if np.abs(straight - want).max() > _MOST_RESIDUAL:
        raise NoSheet("residual")
    fineness = _fineness(matrix)
    if fineness < _COARSEST:
        raise NoSheet("scale")
    how = cv2.INTER_AREA if fineness > 1.5 * DOTS else cv2.INTER_LINEAR
    source, matrix = _shrunk(grey, matrix, fineness)
    picture = cv2.warpPerspective(
        source,
        matrix,
        (WIDTH * DOTS, HEIGHT * DOTS),
        flags=how & cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return Flat(layout, picture, fineness)


def markers_in(grey: Grey) -> tuple[list[Real], list[int]]:
    """Return the corners of every marker in the picture, and its number."""
    corners: list[Real] = []
    ids: list[int] = []
    for longest in _SEARCHED:
        scale = min(1.0, longest / max(grey.shape))
        small = (
            cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else grey
        )
        seen, numbers, _rest = _detector().detectMarkers(small)
        if numbers is not None and len(numbers) > len(ids):
            corners = [((each[0] + 0.5) / scale - 0.5).astype(np.float32) for each in seen]
            ids = [int(each) for each in numbers.ravel()]
        if len(ids) >= len(CORNERS):
            break
    return corners, ids


def _layout_of_markers(grey: Grey, ids: Sequence[int], layouts: Sequence[Layout]) -> Layout:
    if not ids:
        raise NoSheet(_bare(grey))
    fitting = [each for each in layouts if set(ids) <= set(ids_of(each.digest))]
    if not fitting:
        raise NoSheet("foreign_layout")
    twice = [corner for corner, count in Counter(map(corner_of, ids)).items() if count > 1]
    if twice:
        raise NoSheet("several_sheets" if len(twice) > 1 else "corner_twice")
    if len(ids) < _FEWEST:
        raise NoSheet("half")
    if len(fitting) > 1:
        raise NoSheet("markers")
    return fitting[0]


def _bare(grey: Grey) -> str:
    """Tell an empty sheet from one with something on it."""
    small = cv2.resize(grey, (210, 297), interpolation=cv2.INTER_AREA)[12:-12, 12:-12].astype(np.float32)
    paper = cv2.medianBlur(small.astype(np.uint8), 31).astype(np.float32)
    return "blank" if float(np.mean(small < 0.85 * paper)) < 0.002 else "markers"  # noqa: PLR2004 of the page


def _corners_of(layout: Layout, marker: int) -> Real:
    each = next(one for one in layout.body["markers"] if one["id"] == marker)
    x, y, side = each["x"], each["y"], each["w"]
    return np.array([(x, y), (x + side, y), (x + side, y + side), (x, y + side)], np.float32)


def _refined(grey: Grey, points: Real) -> Real:
    """Return the corners of the markers to a part of a dot."""
    near = np.ascontiguousarray(points[:, None, :])
    side = float(np.linalg.norm(points[1] - points[0]))
    window = max(2, int(side * 0.06))
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 30, 0.01)
    found = cv2.cornerSubPix(grey, near.copy(), (window, window), (-1, -1), stop)[:, 0]
    moved = np.linalg.norm(found - points, axis=1) > 0.12 * side
    found[moved] = points[moved]
    return found.astype(np.float32)


def _fineness(matrix: NDArray[Any]) -> float:
    """Return the least dots of the picture to a millimetre of the sheet, at its corners and in its middle."""
    back = np.linalg.inv(matrix)
    spots = np.array([(x, y) for x in (20, 105, 190) for y in (20, 148, 277)], np.float32)
    least = 1e9
    for step in ((1, 0), (0, 1)):
        pair = [
            cv2.perspectiveTransform((each * DOTS)[:, None].astype(np.float32), back)[:, 0]
            for each in (spots, spots + step)
        ]
        least = min(least, float(np.linalg.norm(pair[1] - pair[0], axis=1).min()))
    return least


def _shrunk(grey: Grey, matrix: NDArray[Any], fineness: float) -> tuple[Grey, NDArray[Any]]:
    """Return a picture that is much finer than it has to be made smaller first, so that no dot of it is skipped."""
    times = fineness / DOTS
    if times < 1.3:  # noqa: PLR2004
        return grey, matrix
    small = cv2.resize(grey, None, fx=1 / times, fy=1 / times, interpolation=cv2.INTER_AREA)
    fx, fy = small.shape[1] / grey.shape[1], small.shape[0] / grey.shape[0]
    # The middle of a dot is half a dot from its edge, in both.
    up = np.array([[1 / fx, 0, 0.5 / fx - 0.5], [0, 1 / fy, 0.5 / fy - 0.5], [0, 0, 1]])
    return small, matrix @ up
