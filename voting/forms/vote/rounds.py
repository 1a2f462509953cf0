"""The forms that record how a tie was decided."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from voting.domain.core.refusals import Refused
from voting.domain.vote import ties
from voting.forms.core.steps import StepForm


class PresidiumForm(StepForm):
    """Which of the tied projects the presidium chose, and why."""

    chosen = forms.TypedMultipleChoiceField(
        label=_("Chosen by the presidium"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick the projects that were chosen.")},
    )
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("It is published with the result."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Record the reason: it is published with the result.")},
    )
    field_order = ("chosen", "reason")

    def __init__(self, *args: Any, tied: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["chosen"].choices = [(number, f"{number}. {name}") for number, name in tied]  # type: ignore[attr-defined]

    def field_of(self, refusal: Refused) -> str | None:
        return "reason" if isinstance(refusal, ties.TieReasonMissing) else "chosen"


class LotForm(StepForm):
    """The order in which the lot drew the tied projects, how it was drawn, and before whom."""

    reason = forms.CharField(
        label=_("How the lot was drawn"),
        help_text=_("It is published with the result."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say how the lot was drawn.")},
    )
    witnesses = forms.CharField(
        label=_("Who drew it, and who witnessed it"),
        max_length=200,
        error_messages={"required": _("Record who drew the lot and who witnessed it.")},
    )

    def __init__(self, *args: Any, tied: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tied = [number for number, _name in tied]
        places = [("", "—"), *((str(place), str(place)) for place in range(1, len(tied) + 1))]
        for number, name in tied:
            self.fields[f"drawn_{number}"] = forms.ChoiceField(
                label=_("Drawn as number: %(number)d. %(name)s") % {"number": number, "name": name},
                choices=places,
                error_messages={"required": _("Say when this project was drawn.")},
            )
        self.order_fields([*(f"drawn_{number}" for number in self.tied), "reason", "witnesses"])

    def clean(self) -> dict[str, Any]:
        """Return the data; two projects drawn at once are refused on the second."""
        data = super().clean() or {}
        seen: set[str] = set()
        for number in self.tied:
            place = data.get(f"drawn_{number}")
            if place and place in seen:
                self.add_error(
                    f"drawn_{number}", ValidationError(_("Another project was drawn as this number."))
                )
            seen.add(place or "")
        return data

    @property
    def drawn(self) -> list[int]:
        """The tied projects in the order of the draw."""
        return sorted(self.tied, key=lambda number: int(self.cleaned_data[f"drawn_{number}"]))

    def field_of(self, refusal: Refused) -> str | None:
        return "witnesses" if isinstance(refusal, ties.WitnessMissing) else "reason"
