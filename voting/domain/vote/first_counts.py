"""The count from the first readings, where a sample of the paper ballots is read again before any count stands."""

from __future__ import annotations

import secrets
from datetime import datetime

from accounts.models import User
from voting.count.formats.working import PATTERNS
from voting.count.sampling import readings_root
from voting.count.working import Working
from voting.domain.core.journal import record
from voting.domain.vote.paper_readings import marks_of_text
from voting.models import FirstCount, PaperReading, Round
from voting.states import Act


def root_of_readings(round_: Round, *, salt: str) -> str:
    """Return the hash of the first readings, place by place."""
    readings = PaperReading.objects.filter(round=round_, reading=1).values_list("place", "marks")
    return readings_root(((place, marks_of_text(marks)) for place, marks in readings), salt=salt)


def keep_first_count(
    round_: Round, counted: Working, *, by: User, at: datetime, beside: dict[str, str] | None = None
) -> FirstCount:
    """Store what the first readings give, with the hash that fixes them; the round stays closed until it is sampled.

    ``beside`` is who stood by an imported count.
    """
    salt = secrets.token_hex()
    first = FirstCount.objects.create(
        round=round_,
        working=counted.text,
        patterns=PATTERNS.write(counted.patterns),
        digest=counted.digest,
        readings=root_of_readings(round_, salt=salt),
        salt=salt,
        counted_by=by,
        counted_at=at,
        imported=beside is not None,
    )
    data = {"round": round_.number, "first_count": first.digest, "first_readings": first.readings}
    if beside is not None:
        data |= {"offline": True, **beside}
    record(cycle=round_.cycle, act=Act.FIRST_COUNTED, by=by, at=at, data=data)
    return first
