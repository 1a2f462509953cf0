"""Numbers and codes as people type and paste them: with blanks, dashes and what nobody sees."""

from __future__ import annotations

import unicodedata

#: Controls and format characters (U+200B, U+202A, U+FEFF …), every kind of blank, dashes, low lines, marks that only
#: change how the character before them is drawn.
_UNSEEN = frozenset({"Cc", "Cf", "Me", "Mn", "Pc", "Pd", "Zl", "Zp", "Zs"})
#: Of other kinds, and used for the same: points, the minus sign, the long-vowel mark of a Japanese keyboard, fillers.
_BETWEEN = frozenset(".·•‧・∙⋅−ー〜~\u115f\u1160\u2800")


def bare(text: str) -> str:
    """Return the letters and digits of a typed number or code: full-width ones narrow, nothing between them."""
    narrow = unicodedata.normalize("NFKC", text)
    return "".join(c for c in narrow if unicodedata.category(c) not in _UNSEEN and c not in _BETWEEN)
