"""Rounds: what they are voted under, their urns, their counts and their notices."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.roles import SCRUTINEERS
from voting.count.canonical import canonical_json, root_of, sha256_hex
from voting.domain.vote.attendance import attendance
from voting.domain.vote.counts import facts_of, require_sealed, sealed_ballots, sealed_tests
from voting.domain.vote.definitions import definition_of
from voting.domain.vote.rounds import group_hashes
from voting.domain.vote.rules import settings_of
from voting.domain.vote.tried_keys import require_tried_key
from voting.domain.vote.urn_files import public_file, recount_file
from voting.management.verification.checks import Look, damage
from voting.management.verification.scans import scans_of
from voting.models import Disposal, JournalEntry, Round, SealedBallot, TestBallot, UrnSeal, VotingRules
from voting.recount.__main__ import recount_text
from voting.recount.report import Unreadable
from voting.states import COUNT_STATUSES, SEALED_STATUSES, Act, RoundStatus

DIGEST = hashlib.sha256().digest_size
#: The key of a vote that is still to be counted is the one that was tried, or nobody may go on.
#: The acts that seal an urn, or say again what its seal is.
_SEALING = (Act.ROUND_CLOSED, Act.ROUND_ANNULLED)
MUST_BE_VOUCHED = {RoundStatus.READY, RoundStatus.OPEN}
#: The entries that say what a round is voted under.
_BEGINNINGS = (Act.ROLL_FROZEN, Act.ROUND_BEGUN)


def rules_and_definitions(look: Look) -> Iterator[str]:
    """Hold adopted rules and the definitions of rounds against their hashes, and those against the journal."""
    adopted = VotingRules.objects.select_related("cycle__congress").exclude(adopted_at=None)
    rounds = _rounds()
    total = len(adopted) + len(rounds)
    for done, rules in enumerate(adopted, start=1):
        digest = sha256_hex(canonical_json(settings_of(rules)))
        yield from _same(rules.cycle, _("the adopted rules"), digest, rules.digest)
        journaled = _journaled(rules.cycle_id, (Act.RULES_ADOPTED,), "digest")
        yield from _same(rules.cycle, _("the adopted rules, in the journal"), rules.digest, journaled)
        look.each(done, total)
    for done, round_ in enumerate(rounds, start=len(adopted) + 1):
        yield from damage(round_, definition_of, round_)
        digest = sha256_hex(round_.definition)
        yield from _same(round_, _("the frozen definition"), digest, round_.definition_digest)
        journaled = _journaled(round_.cycle_id, _BEGINNINGS, "definition", round_=round_.number)
        yield from _same(
            round_, _("the frozen definition, in the journal"), round_.definition_digest, journaled
        )
        look.each(done, total)


def keys(look: Look) -> Iterator[str]:
    """Hold the public key of each round against its fingerprint, and that against the journal."""
    rounds = [each for each in _rounds() if each.status != RoundStatus.PREPARING]
    for done, round_ in enumerate(rounds, start=1):
        digest = sha256_hex(bytes(round_.public_key or b""))
        yield from _same(round_, _("the public key"), digest, round_.key_fingerprint)
        journaled = _journaled(round_.cycle_id, (Act.KEY_SPLIT,), "key", round_=round_.number)
        yield from _same(round_, _("the key, in the journal"), round_.key_fingerprint, journaled)
        # Votes of before were tried without leaving what vouches for their key.
        if round_.status in MUST_BE_VOUCHED or round_.key_mac:
            yield from damage(round_, require_tried_key, round_)
        look.each(done, len(rounds))


def urns(look: Look) -> Iterator[str]:
    """Hold each urn against the delegates marked; a sealed one against its seal, and the seal against the journal.

    Where the ballots were disposed of, the seal with its list of hashes is all that is left to check.
    """
    rounds = _rounds()
    disposed = set(Disposal.objects.values_list("cycle_id", flat=True))
    for done, round_ in enumerate(rounds, start=1):
        if round_.status in SEALED_STATUSES | {RoundStatus.ANNULLED}:
            yield from _sealed(round_, is_disposed=round_.cycle_id in disposed)
            yield from scans_of(round_, is_disposed=round_.cycle_id in disposed)
        else:
            in_urn, marked = SealedBallot.objects.filter(round=round_).count(), attendance(round_).voted
            if in_urn != marked:
                yield _("%(where)s: %(ballots)d ballots in the urn, %(marked)d delegates marked") % {
                    "where": round_, "ballots": in_urn, "marked": marked,
                }  # fmt: skip
        look.each(done, len(rounds))


def _sealed(round_: Round, *, is_disposed: bool) -> Iterator[str]:
    seal = UrnSeal.objects.filter(round=round_).first()
    if seal is None:
        yield _("%(where)s: the urn has no seal") % {"where": round_}
        return
    hashes = _cut(bytes(seal.hashes))
    if len(hashes) != seal.ballots or sorted(set(hashes)) != hashes:
        yield _("%(where)s: the list of hashes is not one of %(ballots)d ballots") % {
            "where": round_, "ballots": seal.ballots,
        }  # fmt: skip
    yield from _same(round_, _("the root of the urn's list"), root_of(hashes), seal.root)
    journaled = _journaled(round_.cycle_id, _SEALING, "root", round_=round_.number)
    yield from _same(round_, _("the root of the urn, in the journal"), seal.root, journaled)
    tests = _cut(bytes(seal.test_hashes))
    if len(tests) != seal.tests or sorted(set(tests) - set(hashes)) != tests:
        yield _("%(where)s: the list of hashes is not one of %(tests)d test ballots") % {
            "where": round_, "tests": seal.tests,
        }  # fmt: skip
    if seal.by_server is not None:
        yield from _same(round_, _("the root of the test ballots' list"), root_of(tests), seal.test_root)
        journaled = _journaled(round_.cycle_id, _SEALING, "test_root", round_=round_.number, named=True)
        yield from _same(round_, _("the root of the test ballots, in the journal"), seal.test_root, journaled)
    if not is_disposed:
        cast = [hashlib.sha256(blob).digest() for blob in sealed_ballots(round_)]
        yield from damage(round_, require_sealed, round_, cast)
        yield from damage(round_, sealed_tests, round_, cast)
        yield from _group_words(round_)
    elif (
        SealedBallot.objects.filter(round=round_).exists() or TestBallot.objects.filter(round=round_).exists()
    ):
        yield _("%(where)s: ballots are in the urn, whose disposal is on record") % {"where": round_}


def _group_words(round_: Round) -> Iterator[str]:
    """Hold the roll's word on the sub-group, ballot by ballot, against what the close wrote into the journal."""
    if sealed := _journaled(round_.cycle_id, _SEALING, "group_root", round_=round_.number, named=True):
        yield from _same(
            round_,
            _("the ballots of the sub-group, in the journal"),
            root_of(group_hashes(round_.pk)),
            sealed,
        )


