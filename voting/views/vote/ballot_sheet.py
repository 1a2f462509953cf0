"""The 表决票 on paper: a specimen for everybody."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.congresses import here
from voting import queries
from voting.models import Cycle, Round
from voting.read_models.vote.ballot_sheet import ballot_sheet
from voting.views.core.asked import reading


@reading("round")
@require_safe
def ballot_paper(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the 表决票 as a specimen to print: that of the newest round, or of the round asked for."""
    cycle = queries.public_cycle(here(request), slug)
    round_ = _asked(cycle, request.GET.get("round", ""))
    return render(request, "vote/ballot_paper.html", _context(cycle, round_))


def _asked(cycle: Cycle, number: str) -> Round | None:
    if not number:
        return queries.newest_round(cycle)
    asked = next((round_ for round_ in cycle.rounds.all() if str(round_.number) == number), None)
    if asked is None:
        raise Http404
    return asked


def _context(cycle: Cycle, round_: Round | None) -> dict[str, Any]:
    return {"cycle": cycle, "sheet": ballot_sheet(cycle, round_), "specimen": True}
