"""The answer to whoever asks for a paper that can't be drawn now: later, and when; or which character is in the way."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from voting.printing.pdf import Undrawable
from voting.text.turns import NoTurn

AGAIN = 5  # seconds
UNAVAILABLE = 503


class BusyPages:
    """Middleware: whoever gets no turn has a page that says so, with status 503, and whoever votes has the threads.

    So does whoever asks for a PDF with a character that no font has: it is named, and the page itself shows it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer for the view that raised NoTurn or Undrawable; leave any other exception alone."""
        if isinstance(error, Undrawable):
            answer = render(request, "core/undrawable.html", {"letters": str(error)}, status=UNAVAILABLE)
        elif isinstance(error, NoTurn):
            answer = render(request, "core/busy.html", status=UNAVAILABLE)
            answer["Retry-After"] = str(AGAIN)
        else:
            return None
        answer["Cache-Control"] = "no-store"
        return answer
