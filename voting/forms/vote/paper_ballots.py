"""The forms of the paper ballots: hand out, switch, count the box, read a batch, settle a difference."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from voting.count import paper_marks
from voting.count.counting import BallotType
from voting.count.definition import Definition
from voting.domain.core.refusals import ReasonMissing, Refused
from voting.domain.vote import paper_ballots
from voting.forms.core.steps import NumbersForm, StepForm
from voting.forms.vote.ballot import mark_labels
from voting.forms.vote.repairs import WithReason

_QUIET = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}

SENTENCES: dict[str, Promise] = {
    "empty": _("Nothing is typed. Type 0 if nothing is marked on this ballot, x if it cannot be read."),
    "word": _("“%(word)s” is not understood here."),
    "foreign": _("There is no project %(word)s on this ballot."),
    "twice": _("Project %(word)s is typed twice."),
    "both": _(
        "Project %(word)s is typed in two places. If the ballot itself has it so, type x alone: under these rules the "
        "whole ballot is void."
    ),
}


class PaperBackForm(NumbersForm):
    """Delegates whose unused paper ballots came back."""

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, auto_id="back_%s", **kwargs)


class RestForm(StepForm):
    """Everybody who has neither, at once."""

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, auto_id="rest_%s", **kwargs)


class SwitchForm(StepForm):
    """Switch the round to paper, with the reason."""

    reason = forms.CharField(
        label=_("Why the vote goes on with paper"),
        max_length=300,
        error_messages={"required": _("Say why: the reason stands in the journal.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    field_order = ("reason",)

    def field_of(self, refusal: Refused) -> str | None:
        return "reason" if isinstance(refusal, ReasonMissing) else None


class BoxForm(StepForm):
    """How many paper ballots were in the box; more than were handed out are ticked once more, with the numbers."""

    returned = forms.IntegerField(
        label=_("Paper ballots returned"),
        min_value=0,
        max_value=100_000,
        help_text=_("Count the sheets as objects, before any of them is read."),
        error_messages={"required": _("Enter how many sheets were in the box.")},
    )
    again = forms.IntegerField(
        label=_("The same number once more"),
        min_value=0,
        max_value=100_000,
        help_text=_("As the second teller counted it."),
        error_messages={"required": _("Enter the number that the second teller counted.")},
    )
    returned_group = forms.IntegerField(label=_("of these by the sub-group"), min_value=0, max_value=100_000)
    field_order: tuple[str, ...] = ("returned", "again", "returned_group")

    def __init__(self, *args: Any, group: str, issued: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.issued = issued
        if self.is_bound and "more" in self.data:
            self._ask_for_more(self.data.get("returned", ""))
        if group:
            self.fields["returned_group"].label = _("of these by: %(group)s") % {"group": group}
            self.fields["returned_group"].help_text = _("Put these sheets first in the stack.")
        else:
            del self.fields["returned_group"]

    def _ask_for_more(self, returned: object) -> None:
        label = gettext(
            "%(returned)s sheets were in the box and %(issued)d were handed out. They were counted once more; the "
            "whole vote is void and is repeated."
        ) % {"returned": returned, "issued": self.issued}
        self.fields["more"] = forms.BooleanField(label=label, required=False)

    @property
    def figures(self) -> dict[str, Any]:
        """What the domain is told."""
        data = self.cleaned_data
        return {
            "returned": data["returned"],
            "returned_group": data.get("returned_group", 0),
            "more": data.get("more", False),
        }

    def clean_again(self) -> int:
        """Require the two numbers to be equal."""
        again: int = self.cleaned_data["again"]
        if again != self.cleaned_data.get("returned", again):
            raise forms.ValidationError(
                _("The two numbers differ. Count the sheets again; nothing was recorded.")
            )
        return again

    def field_of(self, refusal: Refused) -> str | None:
        if isinstance(refusal, paper_ballots.MoreReturned):
            self._ask_for_more(refusal.returned)
        return "returned_group" if isinstance(refusal, paper_ballots.GroupTooMany) else "returned"


class BoxCorrectionForm(WithReason, BoxForm):
    """The sheets were counted again, by two people."""

    field_order = ("returned", "again", "returned_group", "reason")

    def field_of(self, refusal: Refused) -> str | None:
        if isinstance(refusal, paper_ballots.GroupTooMany | paper_ballots.MoreReturned):
            return BoxForm.field_of(self, refusal)
        return super().field_of(refusal)


def _named(place: int) -> str:
    return gettext("Ballot %(place)d: ") % {"place": place}


class MarksField(forms.MultiValueField):
    """What stands on one paper ballot, in one field or in three; cleans to the marks as the count takes them."""

    def __init__(self, *, definition: Definition, place: int | None = None, **kwargs: Any) -> None:
        self.definition = definition
        width = paper_marks.columns(definition.ballot_type)
        labels = [str(label) for label in column_labels(definition.ballot_type)]
        if place is not None:
            labels = [_named(place) + label for label in labels]
        attrs = [{**_QUIET, "aria-label": label, "class": "form-control"} for label in labels]
        super().__init__(
            fields=[forms.CharField(required=False, max_length=400, strip=True) for _column in range(width)],
            widget=forms.MultiWidget(widgets=[forms.TextInput(attrs=each) for each in attrs]),
            required=False,
            require_all_fields=False,
            **kwargs,
        )
        self.widget.decompress = self.decompress

    def decompress(self, value: Any) -> list[str]:
        if value is None:
            return [""] * len(self.fields)
        kind, numbers = self.definition.ballot_type, self.definition.numbers
        return paper_marks.write(value, ballot_type=kind, numbers=numbers)

    def compress(self, data_list: list[str]) -> tuple[int, ...]:
        """Return the marks. Raises ValidationError with a sentence."""
        rule, numbers = self.definition.rule, self.definition.numbers
        try:
            return paper_marks.read(data_list, rule=rule, numbers=numbers)
        except paper_marks.NotUnderstood as error:
            raise forms.ValidationError(SENTENCES[error.code] % {"word": error.word}) from error


def column_labels(ballot_type: BallotType) -> list[str | Promise]:
    """Return what the fields of one ballot are called."""
    if ballot_type in paper_marks.MARKS:
        return list(mark_labels(ballot_type).values())
    if ballot_type is BallotType.RANKING:
        return [_("In order of priority")]
    if ballot_type is BallotType.POINTS:
        return [_("Points: number, colon, points")]
    if ballot_type is BallotType.WHOLE_REPORT:
        return [_("1 for, 2 against, 3 abstain")]
    return [_("Marked projects")]


class BatchForm(StepForm):
    """One reading of up to 20 paper ballots."""

    def __init__(self, *args: Any, definition: Definition, places: Sequence[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for place in places:
            self.fields[f"ballot_{place}"] = MarksField(definition=definition, label=str(place), place=place)

        if self.fields and not self.is_bound:
            self._first_input.attrs["autofocus"] = True

    @property
    def _first_input(self) -> forms.Widget:
        first: Any = next(iter(self.fields.values()))
        widget: forms.Widget = first.widget.widgets[0]
        return widget

    @property
    def ballots(self) -> list[tuple[int, ...]]:
        return [self.cleaned_data[name] for name in self.fields]

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [{"place": field.label, "field": field} for field in self]


class SettleForm(StepForm):
    """What the chief scrutineer reads on the ballot, and why."""

    reason = forms.CharField(
        label=_("Reason for the settlement"),
        max_length=300,
        error_messages={"required": _("Say why: the reason stands in the journal.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, definition: Definition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["marks"] = MarksField(definition=definition, label=_("What stands on the ballot"))
        self.order_fields(["marks", "reason"])
