"""A public page with an empty form, as every stranger gets it: made once in a while, joined with each reader's token.

``config.kept`` keeps no page that holds a form, and many ask for these while people vote.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts.forgery import token_of
from accounts.frames import Frame, Kept, host_key, render_frame

_frames: Kept[Frame] = Kept()


def blank_page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse | None:
    """Return the page with nothing typed yet, of that context, which is the same for everybody.

    None to whoever sends something, asks for something or may be signed in.
    """
    if (
        request.method not in {"GET", "HEAD"}
        or request.META.get("QUERY_STRING")
        or settings.SESSION_COOKIE_NAME in request.COOKIES
    ):
        return None

    def make() -> Frame:
        return Frame.of(render_frame(template, context, request, with_host=True))

    return HttpResponse(_frames.get(host_key(request), make).as_sent(csrf=token_of(request)))
