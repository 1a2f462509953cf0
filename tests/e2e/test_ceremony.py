"""The key ceremony in real browsers: whoever leads, five scrutineers at five sign-ins, and somebody at the database.

Guards ``voting.admin.vote.ceremony`` and ``slips.js``.
"""

from __future__ import annotations

import pytest
import segno
from playwright.sync_api import Page, expect

from accounts.roles import Kind
from tests.browser import DESK, PHONE, Live, assert_good
from tests.e2e.test_delegate import SMALL
from tests.e2e.test_round import sign_in
from tests.factories import PASSWORD, Vote, make_vote
from tests.security.test_swapped_keys import write
from voting.count import sealing
from voting.count.key_marks import KeyMark
from voting.domain.vote import casting
from voting.domain.vote.tried_keys import mark_of
from voting.models import KeySlip, Round, SealedBallot
from voting.printing.qr import QR_MASK
from voting.states import RoundStatus

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
OWN, KEY, TRIAL, OPEN, CLOSE = (
    f"/admin/vote/2018/{page}/" for page in ("key/mine", "key", "trial", "open", "close")
)
#: Chromium reads squares on phones only: here it finds what the test says that the picture shows.
READS_SQUARES = """
window.BarcodeDetector = class {
  async detect() { return window.square ? [{rawValue: window.square}] : []; }
};
"""


def hold(page: Page) -> str:
    """Make the key with everybody who is ticked; return the code that the page shows."""
    page.goto(KEY)
    expect(page.locator("[name=holders]:checked")).to_have_count(5)
    assert_good(page, SMALL)
    page.locator("#id_confirm").check()
    with page.expect_navigation():
        page.locator("form.act .btn-primary").first.click()
    assert_good(page, SMALL)
    return page.locator(".ceremony-code").inner_text()


def take(page: Page, code: str) -> str:
    """Take the own slip; return its 80 digits."""
    page.goto(f"{OWN}#{code.replace(' ', '')}")
    expect(page.locator("#id_code")).to_have_value(code)
    assert "#" not in page.url
    assert_good(page, SMALL)
    page.locator("#id_confirm").check()
    page.locator("#take .btn-primary").click()
    expect(page.locator(".own-slip")).to_be_visible()
    assert_good(page, SMALL)
    return "".join(page.locator(".own-slip .numbers b").all_inner_texts())


def prove(page: Page, digits: str) -> None:
    page.locator("#id_slip_1").fill(digits)
    expect(page.locator(".slip-status")).to_contain_text("正确")
    page.get_by_role("button", name="核对").click()
    expect(page.get_by_role("status").first).to_contain_text("已核对")


def test_five_scrutineers_take_and_prove_their_slips_and_the_vote_opens_by_the_mark(live: Live):
    vote: Vote = make_vote(until="rolled", delegates=3, kind=Kind.DEMO)
    leader = sign_in(live.person(viewport=DESK), vote.clerk)
    code = hold(leader)
    holders = [slip.holder for slip in KeySlip.objects.select_related("holder").order_by("place")]
    pages = [sign_in(live.person(), holder) for holder in holders]
    slips = []
    for page in pages:
        slips.append(take(page, code))
        [drawn] = page.locator(".own-slip .code svg path").all()
        square = segno.make(slips[-1], error="l", mask=QR_MASK, boost_error=False, micro=False)
        assert drawn.get_attribute("d") in square.svg_inline(
            omitsize=True, border=2, svgclass=None, lineclass=None
        )
    assert len(set(slips)) == 5
    again, other = pages[0], pages[1]
    again.goto(OWN)
    expect(again.locator(".own-slip")).to_have_count(0)
    expect(again.locator("#take")).to_have_count(0)
    other.locator("#id_slip_1").fill(slips[0])
    expect(other.locator(".slip-status.wrong")).to_contain_text("您的是第 2 份")
    other.get_by_role("button", name="核对").click()
    expect(other.locator(".invalid-feedback")).to_contain_text("您的是第 2 份")
    for page, digits in zip(pages[:3], slips, strict=False):
        prove(page, digits)
    picture = pages[3].locator(".own-slip .code").screenshot()
    trial = sign_in(live.person(viewport=DESK), vote.clerk)
    trial.add_init_script(READS_SQUARES)
    three_mistakes(trial, slips)
    try_slips(trial, vote, slips, picture)
    open_by_the_mark(trial, vote)
    screen = live.person(viewport=DESK)
    screen.goto("/2018/screen/")
    expect(screen.locator(".screen-mark")).to_contain_text(marked(vote).characters)


