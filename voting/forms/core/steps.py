"""The forms of the steps in the admin. A form only reads; whether the step may be taken, the domain says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, ClassVar, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import second_factor
from accounts.models import User
from voting.domain.core.refusals import ConditionsUnmet, ReasonMissing, Refused, StepNotAllowed
from voting.domain.vote import key_slips, keys
from voting.forms.core.plain import BEYOND, PlainForm
from voting.states import Presence

_QUIET = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


#: The tick at what cannot be undone.
TICK = "confirm"
_UNTICKED = _("Tick the box to confirm; nothing has been done so far.")


class StepForm(PlainForm, forms.Form):
    """A form that shows the domain's refusals where they belong and keeps what was typed."""

    required_css_class = ""
    #: The request of whoever is asked for the own second factor here.
    _request: HttpRequest | None = None
    #: What it is filled in with is stored, and is changed with it; no proposal of ours, and no figure of now.
    edits_stored: ClassVar[bool] = True

    def full_clean(self) -> None:
        """Check it all, and only where all of it is right what is used up by being checked."""
        super().full_clean()
        if self.is_bound and not self.errors:
            self.use_up()

    def use_up(self) -> None:
        """Check what works once. The own code, where it is asked for, is good for what follows within minutes, too."""
        if self._request is None or OWN_CODE not in self.fields:
            return
        if take_code(self, OWN_CODE, cast("User", self._request.user)):
            second_factor.proven(self._request.session)
            del self.fields[OWN_CODE]

    def tick(self, sentence: str | Promise) -> None:
        """Ask for a tick at what cannot be undone, said in a full sentence."""
        self.fields[TICK] = forms.BooleanField(label=str(sentence), error_messages={"required": _UNTICKED})
        self.tick_last()

    def ask_again(self, request: HttpRequest) -> None:
        """Ask for the person's own second factor, too: what this form is for cannot be undone."""
        self._request = request
        self.fields[OWN_CODE] = code_field()
        self.tick_last()

    def tick_last(self) -> None:
        """Let the tick stand below every other field."""
        self.order_fields([*(name for name in self.fields if name != TICK), TICK])

    def untick(self) -> None:
        """Take the tick back: it was given to what the page said before."""
        if TICK in self.fields and self.is_bound:
            sent: Any = self.data
            self.data = sent = sent.copy()
            sent.pop(self.add_prefix(TICK), None)

    def refuse(self, refusal: Refused | ValidationError) -> None:
        """Show a refusal on the field concerned where it names one, else at the top; what is ticked is asked again."""
        self.untick()
        if isinstance(refusal, ValidationError) and hasattr(refusal, "error_dict"):
            for name, errors in refusal.error_dict.items():
                ours = self.fields[name].error_messages if name in self.fields else {}
                for error in errors:
                    if error.code in BEYOND:
                        error.message = ours.get(error.code, error.message)
                self.add_error(name if name in self.fields else None, errors)
        elif isinstance(refusal, ValidationError):
            self.add_error(None, refusal)
        elif isinstance(refusal, ConditionsUnmet):
            self.add_error(None, [str(c.help or c.text) for c in refusal.unmet])
        else:
            # That it is not the moment is no field's fault.
            field = None if isinstance(refusal, StepNotAllowed) else self.field_of(refusal)
            self.add_error(field, str(refusal))

    def field_of(self, refusal: Refused) -> str | None:
        """Return the field that a refusal is about, or None."""
        return None

    @property
    def error_fields(self) -> list[forms.BoundField]:
        """The fields that are to be mended, in their order; a page may name them at its top."""
        return [field for field in self if field.errors]


class Unechoed(forms.PasswordInput):
    """A text that can be read while it is typed, and is never written back into a page."""

    input_type = "text"


#: The field of the own second factor, on the form of what cannot be undone.
OWN_CODE = "own_code"


def code_field(*, label: Any = None, help_text: Any = None, required: bool = True) -> forms.CharField:
    """Return the field of a code that works once: of the own second factor, where nothing else is said."""
    return forms.CharField(
        label=_("Code of your second factor") if label is None else label,
        help_text=_("The six digits that the app shows now, or a recovery code.")
        if help_text is None
        else help_text,
        required=required,
        max_length=40,
        error_messages={"required": _("Enter the six digits that the app shows, or a recovery code.")},
        widget=Unechoed(attrs=_QUIET),
    )


def take_code(form: StepForm, name: str, user: User) -> second_factor.Factor | None:
    """Take the code in that field as the person's and return which it was, or say on the field why not."""
    code = form.cleaned_data.pop(name, "")
    try:
        return second_factor.prove(user, code)
    except second_factor.FactorRefused as refusal:
        form.add_error(name, str(refusal))
        return None


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

    def ask_for_letters(self) -> None:
        """Ask for the numbers of letters: residents vote."""
        self.fields["numbers"].label = _("Number of the letter")
        self.fields["numbers"].error_messages["required"] = _("Enter at least one number of a letter.")

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

    def ask_for_letter(self) -> None:
        """Ask for the number of a letter: a resident votes with it."""
        self.fields["number"].label = _("Number of the letter")
        self.fields["number"].error_messages["required"] = _("Enter the number of the letter.")

    def clean_number(self) -> str:
        """Return the number; several run together would be that of somebody else."""
        number: str = self.cleaned_data["number"]
        if len(number.split()) > 1:
            raise ValidationError(_("This field takes one delegate number."))
        return number

    def field_of(self, refusal: Refused) -> str | None:
        return "number"


