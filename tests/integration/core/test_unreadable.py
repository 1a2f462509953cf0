"""One record that cannot be read takes no page down but its own; ``test_formats`` asks for every address.

Guards ``voting.count.notice``, ``voting.domain.vote.definitions``,
``voting.read_models.core.unreadable``, ``voting.views.core.unreadable`` and ``voting.admin.front``.
"""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client

from accounts.models import Delegate, User
from tests.cases_after import assess
from tests.factories import Vote, make_vote
from tests.integration.vote.test_further_rounds import tied_vote
from tests.spring import make_spring
from voting import queries

pytestmark = pytest.mark.django_db

NOT_WHOLE = "但内容不完整（"


def written_otherwise(table: str, column: str, old: str, new: str, *, only: str = "") -> None:
    """Change what is frozen, as only somebody with the database in hand can."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            f"UPDATE {table} SET {column} = replace({column}, %s, %s) WHERE {column} LIKE %s AND {column} LIKE %s",
            [old, new, f"%{old}%", f"%{only}%"],
        )
        assert cursor.rowcount == 1
        cursor.execute("SET LOCAL session_replication_role = origin")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def published(slug: str) -> Vote:
    """Return a published vote of its own delegates: those of the votes before are out of office."""
    Delegate.objects.update(is_active=False)
    return make_vote(until="published", slug=slug, delegates=3, ballots=[[1], [1], [2]])


def test_the_grades_of_one_year_that_cannot_be_read_take_only_pages_of_that_year_down():
    spring = make_spring()
    assess(spring, {1: 1, 2: 4, 3: 2})
    published("other")
    written_otherwise("voting_notice", "body", '"slug":"2018-assessment"', '"slog":"2018-assessment"')
    people = [Client(), signed_in(spring.vote.chief), signed_in(spring.officer)]
    pages = ["/", "/feed.atom", "/admin/", "/2018/delivery/", "/other/"]
    assert {page for client in people for page in pages if client.get(page).status_code == 409} == {
        "/2018/delivery/"
    }
    assert NOT_WHOLE in signed_in(spring.officer).get("/admin/").content.decode()
    feed = Client().get("/feed.atom").content.decode()
    assert "/other/result/" in feed
    assert "/2018/result/" in feed


def test_beside_a_result_that_cannot_be_read_everything_else_stands():
    votes = {slug: published(slug) for slug in ("2018", "2017")}
    entries = Client().get("/feed.atom").content.decode().count("<entry>")
    shown, other = (cycle.slug for cycle in queries.shown_cycles(None))
    written_otherwise("voting_notice", "body", f'"slug":"{shown}"', f'"slog":"{shown}"')
    home = Client().get("/").content.decode()
    for part in (NOT_WHOLE, f"/{other}/", "候选项目", f"/{shown}/projects/1/"):
        assert part in home, part
    feed = Client().get("/feed.atom").content.decode()
    assert feed.count("<entry>") == entries - 1
    assert f"/{other}/result/" in feed
    front = signed_in(votes[shown].chief).get("/admin/").content.decode()
    assert front.count(NOT_WHOLE) == 1
    assert front.count('class="order"') == 1


@pytest.mark.parametrize(
    ("table", "column", "old", "new", "page"),
    [
        ("voting_notice", "body", '"number":12}', '"number":13}', "/2018/result/"),
        ("voting_notice", "body", '"seats":10', '"seats":0', "/2018/result/"),
        ("voting_tally", "working", '"number":12', '"number":13', "/admin/vote/2018/decide/"),
        ("voting_tally", "working", '"tied":[10,11]', '"tied":[10,13]', "/admin/vote/2018/decide/"),
    ],
)
def test_records_that_contradict_each_other_are_a_sentence(
    table: str, column: str, old: str, new: str, page: str
):
    vote = tied_vote("published") if table == "voting_notice" else tied_vote("certified", tie_rule="lot")
    written_otherwise(table, column, old, new)
    answer = signed_in(vote.chief).get(page)
    assert answer.status_code == 409
    assert NOT_WHOLE in answer.content.decode()


def test_grades_of_what_was_not_assessed_are_a_sentence():
    assess(make_spring(), {1: 1, 2: 4, 3: 2})
    written_otherwise("voting_notice", "body", '"number":3', '"number":9', only="2018-assessment")
    answer = Client().get("/2018/delivery/")
    assert answer.status_code == 409
    assert NOT_WHOLE in answer.content.decode()
