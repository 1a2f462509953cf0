"""Cast a ballot: the one act this application exists for. And make one a test ballot instead (BOOTH.md).

A cast carries sealed bytes and nothing else: what is in them, the count finds out.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property

from cryptography.hazmat.primitives import hpke
from django.db import IntegrityError
from django.views.decorators.debug import sensitive_variables

from accounts.sessions import Shown, spend_test
from voting.count import sealing
from voting.count.definition import Definition
from voting.count.key_marks import KeyMark
from voting.domain.vote import urn_statement
from voting.domain.vote.ballots import (
    MOST_TESTS,
    AlreadyCast,
    BallotRefused,
    Chosen,
    CopiedBallot,
    HoldsPaperBallot,
    NoMoreTests,
    NoTestsLeft,
    NotPresent,
    NotSealed,
    OnPaperOnly,
    Receipt,
    RoundNotOpen,
    SealedToAnother,
    SessionOver,
    marks_of,
)
from voting.domain.vote.definitions import definition_of, sealing_info
from voting.domain.vote.tried_keys import is_tried_key
from voting.domain.vote.urn_statement import Leaving, Sealed
from voting.models import RollEntry, Round
from voting.states import Presence, RoundStatus


@dataclass(frozen=True)
class Booth:
    """What every ballot of an open round is sealed with: the database keeps it from changing from then on."""

    definition: Definition
    info: bytes
    raw_key: bytes
    key: hpke.MLKEM768X25519PublicKey
    key_fingerprint: str
    key_mac: str

    @cached_property
    def length(self) -> int:
        """How many bytes a sealed ballot of this round has, whatever it says (S3)."""
        return sealing.sealed_length(self.definition.width)

    @property
    def grouped(self) -> bool:
        """Whether the roll says of each ballot if the sub-group with its own threshold cast it."""
        return self.definition.rule.group_floor is not None

    @cached_property
    def mark(self) -> KeyMark:
        """The mark of the key."""
        return KeyMark.of(self.key_fingerprint)

    def receipt(self, blob: bytes) -> Receipt:
        """Return the receipt of sealed bytes."""
        return Receipt(hashlib.sha256(blob).hexdigest(), self.mark)


_booths: dict[int, Booth] = {}
#: So many open rounds at once are kept, of 6 KB each.
_MOST_BOOTHS = 4096


def open_booth(round_id: int, *, definition: str = "", key: str = "") -> Booth:
    """Return the booth of an open round, read once per process; anew where the database has another by now.

    ``definition`` and ``key`` are digest and fingerprint as somebody has just read them. Raises RoundNotOpen or
    SealedToAnother.
    """
    booth = _booths.get(round_id)
    if (
        booth is not None
        and definition
        and (booth.definition.digest, booth.key_fingerprint) != (definition, key)
    ):
        booth = None
    if booth is None:
        if len(_booths) >= _MOST_BOOTHS:
            _booths.clear()
        booth = _booths[round_id] = _read_booth(round_id)
    return booth


def _read_booth(round_id: int) -> Booth:
    round_ = Round.objects.get(pk=round_id)
    if round_.status != RoundStatus.OPEN:
        raise RoundNotOpen(round_.status)
    if not is_tried_key(round_):
        raise SealedToAnother
    raw = bytes(round_.public_key or b"")
    key = sealing.load_public_key(raw)
    return Booth(
        definition_of(round_), sealing_info(round_), raw, key, round_.key_fingerprint, round_.key_mac
    )


@sensitive_variables()
def seal_choice(*, round_id: int, chosen: Chosen) -> bytes:
    """Seal a choice on the server, for a device that cannot.

    Raises RoundNotOpen, SealedToAnother, or what ``marks_of`` raises.
    """
    booth = open_booth(round_id)
    marks = marks_of(booth.definition, chosen)
    return sealing.seal(booth.key, booth.definition.encode(marks), info=booth.info)


@sensitive_variables()
def cast_ballot(*, entry_id: int, round_id: int, chosen: Chosen, leaving: Leaving | None = None) -> Receipt:
    """Seal a choice and cast it. Raises what ``seal_choice`` and ``cast_sealed`` raise; then nothing was cast."""
    for remembered in (True, False):
        blob = seal_choice(round_id=round_id, chosen=chosen)
        try:
            return cast_sealed(
                entry_id=entry_id, round_id=round_id, blob=blob, by_server=True, leaving=leaving
            )
        except NotSealed:  # to what a process remembered: once more to what the database holds
            if not remembered:
                raise
    raise AssertionError("it is cast or refused")


def cast_sealed(
    *, entry_id: int, round_id: int, blob: bytes, by_server: bool = False, leaving: Leaving | None = None
) -> Receipt:
    """Mark the roll entry and put the sealed bytes into the urn: all or nothing, in one statement.

    It keeps no time and leaves no journal entry: both would tie a delegate to a moment (TRUST.md §2). ``by_server``
    adds one to how many the server sealed. With ``leaving`` the same statement asks whether that session is the
    entry's own delegate's, who may still sign in with the code it began with, and ends it; a refused ballot ends none.
    Without, the caller has made sure that the entry is the signed-in delegate's own.

    Raises RoundNotOpen, SealedToAnother, OnPaperOnly, HoldsPaperBallot, AlreadyCast, NotPresent, SessionOver, NotSealed
    or CopiedBallot; then nothing was cast.
    """
    booth = open_booth(round_id)
    for _attempt in range(2):
        sealed = _sealed(booth, round_id, blob)
        try:
            if urn_statement.put_into_urn(
                sealed, entry=entry_id, grouped=booth.grouped, by_server=by_server, leaving=leaving
            ):
                return booth.receipt(blob)
        except IntegrityError as problem:  # the same bytes came at the same moment
            raise CopiedBallot from problem
        _booths.pop(round_id, None)
        if refusal := _why_not(entry_id, sealed):
            raise refusal
        if open_booth(round_id).info != booth.info:  # this process remembered another database's round
            raise NotSealed
    raise SessionOver if leaving else NotPresent


def make_test_ballot(*, round_id: int, blob: bytes, session: Shown) -> Receipt:
    """Make sealed bytes a test ballot of an open round: opened and published after the count, and never counted.

    Nothing ties it to anybody; of the session only a number is kept, and written apart. The same bytes once more are
    the same test ballot. The caller has made sure that somebody who may vote in the round is signed in. Raises
    RoundNotOpen, SealedToAnother, NotSealed, CopiedBallot, NoTestsLeft or NoMoreTests.
    """
    booth = open_booth(round_id)
    sealed = _sealed(booth, round_id, blob)
    if urn_statement.is_test(sealed):
        return booth.receipt(blob)
    if urn_statement.is_in_urn(sealed):
        raise CopiedBallot
    if not spend_test(session, most=MOST_TESTS):
        raise NoTestsLeft
    if not urn_statement.put_among_tests(sealed):
        _booths.pop(round_id, None)
        round_ = Round.objects.get(pk=round_id)
        if round_.status != RoundStatus.OPEN:
            raise RoundNotOpen(round_.status)
        raise CopiedBallot if urn_statement.has_room_for_tests(round_id) else NoMoreTests
    return booth.receipt(blob)


def own_receipt(*, entry_id: int, round_id: int, blob: bytes) -> Receipt | None:
    """Return the receipt of bytes that are in the round's urn, of an entry that has voted; None where they are not.

    Whoever sends a cast twice, because the answer to the first was lost, is told of exactly that ballot (F6, F42).
    """
    digest = hashlib.sha256(blob)
    if not urn_statement.is_in_urn(Sealed(round_id, "", "", "", blob, digest.digest())):
        return None
    voted = RollEntry.objects.filter(pk=entry_id, round=round_id, voted=True)
    fingerprint = voted.values_list("round__key_fingerprint", flat=True).first()
    return Receipt(digest.hexdigest(), KeyMark.of(fingerprint)) if fingerprint else None


def _sealed(booth: Booth, round_id: int, blob: bytes) -> Sealed:
    if len(blob) != booth.length:
        raise NotSealed
    return Sealed(
        round_id,
        booth.definition.digest,
        booth.key_fingerprint,
        booth.key_mac,
        blob,
        hashlib.sha256(blob).digest(),
    )


def _why_not(entry_id: int, sealed: Sealed) -> BallotRefused | None:  # noqa: PLR0911 one line for each reason
    """Return what keeps the entry from voting; None where that has passed meanwhile."""
    entry = RollEntry.objects.select_related("round").filter(pk=entry_id, round_id=sealed.round).first()
    if entry is not None and entry.round.status != RoundStatus.OPEN:
        return RoundNotOpen(entry.round.status)
    if entry is None:
        return NotPresent()
    if entry.voted:
        return AlreadyCast()
    if entry.paper:
        return HoldsPaperBallot()
    if entry.round.paper_only:
        return OnPaperOnly()
    if entry.presence != Presence.PRESENT:
        return NotPresent()
    return CopiedBallot() if urn_statement.is_in_urn(sealed) or urn_statement.is_test(sealed) else None
