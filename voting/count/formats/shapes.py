"""The reader and the JSON Schema of a typed definition, both made from its type hints.

A definition is made of ``TypedDict``, ``list``, ``dict``, ``tuple`` of a fixed length, ``StrEnum``, ``Literal``,
``X | Y``, ``str``, ``int``, ``bool``, ``None``, and text of one form: ``Annotated[str, Form(…)]``. A key of a
``TypedDict`` that is ``NotRequired`` may be missing; where it is there, it has its shape.
"""

from __future__ import annotations

import re
import types
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import (
    Annotated,
    Any,
    Literal,
    NotRequired,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)


class UnreadableRecord(ValueError):
    """This version does not read the record: of another format, or not whole.

    ``wanted`` is the name of the format that was to be read, ``written`` the one that the record has (empty: none);
    ``place`` says where a record of the right format is not whole, and ``why`` in what.
    """

    def __init__(self, wanted: str, *, written: str = "", place: str = "", why: str = "") -> None:
        super().__init__(wanted, written, place, why)
        self.wanted, self.written, self.place, self.why = wanted, _whole(written), _whole(place), why

    def __str__(self) -> str:
        if self.why:
            return f"This record of the format {self.wanted} is not whole: {self.place or 'the record'}: {self.why}."
        return (
            "This record was written in a format that this version does not read: "
            f"{self.written or 'none is named'}. It reads {self.wanted}."
        )


def _whole(text: str) -> str:
    """Return text of a damaged record so that it can be shown: half a character as its escape."""
    return text.encode("utf-8", "backslashreplace").decode()


class Misfit(ValueError):
    """A value that is not of its shape: where in the record, and what was wanted there."""

    def __init__(self, why: str, place: str = "") -> None:
        super().__init__(place, why)
        self.why, self.place = why, place

    def below(self, step: str | int) -> Misfit:
        """Return the same as it is seen from one step further out."""
        begin = f"[{step}]" if isinstance(step, int) else step
        between = "." if self.place and not self.place.startswith("[") else ""
        return Misfit(self.why, begin + between + self.place)


@dataclass(frozen=True)
class Form:
    """Text that matches a pattern as a whole; ``what`` names it in a refusal.

    The pattern is published: no shorthand as ``\\d``, which to some programs means the digits of every script.
    """

    pattern: str
    what: str


@dataclass(frozen=True)
class Shape:
    """``read`` gives a plain value back in this shape; ``schema`` says the same to other programs.

    ``read`` raises Misfit, and UnreadableRecord where a record is of another format.
    """

    read: Callable[[Any], Any]
    schema: dict[str, Any]


@cache
def shape_of(hint: Any) -> Shape:
    """Return the shape that a type hint describes."""
    if is_typeddict(hint):
        return _record(hint)
    if hint in _PLAIN:
        return _plain(hint)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return _words(*hint)
    return _MADE[get_origin(hint)](*get_args(hint))


_PLAIN: dict[Any, tuple[str, str]] = {
    str: ("string", "a text"),
    int: ("integer", "a whole number"),
    bool: ("boolean", "true or false"),
    types.NoneType: ("null", "null"),
}


#: JSON can name half of a pair by an escape; no encoding writes it, so it can be neither hashed nor shown.
_SURROGATE = re.compile("[\ud800-\udfff]")


def _plain(kind: type) -> Shape:
    name, what = _PLAIN[kind]

    def read(value: Any) -> Any:
        if type(value) is not kind:  # true is no number, and 1.0 is none either
            raise Misfit(f"{what} is wanted")
        if isinstance(value, str) and _SURROGATE.search(value):
            raise Misfit("it has half of a character, which is no text")
        return value

    return Shape(read, {"type": name})


def _form(_text: type, form: Form) -> Shape:
    pattern = re.compile(form.pattern)

    def read(value: Any) -> Any:
        if type(value) is not str or not pattern.fullmatch(value):
            raise Misfit(f"{form.what} is wanted")
        return value

    return Shape(read, {"type": "string", "pattern": f"^(?:{form.pattern})$"})


def _words(*words: str) -> Shape:
    known = {str(word): word for word in words}

    def read(value: Any) -> Any:
        if not isinstance(value, str) or value not in known:
            raise Misfit(f"one of these words is wanted: {', '.join(known)}")
        return known[value]

    return Shape(read, {"const": words[0]} if len(words) == 1 else {"enum": [*known]})


def _list(hint: Any) -> Shape:
    part = shape_of(hint)

    def read(value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise Misfit("a list is wanted")
        return [_below(place, part, each) for place, each in enumerate(value)]

    return Shape(read, {"type": "array", "items": part.schema})


def _row(*hints: Any) -> Shape:
    parts = [shape_of(hint) for hint in hints]

    def read(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple) or len(value) != len(parts):
            raise Misfit(f"a list of {len(parts)} values is wanted")
        pairs = zip(parts, value, strict=True)
        return tuple(_below(place, part, each) for place, (part, each) in enumerate(pairs))

    size = {"minItems": len(parts), "maxItems": len(parts)}
    return Shape(read, {"type": "array", "prefixItems": [part.schema for part in parts], **size})


def _table(name_hint: Any, hint: Any) -> Shape:
    name, part = shape_of(name_hint), shape_of(hint)

    def read(value: Any) -> dict[Any, Any]:
        if not isinstance(value, dict):
            raise Misfit("an object is wanted")
        return {_below(key, name, key): _below(key, part, each) for key, each in value.items()}

    schema = {"type": "object", "propertyNames": name.schema, "additionalProperties": part.schema}
    return Shape(read, schema)


def _record(definition: Any) -> Shape:
    hints = get_type_hints(definition, include_extras=True)
    parts = {key: shape_of(hint) for key, hint in hints.items()}
    required = [key for key, hint in hints.items() if get_origin(hint) is not NotRequired]

    def read(value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise Misfit("an object is wanted")
        if "format" in parts:
            _require_format(parts["format"].schema["const"], value.get("format"))
        _require_none(set(required) - value.keys(), "it is missing")
        _require_none(value.keys() - parts.keys(), "it is not known here")
        return {key: _below(key, part, value[key]) for key, part in parts.items() if key in value}

    properties = {key: part.schema for key, part in parts.items()}
    schema = {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
    return Shape(read, schema)


def _require_format(wanted: str, written: object) -> None:
    """Refuse a record of another format first: of its keys nothing is known. Raises UnreadableRecord."""
    if written != wanted:
        raise UnreadableRecord(wanted, written=written if isinstance(written, str) else "")


def _require_none(keys: Iterable[str], why: str) -> None:
    for key in sorted(keys):
        raise Misfit(why, key)


def _either(*hints: Any) -> Shape:
    parts = [shape_of(hint) for hint in hints]

    def read(value: Any) -> Any:
        misfits = []
        for part in parts:
            try:
                return part.read(value)
            except Misfit as misfit:
                misfits.append(misfit)
        raise max(misfits, key=lambda misfit: len(misfit.place))  # the shape that fits the furthest

    return Shape(read, {"anyOf": [part.schema for part in parts]})


def _below(step: str | int, part: Shape, value: Any) -> Any:
    try:
        return part.read(value)
    except Misfit as misfit:
        raise misfit.below(step) from None


_MADE: dict[Any, Callable[..., Shape]] = {
    Annotated: _form, Literal: _words, list: _list, tuple: _row, dict: _table, Union: _either,
    types.UnionType: _either, NotRequired: shape_of,
}  # fmt: skip
