"""Several files in one field of a form."""

from __future__ import annotations

from typing import Any

from django import forms


class _ManyInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class ManyFiles(forms.FileField):
    """Several files in one field; cleans to a list."""

    widget = _ManyInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        return [super(ManyFiles, self).clean(each, initial) for each in data or []]
