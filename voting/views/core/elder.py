"""大字版: large text and a simpler layout for whoever asks for it, kept in a cookie, with no script needed."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts.frames import vary_by_cookie

View = Callable[..., HttpResponse]

COOKIE = "elder"
YEAR = 365 * 24 * 60 * 60  # seconds
#: What a button says who asks for the other look; LARGE or STANDARD, or "" where the page is only shown anew.
FIELD, LARGE, STANDARD = "look", "large", "standard"


class ElderMode:
    """Middleware: ``request.elder`` tells whether the reader asked for large text.

    Whatever keeps a page keys it by that, and the page says that it varies by the cookie; files and data do not.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.elder = request.COOKIES.get(COOKIE) == LARGE  # type: ignore[attr-defined]
        answer = self.get_response(request)
        if answer.headers.get("Content-Type", "").startswith("text/html"):
            vary_by_cookie(answer)
        return answer


def take_look(request: HttpRequest) -> None:
    """Let the page that answers this form have the look that its button asks for."""
    look = request.POST.get(FIELD)
    if look in {LARGE, STANDARD}:
        request.elder = look == LARGE  # type: ignore[attr-defined]


def keep_look(request: HttpRequest, answer: HttpResponse) -> None:
    """Let this browser remember the look that the form's button asked for; without one, change nothing."""
    look = request.POST.get(FIELD)
    if look == STANDARD:
        answer.delete_cookie(COOKIE, samesite="Lax")
    elif look == LARGE:
        answer.set_cookie(
            COOKIE, LARGE, max_age=YEAR, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax"
        )


def look_of_answer(request: HttpRequest) -> dict[str, bool]:
    """Context processor: a page that answers a form cannot be asked for again, so it turns itself, by CSS alone.

    A page whose form can be sent along says so itself, with ``switch_of_form``.
    """
    return {"own_switch": True} if request.method == "POST" else {}


def switch_of_form(request: HttpRequest, form: str, path: str = "") -> dict[str, Any]:
    """Return what a page's context needs so that its switches send the form with that id along, to ``turning`` views.

    They send it to the page's own address, or to ``path``.
    """
    return {"switch_form": form, "switch_path": path or request.get_full_path(), "own_switch": False}


def is_only_shown_anew(request: HttpRequest) -> bool:
    """Tell whether a form was sent to see its page in another look or language: nothing is judged and nothing done."""
    return request.method == "POST" and FIELD in request.POST


def typed_so_far(form: BaseForm) -> dict[str, Any]:
    """Return what was typed into a form that was sent, as the initial values of a fresh one; files are not among it."""
    return {each.name: each.data for each in form if each.data is not None}


def turning(half_filled: View) -> Callable[[View], View]:
    """Answer a form that asks for another look or language with the page that ``half_filled`` makes of it.

    The view itself takes all other requests. The browser remembers the look.
    """

    def decorated(view: View) -> View:
        @wraps(view)
        def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not is_only_shown_anew(request):
                return view(request, *args, **kwargs)
            take_look(request)
            answer = half_filled(request, *args, **kwargs)
            keep_look(request, answer)
            return answer

        return page

    return decorated


@csrf_exempt
@never_cache
@require_POST
def look(request: HttpRequest) -> HttpResponse:
    """Change the look of this browser's pages and go back to the page that asked; to no other site.

    Without a token, for it stands on pages that are the same for everybody; it changes nothing but the look.
    """
    back = request.POST.get("next", "")
    known = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    answer = redirect(back if known and back.startswith("/") else reverse("voting:home"))
    keep_look(request, answer)
    return answer
