"""What a picture of a sheet says, with reasons. Pure: the standard library."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

Status = Literal["ok", "refused"]
BoxState = Literal["marked", "empty", "doubtful"]

#: Why a page is no ballot of the round that can be read, from the plainest to the finest.
WHYS = (
    "blank", "back", "markers", "half", "foreign_layout", "corner_twice", "several_sheets", "scale", "black_white",
    "clipped", "noisy", "blurred", "residual", "jbig2", "layered",
)  # fmt: skip
#: Why a person reads the whole sheet: a box that is neither plainly ringed nor plainly empty, two marks that no mark
#: of the round says, ink that is neither print nor a ring (``writing``; through a name: ``strike``), a damaged edge,
#: a layout that came without its print.
DOUBTS = ("box", "double", "strike", "writing", "edge", "faint", "print")


class BoxReading(NamedTuple):
    """One box; ``number`` and ``column`` are those of the layout."""

    number: int
    column: str
    reading: BoxState


@dataclass(frozen=True)
class PageReading:
    """One page of a file.

    ``why`` is one of WHYS where it is refused and empty otherwise, ``doubts`` are of DOUBTS. ``marks`` has a mark for
    each project in ballot order, as ``count.choices`` takes them; it is None where the page is refused or in doubt.
    ``layout`` is the digest of the layout by which it was read. ``ink`` tells the same sheet scanned twice.
    """

    page: int
    status: Status
    why: str = ""
    doubts: tuple[str, ...] = ()
    boxes: tuple[BoxReading, ...] = ()
    marks: tuple[int, ...] | None = None
    layout: str = ""
    ink: bytes = field(default=b"", repr=False)

    @property
    def doubt(self) -> bool:
        """Whether a person reads the sheet: doubt belongs to the whole of it."""
        return self.status == "ok" and bool(self.doubts)

    def to_dict(self) -> dict[str, Any]:
        """Return all but the fingerprint as plain values."""
        return {
            "page": self.page,
            "status": self.status,
            "why": self.why,
            "doubt": self.doubt,
            "doubts": list(self.doubts),
            "boxes": [each._asdict() for each in self.boxes],
            "marks": None if self.marks is None else list(self.marks),
            "layout": self.layout,
        }


def page_reading(plain: Mapping[str, Any], ink: bytes) -> PageReading:
    """Return the reading that ``to_dict`` wrote."""
    return PageReading(
        page=plain["page"],
        status=plain["status"],
        why=plain["why"],
        doubts=tuple(plain["doubts"]),
        boxes=tuple(BoxReading(**each) for each in plain["boxes"]),
        marks=None if plain["marks"] is None else tuple(plain["marks"]),
        layout=plain["layout"],
        ink=ink,
    )