def why_again() -> forms.CharField:
    return forms.CharField(
        label=_("Why the ceremony is held again"),
        max_length=300,
        help_text=_("For example: a slip was lost, or a holder has left. It stands in the journal."),
        error_messages={"required": _("Say why: the reason stands in the journal.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class CeremonyForm(StepForm):
    """Who holds a slip, how many are needed, whether none may be lost; and why, where one was held ``again``."""

    edits_stored = False

    holders = forms.MultipleChoiceField(
        label=_("Scrutineers who are here and take a key slip"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose the scrutineers who take a key slip.")},
    )
    needed = forms.IntegerField(
        label=_("Key slips needed to open the urn"),
        min_value=2,
        max_value=16,
        help_text=_("Fewer than are issued, so that one lost slip does not lose the vote."),
    )
    all_needed = forms.BooleanField(
        label=_("Every slip shall be needed: one that is lost loses the vote."), required=False
    )
    field_order = ("holders", "needed", "all_needed")

    def __init__(self, *args: Any, scrutineers: Sequence[User], again: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if again:
            self.fields["reason"] = why_again()
        self.people = {str(person.pk): person for person in scrutineers}
        field = self.fields["holders"]
        field.choices = [  # type: ignore[attr-defined]
            (key, gettext("%(words)s (%(more)s)") % {"words": person.name, "more": person.get_role_display()})
            for key, person in self.people.items()
        ]
        field.initial = list(self.people)
        self.fields["needed"].initial = max(2, min(keys.DEFAULT_NEEDED, len(self.people) - 1))

    @property
    def chosen(self) -> list[User]:
        """The people chosen, in the order in which they stand on the page."""
        keys_chosen = set(self.cleaned_data["holders"])
        return [person for key, person in self.people.items() if key in keys_chosen]

    def field_of(self, refusal: Refused) -> str | None:
        fields = {
            keys.BadSplit: "needed", keys.NotAHolder: "holders", keys.NoSlipToSpare: "all_needed",
            ReasonMissing: "reason" if "reason" in self.fields else None,
        }  # fmt: skip
        return fields.get(type(refusal))


class SlipInput(forms.PasswordInput):
    """A key slip as it is typed, scanned or read from a picture: not shown in clear, kept while the page is mended."""

    def __init__(self) -> None:
        super().__init__(
            attrs={
                **_QUIET,
                "inputmode": "numeric",
                "class": "slip-words",
                "data-1p-ignore": "true",
                "data-lpignore": "true",
            },
            render_value=True,
        )


class SlipField(forms.CharField):
    """The field of one slip: 80 digits or 20 words."""

    def __init__(self, label: str) -> None:
        super().__init__(label=label, required=False, max_length=600, widget=SlipInput())


class SlipWordsForm(StepForm):
    """As many key slips as are asked for. They are secrets: held in this request and nowhere else."""

    def __init__(self, *args: Any, labels: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [f"slip_{place}" for place in range(1, len(labels) + 1)]
        for name, label in zip(names, labels, strict=True):
            self.fields[name] = SlipField(label)
        self.order_fields(names)

    @property
    def slips(self) -> list[str]:
        """The slips as typed, field by field."""
        return [value for name, value in self.cleaned_data.items() if name.startswith("slip_")]

    def refuse(self, refusal: Refused | ValidationError) -> None:
        """Name every fault at its field."""
        if not isinstance(refusal, key_slips.SlipsRefused):
            super().refuse(refusal)
            return
        for fault in refusal.faults:
            name = f"slip_{fault.place}"
            self.add_error(name if name in self.fields else None, fault.sentence)


class ProveSlipForm(SlipWordsForm):
    """One slip, typed back by its holder from the own paper."""

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, labels=[str(_("Your key slip, from your paper"))])

    def field_of(self, refusal: Refused) -> str | None:
        return "slip_1"


class TakeSlipForm(StepForm):
    """The code of the ceremony, which whoever leads it shows from holder to holder."""

    code = forms.CharField(
        label=_("Code of the ceremony"),
        max_length=60,
        help_text=_("20 digits, from the page of whoever leads the ceremony; or scan the square there."),
        error_messages={"required": _("Enter the code of the ceremony.")},
        widget=forms.TextInput(attrs={**_QUIET, "inputmode": "numeric"}),
    )

    def field_of(self, refusal: Refused) -> str | None:
        codes = (key_slips.CeremonyCodeMistyped, key_slips.WrongCeremonyCode)
        return "code" if isinstance(refusal, codes) else None


class SecondCountForm(StepForm):
    """A second count of the same urn, which the certifier made."""

    count_file = forms.FileField(
        label=_("Your own count"),
        help_text=_("The file that the offline unsealing wrote from the urn that you took on this page."),
        error_messages={"required": _("Choose the file that the offline unsealing wrote.")},
    )
    field_order = ("count_file",)

    def field_of(self, refusal: Refused) -> str | None:
        return "count_file"


class TakeUrnForm(StepForm):
    """The offline count is chosen: whoever takes the urn says so."""
