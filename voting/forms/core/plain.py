"""The form that all forms of people are: it takes in plain text, whatever was pasted. A test walks over the forms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from voting.text.plain import plain

#: What Django writes where nothing is chosen, and what we do.
DASHES, NOT_CHOSEN = "---------", pgettext_lazy("field", "not chosen")
TOO_LONG = _("At most %(limit_value)d characters; these are %(show_value)d.")


class PlainForm(forms.BaseForm):
    """A form that reads what was sent as ``plain_text.plain`` leaves it.

    Browsers send lines ended by CR LF: without this an unchanged text would differ from what is kept. Labels end in no
    colon: Django's is a Latin one behind Chinese words, too.
    """

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(_plain_data(data, _secret_names(getattr(self, "base_fields", {}))), *args, **kwargs)
        for field in self.fields.values():
            _say_what_is_not_chosen(field)

    def full_clean(self) -> None:
        """Check it all; a text that is too long is told so in our words, whatever form it stands on."""
        for field in self.fields.values():
            if isinstance(field, forms.CharField):
                field.error_messages.setdefault("max_length", TOO_LONG)
        super().full_clean()


def _say_what_is_not_chosen(field: forms.Field) -> None:
    if isinstance(field, forms.ModelChoiceField):
        if field.empty_label == DASHES:
            field.empty_label = NOT_CHOSEN
    elif isinstance(field, forms.ChoiceField) and isinstance(field.choices, list):
        field.choices = [(value, NOT_CHOSEN if label == DASHES else label) for value, label in field.choices]


def _secret_names(fields: Mapping[str, forms.Field]) -> frozenset[str]:
    """Return the names of the passwords, which are what they are, to the last character."""
    return frozenset(name for name, field in fields.items() if isinstance(field.widget, forms.PasswordInput))


def _plain_data(data: Any, secret: frozenset[str]) -> Any:
    if isinstance(data, MultiValueDict):
        plain_data = data.copy()
        for name, values in data.lists():
            if name not in secret:
                plain_data.setlist(name, [_plain_value(each) for each in values])
        return plain_data
    if isinstance(data, Mapping):
        return {name: value if name in secret else _plain_value(value) for name, value in data.items()}
    return data


def _plain_value(value: Any) -> Any:
    return plain(value) if isinstance(value, str) else value
