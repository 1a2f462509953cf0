"""The delegate's sign-in form."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.codes import CodeRefused, MistypedCode


class EnterForm(forms.Form):
    """Delegate number and access code from the slip; blanks, dashes and full-width digits are welcome."""

    required_css_class = ""
    number = forms.CharField(
        label=_("Delegate number"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
        error_messages={"required": _("Please enter the delegate number from your slip.")},
    )
    code = forms.CharField(
        label=_("Access code"),
        max_length=60,
        help_text=_("20 digits in groups of four; blanks make no difference."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric", "spellcheck": "false"}),
        error_messages={"required": _("Please enter the access code from your slip.")},
    )

    def refuse(self, refusal: CodeRefused) -> None:
        """Show why the sign-in was refused, where it was refused, and put the cursor there."""
        self.add_error("code" if isinstance(refusal, MistypedCode) else None, str(refusal))
        self.fields["code"].widget.attrs["autofocus"] = True
