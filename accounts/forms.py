"""The delegate's sign-in form."""

from __future__ import annotations

from typing import Any

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

    by_letter = False
    #: Where it is sent.
    address = "accounts:enter"

    @property
    def first_sentence(self) -> str:
        """What is wrong, for the title of the page; empty where nothing is."""
        return next((str(sentence) for faults in self.errors.values() for sentence in faults), "")


class LetterForm(EnterForm):
    """The same for a resident: number and code stand on the letter."""

    by_letter = True
    address = "accounts:enter_by_letter"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        number, code = self.fields["number"], self.fields["code"]
        number.label = _("Number of the letter")
        number.error_messages["required"] = _("Please enter the number from your letter.")
        code.error_messages["required"] = _("Please enter the access code from your letter.")

    def refuse(self, refusal: CodeRefused) -> None:
        """Say the same of a letter that is said of a slip."""
        sentence = _OF_A_LETTER.get(refusal.code, _OF_A_LETTER["wrong"])
        self.add_error("code" if isinstance(refusal, MistypedCode) else None, sentence)
        self.fields["code"].widget.attrs["autofocus"] = True


def sign_in_form(*, by_letter: bool) -> type[EnterForm]:
    """Return the sign-in of residents or of delegates."""
    return LetterForm if by_letter else EnterForm


_OF_A_LETTER = {
    "mistyped": _(
        "This is not a complete access code: it has 20 digits, and at least one is missing or mistyped. "
        "Please compare it with your letter, group by group."
    ),
    "wrong": _(
        "Number and access code do not match. Use the newest letter you were sent; the office that sent it can make a "
        "new one, and the old one is then void."
    ),
    "many": _(
        "Number and access code do not match, and many wrong codes have come from this network. Use the newest letter "
        "you were sent: the right code is always taken."
    ),
}
