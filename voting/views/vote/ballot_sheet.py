"""The 表决票 on paper: a specimen for everybody, as a page and to the millimetre."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.congresses import here
from voting import queries
from voting.models import Cycle, Round
from voting.printing.drawn import kept_sheet, key_of
from voting.printing.sheets import PrintedSheet
from voting.read_models.vote.ballot_sheet import ballot_sheet
from voting.read_models.vote.sheet_layouts import has_layout, printed_sheet
from voting.scan.layout import NoLayout
from voting.views.core.asked import reading
from voting.views.core.files import download


@reading("round")
@require_safe
def ballot_paper(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the 表决票 as a specimen to print: that of the newest round, or of the round asked for."""
    cycle = queries.public_cycle(here(request), slug)
    round_ = _asked(cycle, request.GET.get("round", ""))
    return render(request, "vote/ballot_paper.html", _context(cycle, round_))


@reading("round")
@require_safe
def ballot_paper_pdf(request: HttpRequest, slug: str) -> HttpResponse:
    """Return the specimen as it is printed for a scanner. Raises Http404 where it stands on no such sheet."""
    cycle = queries.public_cycle(here(request), slug)
    sheet = _specimen(cycle, _asked(cycle, request.GET.get("round", "")))
    if sheet is None:
        raise Http404
    return download(
        request, f"{cycle.slug}-ballot-paper.pdf", lambda: kept_sheet(sheet), version=key_of(sheet)
    )


def _asked(cycle: Cycle, number: str) -> Round | None:
    if not number:
        return queries.newest_round(cycle)
    asked = next((round_ for round_ in cycle.rounds.all() if str(round_.number) == number), None)
    if asked is None:
        raise Http404
    return asked


def _specimen(cycle: Cycle, round_: Round | None) -> PrintedSheet | None:
    """Return the specimen to the millimetre; None where there is nothing to choose, or too much for such a sheet."""
    try:
        return printed_sheet(cycle, round_, is_specimen=True)
    except NoLayout:
        return None


def _context(cycle: Cycle, round_: Round | None) -> dict[str, Any]:
    sheet = ballot_sheet(cycle, round_)
    return {
        "cycle": cycle,
        "sheet": sheet,
        "specimen": True,
        "round": round_,
        "has_layout": has_layout(sheet),
    }
