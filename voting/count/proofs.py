"""What binds a count to whoever opened the urn for it: only k slips open the word, and the word signs the count."""

from __future__ import annotations

import hashlib
import hmac

from voting.count.formats.working import PATTERNS, WORKING, PatternsBody, WorkingBody

PROOF_INFO = b"piaojue-count-proof/1 "


def proof_of(word: bytes, working: WorkingBody, patterns: PatternsBody) -> str:
    """Return the proof of a count, 64 hexadecimal digits: another word, or another count, gives another."""
    text = f"{WORKING.write(working)}\n{PATTERNS.write(patterns)}"
    return hmac.new(word, text.encode(), hashlib.sha256).hexdigest()
