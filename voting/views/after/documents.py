"""责任分解, 进度表, 通报, 半年报告, 图解 as page and PDF, the tables as XLSX too."""

from __future__ import annotations

import json
from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from accounts.congresses import here
from accounts.names import NamesShown
from voting import queries
from voting.models import Breakdown, Cycle
from voting.printing.blocks import Document
from voting.printing.drawn import kept_pdf, kept_picture
from voting.printing.tables import Cell, rows_as_csv, rows_as_xlsx
from voting.read_models.after import documents
from voting.views.after.deliveries import as_of, shown
from voting.views.core.files import FRESH, download, to_all


@require_safe
def breakdown(request: HttpRequest, slug: str, version: int | None = None) -> HttpResponse:
    """Show an issued version of the 责任分解, the newest by default; before one, that there is none."""
    cycle = queries.public_cycle(here(request), slug)
    issued = _issued(cycle, version)
    if issued is None:
        return render(request, "after/no_breakdown.html", {"cycle": cycle})
    links = {
        "PDF": reverse("voting:breakdown-pdf", args=[slug, issued.version]),
        "XLSX": reverse("voting:breakdown-xlsx", args=[slug, issued.version]),
        "JSON": reverse("voting:breakdown-json", args=[slug, issued.version]),
    }
    versions = cycle.breakdowns.defer("body").order_by("version")
    return _page(
        request,
        cycle,
        documents.breakdown_document(issued, NamesShown(cycle.congress_id)),
        links,
        versions=versions,
        version=issued.version,
    )


@require_safe
def breakdown_pdf(request: HttpRequest, slug: str, version: int) -> HttpResponse:
    issued = _required(request, slug, version)
    units, head = NamesShown(issued.cycle.congress_id), documents.breakdown_letterhead(issued)
    return download(
        request,
        f"{slug}-breakdown-{version}.pdf",
        lambda: kept_pdf(documents.breakdown_document(issued, units)),
        version=f"{issued.digest} {head.version} {units.version}",
    )


@require_safe
def breakdown_xlsx(request: HttpRequest, slug: str, version: int) -> HttpResponse:
    issued = _required(request, slug, version)
    units = NamesShown(issued.cycle.congress_id)
    return download(
        request,
        f"{slug}-breakdown-{version}.xlsx",
        lambda: rows_as_xlsx(documents.breakdown_rows(issued, units)),
        version=f"{issued.digest} {units.version}",
    )


@require_safe
def breakdown_json(request: HttpRequest, slug: str, version: int) -> HttpResponse:
    """Return the version's own text, whose SHA-256 is its hash."""
    issued = _required(request, slug, version)
    return download(request, f"{slug}-breakdown-{version}.json", issued.body.encode, version=issued.digest)


def _issued(cycle: Cycle, version: int | None) -> Breakdown | None:
    breakdowns = cycle.breakdowns.order_by("-version")
    if version is None:
        return breakdowns.first()
    one = breakdowns.filter(version=version).first()
    if one is None:
        raise Http404
    return one


def _required(request: HttpRequest, slug: str, version: int) -> Breakdown:
    issued = _issued(queries.public_cycle(here(request), slug), version)
    if issued is None:
        raise Http404
    return issued


Written = tuple[Cycle, Document]


def _quarterly(request: HttpRequest, slug: str, quarter: int) -> tuple[Cycle, Document, list[list[Cell]]]:
    cycle = queries.public_cycle(here(request), slug)
    seen = as_of(cycle, on=_until(cycle, quarter, 3))
    rows: list[list[Cell]] = [
        list(row) for row in (documents.quarterly_head(), *map(documents.quarterly_row, seen.lines))
    ]
    return cycle, documents.quarterly(seen, quarter=quarter), rows


def _until(cycle: Cycle, place: int, months: int) -> date:
    """Return the last day of the year's period. Raises Http404 for none or one ahead."""
    if not 1 <= place <= 12 // months:
        raise Http404
    today = timezone.localdate()
    if date(cycle.year, months * (place - 1) + 1, 1) > today:
        raise Http404
    return documents.month_end(cycle.year, months * place)


@require_safe
def quarterly(request: HttpRequest, slug: str, quarter: int) -> HttpResponse:
    cycle, document, _rows = _quarterly(request, slug, quarter)
    links = {
        "PDF": reverse("voting:quarterly-pdf", args=[slug, quarter]),
        "XLSX": reverse("voting:quarterly-xlsx", args=[slug, quarter]),
        "CSV": reverse("voting:quarterly-csv", args=[slug, quarter]),
    }
    return _page(request, cycle, document, links)


