"""Small whole numbers in text that a stranger sent: an address, a form, a file, a cookie."""

from __future__ import annotations

#: What a column for whole numbers holds; a number in an address or of a thing on a page is never larger.
MOST = 2**31 - 1
#: What a key of the database holds.
MOST_KEY = 2**63 - 1


def small_whole(text: str, *, most: int = MOST) -> int | None:
    """Return the number that plain ASCII digits write, from 0 to ``most``; None for every other text.

    Its length is looked at first: Python refuses to read a number of thousands of digits, and reads it slowly
    before; ``int`` would take ``١٢``, ``1_000``, ``+5`` and blanks besides.
    """
    if not text.isascii() or not text.isdigit() or len(text) > len(str(most)):
        return None
    number = int(text)
    return number if number <= most else None
