"""The open interface: /api/v1/, read-only, paginated, cacheable, described by its own OpenAPI document.

Everything it says comes from the same read models as the pages.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from voting import queries
from voting.models import Cycle
from voting.read_models.after.documents import disclosure
from voting.read_models.after.lines import Line
from voting.read_models.after.lines import number as plain_number
from voting.read_models.after.overview import Overview, as_data, overview
from voting.read_models.vote.results import Result
from voting.text.numbers import small_whole
from voting.views.api import schema

FRESH = 60  # seconds
SIZE, MOST = 20, 100
_LAST_PAGE = 999_999

View = Callable[..., HttpResponse]


class Asked(ValueError):
    """A parameter that means nothing; the message is for the program's author, in English."""


def endpoint(view: Callable[..., Any]) -> View:
    """Make an address of a function that returns plain data; a wrong parameter is 400, what is not there 404.

    Nothing can be sent: other methods are 405. A browser's question before it asks from another site is answered.
    """

    @csrf_exempt
    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "OPTIONS":
            return _methods(HttpResponse(status=204))
        if request.method not in {"GET", "HEAD"}:
            return _methods(_json(request, {"error": "This interface is read-only."}, status=405))
        try:
            return _json(request, view(request, *args, **kwargs))
        except Asked as wrong:
            return _json(request, {"error": str(wrong)}, status=400)
        except Http404:
            return _json(request, {"error": "There is nothing at this address."}, status=404)

    return answer


