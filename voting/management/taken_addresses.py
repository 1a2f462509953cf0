"""Whether the site has taken an address since that a congress or a year had before: its pages would be out of reach."""

from __future__ import annotations

from collections.abc import Collection

from django.core import checks
from django.db import connections
from django.db.utils import DatabaseError
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.congresses import RESERVED
from accounts.models import Congress
from voting.management.terminal_language import language_of_environment
from voting.models import Cycle


def shadowed_addresses(using: str) -> list[str]:
    """Return the addresses of congresses and years, given up or not, that are words of the site itself; in order."""
    try:
        return sorted(
            {
                *Congress.objects.using(using).filter(slug__in=RESERVED).values_list("slug", flat=True),
                *Cycle.every.using(using).filter(slug__in=RESERVED).values_list("slug", flat=True),
            }
        )
    except DatabaseError:  # no tables yet, or those of another version: said by others
        return []


@checks.register(checks.Tags.database)
def unshadowed_addresses(
    *, databases: Collection[str] | None = None, **kwargs: object
) -> list[checks.CheckMessage]:
    """Say to ``manage.py check --database default`` which congresses and years nobody can reach."""
    faults: list[checks.CheckMessage] = []
    for name in databases or ():
        if name in connections and (taken := shadowed_addresses(name)):
            with override(language_of_environment()):
                sentence = _(
                    "The site itself uses these addresses since; whatever had them before is out of reach until it has "
                    "another: %s"
                )
                faults.append(checks.Error(sentence % ", ".join(taken), id="piaojue.E017"))
    return faults
