"""The receipt as a delegate types it."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from voting.domain.vote import receipts
from voting.forms.core.plain import PlainForm


class ReceiptForm(PlainForm, forms.Form):
    """One field; what cannot be a receipt is refused with a sentence and stays in the field."""

    receipt = forms.CharField(
        label=_("Receipt"),
        help_text=_("Eight groups of four characters. Capitals, dashes and blanks do not matter."),
        max_length=200,
        error_messages={"required": _("Please enter the receipt from your end page.")},
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
                "class": "mono",
            }
        ),
    )

    def clean_receipt(self) -> str:
        """Return the receipt as typed. Raises ValidationError where it cannot be one."""
        text: str = self.cleaned_data["receipt"]
        try:
            receipts.read(text)
        except receipts.NotAReceipt as error:
            raise ValidationError(
                _(
                    "This is not a complete receipt: it has 32 letters and digits. Please compare it group by group."
                )
            ) from error
        return text
