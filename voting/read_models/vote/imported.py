"""What is said of a count that was made elsewhere and brought here as a file, wherever a count is shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from voting.models import JournalEntry, Tally
from voting.states import Act, CountProof


def imported_words(*, imported: bool, proof: str = "") -> str:
    """Return the sentences about an imported count and how it was proven; empty for a count of the server's own."""
    if not imported:
        return ""
    how = {
        CountProof.SLIPS: _(
            "Imported: this count was made offline and brought here as a file. Whoever certified it had the urn opened "
            "here once more with the key slips; the two counts are equal byte for byte."
        ),
        CountProof.FILE: _(
            "Imported: this count was made offline and brought here as a file. Whoever certified it counted the urn "
            "once more with the key slips, offline; the two counts are equal byte for byte."
        ),
    }
    return how.get(CountProof(proof)) or _(
        "Imported: this count was made offline and brought here as a file. By itself it proves nothing; whoever "
        "certifies it opens the urn once more."
    )


def imported_tally(tally: Tally) -> str:
    """Return what is said of a count that is not published yet."""
    if not tally.imported:
        return ""
    certification = getattr(tally, "certification", None)
    return imported_words(imported=True, proof=certification.proof if certification else "")


def imported_round(part: Mapping[str, Any]) -> str:
    """Return what a notice says of the count of its own round, or of an earlier one that it tells in short."""
    told = part.get("tally", part)
    return imported_words(imported=told.get("imported", False), proof=told.get("proof", ""))


def entry_words(entry: JournalEntry) -> str:
    """Return what the minutes add to a count or a certification; empty for a count of the server's own."""
    if entry.act == Act.ROUND_COUNTED and entry.data.get("offline"):
        return _("It was made offline, and this record of it was imported.")
    if entry.act == Act.TALLY_CERTIFIED:
        how = {
            CountProof.SLIPS: _(
                "Before that the urn was opened once more with the key slips, and gave the same."
            ),
            CountProof.FILE: _(
                "Before that the urn was counted once more offline with the key slips, and gave the same."
            ),
        }
        return how.get(CountProof(entry.data.get("proof", ""))) or ""
    return ""
