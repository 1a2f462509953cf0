"""The same ways lead on from every public page, each says where it lies, and none claims a phase not asked for.

Guards ``voting.templatetags.ways``, ``voting.views.front.ways``, ``voting.views.front.board`` and
``voting.views.core.phases``.
"""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from django.conf import settings
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils.translation import override

from tests.factories import make_vote
from tests.integration.core.test_query_counts import addresses
from tests.lived import make_lived
from tests.pages import html_of, text_of
from voting.templatetags.ways import MENU, PLACES
from voting.views.core.phases import HEADINGS, NOTES, moment_of

pytestmark = pytest.mark.django_db

FRAME = '<header class="head">'
MENU_IS = re.compile(r'<nav class="menu"[^>]*>(.*?)</nav>')
TRAIL_IS = re.compile(r'<nav class="trail"[^>]*>(.*?)</nav>')
FORM = re.compile(r"<form.*?</form>", re.DOTALL)
TYPED = re.compile(r'<textarea|<input[^>]*type="(?:text|radio|checkbox)"')
TRAIL_OR_HOME = re.compile(r'<nav class="trail"|<div class="board"|class="congresses"')
WAY = re.compile(r'<a[^>]*href="([^"]*)"')
#: The first page lies nowhere; the list of congresses stands in its place, and is one where several are.
NOWHERE = re.compile(r"^/(<congress>/)?$|^/<congress>/enter/(letter/)?$")
#: Chinese says of what goes on that it is 正在.
GOING_ON = re.compile(r"[^。；！？\s>]*正在[^。；！？\s<]*")
#: What is always going on where these stand: in what people wrote, and on the page of the secret.
ALWAYS = re.compile(r"/secrecy/$")


def pages(client: Client, lived) -> dict[str, str]:
    """Return every public page with the frame of the house, by its address."""
    found = {}
    for pattern, _slug, address in addresses(lived):
        if pattern.startswith(("/admin/", "/api/")) or NOWHERE.match(pattern):
            continue
        answer = client.get(address)
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
            body = html_of(answer)
            if FRAME in body:
                found[address] = body
    return found


def forgetful_switches(body: str) -> list[str]:
    """Return the forms of a page whose switch of the look would drop what is typed into them."""
    main = body.partition("<main")[2].partition("</main>")[0]
    typed = [form for form in FORM.findall(main) if 'method="post"' in form and TYPED.search(form)]
    return [] if 'id="large"' in body else [each for each in typed if not sent_along(each, body)]


def sent_along(form: str, body: str) -> bool:
    name = re.search(r'<form[^>]* id="(\w+)"', form)
    return bool(name and re.search(rf'<button[^>]* class="lang look"[^>]* form="{name[1]}"', body))


def test_every_public_page_has_the_menu_and_says_where_it_lies(client: Client):
    shown = pages(client, make_lived(2))
    assert len(shown) > 40
    led = set()
    for address, body in shown.items():
        menu, trail = MENU_IS.search(body), TRAIL_IS.search(body)
        assert menu, address
        assert menu[1].count("<a ") == len(MENU), address
        assert trail, address
        assert trail[1].count('aria-current="page"') == 1, address
        assert 'href="/' in trail[1], address
        assert forgetful_switches(body) == [], address
        led |= set(WAY.findall(menu[1])) | set(WAY.findall(trail[1]))
    # A year without a call or a delivery says so on a page that lies somewhere, if with status 404.
    assert {each for each in led if not TRAIL_OR_HOME.search(html_of(client.get(each, follow=True)))} == set()


def test_every_place_has_an_address_and_something_above_it():
    assert {place.above for place in PLACES.values()} - set(PLACES) == {"voting:home"}
    assert {place.part for place in PLACES.values()} - {""} == {part for part, _label, _way in MENU}


@pytest.mark.parametrize("path", ["/1999/", "/1999/result/", "/2018/projects/99/", "/2018/quarters/9/"])
def test_a_wrong_address_lies_nowhere(client: Client, path: str):
    make_vote(until="published", delegates=3, ballots=[range(1, 11)] * 3)
    answer = client.get(path)
    assert answer.status_code == 404
    page = answer.content.decode()
    assert 'class="trail"' not in page
    for way in ("/", "/candidates/", "/results/", "/progress/"):
        assert f'href="{way}"' in page, "who has an old address finds on"


