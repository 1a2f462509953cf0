"""The hall screen: check-in and quorum, turnout, counting, result. Nothing about choices before the notice (S11)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from accounts.congresses import here
from voting import queries
from voting.domain.vote.tried_keys import mark_of
from voting.models import Cycle
from voting.read_models.vote.results import Result
from voting.states import RoundStatus
from voting.views.core.phases import Moment, Phase, moment_of


@cache_control(public=True, max_age=0)
@require_safe
def screen(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the moment of the vote, to be read from the last row."""
    cycle = queries.public_cycle(here(request), slug)
    moment = moment_of(cycle)
    context: dict[str, Any] = {
        "cycle": cycle,
        "moment": moment,
        "key": _key(moment),
        "left": _clock(_left(moment)),
        "numbers": _numbers(moment),
        "result": _result(cycle, moment),
        "mark": mark_of(moment.round) if moment.phase in _MARKED else None,
    }
    if context["result"]:
        context["floor"] = "" if context["result"].several else context["result"].line
    if moment.phase == Phase.COUNTING:
        context["steps"] = _steps(moment)
    return render(request, "vote/screen/screen.html", context)


@cache_control(public=True, max_age=0)
@require_safe
def screen_json(request: HttpRequest, slug: str) -> HttpResponse:
    """Return the moment and its numbers, for the screen's own script.

    ``key`` changes when the page is to be drawn anew; ``left`` are the seconds to the announced close by the
    server's clock, null where none is announced: the clock of the hall's computer is not asked.
    """
    moment = moment_of(queries.public_cycle(here(request), slug))
    told = {"phase": moment.phase, "key": _key(moment), "left": _left(moment), "numbers": _numbers(moment)}
    return JsonResponse(told)


#: Before the opening a scrutineer types the mark from their own slip: it can't be read off the wall.
_MARKED = (Phase.VOTING, Phase.COUNTING)


def _key(moment: Moment) -> str:
    """Return what the picture depends on besides its numbers."""
    round_, seen = moment.round, moment.attendance
    if round_ is None or seen is None:
        return moment.phase
    parts = [moment.phase, f"{round_.number}", round_.status if moment.phase == Phase.COUNTING else ""]
    if moment.phase == Phase.CHECK_IN:
        parts.append("quorum" if seen.quorum_met else "")
    if moment.phase == Phase.VOTING:
        parts += ["paper" if round_.paper_only else "", "late" if _left(moment) == 0 else ""]
    return "-".join(filter(None, parts))


def _left(moment: Moment) -> int | None:
    """Return the whole seconds to the announced close; 0 after it, None where none is announced."""
    close = moment.round.announced_close if moment.round and moment.phase == Phase.VOTING else None
    return max(0, int((close - timezone.now()).total_seconds())) if close else None


def _clock(seconds: int | None) -> str:
    return "" if seconds is None else f"{seconds // 60}:{seconds % 60:02}"


def _numbers(moment: Moment) -> dict[str, int]:
    seen = moment.attendance
    if seen is None or moment.phase == Phase.RESULT:
        return {}
    numbers = {
        "roll": seen.roll,
        "present": seen.present,
        "on_leave": seen.on_leave,
        "quorum": seen.quorum_least,
        "missing": max(0, seen.quorum_least - seen.present),
    }
    return numbers | ({"voted": seen.voted, "paper": seen.paper} if moment.phase != Phase.CHECK_IN else {})


def _result(cycle: Cycle, moment: Moment) -> Result | None:
    round_ = queries.newest_published(cycle) if moment.phase == Phase.RESULT else None
    return Result(round_.notice) if round_ else None


def _steps(moment: Moment) -> list[bool]:
    """Return whether the urn is sealed, counted and certified."""
    order = [RoundStatus.CLOSED, RoundStatus.COUNTED, RoundStatus.CERTIFIED]
    reached = order.index(RoundStatus(moment.round.status)) if moment.round else 0
    return [place <= reached for place in range(len(order))]
