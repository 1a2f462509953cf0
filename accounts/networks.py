"""Where a request comes from: a network, as floods and wrong codes are counted by it."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from django.conf import settings
from django.http import HttpRequest

_HOUSEHOLD = 64  # bits, the network's part of an address (RFC 4291, section 2.5.4)


def address_of_person(request: HttpRequest) -> str:
    """Return the network address that floods are counted by; behind our proxy the one that the proxy saw."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "") if settings.SECURE_PROXY_SSL_HEADER else ""
    return str(forwarded.rsplit(",", 1)[-1].strip() or request.META.get("REMOTE_ADDR", ""))


def network_of(address: str) -> str:
    """Return the network of an address, one and the same however it is written; what is no address stays as it is."""
    try:
        host = ip_address(address.strip())
    except ValueError:
        return address
    if isinstance(host, IPv6Address) and host.ipv4_mapped:
        host = host.ipv4_mapped
    if isinstance(host, IPv4Address):
        return str(host)
    return str(IPv6Network((int(host), _HOUSEHOLD), strict=False))
