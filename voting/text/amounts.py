"""How an amount of money is written: in 万元, in English in yuan, or in millions of them. Pure.

One table for every page, paper and script: the ballot's script gets it with the page (``AMOUNTS``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

#: A blank between the digits of one number.
_WITHIN = re.compile(r"(?<!\d)(\d{1,3}) (?=\d{3}(?!\d))")
#: An amount with its unit, as the table writes it or as somebody typed it: 1200万元, 3 亿元, 10 000 yuan.
_NUMBER, _CHINESE_UNIT = r"(?<![\d.,])\d(?:[\d.,\xa0]| (?=\d{3}(?!\d))){0,24}", "(?:[百千]?万|亿)?元"
_AMOUNT = rf"{_NUMBER}(?:[ \xa0]?{_CHINESE_UNIT}|[ \xa0](?:(?:million|billion)[ \xa0])?yuan\b)"
#: A day or a month: 2026年12月19日, 2026-12-19.
_DAY = r"(?<!\d)\d{4}(?: ?年 ?\d{1,2} ?月(?: ?\d{1,2} ?日)?|-\d\d(?:-\d\d)?(?![\d-]))"
#: What no line may end within; tags, and what is whole already, are passed over.
_WHOLE = re.compile(rf'<span class="whole">[^<]*|<[^<>]*>|{_DAY}|{_AMOUNT}')
#: What costs and sums are entered in (万元).
TEN_THOUSAND = 10_000


@dataclass(frozen=True)
class AmountWords:
    """From so many yuan on an amount is counted in units of that many; whatever is less is counted in the last one.

    ``between`` stands between three digits and the next three.
    """

    between: str
    units: tuple[tuple[int, str], ...]

    def of(self, yuan: Any) -> str:
        """Return the amount of yuan exactly, with its unit."""
        unit, words = next((each for each in self.units if yuan >= each[0]), self.units[-1])
        number = f"{(Decimal(yuan) / unit).normalize():f}"
        return words.replace("{amount}", self.grouped(number))

    def grouped(self, number: int | str) -> str:
        """Return a number with the digits before its point in threes, where the language writes it so."""
        whole, point, rest = str(number).partition(".")
        if not self.between:
            return str(number)
        head = len(whole) % 3 or 3
        threes = [whole[:head], *(whole[at : at + 3] for at in range(head, len(whole), 3))]
        return self.between.join(threes) + point + rest

    def plain(self) -> dict[str, Any]:
        """Return the table as the ballot's script reads it."""
        return {"between": self.between, "units": [list(each) for each in self.units]}


def digits_together(text: str) -> str:
    """Return the text with the digits of a number on one line: 10 000 in the heading of a narrow column."""
    return _WITHIN.sub("\\1\N{NO-BREAK SPACE}", text)


def wholes_in(text: str, whole: str) -> str:
    """Return a text, or HTML, with every amount and every day in it put into ``whole``, which has one %s."""
    return _WHOLE.sub(lambda each: each[0] if each[0][0] == "<" else whole % each[0], text)


CHINESE = AmountWords("", ((TEN_THOUSAND, "{amount}万元"),))
_FIXED = "\N{NO-BREAK SPACE}"
ENGLISH = AmountWords(
    _FIXED,
    tuple(
        (size, words.replace(" ", _FIXED))
        for size, words in (
            (10**9, "{amount} billion yuan"),
            (10**6, "{amount} million yuan"),
            (1, "{amount} yuan"),
        )
    ),
)
