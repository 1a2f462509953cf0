"""The forms of the call, the screening, the slate and its report in the admin."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Unit
from voting.domain.before.proposals import CorrectedMeanwhile
from voting.domain.before.screening import DECISIONS, CannotMerge, DecidedMeanwhile, DueInThePast, UnitMissing
from voting.domain.before.slates import FundsDoNotAddUp, NotScreened
from voting.domain.core.refusals import Refused
from voting.forms.core.plain import PlainForm
from voting.forms.core.plan_lines import (
    funds_in,
    lines,
    milestones_as_lines,
    milestones_in,
    targets_as_lines,
    targets_in,
)
from voting.forms.core.steps import StepForm
from voting.models import Candidate, Decision
from voting.queries import MOST_SECONDED
from voting.read_models.before.queue import UNDECIDED
from voting.states import Criterion, Feasible, Outcome, Source, Visibility
from voting.text.numbers import small_whole

MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
#: Every list in a text field is one thing a line.
_LINES = forms.Textarea(attrs={"rows": 4})


def numbers_in(text: str) -> list[int]:
    """Return the numbers of a text with blanks or commas between them. Raises ValidationError."""
    words = [word for word in re.split(r"[\s,;，、；]+", text) if word]
    numbers = [number for word in words if (number := small_whole(word)) is not None]
    if len(numbers) < len(words):
        raise ValidationError(_("Only numbers, with blanks between them."))
    return numbers


class TimesForm(StepForm):
    """When the call opens and closes, in the place's own time."""

    opens_at = forms.DateTimeField(label=gettext_lazy("Opens"), widget=MOMENT)
    closes_at = forms.DateTimeField(label=gettext_lazy("Closes"), widget=MOMENT)


class CallForm(TimesForm):
    """The call as the public reads it."""

    text = forms.CharField(label=gettext_lazy("Text of the call"), max_length=5000, widget=_LINES)
    criteria = forms.CharField(label=gettext_lazy("What we look for"), max_length=3000, widget=_LINES)
    out_of_scope = forms.CharField(
        label=gettext_lazy("Out of scope"), max_length=3000, required=False, widget=_LINES
    )
    how = forms.CharField(
        label=gettext_lazy("How to take part"), max_length=3000, required=False, widget=_LINES
    )
    fields_of_work = forms.CharField(
        label=gettext_lazy("Fields of work"),
        required=False,
        widget=_LINES,
        help_text=gettext_lazy("One a line."),
    )

    @property
    def values(self) -> dict[str, Any]:
        values = dict(self.cleaned_data)
        return values | {"fields": lines(values.pop("fields_of_work"))}


class QueueForm(PlainForm, forms.Form):
    """Search and filters of the queue; what makes no sense is left out of account."""

    q = forms.CharField(label=gettext_lazy("Search"), required=False, max_length=100)
    source = forms.ChoiceField(label=gettext_lazy("From"), required=False)
    field = forms.ChoiceField(label=gettext_lazy("Field of work"), required=False)
    unit = forms.ModelChoiceField(
        label=gettext_lazy("Unit asked or proposing"), queryset=Unit.objects.none(), required=False
    )
    standing = forms.ChoiceField(label=gettext_lazy("Shown to the public"), required=False)
    outcome = forms.ChoiceField(label=gettext_lazy("What became of it"), required=False)
    sort = forms.ChoiceField(label=gettext_lazy("Order"), required=False)
    overdue = forms.BooleanField(label=gettext_lazy("Only with an overdue opinion"), required=False)

    def __init__(self, data: Any, *, congress: int, fields: Sequence[str]) -> None:
        super().__init__(data, auto_id="by_%s")
        all_of_them = ("", _("all"))
        choices: dict[str, Any] = {
            "source": Source.choices,
            "field": [(name, name) for name in fields],
            "standing": Visibility.choices,
            "outcome": [(value or UNDECIDED, label) for value, label in Outcome.choices],
        }
        units: Any = self.fields["unit"]
        units.queryset, units.empty_label = Unit.objects.filter(congress=congress).order_by("name"), _("all")
        for name, values in choices.items():
            self.fields[name].choices = [all_of_them, *values]  # type: ignore[attr-defined]
        orders = [("", _("by number")), (MOST_SECONDED, _("most seconded first"))]
        self.fields["sort"].choices = orders  # type: ignore[attr-defined]

    @property
    def asked(self) -> dict[str, Any]:
        """Return what is asked for and understood."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    @property
    def asked_pairs(self) -> list[tuple[str, str]]:
        """Return what is asked for as names and values of an address."""
        words = {True: "on"}
        return [
            (name, str(value.pk if isinstance(value, Unit) else words.get(value, value)))
            for name, value in self.asked.items()
        ]

    @property
    def query(self) -> str:
        """Return what is asked for as it stands in an address."""
        return urlencode(self.asked_pairs)


class HideForm(StepForm):
    reason = forms.CharField(
        label=gettext_lazy("Why it is kept from the public; the proposer reads it"), max_length=300
    )


class DropForm(StepForm):
    """A draft is dropped, with the reason."""

    reason = forms.CharField(
        label=gettext_lazy("Why the draft is dropped; the reason stands in the journal"), max_length=300
    )


class OpinionForm(StepForm):
    """Ask a unit."""

    unit = forms.ModelChoiceField(label=gettext_lazy("Unit"), queryset=Unit.objects.none())
    due = forms.DateField(label=gettext_lazy("Answer due on"), widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, congress: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = Unit.objects.filter(congress=congress)  # type: ignore[attr-defined]

    def field_of(self, refusal: Refused) -> str | None:
        return "due" if isinstance(refusal, DueInThePast) else "unit"


class AnswerForm(StepForm):
    """A unit's opinion."""

    feasible = forms.ChoiceField(
        label=gettext_lazy("Can it be done?"), choices=Feasible.choices, widget=forms.RadioSelect
    )
    text = forms.CharField(label=gettext_lazy("Opinion"), max_length=3000, widget=_LINES)


