"""The admin: our own site, whose first page is the running order. Ballots are not registered."""

from voting.admin.core import records
from voting.admin.core.site import site

__all__ = ["records", "site"]
