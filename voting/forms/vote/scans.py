"""The form of a batch of scanned sheets."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from voting.domain.core.refusals import Refused
from voting.domain.vote import scans
from voting.domain.vote.decks import ScannerNotAdopted
from voting.domain.vote.paper_ballots import NoSuchPlace
from voting.forms.core.many_files import ManyFiles
from voting.forms.core.steps import StepForm
from voting.text import upload_limits
from voting.text.numbers import small_whole

MOST_PLACE = 100_000
_TOO_LARGE = _(
    "The files are larger than 60 MB together. Scan in grey at 200 dots per inch, or in smaller batches."
)


def places_typed(text: str) -> list[int]:
    """Return the places in the stack that somebody typed, each once. Raises ValidationError."""
    words = text.replace(",", " ").replace("，", " ").replace("、", " ").split()
    places = {small_whole(word, most=MOST_PLACE) for word in words}
    if None in places:
        raise ValidationError(_("Type the places as numbers, with blanks between them."))
    return sorted(place for place in places if place is not None)


class ScanBatchForm(StepForm):
    """Which sheets lie in the scanner, and its file."""

    first = forms.IntegerField(
        label=_("From ballot"),
        min_value=1,
        max_value=MOST_PLACE,
        help_text=_("The place that is stamped on the first sheet."),
        error_messages={"required": _("Enter the first place of the batch.")},
    )
    last = forms.IntegerField(
        label=_("To ballot"),
        min_value=1,
        max_value=MOST_PLACE,
        error_messages={"required": _("Enter the last place of the batch.")},
    )
    set_aside = forms.CharField(
        label=_("Sheets set aside"),
        required=False,
        max_length=400,
        help_text=_(
            "The places of torn or soiled sheets that are not in the scanner: they are typed by two people."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )
    pages = ManyFiles(
        label=_("File of the scanner"),
        help_text=_(
            "One PDF, or pictures in order (JPEG, PNG, TIFF); grey, 200 dots per inch, one side, every correction of "
            "the picture switched off."
        ),
        error_messages={"required": _("Choose a file."), "empty": _("The file is empty.")},
    )
    field_order = ("first", "last", "set_aside", "pages")

    def clean_set_aside(self) -> list[int]:
        """Return the places, each once. Raises ValidationError."""
        return places_typed(self.cleaned_data["set_aside"])

    def clean_pages(self) -> list[bytes]:
        """Return what is in the files, in their order. Raises ValidationError where they are too large."""
        if sum(each.size for each in self.cleaned_data["pages"]) > upload_limits.SCANS:
            raise ValidationError(_TOO_LARGE)
        return [each.read() for each in self.cleaned_data["pages"]]

    def field_of(self, refusal: Refused) -> str | None:
        if isinstance(refusal, scans.NothingScanned):
            return "set_aside"
        if isinstance(refusal, ScannerNotAdopted):
            return None
        return "last" if isinstance(refusal, NoSuchPlace | scans.BatchTooLarge) else "first"

    @property
    def batch(self) -> dict[str, Any]:
        """What the domain is told."""
        batch = {name: self.cleaned_data[name] for name in ("first", "last", "set_aside")}
        return {**batch, "files": self.cleaned_data["pages"]}
