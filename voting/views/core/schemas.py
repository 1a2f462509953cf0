"""The JSON Schemas of the frozen records, for whoever reads them with a program of their own."""

from __future__ import annotations

import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from voting.count.formats import ALL
from voting.printing.files import TYPES
from voting.views.core.files import download, sent, to_all


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List every format: what it is of, and where its schema stands."""
    formats = {name: {"description": format_.about, "schema": address(name)} for name, format_ in ALL.items()}
    return to_all(sent(request, _written(formats), kind=TYPES[".json"]))


@require_safe
def schema(request: HttpRequest, name: str, version: int) -> HttpResponse:
    """Return the schema of one format. Raises Http404."""
    format_ = ALL.get(f"{name}/{version}")
    if format_ is None:
        raise Http404
    here = request.build_absolute_uri(address(format_.name))
    content = _written({"$id": here, **format_.schema()})
    return to_all(download(request, f"{name}-{version}.json", content))


def address(format_name: str) -> str:
    """Return where the schema of a format stands, below the name of the format itself."""
    name, version = format_name.split("/")
    return reverse("voting:schema", args=[name, int(version)])


def _written(body: dict[str, Any]) -> bytes:
    return (json.dumps(body, ensure_ascii=False, indent=2) + "\n").encode()