def three_mistakes(trial: Page, slips: list[str]) -> None:
    """All are named at once, each at its field, and what was typed stays, masked."""
    trial.goto(TRIAL)
    assert_good(trial, PHONE)
    wrong = [
        slips[0][:-1] + ("1" if slips[0][-1] == "0" else "0"),
        slips[1][:40] + "9999" + slips[1][44:],
        "academic " * 20,
    ]
    for place, each in enumerate(wrong, start=1):
        trial.locator(f"#id_slip_{place}").fill(each)
    trial.locator("#id_confirm").check()
    trial.locator("form.act .btn-primary").click()
    for place in (1, 2, 3):
        field = trial.locator(f"#div_id_slip_{place}")
        expect(field.locator(".invalid-feedback")).to_contain_text(f"第 {place} 栏")
        expect(field.locator(".slip-status")).to_be_empty()  # it is said once
        expect(trial.locator(f"#id_slip_{place}")).to_have_attribute("type", "password")
        expect(trial.locator(f"#id_slip_{place}")).to_have_value(wrong[place - 1])
    assert_good(trial, SMALL)
    trial.set_viewport_size(DESK)


def try_slips(trial: Page, vote: Vote, slips: list[str], picture: bytes) -> None:
    """By a scanner, on the keys and from a picture; those who have not typed theirs back do it here."""
    # A scanner types and ends with Enter; the next field that is empty has the focus then.
    trial.locator("#id_slip_1").fill(slips[0])
    for place in (2, 3):
        trial.locator(f"#id_slip_{place}").fill("")
    trial.locator("#id_slip_2").focus()
    trial.keyboard.type(slips[1])
    trial.keyboard.press("Enter")
    expect(trial.locator("#id_slip_3")).to_be_focused()
    trial.keyboard.type(" ".join(slips[2][at : at + 4] for at in range(0, 80, 4)))
    trial.locator("#id_confirm").check()
    trial.locator("form.act .btn-primary").click()
    expect(trial.locator("#refused")).to_contain_text("尚缺")
    trial.evaluate("digits => { window.square = digits; }", slips[3])
    chooser = trial.locator("#div_id_slip_4 input[type=file]")
    chooser.set_input_files({"name": "square.png", "mimeType": "image/png", "buffer": picture})
    expect(trial.locator("#div_id_slip_4 .slip-status")).to_contain_text(
        f"正确：第 4 份密钥条，{KeySlip.objects.get(place=4).holder.name}"
    )
    trial.locator("#id_slip_5").fill(slips[4])
    trial.locator("#div_id_slip_5").get_by_role("button", name="显示").click()
    expect(trial.locator("#id_slip_5")).to_have_attribute("type", "text")
    trial.locator("#id_confirm").check()
    trial.locator("form.act .btn-primary").click()
    expect(trial.locator(".next h2")).to_have_text("开始表决")


def marked(vote: Vote) -> KeyMark:
    mark = mark_of(vote.round)
    assert mark is not None
    return mark


