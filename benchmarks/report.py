"""The one table, and the lines of progress before it."""

from __future__ import annotations

import sys
import time
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

HEAD = ("what", "ours", "the other", "ratio", "target", "met")
NUMBERS = {1, 2, 3}  # the columns that stand at the right


@dataclass(frozen=True)
class Row:
    """One line of the table. ``ratio`` is ours ÷ the other; ``met`` is None where there is no target."""

    what: str
    ours: str
    other: str = "–"
    ratio: float | None = None
    target: str = "–"
    met: bool | None = None

    def cells(self) -> tuple[str, ...]:
        met = "–" if self.met is None else "yes" if self.met else "NO"
        ratio = "–" if self.ratio is None else _shown(self.ratio)
        return self.what, self.ours, self.other, ratio, self.target, met


def at_least(what: str, ours: str, other: str, ratio: float, target: float) -> Row:
    """Return a row whose ratio should not be smaller than the target."""
    return Row(what, ours, other, ratio, f"≥ {target:g}", ratio >= target)


def at_most(what: str, ours: str, other: str, ratio: float, target: float) -> Row:
    """Return a row whose ratio should not be larger than the target."""
    return Row(what, ours, other, ratio, f"≤ {target:g}", ratio <= target)


def print_table(rows: Sequence[Row]) -> None:
    """Print the rows, every column as wide as its widest cell; numbers stand at the right."""
    lines = [HEAD, *(row.cells() for row in rows)]
    widths = [max(_width(line[column]) for line in lines) for column in range(len(HEAD))]
    for place, line in enumerate(lines):
        print("  ".join(_pad(cell, widths[n], right=n in NUMBERS) for n, cell in enumerate(line)).rstrip())
        if place == 0:
            print("  ".join("─" * width for width in widths))


def _shown(ratio: float) -> str:
    decimals = next(places for least, places in ((10, 0), (0.1, 2), (0, 3)) if ratio >= least)
    return f"{ratio:.{decimals}f}"


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _pad(text: str, width: int, *, right: bool) -> str:
    blanks = " " * (width - _width(text))
    return blanks + text if right else text + blanks


class Progress:
    """Says on standard error what is being done, and since when."""

    def __init__(self) -> None:
        self.begun = time.monotonic()

    @property
    def seconds(self) -> float:
        """How long this has been going on."""
        return time.monotonic() - self.begun

    def __call__(self, text: str) -> None:
        sys.stderr.write(f"[{self.seconds:4.0f} s] {text}\n")
        sys.stderr.flush()

    def tell(self, rows: Sequence[Row]) -> None:
        """Say what a part of the run found, so that it is known however the rest ends."""
        for row in rows:
            self("  ".join(row.cells()))
