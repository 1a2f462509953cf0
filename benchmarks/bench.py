"""The run: build the votes, drive the casts in turns, count, tell."""

from __future__ import annotations

import os
import random
import secrets
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import fmean
from types import TracebackType
from typing import Self

import django

django.setup()

from django.contrib.auth.hashers import make_password  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from accounts.roles import Kind  # noqa: E402
from benchmarks import (  # noqa: E402
    after,
    congresses,
    counting,
    flood,
    floor,
    hostile,
    minute,
    money,
    public,
    report,
    roster,
    search,
    votes,
)  # fmt: skip
from benchmarks.delegates import Hall, ticket_of  # noqa: E402
from benchmarks.findings import Findings  # noqa: E402
from benchmarks.ground import Ground, run  # noqa: E402
from benchmarks.parts import PARTS  # noqa: E402
from benchmarks.serving import THREADS, WORKERS, Server, serving  # noqa: E402
from benchmarks.statements import counted  # noqa: E402
from benchmarks.web import LINES, Burst, Visitor, burst  # noqa: E402
from voting.domain.vote.definitions import sealing_info  # noqa: E402
from voting.management.hall.delegate import cast_fields  # noqa: E402
from voting.models import SealedBallot  # noqa: E402

SMALL, LARGE, URN, ROSTER, PROPOSALS = 300, 300_000, 100_000, 100_000, 100_000
CONGRESSES = 2_800  # the counties and districts of the country
TURNS = 7
SLOW_SIGN_INS = 40
WARM_UP = 100  # delegates
SHARES = 3  # of a turn's casts
FEWEST_TURNS, LONGEST = 3, 210  # turns, and the seconds after which no other begins
COUNTS = 2
MINUTES = 3  # turns of each ballot type
BLOB = 1_200  # bytes of a sealed ballot, where none was made
FIRST_YEAR = 2000
PASSWORD = "only for the measuring"  # noqa: S105


