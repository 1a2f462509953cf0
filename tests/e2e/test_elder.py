"""大字版 in a real browser: every page for everybody, large and in one column on the smallest screen; reading aloud."""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client
from django.urls import get_resolver
from playwright.sync_api import Page, expect

from accounts.roles import Kind
from tests.browser import DESK, Live, assert_good
from tests.e2e.test_delegate import enter, mark
from tests.e2e.test_lost_requests import SMALLEST
from tests.factories import Vote, make_vote
from tests.lived import Lived, make_lived
from tests.security.test_crawl import PARAMETER, patterns
from voting.models import SealedBallot

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

#: Large text is half as large again as this, or larger.
FACTOR = 1.5
BODY = "parseFloat(getComputedStyle(document.querySelector('main')).fontSize)"
#: The hall's screen is read from the last row as it is; the widget stands in somebody else's page.
OTHERS = re.compile(r"/(admin|api)/|/(screen|widget)/$|\.\w+$")
SWITCH = {"": "大字版", "/en": "Large text"}


#: Ways on that stand in a line of their own and are smaller than a finger.
SMALL_WAYS = """() => [...document.querySelectorAll("a[href], button, select, summary")].filter((it) => {
  const box = it.getBoundingClientRect(), block = it.closest("p, li, td, th, h2, h3, div, nav");
  const words = (each) => each.textContent.replace(/\\s+/g, "");
  return it.checkVisibility() && it.textContent.trim() && box.height && box.height < 44 && !it.closest(".hidden, .skip")
    && (it.matches(":not(a)") || words(block) === words(it));
}).map((it) => `${it.textContent.trim()} ${it.getBoundingClientRect().height}`)"""


@pytest.fixture
def vote(live: Live) -> Vote:
    return make_vote(delegates=3, kind=Kind.DEMO)


@pytest.fixture
def lived(live: Live) -> Lived:
    return make_lived(2)


def large(page: Page, live: Live) -> Page:
    page.context.add_cookies([{"name": "elder", "value": "large", "url": live.url}])
    return page


def public_addresses() -> list[str]:
    """Return every address that shows a page to whoever comes, once for each pattern."""
    client, shown = Client(), []
    for pattern in patterns(get_resolver()):
        address = "/" + re.sub(r"[\^$]|\\Z", "", pattern).lstrip("/")
        if OTHERS.search(address):
            continue
        for year in ("2018", "2019", "2020", "2017"):
            path = PARAMETER.sub(
                lambda match, year=year: {"slug": year}.get(match[1] or match[2], "1"), address
            )
            answer = client.get(path)
            if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
                shown.append(path)
                break
    return sorted(set(shown))


def test_every_public_page_is_large_in_one_column_on_the_smallest_screen(live, lived):
    addresses = public_addresses()
    assert {"/", "/enter/", "/2018/", "/2018/delivery/1/", "/2018/result/", "/secrecy/"} <= set(addresses)
    plain, page = live.person(viewport=SMALLEST), large(live.person(viewport=SMALLEST), live)
    plain.goto("/secrecy/")
    usual = plain.evaluate(BODY)
    wide, small = {}, {}
    for address in addresses:
        for language in ("", "/en"):
            page.goto(language + address)
            assert page.evaluate(BODY) >= FACTOR * usual, address
            over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            if over > 0:
                wide[language + address] = over
            if ways := page.evaluate(SMALL_WAYS):
                small[language + address] = ways
            expect(page.locator(".look").first).to_be_visible()
        assert_good(page)
    assert (wide, small) == ({}, {})


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize("language", ["", "/en"])
def test_the_switch_comes_back_to_the_same_page_and_is_kept(live, vote, javascript, language):
    page = live.person(javascript=javascript, viewport=DESK)
    address = f"{language}/2018/candidates/?q=x"
    page.goto(address)
    before = page.evaluate(BODY)
    with page.expect_navigation():
        page.get_by_role("button", name=SWITCH[language]).click()
    assert page.url == live.url + address
    assert page.evaluate(BODY) >= FACTOR * before
    page.goto("/")
    assert page.evaluate(BODY) >= FACTOR * before
    if javascript:
        assert_good(page)
    with page.expect_navigation():
        page.get_by_role("button", name="标准版").click()
    assert page.evaluate(BODY) == before


