"""The delegate's sign-in form."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.codes import CodeRefused, MistypedCode

#: What a field keeps of a paste: an invisible character may stand beside each that counts.
MOST_PASTED = 200


class EnterForm(forms.Form):
    """Delegate number and access code from the slip; blanks, dashes and full-width digits are welcome."""

    required_css_class = ""
    number = forms.CharField(
        label=_("Delegate number"),
        max_length=MOST_PASTED,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
        error_messages={"required": _("Please enter the delegate number from your slip.")},
    )
    code = forms.CharField(
        label=_("Access code"),
        max_length=MOST_PASTED,
        help_text=_("20 digits in groups of four; blanks make no difference."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric", "spellcheck": "false"}),
        error_messages={"required": _("Please enter the access code from your slip.")},
    )

    def refuse(self, refusal: CodeRefused) -> None:
        """Show why the sign-in was refused, where it was refused, and put the cursor there."""
        self.add_error("code" if isinstance(refusal, MistypedCode) else None, str(refusal))
        self.fields["code"].widget.attrs["autofocus"] = True

    def focus_first_fault(self) -> None:
        """Put the cursor into the first field that has an error."""
        first = next(name for name in self.fields if name in self.errors)
        self.fields[first].widget.attrs["autofocus"] = True

    @property
    def first_sentence(self) -> str:
        """What is wrong, for the title of the page; empty where nothing is."""
        return next((str(sentence) for faults in self.errors.values() for sentence in faults), "")
