"""Public pages are kept for two seconds, per address, language and look; nothing that is made for a person ever is.

Guards ``config.kept`` and ``config.addresses``.
"""

from __future__ import annotations

import threading
import time

import pytest
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from accounts.kept_sessions import KeptSession
from accounts.sessions import is_ours
from config import kept
from config.kept import KeptPages
from tests.factories import make_vote
from tests.pages import html_of
from voting.views.core.elder import COOKIE, LARGE

pytestmark = pytest.mark.django_db

CHOICES = [range(1, 11)] * 4


@pytest.fixture(autouse=True)
def two_seconds(settings) -> None:
    settings.KEPT_SECONDS = 2


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The moment that the pages are kept by; a test moves it on."""
    moment = [1000.0]
    monkeypatch.setattr(kept.time, "monotonic", lambda: moment[0])
    return moment


def queries(client: Client, path: str, **more: str) -> int:
    with CaptureQueriesContext(connection) as caught:
        assert client.get(path, **more).status_code == 200
    return len(caught.captured_queries)


@pytest.mark.parametrize(
    "path", ["/", "/2018/result/", "/2018/", "/2018/projects/3/", "/2018/screen/", "/2018/screen.json"]
)
def test_a_page_that_was_made_is_kept_and_proxies_may_keep_it(client: Client, path: str):
    make_vote(until="published", delegates=4, ballots=CHOICES)
    first = client.get(path)
    second = client.get(path)
    assert queries(client, path) == 0
    assert second.content == first.content
    assert second["Content-Type"] == first["Content-Type"]
    assert second["Content-Length"] == first["Content-Length"] == str(len(first.content))
    for answer in (first, second):
        assert "s-maxage=2" in answer["Cache-Control"]
        assert "public" in answer["Cache-Control"]
        assert answer["Vary"] == "Cookie"
        assert not answer.cookies
        assert answer["Content-Security-Policy"]


@pytest.mark.parametrize(("path", "language"), [("/", "zh-hans"), ("/en/", "en")])
def test_a_page_is_in_the_language_of_its_address_whatever_the_browser_would_like(
    client: Client, path: str, language: str
):
    make_vote(until="open", delegates=1)
    answers = [client.get(path, headers={"accept-language": like}) for like in ("en", "zh-CN", "fr;q=0.9")]
    assert len({answer.content for answer in answers}) == 1
    for answer in answers:
        assert answer["Content-Language"] == language
        assert f'<html lang="{language}"'.encode() in answer.content
        assert "Accept-Language" not in answer["Vary"]


def test_after_two_seconds_it_is_made_anew(client: Client, clock: list[float]):
    make_vote(until="open", delegates=4)
    client.get("/2018/")
    clock[0] += 1.9
    assert queries(client, "/2018/") == 0
    clock[0] += 0.2
    assert queries(client, "/2018/") > 0


def test_whoever_comes_while_it_is_made_anew_has_the_old_one(clock: list[float]):
    made: list[str] = []
    inner: list[HttpResponse] = []

    def view(request: HttpRequest) -> HttpResponse:
        made.append("page")
        if len(made) == 2:
            inner.append(pages(RequestFactory().get("/")))
        return HttpResponse(f"{len(made)}")

    pages = KeptPages(view)
    pages.states.state_of = lambda *_seen: None
    assert pages(RequestFactory().get("/")).content == b"1"
    clock[0] += 2.5
    assert pages(RequestFactory().get("/")).content == b"2"
    assert inner[0].content == b"1"
    clock[0] += 10
    assert pages(RequestFactory().get("/")).content == b"3", "nothing old is shown after the grace"


def test_a_page_that_many_ask_for_at_once_is_made_once():
    made: list[int] = []
    gate = threading.Barrier(8)

    def view(_request: HttpRequest) -> HttpResponse:
        made.append(1)
        time.sleep(0.2)
        return HttpResponse("page")

    pages = KeptPages(view)

    def ask() -> None:
        gate.wait()
        assert pages(RequestFactory().get("/")).content == b"page"

    people = [threading.Thread(target=ask) for _ in range(8)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert made == [1]
    assert pages.making == {}


def test_languages_looks_hosts_and_questions_are_kept_apart(client: Client):
    make_vote(until="published", delegates=4, ballots=CHOICES)
    client.get("/2018/")
    assert queries(client, "/en/2018/") > 0
    assert queries(client, "/2018/projects/?q=x") > 0
    assert queries(client, "/2018/projects/?q=y") > 0
    assert queries(client, "/2018/", HTTP_HOST="vote.localhost") > 0
    client.cookies[COOKIE] = LARGE
    assert queries(client, "/2018/") > 0
    assert queries(client, "/2018/") == 0
    client.cookies[COOKIE] = "anything else"
    assert queries(client, "/2018/") == 0, "no page depends on it"


def test_questions_that_only_look_alike_are_kept_apart():
    """Raw bytes in an address are decoded in another way than the same characters written with percent signs."""
    pages = KeptPages(lambda request: HttpResponse(request.GET["q"]))
    for query, asked in (("q=\xc3\xa9", "é"), ("q=%C3%83%C2%A9", "Ã©")):
        request = RequestFactory().get("/")
        request.META["QUERY_STRING"] = query
        assert pages(request).content.decode() == asked


def test_nothing_is_kept_of_or_for_whoever_is_signed_in(client: Client):
    vote = make_vote(until="published", delegates=4, ballots=CHOICES)
    vote.sign_in(client)
    own = client.get("/2018/")
    assert "private" in own["Cache-Control"]
    assert "s-maxage" not in own["Cache-Control"]
    session = client.cookies.pop("sessionid")
    assert queries(client, "/2018/") > 0, "the delegate's page was not kept for others"
    assert queries(client, "/2018/") == 0
    client.cookies["sessionid"] = session.value
    assert queries(client, "/2018/") > 0, "nor is a stranger's shown to the delegate"


@pytest.mark.parametrize("cookie", ["x", "", "0" * 40, "0" * 56, "é"])
def test_a_session_that_this_site_never_gave_out_is_none(client: Client, cookie: str):
    make_vote(until="published", delegates=4, ballots=CHOICES)
    first = client.get("/2018/")
    client.cookies["sessionid"] = cookie
    assert queries(client, "/2018/") == 0
    assert client.get("/2018/").content == first.content
    assert queries(client, "/2018/rules/") > 0
    client.cookies.clear()
    assert queries(client, "/2018/rules/") == 0, "what was made for that stranger is kept for all"


def test_a_session_that_is_over_is_none_to_share(client: Client):
    """Whether a session that this site gave out is over only the database knows: such a page is nobody else's."""
    vote = make_vote(until="published", delegates=4, ballots=CHOICES)
    vote.sign_in(client)
    cookie = client.cookies["sessionid"].value
    client.get("/2018/")
    KeptSession.objects.all().delete()
    client.cookies["sessionid"] = cookie
    assert "s-maxage" not in client.get("/2018/")["Cache-Control"]
    assert is_ours(cookie)
    assert not is_ours(cookie[:-1])
    assert not is_ours("1" + cookie[1:])


