"""Sheets as hands mark them, time damages them and scanners take them: pictures with the truth about each.

Nothing here knows how the reader decides. A stroke is a path of a pen in millimetres on a printed sheet; what happens
to paper and light happens to the whole picture.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np

from voting.scan.layout import Layout

#: Dots, and points in millimetres: OpenCV and numpy disagree about their types.
Picture = Any
Path = Any
Random = np.random.Generator
#: Dots a millimetre of the paper that is drawn on (300 an inch).
FINE = 300 / 25.4
#: Pens: how dark (least, most), how wide in millimetres, how grainy.
PENS: dict[str, tuple[tuple[float, float], tuple[float, float], float]] = {
    "pencil": ((0.32, 0.62), (0.35, 0.7), 0.45),
    "ballpoint": ((0.55, 0.88), (0.25, 0.45), 0.18),
    "gel": ((0.8, 0.97), (0.4, 0.7), 0.04),
    "red": ((0.35, 0.6), (0.3, 0.6), 0.1),
    "felt": ((0.8, 0.97), (0.8, 1.4), 0.02),
}


@dataclass
class Sheet:
    """A picture of one sheet. ``truth`` says of (number, column) whether it is ringed plainly, left empty, or neither.

    ``is_foul`` tells that something is struck or written; ``refusal`` that no ballot of the round may be seen in it.
    """

    picture: Picture
    kind: str
    truth: dict[tuple[int, str], str] = field(default_factory=dict)
    is_foul: bool = False
    refusal: bool = False
    dpi: int = 200


@dataclass
class Hand:
    """How one person draws rings, for all of the sheet."""

    size: float
    aspect: float
    slant: float
    gap: float
    wobble: float
    tremor: float
    aim: float
    pen: str
    dark: float
    wide: float


def hand(rng: Random, pen: str | None = None) -> Hand:
    pen = pen or str(rng.choice(list(PENS), p=[0.15, 0.35, 0.4, 0.05, 0.05]))
    (least, most), (thin, thick), _grain = PENS[pen]
    return Hand(
        size=float(rng.uniform(0.5, 0.92)),
        aspect=float(np.exp(rng.normal(0, 0.13))),
        slant=float(rng.uniform(0, math.pi)),
        gap=float(rng.normal(0.15, 0.25)),
        wobble=float(rng.uniform(0.01, 0.07)),
        tremor=float(rng.uniform(0.0, 0.05)),
        aim=float(rng.uniform(0.1, 0.5)),
        pen=pen,
        dark=float(rng.uniform(least, most)),
        wide=float(rng.uniform(thin, thick)),
    )


def ring(rng: Random, own: Hand, x: float, y: float, side: float) -> Path:
    """A round stroke about a point, begun and ended where this hand does."""
    radius = side / 2 * own.size * math.exp(rng.normal(0, 0.07))
    turn = 2 * math.pi + own.gap + rng.normal(0, 0.15)
    turn = max(turn, 1.86 * math.pi)
    angle = np.linspace(0, turn, 90) + rng.uniform(0, 2 * math.pi)
    out = radius * (1 + np.linspace(0, rng.normal(0, 0.08), 90))
    for wave in (2, 3, 4):
        out = out * (1 + own.wobble * rng.normal(0, 1) * np.cos(wave * angle + rng.uniform(0, 6)))
    across, down = out * np.cos(angle) * own.aspect**0.5, out * np.sin(angle) / own.aspect**0.5
    shake = cv2.GaussianBlur(rng.normal(0, 1, (90, 2)).astype(np.float32), (1, 9), 2) * own.tremor * 2
    cos, sin = math.cos(own.slant), math.sin(own.slant)
    at_x, at_y = x + rng.normal(0, own.aim), y + rng.normal(0, own.aim)
    return np.stack([at_x + across * cos - down * sin, at_y + across * sin + down * cos], axis=1) + shake


def _line(rng: Random, *points: Any, shake: float = 0.12) -> Path:
    """A stroke through these points, not quite straight."""
    corners = np.array(points, float)
    steps = np.linspace(0, len(corners) - 1, 30 * (len(corners) - 1) + 1)
    path = np.stack([np.interp(steps, np.arange(len(corners)), corners[:, axis]) for axis in (0, 1)], axis=1)
    return path + cv2.GaussianBlur(rng.normal(0, 1, path.shape).astype(np.float32), (1, 21), 5) * shake * 4


def cross(rng: Random, own: Hand, x: float, y: float, side: float) -> list[Path]:
    r = side * rng.uniform(0.22, 0.45)
    return [_line(rng, (x - r, y - r), (x + r, y + r)), _line(rng, (x + r, y - r), (x - r, y + r))]


def tick(rng: Random, own: Hand, x: float, y: float, side: float) -> list[Path]:
    r = side * rng.uniform(0.25, 0.5)
    return [_line(rng, (x - r, y), (x - r / 3, y + r * 0.8), (x + r, y - r))]


def filled(rng: Random, own: Hand, x: float, y: float, side: float) -> list[Path]:
    r, lines = side * rng.uniform(0.25, 0.42), int(rng.integers(8, 16))
    zigzag = [(x + (r if k % 2 else -r), y - r + 2 * r * k / lines) for k in range(lines)]
    return [ring(rng, own, x, y, side), _line(rng, *zigzag)]


def corrected(rng: Random, own: Hand, x: float, y: float, side: float) -> list[Path]:
    """A ring that is taken back: by a cross, by lines through it."""
    r = side * rng.uniform(0.35, 0.6)
    how = rng.integers(3)
    if how == 0:
        return [ring(rng, own, x, y, side), *cross(rng, own, x, y, side * 1.2)]
    if how == 1:
        return [
            ring(rng, own, x, y, side),
            _line(rng, (x - r, y + rng.normal(0, 0.6)), (x + r, y + rng.normal(0, 0.6))),
        ]
    return [ring(rng, own, x, y, side), _line(rng, (x - r, y + r * 0.8), (x + r, y - r * 0.8))]


def beside(rng: Random, own: Hand, x: float, y: float, side: float) -> list[Path]:
    away = rng.choice([-1, 1]) * side * rng.uniform(0.75, 1.1)
    return [ring(rng, own, x + away, y + rng.normal(0, 0.5), side)]


def between(rng: Random, own: Hand, x: float, y: float, side: float) -> list[Path]:
    return [ring(rng, own, x, y + rng.choice([-1, 1]) * side * rng.uniform(0.6, 0.8), side)]


OTHERS: dict[str, Callable[..., list[Path]]] = {
    "cross": cross, "tick": tick, "filled": filled, "corrected": corrected, "beside": beside, "between": between,
}  # fmt: skip


def struck(rng: Random, slot: Any) -> list[Path]:
    """A name struck out: a line or two through it, or a scribble over a part of it."""
    y, begin = slot["y"] + slot["h"] / 2, slot["x"] + 2.5
    end = begin + min(slot["w"] - 5, rng.uniform(14, 45))
    how = rng.integers(3)
    if how == 0:
        return [_line(rng, (begin - 1, y + rng.normal(0, 0.7)), (end, y + rng.normal(0, 0.7)))]
    if how == 1:
        return [_line(rng, (begin, y + k), (end, y + k + rng.normal(0, 0.5))) for k in (-0.7, 0.8)]
    end = begin + min(slot["w"] - 5, rng.uniform(8, 18))
    return [_line(rng, *[(begin + (end - begin) * k / 11, y + (2 if k % 2 else -2)) for k in range(12)])]


def written(rng: Random, x: float, y: float, letters: int | None = None) -> list[Path]:
    """A few characters by hand: short strokes in squares beside each other."""
    size, strokes = rng.uniform(3, 7), []
    for place in range(letters or int(rng.integers(1, 6))):
        left = x + place * size * 1.1
        for _each in range(int(rng.integers(2, 6))):
            corners = rng.uniform(0, size, (int(rng.integers(2, 4)), 2)) + np.array([left, y])
            strokes.append(_line(rng, *corners))
    return strokes


class Paper:
    """A printed sheet that is being marked."""

    def __init__(self, rng: Random, layout: Layout, printed: Picture, own: Hand) -> None:
        self.rng, self.layout, self.own = rng, layout, own
        toner, bleed = rng.uniform(0.84, 0.97), rng.uniform(0.25, 0.6)
        soft = cv2.GaussianBlur(printed, (0, 0), bleed).astype(np.float32) / 255
        self.light: Picture = 1 - toner * (1 - soft)

    def draw(self, paths: Sequence[Path], own: Hand | None = None) -> None:
        own = own or self.own
        grain = PENS[own.pen][2]
        for path in paths:
            margin = 4 + own.wide
            low = np.maximum(np.floor((path.min(axis=0) - margin) * FINE).astype(int), 0)
            high = np.ceil((path.max(axis=0) + margin) * FINE).astype(int)
            cut = self.light[low[1] : high[1], low[0] : high[0]]
            if not cut.size:
                continue
            mask = np.zeros(cut.shape, np.uint8)
            dots = np.round((path * FINE - low) * 16).astype(np.int32)
            press = 1 + 0.25 * np.sin(
                np.linspace(0, self.rng.uniform(2, 9), len(dots)) + self.rng.uniform(0, 6)
            )
            for place in range(0, len(dots) - 1, 3):
                wide = max(1, round(own.wide * FINE * press[place] * 0.9))
                cv2.polylines(
                    mask,
                    [dots[place : place + 4]],
                    isClosed=False,
                    color=255,
                    thickness=wide,
                    lineType=cv2.LINE_AA,
                    shift=4,
                )
            cover = cv2.GaussianBlur(mask.astype(np.float32) / 255, (0, 0), 0.7)
            texture = 1.0
            if grain:
                rough = cv2.GaussianBlur(self.rng.normal(0, 1, cut.shape).astype(np.float32), (0, 0), 1.3) * 3
                texture = np.clip(1 - grain * (0.6 + rough), 0.1, 1)
            cut *= 1 - own.dark * cover * texture

    def mark(self, box: Any, how: str) -> None:
        x, y, side = box["x"] + box["w"] / 2, box["y"] + box["h"] / 2, box["w"]
        if how == "ring":
            self.draw([ring(self.rng, self.own, x, y, side)])
        else:
            self.draw(OTHERS[how](self.rng, self.own, x, y, side))


def damage(rng: Random, light: Picture, how: str) -> Picture:
    """The paper after folding, soaking, tearing or crumpling, or a dirty glass above it."""
    height, width = light.shape
    rows, columns = np.indices((height, width), np.float32)
    if how == "fold":
        y = height * rng.uniform(0.3, 0.7) + (columns - width / 2) * math.tan(rng.normal(0, 0.01))
        away = (rows - y) / FINE
        shade = (
            1
            - rng.uniform(0.05, 0.25) * np.exp(-((away / 0.4) ** 2))
            + rng.uniform(-0.06, 0.04) * np.exp(-(((away - 3) / 5) ** 2))
        )
        moved = rng.uniform(-0.5, 0.5) * FINE * np.exp(-np.abs(away) / 6)
        return (
            cv2.remap(light, columns, rows + moved, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE) * shade
        )
    if how == "streak":
        x, wide = rng.integers(30, width - 30), int(rng.integers(1, 6))
        light[:, x : x + wide] *= rng.uniform(0.3, 0.85)
        return light
    if how == "stain":
        x, y, r = rng.uniform(0, width), rng.uniform(0, height), rng.uniform(5, 30) * FINE
        away = np.hypot(columns - x, rows - y) / r
        return light * (
            1
            - rng.uniform(0.05, 0.3)
            * (1 / (1 + np.exp(np.clip((away - 1) * 12, -50, 50))))
            * (0.5 + 0.5 * np.clip(away, 0, 1) ** 4)
        )
    if how == "holes":
        for y in (height / 2 - 40 * FINE, height / 2 + 40 * FINE):
            cv2.circle(
                light, (int(12 * FINE), int(y)), int(3 * FINE), float(rng.uniform(0.05, 0.9)), -1, cv2.LINE_AA
            )
        return light
    if how == "tear":
        size = rng.uniform(10, 45) * FINE
        corner = rng.integers(4)
        points = np.array([(0, 0), (size, 0), (size * 0.6, size * 0.5), (0, size * rng.uniform(0.5, 1.2))])
        points[:, 0] = width - points[:, 0] if corner % 2 else points[:, 0]
        points[:, 1] = height - points[:, 1] if corner > 1 else points[:, 1]
        cv2.fillPoly(light, [points.astype(np.int32)], float(rng.choice([0.05, 0.95])))
        return light
    bend = [
        cv2.resize(
            rng.normal(0, 1, (9, 7)).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC
        )
        for _k in range(3)
    ]
    moved = cv2.remap(
        light,
        columns + bend[0] * 0.25 * FINE,
        rows + bend[1] * 0.25 * FINE,
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return moved * (1 + 0.06 * np.clip(cv2.Scharr(bend[2], cv2.CV_32F, 1, 0) * 8, -1, 1))


DAMAGES = ("fold", "streak", "stain", "holes", "tear", "crumple")


def reprinted(rng: Random, light: Picture, scale: float, shift: float = 2.0) -> Picture:
    """The page as a printer puts it on paper: smaller or larger, a little beside its place."""
    height, width = light.shape
    x, y = rng.uniform(-shift, shift, 2) * FINE
    matrix = np.array([[scale, 0, width * (1 - scale) / 2 + x], [0, scale, height * (1 - scale) / 2 + y]])
    return cv2.warpAffine(light, matrix, (width, height), flags=cv2.INTER_AREA, borderValue=1.0)


def scanned(
    rng: Random,
    light: Picture,
    *,
    dpi: int | None = None,
    quality: int | None = None,
    turn: float | None = None,
    black: bool = False,
) -> tuple[Picture, int]:
    """What an office scanner with a feeder makes of it, in grey."""
    height, width = light.shape
    dpi = dpi or int(rng.choice([150, 200, 200, 200, 300]))
    angle = rng.normal(0, 0.8) if turn is None else turn
    ease, wave = rng.normal(0, 0.003), rng.uniform(0, 0.5) * FINE
    zoom = dpi / 300
    out_w, out_h = round(width * zoom), round(height * zoom)
    matrix: Any = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    matrix[:, 2] += rng.uniform(-1.5, 1.5, 2) * FINE
    back = cv2.invertAffineTransform(matrix)
    columns, rows = np.meshgrid(
        (np.arange(out_w, dtype=np.float32) + 0.5) / zoom - 0.5,
        (np.arange(out_h, dtype=np.float32) + 0.5) / zoom - 0.5,
    )
    rows = (
        rows
        + ease * (rows - height / 2)
        + wave * np.sin(rows / height * rng.uniform(2, 9) + rng.uniform(0, 6))
    )
    map_x = back[0, 0] * columns + back[0, 1] * rows + back[0, 2]
    map_y = back[1, 0] * columns + back[1, 1] * rows + back[1, 2]
    soft = cv2.GaussianBlur(
        light.astype(np.float32), (0, 0), max(0.35 / zoom, rng.uniform(0.05, 0.16) * FINE)
    )
    beyond = float(rng.choice([0.97, 0.97, 0.1]))
    grey = cv2.remap(
        soft, map_x.astype(np.float32), map_y.astype(np.float32), cv2.INTER_LINEAR, borderValue=beyond
    )
    white, ink = rng.uniform(224, 250), rng.uniform(12, 45)
    lamp = 1 + rng.normal(0, 0.012) * np.linspace(-1, 1, out_w, dtype=np.float32)[None]
    grey = (
        ink
        + (white - ink) * grey ** rng.uniform(0.9, 1.15) * lamp
        + rng.normal(0, rng.uniform(0.8, 3.5), grey.shape)
    )
    picture = np.clip(grey, 0, 255).astype(np.uint8)
    if black:
        return np.where(picture > rng.uniform(110, 170), 255, 0).astype(np.uint8), dpi
    return jpeg(picture, quality or int(rng.integers(60, 93))), dpi


def jpeg(picture: Picture, quality: int) -> Picture:
    _done, packed = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    again: Any = cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE)
    return again


def photographed(rng: Random, light: Picture) -> Picture:
    """What a phone held above a table makes of it."""
    height, width = light.shape
    out_w, out_h = 2250, 3000
    table = cv2.resize(
        rng.uniform(0.25, 0.55, (30, 22)).astype(np.float32), (out_w, out_h), interpolation=cv2.INTER_CUBIC
    )
    room = rng.uniform(0.06, 0.12)
    want = np.array([(room, room), (1 - room, room), (1 - room, 1 - room), (room, 1 - room)]) + rng.normal(
        0, 0.02, (4, 2)
    )
    matrix = cv2.getPerspectiveTransform(
        np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32),
        (want * (out_w, out_h)).astype(np.float32),
    )
    soft = cv2.GaussianBlur(light.astype(np.float32), (0, 0), rng.uniform(0.5, 1.6))
    seen = cv2.warpPerspective(soft, matrix, (out_w, out_h), flags=cv2.INTER_LINEAR, borderValue=-1.0)
    seen = np.where(seen < 0, table, seen)
    x, y = np.meshgrid(
        np.linspace(-1, 1, out_w, dtype=np.float32), np.linspace(-1, 1, out_h, dtype=np.float32)
    )
    angle = rng.uniform(0, 6.3)
    side = x * math.cos(angle) + y * math.sin(angle)
    shade = (
        1
        + rng.uniform(0, 0.25) * side
        - rng.uniform(0, 0.35) / (1 + np.exp((side - rng.uniform(-0.5, 0.5)) * rng.uniform(4, 30)))
    )
    grey = 20 + 200 * seen * shade + rng.normal(0, rng.uniform(1.5, 5), seen.shape)
    return jpeg(np.clip(grey, 0, 255).astype(np.uint8), int(rng.integers(70, 93)))


def printed_page(layout: Layout) -> Picture:
    """The sheet as its layout's print has it, at 300 dots an inch."""
    raw = np.frombuffer(base64.b64decode(layout.body["blank"]), np.uint8)
    small: Any = cv2.imdecode(raw, cv2.IMREAD_GRAYSCALE)
    return cv2.resize(small, (2480, 3508), interpolation=cv2.INTER_CUBIC)


