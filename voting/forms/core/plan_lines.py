"""Targets, sources of funds and milestones as people type them: one a line, the parts divided by |."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

_MOST_DIGITS = 12


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _parts(text: str, number: int) -> list[list[str]]:
    rows = [[part.strip() for part in re.split(r"[|｜]", line)] for line in lines(text)]
    for place, row in enumerate(rows, start=1):
        if len(row) != number or not all(row):
            raise ValidationError(
                _("Line %(place)d: give %(number)d parts, divided by |.") % {"place": place, "number": number}
            )
    return rows


def _plain(text: str) -> str:
    """Return digits and signs as ASCII has them: full-width ones are typed too."""
    return unicodedata.normalize("NFKC", text)


def _number(text: str, place: int) -> str:
    try:
        number = Decimal(_plain(text).replace(",", ""))
    except InvalidOperation:
        number = Decimal("NaN")
    line = {"place": place, "text": text, "most": _MOST_DIGITS}
    if not number.is_finite():
        raise ValidationError(_("Line %(place)d: “%(text)s” is not a number.") % line)
    if number < 0:
        raise ValidationError(_("Line %(place)d: “%(text)s” is less than nought.") % line)
    if number.adjusted() >= _MOST_DIGITS:
        raise ValidationError(
            _("Line %(place)d: “%(text)s” is too large: at most %(most)d digits before the point.") % line
        )
    return f"{number:f}"


def targets_in(text: str) -> list[dict[str, str]]:
    """Return what | number | unit of every line. Raises ValidationError that names the line."""
    return [
        {"text": what, "number": _number(number, place), "unit": unit}
        for place, (what, number, unit) in enumerate(_parts(text, 3), start=1)
    ]


def funds_in(text: str) -> list[dict[str, str]]:
    """Return source | amount of every line. Raises ValidationError that names the line."""
    return [
        {"source": source, "amount": _number(amount, place)}
        for place, (source, amount) in enumerate(_parts(text, 2), start=1)
    ]


def milestones_in(text: str) -> list[dict[str, str]]:
    """Return month | what of every line. Raises ValidationError that names the line."""
    rows = [(_plain(month), what) for month, what in _parts(text, 2)]
    for place, (month, _what) in enumerate(rows, start=1):
        if not re.fullmatch(r"(19|20)[0-9]{2}-(0[1-9]|1[0-2])", month):
            raise ValidationError(_("Line %d: write the month as 2019-06.") % place)
    return [{"month": month, "text": what} for month, what in rows]


def targets_as_lines(targets: Iterable[Mapping[str, str]]) -> str:
    return "\n".join(f"{each['text']} | {each['number']} | {each['unit']}" for each in targets)


def milestones_as_lines(milestones: Iterable[Mapping[str, str]]) -> str:
    return "\n".join(f"{each['month']} | {each['text']}" for each in milestones)
