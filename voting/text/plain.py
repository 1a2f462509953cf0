"""Text as every paper and feed can carry it: without the control characters that a word processor leaves behind."""

from __future__ import annotations

import re

#: What XML 1.0 (section 2.2) has no place for, and with it the feeds and workbooks.
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def plain(text: str) -> str:
    """Return the text with every line ended by a line feed alone, and without what XML forbids."""
    return _FORBIDDEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