class Bench:
    """One run on one PostgreSQL."""

    def __init__(self, place: Ground, *, scale: float) -> None:
        self.place, self.scale, self.say = place, scale, report.Progress()
        self.large_roll = max(SMALL, round(LARGE * scale))
        self.turns = max(2, round(TURNS * min(scale, 1)))
        self.each = 250 if scale >= 1 else 60  # transactions of each line in a burst without the web
        self.stack = ExitStack()
        self.pgbench = floor.find_pgbench()
        self.found = Findings(SMALL, self.large_roll, "pgbench" if self.pgbench else "psycopg")
        self.many = max(20, round(CONGRESSES * scale))
        self.roster = max(SMALL, round(ROSTER * scale))
        self.proposals = max(2 * SMALL, round(PROPOSALS * scale))
        self.answers = max(10 * SMALL, round(after.ANSWERS * scale))
        self.urn = min(max(self.turns * SMALL + SMALL, round(URN * scale)), self.large_roll)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stack.close()
        connection.close()

    def run(self) -> None:
        """Measure everything and print the table."""
        self.say(self.place.describe())
        self._make_databases()
        self._make_votes()
        with self.stack:
            self._serve()
            self._warm_up()
            self._sign_in_bare()
            for number in range(1, self.turns + 1):
                if number > FEWEST_TURNS and self.say.seconds > LONGEST:
                    self.say("this takes long: no more turns")
                    break
                self._take_turn(number)
            self._take("minute")
            self.found.worker = fmean(self.ours.memory())
            self.found.worker_bare = fmean(self.bare.memory())
        self._count()
        self._import()
        self._search()
        for name in list(PARTS)[1:]:
            self._take(name)
        self._tell()

    def run_alone(self, names: Sequence[str]) -> None:
        """Measure these of PARTS and nothing else, and print their table."""
        self.say(self.place.describe())
        self._make_databases()
        self.blob = BLOB
        self._make_bare()
        with self.stack:
            if "minute" in names:
                self.bare = self._server("benchmarks.bare.wsgi:application", **self.bare_environment)
                self._sign_in_bare()
            for name in names:
                self._take(name)
        print()
        report.print_table([row for name in names for row in self.found.parts[name]])

    def _take(self, name: str) -> None:
        """Measure one of PARTS, and say at once what was found: a run is long."""
        measure: Callable[[], list[report.Row]] = getattr(self, name)
        rows = self.found.parts[name] = measure()
        self.say.tell(rows)
        connection.close()

    # ------------------------------------------------------------------------------------------- preparation

    def _make_databases(self) -> None:
        self.say("making the databases")
        self.small_db = self.place.create("small")
        votes.use(self.small_db)
        call_command("migrate", interactive=False, verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        connection.close()
        self.large_db = self.place.create("large", like=self.small_db)
        self.empty_db = self.place.create("empty", like=self.small_db)
        self.minute_db = self.place.create("minute", like=self.small_db)
        self.public_db = self.place.create("public", like=self.small_db)
        self.bare_empty = self.place.create("for-hostile", like=self.small_db)
        self.bare_db = self.place.create("bare")
        self.bare_environment = {
            "DATABASE_URL": self.place.url(self.bare_db),
            "DJANGO_SETTINGS_MODULE": "benchmarks.bare.settings",
        }

    def _make_votes(self) -> None:
        self.say(f"putting {SMALL} delegates on one roll and {self.large_roll} on another")
        votes.use(self.small_db)
        self.small_numbers = votes.enrol(SMALL, kind=Kind.DEMO)
        self.small_vote = votes.open_vote(kind=Kind.DEMO, year=FIRST_YEAR)
        self.small_codes = votes.issue(self.small_vote, self.small_numbers)
        self.blob = votes.sealed_length(self.small_vote)
        votes.use(self.large_db)
        numbers = votes.enrol(self.large_roll, kind=Kind.DEMO)
        self.large_vote = votes.open_vote(kind=Kind.DEMO, year=FIRST_YEAR)
        # Those who will vote over the web are spread over the whole roll.
        drawn = random.Random(1).sample(numbers, min(len(numbers), SMALL * (self.turns + 1)))
        self.large_codes = list(votes.issue(self.large_vote, drawn).items())
        random.Random(2).shuffle(self.large_codes)
        self._make_bare()
        self.place.settle(self.small_db, self.large_db, self.bare_db)

    def _make_bare(self) -> None:
        self.bare_environment["BARE_BLOB"] = str(self.blob)
        run("-m", "django", "migrate", "--run-syncdb", "-v0", **self.bare_environment)
        with self.place.connect(self.bare_db) as database:
            database.execute(
                "INSERT INTO auth_user (username, password, first_name, last_name, email, is_superuser,"
                " is_staff, is_active, date_joined)"
                " SELECT n::text, %s, '', '', '', false, false, true, now() FROM generate_series(1, %s) AS n",
                [make_password(PASSWORD), SMALL],
            )
            database.execute('INSERT INTO bare_voter ("user", voted) SELECT id, false FROM auth_user')
        floor.make_voters(self.place, self.bare_db, each=self.each)

    def _serve(self) -> None:
        self.say(f"starting three servers of {WORKERS} workers × {THREADS} threads")
        ours, pooled = "config.wsgi:application", {"DATABASE_POOL": "on"}
        self.ours = self._server(ours, DATABASE_URL=self.place.url(self.small_db), **pooled)
        self.ours_large = self._server(ours, DATABASE_URL=self.place.url(self.large_db), **pooled)
        self.bare = self._server("benchmarks.bare.wsgi:application", **self.bare_environment)

    def _server(self, application: str, **environment: str) -> Server:
        return self.stack.enter_context(serving(application, **environment))

    def _warm_up(self) -> None:
        self.say("warming up; counting the statements of a cast")
        votes.use(self.small_db)
        codes = dict(self.small_codes)
        for _first_and_other in range(2):
            self.found.statements = self._statements(*codes.popitem())
        for port, some in (
            (self.ours.port, dict(list(codes.items())[:WARM_UP])),
            (self.ours_large.port, dict(self.large_codes[-WARM_UP:])),
        ):
            hall = Hall(port, some, seed=0)
            hall.prepare()
            hall.cast()

    def _statements(self, number: str, code: str) -> int:
        """Return how many SQL statements a cast takes, BEGIN and COMMIT left aside; the first of all takes one more."""
        browser = Client(SERVER_NAME="127.0.0.1")
        browser.post("/enter/", {"number": number, "code": code})
        ticket = ticket_of(browser.get("/ballot/").content.decode())
        review = browser.post("/ballot/review/", {"ticket": ticket, "mark": ["1", "2"]}).content.decode()
        with counted() as sent:
            answer = browser.post("/ballot/cast/", cast_fields(review) | {"sealer": "device"})
        if answer.status_code != 200:  # noqa: PLR2004
            raise SystemExit(f"a cast was answered with {answer.status_code}")
        return len(sent)

    def _sign_in_bare(self) -> None:
        self.say(f"signing {SLOW_SIGN_INS} users in with argon2 on the bare server")
        people = [Visitor() for _ in range(SLOW_SIGN_INS)]
        pages = burst(self.bare.port, [person.get("/enter/") for person in people], expect=200)
        for person, page in zip(people, pages.answers, strict=True):
            person.take(page)
        forms = [
            person.post("/enter/", {"number": str(number), "code": PASSWORD})
            for number, person in enumerate(people, start=1)
        ]
        self.found.sign_in_bare = burst(self.bare.port, forms, expect=302)
        # Enough of waiting: everybody else is let in as a sign-in would leave them.
        keys = run("-m", "benchmarks.bare.sessions", **self.bare_environment).split()
        users = [Visitor({"sessionid": key, "csrftoken": secrets.token_hex(16)}) for key in keys]
        self.asked = [user.post("/cast/", {}) for user in users]
        burst(self.bare.port, self.asked, expect=200)

    # ------------------------------------------------------------------------------------------ the measuring

    def _take_turn(self, number: int) -> None:
        self.say(f"turn {number} of {self.turns}: {SMALL} delegates vote on each roll")
        votes.use(self.small_db)
        self.small_vote = votes.open_vote(kind=Kind.DEMO, year=FIRST_YEAR + number)
        some = dict(self.large_codes[(number - 1) * SMALL : number * SMALL])
        small = Hall(self.ours.port, self.small_codes, seed=number)
        large = Hall(self.ours_large.port, some or self.small_codes, seed=number)
        small.prepare()
        large.prepare()
        self._reset_bare()
        self._cast_in_turns(small, large)
        self.found.halls.append(small)
        self.found.alone.append(self._floor())

    def _cast_in_turns(self, small: Hall, large: Hall) -> None:
        """Let both halls cast, and the bare view beside them, a part of each at a time."""
        casts = small.casts(SHARES), large.casts(SHARES)
        acts: list[tuple[list[Burst], Callable[[int], Burst]]] = [
            (self.found.small, lambda part: small.take_cast(casts[0][part])),
            (self.found.bare, lambda part: burst(self.bare.port, self.asked[part::SHARES], expect=200)),
            (self.found.large, lambda part: large.take_cast(casts[1][part])),
        ]
        for part in range(SHARES):
            for place in range(len(acts)):
                bursts, act = acts[(place + part) % len(acts)]
                bursts.append(act(part))

    def _reset_bare(self) -> None:
        with self.place.connect(self.bare_db) as database:
            database.execute("UPDATE bare_voter SET voted = false WHERE voted")
            database.execute("VACUUM bare_voter")

    def _floor(self) -> float:
        if self.pgbench:
            return floor.pgbench(self.pgbench, self.place, self.bare_db, each=self.each, blob=self.blob)
        return floor.loop(self.place, self.bare_db, each=self.each, blob=self.blob)

    def congresses(self) -> list[report.Row]:
        """One congress of 300 beside every county of the country."""
        self.say(f"opening {self.many} congresses of {SMALL} delegates beside one")
        return congresses.measure(self.place, self.empty_db, count=self.many, say=self.say)

    def minute(self) -> list[report.Row]:
        """Every step of a delegate's minute, on the real ballot and every type of it."""
        url = self.place.url(self.minute_db)
        with serving("config.wsgi:application", DATABASE_URL=url, DATABASE_POOL="on") as ours:
            return minute.measure(
                port=ours.port,
                database=self.minute_db,
                delegates=SMALL,
                turns=min(self.turns, MINUTES),
                bare=self._bare_burst,
                settle=lambda: self.place.settle(self.minute_db),
                say=self.say,
            ).rows()

    def _bare_burst(self) -> Burst:
        self._reset_bare()
        return burst(self.bare.port, self.asked, expect=200)

    def hostile(self) -> list[report.Row]:
        """A hall that votes beside files that were made to stop the server."""
        return hostile.measure(self.place, self.bare_empty, say=self.say)

    def flood(self) -> list[report.Row]:
        """A hall that votes beside many who read the public pages."""
        return flood.measure(self.place, self.bare_empty, say=self.say)

    def _count(self) -> None:
        self.say(f"filling the urn of the large roll to {self.urn} sealed ballots")
        votes.use(self.large_db)
        cast = SealedBallot.objects.count()
        votes.fill_urn(self.large_vote, until=self.urn)
        large = self._closed(self.large_vote)
        self.place.settle(self.large_db)
        for number in range(1, COUNTS + 1):
            self.say(f"counting {self.urn} ballots, {cast} of them cast over the web ({number} of {COUNTS})")
            url = self.place.url(self.large_db)
            bare = counting.measure("bare", large, url=url)
            self.found.counts.append((counting.measure("ours", large, url=url), bare))
        votes.use(self.small_db)
        small = self._closed(self.small_vote)
        self.found.small_count = counting.measure("ours", small, url=self.place.url(self.small_db))

    def _import(self) -> None:
        """Preview and import a long list of delegates."""
        self.say(f"importing a list of {self.roster} delegates")
        votes.use(self.small_db)
        roster.prepare()
        connection.close()
        url = self.place.url(self.small_db)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "roster.xlsx"
            roster.write(path, self.roster)
            self.found.roster = {
                how: roster.measure(how, path, url=url) for how in ("read", "preview", "import")
            }

    def _search(self) -> None:
        """Search few and many proposals."""
        self.say(f"searching {self.proposals} proposals")
        votes.use(self.small_db)
        self.found.search = [search.measure(number) for number in (SMALL, self.proposals)]
        connection.close()

    def after(self) -> list[report.Row]:
        """Answer a survey among few and many answers, and look at few and many projects."""
        self.say(f"a survey of {self.answers} answers")
        votes.use(self.small_db)
        return after.measure(self.answers)

    def public(self) -> list[report.Row]:
        """Read the public pages, kept and made anew."""
        self.say("reading the public pages")
        return public.measure(self.place, self.public_db, self.bare_environment)

    def money(self) -> list[report.Row]:
        """Count with the rules of money, here and with pabutools."""
        self.say("counting money, here and with pabutools")
        return money.measure(self.scale)

    @staticmethod
    def _closed(vote: votes.OpenVote) -> counting.Task:
        seed = votes.close(vote)
        return counting.Task(vote.round.pk, seed.hex(), sealing_info(vote.round).decode())

    def _tell(self) -> None:
        self.say("done")
        cores = f"{os.cpu_count()} cores, the load's own included"
        print(
            f"\n{self.place.describe()}; {cores}; {WORKERS} workers × {THREADS} threads, {LINES} connections"
        )
        self.found.tell()
        if self.large_roll < LARGE:
            print("a small run: its ratios are rough, and the targets are meant for the full size")
        if not self.pgbench:
            print("no pgbench was found: the two statements alone were run by psycopg instead")
