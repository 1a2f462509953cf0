"""What everybody asks for on the morning of the vote has an index in every table that grows with the congresses.

Guards ``voting.domain.vote.ballots``, ``accounts.codes``, ``voting.queries``.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import frames
from tests.factories import Vote, make_vote
from tests.security.test_crawl import BACKEND
from voting.management.hall.delegate import cast_fields

pytestmark = pytest.mark.django_db
#: Tables of which a server with every county of the country has a great many rows.
LARGE = (
    "accounts_user", "accounts_delegate", "accounts_accesscode", "voting_rollentry", "voting_sealedballot",
    "voting_testballot", "voting_cycle", "voting_round", "voting_candidate", "voting_journalentry", "voting_call",
    "accounts_session",
)  # fmt: skip
TICKET = re.compile(r'name="ticket" value="([^"]+)"')


def voting(vote: Vote) -> None:
    number, client = vote.delegates[0].number, Client()
    client.post("/gongshu/enter/", {"number": number, "code": vote.codes[number]})
    ticket = TICKET.search(client.get("/gongshu/ballot/").content.decode())
    assert ticket is not None
    review = client.post("/gongshu/ballot/review/", {"ticket": ticket[1], "mark": ["1"]}).content.decode()
    assert client.post("/gongshu/ballot/cast/", cast_fields(review)).status_code == 200


def first_page(vote: Vote) -> None:
    client = Client()
    client.force_login(vote.clerk, backend=BACKEND)
    assert client.get(reverse("admin:index")).status_code == 200


def home(_vote: Vote) -> None:
    assert Client().get("/gongshu/").status_code == 200


@pytest.mark.parametrize("way", [voting, first_page, home])
def test_no_statement_reads_a_large_table_from_end_to_end(way: Callable[[Vote], None]):
    vote = make_vote(until="open", delegates=2)
    frames.forget()
    with CaptureQueriesContext(connection) as captured:
        way(vote)
    asked = [query["sql"] for query in captured.captured_queries]
    plans = {}
    with connection.cursor() as cursor:
        # A small table is read as a whole whatever there is; with this only where there is no other way.
        cursor.execute("SET LOCAL enable_seqscan = off")
        for statement in asked:
            if statement.split(maxsplit=1)[0] in {"SELECT", "UPDATE", "INSERT", "DELETE", "WITH"}:
                cursor.execute(f"EXPLAIN {statement}")
                plans[statement] = "\n".join(row[0] for row in cursor.fetchall())
    assert len(plans) > 3
    whole = {
        statement: plan
        for statement, plan in plans.items()
        if any(f"Seq Scan on {table}" in plan for table in LARGE)
    }
    assert not whole, next(iter(whole.items()))