@require_safe
def quarterly_pdf(request: HttpRequest, slug: str, quarter: int) -> HttpResponse:
    _cycle, document, _rows = _quarterly(request, slug, quarter)
    return download(request, f"{slug}-quarter-{quarter}.pdf", kept_pdf(document))


@require_safe
def quarterly_xlsx(request: HttpRequest, slug: str, quarter: int) -> HttpResponse:
    _cycle, _document, rows = _quarterly(request, slug, quarter)
    return download(request, f"{slug}-quarter-{quarter}.xlsx", rows_as_xlsx(rows))


@require_safe
def quarterly_csv(request: HttpRequest, slug: str, quarter: int) -> HttpResponse:
    _cycle, _document, rows = _quarterly(request, slug, quarter)
    return download(request, f"{slug}-quarter-{quarter}.csv", rows_as_csv(rows))


def _bulletin(request: HttpRequest, slug: str, month: int) -> Written:
    cycle = queries.public_cycle(here(request), slug)
    seen = as_of(cycle, on=_until(cycle, month, 1))
    return cycle, documents.bulletin(seen, month=date(cycle.year, month, 1))


@require_safe
def bulletin(request: HttpRequest, slug: str, month: int) -> HttpResponse:
    cycle, document = _bulletin(request, slug, month)
    return _page(request, cycle, document, {"PDF": reverse("voting:bulletin-pdf", args=[slug, month])})


@require_safe
def bulletin_pdf(request: HttpRequest, slug: str, month: int) -> HttpResponse:
    return download(request, f"{slug}-bulletin-{month:02}.pdf", kept_pdf(_bulletin(request, slug, month)[1]))


def _half_year(request: HttpRequest, slug: str, half: int) -> Written:
    cycle = queries.public_cycle(here(request), slug)
    seen = as_of(cycle, on=_until(cycle, half, 6))
    return cycle, documents.half_year(seen, half=half)


@require_safe
def half_year(request: HttpRequest, slug: str, half: int) -> HttpResponse:
    cycle, document = _half_year(request, slug, half)
    return _page(request, cycle, document, {"PDF": reverse("voting:half-year-pdf", args=[slug, half])})


@require_safe
def half_year_pdf(request: HttpRequest, slug: str, half: int) -> HttpResponse:
    return download(request, f"{slug}-half-year-{half}.pdf", kept_pdf(_half_year(request, slug, half)[1]))


@require_safe
def glance(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the 图解, which prints on one page."""
    cycle, seen = shown(request, slug)
    links = {"PDF": reverse("voting:glance-pdf", args=[slug])}
    return _page(request, cycle, documents.glance(seen), links)


@require_safe
def glance_pdf(request: HttpRequest, slug: str) -> HttpResponse:
    _cycle, seen = shown(request, slug)
    return download(request, f"{slug}-glance.pdf", kept_pdf(documents.glance(seen)))


@require_safe
def glance_picture(request: HttpRequest, slug: str) -> HttpResponse:
    """Return the 图解 as a picture of 1200 by 630, which other sites show beside a link to the year."""
    _cycle, seen = shown(request, slug)
    picture = kept_picture(documents.glance(seen))
    return download(request, f"{slug}-glance.png", picture, inline=True)


def _page(
    request: HttpRequest, cycle: Cycle, document: Document, links: dict[str, str], **more: object
) -> HttpResponse:
    context = {"cycle": cycle, "document": document, "links": links, **more}
    answer = render(request, "after/document.html", context)
    patch_cache_control(answer, public=True, max_age=FRESH)
    return answer


@require_safe
def open_csv(request: HttpRequest, slug: str) -> HttpResponse:
    _cycle, seen = shown(request, slug)
    content = rows_as_csv(documents.open_rows(seen))
    return to_all(download(request, f"{slug}-projects.csv", content))


@require_safe
def open_xlsx(request: HttpRequest, slug: str) -> HttpResponse:
    cycle, seen = shown(request, slug)
    content = rows_as_xlsx(documents.open_rows(seen), second=documents.disclosure(cycle))
    return to_all(download(request, f"{slug}-projects.xlsx", content))


@require_safe
def open_json(request: HttpRequest, slug: str) -> HttpResponse:
    cycle, seen = shown(request, slug)
    body = documents.of_what(seen) | {
        "disclosure": dict(documents.disclosure(cycle)),
        "projects": documents.open_records(seen),
    }
    text = json.dumps(body, ensure_ascii=False, indent=1)
    return to_all(download(request, f"{slug}-projects.json", text.encode()))
