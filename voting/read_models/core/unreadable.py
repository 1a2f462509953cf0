"""What is said of a frozen record that this version does not read."""

from __future__ import annotations

from django.utils.translation import gettext as _

from voting.count.formats import UnreadableRecord


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
