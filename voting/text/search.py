"""Terms of a text: pairs of Chinese characters, and words of everything else. Search and likeness share them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

MOST_TERMS = 1500
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_RUNS = re.compile(rf"[{_HAN}]+|[^\W_{_HAN}]+")
_LONGEST = 40


def terms(text: str) -> list[str]:
    """Return the text's terms, each once, in alphabetical order; at most ``MOST_TERMS`` of its beginning.

    A lone Chinese character is a term of its own. Width and case do not matter.
    """
    pairs: dict[str, None] = {}
    for run in _RUNS.findall(unicodedata.normalize("NFKC", text).lower()):
        if len(pairs) >= MOST_TERMS:
            break
        pairs.update(dict.fromkeys(_of(run)))
    return sorted(pairs)[:MOST_TERMS]


def _of(run: str) -> list[str]:
    if not re.match(rf"[{_HAN}]", run):
        return [run[:_LONGEST]]
    return [run[at : at + 2] for at in range(len(run) - 1)] or [run]


def likeness(one: Collection[str], other: Collection[str]) -> float:
    """Return how much two sets of terms share, from 0 (nothing) to 1 (all)."""
    first, second = set(one), set(other)
    return len(first & second) / len(first | second) if first and second else 0.0


def part_in_common(one: Collection[str], other: Collection[str]) -> float:
    """Return how much of the shorter of two sets the other has too, from 0 to 1; one term alone says nothing."""
    shared = len(set(one) & set(other))
    return shared / min(len(set(one)), len(set(other))) if shared > 1 else 0.0
