"""Whether the database is of this version: one that is not is refused, not guessed at."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.core import checks
from django.core.management.base import CommandError
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import StateApps
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.roles import Kind
from voting.management.terminal_language import language_of_environment
from voting.states import RoundStatus


def unreadable_database(using: str = DEFAULT_DB_ALIAS) -> str:
    """Return, in the language of the terminal, why this version cannot read the database; nothing where it can.

    To Django such a database has nothing left to apply, and then every page that meets a newer column fails.
    """
    database = connections[using]
    loader = MigrationLoader(database)
    unknown = set(loader.applied_migrations or ()) - set(loader.disk_migrations or ())
    if not any(app in {"accounts", "voting"} for app, _name in unknown):
        return ""
    with override(language_of_environment()):
        if database.settings_dict.get("EMBEDDED_IN"):
            return _(
                "This database was made by a version that this one cannot read. Make it anew: make demo-reset, "
                "then make demo."
            )
        return _("This database was made by a version that this one cannot read. Make it anew.")


@checks.register(checks.Tags.database)
def readable_databases(
    *, databases: Collection[str] | None = None, **kwargs: Any
) -> list[checks.CheckMessage]:
    """Say to ``manage.py check --database default`` what such a database is."""
    sentences = map(unreadable_database, databases or ())
    return [checks.Error(sentence, id="piaojue.E007") for sentence in sentences if sentence]


def require_readable(*, using: str = DEFAULT_DB_ALIAS, **signal: Any) -> None:
    """Raise CommandError before anything is migrated in a database that this version cannot read."""
    if sentence := unreadable_database(using):
        raise CommandError(sentence)


def require_no_open_round(
    *, plan: Sequence[object], apps: StateApps, using: str = DEFAULT_DB_ALIAS, **signal: Any
) -> None:
    """Raise CommandError before anything is migrated while an official vote is open; with nothing to do, say nothing.

    *apps* are the models as the database has them now, of whatever version it is.
    """
    try:
        rounds = apps.get_model("voting", "Round").objects.using(using)
    except LookupError:  # an empty database
        return
    of_cycle = {field.name for field in apps.get_model("voting", "Cycle")._meta.fields}  # noqa: SLF001 Django's documented interface
    kind = "cycle__kind" if "kind" in of_cycle else "cycle__congress__kind"
    open_votes = rounds.filter(status=RoundStatus.OPEN, **{kind: Kind.OFFICIAL})
    if plan and (cycle := open_votes.values_list("cycle__slug", flat=True).first()):
        with override(language_of_environment()):
            raise CommandError(
                _("The vote of %s is open. Nothing was changed: close it and finish its count, then upgrade.")
                % cycle
            )


def require_tables() -> None:
    """Raise CommandError where the database has no tables yet, or those of another version."""
    require_readable()
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise CommandError(_("The database is empty or of an earlier version: run manage.py migrate first."))
