"""Cast a ballot: the one act this application exists for."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache

from cryptography.hazmat.primitives import hpke
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_variables

from voting.domain import receipts, sealing
from voting.domain.counting import BallotType, Mark
from voting.domain.definitions import Definition, definition_of, sealing_info
from voting.domain.refusals import Refused
from voting.models import RollEntry, Round, SealedBallot
from voting.states import Presence, RoundStatus


class BallotRefused(Refused):
    """A ballot that is not taken; the delegate may try again unless the subclass says otherwise."""


class RoundNotOpen(BallotRefused):
    """Voting has not begun, or is closed."""

    def __init__(self, status: str) -> None:
        super().__init__(status)
        self.status = status

    @property
    def is_over(self) -> bool:
        return self.status not in {RoundStatus.PREPARING, RoundStatus.KEYED, RoundStatus.READY}

    def __str__(self) -> str:
        if self.is_over:
            return _("Voting is closed. This ballot was not cast and is not in the urn.")
        return _("Voting has not opened yet. Please wait until the executive chairperson opens it.")


class AlreadyCast(BallotRefused):
    """This delegate's ballot is in the urn: the truthful answer to a second submit (TRUST.md F1, F6)."""

    def __str__(self) -> str:
        return _("Your ballot is in the urn. It was taken once and counts once; nothing more is needed.")


class NotPresent(BallotRefused):
    """The delegate is not checked in as present, so no ballot was issued to them."""

    def __str__(self) -> str:
        return _(
            "You are not checked in as present. Please go to the check-in desk; your marks are kept here."
        )


class TooManyMarks(BallotRefused):
    """More marks than projects to choose (PROCEDURE.md §3.2: such a paper ballot would be void)."""

    def __init__(self, marked: int, most: int) -> None:
        super().__init__(marked, most)
        self.marked, self.most = marked, most

    def __str__(self) -> str:
        return ngettext(
            "You have marked %(marked)d projects; at most %(most)d may be marked. "
            "Please take away %(over)d mark. Your marks are kept.",
            "You have marked %(marked)d projects; at most %(most)d may be marked. "
            "Please take away %(over)d marks. Your marks are kept.",
            self.marked - self.most,
        ) % {"marked": self.marked, "most": self.most, "over": self.marked - self.most}


class ForeignMark(BallotRefused):
    """A mark for a project that is not on this ballot, or a mark that does not exist."""

    def __str__(self) -> str:
        return _(
            "This form marks a project that is not on this ballot. Nothing was cast. Please mark the ballot again."
        )


@dataclass(frozen=True)
class Receipt:
    """The hash of the sealed ballot: proves it is in the urn, says nothing about the choice."""

    digest: str

    @property
    def friendly(self) -> str:
        """Eight groups of four, easy to read out and to type."""
        return receipts.friendly(self.digest)


@sensitive_variables()
def marks_of(definition: Definition, chosen: Mapping[int, Mark] | Collection[int]) -> tuple[int, ...]:
    """Return the marks in ballot order for the chosen official numbers (or number → mark on a per-item ballot).

    Raises ForeignMark or TooManyMarks; what it returns is a ballot that will be judged valid, or blank.
    """
    given = dict(chosen) if isinstance(chosen, Mapping) else dict.fromkeys(chosen, Mark.FOR)
    if set(given) - set(definition.numbers):
        raise ForeignMark
    if definition.ballot_type is BallotType.UP_TO:
        if set(given.values()) - {Mark.NONE, Mark.FOR}:
            raise ForeignMark
        marked = sum(mark is Mark.FOR for mark in given.values())
        if marked > definition.rule.seats:
            raise TooManyMarks(marked, definition.rule.seats)
    return tuple(int(given.get(number, Mark.NONE)) for number in definition.numbers)


@sensitive_variables()
@transaction.atomic
def cast_ballot(*, entry_id: int, round_id: int, chosen: Mapping[int, Mark] | Collection[int]) -> Receipt:
    """Seal the choice, mark the roll entry and put the ballot into the urn: all or nothing, three statements.

    First it takes the round's row shared, so that the close waits for it and nothing lands after the close (F2). It
    keeps no time and leaves no journal entry: both would tie a delegate to a moment (TRUST.md §2). The caller has made
    sure that the entry is the signed-in delegate's own.

    Raises RoundNotOpen, ForeignMark, TooManyMarks, AlreadyCast or NotPresent; then nothing was cast.
    """
    round_ = _open_round_shared(round_id)
    definition = definition_of(round_)
    plain = definition.encode(marks_of(definition, chosen))
    blob = sealing.seal(_public_key(bytes(round_.public_key or b"")), plain, info=sealing_info(round_))
    marked = RollEntry.objects.filter(
        pk=entry_id, round_id=round_id, voted=False, presence=Presence.PRESENT
    ).update(voted=True)
    if not marked:
        raise _why_not(entry_id, round_id)
    SealedBallot.objects.create(round_id=round_id, blob=blob)
    return Receipt(hashlib.sha256(blob).hexdigest())


def _open_round_shared(round_id: int) -> Round:
    rounds = Round.objects.raw(
        "SELECT id, status, definition, definition_digest, public_key, key_fingerprint FROM voting_round"
        " WHERE id = %s FOR SHARE",
        [round_id],
    )
    round_ = next(iter(rounds))
    if round_.status != RoundStatus.OPEN:
        raise RoundNotOpen(round_.status)
    return round_


@lru_cache(maxsize=8)
def _public_key(raw: bytes) -> hpke.MLKEM768X25519PublicKey:
    return sealing.load_public_key(raw)


def _why_not(entry_id: int, round_id: int) -> BallotRefused:
    voted = RollEntry.objects.filter(pk=entry_id, round_id=round_id, voted=True).exists()
    return AlreadyCast() if voted else NotPresent()
