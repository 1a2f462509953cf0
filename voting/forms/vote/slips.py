"""The forms with which delegates' slips are printed: once the vote is ready, two people do it (F39)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from voting.forms.core.second_person import TwoPeople
from voting.forms.core.steps import OneNumberForm


class _Printing(TwoPeople):
    @property
    def why_two(self) -> str:
        """Say why somebody else is needed; empty where nobody is."""
        if not self.asks_for_second:
            return ""
        return gettext(
            "Whoever holds a new slip can vote with it now. A second person confirms it here: another clerk, the "
            "executive chairperson or a scrutineer. The minutes name every single slip that is printed from here on."
        )


class AllSlipsForm(_Printing):
    """All slips."""


class DelegationSlipsForm(_Printing):
    """The slips of some delegations."""

    delegations = forms.MultipleChoiceField(
        label=_("Delegations"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one delegation.")},
    )

    def __init__(self, *args: Any, names: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        """``names`` are the delegations of the roll, as they are kept and as they are shown."""
        super().__init__(*args, **kwargs)
        self.fields["delegations"].choices = list(names)  # type: ignore[attr-defined]


class OneSlipForm(_Printing, OneNumberForm):
    """One delegate's slip."""

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
