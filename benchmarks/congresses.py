"""Every county of the country on one morning: 2 800 congresses of 300 delegates, all open at once, beside one alone.

One congress is brought about by the verbs that people use; the others are its copies, row by row, so that each is what
the verbs would have made. Delegates, clerks and visitors then come from all of them, in turns with those of the one.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from statistics import median
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.codes import issue_codes
from accounts.models import Delegate, User
from accounts.roles import Kind, Role
from benchmarks import report, votes
from benchmarks.delegates import Hall, ticket_of
from benchmarks.ground import Ground
from benchmarks.serving import serving
from benchmarks.web import Burst, Visitor, burst
from voting.domain.vote.tried_keys import key_mac
from voting.management.hall.delegate import cast_fields
from voting.models import Round

DELEGATES = 300
YEAR = 2018
#: Keys of a copy lie so far above those of the one before it.
STRIDE = 2_000
VOTERS, CLERKS, VISITS = 300, 120, 300
PARTS, TURNS = 3, 3
LISTS, LIST_LIMIT = 40, 50  # requests, and milliseconds
BACKEND = "django.contrib.auth.backends.ModelBackend"
MEASURED = {
    "cast": "a cast", "sign-in": "a sign-in", "ballot page": "a ballot page", "clerk": "the clerk's first page",
    "home": "the home of a congress",
}  # fmt: skip
#: What is not of a congress.
_BESIDE = ("django_", "auth_")


@dataclass
class Side:
    """One of the two: its database and server, who comes to it, and what they took."""

    database: str
    port: int = 0
    codes: dict[tuple[str, str], str] = field(default_factory=dict)
    clerks: list[bytes] = field(default_factory=list)
    homes: list[bytes] = field(default_factory=list)
    took: dict[str, list[Burst]] = field(default_factory=dict)

    def middle(self, what: str) -> float:
        """Return the milliseconds of one request in the middle burst."""
        return median(1000 / part.rate for part in self.took[what])


def measure(place: Ground, empty: str, *, count: int, say: Callable[[str], None]) -> list[report.Row]:
    """Measure with one and with ``count`` congresses, and return the rows of the table."""
    votes.use(empty)
    votes.enrol(DELEGATES, kind=Kind.DEMO)
    votes.open_vote(kind=Kind.DEMO, year=YEAR)
    connection.close()
    one, many = Side(empty), Side(place.create("many", like=empty))
    votes.use(many.database)
    with in_bulk():
        multiply(count)
    place.settle(one.database, many.database)
    with ExitStack() as stack:
        for side in (one, many):
            environment = {"DATABASE_URL": place.url(side.database), "DATABASE_POOL": "on"}
            side.port = stack.enter_context(serving("config.wsgi:application", **environment)).port
        say("the first of every congress: delegates, clerks, visitors")
        for side in (one, many):
            votes.use(side.database)
            _prepare(side, seed=0, first=True)
        _take_turn(one, many, seed=0)
        for turn in range(1, TURNS + 1):
            say(f"{VOTERS} delegates of {count} congresses and of one")
            for side in (one, many):
                side.took = {} if turn == 1 else side.took
                votes.use(side.database)
                _prepare(side, seed=turn)
            _take_turn(one, many, seed=turn)
        listing = _list(many.port)
    votes.use(many.database)
    whole = _whole_reads()
    connection.close()
    people = count * DELEGATES
    return [
        *(
            report.at_most(
                f"{name} among {count:,} congresses beside one",
                f"{many.middle(what):.2f} ms",
                f"{one.middle(what):.2f} ms",
                many.middle(what) / one.middle(what),
                1.1,
            )
            for what, name in MEASURED.items()
        ),
        report.Row(
            f"the list of {count:,} congresses, and a search in it", f"{listing:.0f} ms", target=f"≤ {LIST_LIMIT} ms",
            met=listing <= LIST_LIMIT,
        ),
        report.Row(
            f"statements of a vote that read {people:,} rows from end to end",
            str(whole),
            target="0",
            met=not whole,
        ),
        report.Row(f"all {people:,} casts at that rate", f"{people * many.middle('cast') / 60_000:.0f} min"),
    ]  # fmt: skip


@contextmanager
def in_bulk() -> Iterator[None]:
    """Write past the triggers and the foreign keys, which the copied rows have all passed once."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        try:
            yield
        finally:
            cursor.execute("SET session_replication_role = DEFAULT")


def multiply(count: int) -> None:
    """Make of the one congress in this database so many, all with their people, their open vote and its journal."""
    with connection.cursor() as cursor:
        for table, keys in _keys(cursor).items():
            columns = [each.name for each in connection.introspection.get_table_description(cursor, table)]
            values = [_copied(table, column, keys) for column in columns]
            names = ", ".join(f'"{column}"' for column in columns)
            cursor.execute(
                f'INSERT INTO "{table}" ({names}) SELECT {", ".join(values)} FROM "{table}" t,'
                f" generate_series(1, {count - 1}) AS k ORDER BY k"  # a congress's rows lie together, as it enters them
            )
            if "id" in keys:
                sequence = f"pg_get_serial_sequence('\"{table}\"', 'id')"
                cursor.execute(f'SELECT setval({sequence}, max(id)) FROM "{table}" HAVING max(id) > 0')
    rounds = list(Round.objects.all())
    for each in rounds:
        each.key_mac = key_mac(each)  # what vouches for a key names the round
    Round.objects.bulk_update(rounds, ["key_mac"], batch_size=500)


