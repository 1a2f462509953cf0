"""A delegate signs in with the slip, and out. Staff sign in through the admin."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from accounts.codes import CodeRefused, check_code
from accounts.congresses import MOST_TYPED, addresses_of, are_several, here, listed, shown_here
from accounts.forgery import token_of
from accounts.forms import EnterForm, LetterForm, sign_in_form
from accounts.frames import Frame, Kept, address_key, not_to_be_kept, render_frame
from accounts.letters import has_sent_letters
from accounts.models import Congress
from accounts.networks import address_of_person, network_of
from accounts.roles import Role
from accounts.sessions import sign_in
from voting.text.plain import plain

#: Status of the answer to a sign-in that was refused.
STATUS = {"mistyped": 400, "wrong": 403, "many": 429}


#: So many congresses stand on a page of the list.
A_PAGE = 60


def list_of_congresses(request: HttpRequest, *, to: str) -> HttpResponse:
    """Show the congresses of this server with a search by name; each leads to its page ``to``, a view's name.

    To the residents' sign-in lead those alone that have sent letters.
    """
    words = plain(request.GET.get("q", ""))[:MOST_TYPED]
    by_letter = to == LetterForm.address
    page = Paginator(listed(words, by_letter=by_letter), A_PAGE).get_page(request.GET.get("page"))
    rows = []
    for congress in page:
        with addresses_of(congress):
            rows.append((congress, reverse(to)))
    context = {"rows": rows, "page": page, "q": words, "to_sign_in": to == EnterForm.address}
    context |= {"by_letter": by_letter, "nothing": by_letter and not rows and not words}
    return render(request, "accounts/congresses.html", context)


@sensitive_post_parameters("code")
@sensitive_variables()
@not_to_be_kept
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """Sign a delegate in with number and code, in a session with a new key; then on to the ballot.

    Shown to whoever is signed in already, too: the next person on the same device signs in over them (F8). Where the
    address does not say which of several congresses, that is asked first.
    """
    return _enter(request, request.POST, EnterForm, "accounts:enter")


@sensitive_post_parameters("code")
@sensitive_variables()
@not_to_be_kept
@require_http_methods(["GET", "HEAD", "POST"])
def enter_by_letter(request: HttpRequest) -> HttpResponse:
    """Sign a resident in with number and code of the letter; the same in other words.

    A congress that has sent no letters says so instead.
    """
    return _enter(request, request.POST, LetterForm, "accounts:enter_by_letter")


@sensitive_variables()
def _enter(request: HttpRequest, sent: QueryDict, of: type[EnterForm], address: str) -> HttpResponse:
    if here(request) is None and are_several():
        return list_of_congresses(request, to=address)
    congress = shown_here(request)
    if request.method != "POST":
        frame = sign_in_frame(request, congress, of, ended=ENDED in request.GET)
        return HttpResponse(frame.as_sent(csrf=token_of(request)))
    form = of(sent)
    status = let_in(request, form, congress)
    return (
        enter_page(request, form, congress, status=status)
        if status
        else HttpResponseRedirect(reverse("voting:ballot"))
    )


@sensitive_variables()
def let_in(request: HttpRequest, form: EnterForm, congress: Congress | None) -> int | None:
    """Sign in whose number and code the form holds, in a session with a new key.

    Return None; or, where it is refused, the status of the answer, and the form says why.
    """
    if not form.is_valid():
        form.focus_first_fault()
        return STATUS["mistyped"]
    try:
        network = network_of(address_of_person(request))
        user = check_code(**form.cleaned_data, congress=congress, network=network, at=timezone.now())
    except CodeRefused as refusal:
        form.refuse(refusal)
        return STATUS.get(refusal.code, STATUS["wrong"])
    sign_in(request, user)
    return None


#: What the address of the sign-in ends with for whoever was signed in a while ago.
ENDED = "ended"
_frames: Kept[Frame] = Kept()


def sign_in_frame(
    request: HttpRequest, congress: Congress | None, of: type[EnterForm] = EnterForm, *, ended: bool = False
) -> Frame:
    """Return the sign-in page of that congress as everybody gets it who has typed nothing yet.

    Whose session is over is told so, and where the residents sign in.
    """

    def make() -> Frame:
        template, context = _page(of(), congress)
        context |= {"ended": ended, "letters": ended and congress is not None and has_sent_letters(congress)}
        return Frame.of(render_frame(template, context, request))

    return _frames.get((*address_key(request), congress and congress.pk, are_several(), of, ended), make)


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Lead to the delegates' sign-in; a browser that was signed in and no longer is, to one that says so."""
    address = reverse("accounts:enter")
    was_in = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    return HttpResponseRedirect(f"{address}?{ENDED}" if was_in else address)


def enter_page(
    request: HttpRequest, form: EnterForm, congress: Congress | None, status: int = 200
) -> HttpResponse:
    """Show the sign-in page with what was typed."""
    return render(request, *_page(form, congress), status=status)


def _page(form: EnterForm, congress: Congress | None) -> tuple[str, dict[str, Any]]:
    """Return the template of the sign-in page and what it shows; where nobody has a letter, of the page that says so.

    The sign-in's switches of look and language send along what is typed.
    """
    if form.by_letter and congress is not None and not has_sent_letters(congress):
        return "accounts/no_letters.html", {"congress": congress}
    switch = {"switch_form": "enter", "switch_path": reverse("voting:ballot-sign-in"), "own_switch": False}
    return "accounts/enter.html", {"form": form, "congress": congress} | switch


@never_cache
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Sign out and offer the sign-in to the next person: of residents to the next letter."""
    by_letter = getattr(request.user, "role", "") == Role.RESIDENT
    logout(request)
    return redirect(sign_in_form(by_letter=by_letter).address)