class SeenForm(StepForm):
    """What is done with a text that somebody has read; its proposer may have corrected it meanwhile."""

    #: How often the texts had been corrected that the page showed.
    seen = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args: Any, seen: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["seen"] = seen
        if "seen" in self.fields:  # of several such forms on a page
            self.fields["seen"].widget.attrs["id"] = f"seen-by-{type(self).__name__}"

    def refuse(self, refusal: Refused | ValidationError) -> None:
        """Say it; sent once more, the form knows of the correction that the page now shows."""
        super().refuse(refusal)
        if isinstance(refusal, CorrectedMeanwhile):
            self.data = self.data.copy()  # type: ignore[attr-defined]
            self.data["seen"] = str(refusal.seen)  # type: ignore[index]


class DecideForm(SeenForm):
    """The checklist and what becomes of the proposal."""

    checklist = forms.MultipleChoiceField(
        label=gettext_lazy("Checklist: tick what is met"),
        choices=Criterion.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    outcome = forms.ChoiceField(
        label=gettext_lazy("What becomes of it"),
        choices=[(value, label) for value, label in Outcome.choices if value in DECISIONS],
        widget=forms.RadioSelect,
    )
    unit = forms.ModelChoiceField(
        label=gettext_lazy("Passed to (only for ordinary business)"),
        queryset=Unit.objects.none(),
        required=False,
    )
    public_reason = forms.CharField(
        label=gettext_lazy("Answer to the proposer, public"), max_length=1000, widget=_LINES
    )
    note = forms.CharField(
        label=gettext_lazy("Internal note, never public"), max_length=3000, required=False, widget=_LINES
    )

    #: The decision that the page showed, by its key; 0 where none stood.
    knowing = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    #: What is decided before is not changed: another decision is added to it.
    edits_stored = False
    field_order = ("outcome", "public_reason", "unit", "checklist", "note")

    def __init__(self, *args: Any, congress: int, standing: Decision | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = Unit.objects.filter(congress=congress)  # type: ignore[attr-defined]
        self.initial["knowing"] = standing.pk if standing else 0

    def field_of(self, refusal: Refused) -> str | None:
        return "unit" if isinstance(refusal, UnitMissing) else None

    def refuse(self, refusal: Refused | ValidationError) -> None:
        """Say it; sent once more, the form knows of the decision that it was told of."""
        super().refuse(refusal)
        if isinstance(refusal, DecidedMeanwhile):
            self.data = self.data.copy()  # type: ignore[attr-defined]
            self.data["knowing"] = str(refusal.decision.pk)  # type: ignore[index]

    @property
    def values(self) -> dict[str, Any]:
        values = dict(self.cleaned_data)
        return values | {"checklist": dict.fromkeys(values["checklist"], True)}


class Ticked(StepForm):
    """Proposals that were ticked in the queue; their numbers travel with the form."""

    numbers = forms.CharField(widget=forms.HiddenInput)

    def clean_numbers(self) -> list[int]:
        return sorted(set(numbers_in(self.cleaned_data["numbers"])))


class ShowTogetherForm(Ticked, SeenForm):
    """Show all that were ticked to the public."""


class DecideTogetherForm(Ticked, DecideForm):
    """One decision on all that were ticked."""

    knowing = seen = None  # type: ignore[assignment]


class MergeForm(Ticked):
    """Which of the ticked proposals the others are merged into; their titles stand at it."""

    edits_stored = False
    into = forms.ChoiceField(
        label=gettext_lazy("The one that goes on; the others go along with it"), widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, titles: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["into"].choices = titles  # type: ignore[attr-defined]

    def clean_into(self) -> int:
        return int(self.cleaned_data["into"])

    def field_of(self, refusal: Refused) -> str | None:
        return "into" if isinstance(refusal, CannotMerge) else None


class FormEntry(StepForm):
    """A proposal that came on paper."""

    source = forms.ChoiceField(label=gettext_lazy("From"), choices=Source.choices)
    title = forms.CharField(label=gettext_lazy("Title"), max_length=80)
    content = forms.CharField(label=gettext_lazy("What should be done"), max_length=10_000, widget=_LINES)
    field = forms.CharField(label=gettext_lazy("Field of work"), max_length=60, required=False)
    place = forms.CharField(label=gettext_lazy("Where"), max_length=120, required=False)
    contact_name = forms.CharField(label=gettext_lazy("Name"), max_length=60, required=False)
    contact = forms.CharField(label=gettext_lazy("Telephone or e-mail"), max_length=120, required=False)


class CandidateForm(PlainForm, forms.ModelForm):  # type: ignore[type-arg]
    """A candidate's dossier. Targets, funds and milestones are one a line, their parts divided by |."""

    proposals = forms.CharField(
        label=gettext_lazy("Proposals it grew from"),
        required=False,
        help_text=gettext_lazy("Numbers of adopted proposals, with blanks between them."),
    )
    targets_text = forms.CharField(
        label=gettext_lazy("Measurable targets"), required=False, widget=_LINES,
        help_text=gettext_lazy("One a line: what | number | unit. Example: public toilets | 10 | 座"),
    )  # fmt: skip
    funds_text = forms.CharField(
        label=gettext_lazy("Sources of funds, 10 000 yuan"), required=False, widget=_LINES,
        help_text=gettext_lazy("One a line: source | amount. They add up to the total investment."),
    )  # fmt: skip
    milestones_text = forms.CharField(
        label=gettext_lazy("Milestones"), required=False, widget=_LINES,
        help_text=gettext_lazy("One a line: month | what is reached. Example: 2019-06 | work begins"),
    )  # fmt: skip
    reason = forms.CharField(
        label=gettext_lazy("Reason for the change"), required=False, max_length=300,
        help_text=gettext_lazy("Needed in deliberation; published beside the change."),
    )  # fmt: skip

    class Meta:
        model = Candidate
        fields = [
            "name", "name_en", "content", "background", "site", "scale", "period", "investment_total", "lead_unit",
            "responsible_units", "supporting_units", "leader", "deadline", "beneficiaries", "field",
        ]  # fmt: skip
        widgets = {"content": _LINES, "background": _LINES}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and not self.is_bound:
            candidate = self.instance
            self.initial = {
                **self.initial,
                "proposals": " ".join(
                    str(n) for n in candidate.provenance.values_list("proposal__number", flat=True)
                ),
                "targets_text": targets_as_lines(candidate.targets),
                "funds_text": "\n".join(f"{f['source']} | {f['amount']}" for f in candidate.funds),
                "milestones_text": milestones_as_lines(candidate.milestones),
            }

    def clean_targets_text(self) -> list[dict[str, str]]:
        return targets_in(self.cleaned_data["targets_text"])

    def clean_funds_text(self) -> list[dict[str, str]]:
        return funds_in(self.cleaned_data["funds_text"])

    def clean_milestones_text(self) -> list[dict[str, str]]:
        return milestones_in(self.cleaned_data["milestones_text"])

    def clean_proposals(self) -> list[int]:
        return sorted(set(numbers_in(self.cleaned_data["proposals"])))

    def _post_clean(self) -> None:
        """The domain cleans the candidate."""

    @property
    def values(self) -> dict[str, Any]:
        texts = {name: self.cleaned_data[name] for name in self.Meta.fields}
        return texts | {
            "targets": self.cleaned_data["targets_text"],
            "funds": self.cleaned_data["funds_text"],
            "milestones": self.cleaned_data["milestones_text"],
        }

    def refuse(self, refusal: Refused | ValidationError) -> None:
        """Show a refusal on the field it concerns."""
        if isinstance(refusal, ValidationError) and hasattr(refusal, "error_dict"):
            for name, errors in refusal.error_dict.items():
                self.add_error(name if name in self.fields else None, errors)
        elif isinstance(refusal, NotScreened):
            self.add_error("proposals", str(refusal))
        elif isinstance(refusal, FundsDoNotAddUp):
            self.add_error("funds_text", str(refusal))
        else:
            self.add_error(None, str(refusal))


class OrderForm(StepForm):
    """The present numbers in the order of the slate."""

    order = forms.CharField(
        label=gettext_lazy("Order of the slate"),
        help_text=gettext_lazy("The present numbers in the new order, with blanks between them."),
    )

    def clean_order(self) -> list[int]:
        return numbers_in(self.cleaned_data["order"])


class SlateReportForm(StepForm):
    """The clerk's own words in the report."""

    #: The form as the saved draft fills it in, where this one has what was typed since.
    stored: SlateReportForm

    opening = forms.CharField(label=gettext_lazy("Opening"), max_length=5000, required=False, widget=_LINES)
    closing = forms.CharField(label=gettext_lazy("Closing"), max_length=5000, required=False, widget=_LINES)
