"""The forms with which residents' letters are made: a part of them, one again, one void. Two people always."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from voting.domain.core.refusals import Refused
from voting.domain.vote import letters
from voting.forms.core.second_person import TwoPeople
from voting.forms.core.steps import OneNumberForm, StepForm

#: So many letters are drawn on one page to be printed here.
MOST_DRAWN = 200


def _place(label: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=1,
        error_messages={"required": _("Enter a number of the roll, without the letters before it.")},
    )


class LetterPartForm(TwoPeople):
    """The first and the last letter of a part, and what becomes of them."""

    edits_stored = False

    first = _place(_("First letter"))
    last = _place(_("Last letter"))
    as_file = forms.ChoiceField(
        label=_("Made as"),
        choices=[
            ("file", _("a file for the printing house: number, code and address of every letter (CSV)")),
            ("page", _("letters to print here, at most 200")),
        ],
        widget=forms.RadioSelect,
        initial="file",
    )
    field_order = ("first", "last", "as_file")

    def clean_last(self) -> int:
        """Return the last one; a page takes fewer than a file."""
        last: int = self.cleaned_data["last"]
        drawn = self.data.get(self.add_prefix("as_file")) == "page"
        if drawn and last - self.cleaned_data.get("first", last) >= MOST_DRAWN:
            raise forms.ValidationError(_("At most 200 letters are printed here at once; a file takes more."))
        return last

    def field_of(self, refusal: Refused) -> str | None:
        return "last" if isinstance(refusal, letters.NoSuchLetters | letters.TooManyLetters) else None


class LetterNumberForm(OneNumberForm):
    """One letter, by its number."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["number"].label = _("Number of the letter")
        self.fields["number"].error_messages["required"] = _("Enter the number of the letter.")


class OneLetterForm(TwoPeople, LetterNumberForm):
    """One letter again, for one that was lost."""

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)


class VoidLetterForm(LetterNumberForm, StepForm):
    """One letter that opens nothing any more."""
