"""印记: the mark of a key, short enough to be read aloud and compared by people in the hall. Pure.

It is drawn from the key's fingerprint alone, so that everybody can draw it again: the first 60 bits, ten at a time, are
the places of six characters in a list of 1 024 that are common and look unlike each other. For readers of English the
six places stand beside them as groups of four digits.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Self

LENGTH = 6
DIGITS = 4
_BITS = 10
#: Beside blanks, what people put between groups and characters.
_BETWEEN = re.compile(r"[\s,，、;；.。·\-–—]+")


@cache
def characters() -> str:
    """Return the 1 024 characters in their order."""
    text = files("voting.count").joinpath("key_mark_characters.txt").read_text(encoding="utf-8")
    return "".join(text.split())


@dataclass(frozen=True)
class KeyMark:
    """Six characters, or the same mark in six groups of digits."""

    places: tuple[int, ...]

    @classmethod
    def of(cls, fingerprint: str) -> Self:
        """Return the mark of the key with this fingerprint (64 hexadecimal digits)."""
        bits = int(fingerprint[: LENGTH * _BITS // 4], 16)
        return cls(tuple(bits >> _BITS * place & (1 << _BITS) - 1 for place in reversed(range(LENGTH))))

    @cached_property
    def characters(self) -> str:
        """The mark for readers of Chinese."""
        return "".join(characters()[place] for place in self.places)

    @cached_property
    def digits(self) -> str:
        """The mark for everybody else, and for a number pad."""
        return " ".join(f"{place:0{DIGITS}d}" for place in self.places)

    def __str__(self) -> str:
        return f"{self.characters} {self.digits}"

    def is_typed(self, text: str) -> bool:
        """Tell whether somebody typed this mark: its characters, its digits, or the one after the other."""
        typed = _BETWEEN.sub("", unicodedata.normalize("NFKC", text))
        digits = self.digits.replace(" ", "")
        return typed in {self.characters, digits, self.characters + digits, digits + self.characters}
