"""Recount for anyone: in this browser, or with one file of Python on the own device."""

from __future__ import annotations

import hashlib

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from voting.count.key_marks import characters
from voting.printing.files import TYPES
from voting.recount.one_file import one_file
from voting.views.core.files import FRESH, download
from voting.views.core.phases import moment_of
from voting.views.vote.published import published


@require_safe
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """Recount the published file in the browser, by the page's own script; without JavaScript, say how else.

    Before there is a result, say where the vote stands.
    """
    cycle, result = published(request, slug)
    if result is None:
        return render(request, "core/not_yet.html", {"cycle": cycle, "moment": moment_of(cycle)})
    context = {
        "cycle": cycle,
        "result": result,
        "file": f"{cycle.slug}-result.recount.json",
        "program": reverse("voting:recount-program"),
        "program_hash": hashlib.sha256(one_file().encode()).hexdigest(),
        "characters": characters(),
    }
    answer = render(request, "vote/recount.html", context)
    patch_cache_control(answer, public=True, max_age=FRESH)
    return answer


@require_safe
def program(request: HttpRequest) -> HttpResponse:
    """Return the one file that recounts with Python alone."""
    return download(request, "recount.py", one_file().encode(), kind=TYPES[".py"])