def test_pages_of_persons_ask_the_database_whose_a_session_is(client: Client):
    client.cookies["sessionid"] = "x" * 32
    with CaptureQueriesContext(connection) as caught:
        client.get("/ballot/")
    assert any("accounts_session" in each["sql"] for each in caught.captured_queries)


@pytest.mark.parametrize("path", ["/receipt/", "/enter/", "/track/", "/ballot/", "/delegate/"])
def test_what_sets_a_cookie_or_holds_a_form_is_never_kept(client: Client, path: str):
    make_vote(until="open", delegates=4)
    for _time in range(2):
        client.cookies.clear()
        answer = client.get(path)
        assert "s-maxage" not in answer.get("Cache-Control", "")


def test_a_form_that_is_sent_is_not_kept_although_it_sets_no_cookie():
    pages = KeptPages(
        lambda _request: HttpResponse('<input type="hidden" name="csrfmiddlewaretoken" value="x">')
    )
    answer = pages(RequestFactory().get("/"))
    assert "Cache-Control" not in answer
    assert pages.size == 0


@pytest.mark.parametrize(
    "how",
    [
        {"method": "POST"},
        {"HTTP_AUTHORIZATION": "x"},
        {"HTTP_IF_NONE_MATCH": '"x"'},
        {"HTTP_RANGE": "bytes=0-1"},
    ],
)
def test_whoever_asks_for_an_answer_of_their_own_has_one(how: dict[str, str]):
    made: list[int] = []
    pages = KeptPages(lambda _request: made.append(1) or HttpResponse("x"))  # type: ignore[func-returns-value]
    given = dict(how)
    method = given.pop("method", "GET")
    for _time in range(2):
        pages(RequestFactory().generic(method, "/", **given))
    assert len(made) == 2


@pytest.mark.parametrize("status", [301, 404, 409, 500])
def test_only_whole_answers_are_kept(status: int):
    pages = KeptPages(lambda _request: HttpResponse("x", status=status))
    pages(RequestFactory().get("/"))
    assert pages.size == 0


def test_addresses_without_end_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(kept, "MOST_OF_ALL", 10_000)
    pages = KeptPages(lambda _request: HttpResponse("x" * 2000))
    for place in range(50):
        pages(RequestFactory().get("/", {"page": str(place)}))
    assert pages.size <= 10_000
    assert len(pages.pages) == 3
    assert pages.size == sum(each.size for each in pages.pages.values())


