"""What monitors ask, before anything else: does this process live, and could a ballot be cast now?

Both are answered for this computer's own names, whatever ALLOWED_HOSTS says; a request for the name of another site
gets no page of this one. Nothing here asks the database for a thing, but ``readiness`` in its own thread.
"""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed

from config.away import unreadable
from config.readiness import readiness

LIVES, READY = "/healthz", "/readyz"
PLAIN = "text/plain; charset=utf-8"
#: This computer, as a monitor on it calls it.
LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
UNAVAILABLE = 503


def monitored(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: answer monitors; refuse what is asked of another site with 400, in a page that needs no database."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if not (is_asked := request.path in {LIVES, READY}) or not _is_loopback(request):
            try:
                request.get_host()
            except DisallowedHost:
                return unreadable(request)
        return _answer(request) if is_asked else get_response(request)

    return middleware


def verdict(path: str) -> tuple[int, str]:
    """Return the status and the words for an address that monitors ask."""
    obstacles = readiness.obstacles() if path == READY else []
    return (UNAVAILABLE, "\n".join(obstacles)) if obstacles else (200, "ok")


def _answer(request: HttpRequest) -> HttpResponse:
    if request.method not in {"GET", "HEAD"}:
        return HttpResponseNotAllowed(["GET", "HEAD"])
    status, words = verdict(request.path)
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return HttpResponse(f"{words}\n", status=status, content_type=PLAIN, headers=headers)


def _is_loopback(request: HttpRequest) -> bool:
    host = request.META.get("HTTP_HOST", "")
    name, _colon, port = host.rpartition(":")
    return host in LOOPBACK or (name in LOOPBACK and port.isdecimal())
