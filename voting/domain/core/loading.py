"""The rows that belong to rows, by a plain statement for each relation that a connection plans once.

Django's ``prefetch_related`` builds and compiles a queryset for every relation and another for every parent: on a page
of twelve projects that took more than all else together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Any, NamedTuple, TypeVar

from django.db import connection
from django.db.models import ForeignKey, Model, QuerySet

from accounts.prepared import ask_all

Row = TypeVar("Row", bound=Model)


class Rows(list[Row]):
    """What ``parent.relation.all()`` gives: a list; whatever else a manager is asked for, it asks the database."""

    def __init__(self, asked: Callable[[], QuerySet[Row]]) -> None:
        super().__init__()
        self._asked = asked

    def all(self) -> Rows[Row]:
        return self

    def count(self, *value: Row) -> int:
        """Return how many rows there are, as a manager does; or how often one of them is in the list."""
        return super().count(*value) if value else len(self)

    def reverse(self) -> QuerySet[Row]:  # type: ignore[override]
        """Return the rows from the last to the first, as a manager does: a list would turn itself round."""
        return self._asked().reverse()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self._asked(), name)


class _Way(NamedTuple):
    """How the rows of a relation are read; ``converted`` are the places of values that their field reads itself."""

    model: type[Model]
    key: ForeignKey[Any, Any]
    names: list[str]
    statement: str
    converted: list[tuple[int, Callable[[Any, None, Any], Any]]]


def load(parents: Sequence[Model], relation: str, *, order: str = "id", without: str = "") -> list[Any]:
    """Give every parent the rows of its relation and return them all; one statement, none without parents.

    They come in the order of these columns; ``without`` is a column that is not read before somebody asks for it.
    """
    if not parents:
        return []
    way = _way(type(parents[0]), relation, order, without)
    of = {parent.pk: parent for parent in parents}
    every = []
    rows: dict[Any, Rows[Any]] = {}
    for parent in parents:
        rows[parent.pk] = Rows(partial(way.model._default_manager.filter, **{way.key.name: parent}))  # noqa: SLF001
        vars(parent).setdefault("_prefetched_objects_cache", {})[relation] = rows[parent.pk]
    for values in ask_all(way.statement, {"parents": list(of)}):
        read = list(values)
        for place, convert in way.converted:
            read[place] = convert(read[place], None, connection)
        row = way.model.from_db(connection.alias, way.names, read)
        key = getattr(row, way.key.attname)
        setattr(row, way.key.name, of[key])
        rows[key].append(row)
        every.append(row)
    return every


@cache
def _way(parent: type[Model], relation: str, order: str, without: str) -> _Way:
    related: Any = parent._meta.get_field(relation)  # noqa: SLF001 Django's own name
    model, key = related.related_model, related.remote_field
    meta = model._meta  # noqa: SLF001
    fields = [field for field in meta.concrete_fields if field.name != without]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(field.column) for field in fields)
    statement = (
        f"SELECT {columns} FROM {quote(meta.db_table)} "  # noqa: S608 names of our own
        f"WHERE {quote(key.column)} = ANY(%(parents)s::bigint[]) ORDER BY {order}"
    )
    converted = [
        (place, field.from_db_value) for place, field in enumerate(fields) if hasattr(field, "from_db_value")
    ]
    return _Way(model, key, [field.attname for field in fields], statement, converted)
