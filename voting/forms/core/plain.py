"""The form that all forms of people are: it takes in plain text, whatever was pasted. A test walks over the forms."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from voting.text.plain import plain

#: What Django writes where nothing is chosen, and what we do.
DASHES, NOT_CHOSEN = "---------", pgettext_lazy("field", "not chosen")
TOO_LONG = _("At most %(limit_value)d characters; these are %(show_value)d.")
#: A number outside of what there is room for.
BEYOND = ("min_value", "max_value")
#: What is said of a number instead of Django's words; a decimal is one of whole numbers' fields, too.
NUMBER_MESSAGES = {
    "invalid": _("Write a whole number in digits alone, such as 1200: no comma, no blank, no unit."),
    "min_value": _("This number is too small: the least is %(limit_value)s."),
    "max_value": _("This number is too large: the most is %(limit_value)s."),
}
DECIMAL_MESSAGES = NUMBER_MESSAGES | {
    "invalid": _(
        "Write a number in digits, such as 1200.5: a point before decimals, no comma, no blank, no unit."
    ),
    "max_digits": _("This number is too long: the most is %(max)s digits."),
    "max_decimal_places": _("Too many digits after the point: the most is %(max)s."),
    "max_whole_digits": _("This number is too large: the most is %(max)s digits before the point."),
}
#: A number as people write it. Python also reads 1_000, and 1e6 for a million.
_WRITTEN = re.compile(r"\s*[+-]?[\d.]*\s*")


class PlainForm(forms.BaseForm):
    """A form that reads what was sent as ``plain_text.plain`` leaves it.

    Browsers send lines ended by CR LF: without this an unchanged text would differ from what is kept. Labels end in no
    colon: Django's is a Latin one behind Chinese words, too. Numbers are typed into fields of text: of what is no
    number a browser's own field sends nothing at all, and nothing may mean something.
    """

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(_plain_data(data, _secret_names(getattr(self, "base_fields", {}))), *args, **kwargs)
        for field in self.fields.values():
            _say_what_is_not_chosen(field)

    def __getitem__(self, name: str) -> BoundField:
        """Return a field as it is shown."""
        if name in self.fields:
            _type_as_text(self.fields[name])
        return super().__getitem__(name)

    def full_clean(self) -> None:
        """Check it all; what is too long, no number, too small or too large is told so in our words."""
        for field in self.fields.values():
            if isinstance(field, forms.CharField):
                field.error_messages.setdefault("max_length", TOO_LONG)
            elif isinstance(field, forms.IntegerField):
                _say_what_is_a_number(field)
        super().full_clean()
        for name in [name for name, field in self.fields.items() if isinstance(field, forms.IntegerField)]:
            if name in getattr(self, "cleaned_data", ()) and not _WRITTEN.fullmatch(
                str(self[name].data or "")
            ):
                self.add_error(name, self.fields[name].error_messages["invalid"])


def _type_as_text(field: forms.Field) -> None:
    """Let a number be typed as text, on a keyboard of digits."""
    widget = field.widget
    if isinstance(widget, forms.NumberInput) and widget.input_type == "number":
        widget.input_type = "text"
        for name in ("min", "max", "step"):
            widget.attrs.pop(name, None)
        widget.attrs |= {"inputmode": "decimal" if isinstance(field, forms.DecimalField) else "numeric"}
        widget.attrs.setdefault("autocomplete", "off")


def _say_what_is_a_number(field: forms.IntegerField) -> None:
    ours = DECIMAL_MESSAGES if isinstance(field, forms.DecimalField) else NUMBER_MESSAGES
    usual = type(field).default_error_messages["invalid"]
    if field.error_messages.get("invalid") == usual:
        field.error_messages["invalid"] = ours["invalid"]
    for code in ours.keys() - {"invalid"}:
        field.error_messages.setdefault(code, ours[code])


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
