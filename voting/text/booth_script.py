"""The script that seals a ballot on the delegate's device, and the hash by which anyone can tell it (BOOTH.md §4)."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files

NAME = "voting/booth.js"


@cache
def integrity() -> str:
    """Return the script's SHA-256 as browsers compare it (Subresource Integrity): ``sha256-`` and base64."""
    script = (files("voting") / "static" / NAME).read_bytes()
    return "sha256-" + base64.b64encode(hashlib.sha256(script).digest()).decode()
