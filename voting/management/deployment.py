"""What ``manage.py check --deploy`` asks of the database and its server, before real votes are cast."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.core import checks
from django.db import DatabaseError, connection
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from voting.management.terminal_language import language_of_environment
from voting.management.verification import server
from voting.management.verification.checks import Look

Sentences = Callable[[], Iterator[str]]


def _look(check: Callable[[Look], Iterator[str]]) -> Sentences:
    return lambda: check(Look())


def _enough_connections() -> Iterator[str]:
    pool = settings.DATABASES["default"].get("OPTIONS", {}).get("pool")
    each = pool["max_size"] if isinstance(pool, dict) else settings.BLOCKING_THREADS
    return server.connections_there_are(workers=settings.INSTANCES * settings.WORKERS, each=each)


#: The number of the message, what mends it, and what yields its sentences. Each is asked although another failed.
ASKED: tuple[tuple[str, str | Promise, Sentences], ...] = (
    ("piaojue.E016", gettext_lazy("DATABASE_URL names the server that takes ballots"), server.server_is_fit),
    ("piaojue.E011", gettext_lazy("manage.py migrate, as the owner of the database"), _look(server.tables)),
    (
        "piaojue.E012",
        gettext_lazy("deploy/roles.sql, and the web role in DATABASE_URL"),
        _look(server.rights),
    ),
    (
        "piaojue.E013",
        gettext_lazy("manage.py verify tells more; then the newest backup"),
        _look(server.rules),
    ),
    (
        "piaojue.E014",
        gettext_lazy("deploy/README.md, “PostgreSQL”, says how it is set"),
        server.server_settings,
    ),
    (
        "piaojue.E015",
        gettext_lazy("max_connections, DATABASE_POOL_MAX or GRANIAN_WORKERS"),
        _enough_connections,
    ),
)
NO_SERVER = gettext_lazy("start the server, and see that DATABASE_URL is right")


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
            return [checks.Error(_silent(error), hint=str(NO_SERVER), id="piaojue.E010")]
        for number, mends, sentences in ASKED:
            try:
                problems += [checks.Error(sentence, hint=str(mends), id=number) for sentence in sentences()]
            except DatabaseError as error:
                problems.append(checks.Error(_silent(error), hint=str(mends), id=number))
    return problems


def _silent(error: DatabaseError) -> str:
    return _("The database does not answer: %(why)s") % {"why": " ".join(str(error).split())}
