"""Accounts of the staff of a congress: entered by its keeper, each with an initial password that is shown once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import Congress, Unit, User
from accounts.passwords import give_initial_password
from accounts.roles import VOTERS, Role
from accounts.second_factor import remove
from voting.domain.core.journal import record_of_congress
from voting.domain.core.refusals import Refused
from voting.domain.core.second_person import BESIDE_KEEPERS, second_person
from voting.models import Round
from voting.permissions import can_keep_accounts, can_open_congress
from voting.states import UNDER_WAY, CongressAct

#: Whom a vote needs: five hold a slip of the key, of which any three open the urn, and nobody certifies what they
#: counted themselves.
NEEDED = (Role.CLERK, Role.CHIEF, *[Role.SCRUTINEER] * 4, Role.PRESIDING)


#: Whose account decides something in a vote.
OF_THE_VOTE = frozenset({*NEEDED, Role.KEEPER})


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
        return User.objects.filter(congress=user.congress_id).exclude(role__in=[*VOTERS, Role.NONE])
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


def needs_two(congress: Congress | None, *roles: Role | str) -> bool:
    """Tell whether accounts of these roles are two people's to give: from the ceremony to the publication of a vote."""
    if congress is None or OF_THE_VOTE.isdisjoint(roles):
        return False
    return Round.objects.filter(cycle__congress=congress, status__in=UNDER_WAY).exists()


def _beside(
    congress: Congress | None, *roles: Role | str, by: User | None, second: User | None
) -> dict[str, str]:
    """Return what the record says of the second person, where one is needed. The server's own console needs none.

    Raises SecondPersonNeeded or SamePersonTwice.
    """
    if by is None or congress is None or not (second is not None or needs_two(congress, *roles)):
        return {}
    return second_person(second, by=by, congress=congress, roles=BESIDE_KEEPERS)


@transaction.atomic
def enter_people(
    *,
    congress: Congress | None,
    people: Sequence[Newcomer],
    by: User | None,
    at: datetime,
    second: User | None = None,
) -> list[InitialPassword]:
    """Enter them all or nobody, and return their initial passwords. Raises UserNameTaken or ValidationError.

    A unit officer's unit is made where the congress has none of that name yet. While a vote is under way, whoever has a
    part in it is entered by two: raises SecondPersonNeeded or SamePersonTwice.
    """
    entered = []
    beside = _beside(congress, *(newcomer.role for newcomer in people), by=by, second=second)
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
        _note(CongressAct.ACCOUNT_ENTERED, user, by=by, at=at, data={"role": user.role, **beside})
    return entered


def _note(
    act: CongressAct, user: User, *, by: User | None, at: datetime, data: dict[str, str] | None = None
) -> None:
    record_of_congress(congress=user.congress, act=act, by=by, subject=user, at=at, data=data)


def _free_name(congress: Congress | None, role: Role) -> str:
    """Return the first free one of ``gongshu-clerk``, ``gongshu-clerk-2`` …"""
    stem = f"{congress.slug}-{role}" if congress else str(role)
    taken = set(User.objects.filter(username__startswith=stem).values_list("username", flat=True))
    return next(name for n in count(1) if (name := stem if n == 1 else f"{stem}-{n}") not in taken)


@transaction.atomic
def renew_password(
    user: User, *, by: User | None, at: datetime, second: User | None = None
) -> InitialPassword:
    """Give a new initial password and return it; whoever is signed in with the old one is signed out.

    While a vote is under way, two give it to whoever has a part in it: raises SecondPersonNeeded or SamePersonTwice.
    """
    beside = _beside(user.congress, user.role, by=by, second=second)
    held = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    password = give_initial_password(held)
    held.save(update_fields=["password", "password_is_initial"])
    _note(CongressAct.PASSWORD_GIVEN, held, by=by, at=at, data=beside)
    return InitialPassword(held, password)


@transaction.atomic
def reset_second_factor(
    user: User, *, by: User | None, at: datetime, second: User | None = None
) -> InitialPassword:
    """Take somebody's second factor away, who lost it; a new initial password goes with it, and is returned.

    Whoever found the phone has nothing by it, and who asks in another's name gets no account with a known password.
    While a vote is under way, two do it: raises SecondPersonNeeded or SamePersonTwice.
    """
    beside = _beside(user.congress, user.role, by=by, second=second)
    remove(user)
    _note(CongressAct.FACTOR_RESET, user, by=by, at=at, data=beside)
    return renew_password(user, by=by, at=at, second=second)


@transaction.atomic
def change_person(
    *,
    user: User,
    name: str,
    unit: str,
    may_sign_in: bool,
    by: User | None,
    at: datetime,
    role: Role | None = None,
    second: User | None = None,
) -> None:
    """Correct the name, the role, the unit of an officer, and whether the person may sign in. Raises LastKeeper.

    ``role`` is None where it stays. While a vote is under way, two let somebody with a part in it sign in again, give
    them another name, or give or take a part in it: raises SecondPersonNeeded or SamePersonTwice.
    """
    # All keepers in one order: two who shut each other out wait for each other, and the second is refused.
    keepers = Q(role=Role.KEEPER, congress=user.congress) if user.role == Role.KEEPER else Q()
    rows = User.objects.select_for_update(of=("self",)).filter(Q(pk=user.pk) | keepers).order_by("pk")
    by_key = {each.pk: each for each in rows}
    held = by_key.pop(user.pk)
    new_role = role or Role(held.role)
    keeps_on = may_sign_in and new_role == Role.KEEPER
    if held.role == Role.KEEPER and not keeps_on and not any(each.is_active for each in by_key.values()):
        raise LastKeeper
    was = (held.name, held.unit.name if held.unit else "", held.role)
    could = held.is_active
    beside: dict[str, str] = {}
    if (may_sign_in and not could) or held.name != name or held.role != new_role:
        beside = _beside(held.congress, held.role, new_role, by=by, second=second)
    held.name, held.is_active, held.role = name, may_sign_in, new_role
    officer = held.role == Role.UNIT and unit
    held.unit = Unit.objects.get_or_create(congress=held.congress, name=unit)[0] if officer else None
    held.save(update_fields=["name", "is_active", "unit", "role"])
    if was != (now := (held.name, held.unit.name if held.unit else "", held.role)):
        changed = {"was": was[0], "name": now[0]} if was[0] != now[0] else {}
        changed |= {"unit": now[1]} if was[1] != now[1] else {}
        changed |= {"role_before": str(was[2]), "role": str(now[2])} if was[2] != now[2] else {}
        _note(CongressAct.ACCOUNT_CHANGED, held, by=by, at=at, data=changed | beside)
    if could != may_sign_in:
        act = CongressAct.SIGN_IN_ALLOWED if may_sign_in else CongressAct.SIGN_IN_BARRED
        _note(act, held, by=by, at=at, data=beside)
