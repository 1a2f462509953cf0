"""Public pages are kept for two seconds, and as long after that as nothing that they were made from is another.

Whoever comes after the two seconds gets the page that is there, where one statement finds the tables unchanged from
which it was made (``STATE_OF_PAGES``); else it is made anew. No page is shown that was not true two seconds ago, or
four where many are: a process makes one at a time and leaves four fifths of itself to the voters. What a cast writes is
not asked for so, and nothing is written for it: such a page is made anew every two seconds. A proxy or a CDN before
the server may keep pages as long (``s-maxage``). Never kept is what depends on a person: whatever is
asked for with a session, sets a cookie, holds a form to be sent, or says itself that it is private.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import unquote_plus

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.db import Error
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_max_age, patch_cache_control
from django.utils.module_loading import import_string

from accounts.frames import vary_by_cookie
from accounts.sessions import is_ours
from config.observing import PUBLIC, sort_of

#: One page, and all of them together, in bytes: strangers can ask for any number of addresses.
MOST_OF_ONE, MOST_OF_ALL = 256 * 1024, 32 * 1024 * 1024
#: What a page takes beside its body, its address and its headers.
_AROUND = 512
#: So many addresses are remembered of which no page is kept, and so many of which is known what parameters they read.
MOST_UNFIT, MOST_READ = 1000, 10_000
#: Whoever comes while a page is made anew has the old one so much longer.
GRACE = 1.0  # seconds
#: So much longer a page stays while others are made anew, which a process does one after the other, and no longer than
#: that: however often it cannot be made.
PUT_OFF = 2.0  # seconds
#: After making one it rests so many times as long as that took, and no longer than a second: voters come first.
REST, MOST_REST = 4, 1.0
#: A page that is put off is looked at again so soon.
SOON = 0.1  # seconds
#: So long somebody waits for the first of a page that another is making.
PATIENCE = 2.0  # seconds
#: Their answers keep themselves, or belong to a person.
_NEVER = ("/api/", "/static/")
#: Nobody waits for another's: they are drawn in turns, which hold few threads (``voting.text.turns``).
_DRAWN = (".pdf", ".png")
#: Whoever sends one of these wants an answer of their own.
OWN = ("Authorization", "Range", "If-None-Match", "If-Modified-Since", "If-Match", "If-Unmodified-Since")
#: What a form holds that is for one browser; the switch of the look stands on every page and has none.
_FORM = b"csrfmiddlewaretoken"
OK, FAULT = 200, 500

#: Scheme, host, path, the parameters that the page reads, the look.
Key = tuple[str, str, str, str, bool]
#: Where a request says which page it was answered with, for the entry of the server (``config.quick``).
ANSWERED_WITH = "piaojue.kept"


@dataclass
class KeptPage:
    """A page as it was made; ``until`` moves on while somebody makes it anew, or once it is known to be the same."""

    until: float
    headers: dict[str, str]
    body: bytes
    #: What it takes of the memory, its address too, which may be longer than the page.
    size: int
    #: What it was made from; None where it is made anew.
    state: Any = None
    #: Until when nothing need be asked for, whoever makes it anew meanwhile.
    due: float = 0.0
    #: All headers of its answer but the name of the request, once it was sent.
    sent: list[tuple[str, str]] | None = None


class KeptPages:
    """Middleware: answer for a public page from the one made last, up to ``KEPT_SECONDS`` ago; 0 keeps none."""

    #: That of the process, for the entry of the server.
    newest: KeptPages | None = None

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.lock = threading.Lock()
        self.pages: OrderedDict[Key, KeptPage] = OrderedDict()
        self.making: dict[Key, threading.Event] = {}
        self.unfit: OrderedDict[Key, None] = OrderedDict()
        self.reads: OrderedDict[tuple[str, str, str], frozenset[str]] = OrderedDict()
        self.states: Any = import_string(settings.STATE_OF_PAGES)()
        self.size = 0
        self.makers = Makers()
        KeptPages.newest = self

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        _forget_made_up_cookie(request)
        key = self._key(request)
        if key is None:
            return _for_one(request, self.get_response(request))
        try:
            kept = self._find(key) or self._awaited(key, request)
            if kept is None:
                return self._make(key, request)
            request.META[ANSWERED_WITH] = kept
            return HttpResponse(kept.body, headers=kept.headers)
        finally:
            self.makers.give_back()

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], _args: Any, _arguments: Mapping[str, Any]
    ) -> None:
        """Take off the address what the view doesn't read, where it declares what it does."""
        reads: frozenset[str] | None = getattr(view, "reads", None)
        query = request.META.get("QUERY_STRING", "")
        if reads is None or request.method not in {"GET", "HEAD"}:
            return
        request.reads = reads  # type: ignore[attr-defined]
        if query:
            request.META["QUERY_STRING"] = part_that_is_read(query, reads)
            vars(request).pop("GET", None)  # It is read from there when it is asked for.

    def fresh(self, key: Key) -> KeptPage | None:
        """Return the page of that key that nothing need be asked for."""
        kept = self.pages.get(key)
        return kept if kept is not None and time.monotonic() < kept.until else None

    def _make(self, key: Key, request: HttpRequest) -> HttpResponseBase:
        """Make the page; whoever waits for it may go on then."""
        try:
            return self._made(key, request)
        finally:
            with self.lock:
                made = self.making.pop(key, None)
            if made is not None:
                made.set()

    def _made(self, key: Key, request: HttpRequest) -> HttpResponseBase:
        before = self._reading()
        with self.states.seeing() as seen:
            answer = self.get_response(request)
        if not _may_be_kept(answer):
            self._pass_on(key, answer)
            return answer
        _for_all(answer)
        if (reads := getattr(request, "reads", None)) is not None:
            with self.lock:
                self.reads[key[:3]] = reads
                if len(self.reads) > MOST_READ:
                    self.reads.popitem(last=False)
            key = (*key[:3], part_that_is_read(key[3], reads), key[4])
        page = cast("HttpResponse", answer)
        request.META[ANSWERED_WITH] = self._keep(key, page, self.states.state_of(seen, before))
        return answer

    def _awaited(self, key: Key, request: HttpRequest) -> KeptPage | None:
        """Return the page once whoever makes it has it; None to the first who asks, who makes it now."""
        with self.lock:
            made = self.making.get(key)
            if key in self.unfit or key[2].endswith(_DRAWN):
                return None
            if made is None:
                self.making[key] = threading.Event()
                return None
        if not made.wait(PATIENCE):
            return None
        return self._find(self._key(request) or key)

    def _pass_on(self, key: Key, answer: HttpResponseBase) -> None:
        """Remember that this page is none to be kept: nobody waits for it, the sign-in above all.

        What was kept there is gone for everybody, where the answer is no fault of the server.
        """
        with self.lock:
            if answer.status_code < FAULT and (old := self.pages.pop(key, None)) is not None:
                self.size -= old.size
            self.unfit[key] = None
            if len(self.unfit) > MOST_UNFIT:
                self.unfit.popitem(last=False)

    def _key(self, request: HttpRequest) -> Key | None:
        """Return what a page depends on; None where it may not be kept."""
        if not settings.KEPT_SECONDS or request.method != "GET" or _is_known(request):
            return None
        if request.path_info.startswith(_NEVER) or any(name in request.headers for name in OWN):
            return None
        try:
            place = request.scheme or "", request.get_host(), request.path
        except DisallowedHost:
            return None
        query = request.META.get("QUERY_STRING", "")
        if query and (reads := self.reads.get(place)) is not None:
            query = part_that_is_read(query, reads)
        return *place, query, getattr(request, "elder", False)

    def _find(self, key: Key) -> KeptPage | None:
        now = time.monotonic()
        with self.lock:
            kept = self.pages.get(key)
            if kept is None or now < kept.until:
                return kept
            end = kept.due + PUT_OFF
            shows_old = now < min(kept.until + GRACE, end)
            if shows_old:
                # This one makes it anew, whoever comes meanwhile has the old one.
                kept.until = min(now + GRACE, end)
        if self._is_still_so(key, kept):
            return kept
        if not self.makers.take(now) and shows_old:
            kept.until = min(now + SOON, end)
            return kept
        return None

    def _is_still_so(self, key: Key, kept: KeptPage) -> bool:
        """Tell whether the page would be made the same, and keep it so much longer."""
        reading = self._reading() if kept.state else None
        if reading is None or not reading.holds(kept.state):
            return False
        with self.lock:
            kept.until = kept.due = reading.moment + settings.KEPT_SECONDS
            if self.pages.get(key) is kept:
                self.pages.move_to_end(key)
        return True

    def _reading(self) -> Any:
        """Return what pages are made from as it is now, or was since a kept page may be so old; None if unknown."""
        try:
            return self.states.reading(since=time.monotonic() - settings.KEPT_SECONDS)
        except Error:
            return None

    def _keep(self, key: Key, answer: HttpResponse, state: Any) -> KeptPage:
        headers = dict(answer.items())
        around = (
            _AROUND + sum(map(len, key[:4])) + sum(len(name) + len(value) for name, value in headers.items())
        )
        size = len(answer.content) + around
        until = time.monotonic() + settings.KEPT_SECONDS
        kept = KeptPage(until, headers, answer.content, size, state, due=until)
        with self.lock:
            if (old := self.pages.pop(key, None)) is not None:
                self.size -= old.size
            self.pages[key] = kept
            self.unfit.pop(key, None)
            self.size += kept.size
            while self.size > MOST_OF_ALL:
                _key, oldest = self.pages.popitem(last=False)
                self.size -= oldest.size
        return kept


