"""Template tags of the page frame."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, NamedTuple

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse, translate_url
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, get_language_info, override

from accounts.addresses import MOST, address_for
from accounts.congresses import addresses_of_installation, are_several
from voting.domain.before.proposals import standing_words
from voting.domain.core.sentences import english
from voting.models import Cycle
from voting.read_models.core.phrases import ON_ONE_LINE
from voting.states import Stage
from voting.text.amounts import digits_together, wholes_in
from voting.text.booth_script import NAME, integrity

register = template.Library()
register.filter("standing_words", standing_words)
register.filter("digits_together", digits_together)

#: How a language calls itself in the switch, shorter than Django's "简体中文".
SHORT_NAMES = {"zh-hans": "中文"}


#: Markup may close between the stop and the blank.
_BLANK_BEHIND_A_STOP = re.compile(r"([。！？；](?:</[a-z]+>)*)\s+")


#: So many characters the paths have that are remembered in the other language: strangers ask for any.
LONGEST = 100


class OtherLanguage(NamedTuple):
    """A page in one other language."""

    code: str
    name: str
    url: str


class SharePicture(NamedTuple):
    """A picture by its full address, with its size in pixels."""

    address: str
    width: int
    height: int


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


@register.filter(is_safe=True)
def flowing(sentences: str) -> str:
    """Return the sentences of a paragraph in a row; Chinese writes no blank behind a full stop.

    Amounts and days stay on one line. For our own sentences alone: what somebody wrote is quoted as it was written.
    """
    in_a_row = sentences if english() else _BLANK_BEHIND_A_STOP.sub(r"\1", sentences)
    return wholes_in(in_a_row, ON_ONE_LINE)


@register.simple_tag
def booth_script() -> SafeString:
    """Return the element that loads the booth's script, with the hash of the very file."""
    return format_html('<script src="{}" integrity="{}" defer></script>', static(NAME), integrity())


@register.simple_tag
def several_congresses() -> bool:
    """Tell whether this server holds several congresses."""
    return are_several()


@register.simple_tag
def url_of_installation(name: str) -> str:
    """Return the address of that view without a congress: where several are, the way to their list."""
    with addresses_of_installation():
        return reverse(name)


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


@register.simple_tag(takes_context=True)
def share_picture(context: dict[str, Any]) -> SharePicture | None:
    """Return the picture that other sites show beside a link to this page; None without a request.

    Of a year whose projects are under way it is the 图解, of any other page the seal.
    """
    request, cycle = context.get("request"), context.get("cycle")
    if request is None:
        return None
    if isinstance(cycle, Cycle) and cycle.stage == Stage.DELIVERY:
        path = address_for("voting:glance-picture", cycle.slug)
        return SharePicture(request.build_absolute_uri(path), 1200, 630)
    return SharePicture(request.build_absolute_uri(static("voting/touch-icon.png")), 180, 180)


def _translated(path: str, code: str) -> str:
    """Return the path in that language; the language's home page for an address that leads nowhere."""
    bare, mark, query = path.partition("?")
    place = get_script_prefix(), get_urlconf() or settings.ROOT_URLCONF
    find = _found_once if len(bare) <= LONGEST else _in_language
    translated, leads_somewhere = find(bare, code, place)
    return translated + mark + query if leads_somewhere else translated


def _in_language(path: str, code: str, place: tuple[str, str]) -> tuple[str, bool]:
    """Return the path in that language, and whether it leads anywhere; both are the same for all who ask."""
    # Resolving knows nothing of the congress before the address; making one does.
    prefix, _urlconf = place
    # As a whole, with the slash at its end: "/admin/" does not begin with the congress at "/a/".
    bare = path[len(prefix) - 1 :] if path.startswith(prefix) else path
    translated = translate_url(bare, code)
    if translated != bare:
        return translated, True
    with override(code):
        try:
            return reverse("voting:home"), False
        except NoReverseMatch:
            return path, True


_found_once = lru_cache(maxsize=MOST)(_in_language)