def _keys(cursor: Any) -> dict[str, set[str]]:
    """Return, by table, the columns that are numbers of a row of it or of another; of tables of congresses alone."""
    cursor.execute(
        "SELECT conrelid::regclass::text, attname FROM pg_constraint JOIN pg_attribute"
        " ON attrelid = conrelid AND attnum = conkey[1] WHERE contype IN ('f', 'p')"
        " AND atttypid IN ('int4'::regtype, 'int8'::regtype) AND connamespace = 'public'::regnamespace"
    )
    keys: dict[str, set[str]] = {}
    for table, column in cursor.fetchall():
        if not table.startswith(_BESIDE):
            keys.setdefault(table, set()).add(column)
    return keys


def _copied(table: str, column: str, keys: set[str]) -> str:
    if column in keys:
        return f't."{column}" + k * {STRIDE}'
    if (table, column) in {("accounts_congress", "slug"), ("accounts_user", "username")}:
        return f"t.\"{column}\" || '-' || repeat('x', k % 12) || k"  # addresses are of any length
    return f't."{column}"'


def _prepare(side: Side, *, seed: int, first: bool = False) -> None:
    """Let nobody have voted; give slips to delegates, and sessions to clerks, drawn from all congresses.

    The ``first`` to come are a few of every congress, so that each worker has met most: a morning is long.
    """
    chance = random.Random(seed)
    with in_bulk(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM voting_sealedballot")
        cursor.execute("UPDATE voting_rollentry SET voted = false WHERE voted")
    keys = Delegate.objects.values_list("pk", flat=True).order_by("congress", "pk")
    drawn_keys = [*keys[::150], *keys[75::150]] if first else chance.sample(list(keys), VOTERS)
    people = Delegate.objects.select_related("congress").filter(pk__in=drawn_keys)
    by_key = {each.pk: each for each in people}
    side.codes = {
        (f"/{by_key[key].congress.slug}", by_key[key].number): code
        for key, code in issue_codes(by_key.values()).items()
    }
    clerks = list(User.objects.filter(role=Role.CLERK).select_related("congress"))
    drawn = clerks * 2 if first else [chance.choice(clerks) for _ in range(CLERKS)]
    browsers = {clerk.pk: signed_in(clerk) for clerk in drawn}
    side.clerks = [browsers[clerk.pk].get(f"/{_slug(clerk)}/admin/") for clerk in drawn]
    visited = clerks * 3 if first else [chance.choice(clerks) for _ in range(VISITS)]
    side.homes = [Visitor().get(f"/{_slug(clerk)}/") for clerk in visited]
    connection.close()


def _slug(user: User) -> str:
    return user.congress.slug if user.congress else ""


def signed_in(user: User) -> Visitor:
    """Return the browser of somebody who has signed in."""
    session: Any = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), BACKEND
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session["touched"] = int(time.time())
    session.save()
    return Visitor({settings.SESSION_COOKIE_NAME: session.session_key})


def _take_turn(one: Side, many: Side, *, seed: int) -> None:
    """Let both halls vote, both benches of clerks and both crowds of visitors look, a part of each at a time."""
    halls = [(side, Hall(side.port, side.codes, seed=seed)) for side in (one, many)]
    for side, hall in halls if seed % 2 else reversed(halls):
        hall.prepare()
        for step in ("sign-in", "ballot page"):
            side.took.setdefault(step, []).append(hall.steps[step])
    casts = [(side, hall, hall.casts(PARTS)) for side, hall in halls]
    for part in range(PARTS):
        for side, hall, parts in casts if part % 2 else reversed(casts):
            side.took.setdefault("cast", []).append(hall.take_cast(parts[part]))
        for side in (one, many) if part % 2 else (many, one):
            for what, asked in (("clerk", side.clerks), ("home", side.homes)):
                side.took.setdefault(what, []).append(burst(side.port, asked[part::PARTS], expect=200))


def _list(port: int) -> float:
    """Return the middle milliseconds of one look at the list of congresses, or of a search in it, one after another."""
    asked = [Visitor().get(path) for _ in range(LISTS // 2) for path in ("/", "/?q=%E5%9F%BA%E5%87%86+13")]
    return median(burst(port, [each], expect=200).latencies[0] for each in asked) * 1000


def _whole_reads() -> int:
    """Return how many statements from the sign-in to the cast the planner answers by reading a whole table."""
    delegate = Delegate.objects.select_related("congress").order_by("-pk")[STRIDE]
    code = issue_codes([delegate])[delegate.pk]
    place, browser = f"/{delegate.congress.slug}", Client(SERVER_NAME="127.0.0.1")
    with CaptureQueriesContext(connection) as captured:
        browser.post(f"{place}/enter/", {"number": delegate.number, "code": code})
        ticket = ticket_of(browser.get(f"{place}/ballot/").content.decode())
        review = browser.post(f"{place}/ballot/review/", {"ticket": ticket, "mark": ["1", "2"]})
        browser.post(f"{place}/ballot/cast/", cast_fields(review.content.decode()))
    whole = 0
    with connection.cursor() as cursor:
        for query in captured.captured_queries:
            if query["sql"].split(maxsplit=1)[0] in {"SELECT", "UPDATE", "INSERT", "WITH"}:
                cursor.execute(f"EXPLAIN {query['sql']}")
                plan = "\n".join(row[0] for row in cursor.fetchall())
                whole += any(
                    f"Seq Scan on {table}" in plan
                    for table in (
                        "accounts_user",
                        "accounts_delegate",
                        "accounts_accesscode",
                        "voting_rollentry",
                    )
                )
    return whole