def marked(
    rng: Random,
    layout: Layout,
    printed: Picture,
    *,
    share: float = 0.5,
    others: Sequence[str] = (),
    pen: str | None = None,
) -> tuple[Paper, dict[tuple[int, str], str]]:
    """A sheet that one person marked: rings in some rows, one a row, and of ``others`` one somewhere."""
    paper = Paper(rng, layout, printed, hand(rng, pen))
    truth = {(each["number"], each["column"]): "empty" for each in layout.boxes}
    rows: dict[int, list[Any]] = {}
    for box in layout.boxes:
        rows.setdefault(box["number"], []).append(box)
    for number, boxes in rows.items():
        if rng.random() < share:
            box = boxes[int(rng.integers(len(boxes)))]
            how = str(rng.choice(list(others))) if others and rng.random() < 0.3 else "ring"
            paper.mark(box, how)
            truth[number, box["column"]] = "ring" if how == "ring" else "other"
            if how in {"beside", "between"}:
                # It may lie in a neighbour's box, or touch one.
                truth = {
                    key: "near" if key[0] in {number - 1, number, number + 1} and each != "ring" else each
                    for key, each in truth.items()
                }
    return paper, truth


def make(
    rng: Random, kind: str, layout: Layout, printed: Picture, *, foreign: Picture | None = None
) -> Sheet:
    """One sheet of a kind, by name."""
    if kind in NONE_OF_THE_ROUND:
        paper, _truth = marked(rng, layout, printed)
        return Sheet(_none_of_the_round(rng, kind, paper, foreign), kind, refusal=True)
    pen = kind if kind in PENS else None
    others = list(OTHERS) if kind == "any mark" else [kind] if kind in OTHERS else []
    share = rng.uniform(0.2, 0.95) if kind == "plain" else 0.7 if others else 0.5
    paper, truth = marked(rng, layout, printed, share=share, others=others, pen=pen)
    is_foul = _fouled(rng, kind, paper) or "near" in truth.values()
    _worn(rng, kind, paper)
    picture, dpi = _taken(rng, kind, paper.light)
    return Sheet(picture, kind, truth, is_foul=is_foul, refusal=kind == "black and white", dpi=dpi)


