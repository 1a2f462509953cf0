"""Count the sealed urn with the scrutineers' slips, and certify the count."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from voting.domain import choices, counting, sealing
from voting.domain.canonical import canonical_json, sha256_hex
from voting.domain.definitions import definition_of, sealing_info
from voting.domain.keys import rebuild_seed
from voting.domain.refusals import Refused, StepNotAllowed
from voting.domain.rolls import Attendance, attendance
from voting.domain.rounds import move_round, root_of, urn_hashes
from voting.models import Certification, JournalEntry, Round, SealedBallot, Tally, UrnSeal
from voting.states import Act, RoundStatus

FORMAT = "piaojue-tally/1"
CHUNK = 2000
#: Called with (ballots done, ballots in all).
Progress = Callable[[int, int], None]


class UrnDamaged(Refused):
    """The urn is not what was sealed at the close: nothing is counted (S8, F5)."""

    def __init__(self, *, sealed: int, found: int, marked: int) -> None:
        super().__init__(sealed, found, marked)
        self.sealed, self.found, self.marked = sealed, found, marked

    def __str__(self) -> str:
        return _(
            "The urn is not as it was sealed, so nothing was counted. Sealed at the close: %(sealed)d ballots; "
            "in the urn now: %(found)d; delegates marked as having voted: %(marked)d. "
            "Keep the database as it is, restore the newest backup beside it and compare."
        ) % {"sealed": self.sealed, "found": self.found, "marked": self.marked}


class FiguresChanged(Refused):
    """The roll, the issued ballots or the seal are not those that the journal recorded (F18)."""

    def __str__(self) -> str:
        return _(
            "The roll, the ballots issued or the seal of the urn are not as the journal recorded them, so nothing was "
            "counted. Keep the database as it is, restore the newest backup beside it and compare."
        )


class BallotUnreadable(Refused):
    """A sealed ballot does not open with the round's key (S12)."""

    def __str__(self) -> str:
        return _("A ballot in the urn does not open with the key of this round. Nothing was counted.")


class SamePerson(Refused):
    """The count is certified by another person than the one who ran it (TRUST.md §2)."""

    def __str__(self) -> str:
        return _("You ran this count; another scrutineer must certify it.")


class NotAScrutineer(Refused):
    """Only a scrutineer certifies."""

    def __str__(self) -> str:
        return _("A count is certified by a scrutineer.")


@transaction.atomic
def count_round(
    *, round_: Round, slips: Sequence[str], by: User, at: datetime, progress: Progress | None = None
) -> Tally:
    """Unseal and count a closed round; only the sorted result is kept.

    First the slips must give the round's key (SlipsRefused), then the urn must be what was sealed at the close and
    equal the number of delegates marked (UrnDamaged), then every ballot must open (BallotUnreadable). The same urn
    and slips always give the same bytes. ``progress(done, total)`` is called every 2 000 ballots. Raises
    StepNotAllowed.
    """
    round_ = Round.objects.select_for_update(of=("self",)).select_related("cycle", "rules").get(pk=round_.pk)
    if round_.status != RoundStatus.CLOSED:
        raise StepNotAllowed
    seed = rebuild_seed(round_=round_, slips=slips)
    working, patterns = count_urn(round_=round_, seed=seed, progress=progress)
    text = canonical_json(working)
    tally = Tally.objects.create(
        round=round_,
        working=text,
        patterns=canonical_json(patterns),
        digest=sha256_hex(text),
        counted_by=by,
        counted_at=at,
    )
    outcome = working["outcome"]
    data = {
        "tally": tally.digest,
        "returned": outcome["returned"],
        "valid": outcome["valid"],
        "void": outcome["void"],
        "status": outcome["status"],
    }
    move_round(round_, to=RoundStatus.COUNTED, act=Act.ROUND_COUNTED, by=by, at=at, data=data)
    return tally


