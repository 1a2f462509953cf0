"""The form with which a clerk opens a new year."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from voting.forms.core.plain import PlainForm
from voting.forms.core.plan_lines import lines
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
        if Cycle.objects.filter(congress=self.instance.congress_id, slug=slug).exists():
            raise forms.ValidationError(gettext("Another year of this congress has this address."))
        return slug

    @property
    def values(self) -> dict[str, Any]:
        values = {name: self.cleaned_data[name] for name in self.Meta.fields}
        return values | {"solicited_from": lines(self.cleaned_data["asked"])}

    def refuse(self, error: forms.ValidationError) -> None:
        """Show what the domain refuses on the field that it concerns."""
        for name, errors in error.message_dict.items():
            self.add_error(name if name in self.fields else None, errors)
