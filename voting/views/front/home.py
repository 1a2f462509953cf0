"""What citizens read before there is a result: home, slate, dossiers, the specimen ballot, how the secret is kept."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.congresses import are_several, here, shown_here
from accounts.names import NamesShown
from accounts.views import list_of_congresses
from voting import queries
from voting.domain.vote.rules import settings_of
from voting.models import Candidate, Cycle
from voting.read_models.after.overview import Overview, overview
from voting.read_models.before.pictures import pictures_of
from voting.read_models.before.slate_report import changes_of, field_label
from voting.read_models.core.unreadable import Unread
from voting.read_models.vote.results import Result
from voting.read_models.vote.rule_words.budget import money_places
from voting.states import Stage
from voting.text import booth_script
from voting.views.after.deliveries import is_delivered
from voting.views.before.origins import origins_of
from voting.views.core.asked import reading
from voting.views.core.phases import Moment, moment_of
from voting.views.front.board import board
from voting.views.vote.ballot_lines import dossier
from voting.views.vote.rules import in_short


@reading("q", "page")
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show every year that lives with what can be done in it now, and the projects of the one at work.

    Where this server holds several congresses and the address names none, show their list.
    """
    if here(request) is None and are_several():
        return list_of_congresses(request, to="voting:home")
    congress = shown_here(request)
    cycles = queries.years_of(congress)
    cards = board(cycles, at=timezone.now())
    living = {card.cycle.pk for card in cards}
    cycle = _shown_whole(cycles)
    context: dict[str, object] = {
        "congress": congress,
        "cycle": cycle,
        "cards": cards,
        "older": [each for each in cycles if each.pk not in living],
    }
    if cycle:
        unread = Unread()
        result = unread.read(lambda: _result(cycle))
        seen = unread.read(lambda: _overview(cycle))
        context |= {"overview": seen} if seen else _slate_with(result, cycle)
        context["unread"] = unread.sentences
    return render(request, "core/home.html", context)


def _shown_whole(cycles: Sequence[Cycle]) -> Cycle | None:
    """Return the year whose projects stand on the first page: the vote that is held now, else the newest voted on."""
    held = [each for each in cycles if each.stage in {Stage.VOTING, Stage.COUNTING}]
    voted = [each for each in cycles if each.slate_frozen_at]
    return next(iter([*held, *voted, *cycles]), None)


@require_safe
def cycle(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one vote: projects, rules in words, disclosure fields, where it stands."""
    shown = queries.public_cycle(here(request), slug)
    moment = moment_of(shown)
    context = {
        "cycle": shown,
        "rule": in_short(shown, moment.attendance),
        "call": queries.published_call(shown),
        "now": timezone.now(),
        "report": queries.newest_report(shown),
    }
    return render(request, "core/cycle.html", context | _standing(shown, moment))


@require_safe
def candidate(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Show a project's dossier. What the source does not state is shown as not stated."""
    shown = queries.public_cycle(here(request), slug)
    candidates = {candidate.number: candidate for candidate in _slate(shown)}
    if number not in candidates:
        raise Http404
    versions = queries.versions_of(candidates[number])
    units = NamesShown(shown.congress_id)
    facts = dossier(candidates[number], units)
    sentences, others = facts[:2], facts[2:]
    origins = origins_of(candidates[number])
    context: dict[str, object] = {
        "cycle": shown,
        "candidate": candidates[number],
        "stated": [*sentences, *(fact for fact in others if fact.texts)],
        "unstated": _(", ").join(
            fact.label
            for fact in others
            if not fact.texts and not (origins and fact.label == field_label("origin"))
        ),
        "origins": origins,
        "pictures": pictures_of([candidates[number].pk]).get(candidates[number].pk),
        "changes": [each for each in changes_of(versions, units) if each.version.in_deliberation],
        "questions": queries.number_of_questions(candidates[number]),
        "before": candidates.get(number - 1),
        "after": candidates.get(number + 1),
    }
    context |= _standing(shown, moment_of(shown), numbers=[number])
    seen = context["overview"]
    line = seen.line(number) if isinstance(seen, Overview) else None
    return render(request, "before/candidate.html", context | {"line": line})


@require_safe
def secrecy(request: HttpRequest) -> HttpResponse:
    """Explain how the vote is kept secret, with the honest limits (TRUST.md §2), and which script seals."""
    return render(request, "vote/secrecy.html", {"script": booth_script.integrity()})


def _standing(cycle: Cycle, moment: Moment, *, numbers: Sequence[int] | None = None) -> dict[str, object]:
    """Return where the vote stands, and its result once there is one. Raises UnreadableRecord.

    What became of the projects is that of all, or of those with the ``numbers``.
    """
    seen = _overview(cycle, numbers=numbers)
    return _slate_with(_result(cycle), cycle) | {"moment": moment, "overview": seen}


def _slate_with(result: Result | None, cycle: Cycle) -> dict[str, object]:
    """Return the candidate projects, with what became of each where there is a result."""
    standings = {standing["number"]: standing for standing in result.standings} if result else {}
    rows = [(candidate, standings.get(candidate.number)) for candidate in _slate(cycle)]
    rules = newest.rules if (newest := queries.newest_round(cycle)) else None
    of_money = money_places(settings_of(rules), len(rows)) if rules and rules.method else ""
    return {
        "result": result,
        "rows": rows,
        "seats": rules.seats if rules else cycle.seats,
        "of_money": of_money,
    }


def _result(cycle: Cycle) -> Result | None:
    round_ = queries.newest_published(cycle)
    return Result(round_.notice) if round_ else None


def _overview(cycle: Cycle, *, numbers: Sequence[int] | None = None) -> Overview | None:
    return overview(cycle, on=timezone.localdate(), numbers=numbers) if is_delivered(cycle) else None


def _slate(cycle: Cycle) -> list[Candidate]:
    """Return the candidate projects; drafts are nobody's before the slate is frozen."""
    return list(cycle.candidates.all()) if cycle.slate_frozen_at else []
