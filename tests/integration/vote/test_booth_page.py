"""What the ballot page hands to the script that seals: the round's key and rules, nothing of anybody, and its hash.

Guards ``voting.views.vote.booth``, ``voting.templatetags.piaojue`` and ``voting.text.booth_script``.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles.finders import find
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from django.core.files.storage import FileSystemStorage
from django.test import Client

import voting
from accounts.roles import Kind
from tests.factories import Vote, make_vote
from tests.integration.vote.test_ballot_pages import BALLOT, REVIEW, enter, marked
from tests.pages import text_of as text
from tests.security.test_swapped_keys import write
from voting.domain.vote import casting
from voting.domain.vote.definitions import sealing_info
from voting.text import booth_script

pytestmark = pytest.mark.django_db

HANDED = re.compile(r'<script id="booth" type="application/json">(.*?)</script>')


@pytest.fixture
def vote() -> Vote:
    return make_vote(delegates=3, kind=Kind.DEMO)


def handed(page: str) -> dict[str, object]:
    """What the page hands to the script."""
    found = HANDED.search(page)
    assert found
    read: dict[str, object] = json.loads(found[1])
    return read


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_key_and_the_rules_are_the_round_s(client, vote, method):
    """On the page from the frame, and on the one with marks."""
    enter(client, vote)
    page = getattr(client, method)(BALLOT, marked(client, [1]) if method == "post" else None).content.decode()
    rule = handed(page)
    assert base64.b64decode(str(rule["key"])) == bytes(vote.round.public_key or b"")
    assert rule["info"] == sealing_info(vote.round).decode()
    assert rule["length"] == casting.open_booth(vote.round.pk).length
    assert (rule["numbers"], rule["most"], rule["marks"]) == (list(range(1, 13)), 10, {"for": 1})


def test_everybody_is_handed_the_same(vote):
    pages = []
    for place in range(2):
        client = Client()
        enter(client, vote, place)
        pages.append(client.get(BALLOT).content.decode().split('<script id="booth"')[1])
    ticket = re.compile(r'name="(ticket|csrfmiddlewaretoken)" value="[^"]*"')
    assert ticket.sub("", pages[0]) == ticket.sub("", pages[1])


def test_f32_to_a_key_that_nobody_tried_nothing_is_handed_out(client, vote):
    enter(client, vote)
    write(vote, key_mac="0" * 64)
    casting._booths.clear()
    page = client.get(BALLOT)
    assert page.status_code == 200
    assert not HANDED.search(page.content.decode())
    assert "booth.js" not in page.content.decode()
    assert "密钥" in text(client.post(REVIEW, marked(client, [1])))


def test_the_page_names_the_hash_of_the_script(client, vote):
    enter(client, vote)
    page = client.get(BALLOT).content.decode()
    script = Path(str(find(booth_script.NAME))).read_bytes()
    digest = "sha256-" + base64.b64encode(hashlib.sha256(script).digest()).decode()
    assert f'booth.js" integrity="{digest}" defer></script>' in page


def test_under_its_hashed_name_the_script_is_the_same_byte_for_byte(tmp_path):
    """The server of static files rewrites what names other files; then browsers would refuse the script."""
    held = ManifestStaticFilesStorage(location=str(tmp_path), base_url="/static/")
    source = FileSystemStorage(location=str(Path(str(find(booth_script.NAME))).parent))
    list(held.post_process({"booth.js": (source, "booth.js")}))
    [named] = tmp_path.glob("booth.*.js")
    assert named.read_bytes() == Path(str(find(booth_script.NAME))).read_bytes()


def test_the_change_log_names_the_hash_of_the_script_that_is_served():
    """Whoever compares needs a place that the server does not write (BOOTH.md §4)."""
    log = Path(voting.__file__).parents[1] / "CHANGELOG.md"
    assert f"`{booth_script.integrity()}`" in log.read_text(encoding="utf-8")
