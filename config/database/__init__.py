"""Where the data live: the PostgreSQL of ``DATABASE_URL``, or an embedded one in ``var/``.

Used as Django's ``ENGINE``; ``base.py`` is the backend and ``embedded.py`` the server that needs no set-up.
"""

from __future__ import annotations

from django.db import OperationalError


class DatabaseUnavailable(OperationalError):
    """There is no connection to the database; ``str()`` is a sentence that says what to do about it."""
