"""Start the demo over: throw its own embedded database away, and never anything else.

Evidence is append-only by trigger, so a demo cannot be emptied row by row; its database goes as a whole.
"""

from __future__ import annotations

from django.conf import settings
from django.db import connection, connections
from django.utils.translation import gettext as _

from accounts.roles import Kind
from voting.management.demo.secrets import secrets_file
from voting.models import Cycle


class ResetRefused(Exception):
    """Nothing was deleted; ``str()`` is the sentence that says why."""


def official_cycles() -> list[str]:
    """Return the addresses of real votes in the database in use; none where it has no tables yet."""
    if Cycle._meta.db_table not in connection.introspection.table_names():  # noqa: SLF001
        return []
    return list(Cycle.objects.filter(congress__kind=Kind.OFFICIAL).values_list("slug", flat=True))


def reset_demo() -> None:
    """Delete the embedded database and the demo's secrets. Raises ResetRefused or DatabaseUnavailable."""
    known = settings.DATABASES["default"]
    directory = known.get("EMBEDDED_IN")
    if not directory:
        raise ResetRefused(
            _(
                "Only the embedded database is deleted by this command. The database “%(name)s” at %(host)s is yours: "
                "to start over, drop it and create it anew, then run make demo. Nothing was deleted."
            )
            % {"name": known["NAME"], "host": known["HOST"] or "localhost"}
        )
    if directory.exists() and (slugs := official_cycles()):
        raise ResetRefused(
            _("This database holds a real vote (%s), so it is not the demo's alone. Nothing was deleted.")
            % ", ".join(slugs)
        )
    connections.close_all()
    connection.discard_embedded()  # type: ignore[attr-defined] # our own backend
    secrets_file().unlink(missing_ok=True)
