"""The pages of a scanner's file, read in a child process (``voting.foreign.scan``)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO

from voting.foreign.apart import answer_of
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
    content: bytes, layout: Layout | Sequence[Layout], *, earlier: Sequence[bytes] = ()
) -> Iterator[ScannedPage]:
    """Return what every page of the file says by the layout, or by that of several whose markers it has.

    ``earlier`` are the fingerprints (``PageReading.ink``) of sheets that were read before. Raises Unfit at once:
    ``busy``, ``much``, ``broken``, ``kind`` (no PDF, PNG, JPEG or TIFF), ``locked``, ``pages`` or ``pixels``.
    """
    layouts = [layout] if isinstance(layout, Layout) else list(layout)
    asked = {"layouts": [each.text for each in layouts], "earlier": [len(each) for each in earlier]}
    head = json.dumps(asked).encode() + b"\n"
    return _pages(answer_of("scan", head + b"".join(earlier) + content))


def _pages(answer: IO[bytes]) -> Iterator[ScannedPage]:
    with answer:
        while line := answer.readline():
            told = json.loads(line)
            picture = answer.read(told["picture"])
            ink = answer.read(told["ink"])
            if len(ink) < told["ink"]:
                raise Unfit("broken")
            yield ScannedPage(
                reading=page_reading(told["reading"], ink),
                picture=picture,
                same_as=told["same_as"],
                seen_before=told["seen_before"],
            )
