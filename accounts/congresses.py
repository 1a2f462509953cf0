"""Which congress an address leads to, and which one a page is read in.

An address begins with the congress (``/gongshu/2018/``, ``/en/`` behind it: ``/gongshu/en/2018/``). Where the server
holds one congress alone, addresses are shorter by it; both are right. An address without a congress that several could
mean, ``/2018/`` from before there were several, leads to the one that was here first and has it.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import partial, reduce
from math import inf
from operator import or_
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import SessionBase
from django.db import Error
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import get_script_prefix, set_script_prefix
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from accounts.letters import RESIDENTS
from accounts.models import Congress, Delegation, User
from accounts.roles import Kind
from accounts.second_factor import is_half_way, is_required_of

#: A process keeps the congresses that it has met, for each request looks one up, and asks so often whether any of all
#: was opened or corrected since: then it reads anew.
FRESH = 5  # seconds
#: By the address, and by the key.
_known: dict[str | int, Congress | None] = {}
_first: list[list[Congress]] = []
#: When it was asked last, and the answer.
_edition: list[tuple[float, object]] = []
#: What an address of the site begins with already.
RESERVED = frozenset(
    {"admin", "api", "ballot", "candidates", "congresses", "delegate", "en", "enter", "feed", "healthz", "leave",
     "look", "new", "open-data", "progress", "propose", "readyz", "receipt", "results", "screen", "secrecy",
     "static", "track", "years", "zh-hans"}
)  # fmt: skip
_ADDRESS = re.compile(r"[a-z][a-z0-9-]{0,29}")
#: So many words of a search are looked for.
MOST_WORDS = 8
#: So many characters of a search are read.
MOST_TYPED = 80
#: So many addresses and keys are remembered; strangers can ask for any.
_MOST = 10_000


def here(request: HttpRequest) -> Congress | None:
    """Return the congress that the address of this request names; None where it names none."""
    congress: Congress | None = getattr(request, "congress", None)
    return congress


def forget() -> None:
    """Read anew what is asked for next: a congress was opened here."""
    _known.clear()
    _first.clear()
    _edition.clear()


#: What pages begin with that are for people who are signed in.
PRIVATE = frozenset({"admin", "ballot", "delegate"})
#: Pages that find out by themselves whose they are, together with what else they ask of the database.
ASK_THEMSELVES = frozenset({"/ballot/", "/ballot/review/", "/ballot/cast/"})


def congress_of(key: int) -> Congress | None:
    """Return the congress with this key, as it was some seconds ago at the latest."""
    return _met(key, pk=key)


def congress_at(slug: str) -> Congress | None:
    """Return the congress at this address, as it was some seconds ago at the latest."""
    return _met(slug, slug=slug)


def own_congress(user: User | AnonymousUser) -> Congress | None:
    """Return the congress that this person belongs to, as it was some seconds ago at the latest; None without one."""
    key: int | None = getattr(user, "congress_id", None)
    return _met(key, pk=key) if key else None


def _met(key: str | int, **where: str | int) -> Congress | None:
    _renew()
    if key in _known:
        return _known[key]
    congress = Congress.objects.filter(**where).first()
    while len(_known) >= _MOST:
        _known.pop(next(iter(_known)), None)
    _known[key] = congress
    if congress is not None:
        _known[congress.pk] = _known[congress.slug] = congress
    return congress


def _first_two() -> list[Congress]:
    """Return the two that were here first, rehearsals aside, as they were some seconds ago at the latest."""
    _renew()
    if not _first:
        try:
            first = list(Congress.objects.exclude(kind=Kind.REHEARSAL).order_by("pk")[:2])
        except Error:
            return []  # Also the page that says so has a foot, which asks for this.
        if not first:
            return []  # The first one is shown as soon as it is opened.
        _first[:] = [first]
    return next(iter(_first), [])


def _renew() -> None:
    """Forget what was read before the last opening or correction of any congress.

    What was true a moment ago is true while the database is away.
    """
    now = time.monotonic()
    asked, edition = next(iter(_edition), (-inf, None))
    if now - asked <= FRESH:
        return
    try:
        newest: object = Congress.objects.aggregate(number=Count("pk"), corrections=Sum("edition"))
    except Error:
        return
    if newest != edition:
        _known.clear()
        _first.clear()
    _edition[:] = [(now, newest)]


def are_several() -> bool:
    """Tell whether addresses say the congress: this server holds more than one, rehearsals aside."""
    return len(_first_two()) > 1


def shown_here(request: HttpRequest) -> Congress | None:
    """Return the congress whose pages an address shows: the one it names, else the one that was here first."""
    return here(request) or next(iter(_first_two()), None)


def listed(words: str, *, by_letter: bool = False) -> QuerySet[Congress]:
    """Return the congresses that the public is told of, rehearsals aside: all, or those with all words in their name.

    A word may be a part of a name in either language, of the place or of the address. ``by_letter`` are those alone
    whose residents have letters.
    """
    rows = Congress.objects.exclude(kind=Kind.REHEARSAL).select_related("parent").order_by("slug")
    if by_letter:
        rows = rows.filter(Exists(Delegation.objects.filter(congress=OuterRef("pk"), name=RESIDENTS)))
    for word in words.split()[:MOST_WORDS]:
        somewhere = (
            Q(**{f"{field}__icontains": word}) for field in ("name", "name_en", "place", "place_en", "slug")
        )
        rows = rows.filter(reduce(or_, somewhere))
    return rows


class _Within:
    """Addresses begin with ``prefix`` and hours are those of ``zone`` within; None leaves them as they are.

    Every page goes through several of these, so they are no generators.
    """

    __slots__ = ("before", "prefix", "zone")

    def __init__(self, prefix: str | None, zone: str | None = None) -> None:
        self.prefix = prefix
        self.zone = None if zone is None else timezone.override(ZoneInfo(zone))
        self.before = ""

    def __enter__(self) -> None:
        if self.zone is not None:
            self.zone.__enter__()
        if self.prefix is not None:
            self.before = get_script_prefix()
            set_script_prefix(self.prefix)

    def __exit__(self, *problem: object) -> None:
        if self.prefix is not None:
            set_script_prefix(self.before)
        if self.zone is not None:
            self.zone.__exit__(None, None, None)


def addresses_of(congress: Congress | None) -> AbstractContextManager[None]:
    """Make every address within lead into this congress; where there is none, leave them as they are."""
    return _Within(f"/{congress.slug}/") if congress else nullcontext()


def addresses_of_installation() -> AbstractContextManager[None]:
    """Make every address within lead into no congress: where there are several, to their list."""
    return _Within("/")


class CongressAddresses:
    """Take the congress off the address before anything else reads it, and put it before every address that is made.

    ``request.congress`` is the one that the address names, or None.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        slug, between, rest = request.path_info.removeprefix("/").partition("/")
        congress = (
            congress_at(slug) if between and _ADDRESS.fullmatch(slug) and slug not in RESERVED else None
        )
        request.congress = congress  # type: ignore[attr-defined]
        if congress is not None:
            request.path_info = f"/{rest}"
        with addresses_of(congress):
            answer = self.get_response(request)
        if congress is not None and congress.kind == Kind.REHEARSAL:
            answer["X-Robots-Tag"] = "noindex"
        return answer


