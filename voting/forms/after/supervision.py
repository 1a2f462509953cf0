"""The forms of supervision: a remark, an inspection with its faults, what is said of a finding."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from voting.domain.after.supervision import DueTooFar, FaultDueInThePast, InspectionAhead, InspectionTooEarly
from voting.domain.core.refusals import Refused
from voting.forms.core.plain import NOT_CHOSEN
from voting.forms.core.steps import StepForm
from voting.states import Visit

FAULTS = 3


def area(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class RemarkForm(StepForm):
    text = forms.CharField(
        label=_("Remark"),
        max_length=2000,
        widget=area(),
        error_messages={"required": _("Write what was seen, done or wanted.")},
    )

    def field_of(self, refusal: Refused) -> str | None:
        return "text"


class InspectionForm(StepForm):
    """What the group saw, and up to three faults with the unit that mends each and until when."""

    visit = forms.ChoiceField(label=_("Kind of visit"), choices=Visit.choices)
    day = forms.DateField(label=_("Day"), widget=day_input())
    text = forms.CharField(
        label=_("What was seen"),
        max_length=3000,
        widget=area(4),
        error_messages={"required": _("Write what was seen, done or wanted.")},
    )

    def __init__(self, *args: Any, congress: int, lead: Unit | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = Unit.objects.filter(congress=congress)
        names = [("", NOT_CHOSEN), *((each.pk, str(each)) for each in units)]
        for place in range(1, FAULTS + 1):
            self.fields[f"fault_{place}"] = forms.CharField(
                label=_("Fault %(place)d") % {"place": place},
                max_length=2000,
                required=False,
                widget=area(2),
                help_text=_("Empty where there is none.") if place == 1 else "",
            )
            unit = forms.ModelChoiceField(units, label=_("Mended by the unit"), required=False, initial=lead)
            unit.choices = names  # read once for all three
            self.fields[f"unit_{place}"] = unit
            self.fields[f"due_{place}"] = forms.DateField(
                label=_("Until"), required=False, widget=day_input()
            )

    def clean(self) -> dict[str, Any] | None:
        """Ask for the unit and the day of every fault that is written, and for the fault where only these are."""
        for place in range(1, FAULTS + 1):
            if not self.cleaned_data.get(f"fault_{place}"):
                filled_in = {f"unit_{place}", f"due_{place}"} & set(self.changed_data)
                if any(self.cleaned_data.get(name) for name in filled_in):
                    self.add_error(
                        f"fault_{place}", _("A unit and a day are of a fault: write it, or empty them.")
                    )
                continue
            for name in ("unit", "due"):
                field = f"{name}_{place}"
                if not self.cleaned_data.get(field) and field not in self.errors:
                    self.add_error(field, _("A fault needs the unit that mends it and a day."))
        return self.cleaned_data

    @property
    def faults(self) -> list[tuple[str, Unit, date]]:
        data = self.cleaned_data
        return [
            (data[f"fault_{place}"], data[f"unit_{place}"], data[f"due_{place}"]) for place in self._written
        ]

    @property
    def _written(self) -> list[int]:
        """The places of the form at which a fault is written."""
        return [place for place in range(1, FAULTS + 1) if self.cleaned_data.get(f"fault_{place}")]

    def field_of(self, refusal: Refused) -> str | None:
        if isinstance(refusal, InspectionAhead | InspectionTooEarly):
            return "day"
        if isinstance(refusal, FaultDueInThePast | DueTooFar):
            return f"due_{self._written[refusal.place]}"
        return "text"


class FindingForm(StepForm):
    """What the group, or the unit, says of a finding."""

    text = forms.CharField(
        label=_("What is said of it"),
        max_length=3000,
        widget=area(2),
        error_messages={"required": _("Write what was seen, done or wanted.")},
    )

    def field_of(self, refusal: Refused) -> str | None:
        return "text"
