"""The forms of the deliberation: a delegation asks, a unit answers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from voting.domain.before.deliberation import NothingSaid
from voting.domain.core.refusals import Refused
from voting.forms.core.steps import StepForm
from voting.models import Candidate, Cycle

_LINES = forms.Textarea(attrs={"rows": 4})


class AnswerQuestionForm(StepForm):
    """A unit's answer."""

    text = forms.CharField(
        label=_("Answer"), max_length=3000, widget=_LINES, error_messages={"required": _("Write the answer.")}
    )


class AskForm(StepForm):
    """A delegation's question or opinion."""

    candidate = forms.ModelChoiceField(
        label=_("About"), queryset=Candidate.objects.none(), required=False, empty_label=_("the whole slate")
    )
    text = forms.CharField(
        label=_("Question or opinion"),
        max_length=3000,
        widget=_LINES,
        error_messages={"required": _("Write what you want to ask or say.")},
    )
    wants_answer = forms.BooleanField(label=_("We ask for an answer"), required=False, initial=True)
    unit = forms.ModelChoiceField(
        label=_("From which unit, if you know"),
        queryset=Unit.objects.none(),
        required=False,
        empty_label=_("any"),
    )

    def __init__(self, *args: Any, cycle: Cycle, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["candidate"].queryset = Candidate.objects.filter(cycle=cycle).order_by("number")  # type: ignore[attr-defined]
        self.fields["unit"].queryset = Unit.objects.filter(congress=cycle.congress_id)  # type: ignore[attr-defined]

    def field_of(self, refusal: Refused) -> str | None:
        return "text" if isinstance(refusal, NothingSaid) else None
