"""Receipts: the hash of a sealed ballot in a form that can be read out, typed and checked."""

from __future__ import annotations

import base64

from django.db.models import QuerySet

from accounts.models import Congress
from voting.models import Round, UrnSeal
from voting.text.typed import bare

#: 160 bits: two ballots with one receipt cannot be searched for (2^80 work), and 32 characters can be typed.
BITS = 160
GROUP = 4
GROUPS = BITS // 5 // GROUP
DIGEST_BYTES = 32
_STANDARD = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
#: Crockford's base 32: no I, L, O or U.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_TO_FRIENDLY = str.maketrans(_STANDARD, ALPHABET)
_TO_STANDARD = str.maketrans(ALPHABET, _STANDARD)
_LOOK_ALIKES = str.maketrans("OILU", "011V")


class NotAReceipt(ValueError):
    """The text cannot be a receipt: wrong length or characters."""


def friendly(digest: str) -> str:
    """Return the first 160 bits of a hash as eight groups of four characters."""
    text = base64.b32encode(bytes.fromhex(digest)[: BITS // 8]).decode().translate(_TO_FRIENDLY)
    return "-".join(text[i : i + GROUP] for i in range(0, len(text), GROUP))


def read(text: str) -> bytes:
    """Return the 20 bytes of a typed receipt; look-alikes, blanks and dashes are forgiven. Raises NotAReceipt."""
    typed = "".join(c for c in bare(text).upper() if c.isalnum()).translate(_LOOK_ALIKES)
    if len(typed) != BITS // 5 or set(typed) - set(ALPHABET):
        raise NotAReceipt
    return base64.b32decode(typed.translate(_TO_STANDARD))


def is_in_urn(round_: Round, text: str) -> bool | None:
    """Tell whether the sealed list of the round holds a ballot with this receipt; None before the close.

    Raises NotAReceipt.
    """
    wanted = read(text)
    seal = UrnSeal.objects.filter(round=round_).first()
    if seal is None:
        return None
    hashes = bytes(seal.hashes)
    low, high = 0, len(hashes) // DIGEST_BYTES
    while low < high:
        middle = (low + high) // 2
        if hashes[middle * DIGEST_BYTES : middle * DIGEST_BYTES + len(wanted)] < wanted:
            low = middle + 1
        else:
            high = middle
    return hashes[low * DIGEST_BYTES :].startswith(wanted)


def find(text: str, congress: Congress | None = None) -> Round | None:
    """Return the round whose sealed list holds a ballot with this receipt, whichever it is; None where none does.

    The lists of that congress are looked through first, those of others only where it is in none of them: one query
    each, however many rounds there are. Raises NotAReceipt.
    """
    rounds = Round.objects.all()
    if congress is None:
        return _holder(rounds, text)
    own = _holder(rounds.filter(cycle__congress=congress), text)
    return own or _holder(rounds.exclude(cycle__congress=congress), text)


def find_test(text: str, congress: Congress | None = None) -> Round | None:
    """Return the round among whose test ballots is one with this receipt, as ``find`` does. Raises NotAReceipt."""
    wanted, rounds = read(text), Round.objects.all()
    own = _tester(rounds.filter(cycle__congress=congress), wanted) if congress else None
    return own or _tester(rounds.exclude(cycle__congress=congress) if congress else rounds, wanted)


def _tester(among: QuerySet[Round], wanted: bytes) -> Round | None:
    rounds: QuerySet[Round] = among.select_related("cycle__congress").extra(
        tables=["voting_urnseal"],
        where=["voting_urnseal.round_id = voting_round.id", "position(%s in voting_urnseal.test_hashes) > 0"],
        params=[wanted],
    )
    for round_ in rounds:
        hashes = bytes(UrnSeal.objects.get(round=round_).test_hashes)
        if any(hashes.startswith(wanted, at) for at in range(0, len(hashes), DIGEST_BYTES)):
            return round_
    return None


def _holder(among: QuerySet[Round], text: str) -> Round | None:
    """Return the one of these rounds whose sealed list holds the receipt. Raises NotAReceipt."""
    wanted = read(text)
    rounds = among.select_related("cycle__congress").extra(
        tables=["voting_urnseal"],
        where=["voting_urnseal.round_id = voting_round.id", "position(%s in voting_urnseal.hashes) > 0"],
        params=[wanted],
    )
    return next((round_ for round_ in rounds if is_in_urn(round_, text)), None)
