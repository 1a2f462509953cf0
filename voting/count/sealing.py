"""Sealing: a hybrid key from one seed, slips of the seed, HPKE. Pure; no Django, no database.

RFC 9180 with ML-KEM-768 + X25519, HKDF-SHA-256, ChaCha20-Poly1305, so that a ballot sealed today stays sealed against
a quantum computer of tomorrow (TRUST.md §2).
"""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hpke
from cryptography.hazmat.primitives.asymmetric import mlkem, x25519
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from shamir_mnemonic import MnemonicError, combine_mnemonics, generate_mnemonics
from shamir_mnemonic.share import Share
from shamir_mnemonic.wordlist import WORDLIST

SEED_BYTES = 16
MLKEM_PUBLIC_BYTES = 1184
X25519_PUBLIC_BYTES = 32
WORDS_PER_SLIP = 20
#: SLIP-39 knows no 1-of-n split and at most 16 slips.
FEWEST_NEEDED, MOST_ISSUED = 2, 16
PREFIX = 4
#: A mistyped word is shown again no longer than this.
LONGEST_WORD = 16

_SUITE = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.CHACHA20_POLY1305)
_BY_PREFIX = {word[:PREFIX]: word for word in WORDLIST}


class CannotUnseal(Exception):
    """The sealed bytes do not open with this key in this round: damaged, foreign, or copied."""


class SlipError(Exception):
    """Slips that do not give a key. ``slip`` is the place of the one concerned (1-based), or None."""

    def __init__(self, slip: int | None = None) -> None:
        super().__init__(slip)
        self.slip = slip


class SlipIncomplete(SlipError):
    """A slip has not exactly 20 words; ``words`` is how many it has."""

    def __init__(self, slip: int, words: int) -> None:
        super().__init__(slip)
        self.words = words


class SlipWordUnknown(SlipError):
    """A word is not in the SLIP-39 list; ``word`` is as typed, ``place`` counts from 1."""

    def __init__(self, slip: int, word: str, place: int) -> None:
        super().__init__(slip)
        self.word = word
        self.place = place


class SlipMistyped(SlipError):
    """All words exist, but the slip's checksum is wrong."""


class SlipRepeated(SlipError):
    """The same slip was given twice."""


class SlipForeign(SlipError):
    """A slip belongs to another key ceremony."""


class SlipsTooFew(SlipError):
    """Fewer slips than the threshold; ``needed`` says how many it takes."""

    def __init__(self, needed: int) -> None:
        super().__init__(None)
        self.needed = needed


@dataclass(frozen=True)
class PublicKey:
    """The public half: 1184 bytes of ML-KEM-768, then 32 bytes of X25519."""

    raw: bytes

    @property
    def fingerprint(self) -> str:
        """SHA-256 over the raw key, 64 hexadecimal digits."""
        return hashlib.sha256(self.raw).hexdigest()


def new_seed() -> bytes:
    """Return 128 random bits."""
    return secrets.token_bytes(SEED_BYTES)


def _expand(seed: bytes, label: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt=b"piaojue/urn-key/1", info=label).derive(seed)


def private_key(seed: bytes) -> hpke.MLKEM768X25519PrivateKey:
    """Derive both private keys from the seed (HKDF, RFC 5869); the same seed gives the same keys."""
    return hpke.MLKEM768X25519PrivateKey(
        mlkem.MLKEM768PrivateKey.from_seed_bytes(_expand(seed, b"ML-KEM-768", 64)),
        x25519.X25519PrivateKey.from_private_bytes(_expand(seed, b"X25519", 32)),
    )


def public_key(seed: bytes) -> PublicKey:
    """Return the public key that belongs to the seed."""
    mlkem_key = mlkem.MLKEM768PrivateKey.from_seed_bytes(_expand(seed, b"ML-KEM-768", 64)).public_key()
    x_key = x25519.X25519PrivateKey.from_private_bytes(_expand(seed, b"X25519", 32)).public_key()
    return PublicKey(mlkem_key.public_bytes_raw() + x_key.public_bytes_raw())


