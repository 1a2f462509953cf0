"""The test deck as a gate: before the vote opens the scanner reads marked sheets whose result is known.

Whatever comes of it stands in the journal. Only a deck that was read without a mistake opens the vote, and only for the
sheets of this very round: another definition needs another deck.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from voting.count.canonical import canonical_json, sha256_hex
from voting.count.deck import DeckOutcome, Marks, deck_of, held_against
from voting.count.measures import FirstReading
from voting.domain.core.journal import record
from voting.domain.core.refusals import Condition, Refused, StepNotAllowed
from voting.domain.vote.definitions import definition_of
from voting.domain.vote.scan_faults import FileUnfit
from voting.foreign import scanned
from voting.foreign.unfit import Unfit
from voting.models import JournalEntry, Round
from voting.scan.layout import Layout
from voting.states import Act, RoundStatus

#: The deck is tried until the vote opens.
BEFORE_THE_VOTE = frozenset({RoundStatus.PREPARING, RoundStatus.KEYED, RoundStatus.READY})


class ScannerNotAdopted(Refused):
    def __str__(self) -> str:
        return _("By the adopted rules people read the paper ballots, and no scanner does.")


def deck_sheets(round_: Round) -> list[Marks]:
    """Return what is marked on the sheets of this round's deck, in their order."""
    definition = definition_of(round_)
    return deck_of(definition.rule, len(definition.numbers))


def is_scanned(round_: Round) -> bool:
    """The adopted rules let a scanner read the paper ballots first; their adoption asked that a sheet has room."""
    return round_.rules.first_reading == FirstReading.SCANNER


def deck_passed(round_: Round) -> bool:
    """The last deck that was tried for these sheets was read without a mistake."""
    tried = JournalEntry.objects.filter(
        cycle=round_.cycle_id,
        act__in=[Act.DECK_PASSED, Act.DECK_FAILED],
        data__round=round_.number,
        data__definition=round_.definition_digest,
    )
    last = tried.order_by("sequence").last()
    return last is not None and last.act == Act.DECK_PASSED


def deck_conditions(round_: Round) -> list[Condition]:
    """What opening the vote needs of the scanner; nothing where people read first."""
    if not is_scanned(round_):
        return []
    return [
        Condition(
            deck_passed(round_),
            _("the scanner has read the test deck without a mistake"),
            _("Try the scanner with the test deck first; every figure must be right."),
        )
    ]


def read_deck(
    *,
    round_: Round,
    files: Sequence[bytes],
    layouts: Sequence[Layout],
    by: User,
    at: datetime,
    longest: float | None = None,
) -> DeckOutcome:
    """Let the machine read a scanned deck, and record what came of it: a mistake, a doubt or a missing sheet fails it.

    ``layouts`` are the round's sheets as they are printed; so many seconds at ``longest`` it takes. Raises
    StepNotAllowed once the vote is open, ScannerNotAdopted, or FileUnfit; then nothing is recorded.
    """
    _require_before_the_vote(round_)
    read: list[Marks | None] = []
    begun = time.monotonic()
    for content in files:
        left = None if longest is None else longest - (time.monotonic() - begun)
        try:
            for page in scanned.pages_of(content, layouts, longest=left):
                reading = page.reading
                read.append(None if reading.status != "ok" or reading.doubts else reading.marks)
        except Unfit as unfit:
            raise FileUnfit(unfit.code) from None
    outcome = held_against(deck_sheets(round_), read)
    with transaction.atomic():
        locked = _require_before_the_vote(Round.objects.select_for_update(of=("self",)).get(pk=round_.pk))
        data: dict[str, Any] = {
            "round": locked.number,
            "definition": locked.definition_digest,
            "deck": sha256_hex(canonical_json([list(marks) for marks in deck_sheets(locked)])),
            "pages": outcome.pages,
        }
        if not outcome.passed:
            data |= {
                "unread": list(outcome.unread),
                "wrong": list(outcome.wrong),
                "missing": list(outcome.missing),
            }
        act = Act.DECK_PASSED if outcome.passed else Act.DECK_FAILED
        record(cycle=locked.cycle, act=act, by=by, at=at, data=data)
    return outcome


def _require_before_the_vote(round_: Round) -> Round:
    if not is_scanned(round_):
        raise ScannerNotAdopted
    if round_.status not in BEFORE_THE_VOTE:
        raise StepNotAllowed
    return round_