def open_by_the_mark(trial: Page, vote: Vote) -> None:
    mark = marked(vote)
    trial.goto(OPEN)
    expect(trial.locator("body")).not_to_contain_text(mark.characters)
    for typed, opened in (("0001 0002", False), (mark.characters, True)):
        trial.locator("#id_mark").fill(typed)
        trial.locator("[name=second_name]").fill(vote.chief.username)
        trial.locator("[name=second_password]").fill(PASSWORD)
        trial.locator("#id_confirm").check()
        trial.locator("form.act .btn-primary").click()
        if not opened:
            expect(trial.locator("#div_id_mark .invalid-feedback")).to_contain_text(
                "与用来密封表决票的密钥不符"
            )
            assert_good(trial, SMALL)
    assert vote.round.status == RoundStatus.OPEN


def test_without_a_script_a_slip_is_taken_proven_and_the_trial_passed(live: Live):
    vote: Vote = make_vote(until="rolled", delegates=3, kind=Kind.DEMO)
    code = hold(sign_in(live.person(viewport=DESK), vote.chief))
    slips = []
    for holder in vote.holders:
        page = sign_in(live.person(javascript=False), holder)
        page.goto(OWN)
        page.locator("#id_code").fill(code)
        page.locator("#id_confirm").check()
        with page.expect_navigation():
            page.locator("#take .btn-primary").click()
        slips.append("".join(page.locator(".own-slip .numbers b").all_inner_texts()))
        page.locator("#id_slip_1").fill(slips[-1])
        page.get_by_role("button", name="核对").click()
        expect(page.get_by_role("status").first).to_contain_text("已核对")
    page.goto(TRIAL)
    for place, slip in enumerate(slips[:3], start=1):
        page.locator(f"#id_slip_{place}").fill(slip)
    page.locator("#id_confirm").check()
    page.locator("form.act .btn-primary").click()
    assert vote.round.status == RoundStatus.READY


@pytest.mark.parametrize(
    ("language", "told", "at_cast"),
    [
        ("", "与监票人制作并试用的密钥不同", "您的表决票未投出"),
        ("/en", "not the one that the scrutineers made and tried", "Your ballot was not cast"),
    ],
)
def test_f32_a_key_swapped_in_the_database_is_told_to_clerk_and_delegate(live: Live, language, told, at_cast):
    vote: Vote = make_vote(until="ready", delegates=3, kind=Kind.DEMO)
    mark, other = vote.mark, sealing.public_key(sealing.new_seed())
    right = Round.objects.values("public_key", "key_fingerprint").get(pk=vote.round.pk)
    clerk = sign_in(live.person(viewport=DESK), vote.clerk, language)
    clerk.goto(f"{language}{OPEN}")
    clerk.locator("#id_mark").fill(mark)
    clerk.locator("[name=second_name]").fill(vote.chief.username)
    clerk.locator("[name=second_password]").fill(PASSWORD)
    clerk.locator("#id_confirm").check()
    write(vote, public_key=other.raw, key_fingerprint=other.fingerprint)
    clerk.locator("form.act .btn-primary").click()
    expect(clerk.locator("main")).to_contain_text(told)
    assert_good(clerk, SMALL)
    assert vote.round.status == RoundStatus.READY
    write(vote, **right)
    vote.run("open")
    casting._booths.clear()
    delegate = live.person()
    delegate.goto(f"{language}/enter/")
    delegate.locator("#id_number").fill(vote.delegates[0].number)
    delegate.locator("#id_code").fill(vote.codes[vote.delegates[0].number])
    delegate.locator("#enter button").last.click()
    delegate.locator("label[for=m1] .name").click()
    delegate.locator("#bar button").click()
    write(vote, key_mac="0" * 64)
    delegate.locator("#cast").click()
    expect(delegate.locator("#refusal")).to_contain_text(at_cast)
    assert_good(delegate, SMALL)
    assert SealedBallot.objects.count() == 0
    clerk.goto(f"{language}{CLOSE}")
    expect(clerk.locator("[role=alert]")).to_contain_text(told)
    assert_good(clerk, SMALL)
