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
from voting.domain.core.second_person import BESIDE_KEEPERS
from voting.forms.core.second_person import NAME, TwoPeople
from voting.forms.core.steps import StepForm

#: So many people are entered at once.
ROWS = 8
PARTS = ("name", "role", "username", "unit")
_QUIET = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


def _staff_roles() -> list[tuple[str, Any]]:
    return [(role.value, role.label) for role in Role if role in STAFF_ROLES]


def user_name_field(**kwargs: Any) -> UsernameField:
    """Return the field of a user name, read as the sign-in reads it."""
    return UsernameField(
        label=_("User name"),
        max_length=64,
        validators=[UnicodeUsernameValidator()],
        widget=forms.TextInput(attrs=_QUIET),
        **kwargs,
    )


class BesideKeeper(TwoPeople):
    """The second person beside a keeper of accounts, while a vote is under way."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, roles=BESIDE_KEEPERS, **kwargs)

    @property
    def why_two(self) -> str:
        """Say why somebody else is needed; empty where nobody is."""
        if not self.asks_for_second:
            return ""
        return gettext(
            "A vote is under way, in which this account has a part. A second person confirms it here: another keeper "
            "of accounts, the chief scrutineer or the executive chairperson."
        )


class PeopleForm(BesideKeeper):
    """A few people at once, a row each; rows without a name are left out."""

    def __init__(self, data: Any = None, *, begin_with: Sequence[Role] = (), **kwargs: Any) -> None:
        """``begin_with`` are the roles of the first rows."""
        super().__init__(data, **kwargs)
        choices = [("", "—"), *_staff_roles()]
        for row in range(1, ROWS + 1):
            self.fields[f"name_{row}"] = forms.CharField(label=_("Name"), required=False, max_length=100)
            self.fields[f"role_{row}"] = forms.ChoiceField(
                label=_("Role"),
                required=False,
                choices=choices,
                initial=begin_with[row - 1] if row <= len(begin_with) else "",
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

    @property
    def others(self) -> list[forms.BoundField]:
        """The fields that stand below the rows: a second person, the own second factor."""
        return [field for field in self if field.name.rpartition("_")[0] not in PARTS]

    def clean(self) -> dict[str, Any]:
        """Raises ValidationError where nobody is named; each row is told what it lacks."""
        cleaned = super().clean()
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
        in_rows = any(name.rpartition("_")[0] in PARTS for name in self.errors)
        if not newcomers and not in_rows:
            # Nobody is named yet: what else the form asks for is asked once somebody is.
            self.errors.clear()
            self.add_error("name_1", gettext("Enter the name of at least one person."))
        cleaned["newcomers"] = newcomers
        return cleaned

    def field_of(self, refusal: Refused) -> str | None:
        if isinstance(refusal, UserNameTaken):
            rows = (
                row for row in range(1, ROWS + 1) if self.cleaned_data.get(f"username_{row}") == refusal.name
            )
            return next((f"username_{row}" for row in rows), None)
        return super().field_of(refusal)


class PersonForm(BesideKeeper):
    """What may be corrected of a person who is entered; the user name stays, the journal knows it."""

    name = forms.CharField(label=_("Name"), max_length=100)
    unit = forms.CharField(
        label=_("Unit"), max_length=60, required=False, widget=forms.TextInput(attrs={"list": "units"})
    )
    role = forms.ChoiceField(label=_("Role"), choices=[], required=False)
    may_sign_in = forms.BooleanField(label=_("may sign in"), required=False)
    field_order = ("name", "role", "unit", "may_sign_in")

    def __init__(self, data: Any = None, *, person: User, roles: bool = True, **kwargs: Any) -> None:
        """``roles``: the role may be changed, too."""
        initial = {
            "name": person.name,
            "unit": person.unit.name if person.unit else "",
            "may_sign_in": person.is_active,
            "role": person.role,
        }
        # Only a new name, and who may sign in again, are two people's: the domain says so when they are sent.
        super().__init__(data, initial=initial, needed=NAME in (data or ()), **kwargs)
        self.was = person.role
        self.fields["role"].choices = _staff_roles()  # type: ignore[attr-defined]
        self.fields["unit"].help_text = _("Only for a unit officer.")
        if not roles:
            del self.fields["role"], self.fields["unit"]

    def clean(self) -> dict[str, Any]:
        """Raises ValidationError where somebody becomes the officer of no unit."""
        cleaned = super().clean()
        role = cleaned.get("role")
        if role == Role.UNIT != self.was and not cleaned.get("unit"):
            self.add_error("unit", gettext("Which unit?"))
        if role and role != Role.UNIT and cleaned.get("unit") and "unit" in self.changed_data:
            self.add_error("unit", gettext("Only a unit officer has a unit."))
        return cleaned

    def field_of(self, refusal: Refused) -> str | None:
        if isinstance(refusal, LastKeeper):
            return "role" if self.cleaned_data.get("role", Role.KEEPER) != Role.KEEPER else "may_sign_in"
        return super().field_of(refusal)


class RenewForm(BesideKeeper):
    """A new initial password for somebody who lost theirs."""


class LiftForm(StepForm):
    """The rest of a sign-in is lifted; nothing is asked."""


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


class AnotherKeeperForm(BesideKeeper, KeeperForm):
    """A keeper more of a congress that is there."""

    def field_of(self, refusal: Refused) -> str | None:
        return KeeperForm.field_of(self, refusal) or super().field_of(refusal)