def test_the_first_page_has_the_menu_and_no_way_up(client: Client):
    make_vote(until="published", delegates=4, ballots=[range(1, 11)] * 4)
    body = html_of(client.get("/"))
    assert MENU_IS.search(body)
    assert not TRAIL_IS.search(body)


@pytest.mark.parametrize("way", ["way-proposals", "way-candidates", "way-result", "way-delivery"])
def test_a_way_that_leads_to_no_year_yet_says_so(client: Client, way: str):
    answer = client.get(reverse(f"voting:{way}"))
    assert answer.status_code == 200
    assert TRAIL_IS.search(html_of(answer))


def test_the_ways_lead_to_the_year_that_answers(client: Client):
    make_vote(until="published", delegates=4, ballots=[range(1, 11)] * 4)
    assert client.get("/results/").url == "/2018/result/"
    assert client.get("/candidates/").url == "/2018/projects/"
    assert client.get("/en/results/").url == "/en/2018/result/"
    assert client.get("/progress/").status_code == 200, "none is on its way yet"


@pytest.mark.parametrize("until", ["drafted", "rolled", "ready", "open", "closed", "certified", "published"])
def test_no_page_claims_a_phase_that_it_has_not_asked_for(client: Client, until: str):
    vote = make_vote(until=until, delegates=4, ballots=[range(1, 11)] * 4)
    moment = moment_of(vote.cycle)
    own = f"{moment.heading} {moment.note}"
    others = {str(each) for each in [*HEADINGS.values(), *NOTES.values()]} - {moment.heading, moment.note}
    for name, place in PLACES.items():
        if name == "voting:secrecy" or "number" in str(place.label) or name in PAGES_OF_RECORDS:
            continue
        for address in {_address(name, vote.cycle.slug)} - {""}:
            answer = client.get(address)
            if answer.status_code != 200 or FRAME not in html_of(answer):
                continue
            words = text_of(answer)
            assert [each for each in others if each in words] == [], address
            claims = [each for each in GOING_ON.findall(words) if each.strip("，：") not in own]
            assert claims == [], address


#: Papers tell what was, in the words of their day.
PAGES_OF_RECORDS = {"voting:minutes", "accounts:enter", "accounts:enter_by_letter"}


def _address(name: str, slug: str) -> str:
    """Return the address of that page; empty where it names more than the year."""
    for args in ([], [slug]):
        with suppress(NoReverseMatch):
            return reverse(name, args=args)
    return ""


def test_the_report_page_of_a_year_without_a_report_does_not_say_that_one_comes(client: Client):
    make_vote(until="published", delegates=4, ballots=[range(1, 11)] * 4)
    with override("en"):
        page = text_of(client.get(reverse("voting:slate-report", args=["2018"])))
    assert "as soon as it is issued" not in page
    assert "No report on the candidate projects of this year was issued here." in page


def test_home_shows_every_living_year_with_what_can_be_done_now(client: Client):
    lived = make_lived(2)
    congress = lived.spring.vote.cycle.congress.slug
    body = html_of(client.get(f"/{congress}/"))
    for slug in ("2018",):
        assert f'id="year-{slug}"' in body
    autumn = html_of(client.get(f"/{lived.autumn.cycle.congress.slug}/"))
    assert f'href="/{lived.autumn.cycle.congress.slug}/{lived.autumn.cycle.slug}/slate-report/"' in autumn


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_the_new_result_is_the_first_thing_to_do_after_its_publication(client: Client, language: str):
    make_vote(until="published", delegates=4, ballots=[range(1, 11)] * 4)
    with override(language):
        body = html_of(client.get(reverse("voting:home")))
        first = re.search(r'<a class="btn btn-primary" href="([^"]*)"', body)
        assert first
        assert first[1] == reverse("voting:result", args=["2018"])


def test_a_link_to_a_place_in_a_page_leads_to_that_place(client: Client):
    shown = pages(client, make_lived(3))
    led = {
        (path, place)
        for page in shown.values()
        for path, place in re.findall(r'href="([^"#?]+)#([^"]+)"', page)
        if path in shown
    }
    assert len(led) > 3
    assert [(path, place) for path, place in sorted(led) if f'id="{place}"' not in shown[path]] == []
