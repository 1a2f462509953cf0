"""Accounts of the staff of a congress: entered by its keeper, each with an initial password that is shown once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import Congress, Unit, User
from accounts.passwords import give_initial_password
from accounts.roles import Role
from voting.domain.core.refusals import Refused
from voting.permissions import can_keep_accounts, can_open_congress

#: Whom a vote needs: the urn is opened by scrutineers together, and nobody certifies what they counted themselves.
NEEDED = (Role.CLERK, Role.CHIEF, Role.SCRUTINEER, Role.SCRUTINEER, Role.PRESIDING)


@dataclass(frozen=True)
class Newcomer:
    """Somebody to be entered. Without a user name they get one made from congress and role."""

    name: str
    role: Role
    username: str = ""
    unit: str = ""


@dataclass(frozen=True)
class InitialPassword:
    """An account and the password that was drawn for it, which is kept nowhere."""

    user: User
    password: str


class UserNameTaken(Refused):
    """Somebody on this server has the user name already."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def __str__(self) -> str:
        return _("The user name “%(name)s” is taken; nobody was entered. Choose another.") % {
            "name": self.name
        }


class LastKeeper(Refused):
    """Without this person nobody could keep the accounts any more."""

    def __str__(self) -> str:
        return _("This is the only keeper who may sign in. Enter a second one first; nothing was changed.")


def kept_by(user: User) -> QuerySet[User]:
    """Return the accounts that this person keeps: a congress's keeper its staff, the installation's all keepers."""
    if can_keep_accounts(user):
        return User.objects.filter(congress=user.congress_id).exclude(role__in=[Role.DELEGATE, Role.NONE])
    if can_open_congress(user):
        return User.objects.filter(role=Role.KEEPER)
    return User.objects.none()


def still_needed(congress: Congress) -> list[Role]:
    """Return the roles of a vote that nobody, or too few, who may sign in have yet."""
    there = list(congress.users.filter(is_active=True, role__in=set(NEEDED)).values_list("role", flat=True))
    missing = []
    for role in NEEDED:
        if role in there:
            there.remove(role)
        else:
            missing.append(role)
    return missing


@transaction.atomic
def enter_people(*, congress: Congress | None, people: Sequence[Newcomer]) -> list[InitialPassword]:
    """Enter them all or nobody, and return their initial passwords. Raises UserNameTaken or ValidationError.

    A unit officer's unit is made where the congress has none of that name yet.
    """
    entered = []
    for newcomer in people:
        username = User.normalize_username(newcomer.username or _free_name(congress, newcomer.role))
        if User.objects.filter(username=username).exists():
            raise UserNameTaken(username)
        user = User(username=username, name=newcomer.name, role=newcomer.role, congress=congress)
        if newcomer.unit:
            user.unit = Unit.objects.get_or_create(congress=congress, name=newcomer.unit)[0]
        password = give_initial_password(user)
        user.clean_fields()
        try:
            UnicodeUsernameValidator()(username)
        except ValidationError as error:
            raise ValidationError({"username": error.messages}) from error
        try:
            with transaction.atomic():
                user.save(force_insert=True)
        except IntegrityError as error:  # Somebody took it between the look and the saving.
            raise UserNameTaken(username) from error
        entered.append(InitialPassword(user, password))
    return entered


def _free_name(congress: Congress | None, role: Role) -> str:
    """Return the first free one of ``gongshu-clerk``, ``gongshu-clerk-2`` …"""
    stem = f"{congress.slug}-{role}" if congress else str(role)
    taken = set(User.objects.filter(username__startswith=stem).values_list("username", flat=True))
    return next(name for n in count(1) if (name := stem if n == 1 else f"{stem}-{n}") not in taken)


@transaction.atomic
def renew_password(user: User) -> InitialPassword:
    """Give a new initial password and return it; whoever is signed in with the old one is signed out."""
    held = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    password = give_initial_password(held)
    held.save(update_fields=["password", "password_is_initial"])
    return InitialPassword(held, password)


@transaction.atomic
def change_person(*, user: User, name: str, unit: str, may_sign_in: bool) -> None:
    """Correct the name, the unit of an officer, and whether the person may sign in. Raises LastKeeper."""
    # All keepers in one order: two who shut each other out wait for each other, and the second is refused.
    keepers = Q(role=Role.KEEPER, congress=user.congress) if user.role == Role.KEEPER else Q()
    rows = User.objects.select_for_update(of=("self",)).filter(Q(pk=user.pk) | keepers).order_by("pk")
    by_key = {each.pk: each for each in rows}
    held = by_key.pop(user.pk)
    if held.role == Role.KEEPER and not may_sign_in and not any(each.is_active for each in by_key.values()):
        raise LastKeeper
    held.name, held.is_active = name, may_sign_in
    if held.role == Role.UNIT:
        held.unit = Unit.objects.get_or_create(congress=held.congress, name=unit)[0] if unit else None
    held.save(update_fields=["name", "is_active", "unit"])
