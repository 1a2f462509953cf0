"""Querysets whose statement Django writes once: whoever asks again sends the same one with other values.

To write the statement takes Django longer than the database to answer it: on a page of a dozen of them, more than all
else together. A connection from the pool plans it once, too (``accounts.prepared``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any, Generic, NamedTuple, TypeVar

from django.db import connection
from django.db.models import BooleanField, F, ForeignKey, Func, Model, QuerySet, Value
from django.db.models.query import ModelIterable, get_related_populators

from accounts.prepared import ask_all

Row = TypeVar("Row")


class _Later(NamedTuple):
    """Stands in a statement for the value of that name."""

    name: str


def later(name: str) -> Value:
    """Return what stands in a queryset for the value that comes with each question, under this name."""
    return Value(_Later(name))


def among(field: str, name: str) -> Func:
    """Return the condition that a key is among those that come with each question, under this name."""
    template, joiner = "%(expressions)s::bigint[])", " = ANY("
    return Func(F(field), later(name), template=template, arg_joiner=joiner, output_field=BooleanField())


class Statement(Generic[Row]):
    """What ``make`` would ask, written at the first question; models with what they select, or tuples of values."""

    def __init__(self, make: Callable[[], QuerySet[Any, Row]]) -> None:
        self._make = make

    def rows(self, **values: Any) -> list[Row]:
        """Return the rows for these values, one for each name. Raises KeyError where one is forgotten."""
        written = self._written
        bound = [values[each.name] if isinstance(each, _Later) else each for each in written.values]
        return [written.read(list(row)) for row in ask_all(written.statement, bound)]

    def first(self, **values: Any) -> Row | None:
        """Return the first of these rows, or None."""
        return next(iter(self.rows(**values)), None)

    @cached_property
    def _written(self) -> _Written:
        return _Written(self._make())


class _Written:
    """A statement as Django compiles it, and how it reads a row of the answer."""

    def __init__(self, queryset: QuerySet[Any, Any]) -> None:
        compiler: Any = queryset.query.get_compiler(connection=connection)
        self.statement, self.values = compiler.as_sql()
        columns = [each for each, *_alias in compiler.select]
        self.converters = [
            (place, convert, column)
            for place, (each, column) in compiler.get_converters(columns).items()
            for convert in each
        ]
        self.model: type[Model] | None = None
        if issubclass(queryset._iterable_class, ModelIterable):  # noqa: SLF001 Django's own
            selected = compiler.klass_info
            populators: Any = get_related_populators  # its types are those of another version
            self.model = selected["model"]
            self.places = slice(selected["select_fields"][0], selected["select_fields"][-1] + 1)
            self.names = [each.target.attname for each in columns[self.places]]
            self.populators = populators(selected, compiler.select, connection.alias)

    def read(self, row: list[Any]) -> Any:
        """Return the model, or the values, of a row."""
        for place, convert, column in self.converters:
            row[place] = convert(row[place], column, connection)
        if self.model is None:
            return tuple(row)
        made = self.model.from_db(connection.alias, self.names, row[self.places])
        for each in self.populators:
            each.populate(row, made)
        return made


def read_later(
    parents: Sequence[Model],
    relation: str,
    statement: Statement[Any],
    then: Callable[[list[Any]], None] | None = None,
) -> None:
    """Let ``parent.relation.all()`` be rows of the statement, asked once somebody looks at those of one of them.

    It is asked for all of them at once, by ``parents``; ``then`` says of the rows what is read later of them.
    """
    if parents:
        family = _Family(parents, relation, statement, then)
        for parent in parents:
            vars(parent).setdefault("_prefetched_objects_cache", {})[relation] = RowsLater(family, parent)


class _Family:
    """Parents whose rows are read together."""

    def __init__(
        self,
        parents: Sequence[Model],
        relation: str,
        statement: Statement[Any],
        then: Callable[[list[Any]], None] | None,
    ) -> None:
        field: Any = parents[0]._meta.get_field(relation)  # noqa: SLF001 Django's own name
        self.key: ForeignKey[Any, Any] = field.remote_field
        self._parents, self._statement, self._then = (
            {parent.pk: parent for parent in parents},
            statement,
            then,
        )

    @cached_property
    def rows(self) -> dict[Any, list[Any]]:
        """Return the rows of each parent, by its key."""
        of: dict[Any, list[Any]] = {key: [] for key in self._parents}
        every = self._statement.rows(parents=list(of))
        for row in every:
            key = getattr(row, self.key.attname)
            self.key.set_cached_value(row, self._parents[key])
            of[key].append(row)
        if self._then is not None:
            self._then(every)
        return of


class RowsLater(Sequence[Any]):
    """What a manager gives: the rows, once somebody looks at them; whatever else it is asked, it asks the database."""

    def __init__(self, family: _Family, parent: Model) -> None:
        self._family, self._parent = family, parent

    @cached_property
    def _rows(self) -> list[Any]:
        return self._family.rows[self._parent.pk]

    def all(self) -> RowsLater:
        return self

    def count(self, *value: Any) -> int:
        """Return how many rows there are, as a manager does; or how often one of them is there."""
        return super().count(*value) if value else len(self)

    def __getitem__(self, place: Any) -> Any:
        return self._rows[place]

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._rows)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        key = self._family.key
        return getattr(key.model._default_manager.filter(**{key.name: self._parent}), name)  # noqa: SLF001
