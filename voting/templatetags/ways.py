"""The ways through the public pages: the menu that is the same on all of them, and where a page lies."""

from __future__ import annotations

from typing import Any, NamedTuple

from django import template
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.addresses import address_for
from voting.models import Cycle
from voting.states import DELIVERED_STAGES, VOTED_STAGES

register = template.Library()


class Lying(NamedTuple):
    """Where a page lies: the page above it, what it is called there, and the part of the menu that it belongs to.

    ``label`` may name what the address names, as ``%(number)s``; the name of the cycle's own page is the cycle's.
    """

    above: str
    label: Promise
    part: str = ""


PROPOSALS, CANDIDATES, RESULT, DELIVERY, YEARS, DATA = (
    "proposals", "candidates", "result", "delivery", "years", "data",
)  # fmt: skip
HOME, CYCLE = "voting:home", "voting:cycle"
#: The menu: its part, what it is called, and the address that finds the year to show.
MENU: list[tuple[str, Promise, str]] = [
    (PROPOSALS, pgettext_lazy("menu", "Make a proposal"), "voting:way-proposals"),
    (CANDIDATES, pgettext_lazy("menu", "Candidates"), "voting:way-candidates"),
    (RESULT, pgettext_lazy("menu", "Results"), "voting:way-result"),
    (DELIVERY, pgettext_lazy("menu", "Delivery"), "voting:way-delivery"),
    (YEARS, pgettext_lazy("menu", "Years"), "voting:years"),
    (DATA, pgettext_lazy("menu", "Data"), "voting:api-docs"),
]
#: Every public page but the first, by the name of its address.
PLACES: dict[str, Lying] = {
    "accounts:enter": Lying(HOME, _("Delegate sign-in")),
    "accounts:enter_by_letter": Lying(HOME, _("Residents' sign-in")),
    "voting:receipt": Lying(HOME, _("Check a receipt")),
    "voting:secrecy": Lying(HOME, _("How the vote is kept secret")),
    "voting:delegate": Lying(HOME, _("My page")),
    "voting:track": Lying(HOME, _("What became of my proposal"), PROPOSALS),
    "voting:correct": Lying("voting:track", _("Correct my proposal"), PROPOSALS),
    "voting:years": Lying(HOME, _("The years compared"), YEARS),
    "voting:api-docs": Lying(HOME, _("Open data and interface"), DATA),
    "voting:way-proposals": Lying(HOME, pgettext_lazy("menu", "Make a proposal"), PROPOSALS),
    "voting:way-candidates": Lying(HOME, pgettext_lazy("menu", "Candidates"), CANDIDATES),
    "voting:way-result": Lying(HOME, pgettext_lazy("menu", "Results"), RESULT),
    "voting:way-delivery": Lying(HOME, pgettext_lazy("menu", "Delivery"), DELIVERY),
    CYCLE: Lying(HOME, _("Year")),
    "voting:call": Lying(CYCLE, _("Call for proposals"), PROPOSALS),
    "voting:propose": Lying("voting:call", _("Make a proposal"), PROPOSALS),
    "voting:proposals": Lying(CYCLE, _("Proposals"), PROPOSALS),
    "voting:proposal": Lying("voting:proposals", _("Proposal %(number)s"), PROPOSALS),
    "voting:second": Lying("voting:proposals", _("Second it"), PROPOSALS),
    "voting:candidates": Lying(CYCLE, _("Candidate projects"), CANDIDATES),
    "voting:candidate": Lying("voting:candidates", _("Project %(number)s"), CANDIDATES),
    "voting:slate-report": Lying("voting:candidates", _("Report on the candidate projects"), CANDIDATES),
    "voting:slate-report-version": Lying("voting:slate-report", _("Version %(version)s"), CANDIDATES),
    "voting:deliberation": Lying("voting:candidates", _("Questions of the delegations"), CANDIDATES),
    "voting:rules": Lying(CYCLE, _("Voting rules")),
    "voting:ballot-paper": Lying(CYCLE, _("Specimen of the ballot")),
    "voting:result": Lying(CYCLE, _("Result"), RESULT),
    "voting:notice": Lying("voting:result", pgettext_lazy("paper", "Notice"), RESULT),
    "voting:tally-report": Lying("voting:result", _("Count report"), RESULT),
    "voting:minutes": Lying("voting:result", _("Minutes of the vote"), RESULT),
    "voting:recount": Lying("voting:result", _("Recount"), RESULT),
    "voting:round-notice": Lying("voting:result", _("Notice of round %(number)s"), RESULT),
    "voting:round-report": Lying("voting:result", _("Count report of round %(number)s"), RESULT),
    "voting:round-minutes": Lying("voting:result", _("Minutes of round %(number)s"), RESULT),
    "voting:deliveries": Lying(CYCLE, pgettext_lazy("menu", "Delivery"), DELIVERY),
    "voting:delivery": Lying("voting:deliveries", _("Project %(number)s"), DELIVERY),
    "voting:supervise": Lying("voting:delivery", _("Supervise"), DELIVERY),
    "voting:remark": Lying("voting:delivery", _("Remark"), DELIVERY),
    "voting:survey": Lying("voting:deliveries", _("Survey of residents"), DELIVERY),
    "voting:breakdown": Lying("voting:deliveries", _("Breakdown of responsibilities"), DELIVERY),
    "voting:breakdown-version": Lying("voting:breakdown", _("Version %(version)s"), DELIVERY),
    "voting:quarterly": Lying("voting:deliveries", _("Quarter %(quarter)s"), DELIVERY),
    "voting:bulletin": Lying("voting:deliveries", _("Bulletin of month %(month)s"), DELIVERY),
    "voting:half-year": Lying("voting:deliveries", _("Half-year %(half)s"), DELIVERY),
    "voting:glance": Lying("voting:deliveries", _("At a glance"), DELIVERY),
}


