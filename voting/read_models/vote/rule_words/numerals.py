"""Numbers as a 票决办法 writes them: 第十二条, 三分之二; in other languages in figures."""

from __future__ import annotations

from django.utils.translation import get_language
from django.utils.translation import gettext as _

_DIGITS = "零一二三四五六七八九"
_RANKS = ((1000, "千"), (100, "百"), (10, "十"))
_LARGEST = 9999


def numeral(number: int) -> str:
    """Return a whole number in the reader's numerals: 12 is 十二 in Chinese; beyond 9999 in figures."""
    if not (get_language() or "").startswith("zh") or not 0 < number <= _LARGEST:
        return str(number)
    written, gap = "", False
    for value, rank in _RANKS:
        digit, number = divmod(number, value)
        if digit:
            written += ("零" if gap else "") + _DIGITS[digit] + rank
        gap = bool(written) and not digit
    written += ("零" if gap and number else "") + (_DIGITS[number] if number else "")
    return written.removeprefix("一") if written.startswith("一十") else written


def share_word(numerator: int, denominator: int) -> str:
    """Return a fraction in words or figures: 三分之二, 百分之六十, 2/3."""
    below = numeral(denominator)
    if below in {"一百", "一千"}:
        below = below[1:]
    return _("%(numerator)s/%(denominator)s") % {"numerator": numeral(numerator), "denominator": below}


def exact_share(size: int, numerator: int, denominator: int) -> str:
    """Return that share_word of ``size`` without rounding, as a whole number and a fraction: 198 2/3."""
    whole, rest = divmod(size * numerator, denominator)
    if not rest:
        return str(whole)
    return _("%(whole)d %(rest)d/%(denominator)d") % {
        "whole": whole,
        "rest": rest,
        "denominator": denominator,
    }
