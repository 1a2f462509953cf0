"""Sealing: a hybrid key from one seed, slips of the seed, HPKE. Pure; no Django, no database.

RFC 9180 with ML-KEM-768 + X25519, HKDF-SHA-256, ChaCha20-Poly1305, so that a ballot sealed today stays sealed against
a quantum computer of tomorrow (TRUST.md §2).
"""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hpke
from cryptography.hazmat.primitives.asymmetric import mlkem, x25519
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from shamir_mnemonic import MnemonicError, combine_mnemonics, generate_mnemonics
from shamir_mnemonic.share import Share
from shamir_mnemonic.wordlist import WORDLIST

SEED_BYTES = 16
MLKEM_PUBLIC_BYTES = 1184
X25519_PUBLIC_BYTES = 32
MLKEM_SEALED_BYTES = 1088
TAG_BYTES = 16
WORDS_PER_SLIP = 20
#: SLIP-39 knows no 1-of-n split and at most 16 slips.
FEWEST_NEEDED, MOST_ISSUED = 2, 16
PREFIX = 4
#: A word by its place in the list, 0000 to 1023, for a number pad; so many digits make a slip.
DIGITS_PER_WORD = 4
DIGITS_PER_SLIP = WORDS_PER_SLIP * DIGITS_PER_WORD
#: A mistyped word is shown again no longer than this.
LONGEST_WORD = 16

_SUITE = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.CHACHA20_POLY1305)
_BY_PREFIX = {word[:PREFIX]: word for word in WORDLIST}
_PLACES = {word: place for place, word in enumerate(WORDLIST)}


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


class SlipDigitsMissing(SlipError):
    """A slip was given in digits, and they are not 80; ``digits`` is how many they are."""

    def __init__(self, slip: int, digits: int) -> None:
        super().__init__(slip)
        self.digits = digits


class SlipWordUnknown(SlipError):
    """Words are not in the SLIP-39 list, or groups of digits stand for none; ``word`` and ``place`` are of the first.

    ``unknown`` has all of them, as typed, each with its place, counted from 1.
    """

    def __init__(self, slip: int, unknown: Sequence[tuple[int, str]]) -> None:
        super().__init__(slip)
        self.unknown = tuple(unknown)
        self.place, self.word = self.unknown[0]


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


#: Both private keys of an urn, as one.
PrivateKey = hpke.MLKEM768X25519PrivateKey


def private_key(seed: bytes) -> PrivateKey:
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


def sealed_length(plain: int) -> int:
    """Return how many bytes so many plain ones have when sealed: both encapsulations and the tag come to them."""
    return MLKEM_SEALED_BYTES + X25519_PUBLIC_BYTES + plain + TAG_BYTES


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


def digits_of_slip(mnemonic: str) -> str:
    """Return a slip in its full words as 80 digits: four for each word, its place in the list."""
    return "".join(f"{_PLACES[word]:0{DIGITS_PER_WORD}d}" for word in mnemonic.split())


def place_of_slip(mnemonic: str) -> int:
    """Return which slip of its ceremony it is, counted from 1."""
    return int(Share.from_mnemonic(mnemonic).index) + 1


_NUMBERED = re.compile(r"\d{1,2}\.(?=.)")


def _tokens(text: str) -> list[str]:
    """Return what stands for one word each; "1." and a number of one or two digits only count the words."""
    tokens = []
    for part in re.sub(r"[,，、;；\-]", " ", unicodedata.normalize("NFKC", text).lower()).split():
        each = _NUMBERED.sub("", part, count=1).rstrip(".")
        if not each.isdecimal():
            tokens.append(each)
        elif len(each) > 2:  # noqa: PLR2004 no slip has a hundredth word
            tokens += [each[at : at + DIGITS_PER_WORD] for at in range(0, len(each), DIGITS_PER_WORD)]
    return [token for token in tokens if token]


def _word(token: str) -> str | None:
    """Return the word that was typed as its beginning or as its four digits."""
    if token.isdecimal():
        known = len(token) == DIGITS_PER_WORD and int(token) < len(WORDLIST)
        return WORDLIST[int(token)] if known else None
    full = _BY_PREFIX.get(token[:PREFIX])
    return full if full is not None and full.startswith(token) else None


