"""The English names of the units and delegations that records name in Chinese."""

from __future__ import annotations

import hashlib
import re
from functools import cached_property

from django.utils.translation import get_language

from accounts.models import Delegation, Unit

#: What stands between names where several are written in one line.
_BETWEEN = re.compile(r"\s*[、,，;；/]+\s*")


class NamesShown:
    """What one congress' units, or delegations, are called in the reader's language where a record has them as text.

    Asked of the database at most once, and only for a reader of English who meets a name.
    """

    def __init__(self, congress: int, model: type[Unit] | type[Delegation] = Unit) -> None:
        self.congress, self.model = congress, model

    @cached_property
    def _english(self) -> dict[str, str]:
        rows = self.model.objects.filter(congress=self.congress).exclude(name_en="")
        return dict(rows.order_by("name").values_list("name", "name_en"))

    @property
    def version(self) -> str:
        """A hash of the names as this reader meets them now: a file that shows them is another once they change."""
        names = self._english if _is_english() else {}
        return hashlib.sha256(repr(names).encode()).hexdigest()

    def of(self, text: str) -> str:
        """Return a name, or several with commas between them, line by line; an unknown one as it is written."""
        if not text or not _is_english():
            return text
        return "\n".join(map(self._line, text.splitlines()))

    def _line(self, line: str) -> str:
        names = [each for each in _BETWEEN.split(line.strip()) if each]
        if self._english.keys().isdisjoint(names):
            return line
        return ", ".join(self._english.get(each, each) for each in names)


def _is_english() -> bool:
    return (get_language() or "").startswith("en")
