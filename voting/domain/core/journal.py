"""Write to the journal, and check its chain."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction

from accounts.models import User
from voting.count.canonical import canonical_json, sha256_hex
from voting.models import Cycle, JournalEntry
from voting.states import Act

#: First key of the advisory lock under which a cycle's chain grows; the second is the cycle.
_LOCK = 0x6A6F75
GENESIS = "0" * 64


def record(
    *, cycle: Cycle, act: Act, by: User, at: datetime, data: dict[str, Any] | None = None
) -> JournalEntry:
    """Append one entry to the cycle's chain, in the transaction of the act it records.

    Never called for the casting of a ballot (TRUST.md §2). Raises TransactionManagementError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("A journal entry belongs to the transaction of its act.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, cycle.pk])
    last = JournalEntry.objects.filter(cycle=cycle).order_by("-sequence").first()
    entry = JournalEntry(
        cycle=cycle,
        sequence=last.sequence + 1 if last else 1,
        act=act,
        actor=by,
        at=at,
        data=data or {},
        previous=last.digest if last else GENESIS,
    )
    entry.digest = digest_of(entry)
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
                "cycle": entry.cycle.slug,
                "data": entry.data,
                "previous": entry.previous,
                "sequence": entry.sequence,
            }
        )
    )


def first_break(cycle: Cycle) -> int | None:
    """Return the sequence number of the first entry that does not fit the chain; None when all do."""
    previous = GENESIS
    entries = (
        JournalEntry.objects.filter(cycle=cycle)
        .select_related("actor", "cycle__congress")
        .order_by("sequence")
    )
    for sequence, entry in enumerate(entries.iterator(), start=1):
        fits = entry.sequence == sequence and entry.previous == previous
        if not fits or entry.digest != digest_of(entry):
            return sequence
        previous = entry.digest
    return None
