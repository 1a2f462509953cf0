"""The candidate projects of a year, side by side."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.congresses import here
from voting import queries
from voting.forms.before.comparison import CompareForm
from voting.read_models.before.comparison import compared
from voting.read_models.vote.results import Result
from voting.views.core.asked import reading
from voting.views.core.phases import moment_of


@reading(*CompareForm.base_fields, "only")
@require_safe
def candidates(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the candidate projects side by side, all or those that fit; works without JavaScript."""
    cycle = queries.public_cycle(here(request), slug)
    slate = list(cycle.candidates.all()) if cycle.slate_frozen_at else []
    round_ = queries.newest_published(cycle)
    result = Result(round_.notice) if round_ else None
    standings = {standing["number"]: standing for standing in result.standings} if result else {}
    fields = list(dict.fromkeys(each.field for each in slate if each.field))
    form = CompareForm(request.GET, fields=fields, voted=bool(result))
    asked = {**form.chosen, "only": request.GET.getlist("only")}
    comparison = compared([(each, standings.get(each.number)) for each in slate], asked=asked)
    context = {
        "cycle": cycle,
        "moment": moment_of(cycle),
        "result": result,
        "form": form,
        "is_filtered": any(asked.values()),
        "lines": comparison.lines,
        "unstated": _(", ").join(comparison.unstated),
        "total": len(slate),
    }
    return render(request, "before/slate/candidates.html", context)
