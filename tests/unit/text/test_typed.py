"""What is typed or pasted as a number or a code is read without what nobody sees.

Guards ``voting.text.typed``.
"""

from __future__ import annotations

import sys
import unicodedata

import pytest

from accounts.codes import as_number, normalise
from voting.domain.before import proposals
from voting.domain.vote import receipts
from voting.text.typed import bare

#: What comes along with a copy from a message, a table, a web page, an input method.
STRAYS = (
    *"\u200b\u200c\u200d\u200e\u200f\u202a\u202c\u202e\u2060\u2066\u2069\ufeff\u00ad\ufe0f\u180e\u3164\u2800",
    *"\u00a0\u2003\u2009\u202f\u3000\t\n\r\x7f -‐‑‒–—―−﹣－_＿.．·・~～",
)


@pytest.mark.parametrize("stray", STRAYS, ids=lambda stray: f"U+{ord(stray):04X}")
@pytest.mark.parametrize("typed", ["006", "００６"])
def test_what_stands_between_the_digits_is_no_part_of_the_number(stray, typed):
    spread = stray + stray.join(typed) + stray
    assert (bare(spread), as_number(spread), normalise(spread)) == ("006", "006", "006")


def test_no_character_without_a_shape_is_left():
    invisible = [chr(c) for c in range(sys.maxunicode + 1) if unicodedata.category(chr(c)) in {"Cf", "Zs"}]
    assert bare("".join(invisible)) == ""


def test_letters_stay_and_are_narrow():
    assert bare("Ａ－１２ 甲") == "A12甲"


@pytest.mark.parametrize("stray", ["\u200b", "\u202a", "\u3000", "－"])
def test_receipts_and_tracking_codes_are_read_alike(stray):
    receipt = receipts.friendly("ab" * 32)
    assert receipts.read(stray + receipt.replace("-", stray)) == receipts.read(receipt)
    wide = "".join(chr(ord(c) + 0xFEE0) for c in "ABCD-2345-WXYZ")
    for typed in (stray + "abcd" + stray + "2345-wxyz", wide):
        assert proposals._digest(typed) == proposals._digest("ABCD-2345-WXYZ")
