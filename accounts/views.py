"""A delegate signs in with the slip, and out. Staff sign in through the admin."""

from __future__ import annotations

from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from accounts.codes import CodeRefused, check_code
from accounts.forms import EnterForm

#: Status of the answer to a sign-in that was refused.
STATUS = {"mistyped": 400, "wrong": 403, "blocked": 429}


@sensitive_post_parameters("code")
@sensitive_variables()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """Sign a delegate in with number and code, in a session with a new key; then on to the ballot.

    Shown to whoever is signed in already, too: the next person on the same device signs in over them (F8).
    """
    if request.method != "POST":
        return render(request, "accounts/enter.html", {"form": EnterForm()})
    form = EnterForm(request.POST)
    status = 400
    if form.is_valid():
        try:
            delegate = check_code(**form.cleaned_data, at=timezone.now())
        except CodeRefused as refusal:
            form.refuse(refusal)
            status = STATUS.get(refusal.code, 403)
        else:
            login(request, delegate.user, backend="django.contrib.auth.backends.ModelBackend")
            return redirect("voting:ballot")
    return render(request, "accounts/enter.html", {"form": form}, status=status)


@never_cache
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Sign out and offer the sign-in to the next person."""
    logout(request)
    return redirect("accounts:enter")
