"""Public pages are kept for two seconds: a flood of strangers costs the server one page every two seconds.

Two seconds are simpler and safer than a stamp of the last change, which every cast would have to touch. A proxy or a
CDN before the server may keep them as long (``s-maxage``). Never kept is what depends on a person: whatever is asked
for with a session, sets a cookie, holds a form to be sent, or says itself that it is private.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_max_age, patch_cache_control, patch_vary_headers

#: One page, and all of them together, in bytes: strangers can ask for any number of addresses.
MOST_OF_ONE, MOST_OF_ALL = 256 * 1024, 32 * 1024 * 1024
#: What a page takes beside its body, its address and its headers.
_AROUND = 512
#: So many addresses are remembered of which no page is kept.
MOST_UNFIT = 1000
#: Whoever comes while a page is made anew has the old one so much longer.
GRACE = 1.0  # seconds
#: So long somebody waits for the first of a page that another is making.
PATIENCE = 2.0  # seconds
#: Their answers keep themselves, or belong to a person.
_NEVER = ("/api/", "/static/")
#: Nobody waits for another's: they are drawn in turns, which hold few threads (``voting.text.turns``).
_DRAWN = (".pdf", ".png")
#: Whoever sends one of these wants an answer of their own.
_OWN = ("Authorization", "Range", "If-None-Match", "If-Modified-Since", "If-Match", "If-Unmodified-Since")
#: What a form holds that is for one browser; the switch of the look stands on every page and has none.
_FORM = b"csrfmiddlewaretoken"
OK = 200

_Key = tuple[str, str, str, str, bool]


@dataclass
class _Kept:
    """A page as it was made; ``until`` moves on while somebody makes it anew."""

    until: float
    headers: list[tuple[str, str]]
    body: bytes
    #: What it takes of the memory, its address too, which may be longer than the page.
    size: int


class KeptPages:
    """Middleware: answer for a public page from the one made last, up to ``KEPT_SECONDS`` ago; 0 keeps none."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.lock = threading.Lock()
        self.pages: OrderedDict[_Key, _Kept] = OrderedDict()
        self.making: dict[_Key, threading.Event] = {}
        self.unfit: OrderedDict[_Key, None] = OrderedDict()
        self.size = 0

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        key = self._key(request)
        if key is None:
            return _for_one(request, self.get_response(request))
        if (kept := self._find(key) or self._awaited(key)) is not None:
            return HttpResponse(kept.body, headers=dict(kept.headers))
        try:
            answer = self.get_response(request)
            if _may_be_kept(answer):
                _for_all(answer)
                self._keep(key, cast("HttpResponse", answer))
            else:
                self._pass_on(key)
            return answer
        finally:
            with self.lock:
                made = self.making.pop(key, None)
            if made is not None:
                made.set()

    def _awaited(self, key: _Key) -> _Kept | None:
        """Return the page once whoever makes it has it; None to the first who asks, who makes it now."""
        with self.lock:
            made = self.making.get(key)
            if key in self.unfit or key[2].endswith(_DRAWN):
                return None
            if made is None:
                self.making[key] = threading.Event()
                return None
        return self._find(key) if made.wait(PATIENCE) else None

    def _pass_on(self, key: _Key) -> None:
        """Remember that this page is none to be kept: nobody waits for it, the sign-in above all."""
        with self.lock:
            self.unfit[key] = None
            if len(self.unfit) > MOST_UNFIT:
                self.unfit.popitem(last=False)

    def _key(self, request: HttpRequest) -> _Key | None:
        """Return what a page depends on; None where it may not be kept."""
        if not settings.KEPT_SECONDS or request.method != "GET" or _is_known(request):
            return None
        if request.path_info.startswith(_NEVER) or any(name in request.headers for name in _OWN):
            return None
        try:
            return (
                request.scheme or "",
                request.get_host(),
                request.path,
                request.META.get("QUERY_STRING", ""),
                getattr(request, "elder", False),
            )
        except DisallowedHost:
            return None

    def _find(self, key: _Key) -> _Kept | None:
        now = time.monotonic()
        with self.lock:
            kept = self.pages.get(key)
            if kept is None:
                return None
            if now >= kept.until:
                if now >= kept.until + GRACE:
                    return None
                kept.until = now + GRACE  # This one makes it anew, whoever comes meanwhile has the old one.
                return None
            return kept

    def _keep(self, key: _Key, answer: HttpResponse) -> None:
        headers = [*answer.items()]
        around = _AROUND + sum(map(len, key[:4])) + sum(len(name) + len(value) for name, value in headers)
        size = len(answer.content) + around
        kept = _Kept(time.monotonic() + settings.KEPT_SECONDS, headers, answer.content, size)
        with self.lock:
            if (old := self.pages.pop(key, None)) is not None:
                self.size -= old.size
            self.pages[key] = kept
            self.unfit.pop(key, None)
            self.size += kept.size
            while self.size > MOST_OF_ALL:
                _key, oldest = self.pages.popitem(last=False)
                self.size -= oldest.size


def _is_known(request: HttpRequest) -> bool:
    return settings.SESSION_COOKIE_NAME in request.COOKIES


def _may_be_kept(answer: HttpResponseBase) -> bool:
    if answer.status_code != OK or answer.streaming or answer.cookies or not isinstance(answer, HttpResponse):
        return False
    control = answer.get("Cache-Control", "")
    if "private" in control or "no-store" in control or "no-cache" in control:
        return False
    return len(answer.content) <= MOST_OF_ONE and _FORM not in answer.content


def _for_all(answer: HttpResponseBase) -> None:
    """Tell proxies that they may keep the page as long as we do, and browsers what the page itself said."""
    age = get_max_age(answer)
    patch_cache_control(answer, public=True, max_age=age or 0, s_maxage=int(settings.KEPT_SECONDS))
    patch_vary_headers(answer, ["Cookie"])


def _for_one(request: HttpRequest, answer: HttpResponseBase) -> HttpResponseBase:
    """Keep proxies from keeping a page that was made for somebody who is signed in."""
    if _is_known(request) and answer.get("Content-Type", "").startswith("text/html"):
        if "private" not in answer.get("Cache-Control", ""):
            patch_cache_control(answer, private=True)
        patch_vary_headers(answer, ["Cookie"])
    return answer
