"""Pages as frames: rendered once by their templates, cut at marks, and joined for each reader with what is theirs.

A frame belongs to its key, and a key names what is shown to everybody alike: a page, a round, a language, a look. It
never names a choice, and no frame is made because of one: what a process keeps tells nothing of what anybody marked
(TRUST.md S4).
"""

from __future__ import annotations

import re
import secrets
import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import cached_property, wraps
from typing import Any, Generic, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.urls import get_script_prefix
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language

#: So long a frame is good: names are corrected while people vote, and then every page says so soon.
FRESH = 15.0  # seconds
#: What is so much older is shown to nobody: an address that nobody asked for in hours is waited for.
OLDEST = 30.0  # seconds
#: So many frames of one sort are kept by a process, of some 25 KB each.
MOST = 512
#: What nobody can write into a text of a page.
_SECRET = secrets.token_hex(8)
_CUT = re.compile(rf"{_SECRET}-(\w+)-")

_NOT_KEPT = "max-age=0, no-cache, no-store, must-revalidate, private"

Made = TypeVar("Made")


def mark(name: str) -> str:
    """Return what stands in a frame for what ``name`` is in each page: letters that no filter of ours changes."""
    return f"{_SECRET}-{name}-"


@dataclass(frozen=True)
class Frame:
    """A rendered page between its marks: texts and names, a text first and last."""

    parts: list[str] = field(repr=False)

    @classmethod
    def of(cls, text: str) -> Frame:
        """Cut a text at its marks."""
        return cls(_CUT.split(text))

    def joined(self, **texts: str) -> str:
        """Return the page with the text for each mark, as HTML. Raises KeyError where one is forgotten."""
        parts = self.parts.copy()
        parts[1::2] = [texts[name] for name in parts[1::2]]
        return "".join(parts)

    def as_sent(self, **texts: str) -> bytes:
        """Return the page likewise, as it is sent: only the texts for its marks are still to be encoded."""
        parts = self._encoded.copy()
        parts[1::2] = [texts[name].encode() for name in self.parts[1::2]]
        return b"".join(parts)

    @cached_property
    def _encoded(self) -> list[bytes]:
        return [part.encode() for part in self.parts]


def render_frame(
    template: str, context: dict[str, Any], request: HttpRequest, *, with_host: bool = False
) -> str:
    """Return a page with its marks, as everybody who asks for this address in this language and look sees it.

    With the host the page may name its whole address; its key names the host then (``host_key``).
    """
    anybody: Any = _anybody(request)
    if with_host:
        anybody.META["HTTP_HOST"] = request.get_host()
        anybody._get_scheme = lambda: request.scheme  # noqa: SLF001 Django's own
    return render_to_string(template, {"csrf_token": mark("csrf"), **context}, request=anybody)


def host_key(request: HttpRequest) -> tuple[Hashable, ...]:
    """Return what of a request a frame goes by that names its whole address. Raises DisallowedHost."""
    return *address_key(request), request.scheme, request.get_host()


def address_key(request: HttpRequest) -> tuple[Hashable, ...]:
    """Return what of a request a frame goes by: language, address, and the look that the reader chose."""
    return get_language(), request.path, get_script_prefix(), getattr(request, "elder", False)


def _anybody(request: HttpRequest) -> HttpRequest:
    """Return a request for the same address by nobody in particular: no cookie, no form, no session."""
    anybody: Any = HttpRequest()
    anybody.method, anybody.path, anybody.path_info = "GET", request.path, request.path_info
    anybody.user, anybody.session = AnonymousUser(), {}
    anybody.congress = getattr(request, "congress", None)
    anybody.elder = getattr(request, "elder", False)
    anybody.resolver_match = request.resolver_match
    return anybody  # type: ignore[no-any-return]


class Kept(Generic[Made]):
    """What was made for a key, for as long as it is fresh; of those who ask at once, one makes it."""

    #: All of them, so that a test can forget what another had made.
    every: list[Kept[Any]] = []

    def __init__(self) -> None:
        self.made: dict[Hashable, tuple[float, Made]] = {}
        self._locks: dict[Hashable, threading.Lock] = {}
        self._room = threading.Lock()
        self.every.append(self)

    def get(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """Return what was made for the key; what is no longer fresh serves the others while one makes it anew."""
        held = self.made.get(key)
        age = time.monotonic() - held[0] if held is not None else OLDEST
        if held is not None and age <= FRESH:
            return held[1]
        lock = self._locks.setdefault(key, threading.Lock())
        if not lock.acquire(blocking=age >= OLDEST):
            return held[1]  # type: ignore[index]
        try:
            held = self.made.get(key)
            if held is None or time.monotonic() - held[0] > FRESH:
                held = time.monotonic(), make()
                self._take_in(key, held)
            return held[1]
        finally:
            lock.release()

    def _take_in(self, key: Hashable, held: tuple[float, Made]) -> None:
        """Keep what was made; what is new takes the place of the oldest where there is no room."""
        with self._room:
            while len(self.made) >= MOST and key not in self.made:
                oldest = next(iter(self.made))
                self.made.pop(oldest, None)
                self._locks.pop(oldest, None)
            self.made[key] = held


def not_to_be_kept(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let nobody keep what the view answers, as Django's ``never_cache`` does, which also writes the second."""

    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answer = view(request, *args, **kwargs)
        answer.headers.setdefault("Cache-Control", _NOT_KEPT)
        return answer

    return page


def vary_by_cookie(answer: HttpResponseBase) -> None:
    """Say that the answer depends on the cookie, where nobody said so before; ``patch_vary_headers`` for one name."""
    if "Cookie" not in answer.headers.get("Vary", ""):
        patch_vary_headers(answer, ["Cookie"])


def forget() -> None:
    """Make every frame anew."""
    for each in Kept.every:
        each.made.clear()
