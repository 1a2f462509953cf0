"""Template tags of the page frame."""

from __future__ import annotations

from typing import Any, NamedTuple

from django import template
from django.conf import settings
from django.urls import NoReverseMatch, reverse, translate_url
from django.utils.translation import get_language, get_language_info, override

register = template.Library()

#: How a language calls itself in the switch, shorter than Django's "简体中文".
SHORT_NAMES = {"zh-hans": "中文"}


class OtherLanguage(NamedTuple):
    """A page in one other language."""

    code: str
    name: str
    url: str


@register.simple_tag(takes_context=True)
def other_languages(context: dict[str, Any], path: str | None = None) -> list[OtherLanguage]:
    """Return the address of this page (or of ``path``) in every other language; empty without a request."""
    request = context.get("request")
    if request is None:
        return []
    here = path or request.get_full_path()
    return [
        OtherLanguage(
            code, SHORT_NAMES.get(code, get_language_info(code)["name_local"]), _translated(here, code)
        )
        for code, _name in settings.LANGUAGES
        if code != get_language()
    ]


@register.simple_tag(takes_context=True)
def page_addresses(context: dict[str, Any]) -> list[tuple[str, str]]:
    """Return (language, full address) of this page in every language, its own first; empty without a request."""
    request = context.get("request")
    if request is None:
        return []
    own = get_language() or settings.LANGUAGE_CODE
    codes = [own, *(code for code, _name in settings.LANGUAGES if code != own)]
    paths = [(code, request.path if code == own else _translated(request.path, code)) for code in codes]
    return [(code, request.build_absolute_uri(path)) for code, path in paths]


def _translated(path: str, code: str) -> str:
    """Return the path in that language; the language's home page for an address that leads nowhere."""
    translated = translate_url(path, code)
    if translated != path:
        return translated
    with override(code):
        try:
            return reverse("voting:home")
        except NoReverseMatch:
            return path
