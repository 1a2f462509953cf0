"""/api/v1/ to the letter and under attack: whatever comes, the answer is data; what nobody foresaw is not shown.

Guards ``voting.views.api.answers`` and ``voting.views.api.parameters``.
"""

from __future__ import annotations

import json
from itertools import product
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.congresses import are_several
from tests.integration.after.test_delivery_pages import lived
from tests.integration.api.test_api import ROOT, client_description, schema_of, valid
from tests.spring import make_spring
from voting import queries

pytestmark = pytest.mark.django_db
DESCRIBED = "/api/v1/cycles/"
CYCLE = {
    "slug": "2018", "kind": "official", "year": 2018, "place": "杭州市拱墅区", "congress": "", "stage": "assessment",
    "seats": 3, "candidates": 4, "page": "/2018/", "projects": "/api/v1/cycles/2018/projects/",
    "proposals": "/api/v1/cycles/2018/proposals/",
    "result": "/2018/result.json",
    "disclosure": dict.fromkeys(
        ("index", "document_number", "mode", "scope", "term", "publisher", "generated", "published", "source"), ""
    ),
}  # fmt: skip
PROJECT = {
    "number": 1, "name": "第1项目", "name_en": "Project 1", "became": "chosen", "status": "running", "light": "red",
    "due_percent": "100.0", "done_percent": "25.0", "leader": "", "lead_unit": "区城管局", "responsible_units": "",
    "supporting_units": "", "content": "", "stage_goal": "", "investment": None, "spent": None,
    "targets": [
        {"position": 1, "text": "公厕", "unit": "座", "planned": "10", "reached": "6"},
        {"position": 2, "text": "泊位", "unit": "个", "planned": "800", "reached": "900"},
    ],
    "milestones": [
        {"position": 1, "month": "2018-03", "text": "3月的节点", "reached": "2018-03-15"},
        {"position": 2, "month": "2018-06", "text": "6月的节点", "reached": None},
        {"position": 3, "month": "2018-09", "text": "9月的节点", "reached": None},
        {"position": 4, "month": "2018-12", "text": "12月的节点", "reached": None},
    ],
    "last_report": "2018-03-20", "report_overdue": True, "report_escalated": True, "open_findings": 1,
    "grades": [{"assessment": "2018-assessment", "name": "第1项目", "grade": "satisfied"}],
    "survey": {"satisfied": 0, "basically": 0, "unsatisfied": 0}, "page": "/2018/delivery/1/",
    "reports": "/api/v1/cycles/2018/projects/1/reports/",
}  # fmt: skip
REPORT = {
    "day": "2018-03-20", "text": "按计划推进。", "delay": "", "spent": None, "corrects": None,
    "figures": [{"position": 1, "figure": "6"}, {"position": 2, "figure": "900"}],
    "milestones": [{"position": 1, "reached": "2018-03-15"}], "files": [],
}  # fmt: skip
VOTES = {
    "number": 4, "name": "第4项目", "became": "annual_task", "round": 1, "for": 0, "against": 0, "abstain": 3,
    "not_pressed": 0,
    "double_marked": 0,
}  # fmt: skip


def page(*results: dict[str, Any]) -> dict[str, Any]:
    return {"count": len(results), "next": None, "previous": None, "results": list(results)}


def test_the_answers_are_these_to_the_letter(client):
    spring = lived()
    report = REPORT | {"id": spring.delivery(1).reports.get().pk}
    answers = {
        "": {"version": 1, "openapi": "/api/v1/openapi.json", "cycles": "/api/v1/cycles/"},
        "cycles/": page(CYCLE),
        "cycles/2018/": CYCLE,
        "cycles/2018/projects/1/": PROJECT,
        "cycles/2018/projects/1/reports/": page(report),
    }
    for path, expected in answers.items():
        answer = client.get(ROOT + path)
        # The same data are always the same text: by it a program knows that nothing has changed.
        assert answer.content.decode() == json.dumps(expected, ensure_ascii=False, sort_keys=True), path
        assert answer["Content-Type"] == "application/json; charset=utf-8"
    assert client.get(f"{ROOT}cycles/2018/votes/?page=2&page_size=3&q=x").json() == {
        "count": 4,
        "next": None,
        "previous": "/api/v1/cycles/2018/votes/?page=1&page_size=3&q=x",
        "results": [VOTES],
    }


def test_the_head_of_an_answer_is_that_of_the_answer(client):
    lived()
    for path in ("cycles/", "cycles/?page=0", "nowhere/", "openapi.json"):
        whole, head = client.get(ROOT + path), client.head(ROOT + path)
        assert (head.status_code, head["ETag"]) == (whole.status_code, whole["ETag"])
        assert head.content == b""


