"""居民名册: the roll of a vote in which residents vote by letter: numbers without names, and nobody is checked in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from accounts.letters import (
    PLANS_ANEW,
    WIDTH,
    delegation_of_letters,
    enrol_letters,
    letter_number,
    series_name,
)
from voting.domain.core.refusals import Refused
from voting.models import Cycle, Round
from voting.states import Presence


class NobodyCheckedIn(Refused):
    """Residents vote from where they are."""

    def __str__(self) -> str:
        return _(
            "Residents vote by letter in this vote: everyone on the roll may vote, and nobody is checked in."
        )


_ENTER = """
INSERT INTO voting_rollentry
    (round_id, delegate_id, number, name, delegation, presence, in_group, excluded, paper, voted)
SELECT %(round)s, id, number, '', %(residents)s, %(present)s, false, false, false, false FROM accounts_delegate
WHERE congress_id = %(congress)s AND is_resident AND number BETWEEN %(first)s AND %(last)s
    AND length(number) = length(%(first)s)
ORDER BY number
"""
_COPY = """
INSERT INTO voting_rollentry
    (round_id, delegate_id, number, name, delegation, presence, in_group, excluded, paper, voted)
SELECT %(round)s, delegate_id, number, name, delegation,
    CASE WHEN excluded OR NOT %(here)s THEN %(absent)s ELSE %(present)s END, in_group, excluded, false, false
FROM voting_rollentry WHERE round_id = %(last)s ORDER BY number
"""


#: So many letters are entered at once: a part takes a second or two.
A_PART = 10_000
_LOOK_NOW = "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED"


def enter_letters(round_: Round, count: int) -> Iterator[int]:
    """Let there be so many letters, and put them on the roll, all as present; yield after each part how many there are.

    Where the vote is prepared anew, they are the letters of before. What the database has to look at once more is
    looked at part by part, so that it holds no more of a large roll than of a small one.
    """
    cycle = round_.cycle
    if not cycle.letters:
        used = Cycle.every.filter(congress=cycle.congress_id).exclude(letters="").count()
        cycle.letters = series_name(used)
        Cycle.objects.filter(pk=cycle.pk).update(letters=cycle.letters)
    residents = delegation_of_letters(cycle.congress)
    values: dict[str, Any] = {
        "round": round_.pk,
        "residents": residents.name,
        "present": Presence.PRESENT.value,
        "congress": cycle.congress_id,
    }
    for first in range(1, count + 1, A_PART):
        last = min(count, first + A_PART - 1)
        enrol_letters(residents, cycle.letters, first, last)
        ends = {"first": letter_number(cycle.letters, first), "last": letter_number(cycle.letters, last)}
        with connection.cursor() as cursor:
            cursor.execute(_ENTER, values | ends)
            cursor.execute(_LOOK_NOW)
        yield last


def copy_roll(last: Round, round_: Round) -> int:
    """Copy the roll for a further round; return how many count on it. Where nobody is checked in, all are present."""
    values: dict[str, Any] = {
        "round": round_.pk,
        "last": last.pk,
        "here": round_.cycle.by_letter,
        "present": Presence.PRESENT.value,
        "absent": Presence.ABSENT.value,
    }
    with connection.cursor() as cursor:
        cursor.execute(PLANS_ANEW)
        cursor.execute(_COPY, values)
    return round_.roll.filter(excluded=False).count()


def place_of(number: str) -> int:
    """Return the place of a letter in its series."""
    return int(number[-WIDTH:])
