"""The form by which the clerk adds a picture to a candidate project."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from voting.domain.before import candidate_pictures
from voting.domain.core import uploads
from voting.domain.core.refusals import Refused
from voting.forms.core.steps import StepForm
from voting.models import MOST_ALT


class PictureForm(StepForm):
    """A picture and what it shows in words."""

    edits_stored = False

    file = forms.FileField(
        label=_("Picture"),
        help_text=_("JPEG, PNG or WebP, at most 5 MB. The place where it was taken is removed."),
        error_messages={"required": _("Choose a picture.")},
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )
    alt = forms.CharField(
        label=_("What the picture shows"),
        max_length=MOST_ALT,
        help_text=_("One sentence, read out to those who do not see it."),
        error_messages={"required": _("Say what the picture shows.")},
    )

    def clean(self) -> None:
        """Make the picture anew once everything else is in order; one that is not taken is named on its field."""
        super().clean()
        if self.errors:
            return
        sent = self.cleaned_data["file"]
        try:
            self.cleaned_data["file"] = uploads.clean(sent.name, sent.read(uploads.MOST_BYTES + 1))
        except uploads.BadFile as refusal:
            self.add_error("file", str(refusal))

    @property
    def values(self) -> dict[str, Any]:
        return {"file": self.cleaned_data["file"], "alt": self.cleaned_data["alt"]}

    def field_of(self, refusal: Refused) -> str | None:
        if isinstance(refusal, candidate_pictures.WordsMissing):
            return "alt"
        return "file"
