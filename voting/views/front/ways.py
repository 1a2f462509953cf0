"""Addresses that are the same every year: each leads to the year that answers now, or says that there is none yet."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_safe

from accounts.congresses import are_several, here, shown_here
from accounts.models import Congress
from accounts.views import list_of_congresses
from voting import queries
from voting.models import Cycle
from voting.states import DELIVERED_STAGES

#: What finds the page of a year: the name of its address and the year, or None.
_Found = tuple[str, str] | None


#: What each is about, and what is said as long as there is none.
_ABOUT: dict[str, tuple[Promise, Promise]] = {
    "way-proposals": (
        pgettext_lazy("menu", "Make a proposal"),
        _("No call for proposals has been published here yet."),
    ),
    "way-candidates": (
        _("Candidate projects"),
        _("No list of candidate projects has been fixed here yet."),
    ),
    "way-result": (_("Result"), _("Nothing has been voted on here yet.")),
    "way-delivery": (
        _("What became of the projects"),
        _("No year has got so far yet: the projects stand here once they are on their way."),
    ),
}


def _way(name: str, find: Callable[[Congress | None], _Found]) -> Callable[[HttpRequest], HttpResponse]:
    def view(request: HttpRequest) -> HttpResponse:
        if here(request) is None and are_several():
            return list_of_congresses(request, to=f"voting:{name}")
        congress = shown_here(request)
        page = find(congress)
        if page is None:
            return render(
                request,
                "core/nothing_yet.html",
                {"congress": congress, "name": _ABOUT[name][0], "sentence": _ABOUT[name][1]},
            )
        return redirect(f"voting:{page[0]}", slug=page[1])

    return require_safe(view)


def _first(name: str, cycles: Iterable[Cycle], fits: Callable[[Cycle], object]) -> _Found:
    return next(((name, each.slug) for each in cycles if fits(each)), None)


def _proposals(congress: Congress | None) -> _Found:
    """Find where a proposal can be made now, else the newest call."""
    if calls := queries.open_calls(congress, timezone.now()):
        return "propose", calls[0].cycle.slug
    call = queries.newest_call(congress)
    return ("call", call.cycle.slug) if call else None


def _candidates(congress: Congress | None) -> _Found:
    return _first("candidates", queries.years_of(congress), lambda each: each.slate_frozen_at)


def _result(congress: Congress | None) -> _Found:
    """Find the newest result, else the newest vote, whose page says where it stands."""
    cycles = queries.years_of(congress)
    return _first("result", cycles, queries.newest_published) or _first(
        "result", cycles, queries.newest_round
    )


def _delivery(congress: Congress | None) -> _Found:
    cycles = queries.delivered_cycles(congress)
    return _first("deliveries", cycles, lambda each: each.stage in DELIVERED_STAGES)


proposals = _way("way-proposals", _proposals)
candidates = _way("way-candidates", _candidates)
result = _way("way-result", _result)
delivery = _way("way-delivery", _delivery)
