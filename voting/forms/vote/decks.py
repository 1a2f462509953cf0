"""The form of a scanned test deck."""

from __future__ import annotations

from voting.domain.core.refusals import Refused
from voting.forms.vote.scans import ScanBatchForm


class DeckForm(ScanBatchForm):
    """The file of the scanner, as of any batch; the deck has no places in the stack."""

    first = None  # type: ignore[assignment]
    last = None  # type: ignore[assignment]
    set_aside = None  # type: ignore[assignment]

    def field_of(self, refusal: Refused) -> str | None:
        return "pages"