@pytest.mark.parametrize("javascript", [True, False])
def test_a_delegate_turns_the_text_large_and_keeps_the_marks(live, vote, javascript):
    page = live.person(javascript=javascript, viewport=SMALLEST)
    enter(page, vote)
    before = page.evaluate(BODY)
    mark(page, 2, 5)
    with page.expect_navigation():
        page.get_by_role("button", name="大字版").click()
    expect(page.locator("input:checked")).to_have_count(2)
    assert page.evaluate(BODY) >= FACTOR * before
    if javascript:
        assert_good(page)
    with page.expect_navigation():
        page.get_by_role("button", name="核对").click()
    if javascript:
        assert_good(page)
    with page.expect_navigation():
        page.get_by_role("button", name="标准版").click()
    expect(page.locator(".picked li")).to_have_count(2)
    assert page.evaluate(BODY) == before
    with page.expect_navigation():
        page.get_by_role("button", name="大字版").click()
    with page.expect_navigation():
        page.get_by_role("button", name="投入票箱").click()
    receipt = page.locator(".groups").get_attribute("aria-label")
    assert page.evaluate(BODY) >= FACTOR * before
    if javascript:
        assert_good(page)
    page.locator("label.look").click()
    expect(page.locator("label.look .off")).to_be_hidden()
    assert page.evaluate(BODY) == before
    assert page.locator(".groups").get_attribute("aria-label") == receipt, "it is shown this once"
    assert SealedBallot.objects.count() == 1


# ------------------------------------------------------------------------------------------------- reading aloud

VOICES = """voices => {
  const spoken = [];
  window.spoken = spoken;
  window.SpeechSynthesisUtterance = function (text) { this.text = text; };
  Object.defineProperty(window, "speechSynthesis", { value: {
    getVoices: () => voices, addEventListener() {}, cancel() { spoken.push("stop"); },
    speak(each) { spoken.push([each.voice.name, each.text]); },
  } });
}"""
LOCAL = {"name": "here", "lang": "zh-CN", "localService": True}
REMOTE = {"name": "elsewhere", "lang": "zh-CN", "localService": False}


def speaking(live: Live, *voices: dict[str, object]) -> Page:
    page = live.person()
    page.add_init_script(f"({VOICES})({json.dumps(voices)})")
    return page


def test_a_dossier_is_read_aloud_by_a_voice_of_the_device(live, vote):
    page = speaking(live, REMOTE, LOCAL)
    page.goto("/2018/projects/3/")
    page.get_by_role("button", name="朗读").click()
    expect(page.get_by_role("button", name="停止朗读")).to_be_visible()
    spoken = [each for each in page.evaluate("window.spoken") if each != "stop"]
    assert {voice for voice, _text in spoken} == {"here"}
    words = page.locator("#dossier dt").all_inner_texts()
    assert [text for _voice, text in spoken if text in words] == words
    assert_good(page)
    page.get_by_role("button", name="停止朗读").click()
    expect(page.get_by_role("button", name="朗读", exact=True)).to_be_visible()
    assert page.evaluate("window.spoken.at(-1)") == "stop"


def test_a_dossier_on_the_ballot_is_read_aloud_and_the_marks_stay(live, vote):
    page = speaking(live, LOCAL)
    enter(page, vote)
    mark(page, 2)
    page.locator("summary").nth(2).click()
    page.get_by_role("button", name="朗读").click()
    expect(page.get_by_role("button", name="停止朗读")).to_be_visible()
    assert [each for each in page.evaluate("window.spoken") if each != "stop"]
    expect(page.locator("input:checked")).to_have_count(1)


@pytest.mark.parametrize(
    "voices", [[], [REMOTE], [{**LOCAL, "lang": "fr-FR"}]], ids=["none", "remote", "foreign"]
)
def test_without_a_voice_of_the_device_there_is_no_button(live, vote, voices):
    page = speaking(live, *voices)
    page.goto("/2018/projects/3/")
    page.wait_for_load_state()
    expect(page.locator("[data-speak]")).to_be_hidden()


def test_without_javascript_there_is_no_button(live, vote):
    page = live.person(javascript=False)
    page.goto("/2018/projects/3/")
    expect(page.locator("[data-speak]")).to_be_hidden()
