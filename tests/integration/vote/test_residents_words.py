"""Where residents vote by letter, no page of their vote speaks of delegates, of a hall or of a check-in, at any moment.

Guards ``voting.read_models.vote.letter_script``, ``voting.admin.vote.roll_changes`` and ``voting.views.vote.cast_page``.
"""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from tests.factories import Vote
from tests.security.test_crawl import addresses as every_address

pytestmark = pytest.mark.django_db

#: Words of a hall, and of those who sit in it.
WORDS = {
    "en": re.compile(
        r"\bdelegat\w*|\bhall\b|\bcheck(?:ed)?[- ]in\b|\bquorum\b|\bon leave\b|\bslips?\b", re.IGNORECASE
    ),
    "zh-hans": re.compile("代表|会场|大屏|签到|应到|实到|到会|请假|法定人数|报到"),
}
#: What is right all the same, and why.
RIGHT = {
    "en": [
        (r"people's-congress delegates|deleg\w* of the people's congress", "the congress is made of them"),
        (
            r"scrutineers' slips|key slips?|slips? of the key|\d+ slips|slips are needed|as every delegate has it in writing",
            "",
        ),
    ],
    "zh-hans": [("人民代表大会|人大代表", "the congress is made of them")],
}
#: Pages of the year that belong to the congress and its delegates, whoever votes.
OF_THE_CONGRESS = re.compile(
    r"/(deliberation|delegate|proposals|propose|call|report|track|delivery|survey|unit|screening|confirm|slate|roster|"
    r"new-year|congress|people|sign-ins|accounts|enter|year|slate-report)\b"
)
COSTS = [Decimal(each) for each in (40, 70, 30, 15, 60)]


def pages(vote: Vote) -> list[str]:
    """Return every address of the vote that may answer with a page."""
    asked = [
        address
        for address in every_address(slug=vote.cycle.slug, number="1")
        if re.search(r"^/$|^/2018/|^/admin/vote/2018/|^/admin/$|^/ballot/$|^/receipt/", address)
    ]
    return [each for each in asked if not OF_THE_CONGRESS.search(each) and not re.search(r"\.\w+$", each)]


def wrong_words(language: str, text: str) -> list[str]:
    """Return the places where a text speaks of a hall."""
    for right, _why in RIGHT[language]:
        text = re.sub(right, " ", text)
    return [text[max(0, each.start() - 60) : each.end() + 40] for each in WORDS[language].finditer(text)]
