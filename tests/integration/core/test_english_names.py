"""An English page has no Chinese place, session, unit or delegation where an English name was entered.

What is kept has the Chinese names, whoever wrote it and in which language; English ones only where a key is for them.
Guards ``accounts.names``, ``voting.templatetags.names`` and ``voting.read_models.core.letterhead``.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from functools import partial
from html.parser import HTMLParser
from itertools import count
from math import inf
from typing import Any

import pypdf
import pytest
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models.signals import pre_save
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from accounts.models import Congress, Delegation, Unit
from accounts.names import NamesShown
from tests.assessing import begin, finish
from tests.factories import CongressFactory, UnitFactory, make_vote
from tests.integration.core.test_query_counts import LOOKERS, addresses, clients_of, people, statements
from tests.lived import Lived, make_lived
from tests.security.test_crawl import BACKEND, read
from tests.spring import make_spring
from voting.admin.core.site import site
from voting.count.counting import Mark
from voting.count.formats.breakdown import BREAKDOWN
from voting.count.formats.notice import NOTICE
from voting.count.formats.slate_report import SLATE_REPORT
from voting.domain.after import deliveries
from voting.domain.before import slate_reports
from voting.domain.core import cycles
from voting.domain.vote.definitions import write_definition
from voting.domain.vote.notices import notice_body
from voting.domain.vote.urn_files import public_file
from voting.models import Cycle, SlateReport
from voting.read_models.core.letterhead import Letterhead
from voting.read_models.vote import documents
from voting.read_models.vote.results import Result
from voting.templatetags.names import spoken

pytestmark = pytest.mark.django_db
SESSION = "第七届人民代表大会第二次会议"
#: What an official source says of itself, for which there is no English.
DISCLOSED = {
    f"disclosure_{name}": "办〔2018〕1号"
    for name in ("index", "document_number", "mode", "scope", "term", "publisher")
}
#: What every English name of these tests has.
ENGLISH = "in English"
#: Where a Chinese name stands although there is an English one, and why.
EXCEPTIONS: dict[str, str] = {
    r"/admin/accounts/(unit|delegation)/": "both names of everything are kept here",
    r"/admin/people/": "a unit is entered by the name that it is kept under",
    r"/admin/voting/\w+/<path:object_id>/": "a record as it is stored, with the text that its hash is of",
    r"/admin/vote/<slug:slug>/journal/$": "the words of the entries, whose hashes stand beside them",
    r".*\.json$": "what programs read keeps its words in every language",
    r".*/projects\.(csv|xlsx)$": "open data, which programs read; the workbook is the CSV once more",
}
#: What somebody typed into a form or is to change there: the words as they are kept.
_TYPED = re.compile(r"<textarea\b.*?</textarea>|<input\b[^>]*>", re.DOTALL)
_MARKED = re.compile(r'lang="zh-Hans"[^>]*>([^<]*)')
_FILE = re.compile(r"\.(pdf|xlsx|csv|json|atom|txt)$")
#: Columns that are there for English names.
_OWN = {
    "accounts_congress": {"name_en", "place_en", "issuer_en"},
    "accounts_unit": {"name_en"},
    "accounts_delegation": {"name_en"},
    "voting_cycle": {"session_en"},
}
#: What a record has of English names: keys of their own.
_OWN_KEYS = re.compile(r'"\w+_en":\s*"[^"]*"')


@pytest.fixture
def english_names(monkeypatch) -> Iterator[None]:
    """Every congress, unit, delegation and year has an English name from the moment that it is entered."""
    numbers = count(1)

    def enter(instance: Any, **_signal: Any) -> None:
        for field in ("name_en", "place_en"):
            if getattr(instance, field, None) == "":
                setattr(instance, field, f"{type(instance).__name__} {ENGLISH} {next(numbers)}")

    for model in (Congress, Unit, Delegation):
        pre_save.connect(enter, sender=model, weak=False, dispatch_uid=f"english {model.__name__}")
    session = {
        "session": SESSION,
        "session_en": f"Session {ENGLISH}",
        "vote_at": "第三次全体会议",
        **DISCLOSED,
    }
    monkeypatch.setattr(cycles, "create_cycle", partial(cycles.create_cycle, **session))
    yield
    for model in (Congress, Unit, Delegation):
        pre_save.disconnect(sender=model, dispatch_uid=f"english {model.__name__}")


def chinese_names() -> set[str]:
    names = {SESSION, *Congress.objects.values_list("place", flat=True)}
    return names.union(*(model.objects.values_list("name", flat=True) for model in (Unit, Delegation)))


def text_of(answer: HttpResponse) -> str:
    """Return what an answer says, of a page without what somebody typed into a form of it."""
    body = answer.getvalue()
    if answer["Content-Type"] == "application/pdf":
        pages = pypdf.PdfReader(io.BytesIO(body)).pages
        return re.sub(r"\s+", "", "".join(page.extract_text() for page in pages))
    return _TYPED.sub("", read(answer, body))


#: Staff see of the public's pages what everybody sees: these are asked for as each of them, the others are not.
FOR_ALL = {"/", "/<slug:slug>/", "/<slug:slug>/delivery/<small:number>/"}
OF_THE_PUBLIC = {"nobody", "voter", "delegate"}


def english_answers(lived: Lived) -> Iterator[tuple[str, str, str, str]]:
    """Yield pattern and address of every English page, who asks, and what the answer says; a file once only."""
    clients = {}
    for name, user in people(lived).items():
        clients[name] = Client()
        if user:
            clients[name].force_login(user, backend=BACKEND)
    for pattern, _slug, address in addresses(lived):
        own = pattern.startswith("/admin/") or pattern in FOR_ALL
        for name, client in clients.items():
            if not own and name not in OF_THE_PUBLIC:
                continue
            answer = client.get(f"/en{address}")
            assert answer.status_code < 500, address
            if answer.status_code == 200:
                yield pattern, address, name, text_of(answer)
                if _FILE.search(address):
                    break


@pytest.mark.usefixtures("english_names")
def test_no_english_page_has_a_chinese_name_where_there_is_an_english_one():
    lived = make_lived(3)
    names, chinese, marked, needed, readers, met = chinese_names(), [], [], set(), set(), set()
    for pattern, address, who, text in english_answers(lived):
        readers.add(who)
        met.update(re.findall(rf"(\w+) {ENGLISH}", text))
        marked += [(address, words) for words in _MARKED.findall(text) if ENGLISH in words]
        if here := [name for name in names if name in text]:
            excepted = {each for each in EXCEPTIONS if re.match(each, pattern)}
            needed |= excepted
            chinese += [] if excepted else [(address, who, here)]
    assert (chinese, marked) == ([], [])
    assert met >= {"Congress", "Session", "Unit", "Delegation"}, "the English names are met"
    assert readers == set(people(lived)), "everybody has read something"
    assert needed == set(EXCEPTIONS), "every exception is needed"


@pytest.mark.usefixtures("english_names")
def test_whatever_stays_chinese_on_a_public_english_page_is_marked_as_chinese():
    """A reader of English hears it read as Chinese, and sees that nobody forgot to translate it."""
    lived, client, unmarked, read_pages = make_lived(3), Client(), [], 0
    for _pattern, _slug, address in addresses(lived):
        answer = client.get(f"/en{address}")
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
            read_pages += 1
            page = ChineseWords()
            page.feed(answer.getvalue().decode())
            unmarked += [(address, words) for words in page.unmarked]
    assert not unmarked, "\n".join(f"{address}: {words}" for address, words in dict.fromkeys(unmarked))
    assert read_pages > 40


#: A full stop is Chinese, too: beside a word that is marked it is set and read with it.
_CHINESE = re.compile("[\u3001-\u300f\u4e00-\u9fff\uff01-\uff1f]")


class ChineseWords(HTMLParser):
    """The Chinese of a page that no ``lang`` says to be Chinese; choices and titles can't be marked in parts."""

    _unmarkable = frozenset({"option", "title", "textarea", "script", "style"})
    _single = frozenset({"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []
        self.unmarked: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        own = dict(attrs).get("lang")
        before = bool(self.open) and self.open[-1][1]
        if tag not in self._single:
            self.open.append((tag, before if own is None else own.startswith("zh")))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        tag, marked = self.open[-1] if self.open else ("", False)
        if not marked and tag not in self._unmarkable and _CHINESE.search(data):
            self.unmarked.append(data.strip())


@pytest.mark.usefixtures("english_names")
def test_an_english_page_costs_at_most_one_statement_more(monkeypatch):
    monkeypatch.setattr("accounts.congresses.FRESH", inf)  # which congresses there are is asked for once
    lived = make_lived(3)
    clients = clients_of(lived)
    ContentType.objects.get_for_models(*site._registry)
    dear = []
    for pattern, slug, address in addresses(lived):
        looker = next(name for beginning, name in LOOKERS if re.match(beginning, pattern))
        client = clients["demo clerk" if (looker, slug) == ("clerk", "2017") else looker]
        chinese, english = statements(client, address), statements(client, f"/en{address}")
        if chinese is not None and english is not None and len(english) > len(chinese) + 1:
            dear.append((address, len(chinese), len(english)))
    assert dear == []


@pytest.mark.usefixtures("english_names")
def test_nothing_is_stored_in_the_language_of_whoever_wrote_it():
    with override("en"):
        make_lived(3)
    stored = []
    for model in apps.get_models():
        table = model._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT row_to_json(t)::text FROM "{table}" t')
            rows = [json.loads(row) for (row,) in cursor]
        stored += [
            (table, column, value)
            for row in rows
            for column, value in row.items()
            if ENGLISH in _OWN_KEYS.sub("", str(value)) and column not in _OWN.get(table, set())
        ]
    assert stored == []
    assert Unit.objects.filter(name_en__contains=ENGLISH).exists()


@pytest.mark.usefixtures("english_names")
def test_what_is_frozen_is_the_same_to_the_byte_in_both_languages():
    spring = make_spring()
    cycle, at = Cycle.objects.get(slug="2018"), timezone.now()
    round_ = cycle.rounds.get()

    def frozen() -> list[str]:
        report = SlateReport(cycle=cycle, version=1)
        return [
            write_definition(
                cycle=cycle,
                number=1,
                rules=round_.rules,
                seats=round_.seats,
                candidates=list(cycle.candidates.all()),
            ).text,
            NOTICE.write(notice_body(round_=round_, at=at)),
            BREAKDOWN.write(deliveries.body_of(spring.cycle, version=1)),
            SLATE_REPORT.write(slate_reports.body_of(report)),
            public_file(round_),
        ]

    with override("en"):
        english = frozen()
    with override("zh-hans"):
        assert frozen() == english
    assert ENGLISH not in _OWN_KEYS.sub("", "".join(english))


@pytest.mark.usefixtures("english_names")
def test_a_unit_s_part_is_assessed_and_its_grade_shown_under_both_names(client):
    spring = make_spring(issued=False)
    spring.plan(1, responsible_units="区民政局")
    spring.issue()
    vote = begin(spring, (1,), by_unit=True)
    english = dict(Unit.objects.values_list("name", "name_en"))
    units = ["区城管局", "区民政局"]
    assert list(vote.cycle.candidates.order_by("number").values_list("name", "name_en")) == [
        (f"第1项目 · {unit}", f"Project 1 · {english[unit]}") for unit in units
    ]
    finish(vote, [{1: Mark.FOR, 2: Mark.AGAINST}] * 3)
    page = client.get("/en/2018/delivery/1/").content.decode()
    assert f"Project 1 · {english['区民政局']}" in page
    row = client.get("/en/2018/delivery/").content.decode()
    assert f"{english['区城管局']}: satisfied; {english['区民政局']}: unsatisfied" in row
    assert not [unit for unit in units if unit in page + row]


def test_the_names_in_a_text_are_looked_up_once_and_only_for_a_reader_of_english(django_assert_num_queries):
    unit = UnitFactory(name="区城管局", name_en="Urban Management Bureau")
    UnitFactory(name="区民政局")
    text = "区城管局、区民政局；区教育局\n区城管局"
    with override("zh-hans"), django_assert_num_queries(0):
        assert NamesShown(unit.congress_id).of(text) == text
    with override("en"), django_assert_num_queries(1):
        names = NamesShown(unit.congress_id)
        assert names.of(text) == "Urban Management Bureau, 区民政局, 区教育局\nUrban Management Bureau"
        assert names.of("区民政局、区教育局") == "区民政局、区教育局"
        assert names.of("") == ""


def test_chinese_words_of_an_english_page_are_marked_and_nothing_else_is():
    with override("en"):
        assert spoken("区城管局 2018, no. 2") == '<span lang="zh-Hans">区城管局</span> 2018, no. 2'
        assert spoken("Bureau <b>") == "Bureau &lt;b&gt;"
        assert spoken("<局>") == '&lt;<span lang="zh-Hans">局</span>&gt;'
        assert spoken(None) == spoken("") == ""
    with override("zh-hans"):
        assert spoken("区城管局 <2>") == "区城管局 &lt;2&gt;"


@pytest.mark.parametrize(
    ("language", "issuer", "expected"),
    [
        ("zh-hans", {}, (SESSION, [SESSION, "主席团"], "某区")),
        ("en", {}, (f"Session {ENGLISH}", [f"Session {ENGLISH}", "Presidium"], f"Congress {ENGLISH}")),
        ("zh-hans", {"issuer": "某区人大主席团"}, ("某区人大主席团", ["某区人大主席团"], "某区")),
        ("en", {"issuer": "某区人大主席团"}, ("某区人大主席团", ["某区人大主席团"], "")),
        ("en", {"issuer": "主席团", "issuer_en": "The Presidium"}, ("The Presidium", ["The Presidium"], "")),
        ("zh-hans", {"seal": "某区人大之印"}, (SESSION, [SESSION, "主席团", "某区人大之印"], "某区人大之印")),
    ],
)
def test_a_notice_names_the_issuing_body_and_its_papers_the_seal(client, language, issuer, expected):
    CongressFactory(place="某区", place_en=f"Congress {ENGLISH}", **issuer)
    vote = make_vote(until="certified", delegates=3, ballots=[range(1, 11)] * 3)
    Cycle.objects.update(session=SESSION, session_en=f"Session {ENGLISH}")
    vote.cycle.refresh_from_db()
    vote.run("published")
    heading, signed, sealed = expected
    result = Result(vote.round.notice)
    with override(language):
        paper = documents.notice(result)
        title = f"Notice of {heading}" if language == "en" else f"{heading}公告"
        assert (paper.title, paper.sealed_by[:-1]) == (title, signed)
        assert heading not in paper.overline
        assert not sealed or Letterhead.of(vote.cycle).sealed == sealed
    page = client.get(f"{'/en' if language == 'en' else ''}/2018/notice/").content.decode()
    plain = re.sub(r"</?span[^>]*>", "", page)
    assert f"<h1>{title}</h1>" in re.sub(r"\s*(</?h1>)\s*", r"\1", plain)
    assert all(f"{line}<br>" in plain for line in signed)
    assert json.loads(vote.round.notice.body)["cycle"] == {
        **json.loads(vote.round.notice.body)["cycle"], "place": "某区", "congress": SESSION,
    }  # fmt: skip


def test_a_session_that_is_not_stated_gives_way_to_the_place_and_the_congress():
    congress = CongressFactory(place="某区", place_en="Some District", name_en="Its Congress")
    head = Letterhead.of(Cycle(congress=congress, slug="2018", year=2018, seats=1))
    with override("en"):
        english = Letterhead.of(head.cycle)
        assert (english.overline, english.issuer) == ("Some District", "Its Congress")
    with override("zh-hans"):
        assert (head.overline, head.issuer) == ("某区", "某区人民代表大会")
