"""Files that leave and enter the count: the urn to be unsealed offline, the count that comes back, files to recount.

Offline and online counts go through one function (working.work_out), so an import can be held against it byte for byte.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime
from operator import itemgetter

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from voting.count.counting import CountMismatch, ImpossibleCount
from voting.count.formats import UnreadableRecord
from voting.count.formats.files import COUNT, PUBLIC, RECOUNT, CountBody, RoundFacts, RoundSingles, UrnBody
from voting.count.formats.working import PATTERNS, WORKING
from voting.count.key_marks import KeyMark
from voting.count.notice import read_notice
from voting.count.working import Working, expand, published_singles, work_out
from voting.domain.core.refusals import Refused, StepNotAllowed
from voting.domain.core.second_person import second_person
from voting.domain.vote.counts import (
    ballots_with_groups,
    closed_round,
    facts_of,
    keep_count,
    require_group,
    require_group_words,
    require_sealed,
    sealed_ballots,
    sealed_tests,
)
from voting.domain.vote.definitions import definition_of, sealing_info
from voting.domain.vote.rounds import group_hashes
from voting.models import FirstCount, JournalEntry, Round, Tally, UrnSeal
from voting.states import SEALED_STATUSES, Act


class NotACount(Refused):
    """The file is no count that the offline unsealing wrote."""

    def __str__(self) -> str:
        return _("This file is no count of the offline unsealing, or it is not whole. Nothing was imported.")


class CountDiffers(Refused):
    """The file's count is not what its own ballots and this round's figures give."""

    def __str__(self) -> str:
        return _(
            "This count does not fit this round: its ballots, counted here once more, give another working. "
            "Nothing was imported."
        )


def urn_body(round_: Round) -> UrnBody:
    """Return a closed round's urn for the offline unsealing, its ballots sorted by hash (S2).

    It leaves the house by ``domain.vote.proofs.take_urn`` alone, which records who took it. Raises StepNotAllowed
    before the close, paper_ballots.PaperNotReady, FiguresChanged, UrnDamaged or TestsDamaged.
    """
    if round_.status not in SEALED_STATUSES or round_.slips_needed is None:
        raise StepNotAllowed
    facts = facts_of(round_)
    hashed = [(hashlib.sha256(blob).digest(), blob, group) for blob, group in ballots_with_groups(round_)]
    ballots = sorted(hashed, key=itemgetter(0))
    cast = [digest for digest, _blob, _group in ballots]
    require_sealed(round_, cast)
    require_group_words(facts["urn"], [digest for digest, _blob, group in ballots if group], round_)
    tests = sealed_tests(round_, cast)
    grouped = definition_of(round_).rule.group_floor is not None
    body: UrnBody = {
        "format": "piaojue-urn/1",
        "info": sealing_info(round_).decode(),
        "slips_needed": round_.slips_needed,
        "facts": facts,
        "ballots": [base64.b64encode(blob).decode() for _digest, blob, _group in ballots],
        "groups": [None if group is None else int(group) for _digest, _blob, group in ballots if grouped],
    }
    if "tests" in facts["urn"]:
        body["tests"] = [base64.b64encode(blob).decode() for blob in tests]
    return body


def recount_file(round_: Round) -> str:
    """Return what the scrutineers need to recount every ballot. It holds whole ballots: for them alone (F26)."""
    tally = round_.tally
    return RECOUNT.write(
        {
            "format": "piaojue-recount/1",
            "facts": facts_of(round_),
            "key_mark": str(KeyMark.of(round_.key_fingerprint)),
            "patterns": PATTERNS.read(tally.patterns),
            "hashes": _hex_list(UrnSeal.objects.get(round=round_).hashes),
            "working": WORKING.read(tally.working),
            "digest": tally.digest,
        }
    )


def public_file(round_: Round) -> str:
    """Return what everybody needs to recount a published round: the notice and the urn's list."""
    notice = round_.notice
    told = read_notice(notice.body)
    singles = _singles_up_to(round_) if "singles" in told else []
    body = {
        "format": "piaojue-public/1",
        "notice": told,
        "notice_digest": notice.digest,
        "hashes": _hex_list(UrnSeal.objects.get(round=round_).hashes),
    }
    return PUBLIC.write(PUBLIC.of(body | {"singles": singles} if singles else body))


