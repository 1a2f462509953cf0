"""居民表决信: residents' letters. Each is a number without a name; the statements here are made for 300 000 of them."""

from __future__ import annotations

from typing import Any

from django.db import connection

from accounts.models import Congress, Delegation
from accounts.roles import Role

#: Digits of a letter's number, behind the letters of the alphabet that say of which vote it is.
WIDTH = 6
#: Letters of one vote.
MOST_LETTERS = 400_000
#: Without I and O, which look like digits.
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ"
#: What stands on the roll instead of a delegation.
RESIDENTS = "居民"
RESIDENTS_EN = "Residents"

#: Triggers look every new row up: by the index of a table that has grown, not by a plan made while it was tiny, which
#: reads all of it for each row. ANALYZE would say so, too, and is the owner's alone.
PLANS_ANEW = "DISCARD PLANS"
_ACCOUNTS = """
INSERT INTO accounts_user (username, name, role, congress_id, password, is_active, password_is_initial)
SELECT %(prefix)s || number, number, %(role)s, %(congress)s, '!', true, false
FROM (
    SELECT %(series)s || lpad(n::text, %(width)s, '0') AS number
    FROM generate_series(%(first)s::int, %(last)s::int) AS n
) AS numbered
ON CONFLICT (username) DO NOTHING
"""
_PEOPLE = """
INSERT INTO accounts_delegate
    (congress_id, user_id, delegation_id, number, name, in_group, is_active, is_resident)
SELECT u.congress_id, u.id, %(delegation)s, u.name, '', false, true, true
FROM generate_series(%(first)s::int, %(last)s::int) AS n
JOIN accounts_user u ON u.username = %(prefix)s || %(series)s || lpad(n::text, %(width)s, '0')
ORDER BY n
ON CONFLICT (user_id) DO NOTHING
"""


def series_name(place: int) -> str:
    """Return the letters of the alphabet before the numbers of a congress's vote: A, B … Z, AA, AB …"""
    name = ""
    while place >= 0:
        place, rest = divmod(place, len(_ALPHABET))
        name, place = _ALPHABET[rest] + name, place - 1
    return name


def letter_number(series: str, place: int) -> str:
    """Return the number on a letter: A000001."""
    return f"{series}{place:0{WIDTH}d}"


def delegation_of_letters(congress: Congress) -> Delegation:
    """Return what stands for the delegation of a congress's residents."""
    return Delegation.objects.get_or_create(
        congress=congress, name=RESIDENTS, defaults={"name_en": RESIDENTS_EN, "position": 32767}
    )[0]


def has_sent_letters(congress: Congress) -> bool:
    """Tell whether any resident of this congress has, or had, a letter to vote with."""
    return Delegation.objects.filter(congress=congress, name=RESIDENTS).exists()


def enrol_letters(residents: Delegation, series: str, first: int, last: int) -> None:
    """Let there be these letters of that series, and accounts for them that nobody can sign in to yet.

    Those that are there already stay.
    """
    congress = residents.congress_id
    values: dict[str, Any] = {
        "prefix": f"resident:{congress}:",
        "series": series,
        "width": WIDTH,
        "first": first,
        "last": last,
        "role": Role.RESIDENT.value,
        "congress": congress,
        "delegation": residents.pk,
    }
    with connection.cursor() as cursor:
        cursor.execute(_ACCOUNTS, values)
        cursor.execute(PLANS_ANEW)
        cursor.execute(_PEOPLE, values)
        cursor.execute(PLANS_ANEW)
