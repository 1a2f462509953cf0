"""What every page and paper of a vote on a sum of money says after a tie: that the money did not reach, and no places.

Guards ``voting.read_models.vote.acts_told``, ``voting.read_models.vote.hall_papers`` and
``voting.read_models.vote.money_lines``.
"""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.factories import Vote
from tests.integration.core.test_chinese_type import BLANK, NOT_OURS, TAG
from tests.integration.vote.test_sums_of_money import ROUND_2, money_vote
from tests.pages import text_of

pytestmark = pytest.mark.django_db

PUBLIC = [f"/2018/{name}" for name in ("", "result/", "notice/", "minutes/", "report/")]
STAFF = [f"/admin/vote/2018/{name}/" for name in ("further", "script")]
#: A sum has no last place; with fewer seats than candidates the rules may speak of places.
LAST_PLACE = re.compile(r"末位|last place")
#: "3 of 6" are chosen where their number is fixed; of a sum at most so many are.
FIXED = re.compile(r"(?i)(?<!at most )\b5 of 6\b|\d 选 \d")


def faults_of(vote: Vote, moment: str) -> list[str]:
    clerk = Client()
    clerk.force_login(vote.clerk, backend="django.contrib.auth.backends.ModelBackend")
    faults, read = [], 0
    for client, address in [
        *((Client(), each) for each in ["/", *PUBLIC]),
        *((clerk, each) for each in STAFF),
    ]:
        for language in ("", "/en"):
            answer = client.get(f"{language}{address}", follow=True)
            if answer.status_code != 200:
                continue
            read += 1
            words = text_of(answer)
            page = NOT_OURS.sub("", answer.content.decode())
            found = [*LAST_PLACE.findall(words), *FIXED.findall(words)]
            if not language and address in PUBLIC and not address.endswith("minutes/"):
                found += BLANK.findall(TAG.sub("", page))
            faults += [f"{moment} {language}{address}: {each}" for each in found]
    assert read >= len(PUBLIC) * 2
    return faults


def test_no_page_of_a_vote_on_a_sum_speaks_of_a_last_place():
    vote = money_vote()
    faults = faults_of(vote, "tied")
    vote.further()
    vote.finish(chosen=ROUND_2)
    faults += faults_of(vote, "decided")
    assert not faults, "\n".join(faults)
    page = Client().get("/en/2018/minutes/")
    assert "because of equal votes for which the money did not reach" in text_of(page)