def read_slip(text: str, *, slip: int) -> str:
    """Return a typed slip in its full words.

    A word may be typed as four digits, its place in the list, or by its first four letters, or all in a mix; 80 digits
    in a row are as good. Numbers before words ("1. academic") are passed over. Raises SlipIncomplete,
    SlipDigitsMissing, SlipWordUnknown or SlipMistyped.
    """
    typed = _tokens(text)
    runs = re.findall(r"\d{5,}", text)
    if "".join(typed).isdecimal() and any(len(run) % DIGITS_PER_WORD for run in runs):
        raise SlipDigitsMissing(slip, sum(map(len, typed)))
    words = [_word(token) for token in typed]
    if unknown := [(at, typed[at - 1][:LONGEST_WORD]) for at, word in enumerate(words, start=1) if not word]:
        raise SlipWordUnknown(slip, unknown)
    if len(words) != WORDS_PER_SLIP:
        raise SlipIncomplete(slip, len(words))
    mnemonic = " ".join(word for word in words if word)
    try:
        Share.from_mnemonic(mnemonic)
    except MnemonicError as error:
        raise SlipMistyped(slip) from error
    return mnemonic


def read_slips(slips: Sequence[str]) -> tuple[dict[int, str], list[SlipError]]:
    """Return the slips that can be read, by the place they were typed at, and what is wrong with each of the others.

    Empty ones are passed over. Of slips of two ceremonies the fewer are the foreign ones.
    """
    read: dict[int, str] = {}
    faults: list[SlipError] = []
    for place, text in enumerate(slips, start=1):
        if text.strip():
            try:
                read[place] = read_slip(text, slip=place)
            except SlipError as error:
                faults.append(error)
    shares = {place: Share.from_mnemonic(mnemonic) for place, mnemonic in read.items()}
    common = Counter(share.identifier for share in shares.values()).most_common(1)
    seen: set[int] = set()
    for place, share in shares.items():
        if share.identifier != common[0][0]:
            faults.append(SlipForeign(place))
        elif share.index in seen:
            faults.append(SlipRepeated(place))
        else:
            seen.add(share.index)
    return read, sorted(faults, key=lambda fault: fault.slip or 0)


def combine(mnemonics: Sequence[str], *, needed: int) -> bytes:
    """Rebuild the seed from slips that were read and belong together. Raises SlipsTooFew or SlipForeign."""
    if len(mnemonics) < needed:
        raise SlipsTooFew(needed)
    try:
        seed: bytes = combine_mnemonics(list(mnemonics)[:needed])
    except MnemonicError as error:
        raise SlipForeign from error
    return seed


def join(slips: Sequence[str], *, needed: int) -> bytes:
    """Rebuild the seed from typed slips; empty ones are passed over.

    Raises a SlipError that names the first slip concerned. Whether the seed is the right one is told by its public
    key's fingerprint, which the caller compares.
    """
    read, faults = read_slips(slips)
    if faults:
        raise faults[0]
    return combine(list(read.values()), needed=needed)


_ONCE = bytes(12)


def lay_by(mnemonic: str, *, secret: bytes, info: bytes) -> bytes:
    """Seal a slip that waits for its holder to a secret that is used for this one slip alone (``info`` names it)."""
    return ChaCha20Poly1305(_waiting_key(secret, info)).encrypt(_ONCE, mnemonic.encode(), info)


def hand_over(sealed: bytes, *, secret: bytes, info: bytes) -> str:
    """Return the slip that was laid by. Raises CannotUnseal for any other secret or slip."""
    try:
        return ChaCha20Poly1305(_waiting_key(secret, info)).decrypt(_ONCE, sealed, info).decode()
    except (InvalidTag, ValueError) as error:
        raise CannotUnseal from error


def veil(plain: bytes, *, secret: bytes, info: bytes) -> bytes:
    """Make something unreadable without the secret and the ``info`` that names it."""
    once = secrets.token_bytes(len(_ONCE))
    return once + ChaCha20Poly1305(_waiting_key(secret, info)).encrypt(once, plain, info)


def unveil(veiled: bytes, *, secret: bytes, info: bytes) -> bytes:
    """Return what was veiled. Raises CannotUnseal for any other secret or name."""
    once, rest = veiled[: len(_ONCE)], veiled[len(_ONCE) :]
    try:
        return ChaCha20Poly1305(_waiting_key(secret, info)).decrypt(once, rest, info)
    except (InvalidTag, ValueError) as error:
        raise CannotUnseal from error


def _waiting_key(secret: bytes, info: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=b"piaojue/waiting-slip/1", info=info).derive(secret)
