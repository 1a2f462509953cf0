"""One round of voting: open, close, and the one writer of its status."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Sum
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import SCRUTINEERS
from voting.count.canonical import root_of
from voting.count.key_marks import KeyMark
from voting.domain.core.cycles import move_cycle
from voting.domain.core.journal import record
from voting.domain.core.refusals import Condition, Refused, StepNotAllowed, require
from voting.domain.core.second_person import second_person
from voting.domain.vote.attendance import attendance
from voting.domain.vote.decks import deck_conditions
from voting.domain.vote.rolls import not_known_to_have_voted
from voting.domain.vote.tried_keys import is_tried_key, require_tried_key
from voting.models import Round, SealedBallot, ServerSealed, TestBallot, UrnSeal
from voting.states import ROUND_STEPS, Act, RoundStatus, Stage
from voting.text import booth_script


class WrongMark(Refused):
    """The mark that was typed from a slip is not that of the round's key."""

    def __str__(self) -> str:
        return gettext(
            "This is not the mark of the key that ballots would be sealed to, so the vote was not opened. Compare the "
            "slip, character by character. If the mark is typed as it stands on the slip, the key is another than the "
            "scrutineers': tell the chief scrutineer and the presidium, and hold the ceremony anew."
        )


def move_round(
    round_: Round, *, to: RoundStatus, act: Act, by: User, at: datetime, data: dict[str, Any], **fields: Any
) -> None:
    """Move the round one step on, with the fields that step fixes: the only writer of ``Round.status``.

    Compare-and-swap and journal entry in one transaction. Raises StepNotAllowed where the table has no such step, or
    where somebody was faster.
    """
    since = RoundStatus(round_.status)
    if to not in ROUND_STEPS[since]:
        raise StepNotAllowed
    with transaction.atomic():
        if not Round.objects.filter(pk=round_.pk, status=since).update(status=to, **fields):
            raise StepNotAllowed
        for name, value in {"status": to, **fields}.items():
            setattr(round_, name, value)
        record(cycle=round_.cycle, act=act, by=by, at=at, data={"round": round_.number, **data})


def opening_conditions(round_: Round) -> list[Condition]:
    """What opening the vote needs; the quorum is checked here again (PROCEDURE.md §3.4 (1))."""
    counts = attendance(round_)
    present = Condition(
        counts.quorum_met,
        _("the quorum is present"),
        _("The quorum is not reached: too few delegates are checked in as present."),
    )
    quorum = [] if round_.cycle.by_letter else [present]
    return [
        Condition(
            round_.status in {RoundStatus.READY, RoundStatus.OPEN},
            _("the trial unsealing has passed"),
            _("Hold the key ceremony and the trial unsealing first."),
        ),
        *quorum,
        Condition(counts.voted == 0, _("the urn is empty"), _("The urn is not empty.")),
        *deck_conditions(round_),
    ]


@transaction.atomic
def open_round(
    *,
    round_: Round,
    mark: str,
    by: User,
    at: datetime,
    minutes: int | None = None,
    second: User | None = None,
) -> None:
    """Open the vote; ``mark`` is the key's mark as a scrutineer, the second person, typed it from a slip.

    The journal keeps the hash of the script that seals on the delegates' devices, as it is served now. ``minutes``
    announces how long, for the hall's countdown: the close itself is always a step. Raises StepNotAllowed,
    ConditionsUnmet, KeySwapped, SecondPersonNeeded, SamePersonTwice or WrongMark.
    """
    round_ = (
        Round.objects.select_for_update(of=("self",))
        .select_related("cycle__congress", "rules")
        .get(pk=round_.pk)
    )
    if round_.status != RoundStatus.READY:
        raise StepNotAllowed
    require(opening_conditions(round_))
    require_tried_key(round_)
    beside = second_person(second, by=by, congress=round_.cycle.congress, roles=SCRUTINEERS)
    if not KeyMark.of(round_.key_fingerprint).is_typed(mark):
        raise WrongMark
    counts = attendance(round_)
    data: dict[str, Any] = {"roll": counts.roll, "present": counts.present, "key": round_.key_fingerprint}
    data |= {"booth": booth_script.integrity(), **beside}
    until = at + timedelta(minutes=minutes) if minutes else None
    if minutes:
        data["minutes"] = minutes
    move_round(
        round_,
        to=RoundStatus.OPEN,
        act=Act.ROUND_OPENED,
        by=by,
        at=at,
        data=data,
        opened_at=at,
        announced_close=until,
    )


