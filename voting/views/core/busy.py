"""The answer to whoever asks for something long while others do: later, and when."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from voting.text.turns import NoTurn

AGAIN = 5  # seconds
UNAVAILABLE = 503


class BusyPages:
    """Middleware: whoever gets no turn has a page that says so, with status 503, and whoever votes has the threads."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer for the view that raised NoTurn; leave any other exception alone."""
        if not isinstance(error, NoTurn):
            return None
        answer = render(request, "core/busy.html", status=UNAVAILABLE)
        answer["Retry-After"] = str(AGAIN)
        answer["Cache-Control"] = "no-store"
        return answer
