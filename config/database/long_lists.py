"""Lists of any length after ``__in``: a statement binds at most 65 535 values, and a roll may be longer."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models.fields.related_lookups import RelatedIn
from django.db.models.lookups import In

#: A longer list is bound as one value, an array.
LONG = 1_000


class _AsArray:
    """Puts a long list of plain values into one array."""

    def process_rhs(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        sql, params = super().process_rhs(compiler, connection)  # type: ignore[misc]
        if len(params) <= LONG or sql != f"({', '.join(['%s'] * len(params))})":
            return sql, params
        words = all(isinstance(value, str) for value in params)  # which are bound without a type
        return f"(SELECT unnest(%s{'::text[]' if words else ''}))", [list(params)]


class _LongIn(_AsArray, In):
    pass


class _LongRelatedIn(_AsArray, RelatedIn):
    pass


def register() -> None:
    """Let every field take such lists."""
    models.Field.register_lookup(_LongIn)
    models.ForeignObject.register_lookup(_LongRelatedIn)
