"""Whatever anybody sends, the time to look at it grows with its length alone: nobody holds a thread by one text.

Guards ``voting.text.plain``, ``voting.text.typed``, ``voting.read_models.core.spoken`` and
``voting.domain.before.proposals``.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from django.utils.translation import override

from voting.domain.before.proposals import flags
from voting.read_models.core.spoken import spoken
from voting.text.likeness import number_key
from voting.text.plain import plain
from voting.text.search import terms
from voting.text.typed import bare

LENGTH = 20_000
SECONDS = 1.0
#: What everybody may send, before or after its length was looked at.
LOOKED_AT: dict[str, Callable[[str], object]] = {
    "plain": plain,
    "bare": bare,
    "number_key": number_key,
    "spoken": spoken,
    "terms": terms,
    "flags": lambda text: flags([text]),
}
#: What comes before, what is repeated, what comes after.
HOSTILE = {
    "joiners between emoji": ("😀", "\u200d", "😀"),
    "separators between letters": ("\u1820", "\u180e", "\u1820"),
    "both": ("", "\u180e\u200d", ""),
    "turns": ("", "\u202e", "x"),
    "ends of lines": ("", "\r", "\n"),
    "letters before no address": ("", "a.", ""),
    "characters": ("", "中", ""),
    "marks after a character": ("中", "·", "A"),
    "brackets": ("", "《", ""),
    "figures": ("", "1", "x"),
    "figures of an amount": ("元", "1", "x"),
    "an amount in threes": ("元", "123 ", "x"),
    "figures before units": ("", "1万元", ""),
    "days": ("", "2026年1月", ""),
    "tags": ("", "<", "1"),
}


@pytest.mark.parametrize("what", sorted(HOSTILE))
@pytest.mark.parametrize("how", sorted(LOOKED_AT))
def test_a_long_text_holds_nobody_up(how: str, what: str):
    before, piece, after = HOSTILE[what]
    text = before + piece * (LENGTH // len(piece)) + after
    with override("en"):
        begun = time.process_time()
        LOOKED_AT[how](text)
        assert time.process_time() - begun < SECONDS
