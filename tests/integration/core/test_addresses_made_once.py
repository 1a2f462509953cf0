"""An address that was made once is the one that Django would make: in each language, congress and set of addresses.

Guards ``accounts.addresses``, ``voting.templatetags.addresses`` and ``voting.templatetags.piaojue``.
"""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.template import Context, Template
from django.urls import NoReverseMatch, reverse, set_script_prefix, set_urlconf
from django.utils.translation import override

from accounts import addresses
from accounts.addresses import address_for
from voting.templatetags import piaojue

ARGUMENTS = [("2018", 1), ("2018", "1"), ("2017", 1), ("2018", 2)]


@pytest.fixture(autouse=True)
def _as_before():
    yield
    set_script_prefix("/")
    set_urlconf(None)


@pytest.mark.parametrize("_again", range(2))
def test_it_is_djangos_own_in_every_language_and_congress(_again: int):
    made = set()
    for prefix in ("/", "/jia/", "/yi/"):
        set_script_prefix(prefix)
        for language in ("zh-hans", "en"):
            with override(language):
                for arguments in ARGUMENTS:
                    address = address_for("voting:delivery", *arguments)
                    assert address == reverse("voting:delivery", args=arguments)
                    made.add(address)
                named = {"slug": "2018", "number": 3}
                assert address_for("voting:delivery", keywords=named) == reverse(
                    "voting:delivery", kwargs=named
                )
                assert address_for("admin:index", current_app="admin") == reverse("admin:index")
    assert len(made) == 3 * 2 * 3


def test_what_only_looks_equal_is_another_address_or_none():
    assert address_for("voting:delivery", "2018", 1).endswith("/1/")
    with pytest.raises(NoReverseMatch):
        address_for("voting:delivery", "2018", True)
    with pytest.raises(NoReverseMatch):
        address_for("voting:delivery", "2018")
    with pytest.raises(NoReverseMatch):
        address_for("voting:nothing")


def test_other_addresses_of_the_site_are_asked_for_anew():
    assert address_for("voting:home") == "/"
    set_urlconf("django.contrib.auth.urls")
    with pytest.raises(NoReverseMatch):
        address_for("voting:home")


def test_it_is_made_once(monkeypatch):
    made = []
    monkeypatch.setattr(addresses, "reverse", lambda name, **more: made.append(name) or reverse(name, **more))
    for _time in range(3):
        address_for("voting:cycle", "asked-once")
    assert made == ["voting:cycle"]


def test_a_page_is_found_in_the_other_language_once_and_a_long_path_is_not_remembered():
    assert piaojue._translated("/2018/delivery/1/?a=1", "en") == "/en/2018/delivery/1/?a=1"
    set_script_prefix("/jia/")
    assert piaojue._translated("/jia/2018/delivery/1/", "en") == "/jia/en/2018/delivery/1/"
    held = piaojue._found_once.cache_info()
    assert piaojue._translated("/jia/2018/delivery/1/?b=2", "en") == "/jia/en/2018/delivery/1/?b=2"
    assert piaojue._translated("/jia/" + "nowhere/" * 20 + "?c=3", "en") == "/jia/en/"
    now = piaojue._found_once.cache_info()
    assert (now.hits, now.currsize) == (held.hits + 1, held.currsize)


@pytest.mark.parametrize(
    ("text", "page"),
    [
        ("{% url 'voting:delivery' slug 7 %}", "/2018/delivery/7/"),
        ("{% url 'voting:delivery' slug=slug number=7 %}", "/2018/delivery/7/"),
        ("{% url 'voting:cycle' slug as there %}[{{ there }}]", "[/2018/]"),
        ("{% url 'voting:nothing' as there %}[{{ there }}]", "[]"),
        ("{% url name %}", "/admin/"),
    ],
)
def test_the_tag_of_every_template_writes_it(text: str, page: str):
    template = Template(text)
    assert type(template.nodelist[0]).__name__ == "AddressNode"
    assert template.render(Context({"slug": "2018", "name": "admin:index"})) == page


def test_the_tag_escapes_and_asks_for_the_requests_own_application():
    template, asked = Template("{% url 'admin:index' %}"), []

    class Seen(SimpleNamespace):
        @property
        def current_app(self) -> str:
            asked.append(1)
            return "admin"

    context = Context({})
    context.request = Seen()
    assert template.render(context) == "/admin/"
    assert asked
    with pytest.raises(NoReverseMatch):
        Template("{% url 'voting:nothing' %}").render(Context({}))
