"""The form that all forms of people are: it takes in plain text, whatever was pasted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict

from voting.plain_text import plain


class PlainForm(forms.BaseForm):
    """A form that reads what was sent as ``plain_text.plain`` leaves it.

    Browsers send lines ended by CR LF: without this an unchanged text would differ from what is kept.
    """

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(_plain_data(data), *args, **kwargs)


def _plain_data(data: Any) -> Any:
    if isinstance(data, MultiValueDict):
        found = data.copy()
        for name, values in data.lists():
            found.setlist(name, [_plain_value(each) for each in values])
        return found
    if isinstance(data, Mapping):
        return {name: _plain_value(value) for name, value in data.items()}
    return data


def _plain_value(value: Any) -> Any:
    return plain(value) if isinstance(value, str) else value
