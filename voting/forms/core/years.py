"""The form with which a clerk opens a new year."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from voting.domain.core.cycles import OF_THE_SESSION
from voting.domain.core.refusals import ReasonMissing, Refused
from voting.forms.core.plain import PlainForm
from voting.forms.core.plan_lines import lines
from voting.forms.core.steps import StepForm
from voting.models import Cycle


class YearForm(PlainForm, forms.ModelForm):  # type: ignore[type-arg]
    """A new cycle of the clerk's own congress."""

    asked = forms.CharField(
        label=_("Asked for suggestions"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One a line."),
    )

    class Meta:
        model = Cycle
        fields = ["year", "seats", "slug", "session", "session_en", "vote_at"]
        help_texts = {"slug": _("Part of every address of this year, for example 2019.")}

    def clean_seats(self) -> int:
        seats: int = self.cleaned_data["seats"]
        if seats < 1:
            raise forms.ValidationError(gettext("At least one project must be chosen."))
        return seats

    def clean_slug(self) -> str:
        slug: str = self.cleaned_data["slug"]
        others = Cycle.objects.filter(congress=self.instance.congress_id, slug=slug)
        if others.exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(gettext("Another year of this congress has this address."))
        return slug

    @property
    def values(self) -> dict[str, Any]:
        values = {name: self.cleaned_data[name] for name in self.Meta.fields}
        return values | {"solicited_from": lines(self.cleaned_data["asked"])}

    def refuse(self, error: forms.ValidationError | Refused) -> None:
        """Show what the domain refuses on the field that it concerns."""
        if isinstance(error, Refused):
            self.add_error("reason" if isinstance(error, ReasonMissing) else None, str(error))
            return
        for name, errors in error.message_dict.items():
            self.add_error(name if name in self.fields else None, errors)


class YearCorrectionForm(YearForm):
    """What was entered of a year, to be corrected; after the call with a reason."""

    reason = forms.CharField(
        label=_("Why it is corrected"),
        required=False,
        max_length=300,
        help_text=_("Asked for once the call is published; it stands in the journal."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, data: Any = None, *, cycle: Cycle) -> None:
        asked = "\n".join(cycle.solicited_from)
        super().__init__(data, instance=cycle, initial={"asked": asked}, auto_id="y_%s")
        if cycle.slate_frozen_at:
            for name in {*self.fields} - OF_THE_SESSION - {"reason"}:
                self.fields[name].disabled, self.fields[name].required = True, False


class GiveUpForm(StepForm):
    """Why a year is given up."""

    reason = forms.CharField(
        label=_("Why the year is given up"),
        max_length=300,
        error_messages={"required": _("Say why: the reason stands in the journal.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def field_of(self, refusal: Refused) -> str | None:
        return "reason" if isinstance(refusal, ReasonMissing) else None