def _singles_up_to(round_: Round) -> list[RoundSingles]:
    """Return the single ballots of this round and of those before it, which the adopted rules publish."""
    tallies = Tally.objects.filter(
        round__cycle=round_.cycle_id, round__number__lte=round_.number, round__notice__isnull=False
    )
    counted = [(each.round, PATTERNS.read(each.patterns)) for each in tallies.select_related("round")]
    rows = {one.number: published_singles(definition_of(one), patterns) for one, patterns in counted}
    return [{"round": number, "rows": rows[number] or []} for number in sorted(rows)]


def booth_of(round_: Round) -> str:
    """Return the hash of the script that sealed on the delegates' devices, as it was served when the vote was opened.

    It is empty where none was.
    """
    entries = JournalEntry.objects.filter(
        cycle=round_.cycle_id, act=Act.ROUND_OPENED, data__round=round_.number
    )
    entry = entries.order_by("sequence").last()
    return str(entry.data.get("booth", "")) if entry else ""


def _hex_list(hashes: bytes | memoryview) -> list[str]:
    raw, size = bytes(hashes), hashlib.sha256().digest_size
    return [raw[start : start + size].hex() for start in range(0, len(raw), size)]


@transaction.atomic
def import_count(
    *, round_: Round, text: str, by: User, at: datetime, second: User | None = None
) -> Tally | FirstCount:
    """Keep the count of the offline unsealing as this round's count; a second person stands by it.

    Its ballots are counted here once more with this round's own figures, and the outcome must equal the file's byte
    for byte; urn and test ballots must be as they were sealed. That the ballots are those in the urn only the key can
    tell: the count is marked as imported, and whoever certifies it opens the urn once more (``domain.vote.proofs``).
    Raises StepNotAllowed, NotACount, CountDiffers, UrnDamaged, FiguresChanged, paper_ballots.PaperNotReady,
    SecondPersonNeeded or SamePersonTwice.
    """
    locked = closed_round(round_)
    beside = second_person(second, by=by, congress=locked.cycle.congress)
    facts, file = facts_of(locked), _read(text)
    try:
        counted = _count_again(facts, file)
    except (ImpossibleCount, CountMismatch) as error:
        raise NotACount from error
    tests = [each["hash"] for each in counted.working.get("tests", [])]
    if tests != _hex_list(UrnSeal.objects.get(round=locked).test_hashes):
        raise CountDiffers
    if counted.working != file["working"] or counted.patterns != file["patterns"]:
        raise CountDiffers
    require_group(locked, sum(times for _m, in_group, times in counted.patterns["online"] if in_group))
    require_sealed(locked, (hashlib.sha256(blob).digest() for blob in sealed_ballots(locked)))
    require_group_words(facts["urn"], group_hashes(locked.pk), locked)
    return keep_count(locked, counted, by=by, at=at, beside=beside)


def _read(text: str) -> CountBody:
    try:
        return COUNT.read(text)
    except UnreadableRecord as error:
        raise NotACount from error


def _count_again(facts: RoundFacts, file: CountBody) -> Working:
    """Count the file's patterns with our figures. Raises CountDiffers for another number of ballots."""
    patterns = file["patterns"]["online"]
    number = sum(times for _marks, _in_group, times in patterns)
    if number != facts["urn"]["ballots"] or any(times < 1 for _marks, _in_group, times in patterns):
        raise CountDiffers
    return work_out(facts, expand(patterns), file["working"].get("tests", ()))
