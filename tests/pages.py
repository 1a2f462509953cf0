"""What a person reads on a page."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

from django.http import HttpResponse

from voting.text.amounts import amounts_in

#: An amount that stays on one line, as it stands in a sentence.
_AMOUNT = re.compile('<span class="yuan">([^<]*)</span>')


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
        self.inside.append("yuan" if tag == "span" and dict(attrs).get("class") == "yuan" else tag)

    def handle_endtag(self, tag: str) -> None:
        while self.inside and (last := self.inside.pop()) != tag and (last, tag) != ("yuan", "span"):
            pass

    def handle_data(self, data: str) -> None:
        if "yuan" in self.inside:
            self.whole += 1
        elif not ELSEWHERE & set(self.inside):
            amounts = amounts_in(data, "[%s]")
            self.bare += [
                each for each in re.findall(r"\[([^\]]+)\]", amounts) if " " in each or "元" in each
            ]
