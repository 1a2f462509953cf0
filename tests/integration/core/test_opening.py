"""A congress is opened on one page or by one command; what it is called is corrected later.

Guards ``voting.domain.core.congresses``, ``accounts.congresses``, ``accounts.views``.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.http import Http404
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from accounts.congresses import congress_at, shown_here
from accounts.models import Congress, User
from accounts.roles import Kind, Level, Role
from tests.factories import CongressFactory, UserFactory, make_vote
from tests.security.test_crawl import BACKEND
from voting.domain.core.congresses import change_congress
from voting.forms.core.congresses import numbered_delegations

pytestmark = pytest.mark.django_db
PAGE = "/admin/congresses/new/"
FILLED = {
    "name": "甲镇人民代表大会", "place": "甲镇", "slug": "jia", "level": "town", "parent": "", "kind": "official",
    "confirm": "on", "keeper_name": "办公室", "keeper_username": "", "numbered": "3", "delegations": "",
    "time_zone": "Asia/Shanghai",
}  # fmt: skip


def installation() -> Client:
    client = Client()
    client.force_login(UserFactory(role=Role.KEEPER, congress=None), backend=BACKEND)
    return client


def test_a_congress_is_opened_on_one_page_with_its_first_keeper():
    county = CongressFactory(slug="xian", level=Level.COUNTY)
    answer = installation().post(PAGE, {**FILLED, "parent": county.pk})
    assert answer.status_code == 200
    username, password = re.findall(r'<dd class="code">([^<]+)</dd>', answer.content.decode())
    congress = Congress.objects.get(slug="jia")
    assert (congress.level, congress.kind, congress.parent) == (Level.TOWN, Kind.OFFICIAL, county)
    assert [each.name for each in congress.delegations.all()] == ["第一代表团", "第二代表团", "第三代表团"]
    keeper = User.objects.get(username=username)
    assert (keeper.role, keeper.congress, keeper.password_is_initial) == (Role.KEEPER, congress, True)
    assert keeper.check_password(password)
    assert "http://testserver/jia/admin/" in answer.content.decode()


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"name": ""}, "name"), ({"place": ""}, "place"), ({"slug": ""}, "slug"), ({"slug": "Jia"}, "slug"),
        ({"slug": "2018"}, "slug"), ({"slug": "admin"}, "slug"), ({"slug": "there"}, "slug"),
        ({"slug": "spring"}, "slug"), ({"slug": "new"}, "slug"),
        ({"level": "village"}, "level"), ({"kind": "rehearsal"}, "kind"), ({"keeper_name": ""}, "keeper_name"),
        ({"keeper_username": "taken"}, "keeper_username"), ({"keeper_username": "a b"}, "keeper_username"),
        ({"numbered": "0"}, "numbered"), ({"numbered": "41"}, "numbered"), ({"delegations": "甲\n乙"}, "numbered"),
        ({"numbered": "", "delegations": "甲\n甲"}, "delegations"),
        ({"numbered": "", "delegations": "甲" * 61}, "delegations"), ({"time_zone": "Shanghai"}, "time_zone"),
        ({"name": "会" * 61}, "name"), ({"parent": "999999"}, "parent"),
    ],
)  # fmt: skip
def test_a_mistake_stands_on_its_field_and_no_congress_is_opened(more: dict[str, str], field: str):
    CongressFactory(slug="there")
    make_vote(until="drafted", delegates=1, slug="spring", congress=CongressFactory(slug="other"))
    UserFactory(username="taken")
    client = installation()
    before = (Congress.objects.count(), User.objects.count())
    answer = client.post(PAGE, {**FILLED, **more})
    assert answer.status_code in {409, 422}
    form = answer.context["form"]
    assert set(form.errors) == {field}, form.errors
    assert re.search(rf'id="error_\d+_id_{field}"|id="id_{field}_error"', answer.content.decode())
    assert (Congress.objects.count(), User.objects.count()) == before
    if "name" not in more:
        assert FILLED["name"] in answer.content.decode(), "what was typed stays"


def test_delegations_by_number_are_named_as_officials_count():
    assert numbered_delegations(1) == ["第一代表团"]
    names = numbered_delegations(40)
    assert [names[place - 1] for place in (9, 10, 11, 19, 20, 21, 30, 40)] == [
        "第九代表团", "第十代表团", "第十一代表团", "第十九代表团", "第二十代表团", "第二十一代表团", "第三十代表团",
        "第四十代表团",
    ]  # fmt: skip
    assert len(set(names)) == 40


def test_the_command_does_what_the_page_does():
    CongressFactory(slug="xian")
    out = StringIO()
    call_command(
        "open_congress", "jia", "甲镇人民代表大会", "甲镇", keeper="办公室", level="town", parent="xian",
        delegation=["第一代表团", "第二代表团"], place_en="Jia Town", stdout=out,
    )  # fmt: skip
    congress = Congress.objects.get(slug="jia")
    assert (congress.place_en, congress.parent.slug, congress.delegations.count()) == ("Jia Town", "xian", 2)
    keeper = congress.users.get()
    password = re.search(r"\w{4}-\w{4}-\w{4}", out.getvalue())
    assert password is not None
    assert keeper.check_password(password[0])
    for wrong in (
        {"slug": "jia"},
        {"slug": "A"},
        {"slug": "yi", "parent": "nowhere"},
        {"slug": "yi", "time_zone": "X"},
    ):
        slug = wrong.pop("slug")
        with pytest.raises(CommandError):
            call_command("open_congress", slug, "乙", "乙", keeper="办", **wrong)
    assert not Congress.objects.filter(slug="yi").exists()


def test_names_are_corrected_by_the_congress_and_its_address_by_the_installation():
    congress = CongressFactory(slug="jia", place="甲镇")
    keeper = UserFactory(role=Role.KEEPER, congress=congress)
    client = Client()
    client.force_login(keeper, backend=BACKEND)
    page = reverse("admin:own_congress")
    sent = {
        "do": "save",
        "name": "甲",
        "place": "甲镇",
        "place_en": "Jia Town",
        "time_zone": "Asia/Urumqi",
        "slug": "yi",
    }
    assert client.post(page, sent).status_code == 302
    congress.refresh_from_db()
    assert (congress.slug, congress.place_en, congress.time_zone) == ("jia", "Jia Town", "Asia/Urumqi")
    assert client.post(page, {**sent, "name": ""}).status_code == 422
    assert client.post(page, {**sent, "time_zone": "Mars"}).status_code == 409
    answer = installation().post(
        reverse("admin:congress", args=["jia"]), {**sent, "level": "town", "parent": ""}
    )
    assert (answer.status_code, answer.url) == (302, "/admin/congresses/yi/")
    congress.refresh_from_db()
    assert (congress.slug, congress.level) == ("yi", Level.TOWN)


def test_a_congress_without_a_keeper_is_named_and_gets_one():
    CongressFactory(slug="jia")
    client = installation()
    assert "尚无" in client.get("/admin/congresses/").content.decode()
    answer = client.post(
        "/admin/congresses/jia/", {"do": "keeper", "keeper_name": "甲", "shown": "0", "confirm": "on"}
    )
    assert "jia-keeper" in answer.content.decode()
    assert "尚无" not in client.get("/admin/congresses/").content.decode()


def test_an_address_that_stands_on_slips_stays_until_the_result_is_published():
    vote = make_vote(until="open", delegates=1, congress=CongressFactory(slug="jia"))
    with pytest.raises(ValidationError) as refused:
        change_congress(vote.cycle.congress, slug="yi")
    assert set(refused.value.message_dict) == {"slug"}
    change_congress(vote.cycle.congress, slug="jia", name_en="Jia")
    vote.run("closed", "counted", "certified", "published")
    change_congress(vote.cycle.congress, slug="yi")
    congress = Congress.objects.get()
    assert (congress.slug, congress.name_en) == ("yi", "Jia")


def test_without_a_database_the_page_that_says_so_is_shown(client: Client, monkeypatch: pytest.MonkeyPatch):
    """What was known a minute ago is used, the monitor gets its answer, and a fault is told in a page of ours."""
    CongressFactory(slug="jia")
    client.get("/jia/")
    client.raise_request_exception = False
    monkeypatch.setattr("accounts.congresses.FRESH", -1)

    class Away:
        def __getattr__(self, name: str) -> object:
            raise OperationalError

    monkeypatch.setattr(Congress, "objects", Away())
    known = congress_at("jia")
    assert known is not None
    assert known.slug == "jia"
    assert client.get("/healthz").status_code == 200
    monkeypatch.setattr("voting.queries.years_of", lambda _congress: 1 / 0)
    answer = client.get("/jia/")
    assert answer.status_code == 500
    assert "服务器发生故障" in answer.content.decode()


# ------------------------------------------------------------------------------------------------ several, found


def test_the_home_of_one_congress_is_the_sites_and_of_several_a_list_with_a_search(client: Client):
    make_vote(
        until="open", delegates=1, congress=CongressFactory(slug="jia", place="甲镇", name="甲镇人民代表大会")
    )
    assert "甲镇" in client.get("/").content.decode()
    assert 'name="q"' not in client.get("/").content.decode()
    other = {"name": "乙镇人民代表大会", "place": "乙镇", "name_en": "People's Congress of Yi Town"}
    CongressFactory(slug="yi", kind=Kind.DEMO, **other)
    CongressFactory(slug="practice", kind=Kind.REHEARSAL, name="演练人民代表大会")
    page = client.get("/").content.decode()
    assert 'href="/jia/"' in page
    assert 'href="/yi/"' in page
    assert "演示" in page, "a demo is marked"
    assert "practice" not in page
    assert client.get("/practice/").status_code == 200, "a rehearsal is reached by its address alone"
    for words, slugs in [
        ("甲", {"jia"}), ("人民代表大会", {"jia", "yi"}), ("Yi town", {"yi"}), ("YI", {"yi"}), ("乙镇 甲", set()),
        ("演练", set()), ("%", set()), ("x" * 5000, set()), ("", {"jia", "yi"}),
    ]:  # fmt: skip
        page = client.get("/", {"q": words}).content.decode()
        assert set(re.findall(r'href="/(jia|yi)/"', page)) == slugs, words
    english = client.get("/en/").content.decode()
    assert "People&#x27;s Congress of Yi Town" in english
    assert 'href="/yi/en/"' in english


def test_the_first_congress_is_shown_as_soon_as_it_is_opened(monkeypatch: pytest.MonkeyPatch):
    """Also by another process, that was asked before there was one."""
    monkeypatch.setattr("accounts.congresses.FRESH", 3600)
    assert shown_here(RequestFactory().get("/")) is None
    [congress] = Congress.objects.bulk_create([CongressFactory.build()])
    assert shown_here(RequestFactory().get("/")) == congress


def test_a_long_list_has_pages(client: Client):
    for number in range(61):
        CongressFactory(slug=f"c{number:02d}")
    assert 'href="/c00/"' in client.get("/").content.decode()
    assert 'href="/c60/"' not in client.get("/").content.decode()
    for page in ("2", "99", "x", "-1", "9" * 400):
        assert client.get("/", {"page": page}).status_code == 200
    assert 'href="/c60/"' in client.get("/", {"page": "2"}).content.decode()


def test_signing_in_asks_for_the_congress_only_where_the_address_does_not_say_it(client: Client):
    make_vote(until="open", delegates=1, congress=CongressFactory(slug="jia"))
    assert 'name="code"' in client.get("/enter/").content.decode(), "one alone"
    CongressFactory(slug="yi")
    asked = client.get("/enter/").content.decode()
    assert 'name="code"' not in asked
    assert 'href="/jia/enter/"' in asked
    assert 'name="code"' in client.get("/jia/enter/").content.decode()
    assert client.post("/enter/", {"number": "001", "code": "1"}).status_code == 200, (
        "nothing is tried anywhere"
    )


def test_days_and_hours_are_those_of_the_congress(client: Client, monkeypatch: pytest.MonkeyPatch):
    seen = {}

    def look(congress: Congress, _slug: str) -> None:
        seen[congress.slug] = timezone.localtime(datetime(2026, 1, 1, tzinfo=UTC)).hour
        raise Http404

    monkeypatch.setattr("voting.queries.public_cycle", look)
    for congress in (CongressFactory(slug="dong"), CongressFactory(slug="xi", time_zone="Asia/Urumqi")):
        client.get(f"/{congress.slug}/2018/")
    assert seen == {"dong": 8, "xi": 6}


def test_the_sitemap_of_several_names_each_of_theirs(client: Client):
    CongressFactory(slug="jia")
    assert "<urlset" in client.get("/sitemap.xml").content.decode()
    CongressFactory(slug="yi")
    index = client.get("/sitemap.xml").content.decode()
    assert "<sitemapindex" in index
    assert "http://testserver/yi/sitemap.xml" in index
    assert "http://testserver/yi/" in client.get("/yi/sitemap.xml").content.decode()
    assert "Disallow: /*/admin/" in client.get("/robots.txt").content.decode()
