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
from voting.count import choices
from voting.count.canonical import root_of
from voting.count.formats.files import RoundFacts
from voting.count.formats.parts import AttendanceFigures, GroupFigures, UrnFigures
from voting.count.formats.working import PATTERNS
from voting.count.opening import Opener
from voting.count.working import Working, work_out
from voting.domain.core.refusals import Refused, StepNotAllowed
from voting.domain.vote.attendance import Attendance, attendance
from voting.domain.vote.definitions import definition_of, sealing_info
from voting.domain.vote.drawn_sheets import is_sampled
from voting.domain.vote.first_counts import keep_first_count
from voting.domain.vote.keys import rebuild_seed
from voting.domain.vote.reading_figures import paper_facts
from voting.domain.vote.rounds import group_hashes, move_round, urn_hashes
from voting.domain.vote.scanned_pictures import put_away
from voting.models import (
    Certification,
    FirstCount,
    JournalEntry,
    Round,
    SealedBallot,
    Tally,
    TestBallot,
    UrnSeal,
)
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


class TestsDamaged(Refused):
    """The test ballots are not what was sealed at the close: nothing is counted."""

    __test__ = False  # it is no test of pytest's

    def __str__(self) -> str:
        return _(
            "The test ballots are not as they were sealed at the close, so nothing was counted. Keep the database as "
            "it is, restore the newest backup beside it and compare."
        )


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
) -> Tally | FirstCount:
    """Unseal and count a closed round, the paper ballots with it; only the sorted result is kept.

    First the paper ballots must be agreed (paper_ballots.PaperNotReady), then the slips must give the round's key
    (SlipsRefused), then the urn must be what was sealed at the close and equal the number of delegates marked
    (UrnDamaged), and the test ballots what was sealed (TestsDamaged). Then nothing stops the count: a ballot that does
    not open is void. The same urn, paper and slips always give the same bytes. ``progress(done, total)`` is called
    every 2 000 ballots. Raises StepNotAllowed.
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
    if round_.status != RoundStatus.CLOSED or FirstCount.objects.filter(round=round_).exists():
        raise StepNotAllowed
    return round_


def keep_count(
    round_: Round, counted: Working, *, by: User, at: datetime, beside: dict[str, str] | None = None
) -> Tally | FirstCount:
    """Store the count of a round that ``closed_round`` locked, and move the round on.

    ``beside`` is who stood by an imported count; one of the server's own needs nobody. Where a sample of the paper
    ballots is read again, the count waits for it (``domain.vote.samples``).
    """
    if is_sampled(round_):
        return keep_first_count(round_, counted, by=by, at=at, beside=beside)
    data = {"offline": True, **beside} if beside is not None else {}
    return store_tally(round_, counted, by=by, at=at, imported=beside is not None, acting=(by, at), data=data)


def store_tally(
    round_: Round,
    counted: Working,
    *,
    by: User,
    at: datetime,
    imported: bool,
    acting: tuple[User, datetime],
    data: dict[str, Any],
) -> Tally:
    """Store a count that ``by`` ran at that moment, and move the round on: ``acting`` is who does that, and when."""
    tally = Tally.objects.create(
        round=round_,
        working=counted.text,
        patterns=PATTERNS.write(counted.patterns),
        digest=counted.digest,
        counted_by=by,
        counted_at=at,
        imported=imported,
    )
    outcome = counted.working["outcome"]
    data = {
        "tally": tally.digest,
        "returned": outcome["returned"],
        "valid": outcome["valid"],
        "void": outcome["void"],
        "status": outcome["status"],
        **data,
    }
    actor, moment = acting
    move_round(round_, to=RoundStatus.COUNTED, act=Act.ROUND_COUNTED, by=actor, at=moment, data=data)
    return tally


def facts_of(round_: Round, *, first_alone: bool = False) -> RoundFacts:
    """Return what a closed round fixed before any ballot is opened: the count's input beside the ballots.

    ``first_alone``: as if no paper ballot had been read again.

    Raises paper_ballots.PaperNotReady, or FiguresChanged where it is not what the journal recorded.
    """
    seal = UrnSeal.objects.defer("hashes", "test_hashes").get(round=round_)
    counts = attendance(round_)
    figures = _require_as_journaled(round_, roll=counts.roll, seal=seal)
    return {
        "definition": round_.definition,
        "key": round_.key_fingerprint,
        "urn": figures,
        "attendance": _attendance(round_, counts),
        "paper": paper_facts(round_, first_alone=first_alone),
    }


def count_urn(*, round_: Round, facts: RoundFacts, seed: bytes, progress: Progress | None = None) -> Working:
    """Return the working of a closed round. Changes nothing.

    Nothing is opened before urn and test ballots are known to be what was sealed. Raises UrnDamaged, TestsDamaged or
    FiguresChanged.
    """
    cast = urn_hashes(round_)
    require_sealed(round_, cast)
    require_group_words(facts["urn"], group_hashes(round_.pk), round_)
    tests = sealed_tests(round_, cast)
    urn = _Urn(round_, seed)
    ballots = urn.unsealed(facts["urn"]["ballots"], progress)
    counted = work_out(facts, ballots, urn.opener.tests(tests, urn=cast))
    require_sealed(round_, urn.hashes)
    require_group_words(facts["urn"], sorted(urn.of_the_group), round_)
    require_group(round_, urn.members)
    return counted


def require_group(round_: Round, members: int) -> None:
    """Hold the ballots of the sub-group's members against those of them marked. Raises FiguresChanged."""
    if definition_of(round_).rule.group_floor and members != attendance(round_).group_voted:
        raise FiguresChanged


