"""Read seed files (TOML). What is damaged is refused with the file, the place in it and one sentence."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class SeedDamaged(Exception):
    """A seed file that is not taken; ``str()`` names the file, the place in it and what is wrong there."""

    def __init__(self, file: Path, place: str, sentence: str) -> None:
        super().__init__(file, place, sentence)
        self.file, self.place, self.sentence = file, place, sentence

    def __str__(self) -> str:
        where = f"{self.file} {self.place}" if self.place else str(self.file)
        return _("%(where)s: %(sentence)s Nothing was loaded.") % {"where": where, "sentence": self.sentence}


@dataclass(frozen=True)
class Field:
    """What stands under one key of a table."""

    kind: type
    required: bool = False
    options: Sequence[str] = ()
    least: int = 0


TEXT, DAY, TEXTS = Field(str), Field(date), Field(list)
Fields = Mapping[str, Field]

_KINDS: dict[type, Promise] = {
    str: gettext_lazy("a text in quotation marks"),
    int: gettext_lazy("a whole number"),
    date: gettext_lazy("a date like 2018-01-23"),
    list: gettext_lazy("a list of texts"),
}


def read_toml(file: Path) -> dict[str, Any]:
    """Return the tables of the file. Raises SeedDamaged where it cannot be read or is no TOML."""
    try:
        return tomllib.loads(file.read_bytes().decode("utf-8"))
    except OSError as problem:
        text = _("the file cannot be read (%(reason)s).") % {"reason": problem.strerror}
        raise SeedDamaged(file, "", text) from None
    except UnicodeDecodeError as problem:
        line = problem.object[: problem.start].count(b"\n") + 1
        raise SeedDamaged(file, _place(line), _("the text is not UTF-8.")) from None
    except tomllib.TOMLDecodeError as problem:
        place = re.search(r"line (\d+)", str(problem))
        raise SeedDamaged(
            file, _place(int(place[1])) if place else "", _("this is not well-formed TOML.")
        ) from None


def _place(line: int) -> str:
    return _("line %(line)d") % {"line": line}


@dataclass(frozen=True)
class Reader:
    """Checks the tables of one file, or of one table ``within`` it. Every method raises SeedDamaged."""

    file: Path
    data: Mapping[str, Any]
    within: str = ""

    def refuse(self, place: str, sentence: str) -> SeedDamaged:
        return SeedDamaged(self.file, f"{self.within} {place}".strip(), sentence)

    def only(self, *names: str) -> None:
        """Refuse tables of other names."""
        for name in self.data:
            if name not in names:
                raise self.refuse(f"[{name}]", _("no such table is known here; a slip of the pen?"))

    def table(self, name: str, fields: Fields) -> dict[str, Any]:
        """Return the one table of that name."""
        content = self.data.get(name)
        if not isinstance(content, dict):
            raise self.refuse(f"[{name}]", _("this table is missing."))
        return self._checked(f"[{name}]", content, fields)

    def tables(self, name: str, fields: Fields, *, once: Sequence[str]) -> list[dict[str, Any]]:
        """Return the tables of that name, at least one; no two may agree in a field of *once*."""
        tables = [
            self._checked(self.place(name, i), table, fields)
            for i, table in enumerate(self._listed(name), start=1)
        ]
        for key in once:
            self._once(name, key, [table[key] for table in tables])
        return tables

    def readers(self, name: str) -> list[Reader]:
        """Return a reader for each table of that name, at least one, that has tables of its own."""
        return [
            Reader(self.file, table, self.place(name, i))
            for i, table in enumerate(self._listed(name), start=1)
        ]

    def _listed(self, name: str) -> list[dict[str, Any]]:
        contents = self.data.get(name)
        if (
            not isinstance(contents, list)
            or not contents
            or not all(isinstance(table, dict) for table in contents)
        ):
            raise self.refuse(f"[[{name}]]", _("at least one such table is needed."))
        return contents

    @staticmethod
    def place(name: str, number: int) -> str:
        """Return how the n-th table of that name is called in a sentence."""
        return _("[[%(name)s]] no. %(number)d") % {"name": name, "number": number}

    def _once(self, name: str, key: str, values: list[Any]) -> None:
        for place, value in enumerate(values):
            if value in values[:place]:
                first = values.index(value) + 1
                sentence = _("%(key)s = %(value)s stands already in no. %(first)d.")
                raise self.refuse(
                    self.place(name, place + 1), sentence % {"key": key, "value": value, "first": first}
                )

    def _checked(self, place: str, table: dict[str, Any], fields: Fields) -> dict[str, Any]:
        for key in table:
            if key not in fields:
                raise self.refuse(place, _("the field “%(key)s” is not known.") % {"key": key})
        for key, field in fields.items():
            if key in table:
                self._check_value(place, key, table[key], field)
            elif field.required:
                raise self.refuse(place, _("the field “%(key)s” is missing.") % {"key": key})
        return table

    def _check_value(self, place: str, key: str, value: Any, field: Field) -> None:
        if not _is(value, field.kind):
            sentence = _("the field “%(key)s” must be %(kind)s.")
            raise self.refuse(place, sentence % {"key": key, "kind": _KINDS[field.kind]})
        if field.options and value not in field.options:
            sentence = _("the field “%(key)s” must be one of %(options)s.")
            raise self.refuse(place, sentence % {"key": key, "options": ", ".join(field.options)})
        if field.required and isinstance(value, str) and not value.strip():
            raise self.refuse(place, _("the field “%(key)s” is empty.") % {"key": key})
        if isinstance(value, int) and value < field.least:
            sentence = _("the field “%(key)s” must be at least %(least)d.")
            raise self.refuse(place, sentence % {"key": key, "least": field.least})


def _is(value: Any, kind: type) -> bool:
    if kind is list:
        return isinstance(value, list) and all(isinstance(part, str) for part in value)
    if kind is date:
        return isinstance(value, date) and not isinstance(value, datetime)
    return isinstance(value, kind) and not isinstance(value, bool)
