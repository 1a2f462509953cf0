"""Paper ballots in real browsers: the desk hands out and switches, two people read, the chief settles."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser import DESK, PHONE, Live, assert_good
from tests.e2e.test_round import sign_in
from tests.factories import Vote, make_vote
from voting.domain.vote import paper_ballots

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

PAPER_DESK, PAPER = "/admin/vote/2018/paper-ballots/", "/admin/vote/2018/paper/"


def look(page: Page) -> None:
    """Hold the page against axe, on a desk and on a phone."""
    page.set_viewport_size(PHONE)
    assert_good(page, DESK)


def read_batch(page: Page, reading: int, ballots: list[str]) -> None:
    """Open the batch by its link and type it with the keyboard alone."""
    page.goto(PAPER)
    with page.expect_navigation():
        page.locator(f'a[href*="reading={reading}&first=1"]').click()
    look(page)
    page.goto(page.url)
    expect(page.locator("input:focus")).to_be_visible()  # the page puts the cursor there itself
    for ballot in ballots:
        page.keyboard.type(ballot)
        page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")


def hand_out_and_switch(live: Live, vote: Vote, clerk: Page) -> None:
    """One delegate gets paper, the presiding officer switches, the rest get paper; then the vote is closed."""
    clerk.goto("/admin/vote/2018/check-in/")
    with clerk.expect_navigation():
        clerk.get_by_role("link", name="纸质表决票与断网处理").click()
    look(clerk)
    clerk.locator("#id_numbers").fill(f"{vote.delegates[2].number} {vote.delegates[0].number}")
    with clerk.expect_navigation():
        clerk.locator('button[value="hand"]').click()
    look(clerk)
    expect(clerk.locator("#id_numbers")).to_have_value(
        f"{vote.delegates[2].number} {vote.delegates[0].number}"
    )
    clerk.locator("#id_numbers").fill(vote.delegates[2].number)
    clerk.locator('button[value="hand"]').click()
    presiding = sign_in(live.person(), vote.presiding)
    presiding.goto(PAPER_DESK)
    look(presiding)
    presiding.locator("#id_reason").fill("会场断网")
    presiding.locator("#id_confirm").check()
    presiding.locator('button[value="switch"]').click()
    expect(presiding.locator(".note.said")).to_contain_text("投票已改用纸质票")
    clerk.goto(PAPER_DESK)
    clerk.locator("#rest_confirm").check()
    with clerk.expect_navigation():
        clerk.locator('button[value="rest"]').click()
    look(clerk)
    assert vote.round.roll.filter(paper=True).count() == 5
    vote.close()


def test_half_on_paper_with_a_difference_settled(live: Live):
    vote = make_vote(delegates=7, ballots=[[1, 2]] * 2, candidates=12, seats=2)
    clerk = sign_in(live.person(viewport=DESK), vote.clerk)
    hand_out_and_switch(live, vote, clerk)

    clerk.goto(PAPER)
    look(clerk)
    clerk.locator("#id_returned").fill("5")
    clerk.locator("#id_again").fill("5")
    clerk.locator("#id_confirm").check()
    with clerk.expect_navigation():
        clerk.locator("form.act .btn-primary").click()
    look(clerk)
    read_batch(clerk, 1, ["1 2", "1 2", "99", "0", "x"])
    look(clerk)
    clerk.locator("#id_ballot_3_0").fill("3 4 5")
    clerk.get_by_role("button", name="提交第一次录入").click()
    expect(clerk.locator("h2", has_text="批次")).to_be_visible()
    scrutineer = sign_in(live.person(viewport=DESK), vote.scrutineer)
    read_batch(scrutineer, 2, ["1 2", "1 2", "3 4", "0", "x"])
    look(scrutineer)
    chief = sign_in(live.person(viewport=DESK), vote.chief)
    chief.goto(PAPER)
    look(chief)
    chief.locator("#b3_marks_0").fill("3 4 5")
    chief.locator("#b3_reason").fill("原票圈了三项")
    chief.locator("#b3_confirm").check()
    with chief.expect_navigation():
        chief.locator('button[value="settle"]').click()
    look(chief)
    assert paper_ballots.agreed(vote.round)[0].marks == ()
    clerk.goto("/en" + PAPER)
    look(clerk)
    clerk.goto("/admin/")
    expect(clerk.locator(".next h2")).to_have_text("计票")


@pytest.mark.parametrize("preset", ["dongyang", "liyang", "yangpu"])
def test_the_batch_of_another_ballot_type(live: Live, preset: str):
    vote = make_vote(delegates=3, candidates=12, seats=12 if preset == "yangpu" else 10, preset=preset)
    paper_ballots.hand_out_to_rest(round_=vote.round, by=vote.clerk, at=vote.later())
    vote.run("closed")
    paper_ballots.record_box(round_=vote.round, returned=3, by=vote.clerk, at=vote.later())
    clerk = sign_in(live.person(viewport=DESK), vote.clerk)
    clerk.goto(PAPER + "?reading=1&first=1")
    look(clerk)
