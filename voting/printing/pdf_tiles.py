"""Draw the 图解 as PDF: numbers in large type, and a tile for every project."""

from __future__ import annotations

from collections.abc import Sequence

from reportlab.graphics.shapes import Circle, Drawing, Line, Polygon, PolyLine, Rect, Shape
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Spacer, TableStyle
from reportlab.platypus import Table as Grid

from voting.printing.blocks import Figures, Tile, Tiles
from voting.printing.pdf_type import GREEN, HAIR, INK, RED, TIGHT, WASH, YELLOW, paragraph


def figures(block: Figures, width: float) -> Grid:
    """Return the numbers in a row, large, each above its label."""
    numbers = [paragraph(str(number), "figure") for _label, number in block.rows]
    labels = [paragraph(label, "cell") for label, _number in block.rows]
    frame = TableStyle([("BOX", (0, 0), (-1, -1), 0.5, HAIR), ("LINEAFTER", (0, 0), (-2, -1), 0.5, HAIR)])
    return Grid([numbers, labels], colWidths=[width / len(labels)] * len(labels), style=frame)


def tiles(block: Tiles, width: float) -> Grid:
    """Return the projects two by two."""
    gap = 6 * mm
    one = (width - gap) / 2
    drawn = [_tile(tile, one) for tile in block.tiles]
    rows = [[*drawn[place : place + 2], []][:2] for place in range(0, len(drawn), 2)]
    pairs = [[left, "", right] for left, right in rows]
    style = TableStyle(
        [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("RIGHTPADDING", (0, 0), (-1, -1), 0),
            ("TOPPADDING", (0, 0), (-1, -1), 1 * mm),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5 * mm),
            ("LINEABOVE", (0, 0), (0, -1), 1, INK),
            ("LINEABOVE", (2, 0), (2, -1), 1, INK),
        ]
    )
    return Grid(pairs, colWidths=[one, gap, one], style=style)


def _tile(tile: Tile, width: float) -> list[Flowable]:
    """Return number and name, the lamp and the milestones with their words, a bar for every target."""
    state_words = [tile.word, tile.tag, tile.steps_word]
    state = [
        [_sign(tile.light), paragraph("   ".join(filter(None, state_words)), "cell"), _steps(tile.steps)]
    ]
    beside = 3 * mm * len(tile.steps)
    flow: list[Flowable] = [
        paragraph(f"{tile.number}  {tile.name}", "tile"),
        Grid(state, colWidths=[5 * mm, width - 5 * mm - beside, beside], style=TIGHT),
    ]
    for what, figure, part in tile.bars:
        words = [[paragraph(what, "cell"), paragraph(figure, "number")]]
        track = Drawing(width, 2.4 * mm)
        track.add(Rect(0, 0.6 * mm, width, 1.2 * mm, fillColor=WASH, strokeColor=None))
        track.add(Rect(0, 0, width * float(part) / 100, 2.4 * mm, fillColor=INK, strokeColor=None))
        flow += [Grid(words, colWidths=[width * 0.6, width * 0.4], style=TIGHT), track, Spacer(1, 1 * mm)]
    return [*flow, *(paragraph(note, "cell") for note in tile.notes)]


def _sign(light: str) -> Drawing:
    """Return the lamp: told apart by its shape, on paper without colours too."""
    side = 3 * mm
    low, high = side * 0.15, side * 0.85
    shapes: dict[str, Shape] = {
        "green": Circle(side / 2, side / 2, side * 0.4, fillColor=GREEN, strokeColor=None),
        "yellow": Polygon([low, low, high, low, side / 2, high], fillColor=YELLOW, strokeColor=INK),
        "red": Rect(low, low, high - low, high - low, fillColor=RED, strokeColor=None),
        "done": PolyLine([low, side / 2, side * 0.4, low, high, high], strokeColor=GREEN, strokeWidth=1.6),
        "none": Circle(side / 2, side / 2, side * 0.35, fillColor=None, strokeColor=INK),
    }
    drawing = Drawing(side, side)
    drawing.add(shapes[light])
    return drawing


def _steps(steps: Sequence[str]) -> Drawing:
    """Return a square for every milestone: full where it is reached, struck through where it is late."""
    drawing = Drawing(3 * mm * len(steps), 3 * mm)
    for place, step in enumerate(steps):
        left, side = 3 * mm * place, 2 * mm
        colour = RED if step == "late" else INK
        full = INK if step == "reached" else None
        drawing.add(Rect(left, 0.5 * mm, side, side, fillColor=full, strokeColor=colour, strokeWidth=0.7))
        if step == "late":
            drawing.add(
                Line(left, 0.5 * mm, left + side, 0.5 * mm + side, strokeColor=colour, strokeWidth=0.7)
            )
    return drawing
