"""Tokens against forged forms: Django takes ours as its own. Guards ``accounts.forgery``."""

from __future__ import annotations

from collections import Counter

import pytest
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CSRF_ALLOWED_CHARS, CsrfViewMiddleware, get_token
from django.test import RequestFactory

from accounts.forgery import renew_secret, token_of

pytestmark = pytest.mark.django_db  # the page that refuses a form names the congress


def _answer_to(token: str, cookie: str) -> HttpResponse | None:
    request = RequestFactory().post("/", {"csrfmiddlewaretoken": token})
    request.COOKIES["csrftoken"] = cookie
    guard = CsrfViewMiddleware(lambda _request: HttpResponse())
    guard.process_request(request)
    return guard.process_view(request, lambda _request: HttpResponse(), (), {})


def _request() -> HttpRequest:
    return RequestFactory().get("/")


def test_django_takes_the_token_and_no_other():
    """A page's token fits the cookie that comes with it, and no other browser's. Guards ``accounts.forgery``."""
    request, other = _request(), _request()
    token = token_of(request)
    token_of(other)
    assert _answer_to(token, request.META["CSRF_COOKIE"]) is None
    assert _answer_to(token, other.META["CSRF_COOKIE"]).status_code == 403
    changed = ("a" if token[-1] != "a" else "b").join([token[:-1], ""])
    assert _answer_to(changed, request.META["CSRF_COOKIE"]).status_code == 403


def test_a_browser_keeps_its_secret_and_each_page_is_masked_anew():
    """Two pages of a browser have two tokens of one secret, Django's among them. Guards ``accounts.forgery``."""
    request = _request()
    tokens = {token_of(request), token_of(request), get_token(request)}
    assert len(tokens) == 3
    assert all(_answer_to(token, request.META["CSRF_COOKIE"]) is None for token in tokens)
    assert request.META["CSRF_COOKIE_NEEDS_UPDATE"]


def test_a_new_secret_ends_the_forms_of_before():
    """After a sign-in the forms of before are out of date. Guards ``accounts.forgery``."""
    request = _request()
    before = token_of(request)
    renew_secret(request)
    assert _answer_to(before, request.META["CSRF_COOKIE"]).status_code == 403


def test_every_letter_is_as_likely():
    """No letter is likelier than another: of 64 000 drawn, each comes within a fifth. Guards ``accounts.forgery``."""
    request = _request()
    drawn = Counter("".join(renew_secret(request) for _ in range(2_000)))
    middle = 64_000 / len(CSRF_ALLOWED_CHARS)
    assert set(drawn) == set(CSRF_ALLOWED_CHARS)
    assert all(0.8 * middle < number < 1.2 * middle for number in drawn.values())
