"""The delegate's pages: ballot, review, cast (DESIGN.md §5, TRUST.md §2).

Nothing here keeps a choice: it comes in with the form and goes out with it, until ``cast_ballot`` seals it.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.names import NamesShown
from voting.count.counting import BallotType, BlankBallot, UnderVote
from voting.domain.vote.ballots import WHOLE, BallotRefused, ForeignMark, cast_ballot, marks_of
from voting.domain.vote.definitions import ballot_items, definition_of
from voting.domain.vote.tried_keys import mark_of
from voting.forms.vote.ballot import BallotForm, make_ticket
from voting.models import RollEntry
from voting.views.core.refusal_page import RefusalPage, address_of, delegate_page
from voting.views.vote.ballot_lines import options, rows
from voting.views.vote.cast_page import cast_page
from voting.views.vote.elector import elector, has_nothing_to_vote_on, own_ticket, sign_out


@delegate_page
def ballot(request: HttpRequest) -> HttpResponse:
    """Show the ballot; a POST brings the marks back from the review or from the other language."""
    if request.method == "POST":
        form = BallotForm.read(request.POST)
        return _ballot_page(request, elector(request, form), form)
    if not request.user.is_authenticated:
        return redirect("accounts:enter")
    user = request.user
    try:
        return _ballot_page(request, elector(request))
    except RefusalPage:
        if request.user.is_authenticated and has_nothing_to_vote_on(user):
            return redirect("voting:delegate")
        raise


@delegate_page
def review(request: HttpRequest) -> HttpResponse:
    """Show the marks once more; too many, or foreign ones, lead back to the ballot with a sentence."""
    if request.method != "POST":
        return redirect("voting:ballot")
    form = BallotForm.read(request.POST)
    entry = elector(request, form)
    try:
        _require_known(form)
        marks_of(definition_of(entry.round), form.chosen)
    except BallotRefused as refusal:
        return _ballot_page(request, entry, form, refusal=refusal)
    return _review_page(request, entry, form)


@delegate_page
def cast(request: HttpRequest) -> HttpResponse:
    """Put the ballot into the urn, end the session, and show the receipt this once.

    A second submit finds the ballot in the urn and is told so, even after the session has ended (F1, F6). Why
    the urn refuses is looked into only when it does, so that a cast costs no statement more than it must.
    """
    if request.method != "POST":
        return redirect("voting:ballot")
    form = BallotForm.read(request.POST)
    ticket = own_ticket(request, form)[1]
    if not form.chosen and not form.foreign and not form.blank_confirmed:
        return _review_page(request, elector(request, form), form, unconfirmed=True)
    try:
        _require_known(form)
        receipt = cast_ballot(entry_id=ticket.entry, round_id=ticket.round, chosen=form.chosen)
    except BallotRefused as refusal:
        return _ballot_page(request, elector(request, form), form, refusal=refusal)
    sign_out(request)
    return HttpResponse(cast_page(request, receipt, kind=ticket.kind))


def _require_known(form: BallotForm) -> None:
    if form.foreign:
        raise ForeignMark


def _paper(entry: RollEntry, form: BallotForm, *, page: str, faults: Collection[int] = ()) -> dict[str, Any]:
    rule = definition_of(entry.round).rule
    kind = rule.ballot_type
    ranking = kind is BallotType.RANKING
    lines = rows(
        ballot_items(entry.round),
        form.chosen,
        units=NamesShown(entry.round.cycle.congress_id),
        kind=kind,
        places=rule.seats if ranking else 0,
        faults=faults,
    )
    return {
        "entry": entry,
        "round": entry.round,
        "cycle": entry.round.cycle,
        "ticket": str(make_ticket(entry)),
        "rows": lines,
        "count": len(lines),
        "most": rule.seats,
        "kind": kind.value,
        "per_item": kind.per_item and kind is not BallotType.WHOLE_REPORT,
        "graded": kind is BallotType.GRADES,
        "ranking": ranking,
        "whole": kind is BallotType.WHOLE_REPORT,
        "whole_options": options(form.chosen.get(WHOLE, 0), kind),
        "limited": kind.limited,
        "all_needed": rule.under is UnderVote.VOID,
        "mark": mark_of(entry.round),
        "blank_is_void": rule.blank is BlankBallot.VOID,
        "switch_path": address_of(page),
    }


def _ballot_page(
    request: HttpRequest,
    entry: RollEntry,
    form: BallotForm | None = None,
    *,
    refusal: BallotRefused | None = None,
) -> HttpResponse:
    faults = getattr(refusal, "numbers", ())
    form = form or BallotForm(ticket=None, chosen={})
    context = _paper(entry, form, page="voting:ballot", faults=faults)
    context |= {"refusal": refusal, "faults": faults, "posted": request.method == "POST"}
    return render(request, "vote/ballot/ballot.html", context, status=422 if refusal else 200)


def _review_page(
    request: HttpRequest, entry: RollEntry, form: BallotForm, *, unconfirmed: bool = False
) -> HttpResponse:
    context = _paper(entry, form, page="voting:ballot-review")
    picked = [row for row in context["rows"] if row.mark]
    if context["ranking"]:
        picked.sort(key=lambda row: row.mark)
    context |= {
        "picked": picked,
        "unpicked": [row for row in context["rows"] if not row.mark],
        "marked": len(picked),
        "votes_for": sum(row.checked for row in picked),
        "blank": form.is_blank,
        "answer": next((option for option in context["whole_options"] if option.checked), None),
        "unconfirmed": unconfirmed,
        "carried": form.fields(),
    }
    return render(request, "vote/ballot/review.html", context, status=422 if unconfirmed else 200)
