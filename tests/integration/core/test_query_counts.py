"""What every page costs: the same number of statements for 3 rows and for 30, and none of them twice.

Guards ``voting.queries`` and ``voting.read_models.after.overview``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver

from accounts import congresses
from accounts.models import User
from accounts.roles import Role
from tests.factories import NOW, CongressFactory, UnitFactory, UserFactory, make_vote
from tests.lived import Lived, make_lived
from tests.security.test_crawl import BACKEND, PARAMETER, patterns, records
from voting.admin.core.site import site
from voting.domain.core.second_factor import note
from voting.models import RollEntry
from voting.states import CongressAct

pytestmark = pytest.mark.django_db
#: The cycles that an address is asked for: an open urn, a year in delivery, a slate in deliberation.
CYCLES = ("2017", "2018", "2019")
#: The year whose call is open.
NEXT = "2020"
#: What an address that names no congress answers with a list of them, and what is asked of one of them besides.
LISTS = ("/", "/enter/", "/enter/letter/", "/sitemap.xml")
CONGRESS = "gongshu"
NO_PAGE = "-"
#: Who looks, by the beginning of the address; the first that fits.
LOOKERS: list[tuple[str, str]] = [
    (r"/admin/vote/<slug:slug>/unit/", "officer"),
    (r"/admin/(accounts/|people/|congress/|sign-ins/)", "keeper"),
    (r"/admin/congresses/", "keeper of the installation"),
    (r"/admin/", "clerk"),
    (r"/(ballot|delegate)/", "voter"),
    (r"/<slug:slug>/delivery/<small:number>/supervise/|/<slug:slug>/deliberation/", "delegate"),
    (r"/", "nobody"),
]
#: What may be asked twice: where, which statement, why.
TWICE: list[tuple[str, str, str]] = [
    (
        r"/admin/(vote/.*)?$",
        r'FROM "voting_(call|candidate|votingrules|rollentry)" WHERE \(?"voting_\w+"\."(cycle|round)_id" = \d+',
        "the running order asks every verb for its own conditions, and two verbs may need the same",
    ),
    (
        r"/admin/$",
        (
            r'FROM "accounts_(user|delegate)" WHERE \((NOT "accounts_delegate"\."is_resident" AND )?"accounts_\w+"\.'
            r'"congress_id" = \d+ AND "accounts_\w+"\."is_active"'
        ),
        "the first page shows a running order for each running year, and each asks who takes its steps",
    ),
    (
        r"/admin/accounts/\w+/$",
        (
            r'^SELECT COUNT\(\*\) AS "__count" FROM "accounts_\w+" WHERE \(?(NOT "accounts_\w+"\."is_resident" AND )?'
            r'"accounts_\w+"\."congress_id" = \d+\)?$'
        ),
        "Django counts the rows of a list with and without its filters, and there is none",
    ),
    (
        r"/admin/vote/<slug:slug>/desk/$",
        r'FROM "accounts_user" WHERE "accounts_user"."id" = \d+ LIMIT 21$',
        "the person at the desk is also who pressed last",
    ),
]
#: Addresses that show GET no page: forms to be sent, ways on, what nobody may do, what is not there.
NO_PAGES = (
    r"/(leave|look|ballot/review|ballot/cast|ballot/test|ballot/kept|ballot/sign-in)/$",
    r"/<slug:slug>/delivery/<small:number>/remark/$",
    r"/admin/vote/<slug:slug>/key/check/$",
    r"/admin/vote/<slug:slug>/letters/$",  # only where residents vote: OF_LETTERS
    r"/track/correct/$",
    r"/<slug:slug>/(propose/alike|proposals/<small:number>/second)/$",
    r"/admin/(login|login/code|logout)/$",
    r"/admin/vote/<slug:slug>/paper/(picture/<small:number>/|simulated.pdf)$",
    r"/admin/voting/disposal/<path:object_id>/change/$",
)
#: A sheet for the scanner, where one has room for so many projects; else there is none.
ON_ONE_SHEET = {
    "/<slug:slug>/ballot-paper.pdf": "3 3 4",
    "/admin/vote/<slug:slug>/paper-ballots/sheet.pdf": "5 5 6",
}
#: What the staff's pages cost where residents vote by letter, however many.
OF_LETTERS = {"letters": 10, "roll": 11, "roll-changes": 7, "paper-ballots": 8, "open": 10, "close": 10}
#: Every address that shows a page, by its pattern, with what it costs: in each of the cycles where it names one.
COSTS = """
/api/v1/ 0 0 0
/open-data/schemas/ 0
/open-data/schemas/<slug:name>/<small:version>.json 0
/api/v1/openapi.json 0
/api/v1/cycles/ 3
/api/v1/cycles/<slug:slug>/ 3 3 3
/api/v1/cycles/<slug:slug>/votes/ - 3 -
/api/v1/cycles/<slug:slug>/proposals/ 4 4 5
/api/v1/cycles/<slug:slug>/projects/ 4 17 4
/api/v1/cycles/<slug:slug>/projects/<int:number>/ - 17 -
/api/v1/cycles/<slug:slug>/projects/<int:number>/reports/ - 15 -
/sitemap.xml 1
/robots.txt 0
/admin/ 30
/admin/second-factor/ 2
/admin/sign-ins/ 7
/admin/people/ 9
/admin/people/<small:pk>/ 5
/admin/congress/ 3
/admin/congresses/ 6
/admin/congresses/new/ 4
/admin/congresses/<slug:slug>/ 7
/admin/new-year/ 4
/admin/vote/<slug:slug>/call/ 11 11 8
/admin/vote/<slug:slug>/screening/ 20 20 18
/admin/vote/<slug:slug>/slate/ 13 12 11
/admin/vote/<slug:slug>/report/ 23 23 23
/admin/vote/<slug:slug>/confirm/ 12 12 8
/admin/vote/<slug:slug>/rules/ 14 14 9
/admin/vote/<slug:slug>/roll/ 13 13 10
/admin/vote/<slug:slug>/slips/ 11 11 6
/admin/vote/<slug:slug>/check-in/ 10 10 5
/admin/vote/<slug:slug>/key/ 12 12 6
/admin/vote/<slug:slug>/key/mine/ 9 9 4
/admin/vote/<slug:slug>/trial/ 11 11 5
/admin/vote/<slug:slug>/open/ 10 10 5
/admin/vote/<slug:slug>/close/ 10 12 5
/admin/vote/<slug:slug>/paper/ 9 10 5
/admin/vote/<slug:slug>/count/ 10 11 5
/admin/vote/<slug:slug>/certify/ 8 9 5
/admin/vote/<slug:slug>/decide/ 9 10 5
/admin/vote/<slug:slug>/publish/ 8 9 5
/admin/vote/<slug:slug>/further/ 10 11 6
/admin/vote/<slug:slug>/journal/ 5 5 5
/admin/vote/<slug:slug>/year/ 10 9 7
/admin/vote/<slug:slug>/annul/ 7 7 3
/admin/vote/<slug:slug>/roster/ 8 8 5
/admin/vote/<slug:slug>/roster/empty.xlsx 3 3 3
/admin/vote/<slug:slug>/roster/empty.csv 3 3 3
/admin/vote/<slug:slug>/roll-sheet/ 5 5 5
/admin/vote/<slug:slug>/daybook/ 9 9 7
/admin/vote/<slug:slug>/running-sheet/ 9 9 7
/admin/vote/<slug:slug>/script/ 9 10 6
/admin/vote/<slug:slug>/desk/ 11 11 4
/admin/vote/<slug:slug>/roll-changes/ 7 7 4
/admin/vote/<slug:slug>/minutes/ 4 6 4
/admin/vote/<slug:slug>/paper-ballots/ 8 8 4
/admin/vote/<slug:slug>/paper-ballots/print/ 5 5 6
/admin/vote/<slug:slug>/paper/scans/ 8 8 4
/admin/vote/<slug:slug>/paper/pictures/ 9 9 3
/admin/vote/<slug:slug>/deck/ 10 10 5
/admin/vote/<slug:slug>/sample/ 8 11 5
/admin/vote/<slug:slug>/proposals/<small:number>/ - - 15
/admin/vote/<slug:slug>/proposals/together/ 8 8 5
/admin/vote/<slug:slug>/proposals/summary.xlsx 5 5 9
/admin/vote/<slug:slug>/proposals/import/ 7 7 4
/admin/vote/<slug:slug>/proposals/empty.xlsx 3 3 3
/admin/vote/<slug:slug>/proposals/empty.csv 3 3 3
/admin/vote/<slug:slug>/reading-slips/ 8 8 6
/admin/vote/<slug:slug>/candidates/ 12 12 10
/admin/vote/<slug:slug>/candidates/new/ 7 7 4
/admin/vote/<slug:slug>/candidates/<small:number>/ 10 10 7
/admin/vote/<slug:slug>/candidates/<small:number>/pictures/ 9 9 6
/admin/vote/<slug:slug>/unit/ - 9 6
/admin/vote/<slug:slug>/unit/<small:number>/ - 24 -
/admin/vote/<slug:slug>/delivery/ 9 35 9
/admin/vote/<slug:slug>/delivery/<small:number>/ - 20 -
/admin/vote/<slug:slug>/delivery/table/ 3 4 3
/admin/vote/<slug:slug>/delivery/table.xlsx 4 10 4
/admin/password_change/ 2
/admin/voting/cycle/ 4
/admin/voting/cycle/<path:object_id>/change/ 3
/admin/voting/candidate/ 4
/admin/voting/candidate/<path:object_id>/change/ 3
/admin/voting/votingrules/ 4
/admin/voting/votingrules/<path:object_id>/change/ 3
/admin/voting/round/ 4
/admin/voting/round/<path:object_id>/change/ 3
/admin/voting/ballotitem/ 4
/admin/voting/ballotitem/<path:object_id>/change/ 3
/admin/voting/rollentry/ 5
/admin/voting/rollentry/<path:object_id>/change/ 3
/admin/voting/urnseal/ 4
/admin/voting/urnseal/<path:object_id>/change/ 3
/admin/voting/tally/ 4
/admin/voting/tally/<path:object_id>/change/ 3
/admin/voting/certification/ 4
/admin/voting/certification/<path:object_id>/change/ 3
/admin/voting/notice/ 4
/admin/voting/notice/<path:object_id>/change/ 3
/admin/voting/journalentry/ 4
/admin/voting/journalentry/<path:object_id>/change/ 3
/admin/voting/delivery/ 4
/admin/voting/delivery/<path:object_id>/change/ 3
/admin/voting/breakdown/ 4
/admin/voting/breakdown/<path:object_id>/change/ 3
/admin/voting/progressreport/ 4
/admin/voting/progressreport/<path:object_id>/change/ 3
/admin/voting/changerequest/ 4
/admin/voting/changerequest/<path:object_id>/change/ 3
/admin/voting/completion/ 4
/admin/voting/completion/<path:object_id>/change/ 3
/admin/voting/disposal/ 4
/admin/accounts/unit/ 4
/admin/accounts/unit/add/ 2
/admin/accounts/unit/<path:object_id>/change/ 3
/admin/accounts/delegation/ 4
/admin/accounts/delegation/add/ 2
/admin/accounts/delegation/<path:object_id>/change/ 3
/admin/accounts/delegate/ 5
/admin/accounts/delegate/add/ 3
/admin/accounts/delegate/<path:object_id>/change/ 4
/enter/ 2
/enter/letter/ 1
/ballot/ 6
/ 2
/<congress>/ 5
/<congress>/enter/ 0
/<congress>/enter/letter/ 1
/<congress>/sitemap.xml 4
/receipt/ 0
/secrecy/ 0
/delegate/ 10
/track/ 0
/years/ 14
/recount.py 0
/propose/ 2
/candidates/ 2
/results/ 2
/progress/ 2
/open-data/ 1
/feed.atom 24
/<slug:slug>/ 6 18 7
/<slug:slug>/projects/ 5 4 5
/<slug:slug>/projects/<small:number>/ 8 19 9
/<slug:slug>/projects/<small:number>/pictures/<small:position>/ - - 2
/<slug:slug>/call/ - - 2
/<slug:slug>/propose/ 3
/<slug:slug>/proposals.csv 2 2 3
/<slug:slug>/proposals/ 4 4 5
/<slug:slug>/proposals/<small:number>/ - - 7
/<slug:slug>/proposals/<small:number>/files/<small:position>/ - - 2
/<slug:slug>/slate-report/ 4 3 3
/<slug:slug>/slate-report.pdf - - 2
/<slug:slug>/slate-report.json - - 2
/<slug:slug>/slate-report.csv - - 2
/<slug:slug>/slate-reports/<small:version>/ - - 3
/<slug:slug>/slate-reports/<small:version>.pdf - - 2
/<slug:slug>/slate-reports/<small:version>.json - - 2
/<slug:slug>/slate-reports/<small:version>.csv - - 2
/<slug:slug>/deliberation/ 4 6 11
/<slug:slug>/rules/ 4 4 3
/<slug:slug>/ballot-paper/ 3 3 4
/<slug:slug>/result/ 3 2 3
/<slug:slug>/notice/ 3 2 3
/<slug:slug>/report/ 3 2 3
/<slug:slug>/result.json - 2 -
/<slug:slug>/result.csv - 2 -
/<slug:slug>/result.xlsx - 2 -
/<slug:slug>/rounds/<small:number>/notice/ - 2 -
/<slug:slug>/rounds/<small:number>/report/ - 2 -
/<slug:slug>/rounds/<small:number>/result.json - 2 -
/<slug:slug>/rounds/<small:number>/result.csv - 2 -
/<slug:slug>/rounds/<small:number>/result.xlsx - 2 -
/<slug:slug>/rounds/<small:number>/urn.txt - 3 -
/<slug:slug>/recount.json - 3 -
/<slug:slug>/rounds/<small:number>/recount.json - 3 -
/<slug:slug>/recount/ 3 2 3
/<slug:slug>/urn.txt - 3 -
/<slug:slug>/minutes/ 3 4 3
/<slug:slug>/minutes.pdf - 4 -
/<slug:slug>/report.pdf - 2 -
/<slug:slug>/notice.pdf - 2 -
/<slug:slug>/rounds/<small:number>/minutes/ - 4 -
/<slug:slug>/rounds/<small:number>/minutes.pdf - 4 -
/<slug:slug>/rounds/<small:number>/report.pdf - 2 -
/<slug:slug>/rounds/<small:number>/notice.pdf - 2 -
/<slug:slug>/screen/ 3 2 3
/<slug:slug>/screen.json 3 2 3
/<slug:slug>/delivery/ - 17 -
/<slug:slug>/delivery/<small:number>/ - 24 -
/<slug:slug>/delivery/<small:number>/supervise/ - 9 -
/<slug:slug>/delivery/<small:number>/files/<small:report>/<small:position>/ - 1 -
/<slug:slug>/delivery/<small:number>/feed.atom - 21 -
/<slug:slug>/feed.atom 4 22 4
/<slug:slug>/widget/ - 13 -
/<slug:slug>/survey/ - 3 -
/<slug:slug>/breakdown/ 2 3 2
/<slug:slug>/breakdowns/<small:version>/ - 3 -
/<slug:slug>/breakdowns/<small:version>.pdf - 2 -
/<slug:slug>/breakdowns/<small:version>.xlsx - 2 -
/<slug:slug>/breakdowns/<small:version>.json - 2 -
/<slug:slug>/quarters/<small:quarter>/ - 13 -
/<slug:slug>/quarters/<small:quarter>.pdf - 13 -
/<slug:slug>/quarters/<small:quarter>.xlsx - 13 -
/<slug:slug>/quarters/<small:quarter>.csv - 13 -
/<slug:slug>/bulletins/<small:month>/ - 15 -
/<slug:slug>/bulletins/<small:month>.pdf - 15 -
/<slug:slug>/half-years/<small:half>/ - 13 -
/<slug:slug>/half-years/<small:half>.pdf - 13 -
/<slug:slug>/glance/ - 13 -
/<slug:slug>/glance.pdf - 13 -
/<slug:slug>/glance.png - 13 -
/<slug:slug>/projects.csv - 15 -
/<slug:slug>/projects.xlsx - 15 -
/<slug:slug>/projects.json - 15 -
"""
#: Not the page's: at most once a minute the session of whoever looks is moved on.
BESIDE = ("SAVEPOINT", "RELEASE SAVEPOINT", 'UPDATE "accounts_session"')
_CURSOR = re.compile(r'^DECLARE "\w+" NO SCROLL CURSOR FOR ')


def people(lived: Lived) -> dict[str, User | None]:
    return {
        "nobody": None,
        "voter": lived.vote.delegates[-1].user,
        "delegate": lived.spring.vote.delegates[0].user,
        "clerk": lived.spring.vote.clerk,
        "demo clerk": lived.vote.clerk,
        "officer": lived.spring.officer,
        "keeper": UserFactory(role=Role.KEEPER, congress=lived.spring.vote.cycle.congress),
        "keeper of the installation": UserFactory(role=Role.KEEPER, congress=None),
    }


def make_more(lived: Lived, rows: int) -> None:
    """Add so many officers with their units, who have signed in once, and congresses with a keeper."""
    for place in range(rows):
        unit = UnitFactory(congress=lived.spring.vote.cycle.congress, name=f"第{place}办公室")
        officer = UserFactory(role=Role.UNIT, congress=unit.congress, unit=unit)
        note(CongressAct.SIGNED_IN, by=officer, at=NOW)
        UserFactory(role=Role.KEEPER, congress=CongressFactory(slug=f"town-{place}"))


def clients_of(lived: Lived) -> dict[str, Client]:
    """Return everybody's browser; the first page, which notes that the person is there, is behind them."""
    clients = {}
    for name, user in people(lived).items():
        clients[name] = Client()
        if user:
            clients[name].force_login(user, backend=BACKEND)
        clients[name].get("/admin/")
    return clients


