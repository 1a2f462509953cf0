"""Sheets from a scanner in real browsers: a batch with a fault, the batch mended, what is in doubt, the second reading
from the pictures, a difference settled; what the scanner's file says is written out here.

Guards ``voting.admin.vote.scanned_sheets`` and ``voting.admin.vote.paper_reading``.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect

from tests.browser import DESK, Live
from tests.e2e.test_papers import PAPER, look
from tests.e2e.test_round import sign_in
from tests.factories import make_vote
from tests.integration.vote.test_scans import SCANS, _pages_of, file_of
from voting.domain.vote import paper_ballots
from voting.foreign import scanned
from voting.foreign.scanned import ScannedPage

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

#: Three lines of the ballot; the fifth sheet is in doubt.
SHEETS = [{"marks": [1, 1, 0]}] * 4 + [{"doubts": ["writing"]}] + [{"marks": [0, 1, 1]}] * 15


def _with_pictures(*args: object, **more: object) -> Iterator[ScannedPage]:
    for page in _pages_of(*args, **more):
        picture = Image.new("L", (827, 1169), 245)
        draw = ImageDraw.Draw(picture)
        draw.rectangle((80, 160, 740, 700), outline=40, width=3)
        draw.ellipse((620, 200, 680, 250), outline=60, width=4)
        packed = io.BytesIO()
        picture.save(packed, "PNG")
        yield ScannedPage(page.reading, packed.getvalue(), page.same_as, page.seen_before)


def upload(page: Page, content: bytes) -> None:
    page.goto(SCANS)
    look(page)
    expect(page.locator("#id_first")).to_have_value("1")
    expect(page.locator("#id_last")).to_have_value("20")
    page.locator("#id_pages").set_input_files(
        {"name": "scan.pdf", "mimeType": "application/pdf", "buffer": content}
    )
    with page.expect_navigation():
        page.locator('button[value="scan"]').click()


def type_ballots(page: Page, *ballots: str) -> None:
    """Type what stands on the sheets with the keyboard alone."""
    expect(page.locator("input:focus")).to_be_visible()
    for ballot in ballots:
        page.keyboard.type(ballot)
        page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_twenty_sheets_go_through_the_scanner_and_past_two_people(live: Live, monkeypatch):
    monkeypatch.setattr(scanned, "pages_of", _with_pictures)
    vote = make_vote(delegates=21, candidates=3, seats=2, first_reading="scanner")
    paper_ballots.hand_out_to_rest(round_=vote.round, by=vote.clerk, at=vote.later())
    vote.run("closed")
    paper_ballots.record_box(round_=vote.round, returned=20, by=vote.clerk, at=vote.later())
    clerk = sign_in(live.person(viewport=DESK), vote.clerk)
    clerk.goto(PAPER)
    clerk.get_by_role("link", name="扫描识读").click()
    upload(clerk, file_of(*SHEETS[:6], {"why": "back"}, *SHEETS[7:]))
    expect(clerk.locator(".alert-danger")).to_contain_text("第7页：票的背面")
    look(clerk)
    upload(clerk, file_of(*SHEETS))
    clerk.get_by_role("link", name="继续").click()
    expect(clerk.locator("table")).to_contain_text("5 票上另有书写")
    look(clerk)

    clerk.goto("/en" + PAPER)
    look(clerk)
    clerk.get_by_role("link", name="Read the sheets in doubt").click()
    expect(clerk.locator(".sheet-picture img")).to_have_count(1)
    look(clerk)
    clerk.goto(PAPER + "?reading=1&doubtful=1")
    type_ballots(clerk, "1 2")
    scrutineer = sign_in(live.person(viewport=DESK), vote.scrutineer)
    scrutineer.goto(PAPER + "?reading=2&first=1")
    expect(scrutineer.locator(".sheet-picture img")).to_have_count(5)
    look(scrutineer)
    scrutineer.goto(PAPER + "?reading=2&first=1")
    type_ballots(scrutineer, "1 2", "1 2", "1 2", "1", "1 2")
    for _page in range(3):
        type_ballots(scrutineer, *["2 3"] * 5)
    chief = sign_in(live.person(viewport=DESK), vote.chief)
    chief.goto(PAPER)
    expect(chief.locator(".difference .sheet-picture img")).to_have_count(1)
    look(chief)
    chief.locator("#b4_marks_0").fill("1 2")
    chief.locator("#b4_reason").fill("看原票")
    chief.locator("#b4_confirm").check()
    with chief.expect_navigation():
        chief.locator('button[value="settle"]').click()
    expect(chief.locator(".sheet-picture")).to_have_count(0)
    assert sorted(c.marks for c in paper_ballots.agreed(vote.round)) == [(0, 1, 1)] * 15 + [(1, 1, 0)] * 5
