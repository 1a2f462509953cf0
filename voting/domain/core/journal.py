"""Write to the journals, and check their chains: that of a year, and that of a congress about its staff's accounts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, TypeVar

from django.db import connection, transaction
from django.db.models import QuerySet

from accounts.models import Congress, User
from accounts.roles import VOTERS
from voting.count.canonical import canonical_json, sha256_hex
from voting.models import CongressEntry, Cycle, JournalEntry
from voting.states import Act, CongressAct

#: First key of the advisory lock under which a chain grows; the second is the cycle, or the congress.
_LOCK, _LOCK_OF_CONGRESS, _LOCK_OF_DRAFT = 0x6A6F75, 0x6A6F76, 0x6A6F77
GENESIS = "0" * 64

Entry = TypeVar("Entry", JournalEntry, CongressEntry)


def record(
    *, cycle: Cycle, act: Act, by: User, at: datetime, data: dict[str, Any] | None = None
) -> JournalEntry:
    """Append one entry to the cycle's chain, in the transaction of the act it records.

    Never called for the casting of a ballot (TRUST.md §2). Raises TransactionManagementError outside a transaction.
    """
    _hold(_LOCK, cycle.pk)
    entry = JournalEntry(cycle=cycle, act=act, actor=by, at=at, data=data or {})
    return _append(entry, JournalEntry.objects.filter(cycle=cycle), digest_of)


def record_of_congress(
    *,
    congress: Congress | None,
    act: CongressAct,
    by: User | None,
    subject: User | None,
    at: datetime,
    data: dict[str, Any] | None = None,
) -> CongressEntry | None:
    """Append one entry to the chain of a congress, or of the installation, in the transaction of the act it records.

    Of a delegate nothing is written, and None returned: when one signed in would be a clock beside the vote. ``by``
    is None for a command of the server. Raises TransactionManagementError outside a transaction.
    """
    if any(person is not None and person.role in VOTERS for person in (by, subject)):
        return None
    _hold(_LOCK_OF_CONGRESS, congress.pk if congress else 0)
    entry = CongressEntry(congress=congress, act=act, actor=by, subject=subject, at=at, data=data or {})
    return _append(entry, CongressEntry.objects.filter(congress=congress), digest_of_congress_entry)


def hold_draft(address: str) -> None:
    """Let whoever saves the draft at this address at the same moment wait until this transaction ends."""
    _hold(_LOCK_OF_DRAFT, int.from_bytes(sha256(address.encode()).digest()[:4], signed=True))


def last_entry(cycle: Cycle, *acts: Act, **data: Any) -> JournalEntry | None:
    """Return the last entry of these acts of which the journal says this."""
    entries = JournalEntry.objects.filter(cycle=cycle, act__in=acts)
    entries = entries.filter(**{f"data__{name}": value for name, value in data.items()})
    return entries.select_related("actor").order_by("-sequence").first()


def _hold(*lock: int) -> None:
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("A journal entry belongs to the transaction of its act.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", lock)


def _append(entry: Entry, chain: QuerySet[Entry], digest: Callable[[Entry], str]) -> Entry:
    last = chain.order_by("-sequence").first()
    entry.sequence = last.sequence + 1 if last else 1
    entry.previous = last.digest if last else GENESIS
    entry.digest = digest(entry)
    entry.save(force_insert=True)
    return entry


def digest_of(entry: JournalEntry) -> str:
    """Return the hash an entry must carry: over everything it says and the hash of the entry before."""
    return sha256_hex(
        canonical_json(
            {
                "act": str(entry.act),
                "actor": entry.actor.username,
                "at": entry.at.astimezone(UTC).isoformat(),
                "cycle": entry.cycle.journal_slug,
                "data": entry.data,
                "previous": entry.previous,
                "sequence": entry.sequence,
            }
        )
    )


def digest_of_congress_entry(entry: CongressEntry) -> str:
    """Return the hash an entry about an account must carry; its congress goes in by key, for its address may change."""
    return sha256_hex(
        canonical_json(
            {
                "act": str(entry.act),
                "actor": entry.actor.username if entry.actor else "",
                "at": entry.at.astimezone(UTC).isoformat(),
                "congress": entry.congress_id or 0,
                "data": entry.data,
                "previous": entry.previous,
                "sequence": entry.sequence,
                "subject": entry.subject.username if entry.subject else "",
            }
        )
    )


def first_break(cycle: Cycle) -> int | None:
    """Return the sequence number of the first entry that does not fit the chain; None when all do."""
    entries = JournalEntry.objects.filter(cycle=cycle).select_related("actor", "cycle__congress")
    return _first_break(entries.order_by("sequence").iterator(), digest_of)


def first_break_of_congress(congress: Congress | None) -> int | None:
    """Return the same of the journal of a congress, or of the installation."""
    entries = CongressEntry.objects.filter(congress=congress).select_related("actor", "subject")
    return _first_break(entries.order_by("sequence").iterator(), digest_of_congress_entry)


def first_break_among(entries: Sequence[CongressEntry]) -> int | None:
    """Return the sequence number of the first of these entries of one chain that does not fit, or None; one query.

    Looked at are the entries, and their links to the one before each; ``manage.py verify`` looks at the whole chain.
    """
    if not entries:
        return None
    before = {entry.sequence - 1 for entry in entries}
    chain = CongressEntry.objects.filter(congress=entries[0].congress_id, sequence__in=before)
    digests = {0: GENESIS} | dict(chain.values_list("sequence", "digest"))
    for entry in sorted(entries, key=lambda each: each.sequence):
        if digests.get(entry.sequence - 1) is None:
            return entry.sequence - 1
        if entry.previous != digests[entry.sequence - 1] or entry.digest != digest_of_congress_entry(entry):
            return entry.sequence
    return None


def _first_break(entries: Iterable[Entry], digest: Callable[[Entry], str]) -> int | None:
    previous = GENESIS
    for sequence, entry in enumerate(entries, start=1):
        fits = entry.sequence == sequence and entry.previous == previous
        if not fits or entry.digest != digest(entry):
            return sequence
        previous = entry.digest
    return None
