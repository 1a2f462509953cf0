"""The adopted 票决办法 as the paper that it is. A draft is never public."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.congresses import here
from accounts.roles import Kind
from voting import queries
from voting.domain.vote.attendance import Attendance, attendance
from voting.domain.vote.rules import settings_of
from voting.forms.vote.presets import preset_names
from voting.models import Cycle, VotingRules
from voting.read_models.vote.rule_words import articles, sentences


def adopted_rules(cycle: Cycle) -> VotingRules | None:
    """Return the rules of a cycle from ``public_cycle`` once the plenary has adopted them, else None."""
    if round_ := queries.newest_round(cycle):
        return round_.rules
    return VotingRules.objects.filter(cycle=cycle, adopted_at__isnull=False).first()


@require_safe
def rules(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the adopted rules article by article, worked out for the roll once that is frozen."""
    cycle = queries.public_cycle(here(request), slug)
    adopted = adopted_rules(cycle)
    if adopted is None:
        return render(request, "vote/rules_not_yet.html", {"cycle": cycle})
    context = {
        "cycle": cycle,
        "rules": adopted,
        "articles": articles(settings_of(adopted), **figures(cycle)),
        "preset": None
        if cycle.kind == Kind.OFFICIAL
        else preset_names(assessment=cycle.assesses_id is not None).get(adopted.preset),
    }
    return render(request, "vote/rules.html", context)


def in_short(cycle: Cycle, counted: Attendance | None) -> list[str]:
    """Return the adopted rules in a few sentences; nothing before their adoption."""
    adopted = adopted_rules(cycle)
    return sentences(settings_of(adopted), **figures(cycle, counted)) if adopted else []


def figures(cycle: Cycle, counted: Attendance | None = None) -> dict[str, int]:
    """Return what the rules are worked out for: the slate, and the roll with its sub-group once it is frozen.

    ``counted`` is the attendance of the newest round where that is known already.
    """
    known = {"candidates": len(cycle.candidates.all())}
    if round_ := queries.newest_round(cycle):
        counted = counted or attendance(round_)
        known |= {"roll": counted.roll, "group_roll": counted.group_roll}
    return known
