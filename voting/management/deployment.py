"""What ``manage.py check --deploy`` asks of the database and its server, before real votes are cast."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.core import checks
from django.db import DatabaseError, connection
from django.utils.translation import gettext as _
from django.utils.translation import override

from voting.management.terminal_language import language_of_environment
from voting.management.verification import server
from voting.management.verification.checks import Look

Sentences = Callable[[], Iterator[str]]


def _look(check: Callable[[Look], Iterator[str]]) -> Sentences:
    return lambda: check(Look())


def _enough_connections() -> Iterator[str]:
    pool = settings.DATABASES["default"].get("OPTIONS", {}).get("pool")
    each = pool["max_size"] if isinstance(pool, dict) else settings.BLOCKING_THREADS
    return server.connections_there_are(workers=settings.WORKERS, each=each)


#: The number of the message, and what yields its sentences. The version comes first: without tables nothing else holds.
ASKED: tuple[tuple[str, Sentences], ...] = (
    ("piaojue.E011", _look(server.tables)),
    ("piaojue.E012", _look(server.rights)),
    ("piaojue.E013", _look(server.rules)),
    ("piaojue.E014", server.server_settings),
    ("piaojue.E015", _enough_connections),
)


@checks.register(checks.Tags.security, deploy=True)
def production_database(**kwargs: Any) -> list[checks.CheckMessage]:
    """Return what keeps the database from holding a real vote; that there is none is one of the answers."""
    if server.is_embedded():
        return []  # said by config.checks already
    problems: list[checks.CheckMessage] = []
    with override(language_of_environment()):
        try:
            connection.ensure_connection()
        except DatabaseError as error:
            return [checks.Error(_silent(error), id="piaojue.E010")]
        for number, sentences in ASKED:
            try:
                problems += [checks.Error(sentence, id=number) for sentence in sentences()]
            except DatabaseError as error:
                problems.append(checks.Error(_silent(error), id=number))
    return problems


def _silent(error: DatabaseError) -> str:
    return _("The database does not answer: %(why)s") % {"why": " ".join(str(error).split())}