def require_sealed(round_: Round, hashes: Iterable[bytes]) -> None:
    """Hold the ballots found against the seal and the delegates marked. Raises UrnDamaged (S8, F5)."""
    seal, in_urn = UrnSeal.objects.only("root", "ballots").get(round=round_), sorted(hashes)
    marked = attendance(round_).voted
    if root_of(in_urn) != seal.root or len(in_urn) != seal.ballots or len(in_urn) != marked:
        raise UrnDamaged(sealed=seal.ballots, in_urn=len(in_urn), marked=marked)


def require_group_words(figures: UrnFigures, hashes: Sequence[bytes], round_: Round) -> None:
    """Hold the roll's word on the sub-group, ballot by ballot, against what the close fixed. Raises UrnDamaged.

    ``hashes`` are those of the ballots that it calls the sub-group's.
    """
    if "group_root" in figures and root_of(hashes) != figures["group_root"]:
        marked = attendance(round_).voted
        raise UrnDamaged(sealed=figures["ballots"], in_urn=figures["ballots"], marked=marked)


def sealed_tests(round_: Round, cast: Iterable[bytes]) -> list[bytes]:
    """Return the test ballots as they were sealed at the close, sorted by hash. Raises TestsDamaged.

    ``cast`` are the hashes of the ballots in the urn: a test ballot with the bytes of one of them is none.
    """
    seal, in_urn = UrnSeal.objects.get(round=round_), set(cast)
    blobs = map(bytes, TestBallot.objects.filter(round=round_).order_by().values_list("blob", flat=True))
    hashed = sorted((hashlib.sha256(blob).digest(), blob) for blob in blobs)
    tests = [(digest, blob) for digest, blob in hashed if digest not in in_urn]
    hashes = [digest for digest, _blob in tests]
    # The seals of before have no root where there are no test ballots.
    root = root_of([]) if seal.by_server is None else seal.test_root
    if b"".join(hashes) != bytes(seal.test_hashes) or len(tests) != seal.tests or root_of(hashes) != root:
        raise TestsDamaged
    return [blob for _digest, blob in tests]


def _require_as_journaled(round_: Round, *, roll: int, seal: UrnSeal) -> UrnFigures:
    """Hold the roll, the seal and the issued ballots against what the journal's chain says; return the seal's figures.

    A seal from before there were test ballots says nothing of them, nor does the journal. Raises FiguresChanged.
    """
    entries = JournalEntry.objects.filter(cycle=round_.cycle, data__round=round_.number)
    frozen = entries.filter(act__in=ROLL_ACTS).latest("sequence").data
    closed = entries.filter(act=Act.ROUND_CLOSED).latest("sequence").data
    journaled = (frozen["roll"], closed["issued"], closed["paper"])
    figures: UrnFigures = {"ballots": seal.ballots, "root": seal.root}
    if seal.by_server is not None:
        figures |= {"tests": seal.tests, "test_root": seal.test_root, "by_server": seal.by_server}
    sealed = {name: closed.get(name) for name in ("ballots", "root", "tests", "test_root", "by_server")}
    if journaled != (roll, round_.issued, round_.paper_issued) or sealed != {
        **dict.fromkeys(sealed),
        **figures,
    }:
        raise FiguresChanged
    if "group_root" in closed:
        figures["group_root"] = closed["group_root"]
    return figures


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
        self.opener = Opener(definition_of(round_), seed, info=sealing_info(round_))
        self.hashes: list[bytes] = []
        self.of_the_group: list[bytes] = []
        self.members = 0

    def unsealed(self, total: int, progress: Progress | None) -> Iterator[choices.Choice]:
        """Yield every ballot, one that cannot be read as such."""
        for done, (blob, in_group) in enumerate(ballots_with_groups(self.round), start=1):
            self.hashes.append(hashlib.sha256(blob).digest())
            if in_group:
                self.of_the_group.append(self.hashes[-1])
            choice = self.opener.ballot(blob, in_group=in_group)
            self.members += choice.in_group
            yield choice
            if progress and not done % CHUNK:
                progress(done, total)


def ballots_with_groups(round_: Round) -> Iterator[tuple[bytes, bool | None]]:
    """Yield the sealed bytes in the urn, each with the roll's word on the sub-group, None where it has none.

    Whoever writes them down sorts them by hash first (S2).
    """
    rows = SealedBallot.objects.filter(round=round_).order_by().values_list("blob", "in_group")
    for blob, in_group in rows.iterator(chunk_size=CHUNK):
        yield bytes(blob), in_group


def sealed_ballots(round_: Round) -> Iterator[bytes]:
    """Yield the sealed bytes in the urn; whoever writes them down sorts them by hash first (S2)."""
    return (blob for blob, _in_group in ballots_with_groups(round_))


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
    put_away(round_)
    move_round(round_, to=RoundStatus.CERTIFIED, act=Act.TALLY_CERTIFIED, by=by, at=at, data=data)
    return certification
