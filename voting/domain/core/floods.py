"""By what a flood is counted: an IPv4 address, or the /64 of an IPv6 address, all of which one household holds."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

_HOUSEHOLD = 64  # bits, the network's part of an address (RFC 4291, section 2.5.4)


def network_of(address: str) -> str:
    """Return the network of an address, one and the same however it is written; what is no address stays as it is."""
    try:
        found = ip_address(address.strip())
    except ValueError:
        return address
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    if isinstance(found, IPv4Address):
        return str(found)
    return str(IPv6Network((int(found), _HOUSEHOLD), strict=False))
