"""What a person reads on a page."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

from django.http import HttpResponse

from voting.text.amounts import wholes_in

#: An amount or a day that stays on one line, as it stands in a sentence.
_AMOUNT = re.compile('<span class="whole">([^<]*)</span>')


def text_of(answer: HttpResponse) -> str:
    """Return the words of a page, without its tags; a blank stands wherever there is white space."""
    page = _AMOUNT.sub(r"\1", answer.content.decode())
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def html_of(answer: HttpResponse) -> str:
    """Return the tags and words of a page as on one line: where a template breaks its lines says nothing."""
    line = " ".join(answer.content.decode().split())
    return re.sub(r"\s+(?=[<>])|(?<=>)\s+", "", line)


#: What shows no lines of text, or says the unit of a narrow column.
ELSEWHERE = {"title", "th", "script", "style", "option", "textarea"}


class Lines(HTMLParser):
    """Collects the amounts of a page that a narrow screen may break."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.inside: list[str] = []
        self.bare: list[str] = []
        self.whole = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside.append("whole" if tag == "span" and dict(attrs).get("class") == "whole" else tag)

    def handle_endtag(self, tag: str) -> None:
        while self.inside and (last := self.inside.pop()) != tag and (last, tag) != ("whole", "span"):
            pass

    def handle_data(self, data: str) -> None:
        if "whole" in self.inside:
            self.whole += 1
        elif not ELSEWHERE & set(self.inside):
            wholes = re.findall(r"\[([^\]]+)\]", wholes_in(data, "[%s]"))
            self.bare += [each for each in wholes if re.search("元| .*yuan", each)]
