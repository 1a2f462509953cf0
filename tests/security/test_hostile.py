"""No address, parameter or form of a stranger is an error of ours: every URL, every name, values that break numbers.

Guards ``voting.text.numbers`` and ``voting.admin.core.records``.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.conf import settings
from django.contrib.admin.exceptions import DisallowedModelAdminLookup
from django.contrib.admin.options import IncorrectLookupParameters
from django.db import transaction
from django.db.models import Field
from django.test import Client, RequestFactory
from django.urls import Resolver404, get_resolver, resolve

from accounts.models import User
from accounts.roles import Role
from tests.factories import DelegationFactory, UserFactory, Vote, make_vote
from tests.integration.core.test_verbs import WORLDS, pages
from tests.security.test_crawl import BACKEND, addresses, patterns
from tests.spring import make_spring
from voting.admin import front
from voting.admin.core.site import site

pytestmark = pytest.mark.django_db
assert front.urls, "the records are on the site when their addresses are put together"

VALUES = ("9" * 5000, "-1", "0", "1000000000", "²", "٣", "\0", "１２", str(2**31), str(2**63), "(((", "x")
#: Those of them that break a different thing each: reading, digits that are none, a column's size, a sign, a text.
GRAVE = ("9" * 5000, "²", str(2**63), "-1", "\0")
ASKED = re.compile(r'(?:GET|POST|data)(?:\.get(?:list)?\(|\[)"(\w+)"')
WHO = ("nobody", "delegate", "clerk", "keeper")
FORM = "application/x-www-form-urlencoded"
#: A number in an address, as it is written in the patterns.
NUMBER = re.compile(r"<(?:small|int):(\w+)>")


@functools.cache
def names() -> tuple[str, ...]:
    """Return the name of every parameter that the code reads by itself."""
    files = [
        *Path(settings.BASE_DIR, "voting").rglob("*.py"),
        *Path(settings.BASE_DIR, "accounts").rglob("*.py"),
    ]
    return tuple(sorted({name for file in files for name in ASKED.findall(file.read_text())}))


def signed_in(user: User | None) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user, backend=BACKEND)
    return client


def person(who: str, vote: Vote) -> User | None:
    if who == "keeper":
        return UserFactory(role=Role.KEEPER, congress=None)
    return {"nobody": None, "delegate": vote.delegates[0].user, "clerk": vote.clerk}[who]


def ours() -> list[str]:
    """Return every address that is no list of records and no second language."""
    records = tuple(f"/admin/{model._meta.app_label}/{model._meta.model_name}/" for model in site._registry)
    return [address for address in addresses() if not address.startswith((*records, "/en/"))]


def test_the_names_are_those_that_the_code_reads():
    assert {"do", "question", "project", "round", "copies", "number", "staged", "shown", "ticket"} <= set(
        names()
    )


@pytest.mark.parametrize("who", ["nobody", "clerk"])
def test_no_parameter_of_an_address_is_an_error(who: str):
    vote = make_spring().vote
    client = signed_in(person(who, vote))
    for address in ours():
        for value in GRAVE:
            answer = client.get(address, dict.fromkeys(names(), value))
            assert answer.status_code < 500, (address, value[:20])
            if "\0" in value and not address.startswith("/api/"):
                assert answer.status_code == 400


@pytest.mark.parametrize("who", WHO)
def test_no_number_in_an_address_is_an_error(who: str):
    vote = make_spring().vote
    client = signed_in(person(who, vote))
    written = [pattern for pattern in patterns(get_resolver()) if NUMBER.search(pattern)]
    assert len(written) > 30
    for pattern in written:
        for value in VALUES:
            path = NUMBER.sub(quote(value), pattern).replace("<slug:slug>", "2018")
            answer = client.get("/" + path)
            assert answer.status_code < 500, (pattern, value[:20])


def test_a_number_that_no_column_can_hold_is_no_address():
    public = [each for each in patterns(get_resolver()) if "<small:" in each and "admin" not in each]
    assert len(public) > 10
    for pattern in public:
        address = NUMBER.sub("{0}", pattern).replace("<slug:slug>", "2018").replace("<slug:name>", "notice")
        assert resolve("/" + address.format(999_999_999))
        for large in (1_000_000_000, 2**31, "9" * 5000):
            with pytest.raises(Resolver404):
                resolve("/" + address.format(large))


@pytest.mark.parametrize("who", ["delegate", "clerk"])
def test_no_form_of_a_stranger_is_an_error(who: str):
    vote = make_vote(until="open", delegates=2)
    user = person(who, vote)
    forms = {value: urlencode(dict.fromkeys(names(), value)) for value in GRAVE}  # as a browser writes a form
    for address in ours():
        client = signed_in(user)  # one of the addresses signs out
        for value, sent in forms.items():
            with transaction.atomic():
                answer = client.post(address, sent, content_type=FORM)
                assert answer.status_code < 500, (address, value[:20])
                transaction.set_rollback(True)


@pytest.mark.parametrize("world", ["screening", "deliberation", "paper", "delivery"])
def test_no_field_of_a_verb_is_an_error(world: str):
    slug, people = WORLDS[world]()
    for user in people[:1]:
        client = signed_in(user)
        for address in pages():
            url = address.replace("<slug:slug>", slug)
            shown = client.get(url)
            forms = shown.context["forms"] if shown.status_code == 200 else {}
            for name, form in forms.items():
                for value in GRAVE[:3]:
                    sent = {**dict.fromkeys(names(), value), **dict.fromkeys(form.fields, value), "do": name}
                    with transaction.atomic():
                        answer = client.post(url, sent)
                        body = b"".join(answer) if answer.streaming else answer.content
                        assert answer.status_code < 500, (url, name, value[:20])
                        assert body or answer.status_code == 302
                        transaction.set_rollback(True)


def test_a_tie_is_decided_only_where_there_is_one():
    vote = make_vote(until="certified", delegates=3)
    for user in (vote.clerk, vote.presiding):
        client = signed_in(user)
        assert client.get("/admin/vote/2018/decide/").status_code == 200
        sent = {"confirm": "on", "reason": "r", "chosen": "1", "witnesses": "w"}
        assert client.post("/admin/vote/2018/decide/", sent).status_code in {403, 409}


# ------------------------------------------------------------------------------------------------- lists of records


def lookups(model: Any) -> Iterator[str]:
    """Yield every column of a record and of what it hangs on, with ways to ask for it."""
    for field in model._meta.get_fields():
        if not isinstance(field, Field):
            continue
        below = field.related_model._meta.fields if field.is_relation else []
        for name in (field.name, *(f"{field.name}__{each.name}" for each in below)):
            for how in ("", "__exact", "__startswith", "__regex", "__isnull", "__in"):
                yield name + how


@pytest.mark.parametrize("model", list(site._registry), ids=lambda model: model.__name__)
def test_a_list_is_narrowed_by_the_filters_that_it_shows_and_by_nothing_else(model: Any):
    DelegationFactory.create_batch(2)  # a filter with one choice alone is not shown
    records = site._registry[model]
    request = RequestFactory().get("/")
    request.user = UserFactory(role=Role.KEEPER)
    shown = {
        name
        for filter_ in records.get_changelist_instance(request).get_filters(request)[0]
        for name in filter_.expected_parameters()
    }
    key = model._meta.pk.name
    names = {each if isinstance(each, str) else each[0] for each in records.list_filter}
    refused = 0
    for lookup in lookups(model):
        request = RequestFactory().get("/", {lookup: "1"})
        request.user = UserFactory.build(role=Role.KEEPER)
        if lookup in shown | {key, f"{key}__exact"} or lookup.removesuffix("__exact") in names:
            continue
        with pytest.raises(DisallowedModelAdminLookup):
            records.get_changelist_instance(request)
        refused += 1
    assert refused > len(shown)
    for name in shown:
        request = RequestFactory().get("/", {name: "1"})
        request.user = UserFactory.build(role=Role.KEEPER)
        try:
            records.get_changelist_instance(request)
        except IncorrectLookupParameters:
            continue


LONG = "9" * 5000
QUERIES = (
    "e=1", "q=%00", "q=(((", f"q={LONG}", "kind__exact=%00", "name__regex=(((", "kind__exact=x", "pk=x",
    "is_active__exact=x", "password__startswith=p", f"pk={LONG}", "pk=%C2%B2", f"pk={2**63}", "id__exact=x", "o=x",
    f"o={LONG}", "o=-99", "o=1.%C2%B2", "p=x", f"p={LONG}", "p=-1", "p=0", "all=x", "_to_field=password", "_popup=x",
    "%00=1", "delegation__id__exact=x", "delegation=%F0%9F%98%80", "nothing=1", "__=1",
)  # fmt: skip


@pytest.mark.parametrize("who", ["clerk", "keeper"])
def test_no_query_and_no_key_of_a_list_of_records_is_an_error(who: str):
    vote = make_vote(until="rolled", delegates=2)
    client = signed_in(person(who, vote))
    keys = ("9" * 5000, "%00", str(2**63), str(2**31), quote("²"), "-1", "1_0", "x", "_00")
    for model in site._registry:
        start = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        for query in QUERIES:
            assert client.get(f"{start}?{query}").status_code < 500, (start, query[:40])
        for key in keys:
            for page in ("change", "add"):
                assert client.get(f"{start}{key}/{page}/").status_code < 500, (start, key[:20], page)