def written() -> list[str]:
    """Return the pattern of every address of the site."""
    return ["/" + re.sub(r"[\^$]|\\Z", "", pattern).lstrip("/") for pattern in patterns(get_resolver())]


def cycles_of(pattern: str) -> tuple[str, ...]:
    if "<slug:slug>" not in pattern:
        return ("",)
    if pattern.startswith("/admin/congresses/"):
        return (CONGRESS,)
    return (NEXT,) if pattern.endswith("/propose/") else CYCLES


def addresses(lived: Lived) -> Iterator[tuple[str, str, str]]:
    """Yield the pattern, the cycle or nothing, and the address, of everything that GET can reach."""
    known = records()
    values = {
        "number": "1",
        "report": str(lived.report_with_file.pk),
        "app_label": "voting",
        "pk": str(lived.spring.officer.pk),
        "name": "piaojue-notice",
        "url": "x",
        "content_type_id": str(ContentType.objects.get_for_model(RollEntry).pk),
    }
    for pattern in written():
        key = next((key for beginning, key in known.items() if pattern.startswith(beginning)), "1")
        for slug in cycles_of(pattern):
            given = values | {"object_id": key, "slug": slug}
            if pattern.startswith("/<slug:slug>/proposals/<small:number>/files/"):
                given["number"] = str(lived.proposal_with_file.number)
            address = PARAMETER.sub(lambda m, g=given: g.get(m[1] or m[2], "1"), pattern)
            # The open call is a rehearsal's, which no short address leads to.
            yield pattern, slug, f"/rehearsal{address}" if slug == NEXT else address
    for each in LISTS:
        yield f"/<congress>{each}", "", f"/{CONGRESS}{each}"


