"""GET /api/v1/: every answer valid against the schema it publishes, in pages, cacheable; the same as the pages.

Guards ``voting.views.api.views``, ``voting.views.api.records`` and ``voting.views.api.description``.
"""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

import jsonschema
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.congresses import are_several
from accounts.roles import Kind
from tests.factories import CongressFactory, make_vote
from tests.integration.after.test_delivery_pages import lived
from tests.spring import make_spring

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/"
#: Every path of the description with values for its parameters.
VALUES = {"{slug}": "2018", "{number}": "1"}


def schema_of(description: dict[str, Any], path: str, status: int) -> dict[str, Any]:
    responses = description["paths"][path]["get"]["responses"]
    schema: dict[str, Any] = responses[str(status)]["content"]["application/json"]["schema"]
    return schema | {"components": description["components"]}


def filled(path: str) -> str:
    for name, value in VALUES.items():
        path = path.replace(name, value)
    return path


def valid(answer: Any, schema: dict[str, Any]) -> None:
    jsonschema.validate(
        json.loads(answer.content), schema, jsonschema.Draft202012Validator,
        format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER,
    )  # fmt: skip


def test_every_address_answers_as_its_description_says(client):
    lived()
    description = client.get(f"{ROOT}openapi.json").json()
    assert description["openapi"] == "3.1.0"
    for schema in description["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)
    for path in description["paths"]:
        answer = client.get(filled(path))
        assert answer.status_code == 200, path
        valid(answer, schema_of(description, path, 200))
        assert answer["Access-Control-Allow-Origin"] == "*"


def test_every_address_of_the_interface_is_described():
    from voting.urls.api import urlpatterns  # noqa: PLC0415

    described = set(client_description()["paths"])
    known = {
        "/api/v1/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(pattern.pattern))
        for pattern in urlpatterns
        if pattern.name not in {"openapi", "not-found"}
    }
    assert known == described


def test_the_description_leads_into_the_congress_of_its_own_address(client):
    for slug in ("gongshu", "yuhang"):
        CongressFactory(slug=slug)
    for prefix in ("/gongshu", "", "/yuhang"):
        described = client.get(f"{prefix}/api/v1/openapi.json").json()["paths"]
        assert f"{prefix}/api/v1/cycles/" in described
        assert all(path.startswith(f"{prefix}/api/v1/") for path in described), prefix
        page = client.get(f"{prefix}/open-data/").content.decode()
        assert f"<code>{prefix}/api/v1/cycles/</code>" in page
        others = {"/gongshu/api/", "/yuhang/api/"} - {f"{prefix}/api/"}
        assert not any(other in page for other in others), prefix


def client_description() -> dict[str, Any]:
    description: dict[str, Any] = Client().get(f"{ROOT}openapi.json").json()
    return description


def test_lists_come_in_pages_that_lead_to_each_other(client):
    spring = make_spring(candidates=7, seats=5)
    address, numbers, seen = f"{ROOT}cycles/2018/projects/?page_size=3", [], []
    while address:
        page = client.get(address).json()
        assert page["count"] == 7
        numbers += [each["number"] for each in page["results"]]
        seen.append(len(page["results"]))
        back = page["previous"]
        assert (back is None) == (len(seen) == 1)
        address = page["next"]
    assert (numbers, seen) == (list(range(1, 8)), [3, 3, 1])
    assert client.get(f"{ROOT}cycles/2018/projects/?page=4&page_size=3").status_code == 404
    assert spring.cycle.deliveries.count() == 7


def test_an_answer_is_kept_and_asked_for_again_by_its_hash(client):
    lived()
    address = f"{ROOT}cycles/2018/projects/"
    answer = client.get(address)
    assert "max-age=60" in answer["Cache-Control"]
    assert "public" in answer["Cache-Control"]
    again = client.get(address, headers={"if-none-match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_the_hash_changes_with_a_report(client):
    spring = make_spring()
    address = f"{ROOT}cycles/2018/projects/1/"
    before = client.get(address)["ETag"]
    spring.report(1, figures={1: 2})
    assert client.get(address)["ETag"] != before


WRONG = [
    ("cycles/?page=0", 400, "page must be a whole number from 1 to 999999."),
    ("cycles/?page=x", 400, "page must be a whole number from 1 to 999999."),
    ("cycles/?page_size=101", 400, "page_size must be a whole number from 1 to 100."),
    ("cycles/2018/projects/?light=blue", 400, "light must be one of: none, green, yellow, red, done."),
    ("cycles/none/", 404, "There is nothing at this address."),
    ("cycles/2018/projects/99/", 404, "There is nothing at this address."),
    ("whatever/", 404, "There is nothing at this address."),
]


def test_what_cannot_be_answered_is_said_as_data(client):
    make_spring()
    for address, status, error in WRONG:
        answer = client.get(ROOT + address)
        assert answer.status_code == status, address
        assert answer.json() == {"error": error}


def test_filters_leave_what_was_asked_for(client):
    make_spring()
    found = client.get(f"{ROOT}cycles/2018/projects/?became=annual").json()["results"]
    assert [each["number"] for each in found] == [4]


def test_a_rehearsal_and_an_assessment_are_no_cycles_of_it(client):
    make_vote(until="published", delegates=3, kind=Kind.REHEARSAL, slug="try", ballots=[[1]] * 3)
    assert client.get(f"{ROOT}cycles/").json()["results"] == []
    assert client.get(f"{ROOT}cycles/try/").status_code == 404


@pytest.mark.parametrize("address", ["cycles/", "cycles/2018/projects/1/", "nowhere/"])
def test_nothing_can_be_sent(address):
    lived()
    client = Client(enforce_csrf_checks=True)
    for method in ("post", "put", "patch", "delete"):
        answer = getattr(client, method)(f"{ROOT}{address}")
        assert (answer.status_code, answer.json()) == (405, {"error": "This interface is read-only."})
        assert answer["Allow"] == "GET, HEAD, OPTIONS"


def test_a_program_of_another_site_may_ask_again_by_the_hash(client):
    lived()
    asked = client.options(f"{ROOT}cycles/")
    assert (asked.status_code, asked["Access-Control-Allow-Headers"]) == (204, "If-None-Match")
    for address in (f"{ROOT}cycles/", "/2018/projects.json", "/2018/projects.csv"):
        answer = client.get(address)
        assert answer["Access-Control-Allow-Origin"] == "*", address
        assert answer["Access-Control-Expose-Headers"] == "ETag", address


def test_the_interface_says_what_the_open_data_say(client):
    lived()
    mine = client.get(f"{ROOT}cycles/2018/projects/?page_size=100").json()["results"]
    data = client.get("/2018/projects.json").json()["projects"]
    assert [{name: each[name] for name in data[0]} for each in mine] == data


def test_a_report_names_targets_and_milestones_by_their_positions(client):
    spring = make_spring()
    first = spring.report(1, figures={2: 900}, reached={1: date(2018, 3, 15), 2: date(2018, 3, 16)})
    second = spring.report(
        1,
        figures={1: 6, 2: 850},
        reached={1: date(2018, 3, 15), 2: None},
        corrects=first,
        day=date(2018, 3, 21),
    )
    project = client.get(f"{ROOT}cycles/2018/projects/1/").json()
    known = [
        {each["position"]: each["reached"] for each in project[name]} for name in ("targets", "milestones")
    ]
    assert known == [{1: "6", 2: "850"}, {1: "2018-03-15", 2: None, 3: None, 4: None}]
    address = f"{ROOT}cycles/2018/projects/1/reports/"
    answer = client.get(address)
    said = [
        {name: each[name] for name in ("id", "corrects", "figures", "milestones")}
        for each in answer.json()["results"]
    ]
    assert said == [
        {
            "id": second.pk,
            "corrects": first.pk,
            "figures": [{"position": 1, "figure": "6"}, {"position": 2, "figure": "850"}],
            "milestones": [{"position": 1, "reached": "2018-03-15"}, {"position": 2, "reached": None}],
        },
        {
            "id": first.pk,
            "corrects": None,
            "figures": [{"position": 2, "figure": "900"}],
            "milestones": [
                {"position": 1, "reached": "2018-03-15"},
                {"position": 2, "reached": "2018-03-16"},
            ],
        },
    ]
    path = f"{ROOT}cycles/{{slug}}/projects/{{number}}/reports/"
    valid(answer, schema_of(client_description(), path, 200))


def test_votes_are_those_of_the_notice(client):
    lived()
    notice = client.get("/2018/result.json").json()
    found = client.get(f"{ROOT}cycles/2018/votes/").json()["results"]
    assert [(each["number"], each["for"]) for each in found] == [
        (item["number"], item["for"]) for item in notice["items"]
    ]


@pytest.mark.parametrize(("candidates", "reports"), [(3, 1), (6, 3)])
def test_the_number_of_queries_does_not_grow(client, candidates, reports):
    spring = make_spring(candidates=candidates, seats=candidates - 1)
    for number in range(1, candidates + 1):
        for again in range(reports):
            spring.report(number, figures={1: 3 + again}, reached={1: date(2018, 3, 2)})
    are_several()  # which a process asks once in half a minute
    with CaptureQueriesContext(connection) as caught:
        client.get(f"{ROOT}cycles/2018/projects/")
    assert len(caught) == 15


PATHS = (
    "", "cycles/", "cycles/{}/", "cycles/{}/votes/", "cycles/{}/projects/", "cycles/{}/projects/{}/",
    "cycles/{}/projects/{}/reports/", "{}/{}",
)  # fmt: skip
PART = st.sampled_from(["2018", "1", "99999999999", "-1", "0"]) | st.text(
    st.characters(exclude_characters="/?#%", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.sampled_from(PATHS),
    parts=st.lists(PART, min_size=2, max_size=2),
    query=st.dictionaries(
        st.sampled_from(["page", "page_size", "light", "became", "status", "q"]), st.text(max_size=8), max_size=3
    ),
)  # fmt: skip
def test_whatever_is_asked_the_answer_is_described(path, parts, query, described):
    client, description = described
    answer = client.get(ROOT + path.format(*parts), query)
    assert answer.status_code in {200, 400, 404}
    body = json.loads(answer.content)
    if answer.status_code != 200:
        assert set(body) == {"error"}
        return
    pattern = re.sub(r"/cycles/[^/]+/", "/cycles/{slug}/", answer.request["PATH_INFO"])
    pattern = re.sub(r"/projects/[^/]+/", "/projects/{number}/", pattern)
    valid(answer, schema_of(description, pattern, 200))


@pytest.fixture
def described():
    lived()
    return Client(), client_description()
