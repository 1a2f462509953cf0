"""No line of a page ends within an amount of money: on every page of two votes on money, in both languages.

Guards ``voting.read_models.core.phrases``.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from tests.factories import make_vote
from tests.integration.vote.test_equal_shares import two_rounds
from tests.integration.vote.test_money_ballots import COSTS, KINDS
from tests.pages import Lines

pytestmark = pytest.mark.django_db

MONEY: dict[str, Any] = {"preset": "binjiang", "method": "greedy", "budget": 100, "costs": COSTS}
PAGE = re.compile(r'(?:href|action)="(/[^"#?.]*)[#"]')


def bare_amounts(client: Client, *first: str) -> tuple[dict[str, list[str]], int]:
    """Return the amounts that may be broken by the page, from these pages on, and how many stay whole."""
    bare: dict[str, list[str]] = {}
    waiting, known, whole = list(first), set(first), 0
    while waiting:
        answer = client.get(address := waiting.pop())
        if answer.status_code != 200 or not answer["Content-Type"].startswith("text/html"):
            continue
        lines = Lines(page := answer.content.decode())
        whole += lines.whole
        if lines.bare:
            bare[address] = lines.bare
        new = {each for each in PAGE.findall(page) if "/admin/" not in each and "/leave/" not in each} - known
        known |= new
        waiting += sorted(new)
    return bare, whole


def test_no_line_ends_within_an_amount_on_any_page(client: Client):
    two_rounds()
    bare, whole = bare_amounts(client, "/", "/en/")
    assert not bare
    assert whole > 50


def test_no_line_ends_within_an_amount_on_a_ballot(client: Client):
    vote = make_vote(delegates=3, candidates=5, seats=5, **MONEY, **KINDS["a sum"][0])
    for language in ("", "/en"):
        vote.sign_in(client)
        bare, whole = bare_amounts(client, f"{language}/ballot/", f"{language}/2018/ballot-paper/")
        assert not bare
        assert whole > 10
        ballot = client.get(f"{language}/ballot/").content.decode()
        ticket = re.search(r'name="ticket" value="([^"]+)"', ballot)[1]  # type: ignore[index]
        for marks in ([1, 3], [1, 2]):  # 700 000 yuan of 750 000, and more than those.
            answer = client.post(f"{language}/ballot/review/", {"ticket": ticket, "mark": marks})
            lines = Lines(answer.content.decode())
            assert (lines.bare, lines.whole > 1) == ([], True), (language, marks)
