"""F38: after the close nothing in the database tells in which order the delegates voted.

Guards ``voting.domain.vote.rounds`` and ``voting.domain.vote.ballots``.
"""

from __future__ import annotations

import random

import pytest
from django.db import connection
from django.test import Client

from tests.factories import make_vote
from tests.integration.vote.test_ballot_pages import CAST, REVIEW, enter
from tests.integration.vote.test_ballot_types import sent, ticket
from tests.security.test_urn import tau
from voting.domain.vote import rolls
from voting.states import Presence

DELEGATES = 240
PAIRS = """SELECT count(*) FROM voting_rollentry r JOIN voting_sealedballot u ON r.xmin = u.xmin"""


def ask(question: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchall()


def roll_by(order: str) -> list[str]:
    return [
        str(number) for (number,) in ask(f"SELECT number FROM voting_rollentry WHERE voted ORDER BY {order}")
    ]


def roll_pages() -> list[object]:
    return [page for (page,) in ask("SELECT (ctid::text::point)[0]::int FROM voting_rollentry ORDER BY id")]


@pytest.mark.django_db(transaction=True)
def test_f38_the_roll_is_written_anew_at_the_close_and_tells_no_order_of_voting():
    vote = make_vote(delegates=DELEGATES, until="open")
    laid_down = roll_pages()
    places = random.Random(38).sample(range(DELEGATES), DELEGATES - 10)
    for place in places:
        vote.cast(place, (1, 2))
    cast = {vote.delegates[place].number: turn for turn, place in enumerate(places)}
    # Until then whoever owns the database can pair roll and urn, and order both.
    assert ask(PAIRS) == [(len(places),)]
    assert tau([cast[number] for number in roll_by("xmin::text::bigint")]) == 1

    vote.close()

    assert ask(PAIRS) == [(0,)]
    assert len(ask("SELECT DISTINCT xmin::text FROM voting_rollentry")) == 1
    # For 230 delegates in an independent order tau has a standard deviation of 0.044.
    for order in ("ctid", "cmin::text::bigint", "xmin::text::bigint, ctid"):
        assert abs(tau([cast[number] for number in roll_by(order)])) < 0.2, order
    # Every line is on the page on which the roll was laid down: none went to another when its delegate voted.
    assert roll_pages() == laid_down
    assert len({*laid_down}) > 3


@pytest.mark.django_db
def test_f38_a_table_of_the_name_does_not_take_the_place_of_the_roll():
    vote = make_vote(delegates=3, until="open")
    before = ask("SELECT ctid FROM public.voting_rollentry ORDER BY id")
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE voting_rollentry ON COMMIT DROP AS SELECT * FROM public.voting_rollentry"
        )
        cursor.execute("SELECT public.piaojue_write_roll_anew(%s)", [vote.round.pk])
    after = ask("SELECT ctid FROM public.voting_rollentry ORDER BY id")
    assert not set(before) & set(after)


@pytest.mark.parametrize("table", ["voting_rollentry", "accounts_session"])
def test_f38_what_the_roll_and_the_sessions_said_before_is_cleared_away_soon(db, table):
    """Their dead lines hold the order of the votes until they are cleared away: at once, not by and by."""
    ((options,),) = ask(f"SELECT reloptions FROM pg_class WHERE oid = 'public.{table}'::regclass")
    assert {"autovacuum_vacuum_threshold=0", "autovacuum_vacuum_scale_factor=0"} <= set(options)  # type: ignore[call-overload]


@pytest.mark.django_db
def test_f38_a_log_of_all_statements_holds_no_delegate_and_no_ballot():
    """A server that logs every statement, as somebody may switch on, with ``log_error_verbosity = terse``."""
    vote = make_vote(delegates=3, until="open")
    voter = vote.delegates[1]
    begun = ask("SELECT size FROM pg_stat_file('log')")[0][0]
    client = Client()
    with connection.cursor() as cursor:
        cursor.execute("SET log_statement = 'all'")
        enter(client, vote, 1)
        session = client.cookies["sessionid"].value
        rolls.set_presence(
            round_=vote.round,
            numbers=[voter.number],
            presence=Presence.PRESENT,
            by=vote.clerk,
            at=vote.later(),
        )
        reviewed = client.post(REVIEW, ticket(client) | {"mark": ["7", "9"]})
        assert client.post(CAST, sent(reviewed)).status_code == 200
        cursor.execute("SET log_statement = 'none'")
    (log,) = ask(f"SELECT pg_read_file('log', {begun}, 10000000)")[0]
    statements = str(log)
    entry = vote.round.roll.get(delegate=voter)
    assert entry.voted
    casts = [
        line
        for line in statements.splitlines()
        if "INSERT INTO voting_sealedballot" in line or "marked AS" in line
    ]
    assert casts
    assert "$1" in statements
    assert "voting_rollentry.id = $" in statements
    # What they are bound to stands in no statement: no number or key of somebody, no session, no time, no bytes.
    for told in (
        f"'{voter.number}'",
        f"= {entry.pk} ",
        f"'{session}'",
        "'present'",
        "\\x",
        str(vote.at.year) + "-",
    ):
        assert told not in statements, told
