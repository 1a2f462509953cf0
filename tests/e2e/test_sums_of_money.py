"""A sum of money on a phone: drafted, adopted and read by the public, and the notice after equal votes.

Guards ``voting.forms.vote.rules`` and ``voting.read_models.vote.verdicts``.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from accounts.roles import Kind
from tests.browser import PHONE, Live, assert_good
from tests.e2e.test_round import sign_in
from tests.factories import make_vote
from tests.integration.vote.test_equal_shares import ROUND_2, SHARES
from tests.integration.vote.test_sums_of_money import COSTS, money_vote
from voting.models import VotingRules

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

OF_THE_SLATE = ("costs", "delegates", "candidates", "seats")
#: What the pages say: the sum in the rules, and the money that is left before the tie.
WORDS = {
    "": ("资金总额不超过 100万元", "剩余资金 60万元"),
    "/en": ("for 1 million yuan in all", "600 000 yuan are left"),
}


@pytest.mark.parametrize("language", WORDS, ids=["zh", "en"])
def test_a_sum_is_drafted_and_adopted_on_a_phone(live: Live, language: str):
    vote = make_vote(
        until="drafted", delegates=6, candidates=6, seats=5, kind=Kind.DEMO, preset="binjiang", costs=COSTS
    )
    page = sign_in(live.person(viewport=PHONE), vote.clerk, language)
    page.goto(f"{language}/admin/vote/2018/rules/")
    page.locator("#draft > summary").click()
    page.locator("input[name=method][value=greedy]").check()
    page.locator(".rules-form button[type=submit], .rules-form button").first.click()
    expect(page.locator(".alert-danger a")).to_be_visible()
    assert_good(page)
    page.locator("#id_budget").fill("100")
    page.locator(".rules-form button").first.click()
    expect(page.locator("#adopt")).to_contain_text(WORDS[language][0])
    assert_good(page)
    page.locator("#id_confirm").check()
    page.get_by_role(
        "button", name=re.compile("大会已通过本办法|The plenary has adopted these rules")
    ).click()
    expect(page.locator("h1")).to_contain_text(re.compile("议程|Running order|running order"))
    assert VotingRules.objects.get().is_adopted
    page.goto(f"{language}/2018/rules/")
    expect(page.locator("main")).to_contain_text(WORDS[language][0])
    assert_good(page)


@pytest.mark.parametrize("language", WORDS, ids=["zh", "en"])
def test_what_a_sum_paid_for_is_read_on_a_phone(live: Live, language: str):
    money_vote(kind=Kind.DEMO)
    page = live.person(viewport=PHONE)
    page.goto(f"{language}/2018/result/")
    expect(page.locator(".verdicts")).to_contain_text(WORDS[language][1])
    assert_good(page)
    expect(page.locator(".note").first).to_contain_text(re.compile("剩余资金|for the money that is left"))
    page.goto(f"{language}/2018/notice/")
    expect(page.locator("main")).to_contain_text(WORDS[language][0])
    assert_good(page)


@pytest.mark.parametrize("language", WORDS, ids=["zh", "en"])
def test_equal_shares_are_filled_in_from_a_preset_on_a_phone(live: Live, language: str):
    vote = make_vote(
        until="drafted", kind=Kind.DEMO, **{k: v for k, v in SHARES.items() if k in OF_THE_SLATE}
    )
    page = sign_in(live.person(viewport=PHONE), vote.clerk, language)
    page.goto(f"{language}/admin/vote/2018/rules/?preset=shares")
    page.locator("#id_budget").fill("100")
    page.locator(".rules-form button").first.click()
    expect(page.locator("#adopt")).to_contain_text(re.compile("单张选票的公布|The single ballots"))
    assert_good(page)


@pytest.mark.parametrize("language", WORDS, ids=["zh", "en"])
def test_equal_shares_are_tied_voted_again_and_recounted_on_a_phone(live: Live, language: str):
    vote = make_vote(until="published", kind=Kind.DEMO, **SHARES)
    phone = live.person(viewport=PHONE)
    phone.goto(f"{language}/2018/result/")
    expect(phone.locator(".verdicts")).to_contain_text(
        re.compile("份额不足以全部确定|the shares do not reach")
    )
    assert_good(phone)
    vote.further()
    vote.finish(chosen=ROUND_2)
    phone = live.person(viewport=PHONE)
    phone.goto(f"{language}/2018/recount/")
    phone.locator("[data-now]").click()
    expect(phone.locator("[data-shown]")).to_contain_text(re.compile("全部相符|Everything agrees"))
    expect(phone.locator("[data-shown]")).to_contain_text(re.compile("单张选票|The single ballots"))
