"""候选项目形成情况的报告 as page, PDF, CSV and JSON: all from the frozen text of an issued version."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.congresses import here
from accounts.names import NamesShown
from voting import queries
from voting.domain.before.funnel import of_data
from voting.domain.before.slate_reports import read_body
from voting.models import Cycle, SlateReport
from voting.printing.blocks import Document
from voting.printing.drawn import kept_pdf
from voting.printing.tables import rows_as_csv
from voting.read_models.before.slate_report import funnel_rows, slate_document
from voting.read_models.core.letterhead import Letterhead
from voting.states import PREPARING_STAGES
from voting.views.core.files import download
from voting.views.core.phases import moment_of


def _issued(cycle: Cycle, version: int | None) -> SlateReport | None:
    """Return that issued version, or the newest one. Raises Http404 for a version that does not exist."""
    reports = SlateReport.objects.filter(cycle=cycle).exclude(issued_at=None).order_by("-version")
    if version is None:
        return reports.first()
    report = reports.filter(version=version).first()
    if report is None:
        raise Http404
    return report


def _required(request: HttpRequest, slug: str, version: int | None) -> tuple[Cycle, SlateReport]:
    cycle = queries.public_cycle(here(request), slug)
    report = _issued(cycle, version)
    if report is None:
        raise Http404
    return cycle, report


def _document(cycle: Cycle, report: SlateReport, units: NamesShown) -> Document:
    return slate_document(read_body(report), cycle, units, digest=report.digest, issued_at=report.issued_at)


@require_safe
def page(request: HttpRequest, slug: str, version: int | None = None) -> HttpResponse:
    """Show the report as the paper that it is, or that there is none yet."""
    cycle = queries.public_cycle(here(request), slug)
    report = _issued(cycle, version)
    if report is None:
        is_over = cycle.stage not in PREPARING_STAGES
        context = {"cycle": cycle, "moment": moment_of(cycle), "is_over": is_over}
        return render(request, "before/slate/no_report.html", context)
    context = {
        "cycle": cycle,
        "report": report,
        "document": _document(cycle, report, NamesShown(cycle.congress_id)),
        "versions": SlateReport.objects.filter(cycle=cycle).exclude(issued_at=None).defer("body"),
    }
    return render(request, "before/slate/report.html", context)


@require_safe
def pdf(request: HttpRequest, slug: str, version: int | None = None) -> HttpResponse:
    """Return the report as a download. Raises Http404 before it is issued."""
    cycle, report = _required(request, slug, version)
    units, head = NamesShown(cycle.congress_id), Letterhead.of(cycle, read_body(report)["cycle"])
    return download(
        request,
        f"{cycle.slug}-slate-report-{report.version}.pdf",
        lambda: kept_pdf(_document(cycle, report, units)),
        version=f"{report.digest} {head.version} {units.version}",
    )


@require_safe
def as_json(request: HttpRequest, slug: str, version: int | None = None) -> HttpResponse:
    """Return the frozen text itself, whose SHA-256 is the hash of the report."""
    return _file(request, slug, version, "json", lambda report: report.body.encode())


@require_safe
def funnel_csv(request: HttpRequest, slug: str, version: int | None = None) -> HttpResponse:
    """Return the numbers of the funnel: a group, what is counted, how many."""
    return _file(request, slug, version, "csv", _funnel)


def _funnel(report: SlateReport) -> bytes:
    tables = funnel_rows(of_data(read_body(report)["funnel"]))
    rows: list[list[str | int]] = [
        [group, label, number] for group, lines in tables for label, number in lines
    ]
    return rows_as_csv(rows)


def _file(
    request: HttpRequest, slug: str, version: int | None, ending: str, write: Callable[[SlateReport], bytes]
) -> HttpResponse:
    cycle, report = _required(request, slug, version)
    name = f"{cycle.slug}-slate-report-{report.version}.{ending}"
    return download(request, name, lambda: write(report), version=report.digest)
