"""The delegate's pages: ballot, review, cast (DESIGN.md §5, TRUST.md §2).

Nothing here keeps a choice: it comes in with the form and goes out with it, until ``cast_ballot`` seals it.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from voting.domain.vote.ballots import BallotRefused, ForeignMark, cast_ballot, marks_of
from voting.domain.vote.definitions import definition_of
from voting.forms.vote.ballot import BallotForm
from voting.models import RollEntry
from voting.views.core.refusal_page import RefusalPage, delegate_page
from voting.views.vote import minute
from voting.views.vote.cast_page import cast_page
from voting.views.vote.elector import elector, has_nothing_to_vote_on, own_ticket, sign_out
from voting.views.vote.minute import quick_first
from voting.views.vote.paper import paper


@quick_first(minute.ballot)
@delegate_page
def ballot(request: HttpRequest) -> HttpResponse:
    """Show the ballot; a POST brings the marks back from the review or from the other language."""
    if request.method == "POST":
        form = BallotForm.read(request.POST)
        return ballot_page(request, elector(request, form), form)
    if not request.user.is_authenticated:
        return redirect("accounts:enter")
    user = request.user
    try:
        return ballot_page(request, elector(request))
    except RefusalPage:
        if request.user.is_authenticated and has_nothing_to_vote_on(user):
            return redirect("voting:delegate")
        raise


@quick_first(minute.review)
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
        return ballot_page(request, entry, form, refusal=refusal)
    return _review_page(request, entry, form)


@quick_first(minute.cast)
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
        return ballot_page(request, elector(request, form), form, refusal=refusal)
    sign_out(request)
    return HttpResponse(cast_page(request, receipt, kind=ticket.kind))


def _require_known(form: BallotForm) -> None:
    if form.foreign:
        raise ForeignMark


def ballot_page(
    request: HttpRequest,
    entry: RollEntry,
    form: BallotForm | None = None,
    *,
    refusal: BallotRefused | None = None,
) -> HttpResponse:
    """Show the ballot with the form's marks, and why they are not taken as they are."""
    faults = getattr(refusal, "numbers", ())
    form = form or BallotForm(ticket=None, chosen={})
    context = paper(entry, form, page="voting:ballot", faults=faults)
    context |= {"refusal": refusal, "faults": faults, "posted": request.method == "POST"}
    return render(request, "vote/ballot/ballot.html", context, status=422 if refusal else 200)


def _review_page(
    request: HttpRequest, entry: RollEntry, form: BallotForm, *, unconfirmed: bool = False
) -> HttpResponse:
    context = paper(entry, form, page="voting:ballot-review")
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