def _fouled(rng: Random, kind: str, paper: Paper) -> bool:
    """Strike or write something on the sheet, with another pen perhaps; tell whether the kind says so."""
    slots = [each for each in paper.layout.body["slots"] if each["kind"] == "name"]
    other = hand(rng)
    if kind == "strike":
        for place in rng.choice(len(slots), int(rng.integers(1, 3)), replace=False):
            paper.draw(struck(rng, slots[place]), other)
    elif kind == "name beside":
        slot = slots[int(rng.integers(len(slots)))]
        x = slot["x"] + rng.uniform(0.3, 0.6) * slot["w"]
        paper.draw(written(rng, x, slot["y"] + slot["h"] / 2 - 3), other)
    elif kind == "writing":
        above = rng.random() < 0.4
        x, y = (
            (rng.uniform(20, 150), rng.uniform(24, 40))
            if above
            else (rng.uniform(75, 150), rng.uniform(238, 252))
        )
        paper.draw(written(rng, x, y), other)
    return kind in {"strike", "name beside", "writing"}


def _worn(rng: Random, kind: str, paper: Paper) -> None:
    """What was done to the paper before it was scanned."""
    scales = {"96 %": 0.96, "104 %": 1.04, "letter": 0.94, "browser": rng.uniform(0.86, 0.93)}
    if kind in DAMAGES:
        paper.light = damage(rng, paper.light, kind)
    elif kind in scales:
        paper.light = reprinted(rng, paper.light, scales[kind])
    elif kind == "grey paper":
        paper.light *= rng.uniform(0.75, 0.9)
    elif kind == "blurred":
        paper.light = cv2.GaussianBlur(paper.light, (0, 0), rng.uniform(0.15, 0.6) * FINE)


