"""A page's state: the tables that it read are all that it depends on, and each has a mark that differs when a row does.

Guards ``voting.read_models.core.page_state`` and ``accounts.prepared``.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test import Client

from accounts import congresses, prepared
from accounts.models import Congress
from config import kept
from config.kept import ANSWERED_WITH, KeptPage, KeptPages
from tests.autumn import clock, make_autumn
from tests.factories import make_vote
from tests.integration.core.test_kept_by_state import plain, written
from tests.lived import Lived, make_lived
from tests.security.test_crawl import PARAMETER
from voting.models import Call, JournalEntry, RollEntry, Round
from voting.read_models.core import page_state
from voting.read_models.core.page_state import ROLL, UNMARKED, Seen, States, all_tables

pytestmark = pytest.mark.django_db

AT = datetime(2018, 8, 1, 4, tzinfo=UTC)
CHOICES = [range(1, 11)] * 4


@pytest.fixture
def lived(db: None) -> Lived:
    """A year that was lived in; named before ``moment``, it is there before the clock is another."""
    return make_lived(2)


@pytest.fixture
def moment(settings, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The moment that pages are kept by; a test moves it on."""
    settings.KEPT_SECONDS = 2
    now = [1000.0]
    monkeypatch.setattr(kept.time, "monotonic", lambda: now[0])
    return now


