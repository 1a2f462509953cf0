"""What every format has: a name, one shape, one writer, one reader and a JSON Schema, all from one typed definition.

A shape is a ``TypedDict`` whose key ``format`` is a ``Literal`` of the format's name. Every key is always there, and no
other: what is not stated is empty or None. A key that came later is ``NotRequired``: always written since, and read
where it is. Whoever changes a shape otherwise gives it another number.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar

from voting.count.canonical import canonical_json
from voting.count.formats.shapes import Misfit, Shape, UnreadableRecord, shape_of

R = TypeVar("R")


@dataclass(frozen=True)
class Format(Generic[R]):
    """One format, from the typed definition of its record; ``about`` says in a sentence what the record is."""

    definition: type[R]
    about: str

    @cached_property
    def name(self) -> str:
        name: str = self._shape.schema["properties"]["format"]["const"]
        return name

    @cached_property
    def _shape(self) -> Shape:
        definition: Any = self.definition
        return shape_of(definition)

    def read(self, text: str | bytes) -> R:
        """Return the record that the text holds. Raises UnreadableRecord."""
        try:
            value = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise UnreadableRecord(self.name, why="it is no JSON") from error
        return self.of(value)

    def of(self, value: object) -> R:
        """Return the plain value as a record, every key and kind checked. Raises UnreadableRecord."""
        if not isinstance(value, dict):
            raise UnreadableRecord(self.name, why="it is no JSON object")
        try:
            record: R = self._shape.read(value)
        except Misfit as misfit:
            raise UnreadableRecord(self.name, place=misfit.place, why=misfit.why) from None
        return record

    def write(self, record: R) -> str:
        """Return the canonical text of a record, which is hashed. What ``read`` would refuse is never written."""
        return canonical_json(self.of(record))

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the format."""
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": self.name,
            "description": self.about,
            **self._shape.schema,
        }
