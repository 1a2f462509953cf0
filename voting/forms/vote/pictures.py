"""The form that opens sealed pictures: which, why, and the key slips."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from voting.domain.core.refusals import ReasonMissing, Refused
from voting.domain.vote.opened_pictures import NoSealedPicture
from voting.forms.core.steps import SlipWordsForm
from voting.forms.vote.scans import places_typed


class PicturesForm(SlipWordsForm):
    """Which pictures are opened and why; then as many key slips as the key needs."""

    places = forms.CharField(
        label=_("Ballots"),
        required=False,
        max_length=400,
        help_text=_("Their places in the stack, with blanks between them. Empty: all that were scanned."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=400,
        help_text=_("It stands in the journal and in the minutes."),
        error_messages={"required": _("Say why the pictures are opened.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(["places", "reason"])

    def clean_places(self) -> list[int]:
        """Return the places, each once. Raises ValidationError."""
        return places_typed(self.cleaned_data["places"])

    def field_of(self, refusal: Refused) -> str | None:
        if isinstance(refusal, NoSealedPicture):
            return "places"
        return "reason" if isinstance(refusal, ReasonMissing) else super().field_of(refusal)
