"""Sentences of ours, one behind the other, as the reader's language writes them."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import get_language


def english() -> bool:
    """Tell whether the reader's language is not Chinese."""
    return not (get_language() or "").startswith("zh")


def in_a_row(sentences: Iterable[str]) -> str:
    """Return the sentences in a row; Chinese writes no blank between them."""
    return (" " if english() else "").join(filter(None, sentences))
