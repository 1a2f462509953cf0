"""What no address may hold."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponseBase

#: The interface, also that of a congress.
INTERFACE = re.compile(r"(/[a-z][0-9a-z-]*)?/api/")


def refuse_nul(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Refuse an address with a NUL: no text column can hold one, so every filter by it would be an error.

    The interface refuses it itself, as data.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        query = request.META.get("QUERY_STRING", "")
        held = "\0" in request.path or "\0" in query or "%00" in query
        if held and not INTERFACE.match(request.path):
            raise BadRequest
        return get_response(request)

    return middleware
