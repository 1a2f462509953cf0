"""Set a rehearsal up in the database, and take its people off again.

Its cycle is of the kind ``rehearsal``, with delegates and staff of its own: the database keeps every other kind off its
roll, and its people off every other roll.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Delegate, User
from accounts.roles import Kind, Role
from voting.domain.core import cycles
from voting.domain.vote import keys, rolls, rules
from voting.management.demo.secrets import new_password
from voting.management.people import enter_delegates, enter_delegations, enter_staff, spread
from voting.models import Cycle, Round
from voting.states import Stage

PRESET = "gongshu-2018"
CANDIDATES, SEATS, DELEGATIONS = 12, 10, 10
#: Advisory lock: two rehearsals at once would put their delegates on each other's rolls.
_LOCK = 0x72656865
_STAFF = {
    "rehearsal-clerk": ("演练工作人员", Role.CLERK),
    "rehearsal-scrutineer-1": ("演练监票人1", Role.SCRUTINEER),
    "rehearsal-scrutineer-2": ("演练监票人2", Role.SCRUTINEER),
}


class RehearsalRefused(Exception):
    """No rehearsal now; ``str()`` is the sentence."""


@dataclass(frozen=True)
class StaffMember:
    """One of the rehearsal's staff, with the password of this rehearsal."""

    user: User
    password: str


@dataclass(frozen=True)
class Prepared:
    """A rehearsal whose delegates have their slips and whose scrutineers have theirs; nobody is checked in yet."""

    round: Round
    codes: dict[str, str]
    slips: list[str]


@contextmanager
def alone() -> Iterator[None]:
    """Keep other rehearsals out, and end with nobody of this one able to sign in. Raises RehearsalRefused."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            raise RehearsalRefused(_("Another rehearsal is running in this database."))
    try:
        _dismiss()
        yield
    finally:
        _dismiss()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def _dismiss() -> None:
    """Take the people of all rehearsals off: their cycles stay, as evidence does."""
    delegates = Delegate.objects.filter(
        kind=Kind.REHEARSAL, user__username__startswith="delegate-R", is_active=True
    )
    User.objects.filter(delegate__in=delegates).update(is_active=False)
    delegates.update(is_active=False)
    User.objects.filter(kind=Kind.REHEARSAL, username__in=_STAFF).update(is_active=False)


@transaction.atomic
def engage_staff() -> list[StaffMember]:
    """Return a clerk and two scrutineers with new passwords. Raises people.Taken."""
    members = []
    for username, (name, role) in _STAFF.items():
        user, _new = enter_staff(kind=Kind.REHEARSAL, username=username, name=name, role=role)
        password = new_password()
        user.set_password(password)
        user.is_active = True
        user.save(update_fields=["password", "is_active"])
        members.append(StaffMember(user, password))
    return members


def new_slug(now: datetime) -> str:
    """Return the address of a rehearsal that begins now."""
    return f"rehearsal-{timezone.localtime(now):%Y%m%d-%H%M%S}"


@transaction.atomic
def prepare(*, delegates: int, by: User, slug: str) -> Prepared:
    """Bring a new rehearsal to where the delegates come in, by the verbs that people use.

    Raises RehearsalRefused where there are other delegates of this kind, or a refusal of a verb.
    """
    if Delegate.objects.filter(kind=Kind.REHEARSAL, is_active=True).exists():
        raise RehearsalRefused(
            _(
                "There are rehearsal delegates in office whom this command did not enter; end their office first."
            )
        )
    at = timezone.now()
    cycle = _create_cycle(by=by, slug=slug, at=at)
    _enter_delegates(delegates)
    rules.adopt_rules(cycle=cycle, by=by, at=at)
    round_ = rolls.freeze_roll(cycle=cycle, by=by, at=at)
    codes = {entry.number: code for entry, code in rolls.issue_slips(round_=round_, by=by, at=at)}
    slips = keys.hold_ceremony(
        round_=round_, needed=keys.DEFAULT_NEEDED, issued=keys.DEFAULT_ISSUED, by=by, at=at
    )
    return Prepared(round_, codes, slips)


def _create_cycle(*, by: User, slug: str, at: datetime) -> Cycle:
    year = timezone.localdate(at).year
    cycle = cycles.create_cycle(
        by=by, at=at, kind=Kind.REHEARSAL, slug=slug, year=year, seats=SEATS, place="演练(不是正式表决)",
        congress=slug,
    )  # fmt: skip
    for to in (Stage.SCREENING, Stage.DELIBERATION):
        cycles.move_cycle(cycle, to=to, by=by, at=at)
    for number in range(1, CANDIDATES + 1):
        cycles.add_candidate(
            cycle=cycle,
            by=by,
            at=at,
            number=number,
            name=f"演练项目{number}",
            name_en=f"Rehearsal project {number}",
        )
    cycles.freeze_slate(cycle=cycle, by=by, at=at)
    rules.draft_rules(cycle=cycle, by=by, at=at, seats=SEATS, preset=PRESET, **rules.PRESETS[PRESET])
    return Cycle.objects.get(pk=cycle.pk)


def _enter_delegates(count: int) -> None:
    """Enter delegates R3N001 … of the third rehearsal: numbers of their own, since a number is given once."""
    run = Cycle.objects.filter(kind=Kind.REHEARSAL).count()
    groups = enter_delegations(
        kind=Kind.REHEARSAL, names=[f"演练第{place}代表团" for place in range(1, DELEGATIONS + 1)]
    )
    people = {
        f"R{run}N{place:03d}": (f"演练代表{place:03d}", groups[group])
        for place, group in enumerate(spread(count, over=len(groups)), start=1)
    }
    enter_delegates(kind=Kind.REHEARSAL, people=people)
