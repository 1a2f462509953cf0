"""The forms of the import of proposals and of progress."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from voting.domain.core.refusals import Refused
from voting.forms.core.steps import StepForm


class UploadTableForm(StepForm):
    """The table of progress, filled in."""

    file = forms.FileField(
        label=_("The table, filled in"),
        help_text=_("The XLSX that was downloaded here, or a CSV with the same columns."),
        error_messages={"required": _("Choose a file."), "empty": _("The file is empty.")},
    )

    def field_of(self, refusal: Refused) -> str | None:
        return "file"


class UploadListForm(StepForm):
    """The file."""

    file = forms.FileField(
        label=_("File"),
        help_text=_(
            "XLSX or CSV with the columns 标题 and 内容, and if you have them 来源, 领域, 地点, 理由, "
            "受益人群, 估算费用, 提出人, 联系方式."
        ),
        error_messages={"required": _("Choose a file."), "empty": _("The file is empty.")},
    )

    def field_of(self, refusal: Refused) -> str | None:
        return "file"