def _cut(raw: bytes) -> list[bytes]:
    """Return the hashes that a list of them is made of."""
    return [raw[start : start + DIGEST] for start in range(0, len(raw), DIGEST)]


def figures(look: Look) -> Iterator[str]:
    """Hold the roll, the ballots issued and the seal of each closed round against what the journal recorded."""
    rounds = [each for each in _rounds() if each.status in COUNT_STATUSES]
    for done, round_ in enumerate(rounds, start=1):
        yield from damage(round_, facts_of, round_)
        look.each(done, len(rounds))


def counts(look: Look) -> Iterator[str]:
    """Count every round again from the patterns of its ballots, and hold it against what was kept and certified."""
    rounds = [each for each in _rounds() if each.status in COUNT_STATUSES]
    for done, round_ in enumerate(rounds, start=1):
        tally = getattr(round_, "tally", None)
        if tally is None:
            yield _("%(where)s: it is counted, and there is no count") % {"where": round_}
        else:
            yield from _recounted(round_, recount_file)
            journaled = _journaled(round_.cycle_id, (Act.ROUND_COUNTED,), "tally", round_=round_.number)
            yield from _same(round_, _("the count, in the journal"), tally.digest, journaled)
            yield from _certified(round_, tally)
        look.each(done, len(rounds))


