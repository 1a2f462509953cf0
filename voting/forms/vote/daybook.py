"""The forms of the daybook: a note, an incident, the planned dates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from voting.domain.core.refusals import Refused
from voting.domain.vote.daybook import MOST_WORDS, NotYetHappened, NoWords
from voting.domain.vote.running_order import Step
from voting.domain.vote.step_keys import StepKey
from voting.forms.core.steps import StepForm


class NoteForm(StepForm):
    """A note for whoever takes over."""

    edits_stored = False

    words = forms.CharField(
        label=_("Note for whoever takes over"),
        max_length=MOST_WORDS,
        help_text=_("The staff of this vote reads it on the first page; it stays in the journal."),
        error_messages={"required": _("Write down what happened, or what the others should know.")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def field_of(self, refusal: Refused) -> str | None:
        return "words" if isinstance(refusal, NoWords) else None


class IncidentForm(StepForm):
    """Something that happened in the hall."""

    edits_stored = False

    happened = forms.DateTimeField(
        label=_("When it happened"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={
            "required": _("Enter when it happened."),
            "invalid": _("Enter day and time, for example 2026-01-23 10:05."),
        },
    )
    words = forms.CharField(
        label=_("What happened"),
        max_length=MOST_WORDS,
        help_text=_(
            "It stands in the minutes, which are published with the result. Say nothing of how anybody voted or when, "
            "and nothing of an illness."
        ),
        error_messages={"required": _("Write down what happened, or what the others should know.")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    @property
    def words_and_time(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("happened", "words")}

    def field_of(self, refusal: Refused) -> str | None:
        return {NoWords: "words", NotYetHappened: "happened"}.get(type(refusal))


class DatesForm(StepForm):
    """A date for every step that is not done."""

    def __init__(self, data: Any = None, *, steps: Sequence[Step], dates: Mapping[str, date]) -> None:
        super().__init__(data)
        for step in steps:
            self.fields[self._name(step.key)] = forms.DateField(
                label=step.title,
                required=False,
                initial=dates.get(step.key.value),
                widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
                error_messages={"invalid": _("Enter a day, for example 2026-01-23.")},
            )
        self._keys = [step.key for step in steps]

    @staticmethod
    def _name(key: StepKey) -> str:
        return f"on_{key.value.replace('-', '_')}"

    @property
    def dates(self) -> dict[StepKey, date | None]:
        return {key: self.cleaned_data[self._name(key)] for key in self._keys}