class Entry(NamedTuple):
    """A way on: its name, its address, and whether one is there already."""

    name: object
    url: str
    is_here: bool


@register.simple_tag(takes_context=True)
def menu(context: dict[str, Any]) -> list[Entry]:
    """Return the menu. On a page of a year it leads to that year's pages where there are such; costs no query."""
    name = _name_of(context.get("request"))
    part = PLACES[name].part if name in PLACES else ""
    own = _pages_of(context.get("cycle"))
    return [Entry(label, own.get(key) or address_for(way), key == part) for key, label, way in MENU]


def _pages_of(cycle: object) -> dict[str, str]:
    """Return the pages that this year has by itself, by the part of the menu."""
    if not isinstance(cycle, Cycle):
        return {}
    there = {
        CANDIDATES: ("voting:candidates", cycle.slate_frozen_at is not None and cycle.assesses_id is None),
        RESULT: ("voting:result", cycle.stage in VOTED_STAGES),
        DELIVERY: ("voting:deliveries", cycle.stage in DELIVERED_STAGES and cycle.assesses_id is None),
    }
    return {part: address_for(name, cycle.slug) for part, (name, is_there) in there.items() if is_there}


@register.simple_tag(takes_context=True)
def trail(context: dict[str, Any]) -> list[Entry]:
    """Return the pages above this one from the first on, and this one; empty for a page that lies nowhere.

    So does a wrong address, whatever it looks like: Django's page for it has the ``exception``.
    """
    request = context.get("request")
    name = _name_of(request)
    if request is None or name not in PLACES or "exception" in context:
        return []
    address = dict(request.resolver_match.kwargs)
    if address.get("number") is None:
        address.pop("number", None)
    entries: list[Entry] = []
    while name != HOME:
        place = PLACES[name]
        label: object = context["cycle"] if name == CYCLE and "cycle" in context else place.label % address
        entries.append(Entry(label, address_for(name, keywords=_wanted(name, address)), not entries))
        name = place.above
    entries.append(Entry(_("Home"), address_for(HOME), is_here=False))
    return entries[::-1]


#: What an address below a year names besides the year.
_NAMED = {
    "voting:proposal": "number", "voting:candidate": "number", "voting:delivery": "number",
    "voting:supervise": "number", "voting:remark": "number", "voting:second": "number", "voting:round-notice": "number",
    "voting:round-report": "number", "voting:round-minutes": "number", "voting:slate-report-version": "version",
    "voting:breakdown-version": "version", "voting:quarterly": "quarter", "voting:bulletin": "month",
    "voting:half-year": "half",
}  # fmt: skip


def _wanted(name: str, address: dict[str, Any]) -> dict[str, Any]:
    """Return what of this page's address the address of the page above it names, too."""
    wanted = {"slug", _NAMED.get(name, "slug")}
    above_years = PLACES[name].above == HOME and name != CYCLE
    return {} if above_years else {key: value for key, value in address.items() if key in wanted}


def _name_of(request: HttpRequest | None) -> str:
    match = request.resolver_match if request is not None else None
    return match.view_name if match else ""
