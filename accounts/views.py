"""A delegate signs in with the slip, and out. Staff sign in through the admin."""

from __future__ import annotations

from django.contrib.auth import login, logout
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from accounts.codes import CodeRefused, check_code
from accounts.congresses import MOST_TYPED, addresses_of, are_several, here, listed, shown_here
from accounts.forms import EnterForm
from accounts.models import Congress
from accounts.networks import address_of_person, network_of
from voting.text.plain import plain

#: Status of the answer to a sign-in that was refused.
STATUS = {"mistyped": 400, "wrong": 403, "many": 429}


#: So many congresses stand on a page of the list.
A_PAGE = 60


def list_of_congresses(request: HttpRequest, *, to: str) -> HttpResponse:
    """Show the congresses of this server with a search by name; each leads to its page ``to``, a view's name."""
    words = plain(request.GET.get("q", ""))[:MOST_TYPED]
    page = Paginator(listed(words), A_PAGE).get_page(request.GET.get("page"))
    rows = []
    for congress in page:
        with addresses_of(congress):
            rows.append((congress, reverse(to)))
    context = {"rows": rows, "page": page, "q": words, "to_sign_in": to == "accounts:enter"}
    return render(request, "accounts/congresses.html", context)


@sensitive_post_parameters("code")
@sensitive_variables()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """Sign a delegate in with number and code, in a session with a new key; then on to the ballot.

    Shown to whoever is signed in already, too: the next person on the same device signs in over them (F8). Where the
    address does not say which of several congresses, that is asked first.
    """
    if here(request) is None and are_several():
        return list_of_congresses(request, to="accounts:enter")
    congress = shown_here(request)
    if request.method != "POST":
        return _enter_page(request, EnterForm(), congress)
    form = EnterForm(request.POST)
    status = 400
    if form.is_valid():
        try:
            network = network_of(address_of_person(request))
            delegate = check_code(**form.cleaned_data, congress=congress, network=network, at=timezone.now())
        except CodeRefused as refusal:
            form.refuse(refusal)
            status = STATUS.get(refusal.code, 403)
        else:
            login(request, delegate.user, backend="django.contrib.auth.backends.ModelBackend")
            return redirect("voting:ballot")
    return _enter_page(request, form, congress, status=status)


def _enter_page(
    request: HttpRequest, form: EnterForm, congress: Congress | None, status: int = 200
) -> HttpResponse:
    return render(request, "accounts/enter.html", {"form": form, "congress": congress}, status=status)


@never_cache
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Sign out and offer the sign-in to the next person."""
    logout(request)
    return redirect("accounts:enter")
