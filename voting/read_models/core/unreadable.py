"""What is said of a frozen record that this version does not read, and how a page of many records stands without it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Protocol, TypeVar

from django.utils.translation import gettext as _

from voting.count.formats import UnreadableRecord

T = TypeVar("T")
_log = logging.getLogger(__name__)


class Read(Protocol):
    """Reads with a reader; what cannot be read is raised, or left out as None."""

    def __call__(self, reader: Callable[[], T], /) -> T | None: ...


class Unread:
    """For a page about many records: each that cannot be read leaves its sentence, and the page stands.

    A page about one record does not use it: it is the sentence itself, with status 409.
    """

    def __init__(self) -> None:
        self.sentences: list[str] = []

    def read(self, reader: Callable[[], T]) -> T | None:
        """Return what the reader returns; where its record cannot be read, None, and one sentence more."""
        try:
            return reader()
        except UnreadableRecord as error:
            _log.error("%s", error)
            self.sentences.append(unreadable_sentence(error))
            return None


def unreadable_sentence(error: UnreadableRecord) -> str:
    """Say in the reader's language why the record cannot be shown."""
    if error.why:
        return _(
            "This record of the format %(wanted)s is not whole, at %(place)s. It stands as it was written; nothing "
            "of it is shown."
        ) % {"wanted": error.wanted, "place": error.place or "–"}
    return _(
        "This record was written in a format that this version does not read: %(written)s. This version reads "
        "%(wanted)s. The record stands as it was written; nothing of it is shown."
    ) % {"written": error.written or "–", "wanted": error.wanted}
