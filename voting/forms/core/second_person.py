"""The fields of a second person, for the form of an act that one person may not do alone (F39)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from accounts import second_factor
from accounts.models import Congress, User
from accounts.roles import Role
from accounts.staff import SignInRefused, check_password
from voting.domain.core.refusals import Refused
from voting.domain.core.second_person import SECONDS, SamePersonTwice, SecondPersonNeeded, second_person
from voting.forms.core.steps import StepForm, Unechoed, code_field, take_code

NAME, SECRET, CODE = "second_name", "second_password", "second_code"


def _quiet(**attrs: str) -> dict[str, str]:
    return {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false", **attrs}


def _fields() -> dict[str, forms.Field]:
    return {
        NAME: forms.CharField(
            label=_("User name of the second person"),
            max_length=64,
            error_messages={"required": _("A second person enters their user name here.")},
            widget=Unechoed(attrs=_quiet()),
        ),
        SECRET: forms.CharField(
            label=_("Password of the second person"),
            max_length=1000,
            strip=False,
            error_messages={"required": _("The second person enters their own password here.")},
            widget=forms.PasswordInput(attrs=_quiet()),
        ),
        CODE: code_field(
            label=_("Second factor of the second person"),
            help_text=_("Six digits of the app or a recovery code; left empty by whoever has none."),
            required=False,
        ),
    }


class TwoPeople(StepForm):
    """Mixed into a form: a second person says who they are on the page of the first.

    ``second`` is that person once the form is valid, and None where none was asked for: another person than the one
    signed in, of the same congress and of one of the roles, who may sign in and has a password of their own.
    """

    def __init__(
        self,
        *args: Any,
        request: HttpRequest,
        roles: Collection[Role] = SECONDS,
        needed: bool = True,
        congress: Congress | None = None,
        **kwargs: Any,
    ) -> None:
        """``needed``: without it the form asks for nobody until the domain says that it needs somebody.

        ``congress`` is whose the second person must be, where it isn't that of whoever is signed in.
        """
        super().__init__(*args, **kwargs)
        self.request, self.roles = request, roles
        self.congress = congress
        self.second: User | None = None
        if needed:
            self._ask()

    @property
    def asks_for_second(self) -> bool:
        return NAME in self.fields

    @property
    def why_two(self) -> str:
        """Say that a second person is needed here, and who; empty where nobody is."""
        if not self.asks_for_second:
            return ""
        return gettext(
            "One person alone may not do this. A second person confirms it here: another clerk, the executive "
            "chairperson or a scrutineer."
        )

    def _ask(self) -> None:
        self.fields |= _fields()
        self.tick_last()

    @sensitive_variables()
    def clean(self) -> dict[str, Any]:
        """Take the second person at their word. An unknown name and a wrong password are one mistake."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        name, secret = cleaned.get(NAME, ""), cleaned.pop(SECRET, "")
        if not name or not secret:
            return cleaned
        if User.normalize_username(name) == self.request.user.get_username():
            self.add_error(NAME, str(SamePersonTwice()))
            return cleaned
        try:
            person = check_password(self.request, username=name, password=secret, at=timezone.now())
        except SignInRefused as refusal:
            self.add_error(SECRET, str(refusal))
            return cleaned
        if person.password_is_initial:
            self.add_error(
                NAME, gettext("The second person must sign in once and choose a password of their own first.")
            )
        elif second_factor.is_required_of(person) and not person.has_second_factor:
            self.add_error(
                NAME, gettext("The second person must sign in once and set up a second factor first.")
            )
        elif person.has_second_factor and not cleaned.get(CODE):
            self.add_error(CODE, str(code_field().error_messages["required"]))
        elif not self._may_stand_in(person):
            self.add_error(NAME, self._who_may())
        else:
            self.second = person
        return cleaned

    def use_up(self) -> None:
        """Take the own code first: where that is wrong, the code of the second person has not been used up.

        Where the second person's is not right, nobody stands beside the first; the own one counts for the next try.
        """
        super().use_up()
        if self.second is None or not self.second.has_second_factor:
            return
        if self.errors or not take_code(self, CODE, self.second):
            self.second = None

    def _who_may(self) -> str:
        """Say who may be the second person here: those of the roles, of the congress of the first."""
        roles = gettext(", ").join(str(role.label) for role in Role if role in self.roles)
        return gettext(
            "The second person must be someone of this congress with one of these roles: %(roles)s."
        ) % {"roles": roles}

    def _may_stand_in(self, person: User) -> bool:
        user = self.request.user
        if not isinstance(user, User):
            return False
        congress = self.congress or user.congress
        if congress is None:
            return False
        try:
            second_person(person, by=user, congress=congress, roles=self.roles)
        except Refused:
            return False
        return True

    def field_of(self, refusal: Refused) -> str | None:
        """Return the field of the second person for what the domain says of them, asking for them where nobody was."""
        if isinstance(refusal, SecondPersonNeeded | SamePersonTwice):
            if not self.asks_for_second:
                self._ask()
            return NAME
        return super().field_of(refusal)
