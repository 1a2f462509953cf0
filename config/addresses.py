"""What an address says of its language, and what none may hold."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation

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


def language_of_address(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Show each page in the language that its address begins with, else in the first of the settings.

    What a browser would like best changes nothing, so whoever keeps pages for others keeps one of each address;
    Django's own middleware says that the answer varies by it.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        language = translation.get_language_from_path(request.path_info) or settings.LANGUAGE_CODE
        translation.activate(language)
        request.LANGUAGE_CODE = language
        answer = get_response(request)
        answer.headers.setdefault("Content-Language", translation.get_language() or language)
        return answer

    return middleware
