"""A file to download: what it is and under which name every browser saves it; what is the staff's is kept nowhere."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath
from urllib.parse import quote

from django.http import HttpResponse, StreamingHttpResponse

#: What a file is, by the ending of its name.
TYPES = {
    ".csv": "text/csv; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".py": "text/x-python; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".zip": "application/zip",
}


def disposition(name: str, *, inline: bool = False) -> str:
    """Return the header that names a file."""
    way = "inline" if inline else "attachment"
    plain = name.encode("ascii", "replace").decode().replace("?", "_")
    # RFC 6266, section 4.3: the second name is for whoever understands it, the first for everybody else.
    return f"{way}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def staff_file(name: str, content: bytes | str) -> HttpResponse:
    """Return a file for the person who asked and for nobody else: neither a proxy nor the browser keeps a copy."""
    return HttpResponse(content, content_type=TYPES[PurePath(name).suffix], headers=_for_one_person(name))


def staff_stream(name: str, pieces: Iterable[bytes]) -> StreamingHttpResponse:
    """Return the same of a file that is made while it is sent."""
    kind = TYPES[PurePath(name).suffix]
    return StreamingHttpResponse(pieces, content_type=kind, headers=_for_one_person(name))


def _for_one_person(name: str) -> dict[str, str]:
    return {"Content-Disposition": disposition(name), "Cache-Control": "private, no-store"}