def test_nor_do_long_addresses_of_short_pages(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(kept, "MOST_OF_ALL", 20_000)
    pages = KeptPages(lambda _request: HttpResponse("x"))
    for place in range(20):
        pages(RequestFactory().get("/robots.txt", {"page": str(place) * 4000}))
    assert sum(len("".join(map(str, key))) for key in pages.pages) <= 20_000
    assert len(pages.pages) > 1


def test_nobody_waits_for_a_paper_that_another_draws(monkeypatch: pytest.MonkeyPatch):
    """Readers of papers have their turns; whoever gets none is told at once, and the voters have the threads."""
    monkeypatch.setattr(kept, "PATIENCE", 60.0)
    begun, drawn = threading.Event(), threading.Event()

    def view(_request: HttpRequest) -> HttpResponse:
        if begun.is_set():
            return HttpResponse(status=503)
        begun.set()
        drawn.wait(10)
        return HttpResponse("paper")

    pages = KeptPages(view)
    first = threading.Thread(target=pages, args=[RequestFactory().get("/2018/notice.pdf")])
    first.start()
    begun.wait(10)
    try:
        others: list[int] = []
        second = threading.Thread(
            target=lambda: others.append(pages(RequestFactory().get("/2018/notice.pdf")).status_code)
        )
        second.start()
        second.join(5)
        assert others == [503]
    finally:
        drawn.set()
        first.join(10)
        second.join(10)


def test_none_are_kept_where_the_settings_say_so(client: Client, settings):
    settings.KEPT_SECONDS = 0
    make_vote(until="open", delegates=4)
    client.get("/")
    assert queries(client, "/") > 0


def test_the_hall_screen_of_two_halls_costs_one_page(client: Client):
    make_vote(until="open", delegates=4)
    first = client.get("/2018/screen.json").json()
    assert queries(client, "/2018/screen.json") == 0
    assert client.get("/2018/screen.json").json() == first
    assert "no-store" not in client.get("/2018/screen.json")["Cache-Control"]
    assert "max-age=0" in client.get("/2018/screen.json")["Cache-Control"], "no browser keeps it"


def test_the_middleware_is_outside_of_whatever_reads_a_session():
    order = settings.MIDDLEWARE
    assert order.index("config.kept.KeptPages") < order.index(
        "django.contrib.sessions.middleware.SessionMiddleware"
    )
    assert html_of(HttpResponse("x")) == "x"


def test_pages_are_made_anew_one_after_the_other_and_in_peace(
    clock: list[float], monkeypatch: pytest.MonkeyPatch
):
    made: list[str] = []
    inside: list[bytes] = []
    work = [0.0]
    monkeypatch.setattr(kept.time, "thread_time", lambda: work[0])

    def view(request: HttpRequest) -> HttpResponse:
        made.append(request.path)
        work[0] += 0.1
        if made.count("/a") == 2 and not inside:
            inside.append(ask("/b"))
        return HttpResponse(f"{request.path} {len(made)}")

    def ask(path: str) -> bytes:
        return pages(RequestFactory().get(path)).content

    pages = KeptPages(view)
    pages.states.state_of = lambda *_seen: None
    assert [ask("/a"), ask("/b")] == [b"/a 1", b"/b 2"], "what is not there is made at once"
    clock[0] += 2.5
    assert ask("/a") == b"/a 3"
    assert inside == [b"/b 2"], "while another is made, the old one"
    clock[0] += 0.2
    assert ask("/b") == b"/b 2", "in the rest of four times as long, the old one"
    clock[0] += 0.3
    assert ask("/b") == b"/b 4"


def test_whoever_finds_it_made_meanwhile_gives_the_turn_back(clock: list[float]):
    pages = KeptPages(lambda _request: HttpResponse("page"))
    pages.states.state_of = lambda *_seen: None
    pages(RequestFactory().get("/"))
    (key,) = pages.pages
    clock[0] += 2.5
    pages.making[key] = threading.Event()
    pages.making[key].set()
    for _time in range(2):  # another thread has it in hand, and is done
        assert pages(RequestFactory().get("/")).content == b"page"
    assert pages.makers.holder is None


def test_what_is_put_off_again_and_again_is_made_after_all(clock: list[float]):
    pages = KeptPages(lambda _request: HttpResponse(str(clock[0])))
    pages.states.state_of = lambda *_seen: None
    pages.makers.rests_until = clock[0] + 1000
    ages = []
    for _time in range(100):
        clock[0] += 0.15
        ages.append(clock[0] - float(pages(RequestFactory().get("/")).content))
    assert 3.5 < max(ages) < 4.2


@pytest.mark.parametrize("status", [404, 302, 500])
def test_a_page_that_is_gone_is_gone_for_all(clock: list[float], status: int):
    """One in a second asks for a page anew, and all others have the old one meanwhile: not for ever."""
    answers = [HttpResponse("page")]
    pages = KeptPages(lambda _request: answers[-1])
    pages.states.state_of = lambda *_seen: None
    pages(RequestFactory().get("/"))
    answers.append(HttpResponse(status=status))
    last = 0.0
    for _time in range(100):
        clock[0] += 0.1
        if pages(RequestFactory().get("/")).status_code == 200:
            last = clock[0] - 1000
    assert last < (4.01 if status == 500 else 2.01)
    assert pages.size == sum(each.size for each in pages.pages.values())
