"""Count the sealed urn with the scrutineers' slips, and certify the count."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import SCRUTINEERS
from voting.count import choices, sealing
from voting.count.canonical import root_of
from voting.count.formats.files import PaperFacts, RoundFacts
from voting.count.formats.parts import AttendanceFigures, GroupFigures
from voting.count.formats.working import PATTERNS
from voting.count.working import Working, work_out
from voting.domain.core.refusals import Refused, StepNotAllowed
from voting.domain.vote import paper_ballots
from voting.domain.vote.definitions import definition_of, sealing_info
from voting.domain.vote.keys import rebuild_seed
from voting.domain.vote.rolls import Attendance, attendance
from voting.domain.vote.rounds import move_round, urn_hashes
from voting.models import Certification, JournalEntry, Round, SealedBallot, Tally, UrnSeal
from voting.states import ROLL_ACTS, Act, CountProof, RoundStatus

CHUNK = 2000
#: Called with (ballots done, ballots in all).
Progress = Callable[[int, int], None]


class UrnDamaged(Refused):
    """The urn is not what was sealed at the close: nothing is counted (S8, F5)."""

    def __init__(self, *, sealed: int, in_urn: int, marked: int) -> None:
        super().__init__(sealed, in_urn, marked)
        self.sealed, self.in_urn, self.marked = sealed, in_urn, marked

    def __str__(self) -> str:
        return _(
            "The urn is not as it was sealed, so nothing was counted. Sealed at the close: %(sealed)d ballots; "
            "in the urn now: %(found)d; delegates marked as having voted: %(marked)d. "
            "Keep the database as it is, restore the newest backup beside it and compare."
        ) % {"sealed": self.sealed, "found": self.in_urn, "marked": self.marked}


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


class Unproven(Refused):
    """An imported count is not certified like one of the server's own (TRUST.md F33)."""

    def __str__(self) -> str:
        return _(
            "This count was imported, and a file proves nothing by itself. It is certified with the key slips, or with "
            "a second count that you made from the urn."
        )


@transaction.atomic
def count_round(
    *, round_: Round, slips: Sequence[str], by: User, at: datetime, progress: Progress | None = None
) -> Tally:
    """Unseal and count a closed round, the paper ballots with it; only the sorted result is kept.

    First the paper ballots must be agreed (paper_ballots.PaperNotReady), then the slips must give the round's key
    (SlipsRefused), then the urn must be what was sealed at the close and equal the number of delegates marked
    (UrnDamaged), then every ballot must open (BallotUnreadable). The same urn, paper and slips always give the same
    bytes. ``progress(done, total)`` is called every 2 000 ballots. Raises StepNotAllowed.
    """
    round_ = closed_round(round_)
    facts = facts_of(round_)
    counted = count_urn(
        round_=round_, facts=facts, seed=rebuild_seed(round_=round_, slips=slips), progress=progress
    )
    return keep_count(round_, counted, by=by, at=at)


def closed_round(round_: Round) -> Round:
    """Lock a closed round for its count. Raises StepNotAllowed."""
    round_ = (
        Round.objects.select_for_update(of=("self",))
        .select_related("cycle__congress", "rules")
        .get(pk=round_.pk)
    )
    if round_.status != RoundStatus.CLOSED:
        raise StepNotAllowed
    return round_


def keep_count(
    round_: Round, counted: Working, *, by: User, at: datetime, beside: dict[str, str] | None = None
) -> Tally:
    """Store the count of a round that ``closed_round`` locked, and move the round on.

    ``beside`` is who stood by an imported count; one of the server's own needs nobody.
    """
    tally = Tally.objects.create(
        round=round_,
        working=counted.text,
        patterns=PATTERNS.write(counted.patterns),
        digest=counted.digest,
        counted_by=by,
        counted_at=at,
        imported=beside is not None,
    )
    outcome = counted.working["outcome"]
    data: dict[str, Any] = {
        "tally": tally.digest,
        "returned": outcome["returned"],
        "valid": outcome["valid"],
        "void": outcome["void"],
        "status": outcome["status"],
    }
    if beside is not None:
        data |= {"offline": True, **beside}
    move_round(round_, to=RoundStatus.COUNTED, act=Act.ROUND_COUNTED, by=by, at=at, data=data)
    return tally


def facts_of(round_: Round) -> RoundFacts:
    """Return what a closed round fixed before any ballot is opened: the count's input beside the ballots.

    Raises paper_ballots.PaperNotReady, or FiguresChanged where it is not what the journal recorded.
    """
    seal = UrnSeal.objects.defer("hashes").get(round=round_)
    counts = attendance(round_)
    _require_as_journaled(round_, roll=counts.roll, root=seal.root)
    return {
        "definition": round_.definition,
        "key": round_.key_fingerprint,
        "urn": {"ballots": seal.ballots, "root": seal.root},
        "attendance": _attendance(round_, counts),
        "paper": _paper(round_),
    }


def _paper(round_: Round) -> PaperFacts | None:
    if not round_.paper_issued:
        return None
    ballots = paper_ballots.agreed(round_)
    box = round_.paper_box
    return {
        "issued": round_.paper_issued,
        "returned": box.returned,
        "returned_group": box.returned_group,
        "ballots": sorted((list(choice.marks), int(choice.in_group)) for choice in ballots),
    }


def count_urn(*, round_: Round, facts: RoundFacts, seed: bytes, progress: Progress | None = None) -> Working:
    """Return the working of a closed round. Changes nothing. Raises UrnDamaged or BallotUnreadable."""
    urn = _Urn(round_, seed)
    counted = work_out(facts, urn.unsealed(facts["urn"]["ballots"], progress))
    require_sealed(round_, urn.hashes)
    require_group(round_, urn.members)
    return counted


