"""What a page sends to confirm or to drop the preview of a list, whatever the list."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from voting.forms.core.steps import StepForm


class ApplyForm(StepForm):
    """Import what the preview shows."""

    staged = forms.IntegerField(widget=forms.HiddenInput)
    leave_out = forms.BooleanField(label=_("Leave the faulty rows out and import the others"), required=False)


class ApplySeenForm(ApplyForm):
    """The preview is made anew at every look: the page says which one the person saw."""

    seen = forms.CharField(widget=forms.HiddenInput)