def test_every_record_of_the_description_is_closed_and_whole():
    description = client_description()
    records = {
        name: schema
        for name, schema in description["components"]["schemas"].items()
        if name not in {"Filters", "Paging"}
    }
    assert len(records) > 10
    for name, schema in records.items():
        assert schema["additionalProperties"] is False, name
        assert set(schema["required"]) == set(schema["properties"]), name
    gets = [path["get"] for path in description["paths"].values()]
    assert [set(path) for path in description["paths"].values()] == [{"get"}] * len(gets)
    assert len({get["operationId"] for get in gets}) == len(gets)


def test_a_filter_takes_the_words_of_its_description_and_no_other(client):
    make_spring()
    path = "/api/v1/cycles/{slug}/projects/"
    parameters = client_description()["paths"][path]["get"]["parameters"]
    words = {each["name"]: each["schema"]["enum"] for each in parameters if "enum" in each["schema"]}
    assert set(words) == {"became", "status", "light"}
    address = f"{ROOT}cycles/2018/projects/"
    everything = client.get(address).json()
    for name, allowed in words.items():
        results = [client.get(address, {name: word}).json()["results"] for word in allowed]
        assert [[each[name] for each in some] for some in results] == [
            [word] * len(some) for word, some in zip(allowed, results, strict=True)
        ]
        assert sum(len(some) for some in results) == everything["count"]
        assert client.get(address, {name: ""}).json() == everything
        refused = client.get(address, {name: allowed[0].upper()})
        assert (refused.status_code, refused.json()) == (
            400,
            {"error": f"{name} must be one of: {', '.join(allowed)}."},
        )


def test_a_parameter_without_meaning_is_refused_before_anything_is_read(client):
    make_spring()
    are_several()  # which a process asks once in half a minute
    with CaptureQueriesContext(connection) as caught:
        answer = client.get(f"{ROOT}cycles/2018/projects/?light=blue&page=0")
    assert (answer.status_code, len(caught)) == (400, 0)
    assert answer.json()["error"].startswith("light must be one of")


def test_a_number_is_plain_digits_and_few(client):
    odd = ("+1", " 1", "1 ", "1.0", "1_0", "-1", "0", "", "0000001", "1000000", "９", "١", "\0", "9" * 5000)
    for name, number in product(("page", "page_size"), odd):
        answer = client.get(f"{ROOT}cycles/", {name: number})
        assert answer.status_code == 400, number
        assert answer.json()["error"].startswith(f"{name} must be a whole number from 1 to ")
    assert client.get(f"{ROOT}cycles/", {"page": "000001", "page_size": "007"}).status_code == 200


PLACES = (
    "", "cycles/", "cycles/2018/", "cycles/2018/votes/", "cycles/2018/projects/", "cycles/2018/projects/1/reports/",
    "cycles/2018/projects/" + "9" * 5000 + "/", "cycles/%00/", "cycles/2018%0A/", "a%0Ab", "%0A", "docs",
    "openapi.json/",
)  # fmt: skip
QUESTIONS = (
    "page=0", "page=-1", "page=%2B1", "page=%201", "page=1.0", "page=%00", "page=%ff", "page=%D9%A1", "page=",
    "page=" + "9" * 5000, "page_size=" + "9" * 5000, "page=1&page=x", "page=x&page=1", "light=%00", "light=red&light=x",
    "became=" + "x" * 5000, "page[]=1", "%00=1", "q=%F0%9F%97%B3", "&".join(f"p{number}=1" for number in range(1001)),
)  # fmt: skip


def test_whatever_is_asked_the_answer_is_data_with_a_sentence(client):
    lived()
    error = schema_of(client_description(), DESCRIBED, 404)
    for place, question in product(PLACES, QUESTIONS):
        answer = client.get(f"{ROOT}{place}?{question}", headers={"accept": "text/html"})
        asked = (place[:40], question[:40])
        assert answer.status_code in {200, 400, 404}, asked
        assert answer["Content-Type"] == "application/json; charset=utf-8", asked
        assert answer["Access-Control-Allow-Origin"] == "*", asked
        if answer.status_code != 200:
            valid(answer, error)
            assert answer.json()["error"].endswith("."), asked


@pytest.mark.parametrize("place", PLACES, ids=[place[:30] for place in PLACES])
def test_no_method_but_reading_reaches_an_address(place):
    for method, client in product(
        ("POST", "TRACE", "QUERY", "FOO"), (Client(), Client(enforce_csrf_checks=True))
    ):
        answer = client.generic(method, ROOT + place, b"{", content_type="application/json")
        assert (answer.status_code, answer.json()) == (405, {"error": "This interface is read-only."})
        assert answer["Allow"] == "GET, HEAD, OPTIONS"


def test_an_answer_of_another_hash_is_refused_as_data(client):
    answer = client.get(f"{ROOT}cycles/", headers={"if-match": '"x"'})
    assert (answer.status_code, answer.json()) == (412, {"error": "The answer has another ETag."})


def test_what_nobody_foresaw_is_left_to_django_and_not_shown(client, settings, monkeypatch):
    settings.DEBUG = True  # the library would answer with the trace
    monkeypatch.setattr(queries, "shown_cycles", lambda _congress: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        client.get(f"{ROOT}cycles/")
