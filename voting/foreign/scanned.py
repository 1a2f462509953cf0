"""The pages of a scanner's file, read in a child process (``voting.foreign.scan``)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from voting.foreign.apart import pieces_of
from voting.foreign.unfit import Unfit
from voting.scan.layout import Layout
from voting.scan.reading import PageReading, page_reading


@dataclass(frozen=True)
class ScannedPage:
    """One page of a file.

    ``picture`` is a grey JPEG: the sheet laid flat, or where it is refused the page as it came. ``same_as`` is the page
    of this file that shows the same sheet, ``seen_before`` the place of its fingerprint among the earlier ones.
    """

    reading: PageReading
    picture: bytes
    same_as: int | None
    seen_before: int | None


def pages_of(
    content: bytes,
    layout: Layout | Sequence[Layout],
    *,
    earlier: Sequence[bytes] = (),
    longest: float | None = None,
) -> Iterator[ScannedPage]:
    """Return what every page of the file says by the layout, or by that of several whose markers it has.

    ``earlier`` are the fingerprints (``PageReading.ink``) of sheets that were read before. A page comes as soon as it
    is read, for ``longest`` seconds if they are said. Raises Unfit, be it after the last page: ``busy``, ``much``,
    ``slow``, ``broken``, ``kind`` (no PDF, PNG, JPEG or TIFF), ``locked``, ``pages`` or ``pixels``. Until the end
    nobody keeps a page.
    """
    layouts = [layout] if isinstance(layout, Layout) else list(layout)
    asked = {"layouts": [each.text for each in layouts], "earlier": [len(each) for each in earlier]}
    head = json.dumps(asked).encode() + b"\n"
    return _pages(pieces_of("scan", head + b"".join(earlier) + content, longest=longest))


def _pages(pieces: Iterator[bytes]) -> Iterator[ScannedPage]:
    held = b""
    for piece in pieces:
        held += piece
        while (cut := _page(held)) is not None:
            page, held = cut
            yield page
    if held:
        raise Unfit("broken")


def _page(held: bytes) -> tuple[ScannedPage, bytes] | None:
    """Return the first page of an answer, and what comes behind it; None where it is not there whole yet."""
    line, end, rest = held.partition(b"\n")
    if not end:
        return None
    told = json.loads(line)
    behind = told["picture"] + told["ink"]
    if len(rest) < behind:
        return None
    picture, ink = rest[: told["picture"]], rest[told["picture"] : behind]
    page = ScannedPage(
        reading=page_reading(told["reading"], ink),
        picture=picture,
        same_as=told["same_as"],
        seen_before=told["seen_before"],
    )
    return page, rest[behind:]
