"""Where a request comes from, as floods are counted."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def address_of_person(request: HttpRequest) -> str:
    """Return the network address that floods are counted by; behind our proxy the one that the proxy saw."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "") if settings.SECURE_PROXY_SSL_HEADER else ""
    return str(forwarded.rsplit(",", 1)[-1].strip() or request.META.get("REMOTE_ADDR", ""))
