"""Amounts of money in the language of the reader."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language

from voting.text.amounts import CHINESE, ENGLISH, AmountWords


def amounts() -> AmountWords:
    """Return how amounts are written in the language that is spoken now."""
    return CHINESE if (get_language() or "zh").startswith("zh") else ENGLISH


def yuan_words(yuan: Any) -> str:
    """Return an amount of yuan with its unit: 60万元, in English 600 000 yuan, 1.2 million yuan."""
    return amounts().of(yuan)
