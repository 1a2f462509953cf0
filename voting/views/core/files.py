"""Files to download: one that is unchanged is not sent twice, and every browser saves it under the same name."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import PurePath

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control

from voting.printing.files import TYPES, disposition

#: For so long an answer may be kept before it is asked for again; its hash then tells whether anything changed.
FRESH = 60  # seconds

#: A file, or what makes it where somebody has not got it yet.
Content = bytes | Callable[[], bytes]


def download(
    request: HttpRequest,
    name: str,
    content: Content,
    *,
    kind: str = "",
    version: str = "",
    inline: bool = False,
    **cache: bool | int,
) -> HttpResponse:
    """Return a file under its name, whose ending says what it is unless ``kind`` does; otherwise as ``sent`` does."""
    kind = kind or TYPES[PurePath(name).suffix]
    answer = sent(request, content, kind=kind, version=version and f"{version} {name}", **cache)
    answer["Content-Disposition"] = disposition(name, inline=inline)
    return answer


def sent(
    request: HttpRequest, content: Content, *, kind: str, version: str = "", **cache: bool | int
) -> HttpResponse:
    """Return the content with its ETag; to whoever has it already only 304.

    ``version`` is the hash of what the content is made from: where it is given, what is unchanged is not made at
    all; otherwise the content itself is hashed. ``cache`` are the directives of Cache-Control, by default a minute
    for everybody.
    """
    if version:
        mark = f"{version} {getattr(request, 'LANGUAGE_CODE', '')}".encode()
    else:
        mark = content = _made(content)
    etag = f'"{hashlib.sha256(mark).hexdigest()[:32]}"'
    answer = HttpResponse(content_type=kind, headers={"ETag": etag})
    patch_cache_control(answer, **(cache or {"public": True, "max_age": FRESH}))
    checked = get_conditional_response(request, etag=etag, response=answer) or answer
    if checked is answer:
        answer.content = _made(content)
    return checked


def to_all(answer: HttpResponse) -> HttpResponse:
    """Let programs of other sites read the answer and its hash."""
    answer["Access-Control-Allow-Origin"] = "*"
    answer["Access-Control-Expose-Headers"] = "ETag"
    return answer


def _made(content: Content) -> bytes:
    return content if isinstance(content, bytes) else content()
