"""What a person reads on a page."""

from __future__ import annotations

import re
from html import unescape

from django.http import HttpResponse


def text_of(answer: HttpResponse) -> str:
    """Return the words of a page, without its tags; a blank stands wherever there is white space."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def html_of(answer: HttpResponse) -> str:
    """Return the tags and words of a page as on one line: where a template breaks its lines says nothing."""
    line = " ".join(answer.content.decode().split())
    return re.sub(r"\s+(?=[<>])|(?<=>)\s+", "", line)
