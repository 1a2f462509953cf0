"""The forms with which delegates' slips are printed: once the vote is ready, two people do it (F39)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext

from voting.forms.core.second_person import TwoPeople
from voting.forms.core.steps import ConfirmForm, OneNumberForm


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


class AllSlipsForm(_Printing, ConfirmForm):
    """All slips; the tick says what becomes worthless."""


class OneSlipForm(_Printing, OneNumberForm):
    """One delegate's slip."""

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
