"""The test deck of a demo or a rehearsal: sheets that nobody marked, read before the vote opens."""

from __future__ import annotations

from datetime import datetime

from accounts.models import User
from voting.domain.vote.decks import deck_passed, is_scanned, read_deck
from voting.models import Round
from voting.read_models.vote.sheet_layouts import sheet_layouts
from voting.read_models.vote.simulated_sheets import simulated_deck

#: So many hands may mark it anew, where the machine leaves a ring to people.
_HANDS = 3


def try_simulated_deck(round_: Round, *, by: User, at: datetime) -> bool:
    """Let the scanner read the deck where the rules want one that was not read yet; tell whether it had to.

    Raises what ``read_deck`` raises; where the deck is read with mistakes, the vote does not open.
    """
    if not is_scanned(round_) or deck_passed(round_):
        return False
    for hand in range(_HANDS):
        files = [simulated_deck(round_, hand=hand)]
        if read_deck(round_=round_, files=files, layouts=sheet_layouts(round_), by=by, at=at).passed:
            break
    return True
