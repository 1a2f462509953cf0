"""Nobody of ours comes to a page of Django's: every address of the admin is in the house's frame, in its own words.

Guards ``voting.admin.core.closed_lists``, ``voting.admin.core.kept_people`` and ``voting.admin.core.site``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.test import Client

from accounts.models import User
from accounts.roles import Role
from tests.factories import UserFactory
from tests.lived import make_lived
from tests.security.test_crawl import addresses
from voting.domain.vote.steps import STEPS

pytestmark = pytest.mark.django_db
#: What stands on every page of the staff, and on a page that refuses.
FRAMES = ('class="head staff-head"', 'class="sheet prose"', 'class="actions noprint centred')
#: What only Django's own pages say.
DJANGOS = re.compile(
    r"来修改|以修改|站点管理|Django|Select .* to change|History|历史"
    r"|class=\"(?:submit-row|object-tools|breadcrumbs|module)\b"
    r"|icon-(?:yes|no)\.svg|pbkdf2|argon2|-{9}"
)
#: Words that are the same in every language, names that people gave, and what is to be typed as it stands.
LATIN = {
    "English", "XLSX", "CSV", "PDF", "JSON", "QR", "pabulib", "HPKE", "SHA-256", "OK", "MB", "KB", "USB", "A4",
    "Piaojue", "Asia", "Shanghai", "gongshu", "jiaxian", "manage", "verify", "user", "demo", "json", "recount",
    "python -m voting", "assessment", "Excel", "WPS", "ID", "SHA", "HMAC", "TOTP", "API",
}  # fmt: skip
#: Chinese writes no blank between its sentences.
BEHIND_A_STOP = re.compile(r"[\u4e00-\u9fff）][。；！？] [\u4e00-\u9fff][^。<]{0,20}")
#: A colon with a blank in a Chinese text, or one of half width.
HALF = re.compile(r"[^<>\n]{0,15}(?:：[ \n]+[^\s<]|[\u4e00-\u9fff]: )[^<>\n]{0,10}")
#: Parts of a page that are stored words, code, or another language that says so.
_ASIDE = re.compile(
    r"<(script|style|template|code|pre|textarea|option|svg)\b.*?</\1>|<(\w+)[^>]*\blang=\"en\"[^>]*>.*?</\2>",
    re.DOTALL,
)
_HEX = re.compile(r"[a-f ]+")
_WORD = re.compile(r"[A-Za-z][A-Za-z'’-]{2,}(?: +[A-Za-z'’-]{2,})+|[A-Za-z]{4,}")


def people(clerk: User) -> dict[str, User]:
    own = {"congress": clerk.congress}
    roles = (Role.CHIEF, Role.SCRUTINEER, Role.PRESIDING, Role.KEEPER, Role.UNIT)
    return {
        "clerk": clerk,
        "keeper of the installation": UserFactory(role=Role.KEEPER, congress=None),
        **{role.value: UserFactory(role=role, **own) for role in roles},
    }


def pages(clerk: User, prefix: str = "", **instead: str) -> Iterator[tuple[str, str, int, str]]:
    """Yield who, which address, status and text of every page of the admin, as everybody of the staff."""
    asked = [each for each in addresses(**instead) if each.startswith("/admin/")]
    for who, user in people(clerk).items():
        client = Client(raise_request_exception=False)
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        for address in asked:
            answer = client.get(f"{prefix}{address}")
            if answer.get("Content-Type", "").startswith("text/html") and answer.status_code not in {
                302,
                405,
            }:
                yield who, f"{prefix}{address}", answer.status_code, answer.content.decode()


def english_words(text: str) -> list[str]:
    """Return the English that a reader of a Chinese page would meet."""
    body = _ASIDE.sub(" ", re.split(r"<body[^>]*>", text)[-1])
    spoken = re.findall(r'(?:aria-label|title|alt|placeholder)="([^"]*)"', body)
    plain = unescape(" \n ".join([re.sub(r"<[^>]*>", "\n", body), *spoken]))
    plain = re.sub(r"sha256-[\w+/=]+", " ", plain)  # the hash of a script is no word
    return [word for word in _WORD.findall(plain) if word not in LATIN and not _HEX.fullmatch(word)]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_of_the_admin_is_in_the_houses_frame_and_words(language: str):
    clerk = make_lived(3).spring.vote.clerk
    strange, english, met = [], set(), 0
    for who, address, status, text in pages(clerk, "" if language == "zh-hans" else "/en"):
        met += status == 200
        here = (who, address, status)
        if not any(frame in text for frame in FRAMES) or f'<html lang="{language}"' not in text:
            strange.append((*here, "frame"))
        if words := DJANGOS.findall(text):
            strange.append((*here, words))
        if language == "zh-hans":
            english |= {(address, word) for word in english_words(text)}
            strange += [(*here, colon) for colon in HALF.findall(_ASIDE.sub("", text))]
            strange += [
                (*here, stop) for stop in BEHIND_A_STOP.findall(" ".join(_ASIDE.sub("", text).split()))
            ]
    assert met > 200
    assert strange == []
    assert sorted(english) == []


#: What Django asks for by itself.
OF_DJANGO = {"400.html", "403.html", "403_csrf.html", "404.html", "500.html"}


def test_no_template_stands_that_nothing_shows():
    ours = Path(settings.BASE_DIR, "templates")
    sources = [
        path for folder in ("voting", "accounts", "config") for path in (ours.parent / folder).rglob("*.py")
    ]
    named = {path: path.read_text() for path in [*sources, *ours.rglob("*.html")]}
    steps = {f"admin/{spec.room}/step_{key.replace('-', '_')}.html" for key, spec in STEPS.items()}
    theirs = [Path(app.path, "templates") for app in apps.get_app_configs()]
    for path in ours.rglob("*.html"):
        name = str(path.relative_to(ours))
        if name in OF_DJANGO | steps or any((folder / name).exists() for folder in theirs):
            continue
        assert any(name in text for other, text in named.items() if other != path), name
