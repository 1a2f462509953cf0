"""The forms of what two people put on record so that a vote can go on."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from voting.count.measures import ShortfallRule
from voting.domain.core.refusals import ReasonMissing, Refused
from voting.domain.vote.further_rounds import DecisionMissing
from voting.forms.core.second_person import TwoPeople
from voting.labels import SHORTFALL_RULES


class WithReason(TwoPeople):
    """Why it is done, and the second person."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say why: the reason stands in the journal.")},
    )

    def field_of(self, refusal: Refused) -> str | None:
        return "reason" if isinstance(refusal, ReasonMissing) else super().field_of(refusal)


class ByDecision(WithReason):
    """What the presidium decided, and why."""

    decision = forms.CharField(
        label=_("Decision of the presidium: number and date"),
        max_length=200,
        error_messages={"required": _("Name the decision of the presidium by its number and date.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    field_order: tuple[str, ...] = ("decision", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = _("It is published with the result.")

    def field_of(self, refusal: Refused) -> str | None:
        return "decision" if isinstance(refusal, DecisionMissing) else super().field_of(refusal)


class EndRoundsForm(ByDecision):
    """No further round is held: what becomes of the places left."""

    seats = forms.ChoiceField(
        label=_("What becomes of the places that are left"),
        choices=[
            (str(rule), SHORTFALL_RULES[rule])
            for rule in (ShortfallRule.STAY_EMPTY, ShortfallRule.NEXT_SESSION)
        ],
    )
    field_order = ("seats", "decision", "reason")


class TakeBackForm(WithReason):
    """What was fixed is taken back; ``wrong`` asks what is wrong with it."""

    def __init__(self, *args: Any, wrong: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = wrong