def load_public_key(raw: bytes) -> hpke.MLKEM768X25519PublicKey:
    """Return the key object of stored raw bytes. Raises ValueError for a wrong length."""
    if len(raw) != MLKEM_PUBLIC_BYTES + X25519_PUBLIC_BYTES:
        raise ValueError("a public key has 1216 bytes")
    return hpke.MLKEM768X25519PublicKey(
        mlkem.MLKEM768PublicKey.from_public_bytes(raw[:MLKEM_PUBLIC_BYTES]),
        x25519.X25519PublicKey.from_public_bytes(raw[MLKEM_PUBLIC_BYTES:]),
    )


def seal(key: hpke.MLKEM768X25519PublicKey, plain: bytes, *, info: bytes) -> bytes:
    """Seal to the key; the length depends on the length of ``plain`` alone (S3)."""
    return _SUITE.encrypt(plain, key, info)


def unseal(key: hpke.MLKEM768X25519PrivateKey, blob: bytes, *, info: bytes) -> bytes:
    """Return what was sealed. Raises CannotUnseal."""
    try:
        return _SUITE.decrypt(blob, key, info)
    except (InvalidTag, ValueError) as error:
        raise CannotUnseal from error


def split(seed: bytes, *, needed: int, issued: int) -> list[str]:
    """Return ``issued`` slips of 20 words each, any ``needed`` of which rebuild the seed (SLIP-39)."""
    if not FEWEST_NEEDED <= needed <= issued <= MOST_ISSUED:
        raise ValueError("SLIP-39 splits into at most 16 slips, and at least 2 must be needed")
    slips: list[str] = generate_mnemonics(1, [(needed, issued)], seed)[0]
    return slips


def read_slip(text: str, *, slip: int) -> str:
    """Return a typed slip in its full words; the first four letters of a word are enough.

    Numbers before words ("1. academic") are passed over. Raises SlipIncomplete, SlipWordUnknown or SlipMistyped.
    """
    typed = [
        t
        for t in re.sub(r"[,，、;；]", " ", unicodedata.normalize("NFKC", text).lower()).split()
        if not t.rstrip(".").isdigit()
    ]
    words = []
    for place, word in enumerate(typed, start=1):
        full = _BY_PREFIX.get(word[:PREFIX])
        if full is None or not full.startswith(word):
            raise SlipWordUnknown(slip, word[:LONGEST_WORD], place)
        words.append(full)
    if len(words) != WORDS_PER_SLIP:
        raise SlipIncomplete(slip, len(words))
    mnemonic = " ".join(words)
    try:
        Share.from_mnemonic(mnemonic)
    except MnemonicError as error:
        raise SlipMistyped(slip) from error
    return mnemonic


def join(slips: Sequence[str], *, needed: int) -> bytes:
    """Rebuild the seed from typed slips; empty ones are passed over.

    Raises a SlipError that names the slip concerned. Whether the seed is the right one is told by its public key's
    fingerprint, which the caller compares.
    """
    mnemonics = [
        (place, read_slip(text, slip=place)) for place, text in enumerate(slips, start=1) if text.strip()
    ]
    seen: dict[int, str] = {}
    identifier = None
    for place, mnemonic in mnemonics:
        share = Share.from_mnemonic(mnemonic)
        if identifier is not None and share.identifier != identifier:
            raise SlipForeign(place)
        identifier = share.identifier
        if share.index in seen:
            raise SlipRepeated(place)
        seen[share.index] = mnemonic
    if len(seen) < needed:
        raise SlipsTooFew(needed)
    try:
        seed: bytes = combine_mnemonics(list(seen.values())[:needed])
    except MnemonicError as error:
        raise SlipForeign from error
    return seed