def _methods(answer: HttpResponse) -> HttpResponse:
    """Say which methods there are, also to other sites."""
    answer["Allow"] = answer["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
    answer["Access-Control-Allow-Headers"] = "If-None-Match"
    return to_all(answer)


def to_all(answer: HttpResponse) -> HttpResponse:
    """Let programs of other sites read the answer and its hash."""
    answer["Access-Control-Allow-Origin"] = "*"
    answer["Access-Control-Expose-Headers"] = "ETag"
    return answer


def _json(request: HttpRequest, data: Any, *, status: int = 200) -> HttpResponse:
    text = json.dumps(data, ensure_ascii=False, sort_keys=True).encode()
    etag = f'"{hashlib.sha256(text).hexdigest()[:32]}"'
    answer = None
    if status == 200:  # noqa: PLR2004 found
        answer = get_conditional_response(request, etag=etag)
    answer = answer or HttpResponse(text, status=status, content_type="application/json; charset=utf-8")
    answer["ETag"] = etag
    patch_cache_control(answer, public=True, max_age=FRESH)
    return to_all(answer)


def _whole(request: HttpRequest, name: str, default: int, most: int) -> int:
    number = small_whole(request.GET.get(name, str(default)), most=most)
    if not number:
        raise Asked(f"{name} must be a whole number from 1 to {most}.")
    return number


def _page(request: HttpRequest, rows: Sequence[Any], say: Callable[[Any], Any]) -> dict[str, Any]:
    """Return one page of rows: ``count``, ``next``, ``previous``, ``results``."""
    number, size = _whole(request, "page", 1, _LAST_PAGE), _whole(request, "page_size", SIZE, MOST)
    count = len(rows)
    if number > max(1, -(-count // size)):
        raise Http404

    def address(page: int) -> str:
        asked = request.GET.copy()
        asked["page"] = str(page)
        return f"{request.path}?{asked.urlencode()}"

    return {
        "count": count,
        "next": address(number + 1) if number * size < count else None,
        "previous": address(number - 1) if number > 1 else None,
        "results": [say(row) for row in rows[(number - 1) * size : number * size]],
    }


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Explain the interface to people, from its own description."""
    newest = queries.delivered_cycles().first()
    widget = request.build_absolute_uri(reverse("voting:widget", args=[newest.slug])) if newest else ""
    context = {
        "paths": schema.for_people(),
        "columns": schema.columns(),
        "newest": newest,
        "widget": widget,
    }
    return render(request, "after/api.html", context)


@endpoint
def root(request: HttpRequest) -> dict[str, Any]:
    return {"version": 1, "openapi": reverse("api:openapi"), "cycles": reverse("api:cycles")}


@endpoint
def openapi(request: HttpRequest) -> dict[str, Any]:
    """Return the OpenAPI description, whose schemas the tests hold every answer against."""
    return schema.document()


def _cycle(cycle: Cycle) -> dict[str, Any]:
    published = queries.newest_published(cycle)
    return {
        "slug": cycle.slug,
        "kind": cycle.kind,
        "year": cycle.year,
        "place": cycle.place,
        "congress": cycle.congress,
        "stage": cycle.stage,
        "seats": cycle.seats,
        "candidates": len(cycle.candidates.all()) if cycle.slate_frozen_at else 0,
        "page": reverse("voting:cycle", args=[cycle.slug]),
        "projects": reverse("api:projects", args=[cycle.slug]),
        "result": reverse("voting:result-json", args=[cycle.slug]) if published else None,
        "disclosure": dict(disclosure(cycle)),
    }


@endpoint
def cycles(request: HttpRequest) -> dict[str, Any]:
    return _page(request, list(queries.shown_cycles()), _cycle)


@endpoint
def cycle(request: HttpRequest, slug: str) -> dict[str, Any]:
    return _cycle(_shown(slug))


def _shown(slug: str) -> Cycle:
    found = next((each for each in queries.shown_cycles().filter(slug=slug)), None)
    if found is None:
        raise Http404
    return found


def _overview(slug: str) -> tuple[Cycle, Overview | None]:
    found = _shown(slug)
    return found, overview(found, on=timezone.localdate())


def _project(cycle: Cycle, line: Line) -> dict[str, Any]:
    return as_data(line) | {
        "page": reverse("voting:delivery", args=[cycle.slug, line.number]),
        "reports": reverse("api:reports", args=[cycle.slug, line.number]),
    }


@endpoint
def projects(request: HttpRequest, slug: str) -> dict[str, Any]:
    """Return the projects of a year after the vote; before there are any, an empty page."""
    found, seen = _overview(slug)
    lines = list(seen.lines) if seen else []
    for name in ("became", "status", "light"):
        if wanted := request.GET.get(name):
            if wanted not in schema.WORDS[name]:
                raise Asked(f"{name} must be one of: {', '.join(schema.WORDS[name])}.")
            lines = [each for each in lines if as_data(each)[name] == wanted]
    return _page(request, lines, lambda line: _project(found, line))


def _line(slug: str, number: int) -> tuple[Cycle, Line]:
    found, seen = _overview(slug)
    line = seen.line(number) if seen else None
    if line is None:
        raise Http404
    return found, line


@endpoint
def project(request: HttpRequest, slug: str, number: int) -> dict[str, Any]:
    return _project(*_line(slug, number))


@endpoint
def reports(request: HttpRequest, slug: str, number: int) -> dict[str, Any]:
    """Return what was reported of a project, the newest first; a correction names what it corrects.

    Figures and milestones are named by their positions in the project's own answer.
    """
    found, line = _line(slug, number)
    targets = {each.pk: each.position for each in line.delivery.targets.all()}
    milestones = {each.pk: each.position for each in line.delivery.milestones.all()}

    def say(report: Any) -> dict[str, Any]:
        return {
            "id": report.pk,
            "day": report.day.isoformat(),
            "text": report.text,
            "delay": report.delay,
            "spent": None if report.spent is None else f"{report.spent:.2f}",
            "corrects": report.corrects_id,
            "figures": [
                {"position": position, "figure": figure}
                for position, figure in sorted(
                    (targets[each.target_id], plain_number(each.figure)) for each in report.figures.all()
                )
            ],
            "milestones": [
                {"position": position, "reached": reached}
                for position, reached in sorted(
                    (milestones[each.milestone_id], each.reached_on and each.reached_on.isoformat())
                    for each in report.milestones.all()
                )
            ],
            "files": [
                reverse("voting:report-file", args=[found.slug, line.number, report.pk, file.position])
                for file in report.files.all()
            ],
        }

    return _page(request, line.reports, say)


@endpoint
def votes(request: HttpRequest, slug: str) -> dict[str, Any]:
    """Return the votes of every project over all rounds, as the notice says them."""
    found = _shown(slug)
    published = queries.newest_published(found)
    if published is None:
        raise Http404
    result = Result(published.notice)

    def say(standing: dict[str, Any]) -> dict[str, Any]:
        line = standing["line"]
        return {
            "number": standing["number"],
            "name": standing["name"],
            "became": standing["became"],
            "round": standing["round"],
            "for": line.votes,
            "against": line.against,
            "abstain": line.abstain,
            "not_pressed": line.not_pressed,
        }

    return _page(request, result.standings, say)


@endpoint
def not_found(request: HttpRequest, rest: str = "") -> dict[str, Any]:
    """Answer for every other address below /api/v1/ as the interface does."""
    raise Http404
