"""The forms with which a congress is opened and corrected."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Congress
from accounts.roles import Kind, Level
from voting.forms.core.people import KeeperForm
from voting.forms.core.plan_lines import lines
from voting.forms.core.steps import StepForm

#: What a keeper of the congress may correct; its address and what it belongs to, the installation's keeper alone.
OWN_FIELDS = (
    "name", "name_en", "place", "place_en", "issuer", "issuer_en", "seal", "publisher", "time_zone",
)  # fmt: skip
_DIGITS = "零一二三四五六七八九"
#: The most delegations that are named by their number alone.
MOST_NUMBERED = 40


def numbered_delegations(number: int) -> list[str]:
    """Return 第一代表团, 第二代表团 … up to that number, which is at most 40."""
    return [f"第{_ordinal(each)}代表团" for each in range(1, number + 1)]


def _ordinal(number: int) -> str:
    tens, ones = divmod(number, 10)
    return ("" if not tens else "十" if tens == 1 else f"{_DIGITS[tens]}十") + (_DIGITS[ones] if ones else "")


class CongressForm(StepForm, forms.ModelForm):  # type: ignore[type-arg]
    """Names of a congress, and what else it is known by. Only reads: the domain saves."""

    class Meta:
        model = Congress
        fields = (*OWN_FIELDS, "slug", "level", "parent")
        help_texts: ClassVar[dict[str, Any]] = {
            "name": _("In full, for example 甲县人民代表大会."),
            "place": _("As titles say it, for example 甲县."),
            "slug": _(
                "Begins every address of this congress: lower-case letters and digits, for example jiaxian."
            ),
            "publisher": _("Stands in the disclosure fields of documents."),
            "issuer": _("Stands in the heading of a notice; empty: the session of the congress."),
            "seal": _("Stands in the seal on documents; empty: the place."),
            "time_zone": _("Days and hours of this congress, for example Asia/Shanghai."),
        }
        error_messages: ClassVar[dict[str, Any]] = {
            "name": {"required": _("Enter the name of the people's congress.")},
            "place": {"required": _("Enter the place.")},
            "slug": {"required": _("Enter an address.")},
        }

    def __init__(self, data: Any = None, *, own: bool = False, **kwargs: Any) -> None:
        """``own`` leaves away what the keeper of the congress itself may not change."""
        super().__init__(data, **kwargs)
        if own:
            for name in set(self.fields) - set(OWN_FIELDS):
                del self.fields[name]
        else:
            counties: Any = self.fields["parent"]
            counties.queryset = Congress.objects.filter(level=Level.COUNTY).exclude(kind=Kind.REHEARSAL)
            counties.empty_label = _("no congress on this server")

    @property
    def values(self) -> dict[str, Any]:
        """What was entered, by the names of the fields of a congress."""
        return {
            name: self.cleaned_data[name]
            for name in self.fields
            if name in self.Meta.fields or name == "kind"
        }

    def _post_clean(self) -> None:
        """Leave it to the domain to judge the congress as a whole: a form only reads."""


class OpenForm(CongressForm, KeeperForm):
    """A new congress with its delegations and its first keeper."""

    field_order = (
        "name", "place", "slug", "level", "parent", "kind", "keeper_name", "keeper_username", "numbered", "delegations",
        "name_en", "place_en", "issuer", "issuer_en", "seal", "publisher", "time_zone",
    )  # fmt: skip
    #: Everything from here on can be entered later as well.
    LATER = ("name_en", "place_en", "issuer", "issuer_en", "seal", "publisher", "time_zone")
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[(Kind.OFFICIAL.value, Kind.OFFICIAL.label), (Kind.DEMO.value, Kind.DEMO.label)],
        help_text=_("Stays as it is. All pages of a demo are marked as one."),
    )
    numbered = forms.IntegerField(
        label=_("Number of delegations"),
        min_value=1,
        max_value=MOST_NUMBERED,
        required=False,
        help_text=_("Makes 第一代表团, 第二代表团 … Leave it empty where they have other names."),
    )
    delegations = forms.CharField(
        label=_("or their names"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One a line, in their order. Left empty, the list of delegates brings them along later."),
    )

    def clean(self) -> None:
        super().clean()
        if self.cleaned_data.get("numbered") and self.cleaned_data.get("delegations"):
            self.add_error("numbered", gettext("Give their number or their names, not both."))

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        """A server of demos is offered demos: one official congress among them, and the demo would not start again."""
        super().__init__(data, **kwargs)
        kinds = set(Congress.objects.exclude(kind=Kind.REHEARSAL).values_list("kind", flat=True).distinct())
        if kinds == {Kind.DEMO}:
            field: Any = self.fields["kind"]
            field.choices = [(Kind.DEMO.value, Kind.DEMO.label)]

    @property
    def delegation_names(self) -> list[str]:
        if number := self.cleaned_data["numbered"]:
            return numbered_delegations(number)
        return lines(self.cleaned_data["delegations"])
