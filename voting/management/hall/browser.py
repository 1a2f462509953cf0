"""One person's browser: cookies, forms with their token, one kept connection. Only what the hall needs.

From the standard library, so that nothing more is installed where a session is rehearsed.
"""

from __future__ import annotations

import html
import re
import ssl
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from typing import Protocol, Self
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

OK, FOUND = 200, 302
TIMEOUT = 60  # seconds; a hall has more patience than this, a rehearsal need not
Fields = Mapping[str, str | Sequence[str]]

_PROBLEM = re.compile(r'role="alert"[^>]*>(.*?)</(?:div|p|ul)>', re.DOTALL)
_HEADING = re.compile(r"<h1[^>]*>(.*?)</h1>", re.DOTALL)


class BadAddress(Exception):
    """The address given is not one of a server; ``str()`` is the sentence."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.url = url

    def __str__(self) -> str:
        return _("“%(url)s” is no address of a server; it looks like http://127.0.0.1:8000.") % {
            "url": self.url
        }


class NoAnswer(Exception):
    """The server did not answer, or the connection was lost; ``str()`` is the sentence."""

    def __init__(self, url: str, reason: object) -> None:
        super().__init__(url, reason)
        self.url, self.reason = url, reason

    def __str__(self) -> str:
        return _("The server at %(url)s does not answer (%(reason)s). Is it running there?") % {
            "url": self.url,
            "reason": self.reason,
        }


class Unexpected(Exception):
    """The server answered, but not as it should; ``str()`` says what it said."""

    def __init__(self, what: str, answer: Answer) -> None:
        super().__init__(what, answer.status)
        self.what, self.answer = what, answer

    def __str__(self) -> str:
        answer = self.answer.sentence or self.answer.location
        return f"{self.what}: {self.answer.status} {answer}".rstrip()


@dataclass(frozen=True)
class Answer:
    """What came back, and how many seconds the person waited for it."""

    status: int
    location: str
    text: str
    seconds: float

    @property
    def sentence(self) -> str:
        """What the page says, as far as it says a problem; else its heading."""
        match = _PROBLEM.search(self.text) or _HEADING.search(self.text)
        return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", match[1])).split())[:300] if match else ""


class Connection(Protocol):
    """What http.client's two kinds of connection have in common."""

    def request(self, method: str, url: str, body: str | None, headers: dict[str, str]) -> None: ...
    def getresponse(self) -> HTTPResponse: ...
    def close(self) -> None: ...


#: Whom all browsers of this process believe, where it is not the machine's own list.
_trusted: list[ssl.SSLContext] = []


class BadAuthority(Exception):
    """The file holds no certificate of an authority; ``str()`` is the sentence."""

    def __str__(self) -> str:
        return _("There is no certificate in PEM form in %s.") % self.args


def trust(authority: Path | None) -> None:
    """Believe certificates of this authority, a PEM file, instead of the machine's; None: the machine's.

    Raises BadAuthority.
    """
    _trusted.clear()
    if authority is not None:
        try:
            _trusted.append(ssl.create_default_context(cafile=authority))
        except OSError:  # what ssl refuses is one too
            raise BadAuthority(authority) from None


def tls() -> ssl.SSLContext:
    """Return whose certificates are believed."""
    return _trusted[0] if _trusted else ssl.create_default_context()


def require_answer(url: str) -> None:
    """Raise BadAddress, NoAnswer or Unexpected unless the site at that address shows its first page."""
    with Browser(url) as browser:
        answer = browser.get("/")
    if answer.status != OK:
        raise Unexpected("/", answer)


class Browser:
    """Somebody at the server *url*, at the addresses of the congress where one is named.

    Follows no redirection: every request is one request. Raises BadAddress.
    """

    def __init__(self, url: str, *, congress: str = "") -> None:
        self.prefix = f"/{congress}" if congress else ""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            raise BadAddress(url) from None
        if parts.scheme not in {"http", "https"} or not host or parts.path.strip("/") or parts.query:
            raise BadAddress(url)
        self.url = f"{parts.scheme}://{parts.netloc}"
        self.connection: Connection = (
            HTTPSConnection(host, port, timeout=TIMEOUT, context=tls())
            if parts.scheme == "https"
            else HTTPConnection(host, port, timeout=TIMEOUT)
        )
        self.cookies: dict[str, str] = {}

    def get(self, path: str) -> Answer:
        """Open a page. Raises NoAnswer."""
        return self._ask("GET", path, None)

    def post(self, path: str, fields: Fields) -> Answer:
        """Send a form with the token of this browser. Raises NoAnswer."""
        token = self.cookies.get(settings.CSRF_COOKIE_NAME, "")
        return self._ask("POST", path, urlencode({"csrfmiddlewaretoken": token, **fields}, doseq=True))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        """Close the connection; the cookies stay, and the next request opens another."""
        self.connection.close()

    def _ask(self, method: str, path: str, body: str | None) -> Answer:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers |= {
                "Content-Type": "application/x-www-form-urlencoded",
                "Origin": self.url,
                "Referer": self.url,
            }
        began = time.perf_counter()
        try:
            self.connection.request(method, f"{self.prefix}{path}", body, headers)
            response = self.connection.getresponse()
            text = response.read().decode("utf-8", errors="replace")
        except (OSError, HTTPException) as problem:
            self.connection.close()
            raise NoAnswer(
                self.url, getattr(problem, "strerror", None) or problem or type(problem).__name__
            ) from None
        seconds = time.perf_counter() - began
        self._keep_cookies(response)
        return Answer(response.status, response.headers.get("Location", ""), text, seconds)

    def _keep_cookies(self, response: HTTPResponse) -> None:
        for line in response.headers.get_all("Set-Cookie", []):
            try:
                for name, morsel in SimpleCookie(line).items():
                    self.cookies[name] = morsel.value
            except CookieError:
                continue
        self.cookies = {name: value for name, value in self.cookies.items() if value}