def statements(client: Client, address: str) -> list[str] | None:
    """Return what a page asks of the database; None where there is no page."""
    with CaptureQueriesContext(connection) as caught:
        answer = client.get(address)
        body = answer.getvalue()
    assert answer.status_code < 500, address
    if answer.status_code != 200 or not body:
        return None
    asked = (_CURSOR.sub("", each["sql"]) for each in caught.captured_queries)
    return [each for each in asked if not each.startswith(BESIDE)]


def may_be_twice(pattern: str, statement: str) -> bool:
    return any(re.match(where, pattern) and re.search(what, statement) for where, what, _why in TWICE)


def measured(lived: Lived) -> tuple[dict[str, list[str]], list[tuple[str, str]]]:
    """Return what every address costs, and which statements which of them repeats without a reason."""
    clients, costs, repeated = clients_of(lived), dict[str, list[str]](), []
    ContentType.objects.get_for_models(*site._registry)  # a process asks for these once,
    clients["voter"].get("/ballot/")  # and for the key of a round
    for pattern, slug, address in addresses(lived):
        looker = next(name for beginning, name in LOOKERS if re.match(beginning, pattern))
        if (looker, slug) == ("clerk", "2017"):
            looker = "demo clerk"
        asked = statements(clients[looker], address)
        costs.setdefault(pattern, []).append(NO_PAGE if asked is None else str(len(asked)))
        repeated += [
            (address, statement)
            for statement, times in Counter(asked or ()).items()
            if times > 1 and not may_be_twice(pattern, statement)
        ]
    return costs, repeated


