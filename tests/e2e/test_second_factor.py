"""The second factor and the second person in a real browser: enrolled, signed in with, lost, and asked for."""

from __future__ import annotations

import base64
import time

import pytest
from django_otp.oath import TOTP
from playwright.sync_api import Page, expect

from accounts.authenticators import Authenticator
from accounts.models import User
from accounts.roles import Kind, Role
from tests.browser import DESK, PHONE, Live, assert_good
from tests.e2e.test_congresses import PASSWORD, own_password
from tests.factories import PASSWORD as OLD
from tests.factories import UserFactory, make_vote

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def digits_of(key: str) -> str:
    """Return what an app shows that was given the key as it stands on the page."""
    totp = TOTP(base64.b32decode(key.replace(" ", "")))
    totp.time = time.time()
    return f"{totp.token():06d}"


def by_password(page: Page, user: User, password: str = OLD, language: str = "") -> None:
    page.goto(f"{language}/admin/login/")
    page.locator("[name=username]").fill(user.username)
    page.locator("[name=password]").fill(password)
    page.keyboard.press("Enter")
    expect(page.locator("[name=username]")).to_have_count(0)


def enrol(page: Page) -> tuple[str, list[str]]:
    """Set the app up on the page that is shown; return the key and the recovery codes."""
    key = page.locator(".factor-key code").text_content() or ""
    page.locator("[name=code]").fill(digits_of(key))
    page.locator("form.act .btn-primary").click()
    codes = page.locator(".recovery .code")
    expect(codes).to_have_count(10)
    return key, codes.all_text_contents()


@pytest.mark.parametrize("language", ["", "/en"])
def test_a_clerk_sets_it_up_and_signs_in_with_it_and_with_a_recovery_code(live: Live, language: str):
    user = UserFactory(role=Role.CLERK)
    page = live.person(viewport=DESK)
    by_password(page, user, language=language)
    page.goto(f"{language}/admin/second-factor/")
    assert_good(page, PHONE)
    key, codes = enrol(page)
    assert_good(page)
    page.goto(f"{language}/admin/second-factor/")
    assert_good(page, DESK)
    other = live.person(viewport=PHONE)
    by_password(other, user, language=language)
    assert_good(other, DESK)
    other.locator("[name=code]").fill("000000")
    other.keyboard.press("Enter")
    expect(other.locator(".invalid-feedback")).to_be_visible()
    assert_good(other, DESK)
    Authenticator.objects.update(last_t=-1, throttling_failure_count=0)
    other.locator("[name=code]").fill(digits_of(key))
    other.keyboard.press("Enter")
    other.wait_for_url(f"**{language}/admin/")
    third = live.person()
    by_password(third, user, language=language)
    third.locator("[name=code]").fill(codes[0])
    third.keyboard.press("Enter")
    third.wait_for_url(f"**{language}/admin/")


def test_an_initial_password_leads_to_it_where_it_is_required(live: Live, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    user = UserFactory(role=Role.SCRUTINEER, password_is_initial=True)
    page = live.person()
    by_password(page, user)
    own_password(page, OLD)
    expect(page.get_by_role("heading", level=1)).to_have_text("第二重验证")
    page.goto("/admin/sign-ins/")
    expect(page.get_by_role("heading", level=1)).to_have_text("第二重验证")
    enrol(page)
    page.goto("/admin/sign-ins/")
    expect(page.locator("table tbody tr")).to_have_count(3)
    assert_good(page, DESK)
    assert User.objects.get(pk=user.pk).check_password(PASSWORD)


@pytest.mark.parametrize("language", ["", "/en"])
def test_two_people_close_a_vote_in_which_some_have_not_voted(live: Live, language: str):
    vote = make_vote(until="open", delegates=4, ballots=[range(1, 11)], kind=Kind.DEMO)
    page = live.person(viewport=DESK)
    by_password(page, vote.clerk, language=language)
    page.goto(f"{language}/admin/vote/2018/close/")
    assert_good(page, PHONE)
    expect(page.locator("form.act .note")).to_contain_text("3")
    page.locator("#id_confirm").check()
    page.locator("[name=second_name]").fill(vote.presiding.username)
    page.locator("[name=second_password]").fill("wrong")
    page.locator("form.act .btn-primary").click()
    expect(page.locator("#id_second_password_error")).to_be_visible()
    expect(page.locator("[name=second_name]")).to_have_value("")
    assert_good(page, DESK)
    page.locator("[name=second_name]").fill(vote.presiding.username)
    page.locator("[name=second_password]").fill(OLD)
    page.locator("form.act .btn-primary").click()
    page.wait_for_url("**/admin/?first=2018")
    assert vote.round.status == "closed"
