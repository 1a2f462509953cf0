"""Our own rules for ``manage.py check --deploy``: what must be true before real votes are cast."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core import checks

LEAST_KEY_LENGTH = 50
LEAST_KEY_LETTERS = 16


@checks.register(checks.Tags.security, deploy=True)
def production_rules(**kwargs: Any) -> list[checks.CheckMessage]:
    """Return what keeps this installation from holding a real vote."""
    database = settings.DATABASES["default"]
    key = settings.SECRET_KEY
    problems: list[checks.CheckMessage] = []
    if not settings.PRODUCTION:
        problems.append(
            checks.Error(
                "This is not a production environment.", hint="PIAOJUE_ENV=production", id="piaojue.E001"
            )
        )
    if settings.DEBUG:
        problems.append(
            checks.Error(
                "DEBUG is on: its pages show secrets to everyone.", hint="DEBUG=off", id="piaojue.E002"
            )
        )
    if len(key) < LEAST_KEY_LENGTH or len(set(key)) < LEAST_KEY_LETTERS:
        problems.append(
            checks.Error(
                "SECRET_KEY is too weak: the delegates' access codes are bound to it.",
                hint=f"at least {LEAST_KEY_LENGTH} random characters",
                id="piaojue.E003",
            )
        )
    if "EMBEDDED_IN" in database:
        problems.append(
            checks.Error(
                "The embedded PostgreSQL is for trying and for development.",
                hint="DATABASE_URL=postgres://user:password@host:port/name",
                id="piaojue.E004",
            )
        )
    if not settings.HTTPS:
        problems.append(
            checks.Error(
                "HTTPS is off: access codes and choices would cross the network in the clear.",
                hint="HTTPS=on, with BEHIND_PROXY=on behind a proxy that sets X-Forwarded-Proto",
                id="piaojue.E005",
            )
        )
    if "*" in settings.ALLOWED_HOSTS:
        problems.append(
            checks.Warning("ALLOWED_HOSTS allows every host name.", hint="name the site", id="piaojue.W006")
        )
    return problems
