"""The description of the interface, made from its records: as OpenAPI 3.1 for programs, as a page for people."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from accounts.congresses import shown_here
from voting import queries
from voting.views.api.answers import interface
from voting.views.api.records import Disclosure, OpenProject, TableRow


@cache
def _described() -> dict[str, Any]:
    """Return the OpenAPI document with its addresses as they stand below the root of the interface."""
    made = interface.get_openapi_schema(path_prefix="")
    described: dict[str, Any] = json.loads(json.dumps(made))
    for operations in described["paths"].values():
        del operations["head"]  # it goes without saying, and would name the same operation twice
    return described


def document() -> dict[str, Any]:
    """Return the OpenAPI document, whose schemas the tests hold every answer against.

    Its addresses lead into the congress that the request names.
    """
    described, root = _described(), reverse("api:root").removesuffix("/")
    return described | {"paths": {f"{root}{path}": each for path, each in described["paths"].items()}}


@interface.api_operation(["GET", "HEAD"], "openapi.json", include_in_schema=False, url_name="openapi")
def openapi(request: HttpRequest) -> dict[str, Any]:
    return document()


def _addresses() -> list[tuple[str, str, list[str]]]:
    """Return every address with what it gives and the names of its parameters."""
    gets = [(path, each["get"]) for path, each in document()["paths"].items()]
    named = [(path, get["summary"], [one["name"] for one in get["parameters"]]) for path, get in gets]
    return [(path, gettext(summary), names) for path, summary, names in named]


def _columns() -> list[tuple[str, str, str]]:
    """Return the open data's columns in their order: name, what it means, the words that it may hold."""
    schemas = [each.model_json_schema()["properties"] for each in (TableRow, OpenProject, Disclosure)]
    fields = [
        (name, field["description"], field.get("enum", []))
        for all_ in schemas
        for name, field in all_.items()
    ]
    return [(name, gettext(meaning), ", ".join(words)) for name, meaning, words in fields]


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Explain the interface and the open data's tables to people."""
    newest = next(iter(queries.delivered_cycles(shown_here(request))), None)
    widget = request.build_absolute_uri(reverse("voting:widget", args=[newest.slug])) if newest else ""
    context = {"paths": _addresses(), "columns": _columns(), "newest": newest, "widget": widget}
    return render(request, "after/api.html", context)
