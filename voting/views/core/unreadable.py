"""The page that stands for every page of a frozen record that this version does not read."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from voting.count.formats import UnreadableRecord
from voting.read_models.core.unreadable import unreadable_sentence

_log = logging.getLogger(__name__)


class UnreadableRecords:
    """Middleware: whoever meets such a record, on whatever page, gets its sentence with status 409."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer for the view or the template that raised UnreadableRecord; leave any other exception alone."""
        if not isinstance(error, UnreadableRecord):
            return None
        _log.error("%s", error)
        return render(request, "core/unreadable.html", {"sentence": unreadable_sentence(error)}, status=409)
