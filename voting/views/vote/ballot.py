"""The delegate's pages: ballot, review, cast or test (DESIGN.md §5, TRUST.md §2, BOOTH.md).

Where a device seals, none of them ever sees a choice. Where the server seals, it comes in with the form of the ballot
and is sealed on the review; nothing here keeps it.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_variables

from accounts.views import to_sign_in
from voting.domain.core.amounts import yuan_words
from voting.domain.vote import casting
from voting.domain.vote.ballots import AlreadyCast, BallotRefused, ForeignMark, NotPresent, Receipt
from voting.forms.vote.ballot import DEVICE, SERVER, BallotForm, CastForm, carried_form, packed
from voting.models import RollEntry
from voting.views.core.refusal_page import RefusalPage, delegate_page
from voting.views.vote import minute
from voting.views.vote.booth import ballot_booth
from voting.views.vote.cast_page import cast_page
from voting.views.vote.elector import elector, has_nothing_to_vote_on, own_ticket, refusal_sentence, sign_out
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
        return to_sign_in(request)
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
    """Seal on the server, and show the marks once more; too many, or foreign ones, lead back with a sentence."""
    if request.method != "POST":
        return redirect("voting:ballot")
    form = BallotForm.read(request.POST)
    entry = elector(request, form)
    try:
        _require_known(form)
        sealed = casting.seal_choice(round_id=entry.round_id, chosen=form.chosen)
    except BallotRefused as refusal:
        return ballot_page(request, entry, form, refusal=refusal)
    return _review_page(request, entry, form, sealed)


@quick_first(minute.cast)
@delegate_page
def cast(request: HttpRequest) -> HttpResponse:
    """Put the sealed ballot into the urn, end the session, and show the receipt.

    A second submit of the same bytes is told of exactly that ballot, even after the session has ended (F1, F6); one of
    other bytes, that a ballot is in the urn, and that it is not this one (F42). Why the urn refuses is looked into only
    when it does, so that a cast costs no statement more than it must.
    """
    if request.method != "POST":
        return redirect("voting:ballot")
    form = CastForm.read(request.POST)
    if receipt := _cast_before(form):
        sign_out(request)
        return end_page(request, receipt, form)
    carried = carried_form(request.POST)
    ticket = own_ticket(request, carried)[1]
    try:
        receipt = casting.cast_sealed(
            entry_id=ticket.entry, round_id=ticket.round, blob=form.sealed, by_server=form.by_server
        )
    except BallotRefused as refusal:
        return _not_taken(request, carried, refusal)
    sign_out(request)
    return end_page(request, receipt, form)


@delegate_page
def test(request: HttpRequest) -> HttpResponse:
    """Make the sealed ballot a test ballot: published after the count and never counted. The session goes on.

    Where the server sealed, the form has the marks beside it and the ballot shows them again.
    """
    if request.method != "POST":
        return redirect("voting:ballot")
    form, carried = CastForm.read(request.POST), carried_form(request.POST)
    entry = elector(request, carried)
    shown = request.session.shown  # type: ignore[attr-defined]
    try:
        receipt = casting.make_test_ballot(round_id=entry.round_id, blob=form.sealed, session=shown)
    except BallotRefused as refusal:
        return _not_taken(request, carried, refusal)
    marks = BallotForm.read(request.POST)
    context = _sealed_context(form, receipt) | {
        "entry": entry,
        "round": entry.round,
        "cycle": entry.round.cycle,
    }
    context |= {"ticket": str(form.ticket), "carried": marks.fields(), "own_switch": True}
    return render(request, "vote/ballot/tested.html", context)


@delegate_page
def kept(request: HttpRequest) -> HttpResponse:
    """Show a sealed ballot that came along through a sign-in or a refusal: it can be cast as it is, or left."""
    if request.method != "POST":
        return redirect("voting:ballot")
    form = CastForm.read(request.POST)
    return kept_page(request, elector(request, form), form)


def kept_page(request: HttpRequest, entry: RollEntry, form: CastForm) -> HttpResponse:
    """Show what of a sealed ballot anybody can see: its receipt, and who sealed it."""
    try:
        receipt = casting.open_booth(entry.round_id).receipt(form.sealed)
    except BallotRefused as refusal:
        return ballot_page(request, entry, refusal=refusal)
    context = _sealed_context(form, receipt) | {
        "entry": entry,
        "round": entry.round,
        "cycle": entry.round.cycle,
    }
    context |= {
        "ticket": str(form.ticket),
        "carried": form.fields(),
        "switch_path": form.page,
        "own_switch": False,
    }
    return render(request, "vote/ballot/kept.html", context)


def end_page(request: HttpRequest, receipt: Receipt, form: CastForm) -> HttpResponse:
    """Show the end page of a ballot that is in the urn."""
    kind, by_letter = (form.ticket.kind, form.ticket.by_letter) if form.ticket else ("", False)
    return HttpResponse(cast_page(request, receipt, kind=kind, by_letter=by_letter))


def _cast_before(form: CastForm) -> Receipt | None:
    """Return the receipt of a form that was cast already: the answer to the first one was lost."""
    if form.ticket is None or not form.sealed:
        return None
    return casting.own_receipt(entry_id=form.ticket.entry, round_id=form.ticket.round, blob=form.sealed)


def _not_taken(request: HttpRequest, form: BallotForm | CastForm, refusal: BallotRefused) -> HttpResponse:
    """Say why a sealed ballot was not taken: most reasons have a page of their own, the others stand on the ballot."""
    entry = elector(request, form)
    if isinstance(form, BallotForm):
        return ballot_page(request, entry, form, refusal=refusal)
    if isinstance(refusal, AlreadyCast | NotPresent):  # that has passed meanwhile
        return kept_page(request, entry, form)
    return ballot_page(request, entry, refusal=refusal)


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
    context |= {
        "refusal": refusal and refusal_sentence(refusal, entry),
        "faults": faults,
        "posted": request.method == "POST",
    }
    context["booth"] = ballot_booth(context)
    return render(request, "vote/ballot/ballot.html", context, status=422 if refusal else 200)


@sensitive_variables()
def _review_page(request: HttpRequest, entry: RollEntry, form: BallotForm, sealed: bytes) -> HttpResponse:
    context = paper(entry, form, page="voting:ballot-review")
    picked = [row for row in context["rows"] if row.mark]
    if context["ranking"]:
        picked.sort(key=lambda row: row.mark)
    cast_form = CastForm(form.ticket, sealed, by_server=True)
    context |= _sealed_context(cast_form, casting.open_booth(entry.round_id).receipt(sealed))
    context |= {
        "picked": picked,
        "unpicked": [row for row in context["rows"] if not row.mark],
        "marked": len(picked),
        "votes_for": sum(row.checked for row in picked),
        "given": sum(row.mark for row in picked),
        "cost": yuan_words(sum(row.cost or 0 for row in picked)),
        "blank": form.is_blank,
        "answer": next((option for option in context["whole_options"] if option.checked), None),
        "carried": form.fields(),
    }
    return render(request, "vote/ballot/review.html", context)


def _sealed_context(form: CastForm, receipt: Receipt) -> dict[str, Any]:
    """Return what the pages of a sealed ballot show of it."""
    return {
        "sealed": packed(form.sealed),
        "sealer": SERVER if form.by_server else DEVICE,
        "by_server": form.by_server,
        "receipt": receipt.friendly,
        "groups": receipt.friendly.split("-"),
        "mark": receipt.mark,
    }