@dataclass
class Makers:
    """Who makes a page anew: one thread of the process at a time, and after it a rest."""

    holder: int | None = None
    #: The processor time of that thread when it began.
    began: float = 0.0
    rests_until: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, now: float) -> bool:
        """Take the turn for this thread; False where another has it, or the process rests."""
        with self.lock:
            if self.holder is not None or now < self.rests_until:
                return False
            self.holder, self.began = threading.get_ident(), time.thread_time()
            return True

    def give_back(self) -> None:
        """Begin the rest, where this thread had the turn."""
        with self.lock:
            if self.holder == threading.get_ident():
                took = time.thread_time() - self.began
                self.holder, self.rests_until = None, time.monotonic() + min(REST * took, MOST_REST)


def part_that_is_read(query: str, reads: frozenset[str]) -> str:
    """Return the parameters with these names as they are written, in their order."""
    if not reads or not query:
        return ""
    return "&".join(each for each in query.split("&") if unquote_plus(each.partition("=")[0]) in reads)


def _forget_made_up_cookie(request: HttpRequest) -> None:
    """Take whoever shows a session that this site never gave out for the stranger they are, on pages for everybody."""
    cookie = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    if (
        cookie is not None
        and request.method == "GET"
        and sort_of(request.path) == PUBLIC
        and not is_ours(cookie)
    ):
        del request.COOKIES[settings.SESSION_COOKIE_NAME]


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
    vary_by_cookie(answer)


def _for_one(request: HttpRequest, answer: HttpResponseBase) -> HttpResponseBase:
    """Keep proxies from keeping a page that was made for somebody who is signed in."""
    if _is_known(request) and answer.get("Content-Type", "").startswith("text/html"):
        if "private" not in answer.get("Cache-Control", ""):
            patch_cache_control(answer, private=True)
        vary_by_cookie(answer)
    return answer
