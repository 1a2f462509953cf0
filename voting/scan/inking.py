"""How much ink is where: against the paper around it and the printed black, less what is printed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from voting.scan.aligning import aligned
from voting.scan.layout import Layout
from voting.scan.prints import dots_of, print_of
from voting.scan.registering import DOTS, Grey, NoSheet, Real

_BLOCK = 4 * DOTS  # of the paper's level
_WHITE = 254
_MOST_CLIPPED = 0.30
_LEAST_WEAK, _MOST_WEAK = 0.085, 0.12
_SIGMAS = 5
_MOST_BLUR = 0.37  # millimetres: an edge that takes 0.95 mm from a tenth to nine tenths
_SOFTER = 0.035  # millimetres from one blur that is tried to the next
_TRIED = 13
_SHIFT = 0.075  # millimetres that print may still lie beside its place
_UNEVEN = 0.08  # of printed black: how unevenly it may be printed
_LEAST_BLACK = 0.002
#: Where a picture is grey, the edges of what is printed are neither black nor white.
_DARK, _LIGHT, _LEAST_GREY = 70, 190, 0.12


@dataclass(frozen=True)
class Inked:
    """A sheet's ink that is surely not print, where the print has it: 0 is paper, 1 printed black.

    ``weak`` is the least that counts as ink.
    """

    stray: Real
    weak: float


@dataclass(frozen=True)
class _Expected:
    """The print at one blur: its ink, the most of it that there may be, and places of dots where there is none."""

    model: Real
    most: Real
    bare: NDArray[np.intp]


def inked(picture: Grey, layout: Layout) -> Inked:
    """Return the sheet's ink. Raises NoSheet ``black_white``, ``clipped``, ``noisy``, ``blurred`` or ``residual``."""
    ink = aligned(plain_ink(picture, layout), layout)
    step = _blur_of(ink, layout)
    if step * _SOFTER >= _MOST_BLUR:
        raise NoSheet("blurred")
    expected = _expected(layout, step)
    sigma = 1.48 * float(np.median(np.abs(ink.ravel()[expected.bare])))
    weak = max(_LEAST_WEAK, _SIGMAS * sigma)
    if weak > _MOST_WEAK:
        raise NoSheet("noisy")
    stray: Real = cv2.scaleAdd(expected.most, -_gain(ink, expected.model), ink)
    return Inked(stray, weak)


def require_grey(grey: Grey) -> None:
    """Pencil turns white where everything is black or white. Raises NoSheet ``black_white``."""
    counts = np.bincount(grey[::2, ::2].ravel(), minlength=256)
    dark, middle = counts[:_DARK].sum(), counts[_DARK:_LIGHT].sum()
    if dark > _LEAST_BLACK * counts.sum() and middle < _LEAST_GREY * dark:
        raise NoSheet("black_white")


def paper_level(picture: Grey) -> Grey:
    """Return how bright the paper is at every dot."""
    rows, columns = picture.shape[0] // _BLOCK, picture.shape[1] // _BLOCK
    cut = picture[: rows * _BLOCK, : columns * _BLOCK].reshape(rows, _BLOCK, columns, _BLOCK)
    blocks = cut[:, ::3, :, ::3].transpose(0, 2, 1, 3).reshape(rows, columns, -1)
    upper = blocks.shape[2] * 3 // 4
    level = cv2.medianBlur(np.ascontiguousarray(np.partition(blocks, upper, axis=2)[:, :, upper]), 5)
    return cv2.resize(level, (picture.shape[1], picture.shape[0]), interpolation=cv2.INTER_LINEAR)


def plain_ink(picture: Grey, layout: Layout) -> Real:
    """Return the ink of everything, print among it. Raises NoSheet ``clipped`` or ``noisy``."""
    paper = paper_level(picture)
    looked = picture[40:-40:4, 40:-40:4]
    if float(np.mean(looked >= _WHITE)) > _MOST_CLIPPED:
        raise NoSheet("clipped")
    share: Real = cv2.divide(picture, np.maximum(paper, 1), dtype=cv2.CV_32F)
    black = float(np.median([_rim(share, dots_of(marker)) for marker in layout.body["markers"]]))
    if black > 0.75:  # noqa: PLR2004 of the paper: nothing is printed here, or everything is grey
        raise NoSheet("noisy")
    scale = 1 / (1 - black)
    return cv2.addWeighted(share, -scale, share, 0, scale)


def _rim(share: Real, where: tuple[slice, slice]) -> float:
    """Return how bright the black rim of a marker is."""
    marker, wide = share[where], DOTS
    sides = (marker[2:wide], marker[-wide:-2], marker[:, 2:wide].T, marker[:, -wide:-2].T)
    return float(np.median(np.concatenate([side.ravel() for side in sides])))


@lru_cache(maxsize=3)
def _expected(layout: Layout, step: int) -> _Expected:
    printed = print_of(layout)
    model = _blurred(printed.ink, step)
    slope = np.hypot(
        cv2.Scharr(model, cv2.CV_32F, 1, 0, scale=1 / 32), cv2.Scharr(model, cv2.CV_32F, 0, 1, scale=1 / 32)
    )
    near = cv2.dilate(slope, np.ones((3, 3), np.uint8))
    bare = printed.looked & (cv2.dilate(model, np.ones((9, 9), np.uint8)) < 0.02)  # noqa: PLR2004
    # The blur is known to one step: a hairline that the scanner took more sharply is darker by as much.
    most = near * (_SHIFT * DOTS) + (1 + _UNEVEN) * cv2.max(model, _blurred(printed.ink, step - 1))
    return _Expected(model, most, np.flatnonzero(bare)[::7])


def _blurred(printed: Real, step: int) -> Real:
    return cv2.GaussianBlur(printed, (0, 0), max(0.3, step * _SOFTER * DOTS))


def _gain(ink: Real, model: Real) -> float:
    """Return how black the lines and letters are, against the markers."""
    part = (slice(40 * DOTS, 250 * DOTS, 3), slice(15 * DOTS, 195 * DOTS, 3))
    solid = model[part] > 0.5  # noqa: PLR2004
    if not solid.any():
        return 1.0
    return float(np.clip(np.median(ink[part][solid] / model[part][solid]), 0.6, 1.2))


def _blur_of(ink: Real, layout: Layout) -> int:
    """Return by how many steps the scan blurred the print: what explains the markers best."""
    cuts = [dots_of(marker, 2) for marker in layout.body["markers"]]
    wrong = [
        np.median([_unlike(ink[cut], soft) for cut, soft in zip(cuts, blurred, strict=True)])
        for blurred in _markers_blurred(layout)
    ]
    return 1 + int(np.argmin(wrong))


@lru_cache(maxsize=8)
def _markers_blurred(layout: Layout) -> list[list[Real]]:
    """Return for each blur that is tried what the markers and the paper around them look like."""
    printed = print_of(layout).ink
    cuts = [printed[dots_of(marker, 2)] for marker in layout.body["markers"]]
    return [[_blurred(cut, step) for cut in cuts] for step in range(1, _TRIED)]


def _unlike(ink: Real, model: Real) -> float:
    return float(np.mean((ink - model) ** 2))
