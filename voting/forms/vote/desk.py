"""The forms of the check-in desk: one number typed or scanned, and a change of the frozen roll."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from voting.domain.core.refusals import ReasonMissing, Refused
from voting.forms.core.steps import OneNumberForm
from voting.states import Presence

LONGEST_SCAN = 400  # characters
MOST_MINUTES = 24 * 60
MOST_DAYS = 366


def number_of(text: str) -> str:
    """Return the delegate number of what was typed or scanned.

    The square on a slip holds the address of the sign-in page with ``#number.code`` behind it: only the number is
    kept, the code is the delegate's alone. An address without a number gives nothing.
    """
    text = text.strip()[:LONGEST_SCAN]
    if "#" in text:
        return text.rsplit("#", 1)[1].rsplit(".", 1)[0].strip()
    return "" if "://" in text else text


class ScanForm(OneNumberForm):
    """One delegate at the desk, and the button that was pressed. What was scanned beside the number is dropped."""

    presence = forms.ChoiceField(choices=Presence.choices, widget=forms.HiddenInput)

    def __init__(self, data: Any = None) -> None:
        if data is not None:
            data = {
                "number": number_of(data.get("number", "")),
                "presence": data.get("presence") or Presence.PRESENT,
            }
        super().__init__(data)


class RollChangeForm(OneNumberForm):
    """A delegate, or a letter, to be excluded or admitted, and why."""

    reason = forms.CharField(
        label=_("Reason for the change"),
        max_length=300,
        required=False,
        help_text=_(
            "It stands in the journal: for example the decision by which the delegate left or entered office."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, by_letter: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if by_letter:
            self.ask_for_letter()
            self.fields["reason"].help_text = _(
                "It stands in the journal: for example that the resident moved away, or that the letter came back."
            )

    def field_of(self, refusal: Refused) -> str | None:
        return "reason" if isinstance(refusal, ReasonMissing) else "number"


class MinutesField(forms.IntegerField):
    """How long the vote is announced to stay open; empty announces nothing."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Announce for how many minutes the vote stays open"),
            help_text=_(
                "May stay empty. The hall screen counts down and then asks to vote soon; the vote is closed by "
                "you alone, never by the clock."
            ),
            required=False,
            min_value=1,
            max_value=MOST_MINUTES,
        )

    def clean(self, value: Any) -> int | None:
        try:
            minutes: int | None = super().clean(value)
        except ValidationError as error:
            raise ValidationError(_("A whole number of minutes, from 1 to %d.") % MOST_MINUTES) from error
        return minutes


class LastDayField(forms.DateField):
    """On which day residents can vote last; as the minutes until that day is over here, or None where it is empty."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Announce the last day on which residents can vote"),
            help_text=_(
                "May stay empty. It stands on the public pages; the vote is closed by you alone, never by the clock."
            ),
            required=False,
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        )

    def clean(self, value: Any) -> int | None:
        """Return the minutes. Raises ValidationError for no day, one that is over, or one more than a year away."""
        day = super().clean(value)
        if day is None:
            return None
        over = timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))
        minutes = int((over - timezone.now()) / timedelta(minutes=1))
        if not 1 <= minutes <= MOST_DAYS * 24 * 60:
            raise ValidationError(_("A day from today on, within a year."))
        return minutes
