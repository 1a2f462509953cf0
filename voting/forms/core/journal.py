"""The filter of the journal; it travels in the address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from voting.forms.core.plain import PlainForm
from voting.text.plain import plain

_LABELS = {"act": _("Act"), "person": _("By"), "day": _("Day"), "round": _("Round")}


class JournalFilterForm(PlainForm, forms.Form):
    """By act, person, day, round, each of those that the journal has; and a search."""

    words = forms.CharField(label=_("Search"), required=False, max_length=100)

    def __init__(self, data: Any, *, choices: Mapping[str, Sequence[tuple[str, str]]]) -> None:
        super().__init__(data)
        for name, label in _LABELS.items():
            listed = [("", _("all")), *choices[name]]
            self.fields[name] = forms.ChoiceField(label=label, required=False, choices=listed)
        self.order_fields([*_LABELS, "words"])

    def clean_words(self) -> str:
        return plain(self.cleaned_data["words"])
