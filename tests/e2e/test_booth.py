"""The sealed booth in a real browser: a choice leaves the device only sealed, and nothing is harder than before.

Guards ``voting.views.vote.booth``, ``voting.templatetags.piaojue`` and ``voting.static``.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from django.utils.translation import gettext
from playwright.sync_api import Page, Request, expect

import voting
from accounts.roles import Kind
from tests.assessing import begin
from tests.browser import DESK, Live, assert_good, assert_good_in_the_dark
from tests.e2e.test_ballot_types import CASES, mark, marks, press, turn_back
from tests.e2e.test_delegate import SMALL
from tests.factories import POINTS, Vote, make_vote
from tests.spring import make_spring
from voting.count.sealing import join, private_key, unseal
from voting.domain.vote.definitions import definition_of, sealing_info
from voting.models import SealedBallot, ServerSealed, TestBallot

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

#: All that may go out between the sign-in and the end page.
FIELDS = {"csrfmiddlewaretoken", "ticket", "look", "sealed", "sealer"}
HERE, THERE = "Sealed on this device", "Sealed by the server"
CANNOT = "delete SubtleCrypto.prototype.encapsulateBits;"
#: The settings, marks that are refused or None, marks that are not, and what is in the urn then.
VOTES = CASES | {
    "up_to": ({}, ["1", "2", "3"], ["3"], "请取消1件。", (1, 1, 0, 0)),
    "whole": ({"preset": "yangpu"}, [], ["0 abstain"], "", (3, 3, 3, 3)),
    "grades": ({}, [], ["1 for", "2 basically", "3 against"], "", (1, 4, 2, 0)),
}


def make(name: str) -> Vote:
    if name == "grades":
        vote = begin(make_spring())
        vote.run(*POINTS[1 : POINTS.index("open") + 1])
        return vote
    return make_vote(
        delegates=2, candidates=4, seats=4 if name == "whole" else 2, kind=Kind.DEMO, **VOTES[name][0]
    )


def enter(page: Page, vote: Vote, place: int = 0) -> None:
    number = vote.delegates[place].number
    page.goto("/enter/")
    page.get_by_label("代表号").fill(number)
    page.get_by_label("登录码").fill(vote.codes[number])
    press(page, "登录")
    expect(page.locator("#bar")).to_be_visible()
    page.wait_for_load_state()


def put(page: Page, name: str, said: Collection[str]) -> None:
    if name == "whole":
        page.locator(".question .abstain").click()
    else:
        mark(page, *said)


def opened(vote: Vote, model: type[SealedBallot | TestBallot]) -> list[tuple[int, ...]]:
    key, info = private_key(join(vote.slips[:3], needed=3)), sealing_info(vote.round)
    blobs = model.objects.filter(round=vote.round).values_list("blob", flat=True)
    return [definition_of(vote.round).decode(unseal(key, bytes(blob), info=info)).marks for blob in blobs]


def receipt_on(page: Page) -> str:
    return page.locator("main .groups").get_attribute("aria-label") or ""


def review(page: Page, name: str = "核对") -> str:
    """Open the review, and return its receipt."""
    press(page, name)
    expect(page.locator("#cast")).to_be_visible()
    return receipt_on(page)


# ------------------------------------------------------------------------------------- nothing of a choice goes out


@pytest.mark.parametrize("name", VOTES)
def test_no_request_of_a_whole_vote_carries_a_mark(live: Live, name: str):
    """Refused, mended, reviewed, in the other language and look, reloaded, tested, cast."""
    _settings, wrong, more, sentence, urn = VOTES[name]
    vote = make(name)
    page = live.person()
    enter(page, vote)
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request))  # noqa: PLW0108 it takes no method of C
    if wrong:
        put(page, name, wrong)
        press(page, "核对")
        expect(page.get_by_role("alert")).to_contain_text(sentence)
    put(page, name, more)
    mended = marks(page)
    review(page)
    turn_back(page)
    assert marks(page) == mended
    assert asked == [], "so far nobody was asked for anything"

    with page.expect_navigation(url="**/en/ballot/"):
        press(page, "English")
    page.wait_for_load_state()
    assert marks(page) == mended
    with page.expect_navigation():
        press(page, "Large text")
    page.wait_for_load_state()
    assert marks(page) == mended
    first = review(page, "Review")
    page.reload()
    expect(page.locator("#cast")).to_be_visible()
    second = receipt_on(page)
    with page.expect_navigation(url="**/en/ballot/test/"):
        page.locator("summary", has_text="Test").last.click()
        press(page, "Make it a test ballot")
    assert receipt_on(page) == second != first
    with page.expect_navigation(url="**/en/ballot/"):
        page.get_by_role("link", name="Back to my ballot").click()
    page.wait_for_load_state()
    assert marks(page) == mended
    third = review(page, "Review")
    press(page, "Put the ballot into the urn")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your ballot is in the urn")
    assert receipt_on(page) == third
    assert third not in {first, second}

    forms = [parse_qs(request.post_data or "", keep_blank_values=True) for request in asked]
    assert set().union(*forms) == FIELDS
    assert [form["sealer"] for form in forms if "sealer" in form] == [["device"], ["device"]]
    assert {look for form in forms for look in form.get("look", ())} == {"", "large"}
    for request in asked:
        assert not re.search(r"mark|place|blank", f"{request.url} {request.headers}".lower())
        assert "?" not in request.url
    assert (opened(vote, TestBallot), opened(vote, SealedBallot)) == ([urn], [urn])
    assert not ServerSealed.objects.exists()


def test_a_blank_ballot_goes_out_like_any_other(live: Live):
    vote = make("up_to")
    page = live.person()
    enter(page, vote)
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request))  # noqa: PLW0108 it takes no method of C
    review(page)
    press(page, "投入票箱")
    expect(page.locator("#blank:invalid")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="核对")).to_be_visible()
    assert asked == [], "the return key alone goes back"
    review(page)
    page.get_by_role("checkbox", name="我确认投空白票。").check()
    press(page, "投入票箱")
    expect(page.get_by_role("heading", level=1)).to_have_text("您的表决票已投入票箱")
    assert set(parse_qs(asked[0].post_data or "", keep_blank_values=True)) == FIELDS - {"look"}
    assert opened(vote, SealedBallot) == [(0, 0, 0, 0)]


def test_no_form_of_the_page_gives_a_mark_away_whoever_reads_it(live: Live):
    """A form's data, made by any script, has no mark where the device seals, and has them where it can't."""
    vote = make("up_to")
    for can, held in (
        (True, ["csrfmiddlewaretoken", "ticket"]),
        (False, ["csrfmiddlewaretoken", "ticket", "mark"]),
    ):
        page = live.person()
        if not can:
            page.add_init_script(CANNOT)
        enter(page, vote)
        mark(page, "2")
        assert page.evaluate("[...new FormData(document.getElementById('ballot')).keys()]") == held


# --------------------------------------------------------------------------------------------- where it can't be done


@pytest.mark.parametrize(
    "lack",
    [
        CANNOT,
        "SubtleCrypto.prototype.encapsulateBits = async () => { throw new Error('no'); };",
        "delete Crypto.prototype.subtle;",
        "Object.defineProperty(window, 'sessionStorage', { get() { throw new Error('no'); } });",
    ],
)
def test_where_the_device_cannot_seal_the_server_does_and_the_page_says_so(live: Live, lack: str):
    vote = make("up_to")
    page = live.person()
    page.add_init_script(lack)
    enter(page, vote)
    mark(page, "1", "3")
    with page.expect_navigation(url="**/ballot/review/"):
        press(page, "核对")
    expect(page.locator(".sealed h2")).to_have_text(gettext(THERE))
    turn_back(page)
    assert marks(page) == ["mark=1", "mark=3"]
    first = review(page)
    press(page, "投入票箱")
    expect(page.get_by_role("heading", level=1)).to_have_text("您的表决票已投入票箱")
    assert receipt_on(page) == first
    assert opened(vote, SealedBallot) == [(1, 0, 1, 0)]
    assert sum(ServerSealed.objects.values_list("ballots", flat=True)) == 1


def test_a_sealing_that_fails_on_the_way_is_left_to_the_server(live: Live):
    vote = make("up_to")
    page = live.person()
    enter(page, vote)
    mark(page, "1")
    review(page)
    turn_back(page)
    page.evaluate(CANNOT)
    with page.expect_navigation(url="**/ballot/review/"):
        press(page, "核对")
    expect(page.locator(".sealed h2")).to_have_text(gettext(THERE))


OTHER = (
    "Booth.encode(marks, rule.code)",
    "Booth.encode(marks.map((mark, at) => Number(at === 3)), rule.code)",
)


def test_a_changed_script_does_not_run_under_the_hash_of_the_published_one(live: Live):
    vote = make("up_to")
    page = live.person()
    _serve_changed(page)
    enter(page, vote)
    mark(page, "1")
    with page.expect_navigation(url="**/ballot/review/"):
        press(page, "核对")
    expect(page.locator(".sealed h2")).to_have_text(gettext(THERE))
    assert any("integrity" in said for said in live.complaints)
    live.complaints.clear()


def test_f44_a_script_that_seals_another_choice_is_found_out_by_a_test_ballot(live: Live):
    """Who serves it takes the hash away: the page shows what was marked, the test ballot what was sealed."""
    vote = make("up_to")
    page = live.person()
    enter(page, vote)
    _serve_changed(page)
    page.route("**/ballot/", _without_the_hash)
    page.reload()
    page.wait_for_load_state()
    mark(page, "1", "2")
    tested = review(page)
    expect(page.locator(".picked li")).to_have_text(["1第1项目", "2第2项目"])
    page.locator(".sealed summary").click()
    with page.expect_navigation(url="**/ballot/test/"):
        page.locator(".sealed button").click()
    assert receipt_on(page) == tested
    assert opened(vote, TestBallot) == [(0, 0, 0, 1)]
    assert not SealedBallot.objects.exists()


def _serve_changed(page: Page) -> None:
    text = (Path(voting.__file__).parent / "static" / "voting" / "booth.js").read_text()
    assert OTHER[0] in text
    page.route(
        "**/booth.js", lambda route: route.fulfill(body=text.replace(*OTHER), content_type="text/javascript")
    )


def _without_the_hash(route) -> None:
    answer = route.fetch()
    body = re.sub(r' integrity="[^"]*"', "", answer.text()) if answer.ok else answer.text()
    route.fulfill(response=answer, body=body)


# ----------------------------------------------------------------------------------------- the review is the server's

SHOWN = """root => {
  const whole = root.cloneNode(true);
  for (const each of whole.querySelectorAll(".sealed, input[type=hidden]")) each.remove();
  return whole.innerHTML.replace(/\\s+/g, " ").replace(/ ?([<>]) ?/g, "$1");
}"""
OF_SERVER = (
    """async (fields) => {
  const form = document.getElementById("ballot"), sent = new URLSearchParams(fields.map((each) => each.split("=")));
  for (const name of ["csrfmiddlewaretoken", "ticket"]) sent.set(name, form.elements[name].value);
  const answer = await fetch(form.action, { method: "POST", body: sent });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return [page.title.trim(), ("""
    + SHOWN
    + """)(page.getElementById("cast-form"))];
}"""
)
MARKED = {
    "exactly": [["1", "3"]],
    "per_item": [["1 for", "2 against", "3 abstain", "4 for"]],
    "per_item_up_to": [["1 for", "2 against"], ["3 abstain"], ["1 for", "2 for", "4 against"]],
    "ranking": [["1 at 2", "4 at 1"], ["2 at 1"]],
    "up_to": [["1", "4"], ["2"]],
    "choose_one": [["3"]],
    "sum": [["1", "3"], ["4"]],
    "points": [["1 at 3", "3 at 2"], ["2 at 1"]],
    "whole": [["0 abstain"]],
    "grades": [["1 for", "2 basically", "3 against"], ["1 abstain"], ["1 for", "2 for", "3 for", "4 for"]],
}


@pytest.mark.parametrize("language", ["", "/en"])
@pytest.mark.parametrize("name", VOTES)
def test_the_review_on_the_page_is_the_same_as_the_server_s(live: Live, name: str, language: str):
    vote = make(name)
    page = live.person()
    enter(page, vote)
    for said in [[], *MARKED[name]]:
        page.evaluate("sessionStorage.clear()")
        page.goto("/receipt/")
        page.goto(f"{language}/ballot/")
        page.wait_for_load_state()
        put(page, name, said) if said else None
        title, theirs = page.evaluate(OF_SERVER, marks(page))
        review(page, "Review" if language else "核对")
        assert page.locator("#cast-form").evaluate(SHOWN) == theirs, said
        assert page.title() == title


def test_a_name_is_shown_as_it_is_written(live: Live):
    """Whatever stands in it: neither markup nor a place of ours is read out of it."""
    page = live.person()
    enter(page, make("up_to"))
    name = "{marked}{number} <b>两</b> & </template> $& {name}"
    page.evaluate(
        "name => { for (const n of [1, 2]) document.getElementById(`t${n}`).textContent = name; }", name
    )
    mark(page, "1")
    review(page)
    assert page.locator(".picked li span:nth-child(2)").text_content() == name
    assert page.locator(".unpicked li span:nth-child(2)").first.text_content() == name


# -------------------------------------------------------------------------------------------------- the way of the page


@pytest.mark.parametrize("name", VOTES)
def test_the_review_on_small_screens_in_both_languages(live: Live, name: str):
    vote = make(name)
    page = live.person(viewport=SMALL, text_percent=200)
    enter(page, vote)
    put(page, name, MARKED[name][0])
    review(page)
    expect(page.locator(".sealed h2")).to_have_text(gettext(HERE))
    page.locator(".sealed summary").click()
    expect(page.locator(".sealed button")).to_be_visible()
    assert_good(page, {"width": 390, "height": 844}, DESK)
    assert_good_in_the_dark(page)
    with page.expect_navigation(url="**/en/ballot/"):
        press(page, "English")
    expect(page.get_by_role("heading", level=1)).to_have_text("Review your ballot")
    assert_good(page, {"width": 390, "height": 844}, SMALL)


def test_by_keyboard_and_what_is_read_first(live: Live):
    vote = make("up_to")
    page = live.person(viewport=DESK)
    enter(page, vote)
    mark(page, "1", "2", "3")
    page.get_by_role("button", name="核对").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#refusal")).to_be_focused()
    expect(page).to_have_title("您选了3件，最多可选2件。请取消1件。您的选择已保留。 · 表决票")
    mark(page, "3")
    page.get_by_role("button", name="核对").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    expect(page).to_have_title("核对表决票")
    assert page.evaluate("scrollY") == 0
    expect(page.locator("#refusal")).to_have_count(0)
    page.get_by_role("button", name="返回修改").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="核对")).to_be_focused()
    expect(page).to_have_title("表决票")


def test_each_opening_seals_anew_and_the_browser_s_own_ways_go_along(live: Live):
    vote = make("up_to")
    page = live.person()
    enter(page, vote)
    mark(page, "1")
    receipts = [review(page)]
    page.go_back()
    expect(page.get_by_role("button", name="核对")).to_be_visible()
    expect(page.locator("#cast")).to_have_count(0)
    page.go_forward()
    expect(page.locator("#cast")).to_be_visible()
    receipts.append(receipt_on(page))
    page.reload()
    expect(page.locator("#cast")).to_be_visible()
    receipts.append(receipt_on(page))
    press(page, "返回修改")
    expect(page.get_by_role("button", name="核对")).to_be_visible()
    assert marks(page) == ["mark=1"]
    with page.expect_navigation(url="**/en/ballot/"):
        press(page, "English")
    expect(page.get_by_role("button", name="Review")).to_be_visible()
    receipts.append(review(page, "Review"))
    with page.expect_navigation(url="**/ballot/"):
        press(page, "中文")
    expect(page.locator("#cast")).to_be_visible()
    receipts.append(receipt_on(page))
    press(page, "返回修改")
    expect(page.get_by_role("button", name="核对")).to_be_visible()
    assert marks(page) == ["mark=1"]
    assert len(set(receipts)) == len(receipts)


def test_a_test_ballot_on_the_way_back_is_not_cast_again(live: Live):
    """The browser's own way back from the test ballot opens the review anew, and what is cast then are other bytes."""
    vote = make("up_to")
    page = live.person()
    enter(page, vote)
    mark(page, "1")
    tested = review(page)
    page.locator(".sealed summary").click()
    with page.expect_navigation(url="**/ballot/test/"):
        page.locator(".sealed button").click()
    page.go_back()
    expect(page.locator("#cast")).to_be_visible()
    expect(page.locator("main .groups")).not_to_have_attribute("aria-label", tested)
    press(page, "投入票箱")
    expect(page.get_by_role("heading", level=1)).to_have_text("您的表决票已投入票箱")
    assert (opened(vote, TestBallot), opened(vote, SealedBallot)) == ([(1, 0, 0, 0)], [(1, 0, 0, 0)])


def test_f8_who_signs_in_after_a_lost_session_finds_nothing_of_the_other(live: Live):
    vote = make("up_to")
    page = live.person()
    enter(page, vote)
    mark(page, "1")
    review(page)
    page.context.clear_cookies(name="sessionid")
    press(page, "投入票箱")
    expect(page.get_by_role("alert")).to_be_visible()
    page.wait_for_load_state()
    assert page.evaluate("sessionStorage.length") == 1
    enter(page, vote, 1)
    assert page.evaluate("sessionStorage.length") == 0
    assert marks(page) == []


def test_f8_marks_that_are_another_delegate_s_are_neither_shown_nor_kept(live: Live):
    vote = make("up_to")
    page = live.person()
    enter(page, vote)
    mark(page, "1")
    kept = page.evaluate("sessionStorage.getItem('marks')")
    enter(page, vote, 1)
    page.evaluate("kept => sessionStorage.setItem('marks', kept)", kept)
    page.reload()
    assert (marks(page), page.evaluate("sessionStorage.length")) == ([], 0)