def _taken(rng: Random, kind: str, light: Picture) -> tuple[Picture, int]:
    if kind == "phone":
        return photographed(rng, light), 250
    turn = {"skew": rng.uniform(2, 6) * rng.choice([-1, 1]), "upside down": 180 + rng.normal(0, 1)}.get(kind)
    picture, dpi = scanned(
        rng, light, turn=turn, quality=35 if kind == "noisy" else None, black=kind == "black and white"
    )
    if kind == "noisy":
        rough = picture + rng.normal(0, rng.uniform(5, 16), picture.shape)
        picture = np.clip(rough, 0, 255).astype(np.uint8)
    return picture, dpi


def _none_of_the_round(rng: Random, kind: str, paper: Paper, foreign: Picture | None) -> Picture:
    if kind == "blank":
        paper.light[:] = 0.97
    elif kind == "back":
        paper.light = 0.97 - 0.05 * (1 - cv2.GaussianBlur(paper.light[:, ::-1], (0, 0), 8))
    elif kind == "half":
        height = paper.light.shape[0]
        paper.light[int(height * rng.uniform(0.35, 0.6)) :] = 0.97
    elif kind == "foreign":
        assert foreign is not None
        return scanned(rng, Paper(rng, paper.layout, foreign, paper.own).light)[0]
    elif kind == "two":
        one = scanned(rng, paper.light, dpi=150)[0]
        other = scanned(rng, paper.light, dpi=150)[0]
        return np.concatenate([one, other], axis=1)
    elif kind == "page of text":
        paper.light[:] = 0.97
        for y in range(30, 270, 24):
            paper.draw(written(rng, 25, y, 12))
    return scanned(rng, paper.light)[0]


NONE_OF_THE_ROUND = ("blank", "back", "half", "foreign", "two", "page of text")
#: Every kind, with how many of a hundred sheets are of it.
MIX: dict[str, int] = {
    "plain": 30, "pencil": 4, "ballpoint": 3, "gel": 3, "red": 2, "felt": 2, "any mark": 8,
    **dict.fromkeys(OTHERS, 1), "strike": 6, "writing": 4, "name beside": 2, **dict.fromkeys(DAMAGES, 1),
    "96 %": 2, "104 %": 2, "letter": 1, "browser": 1, "skew": 1, "upside down": 1, "noisy": 1, "grey paper": 1,
    "blurred": 2, "phone": 4, "black and white": 2, **dict.fromkeys(NONE_OF_THE_ROUND, 1),
}  # fmt: skip
