"""A public page that is kept, answered before Django sees the request: the same bytes and headers, without its cost.

Only what is plain is answered here: GET without a session, without the large look and without a wish for an answer of
its own, at an address of which ``config.kept`` has a page that nothing need be asked for. All else goes on as ever.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings

from config import metrics
from config.kept import ANSWERED_WITH, OWN, KeptPage, KeptPages, Key
from config.observing import HEADER, name_of, sort_of
from voting.views.core.elder import COOKIE

Environment = dict[str, Any]
Application = Callable[..., Iterable[bytes]]
_OWN = tuple(f"HTTP_{name.upper().replace('-', '_')}" for name in OWN)
OK = "200 OK"


class QuickPages:
    """The application, and before it the pages that are kept."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.proxy, self.secure = settings.SECURE_PROXY_SSL_HEADER or ("", "")
        self.cookies = settings.SESSION_COOKIE_NAME, COOKIE

    def __call__(self, environ: Environment, start_response: Callable[..., Any]) -> Iterable[bytes]:
        key, pages = self._key(environ), KeptPages.newest
        kept = pages.fresh(key) if pages and key else None
        if kept is not None and kept.sent is not None:
            metrics.count(sort_of(environ["PATH_INFO"]), 200)
            start_response(OK, [*kept.sent, (HEADER, name_of(environ))])
            return [kept.body]

        def noting(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            page: KeptPage | None = environ.get(ANSWERED_WITH)
            if page is not None and page.sent is None and status == OK:
                page.sent = [each for each in headers if each[0] != HEADER]
            return start_response(status, headers, *more)

        return self.application(environ, noting)

    def _key(self, environ: Environment) -> Key | None:
        """Return the key of the page that is asked for, as ``KeptPages`` would; None where it may be another's."""
        path, cookies = environ.get("PATH_INFO", ""), environ.get("HTTP_COOKIE", "")
        if (
            environ.get("REQUEST_METHOD") != "GET"
            or not settings.KEPT_SECONDS
            or environ.get("SCRIPT_NAME")
            or not path.isascii()
            or any(name in environ for name in _OWN)
            or (cookies and any(name in cookies for name in self.cookies))
        ):
            return None
        return (
            self._scheme(environ),
            environ.get("HTTP_HOST", ""),
            path,
            environ.get("QUERY_STRING", ""),
            False,
        )

    def _scheme(self, environ: Environment) -> str:
        """Return the scheme as Django's ``HttpRequest.scheme`` does."""
        if self.proxy and (told := environ.get(self.proxy)) is not None:
            return "https" if told.split(",", 1)[0].strip() == self.secure else "http"
        scheme: str = environ.get("wsgi.url_scheme", "")
        return scheme
