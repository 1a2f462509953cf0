"""Where the demo is served: host and port from the environment, and the addresses under which people reach it."""

from __future__ import annotations

import errno
import ipaddress
import os
import socket
from contextlib import suppress
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

#: What ``settings.DEMO_PLACE`` says where PORT is not set.
DEFAULT_PORT = 8000
#: Reserved for documentation (RFC 5737); no packet goes there, but the system says which way it would.
_ELSEWHERE = ("192.0.2.1", 9)


class PlaceTaken(Exception):
    """Nothing can be served at that host and port; ``str()`` is the sentence."""


@dataclass(frozen=True)
class Place:
    """A host to listen on and a port."""

    host: str
    port: int

    @property
    def is_everywhere(self) -> bool:
        return self.host in {"0.0.0.0", "::"}  # noqa: S104 the person's choice, for a phone in the same network

    @property
    def here(self) -> str:
        """The address for this machine."""
        return self._address("127.0.0.1" if self.is_everywhere else self.host)

    @property
    def addresses(self) -> list[str]:
        """All addresses for people, this machine's first."""
        others = [self._address(host) for host in local_network()] if self.is_everywhere else []
        return [self.here, *others]

    @property
    def hosts(self) -> list[str]:
        """The names that requests may come under, as ALLOWED_HOSTS spells them."""
        names = [self.host, *(local_network() if self.is_everywhere else [])]
        return [f"[{name}]" if ":" in name else name for name in names if name not in {"0.0.0.0", "::"}]  # noqa: S104

    def _address(self, host: str) -> str:
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    def require_free(self) -> None:
        """Raise PlaceTaken where the server could not listen here."""
        try:
            family = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)[0][0]
            with socket.socket(family, socket.SOCK_STREAM) as attempt:
                attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                attempt.bind((self.host, self.port))
        except OSError as problem:
            raise PlaceTaken(self._why(problem)) from None

    def _why(self, problem: OSError) -> str:
        known = {"host": self.host, "port": self.port, "other": self.port + 1 if self.port < 65535 else 8000}  # noqa: PLR2004
        if problem.errno == errno.EADDRINUSE:
            text = _("Port %(port)d on %(host)s is in use. Serve elsewhere with PORT=%(other)d make demo.")
        elif problem.errno in {errno.EACCES, errno.EPERM}:
            text = _("Port %(port)d may not be used by this account. PORT names another one, 1024 or higher.")
        else:
            text = _(
                "This machine has no address %(host)s. HOST is 127.0.0.1, or 0.0.0.0 for the local network."
            )
        return text % known


def local_network() -> list[str]:
    """Return this machine's addresses in its networks, the one towards the outside first; may be empty."""
    hosts = []
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as way_out:
        way_out.connect(_ELSEWHERE)
        hosts.append(str(way_out.getsockname()[0]))
    with suppress(OSError):  # a machine need not know its own name
        hosts += [str(info[4][0]) for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)]
    return [host for host in dict.fromkeys(hosts) if not ipaddress.ip_address(host).is_loopback]


def environment_for(place: Place) -> dict[str, str]:
    """Return the server's environment: ours, and the hosts of the place allowed beside those that are."""
    hosts = list(dict.fromkeys([*settings.ALLOWED_HOSTS, *place.hosts]))
    return os.environ | {
        "ALLOWED_HOSTS": ",".join(hosts),
        "DATABASE_POOL": os.environ.get("DATABASE_POOL") or "on",
    }
