"""Texts as they are read out: Chinese words in a page of another language say that they are Chinese.

Amounts of money and days in them stay on one line.
"""

from __future__ import annotations

import re

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from accounts.names import NamesShown
from voting.read_models.core.phrases import unbroken

_HAN = r"[\u3400-\u9fff\uf900-\ufaff]"
#: The figures of an amount: they belong to its unit.
_FIGURES = r"(?<![\d.,])\d[\d.,]{0,24} ?(?=[百千]?[万亿]?元)"
#: Chinese words with the figures and marks among them and behind them, up to the next Latin letter or line.
_CHINESE = re.compile(rf"(?:[《“（]|{_FIGURES})?{_HAN}(?:[^A-Za-z\n]*{_HAN})?[》”）。，、；：？！]*")


def spoken(text: object, known: NamesShown | None = None) -> SafeString:
    """Return a text with its Chinese words marked as Chinese where the page is not, so that they are read out right.

    With the names ``known`` those have their English names first. Nothing for none, so that ``default`` can follow.
    """
    words = "" if text is None else str(text)
    if known is not None:
        words = known.of(words)
    if (get_language() or "zh").startswith("zh"):
        return unbroken(escape(words))
    parts, end = [], 0
    for match in _CHINESE.finditer(words):
        parts += [unbroken(escape(words[end : match.start()])), _MARKED % unbroken(escape(match[0]))]
        end = match.end()
    return mark_safe("".join([*parts, unbroken(escape(words[end:]))]))  # noqa: S308 every part is escaped


_MARKED = '<span lang="zh-Hans">%s</span>'
