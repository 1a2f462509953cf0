"""Every page of the admin in a real browser: nothing that axe finds, in both languages, on a desk and on a phone.

Guards ``templates/admin``.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from axe_core_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import Page, ViewportSize

from accounts.models import User
from accounts.roles import Role
from tests.browser import DESK, PHONE, RULES, Live
from tests.e2e.test_round import PASSWORD
from tests.factories import UserFactory
from tests.lived import make_lived
from tests.security.test_crawl import addresses

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
SHOTS = Path(settings.VAR) / "screenshots"
#: Answers that are no page, and what ends a session.
NO_PAGE = re.compile(r"\.(xlsx|csv|pdf)$|/logout/$|/login/")
#: Whose pages are looked at, where: the years are those of ``make_lived``.
YEARS = ("2018", "2019", "2020")
#: What a year in another stage shows otherwise is looked at in one language.
OTHER_YEAR = re.compile(r"/20(19|20)/")


def faults(page: Page, *thoroughly: ViewportSize) -> list[str]:
    """Return what is wrong with the page that stands in the browser: its width everywhere, the rest where asked."""
    wrong = []
    for size in (DESK, PHONE):
        page.set_viewport_size(size)
        if size in thoroughly:
            wrong += [
                f"{size['width']} {each['id']} {[node['html'][:160] for node in each['nodes']][:3]}"
                for each in Axe().run(page, options=RULES)["violations"]
            ]
        if (more := page.evaluate("document.documentElement.scrollWidth - window.innerWidth")) > 0:
            wrong.append(f"{size['width']} is {more} pixels too wide")
    return wrong


def look_at_all(live: Live, user: User, asked: list[str]) -> list[tuple[str, str]]:
    """Return every fault of these pages; a picture is kept of each page that has one."""
    page = live.person(viewport=DESK)
    page.goto("/admin/")
    page.locator("#id_username").fill(user.username)
    page.locator("#id_password").fill(PASSWORD)
    page.locator("#login-form button").click()
    wrong, met = [], 0
    for address in asked:
        for language in ("", "/en")[: 1 if OTHER_YEAR.search(address) else 2]:
            answer = page.goto(f"{language}{address}")
            if answer is None or answer.status != 200:
                continue
            met += 1
            if here := faults(page, PHONE if language else DESK):
                wrong += [(f"{language}{address}", each) for each in here]
                SHOTS.mkdir(parents=True, exist_ok=True)
                page.screenshot(
                    path=SHOTS / f"{re.sub(r'[^a-z0-9]+', '-', language + address)}.png", full_page=True
                )
    assert met > 5
    return wrong


@pytest.mark.timeout(600)
@pytest.mark.parametrize("part", ["the years", "the lists", "scrutineer", "keeper", "unit"])
def test_no_page_of_the_admin_has_a_fault_that_axe_finds(live: Live, part: str):
    lived = make_lived(3)
    clerk = lived.spring.vote.clerk
    people = {"scrutineer": lived.spring.vote.scrutineer, "unit": lived.spring.officer}
    people["keeper"] = UserFactory(role=Role.KEEPER, congress=clerk.congress)
    asked = {each for year in YEARS for each in addresses(slug=year) if each.startswith("/admin/")}
    kept = [each for each in sorted(asked) if not NO_PAGE.search(each)]
    of_years = [each for each in kept if each.startswith("/admin/vote/")]
    of = {
        "the years": of_years,
        "the lists": [each for each in kept if each not in of_years],
        "scrutineer": [each for each in kept if re.search(r"/2018/(key|trial|count)|/tally/|sign-ins", each)],
        "unit": [each for each in of_years if "/unit" in each] + ["/admin/", "/admin/second-factor/"],
    }
    assert look_at_all(live, people.get(part, clerk), of.get(part, kept)) == []
