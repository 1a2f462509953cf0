"""居民表决信: the letters of a vote of residents, printed in parts, each code this once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import codes
from accounts.letters import letter_number
from accounts.models import User
from voting.domain.core.journal import record
from voting.domain.core.refusals import Refused, StepNotAllowed
from voting.domain.core.second_person import second_person
from voting.domain.vote.letter_rolls import place_of
from voting.models import JournalEntry, Round
from voting.states import CHECK_IN_STATUSES, Act

#: Letters of one part: a file that a printing house takes, and a request that ends.
MOST_AT_ONCE = 20_000


class NoSuchLetters(Refused):
    """The part begins or ends beyond the roll, or ends before it begins."""

    def __init__(self, roll: int) -> None:
        super().__init__(roll)
        self.roll = roll

    def __str__(self) -> str:
        return _(
            "The roll has letters 1 to %(roll)d. Name the first and the last letter of a part of them."
        ) % {"roll": self.roll}


class TooManyLetters(Refused):
    """A part is too large for one file."""

    def __str__(self) -> str:
        return _("At most %(most)d letters are made at once. Make the next part after this one.") % {
            "most": MOST_AT_ONCE
        }


@transaction.atomic
def issue_letters(
    *, round_: Round, first: int, last: int, by: User, at: datetime, second: User | None = None
) -> list[tuple[str, str]]:
    """Give the letters of a part new codes; return number and code of each, this once.

    Whoever has a letter can vote with it, so two people do this always. Codes given out for these letters before are
    void from that moment, and whoever was signed in with one is signed out; a ballot that was cast with it stays, and
    is the only one of that letter. All or none. Raises NoSuchLetters, TooManyLetters, SecondPersonNeeded or
    SamePersonTwice, or StepNotAllowed after the close or where delegates vote.
    """
    round_ = (
        Round.objects.select_for_update(of=("self",))
        .select_related("cycle__congress", "rules")
        .get(pk=round_.pk)
    )
    cycle = round_.cycle
    if round_.status not in CHECK_IN_STATUSES or not cycle.by_letter:
        raise StepNotAllowed
    if last - first >= MOST_AT_ONCE:
        raise TooManyLetters
    if not 1 <= first <= last <= round_.rules.residents:
        raise NoSuchLetters(round_.rules.residents)
    beside = second_person(second, by=by, congress=cycle.congress)
    ends = letter_number(cycle.letters, first), letter_number(cycle.letters, last)
    entries = list(
        round_.roll.filter(excluded=False, number__range=ends)
        .order_by("number")
        .values_list("number", "delegate_id", "delegate__user_id")
    )
    issued = codes.issue_to({delegate: user for _number, delegate, user in entries})
    data: dict[str, Any] = {"round": round_.number, "count": len(issued), "letters": list(ends), **beside}
    record(cycle=cycle, act=Act.CODES_ISSUED, by=by, at=at, data=data)
    return [(number, issued[delegate]) for number, delegate, _user in entries]


def letters_to_print(round_: Round) -> tuple[int, int] | None:
    """Return the first and last of the next letters without a code in this vote; None where all have one."""
    entries = JournalEntry.objects.filter(
        cycle_id=round_.cycle_id, act=Act.CODES_ISSUED, data__has_key="letters"
    )
    parts = sorted(tuple(map(place_of, data["letters"])) for data in entries.values_list("data", flat=True))
    last = round_.rules.residents
    following = 1
    for begins, ends in parts:
        if begins > following:
            last = begins - 1
            break
        following = max(following, ends + 1)
    return (following, min(last, following + MOST_AT_ONCE - 1)) if following <= last else None
