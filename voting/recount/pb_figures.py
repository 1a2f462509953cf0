"""Numbers as public files write them: what is read, and what is worth a note. Exact, never floating point."""

from __future__ import annotations

import re
from fractions import Fraction
from math import gcd
from typing import Iterable, NamedTuple, Optional  # noqa: UP035 the one file runs on 3.8

_PLAIN = re.compile(r"[0-9]{1,18}(\.[0-9]{1,18})?")
_COMMA = re.compile(r"[0-9]{1,18},[0-9]{1,18}")
_EXPONENT = re.compile(r"[0-9]{1,18}(\.[0-9]{1,18})?[eE]\+?[0-9]{1,2}")
_GAPS = re.compile(r"(?<=[0-9])[\s\u00a0\u202f_'](?=[0-9]{3}(?![0-9]))")


class Amount(NamedTuple):
    """A number that is not negative, None where the text is none; ``odd`` says how it is written, if not plainly."""

    value: Optional[Fraction]  # noqa: UP045
    odd: str = ""


def read_amount(text: str) -> Amount:
    """Return the number that the text means."""
    text = text.strip()
    if _PLAIN.fullmatch(text):
        return Amount(Fraction(text))
    plain = _GAPS.sub("", text)
    if _COMMA.fullmatch(plain):
        value = Fraction(plain.replace(",", "."))
    elif _PLAIN.fullmatch(plain) or _EXPONENT.fullmatch(plain):
        value = Fraction(plain)
    else:
        return Amount(None, f"{text!r} is no number" if text else "there is no number")
    return Amount(value, f"{text!r} is read as {in_digits(value)}")


def in_digits(value: Fraction) -> str:
    """Return an exact number as text: whole, with decimals where these are finite, else as a fraction."""
    if value.denominator == 1:
        return str(value.numerator)
    rest, places = value.denominator, 0
    while rest % 10 == 0 or rest % 5 == 0 or rest % 2 == 0:
        rest = rest // 10 if rest % 10 == 0 else rest // 5 if rest % 5 == 0 else rest // 2
        places += 1
    if rest != 1:
        return f"{value.numerator}/{value.denominator}"
    digits = str(value.numerator * 10**places // value.denominator).rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:]}"


def common_unit(values: Iterable[Fraction]) -> int:
    """Return into how many parts a unit is divided, so that each of the values is a whole number of parts."""
    unit = 1
    for value in values:
        unit *= value.denominator // gcd(unit, value.denominator)
    return unit