def table(costs: dict[str, list[str]]) -> dict[str, str]:
    return {pattern: " ".join(numbers) for pattern, numbers in costs.items() if set(numbers) != {NO_PAGE}}


@pytest.mark.parametrize("rows", [3, 30])
def test_no_page_costs_more_for_more_rows_and_none_asks_twice(rows, monkeypatch):
    lived = make_lived(rows)
    make_more(lived, rows)
    monkeypatch.setattr(congresses, "FRESH", 3600)  # no page asks anew because the test takes long
    costs, repeated = measured(lived)
    assert repeated == []
    for pattern, cost in ON_ONE_SHEET.items():
        assert all(
            number in {most, NO_PAGE} for number, most in zip(costs.pop(pattern), cost.split(), strict=True)
        ), pattern
    assert table(costs) == dict(line.split(" ", 1) for line in COSTS.strip().splitlines())
    unseen = set(costs) - set(table(costs))
    assert [each for each in unseen if not any(re.match(known, each) for known in NO_PAGES)] == []


def test_every_exception_is_of_an_address_that_there_is():
    known = [*NO_PAGES, *(where for where, _what, _why in TWICE)]
    assert [each for each in known if not any(re.match(each, pattern) for pattern in written())] == []


@pytest.mark.parametrize("residents", [3, 30])
def test_pages_of_a_vote_of_residents_cost_the_same_whatever_its_roll(residents: int):
    vote, client = make_vote(until="open", delegates=1, residents=residents), Client()
    client.force_login(vote.clerk, backend=BACKEND)
    client.get("/admin/")
    costs = {}
    for page in OF_LETTERS:
        pattern = f"/admin/vote/<slug:slug>/{page}/"
        asked = statements(client, f"/admin/vote/{vote.cycle.slug}/{page}/")
        assert asked, page
        costs[page] = len(asked)
        twice = [each for each, times in Counter(asked).items() if times > 1]
        assert not [each for each in twice if not may_be_twice(pattern, each)], page
    assert costs == OF_LETTERS