def _certified(round_: Round, tally: Any) -> Iterator[str]:
    certification = getattr(tally, "certification", None)
    if round_.status == RoundStatus.COUNTED:
        return
    if certification is None:
        yield _("%(where)s: it is certified, and there is no certification") % {"where": round_}
        return
    by = certification.certified_by
    if by.pk == tally.counted_by_id:
        yield _("%(where)s: the person who counted has certified") % {"where": round_}
    journaled = _journaled(round_.cycle_id, (Act.TALLY_CERTIFIED,), "tally", round_=round_.number)
    yield from _same(round_, _("the certified count, in the journal"), tally.digest, journaled)
    if by.congress_id != round_.cycle.congress_id or (by.is_active and by.role not in SCRUTINEERS):
        yield _("%(where)s: certified by somebody who is no scrutineer of this congress") % {"where": round_}


def notices(look: Look) -> Iterator[str]:
    """Hold each notice against its hash, the journal and the count, and recount it as a citizen does."""
    rounds = [each for each in _rounds() if each.status == RoundStatus.PUBLISHED]
    for done, round_ in enumerate(rounds, start=1):
        notice = getattr(round_, "notice", None)
        if notice is None:
            yield _("%(where)s: it is published, and there is no notice") % {"where": round_}
        else:
            yield from _same(round_, _("the notice"), sha256_hex(notice.body), notice.digest)
            journaled = _journaled(round_.cycle_id, (Act.NOTICE_PUBLISHED,), "notice", round_=round_.number)
            yield from _same(round_, _("the notice, in the journal"), notice.digest, journaled)
            yield from _recounted(round_, public_file)
        look.each(done, len(rounds))


def _recounted(round_: Round, file: Callable[[Round], str]) -> Iterator[str]:
    """Yield what the recount tool finds in a file of ours."""
    texts: list[str] = []
    yield from damage(round_, lambda: texts.append(file(round_)))
    for text in texts:
        try:
            report = recount_text(text)
        except Unreadable as error:
            yield _("%(where)s: the file to recount cannot be read: %(why)s") % {
                "where": round_,
                "why": error,
            }
            continue
        for check in report.to_dict()["disagreements"]:
            yield _("%(where)s: recounted, “%(check)s” differs: kept %(kept)s, counted %(counted)s") % {
                "where": round_,
                "check": check["check"],
                "kept": _short(check["said"]),
                "counted": _short(check["found"]),
            }


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= _MOST_LETTERS else f"{text[:_MOST_LETTERS]}…"


_MOST_LETTERS = 60


def _rounds() -> list[Round]:
    rounds: QuerySet[Round] = Round.objects.select_related(
        "cycle__congress", "rules", "tally__certification__certified_by", "notice"
    )
    return list(rounds.order_by("cycle__congress", "cycle", "number"))


def _journaled(
    cycle: int, acts: tuple[Act, ...], name: str, *, round_: int | None = None, named: bool = False
) -> str:
    """Return what the newest entry of such an act recorded under a name; nothing where there is none.

    With ``named`` only entries that have the name are asked.
    """
    entries = JournalEntry.objects.filter(cycle=cycle, act__in=acts)
    if named:
        entries = entries.filter(data__has_key=name)
    if round_ is not None:
        entries = entries.filter(data__round=round_)
    try:
        return str(entries.latest("sequence").data.get(name, ""))
    except ObjectDoesNotExist:
        return ""


def _same(where: object, what: str, made: str, kept: str) -> Iterator[str]:
    """Yield a sentence where two hashes differ."""
    if made != kept:
        yield _("%(where)s: %(what)s is not what its hash says (%(made)s, kept %(kept)s)") % {
            "where": where, "what": what, "made": made[:16] or "–", "kept": kept[:16] or "–",
        }  # fmt: skip