@contextmanager
def for_a_moment() -> Any:
    """Let what is changed within be undone, and triggers and keys not look at it."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
        yield
        transaction.set_rollback(True)


def empty(tables: set[str]) -> None:
    with connection.cursor() as cursor:
        for table in sorted(tables):
            cursor.execute(f'DELETE FROM "{table}"')


def ours() -> set[str]:
    return {table for table in all_tables() if table.startswith(("accounts_", "voting_"))}


def read(client: Client, path: str) -> KeptPage | None:
    page: KeptPage | None = client.get(path).wsgi_request.META.get(ANSWERED_WITH)
    return page


def forget(page: KeptPage) -> None:
    pages = KeptPages.newest.pages
    del pages[next(key for key, each in pages.items() if each is page)]


def every_path(lived: Lived) -> list[str]:
    paths = []
    for pattern in written():
        for slug in ("2017", "2018", "2019") if "<slug:slug>" in pattern else ("",):
            values = {"slug": slug, "report": str(lived.report_with_file.pk)}
            if "/proposals/<small:number>/files/" in pattern:
                values["number"] = str(lived.proposal_with_file.number)
            path = PARAMETER.sub(lambda match, v=values: v.get(match[1] or match[2], "1"), pattern)
            paths += [path, f"/en{path}"] if "rounds" not in path and "slate-reports" not in path else [path]
    return paths


def kept_ones(client: Client, moment: list[float], paths: list[str]) -> Iterator[tuple[str, bool]]:
    """Yield each page that was kept by its state, and whether it is the same once all that it never read is empty."""
    client.raise_request_exception = False
    for path in paths:
        for _time in range(2):  # the first teaches which tables are read
            moment[0] += 3
            page = read(client, path)
        if page is None or page.state is None:
            continue
        with for_a_moment():
            empty(ours() - page.state.tables)
            moment[0] += 3
            still = read(client, path)
            assert still is page, path
            forget(page)
            same = plain(client.get(path).content) == plain(page.body)
        yield path, same


def test_no_page_depends_on_a_table_that_it_was_not_seen_to_read(
    lived: Lived, client: Client, moment: list[float]
):
    with clock(AT):
        held = dict(kept_ones(client, moment, every_path(lived)))
    assert [path for path, same in held.items() if not same] == []
    assert len(held) > 100


@pytest.mark.parametrize(
    "table", ["voting_delivery", "voting_candidate", "voting_surveycount", "accounts_unit"]
)
def test_a_table_that_is_overlooked_is_found_so(
    lived: Lived, client: Client, moment: list[float], monkeypatch: pytest.MonkeyPatch, table: str
):
    monkeypatch.setattr(
        page_state, "all_tables", lambda: {k: v for k, v in all_tables().items() if k != table}
    )
    paths = [path for path in every_path(lived) if "/2018/delivery/" in path]
    with clock(AT):
        assert not all(same for _path, same in kept_ones(client, moment, paths))


def marks(states: States) -> dict[str, str | None]:
    """Return the marks of all tables as they are now."""
    seen = Seen(states.every)
    seen.tables = {table for table, columns in states.every.items() if columns is not None}
    states.state_of(seen, None)
    reading = states.reading(since=time.monotonic() + 1)
    assert reading
    return dict(reading.marks)


def test_every_table_that_a_page_may_read_has_a_mark_that_follows_each_of_its_rows():
    make_lived(2)
    states = States()
    before = marks(states)
    assert marks(states) == before
    unfollowed = set()
    filled = 0
    for table in before:
        if table == ROLL:
            continue
        with for_a_moment(), connection.cursor() as cursor:
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            if not cursor.fetchone()[0]:
                continue
            filled += 1
            column, last = key_of(table), f'WHERE ctid = (SELECT max(ctid) FROM "{table}")'
            cursor.execute(f'UPDATE "{table}" SET "{column}" = "{column}" {last}')
            changed = marks(states)
            cursor.execute(f'DELETE FROM "{table}" {last}')
            if not before[table] != changed[table] != marks(states)[table] != before[table]:
                unfollowed.add(table)
            assert {each for each in before if changed[each] != before[each]} <= {table, ROLL}
    assert unfollowed == set()
    assert filled > 30
    assert marks(states) == before


def key_of(table: str) -> str:
    models = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}
    return str(models[table]._meta.pk.column)


def test_what_a_cast_or_a_stranger_writes_has_no_mark():
    names = {model._meta.label_lower: model._meta.db_table for model in apps.get_models()}
    assert names.keys() >= UNMARKED
    assert {table for table, columns in all_tables().items() if columns is None} & ours() == {
        names[each] for each in UNMARKED
    }


#: All that a mark may say of a table: how many rows, where and by which transaction, how many moments are to come.
MARK = re.compile(
    r"CASE WHEN (pg_relation_size\('\"\w+\"'\) <= %\(largest\)s"
    r"|NOT EXISTS \(SELECT FROM \"voting_round\" WHERE status = ANY\(%\(moving\)s\)\)) THEN "
    r"\(SELECT ROW\(count\(\*\), bit_xor\(hash_record_extended\(ROW\(xmin, ctid\), 0\)\)"
    r"(, count\(\*\) FILTER \(WHERE \"\w+\" > %\(now\)s\))*\)::text FROM \"(\w+)\"\) END"
)


def test_a_mark_holds_no_choice_and_no_person():
    states = States()
    marks(states)
    statement = states._statement.removeprefix("SELECT ")
    asked = {match[3] for match in MARK.finditer(statement)}
    assert MARK.sub("", statement).strip(" ,") == ""
    assert asked == {table for table, columns in states.every.items() if columns is not None} - {ROLL}
    assert not asked & {"voting_sealedballot", "voting_rollentry", "accounts_session", "accounts_accesscode"}


def test_casts_are_seen_within_two_seconds_and_write_nothing_for_it(client: Client, moment: list[float]):
    vote = make_vote(until="open", delegates=4)
    for path in ("/2018/screen.json", "/2018/", "/"):
        for _time in range(3):
            moment[0] += 3
            page = read(client, path)
        assert page
        assert page.state is None, path
    assert client.get("/2018/screen.json").json()["numbers"]["voted"] == 0
    before = marks(States())
    vote.cast(0, [1])
    assert marks(States()) == before, "a cast changes the mark of no table"
    moment[0] += 2.1
    assert client.get("/2018/screen.json").json()["numbers"]["voted"] == 1


def test_the_roll_has_a_mark_where_no_line_of_it_can_change_and_only_there():
    vote = make_vote(until="published", delegates=4, ballots=CHOICES)
    told = {}
    for status in ("ready", "open", "closed", "published", "annulled"):
        with for_a_moment():
            Round.objects.filter(pk=vote.round.pk).update(status=status)
            told[status] = marks(States())[ROLL]
    assert told["ready"] is told["open"] is None
    assert None not in (told["closed"], told["published"], told["annulled"])
    assert RollEntry.objects.exists()


def test_a_published_vote_is_kept_by_its_state(client: Client, moment: list[float]):
    make_vote(until="published", delegates=4, ballots=CHOICES)
    for path in ("/", "/2018/", "/2018/result/", "/2018/projects/3/"):
        pages = []
        for _time in range(4):
            moment[0] += 3
            pages.append(read(client, path))
        assert pages[-1] is pages[-2], path


def test_a_moment_that_passes_makes_the_page_anew(
    client: Client, moment: list[float], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(page_state, "MINUTE", 10**12)
    make_autumn(until="proposals")
    closes = Call.objects.get().closes_at
    with clock(closes - timedelta(seconds=5)):
        for _time in range(3):
            moment[0] += 3
            before = read(client, "/2019/call/")
    with clock(closes + timedelta(seconds=1)):
        moment[0] += 3
        after = read(client, "/2019/call/")
    assert before
    assert after
    assert before.state is not None
    assert after.body != before.body


def test_a_minute_that_passes_makes_it_anew_and_with_it_every_day(client: Client, moment: list[float]):
    make_vote(until="published", delegates=4, ballots=CHOICES)
    pages = []
    for seconds in (0, 20, 40, 61):
        with clock(AT + timedelta(seconds=seconds)):
            for _time in range(2):
                moment[0] += 3
                pages.append(read(client, "/2018/result/"))
    assert pages[2] is pages[3] is pages[5]
    assert pages[6] is not pages[5]
    assert page_state.MINUTE == 60


def test_a_table_that_grew_large_is_not_looked_through(monkeypatch: pytest.MonkeyPatch):
    make_vote(until="published", delegates=4, ballots=CHOICES)
    assert marks(States())["voting_journalentry"]
    monkeypatch.setattr(page_state, "LARGEST", 100)
    assert marks(States())["voting_journalentry"] is None
    assert JournalEntry.objects.exists()


def test_a_congress_that_is_corrected_is_shown_so_at_once(monkeypatch: pytest.MonkeyPatch):
    """What a process keeps of the congresses is read anew once their table is another, however fresh it is."""
    monkeypatch.setattr(congresses, "FRESH", 3600)
    make_vote(until="published", delegates=4, ballots=CHOICES)
    states = States()
    marks(states)
    before = congresses.congress_at("gongshu")
    marks(states)
    assert congresses.congress_at("gongshu") is before
    Congress.objects.update(name="另一个名字")
    marks(states)
    after = congresses.congress_at("gongshu")
    assert after
    assert after.name == "另一个名字"


def test_a_statement_that_is_kept_planned_is_seen_too(monkeypatch: pytest.MonkeyPatch):
    """With a pool the few plain statements go past Django's cursor; whoever looks at all statements sees them."""
    connection.ensure_connection()
    monkeypatch.setattr(type(connection), "pool", SimpleNamespace(), raising=False)
    monkeypatch.setattr(connection.connection, "prepare_threshold", 5)
    seen = Seen(all_tables())
    with connection.execute_wrapper(seen):
        assert prepared.ask("SELECT count(*) FROM voting_knock", {}) == (0,)
    assert "voting_knock" in seen.tables


@pytest.mark.parametrize(
    "act", [lambda: Congress.objects.update(name="x"), lambda: Congress.objects.create(slug="x")]
)
def test_a_page_that_writes_has_no_state(act: Callable[[], object]):
    states = States()
    with states.seeing() as seen:
        act()
    assert seen.has_written
    assert states.state_of(seen, None) is None
