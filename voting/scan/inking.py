"""How much ink is where: against the paper around it and the printed black, less what is printed."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from voting.scan.layout import HEIGHT, WIDTH, Layout
from voting.scan.prints import Print, dots_of
from voting.scan.registering import DOTS, Grey, NoSheet, Real

_BLOCK = 4 * DOTS  # of the paper's level
_WHITE = 254
_MOST_CLIPPED = 0.30
_MOST_WEAK = 0.12
_LEAST_WEAK = 0.085
_MOST_BLUR = 0.95 / 2.56  # millimetres: the deviation of an edge that takes 0.95 mm from 10 % to 90 %
_SHARPEST, _SOFTEST, _STEPS = 0.06, 0.46, 9
_SHIFT = 0.11  # millimetres that print may still lie beside its place


@dataclass(frozen=True)
class Inked:
    """A sheet's ink: 0 is paper, 1 printed black.

    ``beside`` is what is not printed, signed; ``stray`` is what of it is surely ink. ``weak`` is the least that counts
    as ink, ``sigma`` the noise of one dot.
    """

    ink: Real
    beside: Real
    stray: Real
    weak: float
    sigma: float
    blur: float


def paper_level(picture: Grey) -> Real:
    """Return how bright the paper is at every dot."""
    rows, columns = picture.shape[0] // _BLOCK, picture.shape[1] // _BLOCK
    cut = picture[: rows * _BLOCK, : columns * _BLOCK].reshape(rows, _BLOCK, columns, _BLOCK)
    blocks = np.percentile(cut[:, ::2, :, ::2].transpose(0, 2, 1, 3).reshape(rows, columns, -1), 75, axis=2)
    level = cv2.medianBlur(np.clip(blocks, 0, 255).astype(np.uint8), 5).astype(np.float32)
    return cv2.resize(level, (picture.shape[1], picture.shape[0]), interpolation=cv2.INTER_LINEAR)


def plain_ink(picture: Grey, layout: Layout) -> Real:
    """Return the ink of everything, print among it. Raises NoSheet ``clipped`` or ``noisy``."""
    paper = paper_level(picture)
    looked = picture[40:-40:4, 40:-40:4]
    if float(np.mean(looked >= _WHITE)) > _MOST_CLIPPED and float(np.median(paper)) >= _WHITE:
        _require_grey(picture)
    share = picture / np.maximum(paper, 1)
    blacks = []
    for marker in layout.body["markers"]:
        rim = share[dots_of(marker)]
        wide = DOTS
        blacks.append(
            np.concatenate(
                [rim[2:wide].ravel(), rim[-wide:-2].ravel(), rim[:, 2:wide].ravel(), rim[:, -wide:-2].ravel()]
            )
        )
    black = float(np.median([np.median(each) for each in blacks]))
    if black > 0.75:  # noqa: PLR2004 of the paper: nothing is printed here, or everything is grey
        raise NoSheet("noisy")
    return ((1 - share) / (1 - black)).astype(np.float32)


def _require_grey(picture: Grey) -> None:
    """Pencil turns white where the paper does: such a picture is refused."""
    raise NoSheet("clipped")


def inked(picture: Grey, layout: Layout, printed: Print) -> Inked:
    """Return the sheet's ink. Raises NoSheet ``clipped``, ``noisy`` or ``blurred``."""
    ink = plain_ink(picture, layout)
    blur = _blur_of(ink, layout, printed)
    if blur >= _MOST_BLUR:
        raise NoSheet("blurred")
    model = cv2.GaussianBlur(printed.ink, (0, 0), max(0.3, blur * DOTS))
    bare = printed.looked & (cv2.dilate(model, np.ones((9, 9), np.uint8)) < 0.02)  # noqa: PLR2004
    sigma = 1.48 * float(np.median(np.abs(ink[bare][::7]))) if bare.any() else 1.0
    weak = max(_LEAST_WEAK, 5 * sigma)
    if weak > _MOST_WEAK:
        raise NoSheet("noisy")
    gain = _gain(ink, model)
    model = model * gain
    beside = ink - model
    slope_x, slope_y = (
        cv2.Scharr(model, cv2.CV_32F, 1, 0, scale=1 / 32),
        cv2.Scharr(model, cv2.CV_32F, 0, 1, scale=1 / 32),
    )
    slope = cv2.dilate(np.hypot(slope_x, slope_y), np.ones((3, 3), np.uint8))
    stray = beside - slope * (_SHIFT * DOTS) - 0.08 * model
    return Inked(ink, beside.astype(np.float32), stray.astype(np.float32), weak, sigma, blur)


def _gain(ink: Real, model: Real) -> float:
    solid = model > 0.6  # noqa: PLR2004
    return float(np.clip(np.median(ink[solid] / model[solid]), 0.6, 1.2)) if solid.any() else 1.0


def _blur_of(ink: Real, layout: Layout, printed: Print) -> float:
    """Return by how much the scan blurred the print: the deviation in millimetres that explains the markers best."""
    best = (1e9, _SOFTEST)
    cuts = [dots_of(marker, 2) for marker in layout.body["markers"]]
    for deviation in np.linspace(_SHARPEST, _SOFTEST, _STEPS):
        wrong = []
        for cut in cuts:
            soft = cv2.GaussianBlur(printed.ink[cut], (0, 0), deviation * DOTS)
            wrong.append(float(np.mean((ink[cut] - soft) ** 2)))
        best = min(best, (float(np.median(wrong)), float(deviation)))
    return best[1]


def page_size() -> tuple[int, int]:
    """Return the dots of a flat sheet, across and down."""
    return WIDTH * DOTS, HEIGHT * DOTS


Points = NDArray[np.float64]
