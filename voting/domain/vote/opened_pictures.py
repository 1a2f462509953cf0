"""The sealed pictures of scanned sheets, opened with the key slips for settling or a recount (TRUST.md §2).

A picture can show a hand. So nobody opens one alone, and the journal says who did, which ones and why.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from accounts.models import User
from voting.count import sealing
from voting.domain.core.journal import record
from voting.domain.core.refusals import ReasonMissing, Refused, StepNotAllowed
from voting.domain.vote.keys import rebuild_seed
from voting.domain.vote.scanned_pictures import opened_picture
from voting.models import Round, ScannedSheet
from voting.states import SEALED_STATUSES, Act


class NoSealedPicture(Refused):
    """No sheet of the round was scanned, or not the one at this place, or the pictures are destroyed with the urn."""

    def __init__(self, place: int = 0) -> None:
        super().__init__(place)
        self.place = place

    def __str__(self) -> str:
        if self.place:
            return _("No picture of ballot %(place)d is kept.") % {"place": self.place}
        return _("No pictures of scanned ballots are kept.")


@sensitive_variables()
@transaction.atomic
def open_pictures(
    *, round_: Round, slips: Sequence[str], places: Sequence[int] = (), reason: str, by: User, at: datetime
) -> Iterator[tuple[int, bytes | None]]:
    """Open the sealed pictures of these places, or of all: each with its place, None for one that does not open.

    The journal has it before anything is opened. Raises StepNotAllowed before the close or for a round that was
    annulled, ReasonMissing, NoSealedPicture, SlipsRefused or KeySwapped.
    """
    locked = Round.objects.select_for_update(of=("self",)).select_related("cycle__congress").get(pk=round_.pk)
    if locked.status not in SEALED_STATUSES:
        raise StepNotAllowed
    if not reason.strip():
        raise ReasonMissing
    kept = set(ScannedSheet.objects.filter(round=locked).values_list("place", flat=True))
    wanted = sorted(set(places) or kept)
    if not wanted or not kept.issuperset(wanted):
        raise NoSealedPicture(min(set(wanted) - kept, default=0) if kept else 0)
    key = sealing.private_key(rebuild_seed(round_=locked, slips=slips))
    data: dict[str, Any] = {"round": locked.number, "sheets": len(wanted), "reason": reason.strip()}
    if places:
        data["places"] = wanted
    record(cycle=locked.cycle, act=Act.PICTURES_OPENED, by=by, at=at, data=data)
    return ((place, opened_picture(locked, place, key)) for place in wanted)
