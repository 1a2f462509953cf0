"""All holders of a key at once, for programs that play a vote: in a real one each takes their own slip alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from accounts.models import Congress, User
from accounts.roles import SCRUTINEERS
from voting.count.key_marks import KeyMark
from voting.domain.vote.key_slips import prove_slip, take_slip
from voting.domain.vote.keys import hold_ceremony
from voting.models import Round


def scrutineers_of(congress: Congress) -> list[User]:
    """Return the scrutineers who may sign in, the chief among them, as they were entered."""
    return list(congress.users.filter(is_active=True, role__in=SCRUTINEERS).order_by("pk"))


def play_ceremony(
    *, round_: Round, needed: int, holders: Sequence[User], by: User, at: datetime
) -> list[str]:
    """Hold the ceremony, let every holder take and prove their own slip, and return the slips in their order.

    Where all are needed the program says that this is wanted. Raises what these verbs raise.
    """
    held = hold_ceremony(
        round_=round_, needed=needed, holders=holders, by=by, at=at, all_needed=needed == len(holders)
    )
    slips = []
    for holder in holders:
        words = " ".join(take_slip(round_=round_, holder=holder, code=held.code, at=at).words)
        prove_slip(round_=round_, holder=holder, text=words, at=at)
        slips.append(words)
    return slips


def witness_of(round_: Round) -> User:
    """Return the scrutineer who types the mark at the opening, and stands by what one person may not do alone."""
    return scrutineers_of(round_.cycle.congress)[0]


def typed_mark(round_: Round) -> str:
    """Return the mark as somebody types it from a slip."""
    return KeyMark.of(Round.objects.values_list("key_fingerprint", flat=True).get(pk=round_.pk)).digits
