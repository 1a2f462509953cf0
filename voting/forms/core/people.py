"""The forms with which a keeper enters and corrects the accounts of the staff."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.contrib.auth.forms import UsernameField
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import STAFF_ROLES, Role
from voting.domain.core.people import LastKeeper, Newcomer, UserNameTaken
from voting.domain.core.refusals import Refused
from voting.forms.core.steps import ConfirmForm, StepForm

#: So many people are entered at once.
ROWS = 8
PARTS = ("name", "role", "username", "unit")
_QUIET = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


def user_name_field(**kwargs: Any) -> UsernameField:
    """Return the field of a user name, read as the sign-in reads it."""
    return UsernameField(
        label=_("User name"),
        max_length=64,
        validators=[UnicodeUsernameValidator()],
        widget=forms.TextInput(attrs=_QUIET),
        **kwargs,
    )


class PeopleForm(StepForm):
    """A few people at once, a row each; rows without a name are left out."""

    def __init__(self, data: Any = None, *, roles: Sequence[Role] = ()) -> None:
        """``roles`` are those that the first rows begin with."""
        super().__init__(data)
        choices = [("", "—"), *((role.value, role.label) for role in Role if role in STAFF_ROLES)]
        for row in range(1, ROWS + 1):
            self.fields[f"name_{row}"] = forms.CharField(label=_("Name"), required=False, max_length=100)
            self.fields[f"role_{row}"] = forms.ChoiceField(
                label=_("Role"),
                required=False,
                choices=choices,
                initial=roles[row - 1] if row <= len(roles) else "",
            )
            self.fields[f"username_{row}"] = user_name_field(required=False)
            self.fields[f"unit_{row}"] = forms.CharField(
                label=_("Unit"),
                required=False,
                max_length=60,
                widget=forms.TextInput(attrs={"list": "units"}),
            )

    @property
    def rows(self) -> Iterator[list[forms.BoundField]]:
        """The fields of each row: name, role, user name, unit."""
        return ([self[f"{part}_{row}"] for part in PARTS] for row in range(1, ROWS + 1))

    def clean(self) -> None:
        """Raises ValidationError where nobody is named; each row is told what it lacks."""
        newcomers: list[Newcomer] = []
        taken: set[str] = set()
        for row in range(1, ROWS + 1):
            name, role, username, unit = (self.cleaned_data.get(f"{part}_{row}", "") for part in PARTS)
            if not name:
                if username or unit:
                    self.add_error(f"name_{row}", gettext("Enter the name, or empty the row."))
                continue
            if not role:
                self.add_error(f"role_{row}", gettext("Choose the role."))
            if (role == Role.UNIT) != bool(unit):
                sentence = (
                    gettext("Which unit?")
                    if role == Role.UNIT
                    else gettext("Only a unit officer has a unit.")
                )
                self.add_error(f"unit_{row}", sentence)
            if username and (username in taken or User.objects.filter(username=username).exists()):
                self.add_error(f"username_{row}", gettext("This user name is taken."))
            taken.add(username)
            if role:
                newcomers.append(Newcomer(name, Role(role), username, unit))
        if not newcomers and not self.errors:
            raise forms.ValidationError(gettext("Enter at least one person."))
        self.cleaned_data["newcomers"] = newcomers

    def field_of(self, refusal: Refused) -> str | None:
        if isinstance(refusal, UserNameTaken):
            rows = (
                row for row in range(1, ROWS + 1) if self.cleaned_data.get(f"username_{row}") == refusal.name
            )
            return next((f"username_{row}" for row in rows), None)
        return None


class PersonForm(StepForm):
    """What may be corrected of a person who is entered; the user name and the role stay, the journal knows them."""

    name = forms.CharField(label=_("Name"), max_length=100)
    unit = forms.CharField(
        label=_("Unit"), max_length=60, required=False, widget=forms.TextInput(attrs={"list": "units"})
    )
    may_sign_in = forms.BooleanField(label=_("may sign in"), required=False)

    def __init__(self, data: Any = None, *, person: User) -> None:
        initial = {
            "name": person.name,
            "unit": person.unit.name if person.unit else "",
            "may_sign_in": person.is_active,
        }
        super().__init__(data, initial=initial)
        if person.role != Role.UNIT:
            del self.fields["unit"]

    def field_of(self, refusal: Refused) -> str | None:
        return "may_sign_in" if isinstance(refusal, LastKeeper) else None


class RenewForm(ConfirmForm):
    """A new initial password for somebody who lost the own one."""


class KeeperForm(StepForm):
    """One keeper of accounts more."""

    keeper_name = forms.CharField(
        label=_("Name of the keeper of accounts"),
        max_length=100,
        error_messages={"required": _("Enter who keeps the accounts of this congress.")},
    )
    keeper_username = user_name_field(
        required=False, help_text=_("Left empty: made from the congress's address.")
    )

    @property
    def newcomer(self) -> Newcomer:
        return Newcomer(self.cleaned_data["keeper_name"], Role.KEEPER, self.cleaned_data["keeper_username"])

    def field_of(self, refusal: Refused) -> str | None:
        return "keeper_username" if isinstance(refusal, UserNameTaken) else None
