"""The published result: page, notice, count report, downloads. Everything reads the frozen snapshot."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from accounts.congresses import here
from voting import queries
from voting.domain.vote.urn_files import public_file
from voting.models import Cycle
from voting.read_models.vote import result_tables, rule_words
from voting.read_models.vote.results import Result
from voting.states import DELIVERED_STAGES
from voting.views.core.files import FRESH, download
from voting.views.core.phases import moment_of


def published(request: HttpRequest, slug: str, number: int | None = None) -> tuple[Cycle, Result | None]:
    """Return the cycle and its newest published result, or that of one round, if there is one. Raises Http404."""
    cycle = queries.public_cycle(here(request), slug)
    round_ = queries.newest_published(cycle) if number is None else queries.published_round(cycle, number)
    if number is not None and round_ is None:
        raise Http404
    return cycle, Result(round_.notice) if round_ else None


@require_safe
def result(request: HttpRequest, slug: str, number: int | None = None) -> HttpResponse:
    """Show the result with its chart and table; before it is published, where the vote stands."""
    return _page(request, slug, number, "vote/result.html")


@require_safe
def notice(request: HttpRequest, slug: str, number: int | None = None) -> HttpResponse:
    """Show the 公告 as the paper that it is."""
    return _page(request, slug, number, "vote/notice.html")


@require_safe
def result_json(request: HttpRequest, slug: str, number: int | None = None) -> HttpResponse:
    """Return the notice's own text, whose SHA-256 is the notice's hash."""
    return _file(request, slug, number, ending="json", write=lambda shown: shown.notice.body.encode())


@require_safe
def result_csv(request: HttpRequest, slug: str, number: int | None = None) -> HttpResponse:
    return _file(request, slug, number, ending="csv", write=result_tables.as_csv)


@require_safe
def result_xlsx(request: HttpRequest, slug: str, number: int | None = None) -> HttpResponse:
    return _file(request, slug, number, ending="xlsx", write=result_tables.as_xlsx)


@require_safe
def recount_json(request: HttpRequest, slug: str, number: int | None = None) -> HttpResponse:
    """Return what everybody needs to recount: the notice and the urn's list (``python -m voting.recount``)."""

    def write(shown: Result) -> bytes:
        return public_file(shown.notice.round).encode()

    return _file(request, slug, number, ending="recount.json", write=write)


def _page(request: HttpRequest, slug: str, number: int | None, template: str) -> HttpResponse:
    cycle, shown = published(request, slug, number)
    if shown is None:
        return render(request, "core/not_yet.html", {"cycle": cycle, "moment": moment_of(cycle)})
    body = shown.body
    group_roll = body["group"]["roll"] if body["group"] else None
    rule = rule_words.sentences(
        body["rules"], candidates=len(body["slate"]), roll=shown.roll, group_roll=group_roll
    )
    context = {
        "cycle": cycle,
        "result": shown,
        "notice": body,
        "rule": rule,
        "delivered": cycle.stage in DELIVERED_STAGES and cycle.assesses_id is None,
    }
    answer = render(request, template, context)
    patch_cache_control(answer, public=True, max_age=FRESH)
    return answer


def _file(
    request: HttpRequest, slug: str, number: int | None, *, ending: str, write: Callable[[Result], bytes]
) -> HttpResponse:
    """Return a download; a file of one round says so in its name. Raises Http404 before it is published."""
    cycle, shown = published(request, slug, number)
    if shown is None:
        raise Http404
    part = "result" if number is None else f"round-{number}"
    return download(request, f"{cycle.slug}-{part}.{ending}", lambda: write(shown), version=shown.digest)
