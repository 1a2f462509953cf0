"""The token against forged forms, as Django makes and checks it, drawn at once for pages that a whole hall asks for.

Django draws secret and mask letter by letter, each with a call of the system's own randomness: that takes a tenth of
what such a page takes.
"""

from __future__ import annotations

import secrets

from django.http import HttpRequest
from django.middleware.csrf import CSRF_ALLOWED_CHARS, CSRF_SECRET_LENGTH

_LETTERS = len(CSRF_ALLOWED_CHARS)
_PLACES = {letter: place for place, letter in enumerate(CSRF_ALLOWED_CHARS)}
#: Bytes from here on would make some letters likelier than others.
_EVEN = 256 - 256 % _LETTERS


def token_of(request: HttpRequest) -> str:
    """Return the token for a form of this page, masked anew, as ``django.middleware.csrf.get_token`` does."""
    request.META["CSRF_COOKIE_NEEDS_UPDATE"] = True
    secret = request.META.get("CSRF_COOKIE") or renew_secret(request)
    mask = _drawn()
    cipher = [(_PLACES[letter] + place) % _LETTERS for letter, place in zip(secret, mask, strict=True)]
    return _written(mask) + _written(cipher)


def renew_secret(request: HttpRequest) -> str:
    """Give the browser a new secret, and return it: forms of before are out of date."""
    secret = _written(_drawn())
    request.META |= {"CSRF_COOKIE": secret, "CSRF_COOKIE_NEEDS_UPDATE": True}
    return secret


def _drawn() -> list[int]:
    """Return as many letters as a secret has, by their places, each as likely as any other."""
    drawn: list[int] = []
    while len(drawn) < CSRF_SECRET_LENGTH:
        drawn += [byte % _LETTERS for byte in secrets.token_bytes(2 * CSRF_SECRET_LENGTH) if byte < _EVEN]
    return drawn[:CSRF_SECRET_LENGTH]


def _written(places: list[int]) -> str:
    return "".join([CSRF_ALLOWED_CHARS[place] for place in places])