def require_group(round_: Round, members: int) -> None:
    """Hold the ballots that say they are the sub-group's against its members marked. Raises FiguresChanged."""
    if definition_of(round_).rule.group_floor and members != attendance(round_).group_voted:
        raise FiguresChanged


def require_sealed(round_: Round, hashes: Iterable[bytes]) -> None:
    """Hold the ballots found against the seal and the delegates marked. Raises UrnDamaged (S8, F5)."""
    seal, in_urn = UrnSeal.objects.defer("hashes").get(round=round_), sorted(hashes)
    marked = attendance(round_).voted
    if root_of(in_urn) != seal.root or len(in_urn) != seal.ballots or len(in_urn) != marked:
        raise UrnDamaged(sealed=seal.ballots, in_urn=len(in_urn), marked=marked)


def _require_as_journaled(round_: Round, *, roll: int, root: str) -> None:
    """Hold the roll, the seal and the issued ballots against what the journal's chain says. Raises FiguresChanged."""
    entries = JournalEntry.objects.filter(cycle=round_.cycle, data__round=round_.number)
    frozen = entries.filter(act__in=ROLL_ACTS).latest("sequence").data
    closed = entries.filter(act=Act.ROUND_CLOSED).latest("sequence").data
    journaled = (frozen["roll"], closed["root"], closed["issued"], closed["paper"])
    if journaled != (roll, root, round_.issued, round_.paper_issued):
        raise FiguresChanged


def _attendance(round_: Round, counts: Attendance) -> AttendanceFigures:
    group: GroupFigures | None = None
    if round_.rules.group_base:
        on_paper = counts.group_voted + counts.group_paper
        issued = on_paper if round_.paper_only else counts.group_present
        group = {"roll": counts.group_roll, "present": counts.group_present, "issued": issued}
    return {
        "roll": counts.roll,
        "present": counts.present,
        "on_leave": counts.on_leave,
        "left": counts.left,
        "absent": counts.absent,
        "quorum_least": counts.quorum_least,
        "quorum_met": counts.quorum_met,
        "issued": round_.issued or 0,
        "group": group,
    }


class _Urn:
    """The urn while it is counted: remembers the hashes of what it unsealed, and how many the sub-group cast."""

    def __init__(self, round_: Round, seed: bytes) -> None:
        self.round = round_
        self.key = sealing.private_key(seed)
        self.hashes: list[bytes] = []
        self.members = 0

    def unsealed(self, total: int, progress: Progress | None) -> Iterator[choices.Choice]:
        """Yield every ballot. Raises UrnDamaged or BallotUnreadable."""
        info, definition = sealing_info(self.round), definition_of(self.round)
        for done, blob in enumerate(sealed_ballots(self.round), start=1):
            self.hashes.append(hashlib.sha256(blob).digest())
            try:
                choice = definition.decode(sealing.unseal(self.key, blob, info=info))
            except (sealing.CannotUnseal, choices.MalformedChoice):
                raise _unreadable(self.round) from None
            self.members += choice.in_group
            yield choice
            if progress and not done % CHUNK:
                progress(done, total)


def sealed_ballots(round_: Round) -> Iterator[bytes]:
    """Yield the sealed bytes in the urn; whoever writes them down sorts them by hash first (S2)."""
    blobs = SealedBallot.objects.filter(round=round_).order_by().values_list("blob", flat=True)
    for blob in blobs.iterator(chunk_size=CHUNK):
        yield bytes(blob)


def _unreadable(round_: Round) -> Refused:
    """Return the truer word for a ballot that does not open: a damaged urn differs from its seal."""
    seal, in_urn = UrnSeal.objects.get(round=round_), urn_hashes(round_)
    if root_of(in_urn) == seal.root:
        return BallotUnreadable()
    return UrnDamaged(sealed=seal.ballots, in_urn=len(in_urn), marked=attendance(round_).voted)


@transaction.atomic
def certify_tally(*, round_: Round, by: User, at: datetime) -> Certification:
    """Vouch for the count as a scrutineer who did not run it; the database holds the second person too.

    Raises SamePerson, NotAScrutineer, StepNotAllowed, or Unproven for an imported count (``domain.vote.proofs``).
    """
    round_ = to_be_certified(round_, by)
    if round_.tally.imported:
        raise Unproven
    return certified(round_, by=by, at=at, proof=CountProof.NONE)


def to_be_certified(round_: Round, by: User) -> Round:
    """Lock a counted round that this person may certify. Raises SamePerson, NotAScrutineer or StepNotAllowed."""
    round_ = (
        Round.objects.select_for_update(of=("self",))
        .select_related("cycle__congress", "rules", "tally")
        .get(pk=round_.pk)
    )
    if round_.status != RoundStatus.COUNTED:
        raise StepNotAllowed
    if by.pk == round_.tally.counted_by_id:
        raise SamePerson
    if by.role not in SCRUTINEERS:
        raise NotAScrutineer
    return round_


def certified(round_: Round, *, by: User, at: datetime, proof: CountProof) -> Certification:
    """Certify a round that ``to_be_certified`` locked, and move it on."""
    certification = Certification.objects.create(
        tally=round_.tally, certified_by=by, certified_at=at, proof=proof
    )
    data = {"tally": round_.tally.digest}
    if proof:
        data["proof"] = proof.value
    move_round(round_, to=RoundStatus.CERTIFIED, act=Act.TALLY_CERTIFIED, by=by, at=at, data=data)
    return certification
