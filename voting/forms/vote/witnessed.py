"""The forms of what a scrutineer stands by: the opening, and the key that was made offline (F39)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.roles import SCRUTINEERS
from voting.domain.core.refusals import ReasonMissing, Refused
from voting.domain.vote import keys, rounds
from voting.forms.core.second_person import TwoPeople
from voting.forms.core.steps import why_again
from voting.forms.vote.desk import LastDayField, MinutesField

_QUIET = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


class WithScrutineer(TwoPeople):
    """The second person is a scrutineer."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, roles=SCRUTINEERS, **kwargs)

    @property
    def why_two(self) -> str:
        return gettext("A scrutineer stands by this and confirms it here with their own account.")


class OpenVoteForm(WithScrutineer):
    """The opening: a scrutineer types the key's mark from their own slip, and says who they are."""

    mark = forms.CharField(
        label=_("Mark of the key, from a scrutineer's slip"),
        max_length=80,
        help_text=_("A scrutineer types it: the six characters, or the six groups of digits beside them."),
        error_messages={"required": _("Let a scrutineer type the mark that stands on their key slip.")},
        widget=forms.TextInput(attrs=_QUIET),
    )

    def __init__(self, *args: Any, by_letter: bool = False, **kwargs: Any) -> None:
        """``by_letter``: residents have days to vote, not minutes."""
        super().__init__(*args, **kwargs)
        self.fields["minutes"] = LastDayField() if by_letter else MinutesField()
        self.order_fields(["minutes", "mark"])

    @property
    def why_two(self) -> str:
        return gettext(
            "A scrutineer types the mark from their key slip and confirms the opening with their own account."
        )

    def field_of(self, refusal: Refused) -> str | None:
        return "mark" if isinstance(refusal, rounds.WrongMark) else super().field_of(refusal)


class KeyFileForm(WithScrutineer):
    """The public key that the offline ceremony wrote; and why, where a ceremony was held before: ``again``."""

    key_file = forms.FileField(
        label=_("Public key of the offline ceremony"),
        error_messages={"required": _("Choose the file that the offline ceremony wrote.")},
    )

    def __init__(self, *args: Any, again: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if again:
            self.fields["reason"] = why_again()
        self.order_fields(["key_file", "reason"])

    def field_of(self, refusal: Refused) -> str | None:
        if isinstance(refusal, ReasonMissing) and "reason" in self.fields:
            return "reason"
        ours = isinstance(refusal, keys.NotAKey | keys.BadSplit)
        return "key_file" if ours else super().field_of(refusal)


class TrialWordForm(WithScrutineer):
    """The word that was found in the trial ballot offline."""

    word = forms.CharField(
        label=_("Word of the trial ballot"),
        max_length=20,
        error_messages={"required": _("Enter the word that the offline unsealing printed.")},
        widget=forms.TextInput(attrs=_QUIET),
    )

    def field_of(self, refusal: Refused) -> str | None:
        return super().field_of(refusal) or "word"
