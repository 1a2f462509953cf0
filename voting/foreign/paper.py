"""Read a PDF and write its pages into a new one, without the author, the places and the history of the old one.

Runs in the child process alone.
"""

from __future__ import annotations

import io
from typing import IO

import pypdf
from pypdf.generic import DictionaryObject, IndirectObject, NameObject

from voting.foreign.unfit import Unfit

MOST_PAGES = 50
MOST_OBJECTS = 50_000
#: What makes a PDF do something, wherever it stands in the file.
_ACTIVE = frozenset({
    "/JS", "/JavaScript", "/Launch", "/EmbeddedFile", "/EmbeddedFiles", "/AA", "/XFA", "/RichMedia",
    "/SubmitForm", "/ImportData", "/GoToR", "/GoToE", "/Movie", "/Sound",
})  # fmt: skip


def read(content: bytes, answer: IO[bytes]) -> None:
    """Copy the pages. Raises Unfit ``locked``, ``pages``, ``active`` or ``broken``."""
    reader = pypdf.PdfReader(io.BytesIO(content), strict=False)
    if reader.is_encrypted:
        raise Unfit("locked")
    if len(reader.pages) > MOST_PAGES:
        raise Unfit("pages")
    require_passive(reader)
    writer = pypdf.PdfWriter()
    for page in reader.pages:
        writer.add_page(page)
    writer.metadata = None
    writer.write(answer)


def require_passive(reader: pypdf.PdfReader) -> None:
    """Walk every object once. Raises Unfit where something could act, or where there is no end of objects."""
    seen: set[tuple[int, int]] = set()
    waiting: list[object] = [reader.trailer]
    looked = 0
    while waiting:
        looked += 1
        if looked > MOST_OBJECTS:
            raise Unfit("much")
        here = waiting.pop()
        if isinstance(here, IndirectObject):
            key = (here.idnum, here.generation)
            if key not in seen:
                seen.add(key)
                waiting.append(here.get_object())
        elif isinstance(here, NameObject):
            # The kind of an action may stand anywhere, and the action only point to it.
            if here in _ACTIVE:
                raise Unfit("active")
        elif isinstance(here, DictionaryObject):
            if _ACTIVE & set(here):
                raise Unfit("active")
            waiting += [dict.__getitem__(here, key) for key in here]
        elif isinstance(here, list):
            waiting += [list.__getitem__(here, place) for place in range(len(here))]
