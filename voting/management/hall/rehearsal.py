"""Set a rehearsal up in the database, and take its people off again.

It is a congress of its own, of the kind ``rehearsal``: the database keeps everybody else off its roll, and its people
off every other roll.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Congress, User
from accounts.passwords import new_password
from accounts.roles import Kind, Role
from voting.count.measures import FirstReading
from voting.domain.core import cycles
from voting.domain.core.congresses import open_congress
from voting.domain.core.refusals import Refused
from voting.domain.vote import delegate_slips, keys, rolls, rules
from voting.management.ceremonies import play_ceremony, scrutineers_of
from voting.management.decks import try_simulated_deck
from voting.management.people import enter_delegates, enter_delegations, enter_staff, spread
from voting.models import Cycle, Round
from voting.states import Stage

PRESET = "gongshu-2018"
CANDIDATES, SEATS, DELEGATIONS = 12, 10, 10
PLACE, PLACE_EN = "演练(不是正式表决)", "Rehearsal (not a real vote)"
_STAFF = {
    "clerk": ("演练工作人员", Role.CLERK),
    **{
        f"scrutineer-{number}": (f"演练监票人{number}", Role.SCRUTINEER)
        for number in range(1, keys.DEFAULT_ISSUED + 1)
    },
}


class SameSecond(Refused):
    """Another rehearsal has the address that this one would have."""

    def __str__(self) -> str:
        return _("Another rehearsal began in the same second. Start this one again.")


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
def engaged(now: datetime) -> Iterator[Congress]:
    """Give a congress of the kind ``rehearsal``, of which nobody can sign in any more at the end. Raises SameSecond."""
    slug = f"rehearsal-{timezone.localtime(now):%Y%m%d-%H%M%S}"
    names = {"name": PLACE, "place": PLACE, "name_en": PLACE_EN, "place_en": PLACE_EN}
    try:
        congress = open_congress(kind=Kind.REHEARSAL, slug=slug, **names)
    except (ValidationError, IntegrityError) as error:
        if not Congress.objects.filter(slug=slug).exists():
            raise
        raise SameSecond from error
    try:
        yield congress
    finally:
        congress.users.update(is_active=False)
        congress.delegates.update(is_active=False)


@transaction.atomic
def engage_staff(congress: Congress) -> list[StaffMember]:
    """Return a clerk and the scrutineers who hold the key, with new passwords."""
    members = []
    for part, (name, role) in _STAFF.items():
        username = f"{congress.slug}-{part}"
        user, _new = enter_staff(congress=congress, username=username, name=name, role=role)
        password = new_password()
        user.set_password(password)
        user.save(update_fields=["password"])
        members.append(StaffMember(user, password))
    return members


@transaction.atomic
def prepare(congress: Congress, *, delegates: int, by: User, is_scanned: bool = False) -> Prepared:
    """Bring its vote to where the delegates come in, by the verbs that people use. Raises a refusal of a verb.

    Where paper is scanned, the rules give it to a scanner, which has read its test deck.
    """
    at = timezone.now()
    more = {"first_reading": FirstReading.SCANNER} if is_scanned else {}
    cycle = _create_cycle(congress, by=by, at=at, **more)
    _enter_delegates(congress, delegates)
    rules.adopt_rules(cycle=cycle, by=by, at=at)
    round_ = rolls.freeze_roll(cycle=cycle, by=by, at=at)
    try_simulated_deck(round_, by=by, at=at)
    codes = {entry.number: code for entry, code in delegate_slips.issue_slips(round_=round_, by=by, at=at)}
    holders = scrutineers_of(congress)
    slips = play_ceremony(round_=round_, needed=keys.DEFAULT_NEEDED, holders=holders, by=by, at=at)
    return Prepared(round_, codes, slips)


def _create_cycle(congress: Congress, *, by: User, at: datetime, **settings: Any) -> Cycle:
    year = timezone.localdate(at).year
    cycle = cycles.create_cycle(by=by, at=at, congress=congress, slug=str(year), year=year, seats=SEATS)
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
    draft = {**rules.PRESETS[PRESET], **settings}
    rules.draft_rules(cycle=cycle, by=by, at=at, seats=SEATS, preset=PRESET, **draft)
    return Cycle.objects.get(pk=cycle.pk)


def _enter_delegates(congress: Congress, count: int) -> None:
    names = [f"演练第{place}代表团" for place in range(1, DELEGATIONS + 1)]
    groups = enter_delegations(congress=congress, names=names)
    people = {
        f"{place:03d}": (f"演练代表{place:03d}", groups[group])
        for place, group in enumerate(spread(count, over=len(groups)), start=1)
    }
    enter_delegates(congress=congress, people=people)
