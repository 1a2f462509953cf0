"""The forms of the import of delegates."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import RosterImport
from voting.domain.core.refusals import Refused
from voting.forms.core.steps import StepForm


class UploadForm(StepForm):
    """The file, and whether it is the whole list."""

    file = forms.FileField(
        label=_("File"),
        help_text=_(
            "XLSX or CSV with the columns 代表证号, 姓名, 代表团, and if needed 分组. A title above them, merged cells "
            "and rows of sums do no harm."
        ),
        error_messages={"required": _("Choose a file."), "empty": _("The file is empty.")},
    )
    mode = forms.ChoiceField(
        label=_("What the file is"),
        choices=RosterImport.Mode.choices,
        initial=RosterImport.Mode.APPEND,
        help_text=_(
            "Append and correct: delegates who are not in the file stay. The whole list: they go out of office."
        ),
    )

    def field_of(self, refusal: Refused) -> str | None:
        return "file"


class UndoForm(StepForm):
    """Take back the import that the page named, and no other."""

    shown = forms.IntegerField(widget=forms.HiddenInput)
