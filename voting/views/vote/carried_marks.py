"""Marks and sealed ballots that outlive a session: they come with the form to the sign-in, and back (TRUST.md F41)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.csrf import csrf_failure

from accounts.congresses import congress_of, here, shown_here
from accounts.forms import sign_in_form
from accounts.views import enter_page, let_in
from voting.forms.vote.ballot import CastForm, carried_form
from voting.views.core.elder import is_only_shown_anew
from voting.views.core.refusal_page import RefusalPage, delegate_page
from voting.views.vote.ballot import ballot_page, kept_page
from voting.views.vote.elector import SessionLost, elector, own_ticket


@delegate_page
def sign_in_again(request: HttpRequest) -> HttpResponse:
    """Sign a delegate in and show the ballot with the marks that came along, if they are this delegate's own; or the
    sealed ballot that did. Without either, show the sign-in page in another look or language.

    Nothing is cast here: the ballot is reviewed and put into the urn as any other.
    """
    form = carried_form(request.POST)
    by_letter = form.ticket.by_letter if form.ticket else "letter" in request.POST
    of = sign_in_form(by_letter=by_letter)
    if is_only_shown_anew(request):
        sign_in = of(initial={name: request.POST.get(name, "") for name in ("number", "code")})
        if form.ticket is None:
            return enter_page(request, sign_in, shown_here(request))
        raise SessionLost(form, sign_in=sign_in, status=200)
    if request.method != "POST" or form.ticket is None:
        return redirect(of.address)
    entered = of(request.POST)
    congress = here(request) or congress_of(form.ticket.congress) or shown_here(request)
    if status := let_in(request, entered, congress):
        raise SessionLost(form, sign_in=entered, status=status)
    entry = elector(request, form)
    return (
        kept_page(request, entry, form) if isinstance(form, CastForm) else ballot_page(request, entry, form)
    )


@delegate_page
def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose token is of an earlier sign-in in this browser: nothing is done, and no marks are lost.

    Marks go on with the ticket of whoever is signed in here, or to the sign-in where nobody is; to nobody else.
    """
    form = carried_form(request.POST)
    if form.ticket is None:
        return csrf_failure(request, reason)
    own_ticket(request, form)
    entry = elector(request, form)
    text = _("It was opened before the last sign-in in this browser. This request cast nothing.")
    raise RefusalPage(_("This form is out of date"), text, status=403, entry=entry, form=form)
