"""Days, halves of a year and amounts as an official paper writes them; dates that programs read stay as they are."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from voting.domain.core.amounts import yuan_words
from voting.text.amounts import TEN_THOUSAND


def day_words(day: date | datetime | str | None) -> str:
    """Return 2026年11月29日, in English 2026-11-29, of a moment in the place's own time.

    Nothing for none, which a template may hand on as an empty text.
    """
    if isinstance(day, datetime):
        day = timezone.localdate(day)
    if not isinstance(day, date):
        return ""
    return f"{day.year}年{day.month}月{day.day}日" if _chinese() else day.isoformat()


def month_words(month: date) -> str:
    """Return 2026年11月, in English 2026-11."""
    return f"{month.year}年{month.month}月" if _chinese() else f"{month:%Y-%m}"


def milestone_words(month: str, text: str) -> str:
    """Return a milestone of a record, whose month stands there as 2026-03: 2026年3月 开工."""
    return f"{month_words(date.fromisoformat(f'{month}-01'))} {text}"


def moment_words(at: datetime | str | None) -> str:
    """Return a day with its time; Chinese writes no blank between them. Nothing for none, as ``day_words``."""
    if not isinstance(at, datetime):
        return ""
    return f"{day_words(at)}{'' if _chinese() else ' '}{timezone.localtime(at):%H:%M}"


def half_words(half: int) -> str:
    """Return 上半年 or 下半年."""
    return _("first half") if half == 1 else _("second half")


def amount_text(value: Any) -> str:
    """Return an amount in 10 000 yuan without needless zeros; empty where there is none."""
    return f"{Decimal(str(value)).normalize():f}" if value not in {None, ""} else ""


def money_words(value: Any) -> str:
    """Return an amount that is kept in 10 000 yuan with its unit; empty where there is none."""
    amount = amount_text(value)
    return yuan_words(Decimal(amount) * TEN_THOUSAND) if amount else ""


def _chinese() -> bool:
    return (get_language() or "").startswith("zh")
