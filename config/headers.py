"""Response headers that Django does not set by itself."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

#: No page needs any of these; a receipt is photographed by the delegate's own camera application.
PERMISSIONS = ", ".join(
    f"{feature}=()"
    for feature in (
        "camera", "display-capture", "geolocation", "microphone", "payment", "usb",
    )
)  # fmt: skip


def permissions_policy(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Tell the browser which of its powers no page of ours may use (W3C Permissions Policy)."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        return response

    return middleware
