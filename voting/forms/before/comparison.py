"""What the comparison of the candidate projects is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from voting.forms.core.plain import PlainForm


class CompareForm(PlainForm, forms.Form):
    """Search and filters of the comparison; what makes no sense is left out of account."""

    q = forms.CharField(label=gettext_lazy("Search"), required=False, max_length=100)
    field = forms.ChoiceField(label=gettext_lazy("Field of work"), required=False)
    became = forms.ChoiceField(label=gettext_lazy("Result"), required=False)

    def __init__(self, *args: Any, fields: Sequence[str], voted: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        everything = ("", _("all"))
        self.fields["field"].choices = [everything, *((name, name) for name in fields)]  # type: ignore[attr-defined]
        self.fields["became"].choices = [  # type: ignore[attr-defined]
            everything, ("chosen", _("chosen")), ("rest", _("not chosen")),
        ]  # fmt: skip
        if not fields:
            del self.fields["field"]
        if not voted:
            del self.fields["became"]

    @property
    def chosen(self) -> dict[str, str]:
        """Return what is asked for and understood."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}
