"""Where the data live: the PostgreSQL of ``DATABASE_URL``, or an embedded one in ``var/``."""

from __future__ import annotations

from django.db import OperationalError


class DatabaseUnavailable(OperationalError):
    """No connection to the database; ``str()`` is one sentence that says what to do about it."""
