"""计票报告单 and 会议记录 as pages, and these and the 公告 as PDF: all from the frozen notice and the journal."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from voting import queries
from voting.models import Cycle
from voting.printing.blocks import Document
from voting.printing.drawn import kept_pdf
from voting.read_models.vote import documents
from voting.read_models.vote.results import Result
from voting.views.core.files import FRESH, download
from voting.views.core.phases import moment_of
from voting.views.vote.published import published

Write = Callable[[Cycle, Result], Document]


def _report(cycle: Cycle, result: Result) -> Document:
    return documents.count_report(result)


def _notice(cycle: Cycle, result: Result) -> Document:
    return documents.notice(result)


def _minutes(cycle: Cycle, result: Result) -> Document:
    return documents.minutes(result, queries.journal_until(cycle, result.number))


@require_safe
def report(request: HttpRequest, slug: str, number: int | None = None) -> HttpResponse:
    """Show the 计票报告单 as the paper that it is."""
    return _page(request, slug, number, _report, "report")


@require_safe
def minutes(request: HttpRequest, slug: str, number: int | None = None) -> HttpResponse:
    """Show the 会议记录 of the vote."""
    return _page(request, slug, number, _minutes, "minutes")


@require_safe
def report_pdf(request: HttpRequest, slug: str, number: int | None = None) -> HttpResponse:
    return _pdf(request, slug, number, _report, "report")


@require_safe
def minutes_pdf(request: HttpRequest, slug: str, number: int | None = None) -> HttpResponse:
    return _pdf(request, slug, number, _minutes, "minutes")


@require_safe
def notice_pdf(request: HttpRequest, slug: str, number: int | None = None) -> HttpResponse:
    return _pdf(request, slug, number, _notice, "notice")


def _page(request: HttpRequest, slug: str, number: int | None, write: Write, name: str) -> HttpResponse:
    cycle, shown = published(request, slug, number)
    if shown is None:
        return render(request, "core/not_yet.html", {"cycle": cycle, "moment": moment_of(cycle)})
    context = {"cycle": cycle, "document": write(cycle, shown), "pdf": f"voting:{name}-pdf", "number": number}
    if number is not None:
        context["pdf"] = f"voting:round-{name}-pdf"
    answer = render(request, "core/document.html", context)
    patch_cache_control(answer, public=True, max_age=FRESH)
    return answer


def _pdf(request: HttpRequest, slug: str, number: int | None, write: Write, name: str) -> HttpResponse:
    """Return the paper as a download. Raises Http404 before it is published."""
    cycle, shown = published(request, slug, number)
    if shown is None:
        raise Http404
    part = name if number is None else f"round-{number}-{name}"
    # The journal goes on after the notice, and the minutes with it.
    version = "" if name == "minutes" else f"{shown.digest} {shown.letterhead.version}"
    return download(
        request, f"{cycle.slug}-{part}.pdf", lambda: kept_pdf(write(cycle, shown)), version=version
    )