@transaction.atomic
def close_round(*, round_: Round, by: User, at: datetime, second: User | None = None) -> UrnSeal:
    """Close the vote and seal the urn; the cycle enters counting.

    Unless everybody who was in the hall since the opening has a ballot in the urn, this is not one person's to do: a
    second one stands by it. It seals nothing to the key, so a key that nothing vouches for any more (SECRET_KEY was
    lost or changed) doesn't stop it: the journal says so, and the count holds slips and key together.

    Waits for every ballot that is just being cast (they hold the round's row shared, this holds it alone), so that an
    acknowledged ballot is always in the sealed list and nothing lands after it (F2). The number of ballots, the sorted
    list of their hashes and its root are fixed, and journaled before any slip is asked for. The roll is written anew,
    so that from here on nothing in the database tells in which order the delegates voted (F38). Raises StepNotAllowed,
    SecondPersonNeeded or SamePersonTwice.
    """
    round_ = (
        Round.objects.select_for_update(of=("self",))
        .select_related("cycle__congress", "rules")
        .get(pk=round_.pk)
    )
    if round_.status != RoundStatus.OPEN:
        raise StepNotAllowed
    beside: dict[str, Any] = {}
    if second is not None or not_known_to_have_voted(round_):
        beside |= second_person(second, by=by, congress=round_.cycle.congress)
    if not is_tried_key(round_):
        beside["key_doubted"] = True
    seal, fields = seal_urn(round_)
    data = {**sealed_data(seal, fields), **beside}
    move_round(
        round_, to=RoundStatus.CLOSED, act=Act.ROUND_CLOSED, by=by, at=at, data=data, closed_at=at, **fields
    )
    move_cycle(round_.cycle, to=Stage.COUNTING, by=by, at=at)
    write_roll_anew(round_)
    return seal


def seal_urn(round_: Round) -> tuple[UrnSeal, dict[str, int]]:
    """Seal the urn of an open round that is held alone, and its test ballots; return the seal, and how many ballots
    were issued in all and on paper.

    Test ballots whose bytes are in the urn are left out: opened beside their receipt, they would tell somebody's vote.
    """
    counts, hashes = attendance(round_), urn_hashes(round_)
    cast, tests = set(hashes), hashes_of_tests(round_)
    tests = [digest for digest in tests if digest not in cast]
    shelves = ServerSealed.objects.filter(round=round_)
    seal = UrnSeal.objects.create(
        round=round_,
        ballots=len(hashes),
        hashes=b"".join(hashes),
        root=root_of(hashes),
        tests=len(tests),
        test_hashes=b"".join(tests),
        test_root=root_of(tests),
        by_server=shelves.aggregate(sum=Sum("ballots"))["sum"] or 0,
    )
    shelves.delete()
    issued = counts.voted + counts.paper if round_.paper_only else counts.present
    return seal, {"issued": issued, "paper_issued": counts.paper}


def sealed_data(seal: UrnSeal, fields: dict[str, int]) -> dict[str, Any]:
    """Return what the journal says of an urn that was sealed."""
    data = {
        "ballots": seal.ballots, "root": seal.root, "issued": fields["issued"], "paper": fields["paper_issued"],
        "by_server": seal.by_server, "tests": seal.tests, "test_root": seal.test_root,
        "group_root": root_of(group_hashes(seal.round_id)),
    }  # fmt: skip
    copied = TestBallot.objects.filter(round=seal.round_id).count() - seal.tests
    return data | ({"copied": copied} if copied else {})


def write_roll_anew(round_: Round) -> None:
    """Write the whole roll in one statement, so that nothing tells in which order the delegates voted (F38)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT public.piaojue_write_roll_anew(%s)", [round_.pk])


def urn_hashes(round_: Round) -> list[bytes]:
    """Return the SHA-256 digests of the sealed ballots in ascending order: an order that tells nothing (S2)."""
    blobs = SealedBallot.objects.filter(round=round_).values_list("blob", flat=True).order_by()
    return sorted(hashlib.sha256(blob).digest() for blob in blobs.iterator(chunk_size=2000))


def group_hashes(round_id: int) -> list[bytes]:
    """Return, sorted, the SHA-256 digests of the ballots that by the roll's word the sub-group cast."""
    blobs = (
        SealedBallot.objects.filter(round=round_id, in_group=True).values_list("blob", flat=True).order_by()
    )
    return sorted(hashlib.sha256(blob).digest() for blob in blobs.iterator(chunk_size=2000))


def hashes_of_tests(round_: Round) -> list[bytes]:
    """Return the SHA-256 digests of the test ballots in ascending order."""
    blobs = TestBallot.objects.filter(round=round_).values_list("blob", flat=True).order_by()
    return sorted(hashlib.sha256(blob).digest() for blob in blobs.iterator(chunk_size=2000))