def count_urn(
    *, round_: Round, seed: bytes, progress: Progress | None = None
) -> tuple[dict[str, Any], list[list[Any]]]:
    """Return the working and the sorted ballot patterns of a closed urn. Changes nothing."""
    seal = UrnSeal.objects.defer("hashes").get(round=round_)
    counts = attendance(round_)
    definition = definition_of(round_)
    urn = _Urn(round_, seed)
    outcome = counting.count(
        definition.rule,
        definition.numbers,
        urn.unsealed(seal.ballots, progress),
        counting.Attendance(roll=counts.roll, present=counts.present, issued=round_.issued or 0),
    )
    found = len(urn.hashes)
    _require_as_journaled(round_, roll=counts.roll, root=seal.root)
    if root_of(sorted(urn.hashes)) != seal.root or found != seal.ballots or found != counts.voted:
        raise UrnDamaged(sealed=seal.ballots, found=found, marked=counts.voted)
    working = {
        "format": FORMAT,
        "definition": definition.digest,
        "key": round_.key_fingerprint,
        "urn": {"ballots": seal.ballots, "root": seal.root},
        "attendance": _attendance(counts),
        "outcome": outcome.to_dict(),
    }
    return working, [[list(marks), times] for marks, times in sorted(urn.patterns.items())]


def _require_as_journaled(round_: Round, *, roll: int, root: str) -> None:
    """Hold the roll, the seal and the issued ballots against what the journal's chain says. Raises FiguresChanged."""
    entries = JournalEntry.objects.filter(cycle=round_.cycle, data__round=round_.number)
    frozen = entries.filter(act=Act.ROLL_FROZEN).latest("sequence").data
    closed = entries.filter(act=Act.ROUND_CLOSED).latest("sequence").data
    if (frozen["roll"], closed["root"], closed["issued"]) != (roll, root, round_.issued):
        raise FiguresChanged


def _attendance(counts: Attendance) -> dict[str, Any]:
    return {
        "roll": counts.roll,
        "present": counts.present,
        "on_leave": counts.on_leave,
        "absent": counts.absent,
        "quorum_least": counts.quorum_least,
        "quorum_met": counts.quorum_met,
    }


class _Urn:
    """The urn while it is counted: remembers the hashes and the patterns of what it unsealed."""

    def __init__(self, round_: Round, seed: bytes) -> None:
        self.round = round_
        self.key = sealing.private_key(seed)
        self.hashes: list[bytes] = []
        self.patterns: Counter[tuple[int, ...]] = Counter()

    def unsealed(self, total: int, progress: Progress | None) -> Iterator[tuple[int, ...]]:
        """Yield the marks of every ballot. Raises UrnDamaged or BallotUnreadable."""
        info, definition = sealing_info(self.round), definition_of(self.round)
        blobs = SealedBallot.objects.filter(round=self.round).order_by().values_list("blob", flat=True)
        for done, blob in enumerate(blobs.iterator(chunk_size=CHUNK), start=1):
            self.hashes.append(hashlib.sha256(blob).digest())
            try:
                marks = definition.decode(sealing.unseal(self.key, bytes(blob), info=info))
            except (sealing.CannotUnseal, choices.MalformedChoice):
                raise _unreadable(self.round) from None
            self.patterns[marks] += 1
            yield marks
            if progress and not done % CHUNK:
                progress(done, total)


def _unreadable(round_: Round) -> Refused:
    """Return the truer word for a ballot that does not open: a damaged urn differs from its seal."""
    seal, found = UrnSeal.objects.get(round=round_), urn_hashes(round_)
    if root_of(found) == seal.root:
        return BallotUnreadable()
    return UrnDamaged(sealed=seal.ballots, found=len(found), marked=attendance(round_).voted)


@transaction.atomic
def certify_tally(*, round_: Round, by: User, at: datetime) -> Certification:
    """Vouch for the count as a scrutineer who did not run it; the database holds the second person too.

    Raises SamePerson, NotAScrutineer or StepNotAllowed.
    """
    round_ = Round.objects.select_for_update(of=("self",)).select_related("cycle", "tally").get(pk=round_.pk)
    if round_.status != RoundStatus.COUNTED:
        raise StepNotAllowed
    if by.pk == round_.tally.counted_by_id:
        raise SamePerson
    if by.role != Role.SCRUTINEER:
        raise NotAScrutineer
    certification = Certification.objects.create(tally=round_.tally, certified_by=by, certified_at=at)
    data = {"tally": round_.tally.digest}
    move_round(round_, to=RoundStatus.CERTIFIED, act=Act.TALLY_CERTIFIED, by=by, at=at, data=data)
    return certification
