"""Response headers that Django does not set by itself."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
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


class ContentPolicy(CSPMiddleware):
    """What a page may load (W3C Content Security Policy): the same for all but those that ask for another."""

    def process_request(self, request: HttpRequest) -> None:
        """No page of ours has a script in it, so none asks for a nonce."""

    @cached_property
    def usual(self) -> str:
        """The policy of the settings, put together once."""
        return build_policy()

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Set the header; whatever a view asks of it, the library does."""
        if settings.DEBUG or any(name.startswith("_csp_") for name in vars(response)):
            return super().process_response(request, response)
        response.headers.setdefault(HEADER, self.usual)
        return response
