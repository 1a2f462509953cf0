"""The JSON Schemas of the frozen records, for whoever reads them with a program of their own."""

from __future__ import annotations

import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from voting.count.formats import ALL


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List every format: what it is of, and where its schema stands."""
    return _json(
        {name: {"description": format_.about, "schema": address(name)} for name, format_ in ALL.items()},
        "application/json",
    )


@require_safe
def schema(request: HttpRequest, name: str, version: int) -> HttpResponse:
    """Return the schema of one format. Raises Http404."""
    format_ = ALL.get(f"{name}/{version}")
    if format_ is None:
        raise Http404
    here = request.build_absolute_uri(address(format_.name))
    return _json({"$id": here, **format_.schema()}, "application/schema+json")


def address(format_name: str) -> str:
    """Return where the schema of a format stands, below the name of the format itself."""
    name, version = format_name.split("/")
    return reverse("voting:schema", args=[name, int(version)])


def _json(body: dict[str, Any], kind: str) -> HttpResponse:
    text = json.dumps(body, ensure_ascii=False, indent=2) + "\n"
    return HttpResponse(text, content_type=kind, headers={"Cache-Control": "public, max-age=3600"})
