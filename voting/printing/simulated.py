"""Sheets that nobody marked: what a scanner's file of a stack would be, for the demo and for rehearsals.

Rings of a drawn pen on the printed sheet, each a little different; a sheet may be marked so that the machine leaves it
to people.
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from PIL import Image, ImageDraw, ImageFilter

from voting.printing.sheets import PrintedSheet, sheet_png

_PRINTED, _SCANNED, _INCH = 300, 200, 25.4
_BLACK, _PAPER = 12, 244
_POINTS = 72


@dataclass(frozen=True)
class SimulatedSheet:
    """The boxes that are ringed, by number and column; ``crossed`` ones get a cross, which no machine may read."""

    ringed: tuple[tuple[int, str], ...]
    crossed: tuple[tuple[int, str], ...] = ()


def simulated_stack(printed: PrintedSheet, sheets: Sequence[SimulatedSheet], *, chance: Random) -> bytes:
    """Return the sheets as one PDF of grey pictures of 200 dots an inch. Raises NoTurn and Undrawable."""
    with Image.open(io.BytesIO(sheet_png(printed))) as drawn:
        blank = drawn.convert("L")
    boxes = {(box["number"], box["column"]): box for box in printed.layout.boxes}
    pictures = []
    for sheet in sheets:
        picture = blank.copy()
        pen = _Pen(ImageDraw.Draw(picture), chance)
        for key in sheet.ringed:
            pen.ring(boxes[key])
        for key in sheet.crossed:
            pen.cross(boxes[key])
        pictures.append(_scanned(picture, chance))
    content = io.BytesIO()
    pictures[0].save(
        content, "PDF", save_all=True, append_images=pictures[1:], resolution=_SCANNED, quality=82
    )
    return content.getvalue()


class _Pen:
    """One hand with one pen."""

    def __init__(self, draw: ImageDraw.ImageDraw, chance: Random) -> None:
        self.draw, self.chance = draw, chance
        self.ink, self.width = chance.randint(20, 70), chance.uniform(0.4, 0.6)
        self.size, self.slant = chance.uniform(0.6, 0.75), chance.uniform(0, math.pi)

    def ring(self, box: object) -> None:
        x, y, side = _middle(box)
        # No two rings of a hand are alike: the scanner's reader would take the sheets for one that came twice.
        radius = side / 2 * min(0.78, max(0.56, self.size * math.exp(self.chance.gauss(0, 0.06))))
        oval = math.exp(self.chance.gauss(0, 0.06))
        aim = self.chance.gauss(0, 0.2), self.chance.gauss(0, 0.2)
        begin, wobble = self.chance.uniform(0, 2 * math.pi), self.chance.uniform(0.02, 0.05)
        path = []
        for step in range(_POINTS + 4):
            angle = begin + 2 * math.pi * step / _POINTS
            out = radius * (1 + wobble * math.cos(2 * (angle - self.slant)) + 0.02 * step / _POINTS)
            path.append(
                (x + aim[0] + out * math.cos(angle) * oval, y + aim[1] + out * math.sin(angle) / oval)
            )
        self._stroke(path)

    def cross(self, box: object) -> None:
        x, y, side = _middle(box)
        # Nor two crosses, each of whose lines begins and ends where it may.
        for across in (1, -1):
            begin, end = ([self.chance.uniform(0.22, 0.42) * side for _axis in "xy"] for _point in (0, 1))
            self._stroke([(x - across * begin[0], y - begin[1]), (x + across * end[0], y + end[1])])

    def _stroke(self, path: Sequence[tuple[float, float]]) -> None:
        dots = [(x / _INCH * _PRINTED, y / _INCH * _PRINTED) for x, y in path]
        width = max(3, round(self.width / _INCH * _PRINTED))
        self.draw.line(dots, fill=self.ink, width=width, joint="curve")


def _middle(box: object) -> tuple[float, float, float]:
    area: dict[str, float] = box  # type: ignore[assignment]
    return area["x"] + area["w"] / 2, area["y"] + area["h"] / 2, min(area["w"], area["h"])


def _scanned(picture: Image.Image, chance: Random) -> Image.Image:
    """Return what a feeder makes of a sheet: a little turned, a little soft, never quite white."""
    turned = picture.rotate(chance.gauss(0, 0.25), Image.Resampling.BICUBIC, fillcolor=255)
    size = round(picture.width * _SCANNED / _PRINTED), round(picture.height * _SCANNED / _PRINTED)
    soft = turned.resize(size, Image.Resampling.LANCZOS).filter(ImageFilter.GaussianBlur(0.4))
    return soft.point(lambda dot: _BLACK + dot * (_PAPER - _BLACK) // 255)
