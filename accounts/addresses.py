"""Addresses that are made once: Django goes through all its patterns for each of the dozens that a page shows."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.urls import get_script_prefix, get_urlconf, reverse
from django.utils.translation import get_language

#: So many addresses are remembered, of some 300 bytes each.
MOST = 8192

_Argument = str | int
#: As they stand in an address; whatever else is an argument is asked for anew.
_PLAIN = frozenset({str, int})


def address_for(
    name: str, *arguments: Any, keywords: dict[str, Any] | None = None, current_app: str | None = None
) -> str:
    """Return what ``reverse`` does, in this language and for this congress. Raises NoReverseMatch."""
    named = tuple((keywords or {}).items())
    if not _PLAIN.issuperset(map(type, arguments)) or any(type(each) not in _PLAIN for _name, each in named):
        return reverse(name, args=arguments, kwargs=keywords, current_app=current_app)
    place = get_script_prefix(), get_language(), get_urlconf() or settings.ROOT_URLCONF
    # 1 and "1" are one address, and no other plain values are equal.
    return _made(place, name, arguments, named, current_app)


@lru_cache(maxsize=MOST)
def _made(
    _place: tuple[str, str | None, str],
    name: str,
    arguments: tuple[_Argument, ...],
    named: tuple[tuple[str, _Argument], ...],
    current_app: str | None,
) -> str:
    return reverse(name, args=arguments, kwargs=dict(named), current_app=current_app)
