"""The forms of the steps in the admin. A form only reads; whether the step may be taken, the domain says."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from voting.domain.core.refusals import ConditionsUnmet, Refused
from voting.domain.vote import keys
from voting.forms.core.plain import PlainForm
from voting.states import Presence

_QUIET = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


class StepForm(PlainForm, forms.Form):
    """A form that shows the domain's refusals where they belong and keeps what was typed."""

    required_css_class = ""

    def refuse(self, refusal: Refused | ValidationError) -> None:
        """Show a refusal on the field concerned where it names one, else at the top."""
        if isinstance(refusal, ValidationError) and hasattr(refusal, "error_dict"):
            for name, errors in refusal.error_dict.items():
                self.add_error(name if name in self.fields else None, errors)
        elif isinstance(refusal, ValidationError):
            self.add_error(None, refusal)
        elif isinstance(refusal, ConditionsUnmet):
            self.add_error(None, [str(c.help or c.text) for c in refusal.unmet])
        else:
            self.add_error(self.field_of(refusal), str(refusal))

    def field_of(self, refusal: Refused) -> str | None:
        """Return the field that a refusal is about, or None."""
        return None

    @property
    def error_fields(self) -> list[forms.BoundField]:
        """The fields that are to be mended, in their order; a page may name them at its top."""
        return [field for field in self if field.errors]


class ConfirmForm(StepForm):
    """A step that cannot be undone: the tick box says so in a full sentence."""

    confirm = forms.BooleanField(
        error_messages={"required": _("Tick the box to say that you want this; nothing has been done.")}
    )

    def __init__(self, *args: Any, sentence: str | Promise = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if sentence:
            self.fields["confirm"].label = str(sentence)
        else:
            del self.fields["confirm"]


class NumbersForm(StepForm):
    """One or more delegate numbers: typed with blanks or commas between them, or ticked in the list."""

    numbers = forms.CharField(
        label=_("Delegate number"),
        help_text=_("Several at once: with blanks or commas between them."),
        error_messages={"required": _("Enter or tick at least one delegate.")},
        widget=forms.TextInput(attrs=_QUIET),
    )

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        if data is not None:
            data = {**data.dict(), "numbers": " ".join(data.getlist("numbers"))}
        super().__init__(data, **kwargs)

    def clean_numbers(self) -> list[str]:
        """Return the numbers, each once, in the order they were given."""
        numbers = re.split(r"[\s,;，、；]+", self.cleaned_data["numbers"].strip(" \t,;，、；"))
        if not any(numbers):
            raise ValidationError(self.fields["numbers"].error_messages["required"])
        return list(dict.fromkeys(numbers))

    def field_of(self, refusal: Refused) -> str | None:
        return "numbers"


class PresenceForm(NumbersForm):
    """Delegates, and what the check-in desk saw of them: the button that was pressed."""

    presence = forms.ChoiceField(choices=Presence.choices, widget=forms.HiddenInput)


class OneNumberForm(StepForm):
    """One delegate, for a new slip, a void one or a sign-in that is blocked."""

    number = forms.CharField(
        label=_("Delegate number"),
        max_length=40,
        error_messages={"required": _("Enter the delegate number.")},
        widget=forms.TextInput(attrs=_QUIET),
    )

    def field_of(self, refusal: Refused) -> str | None:
        return "number"


class CeremonyForm(ConfirmForm):
    """k of n."""

    issued = forms.IntegerField(
        label=_("Key slips to issue"),
        min_value=2,
        max_value=16,
        initial=keys.DEFAULT_ISSUED,
        help_text=_("One for each scrutineer."),
    )
    needed = forms.IntegerField(
        label=_("Key slips needed to open the urn"),
        min_value=2,
        max_value=16,
        initial=keys.DEFAULT_NEEDED,
        help_text=_("Fewer than are issued, so that one lost slip does not lose the vote."),
    )
    field_order = ("issued", "needed", "confirm")

    def field_of(self, refusal: Refused) -> str | None:
        return "needed" if isinstance(refusal, keys.BadSplit) else None


class SlipWordsForm(ConfirmForm):
    """The words of as many key slips as are needed. They are secrets: held in this request and nowhere else."""

    def __init__(self, *args: Any, needed: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for place in range(1, needed + 1):
            self.fields[f"slip_{place}"] = forms.CharField(
                label=_("Key slip %(place)d") % {"place": place},
                required=False,
                max_length=600,
                widget=forms.Textarea(attrs={**_QUIET, "rows": 3, "class": "words", "placeholder": " "}),
            )
        self.order_fields([*(f"slip_{place}" for place in range(1, needed + 1)), "confirm"])

    @property
    def slips(self) -> list[str]:
        """The words as typed, slip by slip."""
        return [value for name, value in self.cleaned_data.items() if name.startswith("slip_")]

    def field_of(self, refusal: Refused) -> str | None:
        slip = refusal.slip if isinstance(refusal, keys.SlipsRefused) else None
        return f"slip_{slip}" if slip else None


class KeyFileForm(StepForm):
    """The public key that the offline ceremony wrote."""

    key_file = forms.FileField(
        label=_("Public key of the offline ceremony"),
        error_messages={"required": _("Choose the file that the offline ceremony wrote.")},
    )

    def field_of(self, refusal: Refused) -> str | None:
        return "key_file"


class TrialWordForm(StepForm):
    """The word that was found in the trial ballot offline."""

    word = forms.CharField(
        label=_("Word of the trial ballot"),
        max_length=20,
        error_messages={"required": _("Enter the word that the offline unsealing printed.")},
        widget=forms.TextInput(attrs=_QUIET),
    )

    def field_of(self, refusal: Refused) -> str | None:
        return "word"


class CountFileForm(StepForm):
    """The count that the offline unsealing wrote."""

    count_file = forms.FileField(
        label=_("Count of the offline unsealing"),
        error_messages={"required": _("Choose the file that the offline unsealing wrote.")},
    )

    def field_of(self, refusal: Refused) -> str | None:
        return "count_file"
