"""The marks in a sheet's corners: a dictionary of 1 024 patterns of 6 × 6 cells, of which four carry 32 bits.

The first thousand are ArUco's DICT_6X6_1000, the others extend it; any two, however turned, differ in nine cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

#: Cells a side, without the black border.
SIDE = 6
CORNERS = ("top_left", "top_right", "bottom_right", "bottom_left")
_VALUES = 256  # of the part of the digest that one marker carries


@cache
def patterns() -> tuple[str, ...]:
    """Return the cells of every marker row by row, 1 for white."""
    words = Path(__file__).with_name("markers.txt").read_text(encoding="ascii").split()
    return tuple(f"{int(word, 16):0{SIDE * SIDE}b}" for word in words)


def ids_of(digest: str) -> tuple[int, ...]:
    """Return the four markers of the layout with that digest, in the order of CORNERS."""
    return tuple(
        corner * _VALUES + int(digest[2 * corner : 2 * corner + 2], 16) for corner in range(len(CORNERS))
    )


def corner_of(marker: int) -> int:
    """Return the corner that a marker stands in, on whatever layout."""
    return marker // _VALUES


def markers_agree(seen: Sequence[int], digest: str) -> bool:
    """Tell whether all these markers are of that layout."""
    return set(seen) <= set(ids_of(digest))
