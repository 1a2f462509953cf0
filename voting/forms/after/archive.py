"""The forms at the end of a year: what goes on in the next one, and the disposal of keys and urns."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from voting.domain.after import archive
from voting.domain.core.refusals import Refused
from voting.forms.after.supervision import area
from voting.forms.core.steps import StepForm
from voting.models import Cycle


class CarryForm(StepForm):
    """The year that takes the project over, and its goal for that year."""

    to = forms.ModelChoiceField(Cycle.objects.none(), label=gettext_lazy("Goes on in"))
    stage_goal = forms.CharField(label=gettext_lazy("Goal of that year"), max_length=300)

    def __init__(self, *args: Any, cycle: Cycle, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        to: Any = self.fields["to"]
        to.queryset = archive.next_years(cycle)
        to.choices = list(to.choices)  # read once: the queryset is asked again at every look
        if len(to.choices) == 1:
            to.help_text = str(archive.NoNextYear())

    def field_of(self, refusal: Refused) -> str | None:
        return "to" if isinstance(refusal, archive.NoNextYear) else None


class DisposalForm(StepForm):
    """The record of the destruction: it cannot be undone."""

    slips = forms.IntegerField(label=gettext_lazy("Key slips destroyed"), min_value=0, max_value=1000)
    witnesses = forms.CharField(label=gettext_lazy("Witnesses"), max_length=200)
    note = forms.CharField(label=gettext_lazy("How it was done"), max_length=2000, widget=area())
    field_order = ("slips", "witnesses", "note")

    def __init__(self, *args: Any, issued: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["slips"].help_text = (
            _("Issued for the vote and the assessments of this year: %d.") % issued
        )

    def field_of(self, refusal: Refused) -> str | None:
        kinds: dict[type[Refused], str] = {archive.NoWitness: "witnesses", archive.TooManySlips: "slips"}
        return kinds.get(type(refusal))
