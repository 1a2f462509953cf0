"""The three views."""

from __future__ import annotations

import os

from django.contrib.auth import authenticate, login
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_POST

from benchmarks.bare.models import Ballot, Voter

BLOB = bytes(int(os.environ["BARE_BLOB"]))


def enter(request: HttpRequest) -> HttpResponse:
    """Sign in with user name and password, as django.contrib.auth does it: with a slow hash."""
    if request.method != "POST":
        return HttpResponse(get_token(request))
    user = authenticate(request, username=request.POST["number"], password=request.POST["code"])
    if user is None:
        return HttpResponse(status=403)
    login(request, user)
    return HttpResponse("in", status=302, headers={"Location": "/cast/"})


@require_POST
@login_required
@transaction.atomic
def cast(request: HttpRequest) -> HttpResponse:
    """One UPDATE, one INSERT."""
    if not Voter.objects.filter(user=request.user.pk, voted=False).update(voted=True):
        return HttpResponse(status=409)
    Ballot.objects.create(blob=BLOB)
    return HttpResponse("cast")


def page(request: HttpRequest) -> HttpResponse:
    """One SELECT, one small template: what a public page costs at least."""
    return render(request, "page.html", {"voter": Voter.objects.first(), "lines": range(12)})


urlpatterns = [path("enter/", enter), path("cast/", cast), path("page/", page)]
