"""The form with which a count that was made offline is imported."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from voting.domain.core.refusals import Refused
from voting.forms.core.second_person import TwoPeople


class ImportCountForm(TwoPeople):
    """The count that the offline unsealing wrote, and the second person."""

    count_file = forms.FileField(
        label=_("Count of the offline unsealing"),
        error_messages={"required": _("Choose the file that the offline unsealing wrote.")},
    )

    def field_of(self, refusal: Refused) -> str | None:
        return super().field_of(refusal) or "count_file"
