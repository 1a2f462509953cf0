"""The hall screen: check-in and quorum, turnout, counting, result. Nothing about choices before the notice (S11)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from voting import queries
from voting.results import Result
from voting.views.moments import Moment, Phase, moment_of


@never_cache
@require_safe
def screen(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the moment of the vote, to be read from the last row."""
    cycle = queries.public_cycle(slug)
    moment = moment_of(cycle)
    round_ = queries.newest_published(cycle) if moment.phase == Phase.RESULT else None
    context = {"cycle": cycle, "moment": moment, "result": Result(round_.notice) if round_ else None}
    return render(request, "screen/screen.html", context)


@never_cache
@require_safe
def screen_json(request: HttpRequest, slug: str) -> HttpResponse:
    """Return the moment and its numbers, for the screen's own script."""
    moment = moment_of(queries.public_cycle(slug))
    return JsonResponse({"phase": moment.phase, "numbers": _numbers(moment)})


def _numbers(moment: Moment) -> dict[str, int]:
    seen = moment.attendance
    if seen is None or moment.phase == Phase.RESULT:
        return {}
    numbers = {
        "roll": seen.roll,
        "present": seen.present,
        "on_leave": seen.on_leave,
        "quorum": seen.quorum_least,
    }
    return numbers | ({"voted": seen.voted} if moment.phase != Phase.CHECK_IN else {})
