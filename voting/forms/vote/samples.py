"""The forms of the sample: the dice that name the ballots, and what somebody reads on them again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from voting.count.definition import Definition
from voting.domain.core.refusals import Refused
from voting.domain.vote.samples import DiceMissing
from voting.forms.core.steps import StepForm
from voting.forms.vote.paper_ballots import MarksField


class DiceForm(StepForm):
    """What was thrown in the hall."""

    dice = forms.CharField(
        label=_("The dice, as they were called out"),
        max_length=200,
        help_text=_("At least 20 throws, for example five dice thrown four times: 16253 41625 34162 53416."),
        error_messages={"required": _("Type what was thrown.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )

    def field_of(self, refusal: Refused) -> str | None:
        return "dice" if isinstance(refusal, DiceMissing) else None


class ReadAgainForm(StepForm):
    """A second reading of some ballots at their places; nothing is filled in."""

    def __init__(self, *args: Any, definition: Definition, places: Sequence[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for place in places:
            self.fields[f"ballot_{place}"] = MarksField(definition=definition, label=str(place), place=place)

    @property
    def ballots(self) -> dict[int, tuple[int, ...]]:
        """What stands on the ballot at each place."""
        return {int(name.removeprefix("ballot_")): marks for name, marks in self.cleaned_data.items()}

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The ballots in their order, as the entry's table shows them."""
        return [{"place": field.label, "field": field} for field in self]
