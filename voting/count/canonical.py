"""One way to write evidence down, so that its hash can be made again anywhere."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

ROOT_PREFIX = b"piaojue-urn/1\n"


def canonical_json(value: Any) -> str:
    """Return JSON with sorted keys, no blanks and Chinese as itself: the text that is hashed and stored."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def sha256_hex(text: str | bytes) -> str:
    """Return the SHA-256 of the text's UTF-8 bytes as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode() if isinstance(text, str) else text).hexdigest()


def root_of(hashes: Iterable[bytes]) -> str:
    """Return the one hash over a sorted list of hashes, 64 hexadecimal digits."""
    root = hashlib.sha256(ROOT_PREFIX)
    for digest in hashes:
        root.update(digest)
    return root.hexdigest()
