"""Enter delegations, delegates and staff of one congress. Nobody who is there already is changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Congress, Delegate, Delegation, Unit, User, delegate_username
from accounts.roles import Role


class Taken(Exception):
    """A user name belongs to somebody of another congress or role; ``str()`` is the sentence."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def __str__(self) -> str:
        return _("“%(name)s” belongs to somebody else in this database.") % {"name": self.name}


def enter_delegations(
    *, congress: Congress, names: Iterable[str], english: Mapping[str, str] | None = None
) -> list[Delegation]:
    """Return the delegations of those names in that order; make those that are missing, with their English names."""
    known = english or {}
    return [
        Delegation.objects.get_or_create(
            congress=congress, name=name, defaults={"position": place, "name_en": known.get(name, "")}
        )[0]
        for place, name in enumerate(names, start=1)
    ]


def enter_units(*, congress: Congress, tables: Iterable[Mapping[str, str]]) -> dict[str, Unit]:
    """Return the units of those tables (``name``, ``name_en``) by their names; make those that are missing."""
    return {
        each["name"]: Unit.objects.get_or_create(
            congress=congress, name=each["name"], defaults={"name_en": each.get("name_en", "")}
        )[0]
        for each in tables
    }


@transaction.atomic
def enter_delegates(*, congress: Congress, people: Mapping[str, tuple[str, Delegation]]) -> int:
    """Enter delegates, number → (name, delegation), who sign in with a slip; return how many are new. Raises Taken."""
    known = set(congress.delegates.filter(number__in=people).values_list("number", flat=True))
    new = {number: whom for number, whom in people.items() if number not in known}
    usernames = [delegate_username(congress, number) for number in new]
    if taken := User.objects.filter(username__in=usernames).first():
        raise Taken(taken.username)
    users = User.objects.bulk_create(
        [
            User(
                username=delegate_username(congress, number),
                name=name,
                role=Role.DELEGATE,
                congress=congress,
                password=make_password(None),
            )
            for number, (name, _delegation) in new.items()
        ]
    )
    Delegate.objects.bulk_create(
        [
            Delegate(congress=congress, user=user, delegation=delegation, number=number, name=name)
            for user, (number, (name, delegation)) in zip(users, new.items(), strict=True)
        ]
    )
    return len(new)


def enter_staff(*, congress: Congress | None, username: str, name: str, role: Role) -> tuple[User, bool]:
    """Return the member of staff and whether they are new; they have no password yet. Raises Taken.

    A keeper without a congress keeps the installation.
    """
    user = User.objects.filter(username=username).first()
    if user is None:
        return User.objects.create_user(username, name=name, role=role, congress=congress), True
    if (user.congress, user.role) != (congress, role):
        raise Taken(username)
    return user, False


def enter_officer(*, congress: Congress, unit: Unit) -> User:
    """Return an officer of the unit: who is there already, else a demo sign-in without a unit, else a new one."""
    officers = congress.users.filter(role=Role.UNIT).order_by("pk")
    user = officers.filter(unit=unit).first() or officers.filter(unit=None).first()
    if user is None:
        username = f"demo-unit-{officers.count() + 1}"
        user, _new = enter_staff(congress=congress, username=username, name=unit.name, role=Role.UNIT)
    if user.unit_id is None:
        user.unit = unit
        user.save(update_fields=["unit"])
    return user


def spread(people: int, *, over: int) -> list[int]:
    """Return for each person the place of their group, in blocks as even as possible: 298 over 10 is 8 × 30, 2 × 29."""
    return [place * over // people for place in range(people)]