class OwnCongress:
    """The pages for people who are signed in are those of their own congress, whatever the address leaves unsaid.

    Days and hours are those of the congress, on all pages. Raises Http404 for such a page under the address of another
    congress, as where there is no page.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        named = here(request)
        part = _first_part(request.path_info)
        if part != "admin":
            request.user = SimpleLazyObject(  # type: ignore[assignment]
                partial(_fully_signed_in, request.user, request.session)
            )
        asked = part in PRIVATE and _without_language(request.path_info) not in ASK_THEMSELVES
        own = own_congress(request.user) if asked else None
        if named and own and named != own and part == "admin":
            if request.path_info.endswith("/admin/login/"):
                request.user = AnonymousUser()  # The next person on the same device signs in over them.
            elif not request.path_info.endswith("/admin/logout/"):
                raise Http404
            own = None
        with pages_of(request, own):
            return self.get_response(request)


def pages_of(request: HttpRequest, own: Congress | None) -> AbstractContextManager[None]:
    """Make every address and hour within those of the person's own congress, whatever the address leaves unsaid.

    Raises Http404 under the address of another congress.
    """
    named = here(request)
    if named and own and named != own:
        raise Http404
    several = _first_two()
    first = next(iter(several), None)
    shown = named or own or first
    is_said = named is not None or not (len(several) > 1 or own != first)
    prefix = None if is_said or own is None else f"/{own.slug}/"
    zone = shown.time_zone if shown else settings.TIME_ZONE
    return _Within(prefix, None if zone == timezone.get_current_timezone_name() else zone)


def _fully_signed_in(was: User | AnonymousUser, session: SessionBase) -> User | AnonymousUser:
    """Return nobody in the place of somebody who is not all the way in; the admin leads them on first.

    Others know an initial password; a second factor is still to be shown, or to be set up.
    """
    if not isinstance(was, User) or not was.is_authenticated:
        return was
    missing = was.is_staff and (
        is_half_way(was, session) or (is_required_of(was) and not was.has_second_factor)
    )
    return AnonymousUser() if was.password_is_initial or missing else was


def _first_part(path: str) -> str:
    """Return what a path begins with, its language aside."""
    return _without_language(path).removeprefix("/").partition("/")[0]


def _without_language(path: str) -> str:
    first, _between, rest = path.removeprefix("/").partition("/")
    return f"/{rest}" if any(first == code for code, _name in settings.LANGUAGES) else path
